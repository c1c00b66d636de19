//! "Which row covers this cookie-name?" in one look-up.

use std::collections::HashMap;

use foldhash::fast::FixedState;

use super::EntryId;
use super::pattern::Pattern;
use super::trie::{Candidate, Trie};

/// Where a name was declared: its row, and its place among the row's names.
pub(super) type Declared = (EntryId, usize);

/// Exact names in a hash map, patterns in a trie. An exact name beats every pattern; of the patterns the one with
/// more literal bytes wins.
#[derive(Debug)]
pub(super) struct Index {
    exact: HashMap<Box<[u8]>, Declared, FixedState>,
    patterns: Trie<Declared>,
}

impl Index {
    /// User agents store no cookie whose name and value have more octets (6265bis 5.6 step 5).
    const MOST_BYTES: usize = 4096;

    /// Indexes names that are known not to be twice there and not to be equals that overlap.
    pub(super) fn new(names: impl Iterator<Item = (Pattern, Declared)>) -> Self {
        let mut exact = HashMap::with_hasher(FixedState::default());
        let mut candidates = Vec::new();
        for (pattern, value) in names {
            match pattern.exact() {
                Some(name) => {
                    exact.insert(name.into(), value);
                }
                None => candidates.push(Candidate { pattern, value }),
            }
        }
        Self { exact, patterns: Trie::new(candidates) }
    }

    /// The declaration that covers a name. Allocates nothing.
    pub(super) fn find(&self, name: &[u8]) -> Option<Declared> {
        if name.len() > Self::MOST_BYTES {
            return None;
        }
        self.exact.get(name).copied().or_else(|| self.patterns.find(name).map(|found| found.value))
    }
}
