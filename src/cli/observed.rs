//! `tamis observed`: which cookies were seen, and what became of them or would have become.

use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::time::{SystemTime, UNIX_EPOCH};

use clap::ValueEnum;

use super::load;
use super::terminal::{complain, print};
use super::{CANNOT, FAULTY};
use crate::audit::observed::{Book, Order, Registries, Report};
use crate::config::Snapshot;

#[derive(Debug, clap::Args)]
pub(super) struct Arguments {
    /// The gateway's configuration, which says where observations are kept and what is declared
    #[arg(long, short, env = "TAMIS_CONFIG", default_value_os_t = load::default_path())]
    config: PathBuf,
    /// Read this file instead
    #[arg(long, value_name = "FILE")]
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

Exit codes:
  0  done
  1  the file, or the configuration, can't be read
  2  wrong arguments
  3  nothing was observed yet: there is no file";

pub(super) fn observed(arguments: &Arguments) -> ExitCode {
    let snapshot = load::load(&arguments.config).map(|(snapshot, _)| snapshot);
    let named = |snapshot: &Snapshot| snapshot.observations.as_ref().and_then(|kept| kept.file.clone());
    let file = match (&arguments.file, &snapshot) {
        (Some(file), _) => Some(file.clone()),
        (None, Ok(Some(snapshot))) => named(snapshot),
        (None, Ok(None)) => {
            let config = arguments.config.display();
            complain(&format!("{config} has errors: tamis check --config {config} says which"));
            return FAULTY.into();
        }
        (None, Err(fault)) => {
            complain(&format!("{fault}, or the file of observations by --file FILE"));
            return FAULTY.into();
        }
    };
    let Some(file) = file else {
        complain("the configuration keeps no observations in a file (`observations`)");
        return CANNOT.into();
    };
    let registries = match &snapshot {
        Ok(Some(snapshot)) => Registries::of(&snapshot.sites),
        _ => Registries::default(),
    };
    match read(&file) {
        Ok(book) => {
            write(Report::of(&book, &registries, now()), arguments);
            ExitCode::SUCCESS
        }
        Err((fault, code)) => {
            complain(&fault);
            code.into()
        }
    }
}

fn read(file: &Path) -> Result<Book, (String, u8)> {
    match Book::load(file) {
        Ok(Some(book)) => Ok(book),
        Ok(None) => {
            let file = file.display();
            Err((format!("there is no {file}: nothing was observed, or it is kept elsewhere"), CANNOT))
        }
        Err(fault) => Err((format!("can't read {}: {fault}", file.display()), FAULTY)),
    }
}

fn write(report: Report, arguments: &Arguments) {
    let order = arguments.sort.into();
    print(&match arguments.format {
        Form::Text => report.sorted(order).text(),
        Form::Json => format!("{:#}\n", report.sorted(order).json()),
        Form::Html => report.html(order, false),
        Form::Yaml => report.sorted(order).yaml(),
    });
}

/// Seconds since 1970.
fn now() -> i64 {
    let since = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
    i64::try_from(since.as_secs()).unwrap_or(i64::MAX)
}
