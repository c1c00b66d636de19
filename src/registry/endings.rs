//! Many patterns with the same literal beginning, by their literal end.
//!
//! Few lengths of ends occur; for each of them the end of the name is looked up. So patterns that differ only after
//! their first wildcard (`app_{id}_42`) are found as fast as others.

use std::collections::{BTreeSet, HashMap};

use foldhash::fast::FixedState;

use super::trie::Candidate;

/// The patterns of one node of the trie, by literal end.
#[derive(Debug)]
pub(super) struct Endings {
    /// The lengths of the ends, without repetition.
    lengths: Vec<usize>,
    /// Where the patterns with an end lie among the trie's.
    ranges: HashMap<Box<[u8]>, (usize, usize), FixedState>,
}

impl Endings {
    /// Of candidates that begin at `start` in the trie's list and lie in the order of their ends.
    pub(super) fn new<T>(candidates: &[Candidate<T>], start: usize) -> Self {
        let mut ranges = HashMap::with_hasher(FixedState::default());
        let mut lengths = BTreeSet::new();
        let mut at = start;
        for alike in candidates.chunk_by(|a, b| a.pattern.suffix() == b.pattern.suffix()) {
            let suffix = alike.first().map(|candidate| candidate.pattern.suffix()).unwrap_or_default();
            lengths.insert(suffix.len());
            ranges.insert(suffix.into(), (at, at + alike.len()));
            at += alike.len();
        }
        Self { lengths: lengths.into_iter().collect(), ranges }
    }

    /// Where the patterns lie whose literal end is that of a name.
    pub(super) fn ranges(&self, name: &[u8]) -> impl Iterator<Item = (usize, usize)> {
        let starts = self.lengths.iter().map_while(|length| name.len().checked_sub(*length));
        starts.filter_map(|start| self.ranges.get(name.get(start..)?).copied())
    }
}
