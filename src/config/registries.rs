//! The registries that the sites name, each read and compiled once.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use super::outside::Read;
use crate::diagnostic::{Diagnostics, Source};
use crate::document::{Document, Node};
use crate::registry::Registry;

/// Octets of a registry's file: a hundred thousand declared cookies take less than half of it.
const MOST_OCTETS: u64 = 64 << 20;

/// A file that can't be read, one with faults of its own, or a registry.
type Loaded = Result<Option<Arc<Registry>>, String>;

/// What was read so far.
pub(super) struct Registries<'a> {
    read: Read<'a>,
    /// Few: a search is shorter than a hash.
    known: Vec<(PathBuf, Loaded)>,
    faults: Diagnostics,
}

impl<'a> Registries<'a> {
    /// None yet.
    pub(super) fn new(read: Read<'a>) -> Self {
        Self { read, known: Vec::new(), faults: Diagnostics::default() }
    }

    /// What reads files.
    pub(super) fn reader(&self) -> Read<'a> {
        self.read
    }

    /// The registry of a `registry:` key in a document of the directory `base`. A file that can't be read is reported at
    /// the key; the file's own faults are
    /// kept for [`Self::into_faults`].
    pub(super) fn load(&mut self, document: &Document, node: &Node, base: &Path) -> Option<Arc<Registry>> {
        let path = base.join(document.string(node, "`registry`")?);
        let known = self.known.iter().position(|(other, _)| *other == path);
        let index = known.unwrap_or_else(|| {
            let compiled = (self.read)(&path, MOST_OCTETS).map(|text| {
                let (registry, faults) = Registry::compile(Source::new(path.display().to_string(), text));
                self.faults.extend(faults);
                registry.map(Arc::new)
            });
            self.known.push((path.clone(), compiled));
            self.known.len() - 1
        });
        match &self.known.get(index)?.1 {
            Ok(registry) => registry.clone(),
            Err(reason) => {
                let message = format!("the registry {} can't be read: {reason}", path.display());
                let help = "write the path of a registry's file, relative to this file, that tamis may read";
                document.error(&node.span, "unreadable-registry", message, help);
                None
            }
        }
    }

    /// The faults of all registries, in the order in which they were read.
    pub(super) fn into_faults(self) -> Diagnostics {
        self.faults
    }
}
