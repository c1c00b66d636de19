//! What the files of a configuration held when it was read: a reload has something to do where they hold something else.
//!
//! They are looked at again and again, so that what nobody touched is not read again (`stamp`).

use std::cell::RefCell;
use std::collections::{BTreeMap, BTreeSet};
use std::os::unix::fs::FileTypeExt as _;
use std::path::{Path, PathBuf};

use aws_lc_rs::digest::{SHA256, digest};

use super::stamp::Stamp;
use crate::cli::load;
use crate::config::{Compiled, Outside, Pem, is_site_file};
use crate::consent::hex;
use crate::server;

/// Files and directories with what they held.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(in crate::cli) struct Contents {
    files: BTreeMap<PathBuf, File>,
    directories: BTreeMap<PathBuf, Directory>,
}

#[derive(Clone, Debug)]
struct Directory {
    /// The names of sites' files, or why there are none.
    names: Result<BTreeSet<String>, String>,
    /// Since when there have been these.
    stamp: Option<Stamp>,
}

impl PartialEq for Directory {
    fn eq(&self, other: &Self) -> bool {
        self.names == other.names
    }
}

impl Eq for Directory {}

#[derive(Clone, Debug)]
struct File {
    /// What is read of it: so many octets at most.
    most: u64,
    role: Role,
    /// SHA-256 of what it holds, or why it can't be read.
    held: Result<[u8; 32], String>,
    /// Since when it has held that.
    stamp: Option<Stamp>,
}

/// A file that was written anew with what it held is the same.
impl PartialEq for File {
    fn eq(&self, other: &Self) -> bool {
        (self.most, self.role, &self.held) == (other.most, other.role, &other.held)
    }
}

impl Eq for File {}

/// What a file is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Role {
    /// It is compiled: the configuration, a site, a registry.
    Text,
    /// It holds a secret.
    Secret,
    /// A certificate, a key, a CA file: whoever serves reads it.
    Other,
}

impl File {
    fn read(path: &Path, most: u64) -> (Self, Result<Vec<u8>, String>) {
        // Before it is read: what is written meanwhile has another stamp.
        let stamp = Stamp::of(path);
        let octets = if is_pipe(path) { Err(PIPE.to_owned()) } else { load::octets(path, most) };
        let held = octets.as_ref().map_err(String::clone).map(|octets| sha256(octets));
        (Self { most, role: Role::Text, held, stamp }, octets)
    }

    fn again(&self, path: &Path) -> Self {
        if stands(self.stamp, path) {
            return self.clone();
        }
        Self { role: self.role, ..Self::read(path, self.most).0 }
    }
}

impl Directory {
    fn read(path: &Path) -> (Self, Result<Vec<String>, String>) {
        let (stamp, names) = (Stamp::of(path), load::list(path));
        (Self { names: of_sites(&names), stamp }, names)
    }

    fn again(&self, path: &Path) -> Self {
        if stands(self.stamp, path) { self.clone() } else { Self::read(path).0 }
    }
}

/// Nobody has touched what it is of; where there is none, somebody may have.
fn stands(stamp: Option<Stamp>, path: &Path) -> bool {
    stamp.is_some_and(|stamp| stamp.stands(path))
}

/// Opening one waits until somebody writes, and nobody else would be reloaded meanwhile.
fn is_pipe(path: &Path) -> bool {
    std::fs::metadata(path).is_ok_and(|file| file.file_type().is_fifo())
}

const PIPE: &str =
    "it is a pipe, and what a gateway serves is read again when it changes: write it to a file";

impl Contents {
    /// Compiles a configuration, and notes each file as it was read for that; certificates, keys and CA files as they are
    /// before somebody reads them.
    ///
    /// # Errors
    /// The configuration's own file can't be read: a sentence.
    pub(in crate::cli) fn load(config: &Path) -> (Self, Result<Compiled, String>) {
        let noted = RefCell::new(Self::default());
        let read = |path: &Path, most: u64| {
            let (file, octets) = File::read(path, most);
            noted.borrow_mut().files.insert(path.to_owned(), file);
            load::text(octets?)
        };
        let list = |path: &Path| {
            let (directory, names) = Directory::read(path);
            noted.borrow_mut().directories.insert(path.to_owned(), directory);
            names
        };
        let environment = |name: &str| std::env::var(name).ok();
        let check = |pem: Pem<'_>| {
            let files: &[&Path] = match pem {
                Pem::Server(files) | Pem::Client(files) => &[&files.certificate, &files.key],
                Pem::Authorities(path) => &[path],
            };
            files.iter().for_each(|path| noted.borrow_mut().note(path));
            server::check(pem)
        };
        let outside = Outside { environment: &environment, read: &read, list: &list, check: &check };
        let compiled = load::compile(config, outside);
        let mut noted = noted.into_inner();
        for path in compiled.iter().flat_map(|compiled| &compiled.sources.files) {
            noted.note(path);
        }
        for path in compiled.iter().flat_map(|compiled| &compiled.sources.secrets) {
            if let Some(file) = noted.files.get_mut(path) {
                file.role = Role::Secret;
            }
        }
        (noted, compiled)
    }

    /// Notes a file that whoever serves reads, as it is before.
    fn note(&mut self, path: &Path) {
        let read = || File { role: Role::Other, ..File::read(path, load::MOST_OCTETS).0 };
        self.files.entry(path.to_owned()).or_insert_with(read);
    }

    /// The same files and directories as they are now.
    pub(super) fn again(&self) -> Self {
        let file = |(path, file): (&PathBuf, &File)| (path.clone(), file.again(path));
        let directory = |(path, directory): (&PathBuf, &Directory)| (path.clone(), directory.again(path));
        Self {
            files: self.files.iter().map(file).collect(),
            directories: self.directories.iter().map(directory).collect(),
        }
    }

    /// Nobody has touched any of them, as it nearly always is; told without reading anything.
    pub(super) fn stand(&self) -> bool {
        self.files.iter().all(|(path, file)| stands(file.stamp, path))
            && self.directories.iter().all(|(path, directory)| stands(directory.stamp, path))
    }

    /// Fingerprints of certificates, keys and CA files, by their paths as seen from the directory of the configuration.
    pub(in crate::cli) fn fingerprints(&self, config: &Path) -> BTreeMap<String, String> {
        let base = config.parent().unwrap_or(config);
        let others = self.files.iter().filter(|(_, file)| file.role == Role::Other);
        let fingerprint = |(path, file): (&PathBuf, &File)| {
            let held = file.held.as_ref().map_or_else(String::clone, |held| hex::encode(held));
            (path.strip_prefix(base).unwrap_or(path).display().to_string(), held)
        };
        others.map(fingerprint).collect()
    }

    /// The secrets that are others in `after`.
    pub(super) fn other_secrets<'a>(&'a self, after: &'a Self) -> impl Iterator<Item = &'a Path> {
        let secrets = self.files.iter().filter(|(_, file)| file.role == Role::Secret);
        let other =
            |(path, file): &(&PathBuf, &File)| after.files.get(*path).is_some_and(|after| after != *file);
        secrets.filter(other).map(|(path, _)| path.as_path())
    }

    /// All files.
    pub(super) fn files(&self) -> impl Iterator<Item = &Path> {
        self.files.keys().map(PathBuf::as_path)
    }

    /// All directories in which a new file counts.
    pub(super) fn directories(&self) -> impl Iterator<Item = &Path> {
        self.directories.keys().map(PathBuf::as_path)
    }
}

fn of_sites(names: &Result<Vec<String>, String>) -> Result<BTreeSet<String>, String> {
    let names = names.as_ref().map_err(String::clone)?;
    Ok(names.iter().filter(|name| is_site_file(name)).cloned().collect())
}

fn sha256(octets: &[u8]) -> [u8; 32] {
    let mut held = [0; 32];
    held.copy_from_slice(digest(&SHA256, octets).as_ref());
    held
}
