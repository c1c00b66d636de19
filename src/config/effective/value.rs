//! The settings with their values.

use crate::document::Reference;

/// The settings of a configuration, or of one site of it.
#[derive(Clone, Debug, PartialEq)]
pub struct Effective {
    /// Every key of the mapping, in the order of its description.
    pub entries: Vec<Entry>,
}

/// One setting.
#[derive(Clone, Debug, PartialEq)]
pub struct Entry {
    /// Its key.
    pub key: &'static str,
    /// Its value.
    pub value: Shown,
    /// Where that comes from.
    pub origin: Origin,
}

/// A value as people may see it.
#[derive(Clone, Debug, PartialEq)]
pub enum Shown {
    /// A string, a number or a boolean.
    Scalar(serde_json::Value),
    /// A secret by the reference that it is: `${file:/run/secrets/token}`.
    Reference(String),
    /// A list.
    List(Vec<Shown>),
    /// A mapping: every key of its description.
    Mapping(Vec<Entry>),
    /// No value; in words what holds then.
    Nothing(&'static str),
    /// A directory, whose files stand where they are counted.
    Merged(String),
}

/// Where a value comes from.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Origin {
    /// It is not written: the shipped default, or nothing.
    Default,
    /// It is written there.
    Written {
        /// The file, as the operator named it.
        file: String,
        /// From 1.
        line: usize,
        /// From 1, in characters.
        column: usize,
        /// What `${…}` in it stood for.
        references: Vec<Reference>,
        /// A secret was left out.
        hidden: bool,
    },
}

impl Effective {
    /// The settings of one site, by its index in the snapshot.
    pub fn site(&self, index: usize) -> Option<Self> {
        let sites = self.entries.iter().find(|entry| entry.key == "sites")?;
        let Shown::List(sites) = &sites.value else { return None };
        match sites.get(index)? {
            Shown::Mapping(entries) => Some(Self { entries: entries.clone() }),
            _ => None,
        }
    }
}
