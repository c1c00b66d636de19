//! A file for each site in a directory (`sites_from:`).
//!
//! Every `*.yaml` of the directory is one site, with the keys of an item of `sites:`, in the order of the names. What
//! begins with a dot is none: hidden files, some editors' drafts, and the `..data` by which Kubernetes swaps a volume.
//! Backups and other drafts (`a.yaml~`, `#a.yaml#`, `a.yaml.swp`) don't end in `.yaml`.

use std::path::{Path, PathBuf};

use super::outside::{Outside, Sources};
use super::{schema, substitute};
use crate::diagnostic::{Diagnostics, Source};
use crate::document::{Document, Node, Value};

/// Octets of one site's file.
const MOST_OCTETS: u64 = 16 << 20;
/// How the name of a site's file ends.
const ENDING: &str = ".yaml";

/// The files of all sites that have one, in the order of their names.
#[derive(Default)]
pub(super) struct SiteFiles(Vec<SiteFile>);

/// One site's file.
pub(super) struct SiteFile {
    /// The directory that its paths are relative to.
    pub(super) base: PathBuf,
    /// Its tree, or why there is none.
    parsed: Result<Document, Diagnostics>,
}

impl SiteFile {
    /// Its tree, where it is YAML.
    pub(super) fn document(&self) -> Option<&Document> {
        self.parsed.as_ref().ok()
    }
}

impl SiteFiles {
    /// Reads the directory that the configuration names, if it does; what is wrong with the directory is reported there.
    pub(super) fn load(
        document: &Document,
        base: &Path,
        outside: Outside<'_>,
        sources: &mut Sources,
    ) -> Self {
        let Value::Map(entries) = &document.root().value else { return Self::default() };
        let Some((_, node)) = entries.iter().find(|(key, _)| key.name == "sites_from") else {
            return Self::default();
        };
        let Some(directory) = document.string(node, "`sites_from`").map(|path| base.join(path)) else {
            return Self::default();
        };
        let names = names(document, node, &directory, outside);
        let read = |name| {
            let path = directory.join(name);
            let text = (outside.read)(&path, MOST_OCTETS);
            sources.files.insert(path.clone());
            match text {
                Ok(text) => Some(Self::parse(&path, text, &directory, outside, sources)),
                Err(reason) => {
                    unreadable(document, node, &format!("the site's file {}", path.display()), &reason);
                    None
                }
            }
        };
        let files = Self(names.into_iter().filter_map(read).collect());
        sources.directories.insert(directory);
        files
    }

    fn parse(
        path: &Path,
        text: String,
        base: &Path,
        outside: Outside<'_>,
        sources: &mut Sources,
    ) -> SiteFile {
        let mut parsed = Document::parse(Source::new(path.display().to_string(), text));
        if let Ok(document) = &mut parsed {
            substitute::all(document, &schema::SITE, base, outside, sources);
        }
        SiteFile { base: base.to_owned(), parsed }
    }

    /// The files, in the order of their names.
    pub(super) fn iter(&self) -> impl Iterator<Item = &SiteFile> {
        self.0.iter()
    }

    /// The faults of all files, in the order of their names.
    pub(super) fn faults(&self) -> Diagnostics {
        let mut faults = Diagnostics::default();
        for file in &self.0 {
            faults.extend(match &file.parsed {
                Ok(document) => document.faults(),
                Err(fault) => fault.clone(),
            });
        }
        faults
    }
}

/// Whether a name in the directory of `sites_from` is that of a site's file.
pub fn is_site_file(name: &str) -> bool {
    !name.starts_with('.') && name.ends_with(ENDING)
}

/// The names of the sites' files, sorted.
fn names(document: &Document, node: &Node, directory: &Path, outside: Outside<'_>) -> Vec<String> {
    let shown = directory.display();
    let mut names = match (outside.list)(directory) {
        Ok(names) => names,
        Err(reason) => {
            unreadable(document, node, &format!("the directory {shown}"), &reason);
            return Vec::new();
        }
    };
    names.retain(|name| !name.starts_with('.'));
    names.sort_unstable();
    for name in names.iter().filter(|name| name.ends_with(".yml")) {
        let message = format!("{} is not read", directory.join(name).display());
        let help = format!("name it {}{ENDING}", name.trim_end_matches(".yml"));
        document.warning(&node.span, "ignored-file", message, help);
    }
    names.retain(|name| is_site_file(name));
    if names.is_empty() {
        let message = format!("the directory {shown} has no site in it");
        let help = "put a file for each site into it, whose name ends in .yaml, or remove this key";
        document.error(&node.span, "no-sites", message, help);
    }
    names
}

fn unreadable(document: &Document, node: &Node, what: &str, reason: &str) {
    let help = "write the path of a directory that tamis may read, relative to the directory of this file";
    document.error(&node.span, "unreadable-sites", format!("{what} can't be read: {reason}"), help);
}
