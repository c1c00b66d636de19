//! `tamis records key`: what others verify signed heads by.

use std::path::PathBuf;
use std::process::ExitCode;

use super::place::Place;
use crate::cli::terminal::{say, tell};
use crate::store::SigningKey;

#[derive(Debug, clap::Args)]
pub(super) struct Arguments {
    #[command(flatten)]
    place: Place,
    /// The private key's file, instead of the configuration's
    #[arg(long, value_name = "FILE")]
    key: Option<PathBuf>,
}

/// PEM on standard output, to be put into a file; the digits that stand in every head on standard error.
pub(super) fn key(arguments: &Arguments) -> Result<ExitCode, String> {
    let path = match &arguments.key {
        Some(path) => path.clone(),
        None => arguments.place.settings()?.key,
    };
    let public = SigningKey::read(&path).map_err(|fault| fault.to_string())?.public();
    say(public.pem().trim_end());
    tell(&format!("key {public}; a chain without a name of its own is called {}", public.instance()));
    Ok(ExitCode::SUCCESS)
}
