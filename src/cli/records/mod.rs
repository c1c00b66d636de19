//! `tamis records`: what people do with consent records. One file a command.

mod export;
mod forget;
mod key;
mod list;
mod place;
mod prune;
mod shown;
mod stats;
mod verify;

use std::process::ExitCode;

use clap::Subcommand;

use super::FAULTY;
use super::terminal::complain;

#[derive(Debug, clap::Args)]
pub(super) struct Arguments {
    #[command(subcommand)]
    command: Command,
}

pub(super) const EXITS: &str = "\
docs/records.md says what is kept, what it proves, and how to answer a visitor or a regulator.

Exit codes:
  0  done; for `verify`: everything is in order
  1  for `verify`: something is wrong; else: there is no such record, or something can't be read or written
  2  wrong arguments";

#[derive(Debug, Subcommand)]
enum Command {
    /// List records, one a line: chain, place, time, id, site, where it was made, language, choices
    #[command(after_help = EXITS)]
    List(list::List),
    /// Show everything that is kept of one visitor's choices
    #[command(after_help = EXITS)]
    Show(list::Show),
    /// Write records as JSON Lines, which can be verified, or as CSV
    #[command(after_help = EXITS)]
    Export(export::Arguments),
    /// Compute every digest and link again, and compare with the signed heads
    #[command(after_help = EXITS)]
    Verify(verify::Arguments),
    /// Blank the records of one visitor; the chain keeps their digests
    #[command(after_help = EXITS)]
    Forget(forget::Arguments),
    /// Delete records that are older than wanted, and leave a signed checkpoint
    #[command(after_help = EXITS)]
    Prune(prune::Arguments),
    /// Count records, chain by chain
    #[command(after_help = EXITS)]
    Stats(stats::Arguments),
    /// Print the public key by which others verify the signed heads
    #[command(after_help = EXITS)]
    Key(key::Arguments),
}

/// Does what it says.
pub(super) fn records(arguments: &Arguments) -> ExitCode {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build();
    let done = runtime.map_err(|fault| fault.to_string()).and_then(|runtime| {
        runtime.block_on(async {
            match &arguments.command {
                Command::List(arguments) => list::list(arguments).await,
                Command::Show(arguments) => list::show(arguments).await,
                Command::Export(arguments) => export::export(arguments).await,
                Command::Verify(arguments) => verify::verify(arguments).await,
                Command::Forget(arguments) => forget::forget(arguments).await,
                Command::Prune(arguments) => prune::prune(arguments).await,
                Command::Stats(arguments) => stats::stats(arguments).await,
                Command::Key(arguments) => key::key(arguments),
            }
        })
    });
    done.unwrap_or_else(|fault| {
        complain(&fault);
        FAULTY.into()
    })
}
