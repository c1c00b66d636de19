//! `tamis policy`: the cookie policy of a registry as a file.

use std::path::PathBuf;
use std::process::ExitCode;

use clap::ValueEnum;

use super::terminal::{colours, complain, print, tell};
use super::{FAULTY, WRONG, load};
use crate::pages::{Export, export};

#[derive(Debug, clap::Args)]
pub(super) struct Arguments {
    /// The registry
    #[arg(value_name = "REGISTRY")]
    registry: PathBuf,
    /// How the policy is written
    #[arg(long, value_enum, default_value_t = Format::Html)]
    format: Format,
    /// The language, where the registry has several; the first of them by default
    #[arg(long, value_name = "TAG")]
    language: Option<String>,
}

#[derive(Clone, Copy, Debug, ValueEnum)]
enum Format {
    /// The whole page in one file
    Html,
    /// Markdown, with tables
    Md,
    /// One JSON object
    Json,
    /// One line a row of the policy, for spreadsheets
    Csv,
    /// The plain text that consent records keep the digest of
    Shown,
}

pub(super) const EXAMPLES: &str = "\
Examples:
  tamis policy config/registry/lille.yaml > policy.html
  tamis policy --format csv --language fr config/registry/lille.yaml > cookies.csv

Exit codes:
  0  done
  1  the registry has errors, or can't be read
  2  wrong arguments, or a language that the registry doesn't have";

pub(super) fn policy(arguments: &Arguments) -> ExitCode {
    let (registry, faults) = match load::registry(&arguments.registry) {
        Ok(loaded) => loaded,
        Err(fault) => {
            complain(&fault);
            return FAULTY.into();
        }
    };
    let Some(registry) = registry else {
        tell(&faults.render(colours(&std::io::stderr())));
        return FAULTY.into();
    };
    let format = match arguments.format {
        Format::Html => Export::Html,
        Format::Md => Export::Markdown,
        Format::Json => Export::Json,
        Format::Csv => Export::Csv,
        Format::Shown => Export::Shown,
    };
    match export(&registry, arguments.language.as_deref(), format) {
        Ok(text) => {
            print(&text);
            ExitCode::SUCCESS
        }
        Err(fault) => {
            complain(&fault.to_string());
            WRONG.into()
        }
    }
}
