//! `tamis health`: whether a running gateway is well, for a container's health check, in which there is no other program.

use std::process::ExitCode;
use std::time::Duration;

use super::FAULTY;
use super::operator::{Operator, Place};
use super::terminal::{complain, say};

/// Health checks are asked every few seconds, and a gateway that needs longer is not well.
const WITHIN: Duration = Duration::from_secs(2);

pub(super) const EXITS: &str = "\
Exit codes:
  0  it is ready (with --alive: it runs)
  1  it is not, or nobody answers within two seconds
  2  wrong arguments

Examples:
  tamis health --config tamis.yaml
  tamis health --admin 127.0.0.1:9180 --alive";

#[derive(Debug, clap::Args)]
pub(super) struct Arguments {
    #[command(flatten)]
    place: Place,
    /// Ask only whether it runs (/healthz), not whether it is ready to serve (/readyz)
    #[arg(long)]
    alive: bool,
}

pub(super) fn health(arguments: &Arguments) -> ExitCode {
    let target = if arguments.alive { "/healthz" } else { "/readyz" };
    let answer = Operator::find(&arguments.place).and_then(|operator| operator.ask("GET", target, WITHIN));
    match answer {
        Ok(answer) if answer.status == 200 => {
            say(answer.text.trim_end());
            ExitCode::SUCCESS
        }
        Ok(answer) => {
            complain(&format!("{target} answers {}: {}", answer.status, answer.text.trim_end()));
            FAULTY.into()
        }
        Err(fault) => {
            complain(&fault);
            FAULTY.into()
        }
    }
}
