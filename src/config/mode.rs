//! Whether verdicts are carried out (`mode:`).

use crate::document::{Document, Node};

/// What becomes of a verdict.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Mode {
    /// It is carried out.
    Enforce,
    /// It is counted and logged; everything passes.
    Observe,
}

impl Mode {
    /// As it is written in the configuration.
    pub fn word(self) -> &'static str {
        match self {
            Self::Enforce => "enforce",
            Self::Observe => "observe",
        }
    }

    pub(super) fn read(document: &Document, node: &Node) -> Option<Self> {
        document.choice(node, "`mode`", &[Self::Enforce, Self::Observe].map(|mode| (mode.word(), mode)))
    }
}
