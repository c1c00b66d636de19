//! `tamis records prune`: deletes what is older than wanted.

use std::path::PathBuf;
use std::process::ExitCode;

use super::place::{self, Place};
use crate::cli::terminal::{say, tell};
use crate::registry::Lifetime;
use crate::store::{SigningKey, now};

#[derive(Debug, clap::Args)]
#[group(id = "age", required = true, multiple = false, args = ["before", "keep"])]
pub(super) struct Arguments {
    #[command(flatten)]
    place: Place,
    /// Delete what was recorded before this date or time (UTC)
    #[arg(long, value_parser = place::time, value_name = "DATE|TIME")]
    before: Option<i64>,
    /// Delete what is older than this: 3 years, 400 days
    #[arg(long, value_parser = period, value_name = "PERIOD")]
    keep: Option<i64>,
    /// Only of this instance's chain
    #[arg(long)]
    instance: Option<String>,
    /// The key that signs the checkpoint, instead of the configuration's
    #[arg(long, value_name = "FILE")]
    key: Option<PathBuf>,
}

fn period(text: &str) -> Result<i64, String> {
    match Lifetime::parse(text) {
        Some(Lifetime::Seconds(seconds)) => i64::try_from(seconds).map_err(|_| "this is too long".to_owned()),
        _ => Err("write a period such as \"3 years\" or \"400 days\"".to_owned()),
    }
}

pub(super) async fn prune(arguments: &Arguments) -> Result<ExitCode, String> {
    if arguments.place.is_bare() && arguments.key.is_none() {
        return Err("--database needs --key FILE, the key that signs the checkpoint".to_owned());
    }
    let settings = arguments.place.settings()?;
    let now = now();
    // What will be recorded can't be old yet.
    let before =
        arguments.before.or(arguments.keep.map(|keep| now.saturating_sub(keep))).unwrap_or(now).min(now);
    let path = arguments.key.as_ref().unwrap_or(&settings.key);
    let key = SigningKey::read(path).map_err(|fault| fault.to_string())?;
    let mut ledger = place::open(&settings).await?;
    let mut found = false;
    for instance in ledger.instances().await.map_err(|fault| fault.to_string())? {
        if arguments.instance.as_ref().is_some_and(|only| *only != instance) {
            continue;
        }
        let pruned = ledger.prune(&instance, before, now, &key).await.map_err(|fault| fault.to_string())?;
        found = true;
        say(&format!("{instance}: {} deleted, {} blanked", pruned.deleted, pruned.blanked));
    }
    if !found {
        tell(place::NONE);
    }
    Ok(ExitCode::SUCCESS)
}
