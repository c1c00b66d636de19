//! `tamis records forget`: a visitor's right to erasure (GDPR article 17).

use std::process::ExitCode;

use super::place::{self, Place};
use crate::cli::FAULTY;
use crate::cli::terminal::{complain, say};
use crate::store::now;

#[derive(Debug, clap::Args)]
pub(super) struct Arguments {
    #[command(flatten)]
    place: Place,
    /// The visitor's: the value of their `tamis_choice` cookie, or its id in 32 hexadecimal digits
    #[arg(value_parser = place::id)]
    id: [u8; 16],
}

pub(super) async fn forget(arguments: &Arguments) -> Result<ExitCode, String> {
    let mut ledger = arguments.place.open().await?;
    let count = ledger.forget(&arguments.id, now()).await.map_err(|fault| fault.to_string())?;
    if count == 0 {
        complain("there is no record with this id");
        return Ok(FAULTY.into());
    }
    say(&format!(
        "forgotten: {count} (the chain keeps their digests; backups and exports keep what they have)"
    ));
    Ok(ExitCode::SUCCESS)
}
