//! `tamis schema`: the JSON Schema of a file, for editors.

use std::process::ExitCode;

use clap::ValueEnum;

use super::terminal::say;
use crate::{config, registry};

#[derive(Debug, clap::Args)]
pub(super) struct Arguments {
    /// Of which file
    #[arg(value_enum, default_value_t = File::Config)]
    file: File,
}

#[derive(Clone, Copy, Debug, ValueEnum)]
enum File {
    /// The gateway's configuration
    Config,
    /// A registry of declared cookies
    Registry,
    /// One site, a file of the directory that `sites_from` names
    Site,
}

pub(super) const EXAMPLES: &str = "\
An editor with a YAML language server completes and checks a file whose first line is, for example:
  # yaml-language-server: $schema=tamis.schema.json

Exit codes:
  0  done
  2  wrong arguments";

pub(super) fn schema(arguments: &Arguments) -> ExitCode {
    let schema = match arguments.file {
        File::Config => config::schema(),
        File::Registry => registry::schema(),
        File::Site => config::site_schema(),
    };
    say(&format!("{schema:#}"));
    ExitCode::SUCCESS
}
