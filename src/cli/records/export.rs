//! `tamis records export`: records for other programs, and for whoever verifies them.

use std::fs::OpenOptions;
use std::io::{BufWriter, Write};
use std::os::unix::fs::OpenOptionsExt as _;
use std::path::PathBuf;
use std::process::ExitCode;

use clap::ValueEnum;

use super::place::{Place, Which};
use super::shown::{COLUMNS, csv};
use crate::store::{Filter, Ledger, Line, Row};

#[derive(Debug, clap::Args)]
pub(super) struct Arguments {
    #[command(flatten)]
    place: Place,
    #[command(flatten)]
    which: Which,
    /// The form
    #[arg(long, value_enum, default_value_t = Form::Jsonl)]
    format: Form,
    /// Put the digests of all other records of the chain beside those that are asked for, without their contents, so
    /// that the export can be verified
    #[arg(long)]
    chain: bool,
    /// Write to this file, which must not exist yet, instead of standard output
    #[arg(long, short, value_name = "FILE")]
    output: Option<PathBuf>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
enum Form {
    /// One JSON object a line
    Jsonl,
    /// A table (RFC 4180)
    Csv,
}

pub(super) async fn export(arguments: &Arguments) -> Result<ExitCode, String> {
    if arguments.chain && arguments.format == Form::Csv {
        return Err("--chain needs --format jsonl: a table can't be verified".to_owned());
    }
    let mut ledger = arguments.place.open().await?;
    let mut to: Box<dyn Write> = match &arguments.output {
        Some(path) => {
            // Records are personal data, so their file is for its user alone, as the database is.
            let opened = OpenOptions::new().write(true).create_new(true).mode(0o600).open(path);
            let file = opened.map_err(|fault| format!("{}: {}", path.display(), refused(&fault)))?;
            Box::new(BufWriter::new(file))
        }
        None => Box::new(BufWriter::new(std::io::stdout().lock())),
    };
    ledger.begin_reading().await.map_err(|fault| fault.to_string())?;
    let written = write(arguments, &mut ledger, &mut to).await;
    ledger.end_reading().await;
    match written.and_then(|()| to.flush().map_err(Stopped::Output)) {
        Ok(()) => Ok(ExitCode::SUCCESS),
        // A reader that has left (`tamis records export | head`) is no fault.
        Err(Stopped::Output(fault)) if fault.kind() == std::io::ErrorKind::BrokenPipe => {
            Ok(ExitCode::SUCCESS)
        }
        Err(Stopped::Output(fault)) => Err(format!("can't write the export: {fault}")),
        Err(Stopped::Database(fault)) => Err(fault.to_string()),
    }
}

fn refused(fault: &std::io::Error) -> String {
    match fault.kind() {
        std::io::ErrorKind::AlreadyExists => "there is such a file already; name another one".to_owned(),
        _ => format!("it can't be made: {fault}"),
    }
}

enum Stopped {
    Output(std::io::Error),
    Database(crate::store::StoreError),
}

async fn write(arguments: &Arguments, ledger: &mut Ledger, to: &mut impl Write) -> Result<(), Stopped> {
    let asked = arguments.which.filter();
    if arguments.format == Form::Csv {
        writeln!(to, "{}\r", COLUMNS.join(",")).map_err(Stopped::Output)?;
    }
    // What the whole chain holds is read; what isn't asked for is written without its payload, or not at all.
    let whole = arguments.chain || !asked.is_by_content();
    for instance in ledger.instances().await.map_err(Stopped::Database)? {
        if asked.instance.as_ref().is_some_and(|only| *only != instance) {
            continue;
        }
        if whole && arguments.format == Form::Jsonl {
            let checkpoint = ledger.checkpoint(&instance).await.map_err(Stopped::Database)?;
            if let Some(signed) = checkpoint {
                writeln!(to, "{}", Line::Checkpoint(signed).text()).map_err(Stopped::Output)?;
            }
        }
        let read = if whole {
            Filter::of(&instance)
        } else {
            Filter { instance: Some(instance.clone()), ..asked.clone() }
        };
        let mut after = 0;
        loop {
            let page = ledger.page(&read, (&instance, after)).await.map_err(Stopped::Database)?;
            let Some(last) = page.last() else { break };
            after = last.sequence;
            for row in page {
                line(arguments.format, row, &asked, to).map_err(Stopped::Output)?;
            }
        }
    }
    Ok(())
}

fn line(format: Form, row: Row, asked: &Filter, to: &mut impl Write) -> std::io::Result<()> {
    match format {
        Form::Csv => write!(to, "{}\r\n", csv(&row)),
        Form::Jsonl => {
            // Notices tell nothing of a visitor, and explain what is blank.
            let withheld = row.payload.is_some() && row.id.is_some() && !asked.matches(&row);
            writeln!(to, "{}", Line::Record(row, withheld).text())
        }
    }
}
