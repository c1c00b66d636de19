//! Reading a configuration and the registries that it names.

use std::fs::File;
use std::io::{ErrorKind, Read as _};
use std::path::{Path, PathBuf};

use crate::config::{self, Snapshot};
use crate::diagnostic::{Diagnostics, Source};
use crate::registry::Registry;

/// Octets of a file: a hundred thousand declared cookies take less than half of it.
const MOST_OCTETS: u64 = 64 << 20;

/// Compiles the configuration in a file.
///
/// # Errors
/// The file can't be read; the sentence says why and what to do.
pub(super) fn load(path: &Path) -> Result<(Option<Snapshot>, Diagnostics), String> {
    let text = read(path).map_err(|reason| {
        format!("can't read {}: {reason}; name the configuration by --config FILE", path.display())
    })?;
    let base = path.parent().map(Path::to_path_buf).unwrap_or_default();
    let source = Source::new(path.display().to_string(), text);
    let environment = |name: &str| std::env::var(name).ok();
    Ok(config::compile(source, &base, &environment, &|path| read(path)))
}

/// Compiles the registry in a file.
///
/// # Errors
/// The file can't be read; the sentence says why.
pub(super) fn registry(path: &Path) -> Result<(Option<Registry>, Diagnostics), String> {
    let text = read(path).map_err(|reason| format!("can't read {}: {reason}", path.display()))?;
    Ok(Registry::compile(Source::new(path.display().to_string(), text)))
}

/// A fault of a file that only it can tell, as the JSON object that [`Diagnostic::json`](crate::diagnostic::Diagnostic::json)
/// makes of others.
pub(super) fn file_fault(config: &Path, message: &str) -> serde_json::Value {
    serde_json::json!({
        "file": config.display().to_string(), "line": null, "column": null,
        "severity": "error", "kind": "file", "path": "", "message": message, "help": "",
    })
}

/// The default place of the configuration.
pub(super) fn default_path() -> PathBuf {
    PathBuf::from("config/tamis.yaml")
}

/// The text of a file, or the reason why there is none.
#[expect(clippy::disallowed_methods, reason = "bounded by take")]
fn read(path: &Path) -> Result<String, String> {
    let mut octets = Vec::new();
    let file = File::open(path).map_err(|fault| unreadable(&fault))?;
    file.take(MOST_OCTETS + 1).read_to_end(&mut octets).map_err(|fault| unreadable(&fault))?;
    if octets.len() as u64 > MOST_OCTETS {
        return Err(format!("it is larger than {} MiB", MOST_OCTETS >> 20));
    }
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
