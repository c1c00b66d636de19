//! What is known of one cookie-name, or of one family of names.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::Sent;
use crate::policy::{Direction, Reason, Verdict};

/// Combinations of attributes that are kept of one name.
const COMBINATIONS: usize = 6;
/// Examples of paths that are kept of one name, each way.
const PATHS: usize = 5;

/// Cookies by their verdict, which was carried out, or would have been where a site observes.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Counts {
    /// They passed as they came.
    pub forwarded: u64,
    /// They passed with changes.
    pub rewritten: u64,
    /// They were left out.
    pub stripped: u64,
}

/// Cookies both ways.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Ways {
    /// Cookie-pairs of requests.
    pub request: Counts,
    /// `Set-Cookie` fields of responses.
    pub response: Counts,
}

/// How often each reason decided.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(from = "BTreeMap<String, u64>", into = "BTreeMap<String, u64>")]
pub struct Reasons([u64; Reason::WORDS.len()]);

/// Some of many.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Examples<T> {
    /// The first that were met.
    pub some: Vec<T>,
    /// There were others.
    pub more: bool,
}

/// What is known of it. Counts are of every cookie; attributes and paths are of samples where cookies are many.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Facts {
    /// How many, by verdict.
    #[serde(flatten)]
    pub ways: Ways,
    /// `Set-Cookie` fields that remove the cookie.
    pub deleted: u64,
    /// `Set-Cookie` fields of tamis that expire it.
    pub purged: u64,
    /// Why.
    pub reasons: Reasons,
    /// Attributes as origin servers sent them.
    pub sent: Examples<Sent>,
    /// Paths of requests whose responses set it.
    pub set_on: Examples<String>,
    /// Paths of requests that brought it.
    pub sent_to: Examples<String>,
}

impl Counts {
    /// All of them.
    pub fn seen(&self) -> u64 {
        self.forwarded.saturating_add(self.rewritten).saturating_add(self.stripped)
    }

    pub(super) fn count(&mut self, verdict: Verdict) {
        *match verdict {
            Verdict::Forward(_) => &mut self.forwarded,
            Verdict::Rewrite(_) => &mut self.rewritten,
            Verdict::Strip(_) => &mut self.stripped,
        } += 1;
    }

    pub(super) fn add(&mut self, other: Self) {
        self.forwarded = self.forwarded.saturating_add(other.forwarded);
        self.rewritten = self.rewritten.saturating_add(other.rewritten);
        self.stripped = self.stripped.saturating_add(other.stripped);
    }
}

impl Ways {
    /// Every cookie.
    pub fn seen(&self) -> u64 {
        self.request.seen().saturating_add(self.response.seen())
    }

    pub(super) fn way_mut(&mut self, direction: Direction) -> &mut Counts {
        match direction {
            Direction::Request => &mut self.request,
            Direction::Response => &mut self.response,
        }
    }

    pub(super) fn add(&mut self, other: Self) {
        self.request.add(other.request);
        self.response.add(other.response);
    }
}

impl Reasons {
    /// Those that decided at least once, with how often.
    pub fn iter(&self) -> impl Iterator<Item = (&'static str, u64)> {
        Reason::WORDS.into_iter().zip(self.0).filter(|(_, count)| *count > 0)
    }

    fn add(&mut self, other: &Self) {
        for (own, their) in self.0.iter_mut().zip(other.0) {
            *own = own.saturating_add(their);
        }
    }
}

impl From<[u64; Reason::WORDS.len()]> for Reasons {
    /// In the order of the words.
    fn from(counts: [u64; Reason::WORDS.len()]) -> Self {
        Self(counts)
    }
}

impl From<BTreeMap<String, u64>> for Reasons {
    /// Words that no reason has are dropped: they are those of another version.
    fn from(words: BTreeMap<String, u64>) -> Self {
        Self(Reason::WORDS.map(|word| words.get(word).copied().unwrap_or_default()))
    }
}

impl From<Reasons> for BTreeMap<String, u64> {
    fn from(reasons: Reasons) -> Self {
        reasons.iter().map(|(word, count)| (word.to_owned(), count)).collect()
    }
}

impl<T> Default for Examples<T> {
    fn default() -> Self {
        Self { some: Vec::new(), more: false }
    }
}

impl<T> Examples<T> {
    /// Keeps one more, unless `same` says of one of those kept that it stands for it.
    fn keep(&mut self, most: usize, one: T, same: impl Fn(&mut T, &T) -> bool) {
        if self.some.iter_mut().any(|kept| same(kept, &one)) {
            return;
        }
        if self.some.len() < most {
            self.some.push(one);
        } else {
            self.more = true;
        }
    }

    fn merge(&mut self, other: Self, most: usize, same: impl Fn(&mut T, &T) -> bool) {
        self.more |= other.more;
        for one in other.some {
            self.keep(most, one, &same);
        }
    }
}

impl Facts {
    /// `Set-Cookie` fields that set it.
    pub fn set(&self) -> u64 {
        self.ways.response.seen().saturating_sub(self.deleted)
    }

    pub(super) fn keep_sent(&mut self, sent: Sent) {
        self.sent.keep(COMBINATIONS, sent, Sent::absorb);
    }

    pub(super) fn keep_path(&mut self, path: String, direction: Direction) {
        let examples = match direction {
            Direction::Request => &mut self.sent_to,
            Direction::Response => &mut self.set_on,
        };
        examples.keep(PATHS, path, |kept, one| kept == one);
    }

    /// Whether nothing was seen.
    pub(super) fn is_empty(&self) -> bool {
        self.ways.seen() == 0 && self.purged == 0
    }

    pub(super) fn merge(&mut self, other: Self) {
        self.ways.add(other.ways);
        self.deleted = self.deleted.saturating_add(other.deleted);
        self.purged = self.purged.saturating_add(other.purged);
        self.reasons.add(&other.reasons);
        self.sent.merge(other.sent, COMBINATIONS, Sent::absorb);
        self.set_on.merge(other.set_on, PATHS, |kept, one| kept == one);
        self.sent_to.merge(other.sent_to, PATHS, |kept, one| kept == one);
    }
}
