//! What a posted form says.

use crate::registry::{KeyTarget, Registry};

/// A form as it was posted: its keys as text, in any order. What the registry doesn't have is ignored.
#[derive(Clone, Copy, Debug)]
pub struct Posted<'a> {
    /// `action=`.
    pub action: Action,
    /// Each `ask=`: the switches that were shown.
    pub ask: &'a [&'a str],
    /// Each `was=`: those that were shown switched on.
    pub was: &'a [&'a str],
    /// Each `grant=`: those that were on when the form was sent.
    pub grant: &'a [&'a str],
}

/// Which button was pressed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Action {
    /// Everything asked for is granted.
    AcceptAll,
    /// Everything asked for is refused.
    RefuseAll,
    /// Each switch counts.
    Save,
}

impl Action {
    /// The button of a form's `action=`.
    pub fn of(word: &str) -> Option<Self> {
        [Self::AcceptAll, Self::RefuseAll, Self::Save].into_iter().find(|action| action.word() == word)
    }

    /// As a form says it.
    pub fn word(self) -> &'static str {
        match self {
            Self::AcceptAll => "accept-all",
            Self::RefuseAll => "refuse-all",
            Self::Save => "save",
        }
    }
}

impl Posted<'_> {
    /// The answers, each category and service that was asked for once.
    ///
    /// A service's switch that was not moved follows its category's if that one was: without a script nothing moves
    /// them together on the page, and whoever switches a category means what is in it.
    pub fn answers(&self, registry: &Registry) -> Vec<(KeyTarget, bool)> {
        let mut answers: Vec<(KeyTarget, bool)> = Vec::new();
        for key in self.ask {
            let Some(target) = registry.key_target(key) else { continue };
            if answers.iter().all(|(other, _)| *other != target) {
                answers.push((target, self.answer(registry, key, target)));
            }
        }
        answers
    }

    fn answer(&self, registry: &Registry, key: &str, target: KeyTarget) -> bool {
        match (self.action, target) {
            (Action::AcceptAll, _) => true,
            (Action::RefuseAll, _) => false,
            (Action::Save, KeyTarget::Service(service)) if !self.moved(key) => {
                let category = &registry.category(registry.service(service).category).key;
                let follows = self.ask.contains(&category.as_str()) && self.moved(category);
                self.grant.contains(if follows { &category.as_str() } else { &key })
            }
            (Action::Save, _) => self.grant.contains(&key),
        }
    }

    fn moved(&self, key: &str) -> bool {
        self.was.contains(&key) != self.grant.contains(&key)
    }
}
