//! From text to snapshot: the whole configuration, or all its faults.

use std::path::Path;
use std::sync::Arc;

use super::outside::{Outside, Sources};
use super::pem::Checking;
use super::registries::Registries;
use super::site_files::SiteFiles;
use super::snapshot::Snapshot;
use super::{schema, substitute};
use crate::diagnostic::{Diagnostics, Source};
use crate::document::Document;

/// What became of a configuration.
pub struct Compiled {
    /// There is one exactly if no fault is an error.
    pub snapshot: Option<Snapshot>,
    /// All faults and warnings: of the configuration, then of its sites' files, then of its registries.
    pub faults: Diagnostics,
    /// What it was made from, beside its own text.
    pub sources: Sources,
    /// As it is written; `None` where it is no YAML.
    pub(super) written: Option<Written>,
}

/// The trees of a configuration.
pub(super) struct Written {
    pub(super) document: Document,
    pub(super) site_files: SiteFiles,
}

/// Compiles a configuration, whose paths are relative to `base`, the directory of its file.
pub fn compile(source: Arc<Source>, base: &Path, outside: Outside<'_>) -> Compiled {
    let mut sources = Sources::default();
    let mut document = match Document::parse(source) {
        Ok(document) => document,
        Err(faults) => return Compiled { snapshot: None, faults, sources, written: None },
    };
    substitute::all(&mut document, &schema::SETTINGS, base, outside, &mut sources);
    let site_files = SiteFiles::load(&document, base, outside, &mut sources);
    let mut registries = Registries::new(outside.read);
    let snapshot = Snapshot::read(&document, base, &site_files, &mut registries);
    Checking { document: &document, base, check: outside.check }.mapping(document.root(), &schema::SETTINGS);
    for (file, document) in site_files.iter().filter_map(|file| Some((file, file.document()?))) {
        Checking { document, base: &file.base, check: outside.check }.mapping(document.root(), &schema::SITE);
    }
    let mut faults = document.faults();
    faults.extend(site_files.faults());
    faults.extend(registries.into_faults());
    sources.named_by(document.root(), &schema::SETTINGS, base);
    for (file, document) in site_files.iter().filter_map(|file| Some((file, file.document()?))) {
        sources.named_by(document.root(), &schema::SITE, &file.base);
    }
    let written = Some(Written { document, site_files });
    Compiled { snapshot: snapshot.filter(|_| faults.errors() == 0), faults, sources, written }
}
