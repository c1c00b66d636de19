//! The rules, in the order in which they apply.

use std::sync::Arc;

use super::{Direction, Reason, Verdict};
use crate::consent::Consent;
use crate::cookie::{CookiePair, SetCookie, is_disguised};
use crate::registry::{EntryId, Registry, Rewrite};

/// What becomes of cookies that no row of the registry declares.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Undeclared {
    /// They are stripped.
    #[default]
    Block,
    /// They pass, and are counted and named as undeclared.
    Report,
    /// They pass.
    Allow,
}

/// The rules of one site: its registry, and what it does with the rest.
#[derive(Clone, Debug)]
pub struct Policy {
    registry: Arc<Registry>,
    undeclared_request: Undeclared,
    undeclared_response: Undeclared,
    most_pairs: usize,
    /// For every cookie, where its row says nothing.
    pub(super) rewrite: Rewrite,
    /// Whether any `Set-Cookie` may be rewritten.
    pub(super) rewrites: bool,
    /// Whether any row renames its cookie.
    pub(super) renames: bool,
}

impl Policy {
    /// A policy; `most_pairs` bounds the cookie-pairs that are judged in one request.
    pub fn new(
        registry: Arc<Registry>,
        undeclared_request: Undeclared,
        undeclared_response: Undeclared,
        most_pairs: usize,
    ) -> Self {
        let renames = registry.entries().iter().any(|entry| entry.rename.is_some());
        let rewrites = renames || registry.entries().iter().any(|entry| entry.rewrite.is_some());
        let rewrite = Rewrite::default();
        Self { registry, undeclared_request, undeclared_response, most_pairs, rewrite, rewrites, renames }
    }

    /// The same with the site's changes to every `Set-Cookie` that passes; where a row says otherwise, the row counts.
    pub fn rewriting(self, rewrite: Rewrite) -> Self {
        let rewrites = self.rewrites || rewrite != Rewrite::default();
        Self { rewrite, rewrites, ..self }
    }

    /// The declared cookies.
    pub fn registry(&self) -> &Arc<Registry> {
        &self.registry
    }

    /// What becomes of undeclared cookies that way.
    pub fn undeclared(&self, direction: Direction) -> Undeclared {
        match direction {
            Direction::Request => self.undeclared_request,
            Direction::Response => self.undeclared_response,
        }
    }

    /// How many cookie-pairs of one request are judged; the rest is stripped.
    pub fn most_pairs(&self) -> usize {
        self.most_pairs
    }

    /// Judges a cookie-pair of a request. Nameless ones never pass: an origin server may read `=a=b` as `a=b`.
    pub fn judge_pair(&self, pair: &CookiePair<'_>, consent: &Consent) -> Verdict {
        if pair.is_nameless() {
            Verdict::Strip(Reason::Nameless)
        } else if self.is_consent_cookie(pair.name()) {
            Verdict::Forward(Reason::ConsentCookie)
        } else {
            self.judge_name(pair.name(), |entry| consent.allows(&self.registry, entry), Direction::Request)
        }
    }

    /// Judges a `Set-Cookie` field of a response; `now` in Unix seconds. What no browser would store is stripped
    /// first, so that nothing below can be talked into forwarding it; the site's own deletions pass even for a
    /// blocked name, or a cookie that is already there could never be removed.
    pub fn judge_set_cookie(&self, set_cookie: &SetCookie<'_>, consent: &Consent, now: i64) -> Verdict {
        let allows = |entry| consent.allows(&self.registry, entry);
        self.judge_set_cookie_by(set_cookie, allows, now)
    }

    /// The same, where `allows` says which rows that need consent have it.
    pub(super) fn judge_set_cookie_by(
        &self,
        set_cookie: &SetCookie<'_>,
        allows: impl Fn(EntryId) -> bool,
        now: i64,
    ) -> Verdict {
        if let Some(refusal) = set_cookie.refusal() {
            Verdict::Strip(refusal.into())
        } else if self.is_consent_cookie(set_cookie.name()) {
            Verdict::Forward(Reason::ConsentCookie)
        } else if set_cookie.is_deletion(now) {
            Verdict::Forward(Reason::Deletion)
        } else {
            self.judge_name(set_cookie.name(), allows, Direction::Response)
        }
    }

    /// Whether the name is that of a cookie with the visitor's choice, or of its companion; octets, case-sensitive.
    pub(super) fn is_consent_cookie(&self, name: &[u8]) -> bool {
        self.registry.consent().reads(name)
    }

    /// Whether a cookie of that name, which some servers read within another one, may be let through. One that holds the
    /// visitor's choice may not: it is not the one that was obeyed. Nor one that is renamed: only its new name is believed.
    pub(super) fn allows_within(&self, name: &[u8], consent: &Consent) -> bool {
        let allows = |entry| consent.allows(&self.registry, entry);
        let verdict = self.judge_name(name, allows, Direction::Request);
        let renamed = verdict.reason().entry().is_some_and(|id| self.registry.entry(id).rename.is_some());
        verdict.forwards() && !renamed && !self.is_consent_cookie(name)
    }

    /// A name that it would matter to find within another cookie: one that is declared, or holds the visitor's choice.
    pub(super) fn knows_within(&self, name: &[u8]) -> bool {
        self.registry.lookup(name).is_some() || self.is_consent_cookie(name)
    }

    fn judge_name(&self, name: &[u8], allows: impl Fn(EntryId) -> bool, direction: Direction) -> Verdict {
        if is_disguised(name) {
            return Verdict::Strip(Reason::Disguised);
        }
        match self.registry.lookup(name) {
            Some(entry) if !self.registry.entry(entry).needs_consent => {
                Verdict::Forward(Reason::Exempt(entry))
            }
            Some(entry) if allows(entry) => Verdict::Forward(Reason::Agreed(entry)),
            Some(entry) => Verdict::Strip(Reason::NotAgreed(entry)),
            None => match self.undeclared(direction) {
                Undeclared::Block => Verdict::Strip(Reason::Undeclared),
                Undeclared::Report => Verdict::Forward(Reason::UndeclaredReported),
                Undeclared::Allow => Verdict::Forward(Reason::UndeclaredAllowed),
            },
        }
    }
}
