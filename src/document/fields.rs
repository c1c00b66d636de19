//! Reading one mapping key by key, so that what was not asked for is known to be unknown.

use std::collections::HashMap;

use foldhash::fast::FixedState;

use super::{Document, Key, Mapping, Node, one_of};

/// The entries of one mapping while they are read.
pub struct Fields<'d> {
    document: &'d Document,
    node: &'d Node,
    mapping: &'static Mapping,
    entries: &'d [(Key, Node)],
    asked: Vec<&'static str>,
}

impl<'d> Fields<'d> {
    pub(super) fn new(
        document: &'d Document,
        node: &'d Node,
        mapping: &'static Mapping,
        entries: &'d [(Key, Node)],
    ) -> Self {
        let what = mapping.what;
        let mut first: HashMap<&str, &Key, FixedState> =
            HashMap::with_capacity_and_hasher(entries.len(), FixedState::default());
        for (key, _) in entries {
            if let Some(first) = first.get(key.name.as_str()) {
                document.error_at_two(
                    &key.span,
                    "duplicate-key",
                    (format!("`{}` is given twice in {what}", key.name), "keep one of the two"),
                    (&first.span, "first given here"),
                );
            } else {
                first.insert(&key.name, key);
            }
        }
        Self { document, node, mapping, entries, asked: Vec::new() }
    }

    /// The value of a key, if it is there.
    pub fn optional(&mut self, key: &'static str) -> Option<&'d Node> {
        self.asked.push(key);
        self.entries.iter().find(|(name, _)| name.name == key).map(|(_, value)| value)
    }

    /// The value of a key that must be there; its absence is reported.
    pub fn required(&mut self, key: &'static str, help: &str) -> Option<&'d Node> {
        let value = self.optional(key);
        if value.is_none() {
            self.document.lacking(
                self.node,
                "missing-key",
                format!("{} has no `{key}`", self.mapping.what),
                help,
            );
        }
        value
    }

    /// Reports every key that nobody asked for.
    ///
    /// # Panics
    /// In a debug build, if the reader asked for other keys than the mapping's description has.
    pub fn finish(self) {
        debug_assert!(
            self.asked_as_described(),
            "the reader of {} asks for {:?}",
            self.mapping.what,
            self.asked
        );
        for (key, _) in self.entries {
            if !self.asked.contains(&key.name.as_str()) {
                let message = format!("{} has no key `{}`", self.mapping.what, key.name);
                self.document.error(&key.span, "unknown-key", message, one_of(&key.name, &self.asked));
            }
        }
    }

    /// The reader asked for every key of the description, and for no other.
    fn asked_as_described(&self) -> bool {
        let described = |key: &str| self.mapping.settings.iter().any(|setting| setting.key == key);
        self.asked.iter().all(|key| described(key))
            && self.mapping.settings.iter().all(|setting| self.asked.contains(&setting.key))
    }
}
