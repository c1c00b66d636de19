//! What one visitor's page is filled with.

use crate::consent::Choice;
use crate::registry::{CategoryId, KeyTarget, Registry};

/// What a page depends on beside the registry.
#[derive(Clone, Copy, Debug)]
pub struct Visit<'a> {
    /// The page's language: one that [`Site::language`](super::Site::language) gave.
    pub language: &'a str,
    /// What the visitor said of categories and services; what is not in it was not said.
    pub answers: &'a [(KeyTarget, Choice)],
    /// When, in seconds since 1970 in UTC, where that is known.
    pub chosen_at: Option<i64>,
    /// What the record of the choice is found by, where there is one.
    pub reference: Option<&'a str>,
    /// The path on this site to which a form returns; empty where only the form's own page can tell (its Referer).
    pub back: &'a str,
    /// What tells the text that is shown from every other; a form sends it back.
    pub shown: &'a str,
    /// What just happened.
    pub notice: Option<Notice>,
    /// The request says `Sec-GPC: 1`.
    pub gpc: bool,
    /// What the banner asks for; pages show every switch.
    pub ask: &'a [KeyTarget],
}

/// What a page says about the form that led to it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Notice {
    /// The choice was saved.
    Saved,
    /// The choice was erased.
    Forgotten,
}

impl Visit<'_> {
    /// The path to return to, if one is known; the root where it is none. `//host` and `/\\host` lead elsewhere: user agents read a
    /// backslash as a slash (URL standard, special schemes), and leave out tabs and line ends.
    pub(super) fn back_path(&self) -> &str {
        if self.back.is_empty() {
            return self.back;
        }
        let mut rest = self.back.bytes();
        let is_path = rest.next() == Some(b'/') && !matches!(rest.next(), Some(b'/' | b'\\'));
        if is_path && !self.back.contains(|c: char| c.is_control()) { self.back } else { "/" }
    }

    /// What was said of a category or service by itself.
    pub(super) fn answer(&self, target: KeyTarget) -> Choice {
        let found = self.answers.iter().find(|(other, _)| *other == target);
        found.map_or(Choice::Unset, |(_, choice)| *choice)
    }

    /// Whether its switch is on: a service's own choice, else its category's. Nothing is on that nobody chose
    /// (CJEU C-673/17, Planet49: a ticked box is no consent).
    pub(super) fn is_on(&self, registry: &Registry, target: KeyTarget) -> bool {
        match (self.answer(target), target) {
            (Choice::Unset, KeyTarget::Service(service)) => {
                self.answer(KeyTarget::Category(registry.service(service).category)) == Choice::Granted
            }
            (choice, _) => choice == Choice::Granted,
        }
    }

    /// Whether anything was chosen.
    pub(super) fn has_chosen(&self) -> bool {
        self.answers.iter().any(|(_, choice)| *choice != Choice::Unset)
    }

    /// The categories that only the signal denies.
    pub(super) fn denied_by_gpc<'r>(
        &self,
        registry: &'r Registry,
    ) -> impl Iterator<Item = CategoryId> + use<'_, 'r> {
        let denied = registry.consent().gpc_denies.iter().copied().filter(|_| self.gpc);
        denied.filter(|id| self.answer(KeyTarget::Category(*id)) == Choice::Unset)
    }
}
