//! `tamis observed`: which cookies were seen, and what became of them or would have become.

use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use clap::ValueEnum;

use super::load;
use super::operator::{Operator, Place};
use super::terminal::{complain, print};
use super::{CANNOT, FAULTY};
use crate::audit::observed::{Book, Order, Registries, Report};

/// The gateway asks its workers first, which answer within two seconds.
const WITHIN: Duration = Duration::from_secs(20);

#[derive(Debug, clap::Args)]
pub(super) struct Arguments {
    #[command(flatten)]
    place: Place,
    /// Read this file of observations instead of asking a running gateway
    #[arg(long, value_name = "FILE", conflicts_with = "admin")]
    file: Option<PathBuf>,
    /// How the report is written
    #[arg(long, value_enum, default_value_t = Form::Text)]
    format: Form,
    /// The order of the names
    #[arg(long, value_enum, default_value_t = Sort::Importance)]
    sort: Sort,
}

#[derive(Clone, Copy, Debug, ValueEnum)]
enum Form {
    /// For people
    Text,
    /// One JSON object
    Json,
    /// One page with everything in it
    Html,
    /// The lines that would declare what is not declared
    Yaml,
}

#[derive(Clone, Copy, Debug, ValueEnum)]
enum Sort {
    /// What is not declared and stripped, what is stripped, the rest
    Importance,
    /// By name
    Name,
    /// The most frequent first
    Seen,
    /// The most often stripped first
    Stripped,
    /// The last seen first
    Last,
}

impl From<Sort> for Order {
    fn from(sort: Sort) -> Self {
        match sort {
            Sort::Importance => Self::Importance,
            Sort::Name => Self::Name,
            Sort::Seen => Self::Seen,
            Sort::Stripped => Self::Stripped,
            Sort::Last => Self::Last,
        }
    }
}

pub(super) const EXAMPLES: &str = "\
Examples:
  tamis observed
  tamis observed --format html > observed.html
  tamis observed --format yaml --file /var/lib/tamis/observed.json

It asks the gateway whose `admin` the configuration names, with the token of the configuration or TAMIS_ADMIN_TOKEN;
where the configuration names none, it reads the file that `observations` names.

Exit codes:
  0  done
  1  the file, or the configuration, can't be read
  2  wrong arguments
  3  the gateway can't be asked, or nothing was observed yet: there is no file";

/// A report can't be given: a sentence that says why, and the exit code.
type Fault = (String, u8);

pub(super) fn observed(arguments: &Arguments) -> ExitCode {
    match told(arguments) {
        Ok(text) => {
            print(&text);
            ExitCode::SUCCESS
        }
        Err((fault, code)) => {
            complain(&fault);
            code.into()
        }
    }
}

fn told(arguments: &Arguments) -> Result<String, Fault> {
    let place = &arguments.place;
    if place.admin.is_some() {
        return ask(arguments);
    }
    let named = place.config.display();
    let snapshot = load::load(&place.config).map(|compiled| compiled.snapshot);
    if let Some(file) = &arguments.file {
        let registries = snapshot.ok().flatten().map(|snapshot| Registries::of(&snapshot.sites));
        return Ok(written(&read(file)?, &registries.unwrap_or_default(), arguments));
    }
    let snapshot =
        snapshot.map_err(|fault| (format!("{fault}, or the file of observations by --file FILE"), FAULTY))?;
    let broken = || (format!("{named} has errors: tamis check --config {named} says which"), FAULTY);
    let snapshot = snapshot.ok_or_else(broken)?;
    let without = || (format!("{named} keeps no observations (`observations: off`)"), CANNOT);
    let observations = snapshot.observations.as_ref().ok_or_else(without)?;
    if snapshot.admin.is_some() {
        return ask(arguments);
    }
    let unkept = || {
        let help = "add admin: { address: 127.0.0.1:9180 } to ask the running gateway";
        (format!("{named} keeps observations in memory only and has no `admin`: {help}"), CANNOT)
    };
    let book = read(observations.file.as_deref().ok_or_else(unkept)?)?;
    Ok(written(&book, &Registries::of(&snapshot.sites), arguments))
}

/// The report of the running gateway.
fn ask(arguments: &Arguments) -> Result<String, Fault> {
    let Arguments { place, format, sort, .. } = arguments;
    let target = format!("/observed?format={}&sort={}", word(format), word(sort));
    let file = "; what it has written is read by --file FILE";
    let answer = Operator::admitted(place).and_then(|operator| operator.ask("GET", &target, WITHIN));
    let answer = answer.map_err(|fault| (format!("{fault}{file}"), CANNOT))?;
    match answer.status {
        200 => Ok(answer.text),
        status => Err((format!("the gateway answers {status}: {}", answer.text.trim_end()), CANNOT)),
    }
}

/// A choice as it is written.
fn word(choice: &impl ValueEnum) -> String {
    choice.to_possible_value().map(|value| value.get_name().to_owned()).unwrap_or_default()
}

fn read(file: &Path) -> Result<Book, Fault> {
    let shown = file.display();
    match Book::load(file) {
        Ok(Some(book)) => Ok(book),
        Ok(None) => {
            Err((format!("there is no {shown}: nothing was observed, or it is kept elsewhere"), CANNOT))
        }
        Err(fault) => Err((format!("can't read {shown}: {fault}"), FAULTY)),
    }
}

fn written(book: &Book, registries: &Registries, arguments: &Arguments) -> String {
    let report = Report::of(book, registries, now());
    let order = arguments.sort.into();
    match arguments.format {
        Form::Text => report.sorted(order).text(),
        Form::Json => format!("{:#}\n", report.sorted(order).json()),
        Form::Html => report.html(order, false),
        Form::Yaml => report.sorted(order).yaml(),
    }
}

/// Seconds since 1970.
fn now() -> i64 {
    let since = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
    i64::try_from(since.as_secs()).unwrap_or(i64::MAX)
}
