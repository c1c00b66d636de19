//! `tamis check`: every fault of the configuration and its registries, and whether certificates can be used.

use std::path::PathBuf;
use std::process::ExitCode;

use super::report::{Report, sum};
use super::terminal::{colours, say};
use super::{FAULTY, Format, load};
use crate::config::Compiled;
use crate::server;

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
    let mut found = match load::load(&arguments.config) {
        Ok(Compiled { snapshot, faults, .. }) => {
            let unusable = snapshot.map_or_else(Vec::new, server::unusable);
            Report::new(&arguments.config, faults).unusable(&unusable)
        }
        Err(fault) => Report::unreadable(&arguments.config, fault),
    };
    if arguments.strict {
        found.strict();
    }
    report(arguments, &found);
    if found.errors() > 0 { FAULTY.into() } else { ExitCode::SUCCESS }
}

fn report(arguments: &Arguments, found: &Report) {
    let (errors, warnings) = (found.errors(), found.warnings());
    if arguments.format == Format::Json {
        let found = serde_json::json!({ "errors": errors, "warnings": warnings, "faults": found.json() });
        return say(&format!("{found:#}"));
    }
    if errors + warnings == 0 {
        return say(&format!("{} is in order", arguments.config.display()));
    }
    say(&found.excerpts(colours(&std::io::stdout())));
    say(&sum(errors, warnings));
}
