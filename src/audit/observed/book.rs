//! What all workers saw, added up, with days and bounds.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::table::Handed;
use super::{Facts, Ways};
use crate::config::Mode;

/// Rows of all sites together.
const MOST_ROWS: usize = 5000;
/// Sites and modes: those of configurations that are gone stay listed.
const MOST_PAGES: usize = 4096;

/// Everything that was seen.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Book {
    /// By the site's name, and whether verdicts were carried out.
    pub(super) pages: BTreeMap<(String, Mode), Page>,
}

/// One site in one mode.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Page {
    /// When the first cookie was seen, in Unix seconds.
    pub since: i64,
    /// The rows by their pattern.
    #[serde(default)]
    pub cookies: BTreeMap<String, Row>,
    /// What has no row of its own.
    #[serde(default)]
    pub other: Ways,
}

/// One name or family of names.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Row {
    /// When it was first seen, in Unix seconds.
    pub first: i64,
    /// When it was last seen.
    pub last: i64,
    /// Whether the registry declared it then.
    #[serde(default)]
    pub declared: bool,
    /// What was seen.
    #[serde(flatten)]
    pub facts: Facts,
}

impl Book {
    /// How many rows there are.
    pub fn rows(&self) -> usize {
        self.pages.values().map(|page| page.cookies.len()).sum()
    }

    /// Adds what a worker saw until now, in Unix seconds; `most` rows a site and mode. Gives how many cookies found no row.
    pub(super) fn add(&mut self, handed: Vec<Handed>, now: i64, most: usize) -> u64 {
        let mut rows = self.rows();
        let mut lost = 0;
        for Handed { site, mode, rows: seen, other } in handed {
            let key = (site.into_string(), mode);
            if self.pages.len() >= MOST_PAGES && !self.pages.contains_key(&key) {
                continue;
            }
            let page = self.pages.entry(key).or_insert_with(|| Page { since: now, ..Page::default() });
            let unlisted = page.other.seen();
            page.other.add(other);
            for (pattern, declared, facts) in seen {
                let before = page.cookies.len();
                let room = most.min(before + MOST_ROWS.saturating_sub(rows));
                page.add(&pattern, Row { first: now, last: now, declared, facts }, room);
                rows += page.cookies.len() - before;
            }
            lost += page.other.seen() - unlisted;
        }
        lost
    }

    /// Brings what was read from a file within the bounds.
    pub(super) fn bound(mut self, most: usize) -> Self {
        let mut left = MOST_ROWS;
        while self.pages.len() > MOST_PAGES {
            self.pages.pop_last();
        }
        for page in self.pages.values_mut() {
            while page.cookies.len() > most.min(left) && page.drop_least().is_some() {}
            left -= page.cookies.len();
        }
        self
    }
}

impl Row {
    /// What stays where there is no room for all: what is declared or was set by the site, then what was seen most.
    fn rank(&self) -> (bool, u64) {
        (self.declared || self.facts.set() > 0, self.facts.ways.seen())
    }
}

impl Page {
    /// Adds to a row, or makes one in place of one that matters less.
    fn add(&mut self, pattern: &str, seen: Row, room: usize) {
        if let Some(row) = self.cookies.get_mut(pattern) {
            row.last = seen.last;
            row.declared = seen.declared;
            return row.facts.merge(seen.facts);
        }
        if self.cookies.len() >= room {
            let least = self.cookies.values().map(Row::rank).min();
            if least.is_none_or(|least| least >= seen.rank()) {
                return self.other.add(seen.facts.ways);
            }
            self.drop_least();
        }
        self.cookies.insert(pattern.to_owned(), seen);
    }

    /// Counts the row that matters least among the others.
    fn drop_least(&mut self) -> Option<()> {
        let (pattern, _) = self.cookies.iter().min_by_key(|(_, row)| row.rank())?;
        let pattern = pattern.clone();
        let row = self.cookies.remove(&pattern)?;
        self.other.add(row.facts.ways);
        Some(())
    }
}
