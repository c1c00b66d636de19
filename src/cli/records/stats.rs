//! `tamis records stats`: counts.

use std::process::ExitCode;

use super::place::{self, Place};
use super::shown::time;
use crate::cli::Format;
use crate::cli::terminal::{say, tell};

#[derive(Debug, clap::Args)]
pub(super) struct Arguments {
    #[command(flatten)]
    place: Place,
    /// How they are written
    #[arg(long, value_enum, default_value_t = Format::Human)]
    format: Format,
}

pub(super) async fn stats(arguments: &Arguments) -> Result<ExitCode, String> {
    let mut ledger = arguments.place.open().await?;
    let mut all = Vec::new();
    for instance in ledger.instances().await.map_err(|fault| fault.to_string())? {
        let stats = ledger.stats(&instance).await.map_err(|fault| fault.to_string())?;
        if arguments.format == Format::Human {
            say(&format!(
                "{instance}: {} choices of {} ids, {} to {}; {} notices, {} forgotten; places {} to {}",
                stats.choices,
                stats.visitors,
                time(stats.oldest),
                time(stats.newest),
                stats.notices,
                stats.forgotten,
                stats.first,
                stats.last,
            ));
        }
        all.push(serde_json::json!({
            "instance": instance, "choices": stats.choices, "ids": stats.visitors, "notices": stats.notices,
            "forgotten": stats.forgotten, "first": stats.first, "last": stats.last,
            "oldest": time(stats.oldest), "newest": time(stats.newest),
        }));
    }
    if all.is_empty() {
        tell(place::NONE);
    }
    if arguments.format == Format::Json {
        say(&format!("{:#}", serde_json::Value::from(all)));
    }
    Ok(ExitCode::SUCCESS)
}
