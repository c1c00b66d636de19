//! What a configuration may ask of the world outside of its text. This floor touches nothing of it by itself: whoever
//! compiles a configuration hands in three functions.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

use super::{Certificate, schema};
use crate::document::{Kind, Mapping, Node, Value};

/// Looks a variable up; `None` where it is not set.
pub type Environment<'a> = &'a dyn Fn(&str) -> Option<String>;
/// Reads a file as text, of at most so many octets; the error is the reason, for the operator: "there is no such file".
pub type Read<'a> = &'a dyn Fn(&Path, u64) -> Result<String, String>;
/// The names of what is in a directory, in any order; the error is the reason, for the operator.
pub type List<'a> = &'a dyn Fn(&Path) -> Result<Vec<String>, String>;

/// Whether such files can be used: all that is wrong with them.
pub type Check<'a> = &'a dyn Fn(Pem<'_>) -> Vec<Unusable>;

/// PEM files that a configuration names, and whoever serves by it reads.
#[derive(Clone, Copy, Debug)]
pub enum Pem<'a> {
    /// What user agents are shown.
    Server(&'a Certificate),
    /// What origin servers are shown.
    Client(&'a Certificate),
    /// Certificates that may sign those of origin servers.
    Authorities(&'a Path),
}

/// Why such a file can't be used.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Unusable {
    /// Which of the files it is.
    pub part: Part,
    /// The kind of fault.
    pub kind: &'static str,
    /// What is wrong.
    pub message: String,
    /// What to do.
    pub help: &'static str,
}

/// A file of a pair.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Part {
    /// That of the certificates.
    Certificates,
    /// That of the key.
    Key,
}

/// The world outside of a configuration's text.
#[derive(Clone, Copy)]
pub struct Outside<'a> {
    /// The variables of `${NAME}`.
    pub environment: Environment<'a>,
    /// Registries, files of sites and secrets.
    pub read: Read<'a>,
    /// The directory of `sites_from`.
    pub list: List<'a>,
    /// Certificates, keys and CA files.
    pub check: Check<'a>,
}

impl<'a> Outside<'a> {
    /// A world without variables and directories, in which `read` gives every file, and nobody looks into those of
    /// certificates.
    pub fn of_files(read: Read<'a>) -> Self {
        Self {
            environment: &|_| None,
            read,
            list: &|_| Err("there is no such directory".to_owned()),
            check: &|_| Vec::new(),
        }
    }
}

/// The files that a configuration depends on, which a watcher has to watch; those that can't be read too, since they
/// may come. Files that tamis itself writes (records, logs) are not among them.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Sources {
    /// Of sites, registries, certificates and keys; the configuration's own file is added by whoever reads it.
    pub files: BTreeSet<PathBuf>,
    /// Of secrets (`${file:…}`).
    pub secrets: BTreeSet<PathBuf>,
    /// Directories in which a new file counts.
    pub directories: BTreeSet<PathBuf>,
}

impl Sources {
    /// Adds the files that the settings of a mapping name, which are read where they are used: registries,
    /// certificates, keys. `base` is the directory of its document.
    pub(super) fn named_by(&mut self, node: &Node, mapping: &Mapping, base: &Path) {
        let Value::Map(entries) = &node.value else { return };
        for (key, value) in entries {
            if let Some(setting) = mapping.setting(&key.name) {
                self.named_in(value, &setting.kind, base);
            }
        }
    }

    fn named_in(&mut self, node: &Node, kind: &Kind, base: &Path) {
        match &node.value {
            Value::String(path) if names_a_file(kind) => {
                self.files.insert(base.join(path));
            }
            Value::List(items) => items.iter().for_each(|item| self.named_in(item, kind, base)),
            Value::Map(_) => {
                if let Some(mapping) = kind.mappings().first() {
                    self.named_by(node, mapping, base);
                }
            }
            _ => {}
        }
    }
}

/// Whether a string of this kind is the path of a file that tamis reads.
pub(super) fn names_a_file(kind: &Kind) -> bool {
    match kind {
        Kind::Form(form) => std::ptr::eq(*form, &schema::FILE),
        Kind::List(item, _) | Kind::OneOrMore(item, _) => names_a_file(item),
        Kind::Either(kinds) => kinds.iter().any(names_a_file),
        _ => false,
    }
}
