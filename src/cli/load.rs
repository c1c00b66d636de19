//! Reading a configuration and the files that it names.

use std::fs::{self, File};
use std::io::{ErrorKind, Read as _};
use std::path::{Path, PathBuf};

use crate::config::{self, Compiled, Outside};
use crate::diagnostic::{Diagnostics, Source};
use crate::registry::Registry;

/// Octets of a configuration or a registry: a hundred thousand declared cookies take less than half of it.
pub(super) const MOST_OCTETS: u64 = 64 << 20;
/// Names in a directory of sites.
const MOST_NAMES: usize = 100_000;

/// Compiles the configuration in a file, which is one of its sources too. Nobody serves by it, so certificates and keys are
/// not looked into.
///
/// # Errors
/// The file can't be read; the sentence says why and what to do.
pub(super) fn load(path: &Path) -> Result<Compiled, String> {
    let read = |path: &Path, most: u64| text(octets(path, most)?);
    let environment = |name: &str| std::env::var(name).ok();
    compile(path, Outside { environment: &environment, read: &read, list: &list, check: &|_| Vec::new() })
}

/// The same, of a world in which somebody looks on.
///
/// # Errors
/// The file can't be read; the sentence says why and what to do.
pub(super) fn compile(path: &Path, outside: Outside<'_>) -> Result<Compiled, String> {
    let text = (outside.read)(path, MOST_OCTETS).map_err(|reason| {
        format!("can't read {}: {reason}; name the configuration by --config FILE", path.display())
    })?;
    let base = path.parent().map(Path::to_path_buf).unwrap_or_default();
    let source = Source::new(path.display().to_string(), text);
    let mut compiled = config::compile(source, &base, outside);
    compiled.sources.files.insert(path.to_owned());
    Ok(compiled)
}

/// Compiles the registry in a file.
///
/// # Errors
/// The file can't be read; the sentence says why.
pub(super) fn registry(path: &Path) -> Result<(Option<Registry>, Diagnostics), String> {
    let text = octets(path, MOST_OCTETS).and_then(text);
    let text = text.map_err(|reason| format!("can't read {}: {reason}", path.display()))?;
    Ok(Registry::compile(Source::new(path.display().to_string(), text)))
}

/// The default place of the configuration.
pub(super) fn default_path() -> PathBuf {
    PathBuf::from("config/tamis.yaml")
}

/// The names of what is in a directory, or the reason why there are none.
pub(super) fn list(path: &Path) -> Result<Vec<String>, String> {
    let unlisted = |fault: std::io::Error| match fault.kind() {
        ErrorKind::NotFound => "there is no such directory".to_owned(),
        ErrorKind::NotADirectory => "it is no directory".to_owned(),
        _ => unreadable(&fault),
    };
    let mut names = Vec::new();
    for entry in fs::read_dir(path).map_err(unlisted)? {
        if names.len() == MOST_NAMES {
            return Err(format!("it has more than {MOST_NAMES} names in it"));
        }
        names.push(entry.map_err(unlisted)?.file_name().to_string_lossy().into_owned());
    }
    Ok(names)
}

/// What a file of at most so many octets holds, or the reason why that can't be said.
#[expect(clippy::disallowed_methods, reason = "bounded by take")]
pub(super) fn octets(path: &Path, most: u64) -> Result<Vec<u8>, String> {
    let mut octets = Vec::new();
    let file = File::open(path).map_err(|fault| unreadable(&fault))?;
    file.take(most + 1).read_to_end(&mut octets).map_err(|fault| unreadable(&fault))?;
    if octets.len() as u64 > most {
        let size = if most < 1 << 20 { format!("{} KiB", most >> 10) } else { format!("{} MiB", most >> 20) };
        return Err(format!("it is larger than {size}"));
    }
    Ok(octets)
}

/// The octets of a file as text, or the reason why they are none.
pub(super) fn text(octets: Vec<u8>) -> Result<String, String> {
    String::from_utf8(octets).map_err(|fault| {
        let before = fault.as_bytes().get(..fault.utf8_error().valid_up_to()).unwrap_or_default();
        let line = before.iter().filter(|octet| **octet == b'\n').count() + 1;
        format!("line {line} is not UTF-8, so save the file as UTF-8")
    })
}

/// Why a file can't be read, in words.
pub(super) fn unreadable(fault: &std::io::Error) -> String {
    match fault.kind() {
        ErrorKind::NotFound => "there is no such file".to_owned(),
        ErrorKind::IsADirectory => "it is a directory".to_owned(),
        ErrorKind::PermissionDenied => "this user may not read it".to_owned(),
        _ => fault.to_string(),
    }
}
