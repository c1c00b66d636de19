//! What is kept of the cookies that were seen (`observations:`).

use std::path::{Path, PathBuf};
use std::time::Duration;

use super::{schema, units};
use crate::document::{Document, Node, Value};

/// How the cookies that were seen are kept.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Observations {
    /// Where they are kept over a restart; in memory only where `None`.
    pub file: Option<PathBuf>,
    /// Whether the configuration names that file: one that it doesn't name need not be writable.
    pub named: bool,
    /// How often the file is written, where something was seen.
    pub every: Duration,
    /// Names, or families of names, of one site and mode that have a row of their own; the rest is added up.
    pub names: usize,
}

impl Observations {
    /// The defaults, for a configuration in the directory `base`.
    pub fn beside(base: &Path) -> Self {
        let every = Duration::from_secs(30);
        Self { file: Some(base.join("observed.json")), named: false, every, names: 500 }
    }

    /// The section; the defaults where it is missing or `on`, `None` where it is `off`.
    pub(super) fn read(document: &Document, node: Option<&Node>, base: &Path) -> Option<Self> {
        let mut observations = Self::beside(base);
        let Some(node) = node else { return Some(observations) };
        if matches!(node.value, Value::String(_)) {
            let words = [("on", true), ("off", false)];
            return document.choice(node, "`observations`", &words)?.then_some(observations);
        }
        let mut fields = document.fields(node, &schema::OBSERVATIONS)?;
        let file = fields.optional("file").and_then(|node| document.string(node, "`file`"));
        match file {
            Some("off") => observations.file = None,
            Some(path) => (observations.file, observations.named) = (Some(base.join(path)), true),
            None => {}
        }
        let bounds = Duration::from_secs(1)..=Duration::from_secs(24 * 3600);
        let every = fields.optional("every");
        let every = every.and_then(|node| units::duration(document, node, "`every`", &bounds));
        let names = fields.optional("names").and_then(|node| document.integer(node, "`names`", 10..=5000));
        fields.finish();
        observations.every = every.unwrap_or(observations.every);
        observations.names =
            names.and_then(|names| usize::try_from(names).ok()).unwrap_or(observations.names);
        Some(observations)
    }
}
