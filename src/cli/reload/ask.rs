//! `tamis reload`: a running gateway is asked to read its files again, and what came of it is told.

use std::process::ExitCode;
use std::time::Duration;

use serde_json::Value;

use crate::admin::Reloaded;
use crate::cli::operator::{Operator, Place};
use crate::cli::report::{Report, sum};
use crate::cli::terminal::{colours, complain, say};
use crate::cli::{CANNOT, FAULTY, Format, load};

/// A hundred thousand declared cookies are compiled in seconds.
const WITHIN: Duration = Duration::from_secs(60);

pub(in crate::cli) const EXAMPLES: &str = "\
Examples:
  tamis reload --config tamis.yaml
  tamis reload --admin unix:/run/tamis/admin.sock --format json | jq -r '.changes[]'

The token is that of the configuration's `admin`, or TAMIS_ADMIN_TOKEN.

Exit codes:
  0  the files are served, or nothing in them has changed
  1  the files have errors: what was served before still is
  2  wrong arguments
  3  the gateway can't be asked";

#[derive(Debug, clap::Args)]
pub(in crate::cli) struct Arguments {
    #[command(flatten)]
    place: Place,
    /// How the outcome is written
    #[arg(long, value_enum, default_value_t = Format::Human)]
    format: Format,
}

pub(in crate::cli) fn reload(arguments: &Arguments) -> ExitCode {
    let faulty = faults(&arguments.place);
    if let Some(report) = faulty {
        say(&report.excerpts(colours(&std::io::stdout())));
        say(&format!("{}; the gateway was not asked", sum(report.errors(), report.warnings())));
        return FAULTY.into();
    }
    match ask(&arguments.place) {
        Ok(outcome) => {
            match arguments.format {
                Format::Json => say(&format!("{:#}", serde_json::json!(outcome))),
                Format::Human => tell(&outcome),
            }
            if outcome.errors > 0 { FAULTY.into() } else { ExitCode::SUCCESS }
        }
        Err(sentence) => {
            complain(&sentence);
            CANNOT.into()
        }
    }
}

/// What is wrong with the configuration that would say where to ask.
fn faults(place: &Place) -> Option<Report> {
    if place.admin.is_some() {
        return None;
    }
    let report = match load::load(&place.config) {
        Ok(compiled) => Report::new(&place.config, compiled.faults),
        Err(sentence) => Report::unreadable(&place.config, sentence),
    };
    (report.errors() > 0).then_some(report)
}

fn ask(place: &Place) -> Result<Reloaded, String> {
    let answer = Operator::admitted(place)?.ask("POST", "/reload", WITHIN)?;
    match answer.status {
        200 | 409 => serde_json::from_str(&answer.text)
            .map_err(|fault| format!("what the gateway answers is no outcome: {fault}")),
        status => Err(format!("the gateway answers {status}: {}", answer.text.trim_end())),
    }
}

fn tell(outcome: &Reloaded) {
    for fault in &outcome.faults {
        say(&line(fault));
    }
    let Reloaded { generation, errors, warnings, .. } = outcome;
    if *errors > 0 {
        say(&format!("{}; generation {generation} is served as before", sum(*errors, *warnings)));
        return;
    }
    if outcome.changed {
        outcome.changes.iter().for_each(|change| say(change));
        say(&format!("generation {generation} is served"));
    } else {
        say(&format!("nothing to reload: generation {generation} is what the files hold"));
    }
    if !outcome.restart.is_empty() {
        say(&format!("after a restart: {}", outcome.restart.join(", ")));
    }
}

/// A fault as the log has it.
fn line(fault: &Value) -> String {
    let text = |key: &str| fault.get(key).and_then(Value::as_str).unwrap_or_default();
    let number = |key: &str| fault.get(key).and_then(Value::as_u64);
    let (severity, message) = (text("severity"), text("message"));
    let (Some(line), Some(column)) = (number("line"), number("column")) else {
        return format!("{severity}: {message}");
    };
    let help = if text("help").is_empty() { String::new() } else { format!("; {}", text("help")) };
    format!("{}:{line}:{column}: {severity}[{}]: {message}{help}", text("file"), text("kind"))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::diagnostic::Source;
    use crate::registry::Registry;

    #[test]
    fn a_fault_is_told_as_it_is_logged() {
        let (_, faults) =
            Registry::compile(Source::new("site.yaml", "version: '1'\ncookies: [{names: a, provder: Us}]\n"));
        for fault in faults.iter() {
            assert_eq!(line(&fault.json()), fault.line());
        }
        assert!(faults.errors() > 0);
    }
}
