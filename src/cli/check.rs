//! `tamis check`: every fault of the configuration and its registries, and whether certificates can be used.

use std::path::PathBuf;
use std::process::ExitCode;

use super::terminal::{colours, say};
use super::{FAULTY, Format, load};
use crate::config::Snapshot;
use crate::diagnostic::Diagnostics;
use crate::downstream;
use crate::proxy::Gateway;

#[derive(Debug, clap::Args)]
pub(super) struct Arguments {
    /// The gateway's configuration
    #[arg(long, short, env = "TAMIS_CONFIG", default_value_os_t = load::default_path())]
    config: PathBuf,
    /// Take warnings for errors
    #[arg(long)]
    strict: bool,
    /// How the faults are written
    #[arg(long, value_enum, default_value_t = Format::Human)]
    format: Format,
}

pub(super) fn check(arguments: &Arguments) -> ExitCode {
    let (snapshot, mut faults) = match load::load(&arguments.config) {
        Ok(loaded) => loaded,
        Err(fault) => {
            report(arguments, &Diagnostics::default(), &[fault]);
            return FAULTY.into();
        }
    };
    if arguments.strict {
        faults.strict();
    }
    let files = snapshot.map_or_else(Vec::new, unusable);
    report(arguments, &faults, &files);
    if faults.errors() + files.len() > 0 { FAULTY.into() } else { ExitCode::SUCCESS }
}

/// What only the files beside the configuration can tell: certificates, keys, CA files.
fn unusable(snapshot: Snapshot) -> Vec<String> {
    let listeners = snapshot.listeners.clone();
    let certificates = listeners.iter().filter_map(|listener| {
        let fault = downstream::acceptor(listener.tls.as_deref()?).err()?;
        Some(format!("listener {}: {fault}", listener.address))
    });
    let mut faults: Vec<String> = certificates.collect();
    faults.extend(Gateway::new(snapshot, None).err().map(|(site, fault)| format!("site {site}: {fault}")));
    faults
}

fn report(arguments: &Arguments, faults: &Diagnostics, files: &[String]) {
    if arguments.format == Format::Json {
        let mut all: Vec<_> = faults.iter().map(crate::diagnostic::Diagnostic::json).collect();
        all.extend(files.iter().map(|message| load::file_fault(&arguments.config, message)));
        let errors = faults.errors() + files.len();
        let found = serde_json::json!({ "errors": errors, "warnings": faults.warnings(), "faults": all });
        say(&format!("{found:#}"));
        return;
    }
    if !faults.is_empty() {
        say(&format!("{}\n", faults.render(colours(&std::io::stdout()))));
    }
    for file in files {
        say(&format!("error: {file}\n"));
    }
    let (errors, warnings) = (faults.errors() + files.len(), faults.warnings());
    match (errors, warnings) {
        (0, 0) => say(&format!("{} is in order", arguments.config.display())),
        _ => say(&format!("{} and {}", count(errors, "error"), count(warnings, "warning"))),
    }
}

fn count(number: usize, word: &str) -> String {
    format!("{number} {word}{}", if number == 1 { "" } else { "s" })
}
