//! All that is wrong with the files of a configuration: as `check` shows it, as a reload logs it, as tools read it.

use std::path::{Path, PathBuf};

use serde_json::{Value, json};

use crate::diagnostic::{Diagnostic, Diagnostics};
use crate::server::StartError;

/// The faults of one reading.
#[derive(Debug)]
pub(super) struct Report {
    /// The gateway's configuration.
    config: PathBuf,
    /// What the texts themselves have.
    faults: Diagnostics,
    /// Files that can't be used, or not even be read: sentences.
    files: Vec<String>,
}

impl Report {
    /// Of a configuration and everything that it names as text.
    pub(super) fn new(config: &Path, faults: Diagnostics) -> Self {
        Self { config: config.to_owned(), faults, files: Vec::new() }
    }

    /// Of a configuration that can't be read.
    pub(super) fn unreadable(config: &Path, sentence: String) -> Self {
        Self { files: vec![sentence], ..Self::new(config, Diagnostics::default()) }
    }

    /// With certificates, keys and CA files that can't be used.
    pub(super) fn unusable(self, files: &[StartError]) -> Self {
        Self { files: files.iter().map(ToString::to_string).collect(), ..self }
    }

    /// Makes every warning an error.
    pub(super) fn strict(&mut self) {
        self.faults.strict();
    }

    pub(super) fn errors(&self) -> usize {
        self.faults.errors() + self.files.len()
    }

    pub(super) fn warnings(&self) -> usize {
        self.faults.warnings()
    }

    /// Every fault with its excerpt, for the one who edits the files: an excerpt may show a secret.
    pub(super) fn excerpts(&self, colours: bool) -> String {
        let faults = (!self.faults.is_empty()).then(|| format!("{}\n", self.faults.render(colours)));
        let files = self.files.iter().map(|file| format!("error: {file}\n"));
        faults.into_iter().chain(files).collect::<Vec<_>>().join("\n")
    }

    /// Every fault in one line, without excerpt: for logs.
    pub(super) fn lines(&self) -> impl Iterator<Item = String> {
        self.faults.iter().map(Diagnostic::line).chain(self.files.iter().map(|file| format!("error: {file}")))
    }

    /// Every fault as a JSON object.
    pub(super) fn json(&self) -> Vec<Value> {
        let file = |message: &String| {
            json!({
                "file": self.config.display().to_string(), "line": null, "column": null,
                "severity": "error", "kind": "file", "path": "", "message": message, "help": "",
            })
        };
        self.faults.iter().map(Diagnostic::json).chain(self.files.iter().map(file)).collect()
    }
}

/// How many there are: "1 error and 2 warnings".
pub(super) fn sum(errors: usize, warnings: usize) -> String {
    let count = |number: usize, word: &str| format!("{number} {word}{}", if number == 1 { "" } else { "s" });
    format!("{} and {}", count(errors, "error"), count(warnings, "warning"))
}
