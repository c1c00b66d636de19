//! Reading a configuration and the registries that it names.

use std::path::{Path, PathBuf};

use crate::config::{self, Snapshot};
use crate::diagnostic::{Diagnostics, Source};

/// Compiles the configuration in a file.
///
/// # Errors
/// The file can't be read; the sentence says why and what to do.
pub(super) fn load(path: &Path) -> Result<(Option<Snapshot>, Diagnostics), String> {
    let text = read(path)?;
    let base = path.parent().map(Path::to_path_buf).unwrap_or_default();
    let source = Source::new(path.display().to_string(), text);
    let environment = |name: &str| std::env::var(name).ok();
    Ok(config::compile(source, &base, &environment, &|path| read(path)))
}

/// The default place of the configuration.
pub(super) fn default_path() -> PathBuf {
    PathBuf::from("config/tamis.yaml")
}

pub(super) fn read(path: &Path) -> Result<String, String> {
    let octets = std::fs::read(path).map_err(|fault| {
        format!("can't read {}: {fault}; give the path of a file that this user can read", path.display())
    })?;
    String::from_utf8(octets).map_err(|fault| {
        let line = fault.as_bytes().get(..fault.utf8_error().valid_up_to()).unwrap_or_default();
        let line = line.iter().filter(|b| **b == b'\n').count() + 1;
        format!("{}:{line}: this is not UTF-8; save the file as UTF-8", path.display())
    })
}
