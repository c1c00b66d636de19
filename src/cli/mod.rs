//! The command line: one file a command.
//!
//! Exit codes: 0 done; 1 the files have errors; 2 wrong arguments; 3 the gateway can't start or run,
//! or a running one can't be asked.

mod against;
mod check;
mod config;
mod demo;
mod explain;
mod health;
mod init;
mod load;
mod observed;
mod operator;
mod policy;
mod records;
mod reload;
mod report;
mod run;
mod schema;
mod signals;
mod terminal;

use std::process::ExitCode;

use clap::{Parser, Subcommand, ValueEnum};

/// Sifts cookies in transit: only declared and agreed cookies pass, in both directions.
#[derive(Debug, Parser)]
#[command(name = "tamis", version, about, long_about = None, after_help = EXITS)]
struct Arguments {
    #[command(subcommand)]
    command: Command,
}

const EXITS: &str = "\
Exit codes:
  0  done
  1  the files have errors, or can't be read
  2  wrong arguments
  3  the gateway can't start or run, or a running one can't be asked

Colours appear on a terminal only, and not where NO_COLOR is set.";

#[derive(Debug, Subcommand)]
enum Command {
    /// Write a configuration and a registry to begin with: three questions, or none with arguments
    #[command(after_help = init::EXAMPLES)]
    Init(init::Arguments),
    /// Run the gateway, and serve by its files as they change
    #[command(after_help = run::SIGNALS)]
    Run(run::Arguments),
    /// Report every fault of a configuration and its registries; say what they would change
    #[command(after_help = check::EXAMPLES)]
    Check(check::Arguments),
    /// Show every setting of a configuration as it counts, and where its value comes from
    #[command(after_help = config::EXAMPLES)]
    Config(config::Arguments),
    /// Say what becomes of cookies, why, and by which line of the registry
    #[command(after_help = explain::EXAMPLES)]
    Explain(explain::Arguments),
    /// Write the cookie policy of a registry: as a page, Markdown, JSON or CSV
    #[command(after_help = policy::EXAMPLES)]
    Policy(policy::Arguments),
    /// Print the JSON Schema of a file, by which editors complete and check it
    #[command(after_help = schema::EXAMPLES)]
    Schema(schema::Arguments),
    /// List, export, verify and delete the records of visitors' choices
    #[command(after_help = records::EXITS)]
    Records(records::Arguments),
    /// Report which cookies were seen, and what became of them or would have become
    #[command(after_help = observed::EXAMPLES)]
    Observed(observed::Arguments),
    /// Let a running gateway read its files again, and say what came of it
    #[command(after_help = reload::EXAMPLES)]
    Reload(reload::Arguments),
    /// Ask a running gateway whether it is ready, for a container's health check
    #[command(after_help = health::EXITS)]
    Health(health::Arguments),
    /// Show the sieve at work: a small portal behind a real gateway, on this machine only
    #[command(after_help = EXITS)]
    Demo(demo::Arguments),
}

/// How a command writes what it found.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
enum Format {
    /// For people
    Human,
    /// JSON, for tools
    Json,
}

/// The files have errors, or can't be read.
const FAULTY: u8 = 1;
/// Wrong arguments; clap's code for those that it finds itself.
const WRONG: u8 = 2;
/// The gateway can't start or run.
const CANNOT: u8 = 3;

/// Reads the command line and does what it says.
pub fn main() -> ExitCode {
    match Arguments::parse().command {
        Command::Init(arguments) => init::init(&arguments),
        Command::Run(arguments) => run::run(&arguments),
        Command::Check(arguments) => check::check(&arguments),
        Command::Config(arguments) => config::config(&arguments),
        Command::Explain(arguments) => explain::explain(&arguments),
        Command::Policy(arguments) => policy::policy(&arguments),
        Command::Schema(arguments) => schema::schema(&arguments),
        Command::Records(arguments) => records::records(&arguments),
        Command::Observed(arguments) => observed::observed(&arguments),
        Command::Reload(arguments) => reload::reload(&arguments),
        Command::Health(arguments) => health::health(&arguments),
        Command::Demo(arguments) => demo::demo(&arguments),
    }
}
