//! Reading one mapping key by key, so that what was not asked for is known to be unknown.

use std::collections::HashMap;

use foldhash::fast::FixedState;

use super::{Document, Key, Node, one_of};

/// The entries of one mapping while they are read.
pub struct Fields<'d> {
    document: &'d Document,
    node: &'d Node,
    what: &'static str,
    entries: &'d [(Key, Node)],
    asked: Vec<&'static str>,
}

impl<'d> Fields<'d> {
    pub(super) fn new(
        document: &'d Document,
        node: &'d Node,
        what: &'static str,
        entries: &'d [(Key, Node)],
    ) -> Self {
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
        Self { document, node, what, entries, asked: Vec::new() }
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
            self.document.lacking(self.node, "missing-key", format!("{} has no `{key}`", self.what), help);
        }
        value
    }

    /// Reports every key that nobody asked for.
    pub fn finish(self) {
        for (key, _) in self.entries {
            if !self.asked.contains(&key.name.as_str()) {
                let message = format!("{} has no key `{}`", self.what, key.name);
                self.document.error(&key.span, "unknown-key", message, one_of(&key.name, &self.asked));
            }
        }
    }
}
