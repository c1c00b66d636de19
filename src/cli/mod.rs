//! The command line: one file a command.
//!
//! Exit codes: 0 done; 1 the files have errors; 2 wrong arguments; 3 the gateway can't start or run.

#![expect(clippy::print_stdout, clippy::print_stderr, reason = "the one room that speaks to a terminal")]

mod check;
mod load;
mod run;

use std::process::ExitCode;

use clap::{Parser, Subcommand};

/// Sifts cookies in transit: only declared and agreed cookies pass, in both directions.
#[derive(Debug, Parser)]
#[command(name = "tamis", version, about, long_about = None, after_help = EXITS)]
struct Arguments {
    #[command(subcommand)]
    command: Command,
}

const EXITS: &str =
    "Exit codes: 0 done; 1 the files have errors; 2 wrong arguments; 3 the gateway can't start or run.";

#[derive(Debug, Subcommand)]
enum Command {
    /// Run the gateway
    Run(run::Arguments),
    /// Report every fault of a configuration and its registries
    Check(check::Arguments),
}

/// The files have errors.
const FAULTY: u8 = 1;
/// The gateway can't start or run.
const CANNOT: u8 = 3;

/// Reads the command line and does what it says.
pub fn main() -> ExitCode {
    match Arguments::parse().command {
        Command::Run(arguments) => run::run(&arguments),
        Command::Check(arguments) => check::check(&arguments),
    }
}
