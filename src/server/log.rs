//! Where log lines go: to a thread of their own, so that no worker waits for it.

use std::io::{self, Write};
use std::sync::{Arc, OnceLock};

use tracing_subscriber::layer::SubscriberExt as _;
use tracing_subscriber::util::{SubscriberInitExt as _, TryInitError};
use tracing_subscriber::{Layer as _, fmt};

use super::StartError;
use crate::audit::{Level, Sink, Writing};
use crate::config::{AccessLog, Log, LogFormat, Output};
use crate::metrics::{LogCounters, SharedCounter};

/// Keeps the log's thread; dropped, it writes what is left.
pub struct Guard {
    _writing: Writing,
}

/// The log of the process: there is one, as `tracing` has it.
struct ProcessLog {
    sink: Arc<Sink>,
    level: Arc<Level>,
    dropped: Arc<SharedCounter>,
}

/// Where the log of one server goes.
pub(super) struct Logs {
    /// The access log's own file.
    file: Option<Writing>,
    pub(super) counters: LogCounters,
    pub(super) level: Option<Arc<Level>>,
}

impl Logs {
    /// Opens the file of the access log, where it has one.
    ///
    /// # Errors
    /// It can't be opened.
    pub(super) fn open(log: &Log) -> Result<Self, StartError> {
        let process = process_log();
        let mut counters = LogCounters::default();
        if let Some(process) = process {
            counters.stdout = Arc::clone(&process.dropped);
        }
        let file = match &log.access {
            Some(AccessLog { to: Output::File(path), .. }) => {
                let refused = |source| StartError::AccessLog { path: path.clone(), source };
                Some(Sink::to_file(path, Arc::clone(&counters.file)).map_err(refused)?)
            }
            _ => None,
        };
        Ok(Self { file, counters, level: process.map(|process| Arc::clone(&process.level)) })
    }

    /// Where the lines of exchanges go: to the file, if there is one, else to the log of the process.
    pub(super) fn access(&self) -> Option<Arc<Sink>> {
        let process = || process_log().map(|process| &process.sink);
        self.file.as_ref().map(Writing::sink).or_else(process).cloned()
    }

    /// Lets go of a file that was moved away.
    pub(super) fn reopen(&self) {
        if let Some(file) = &self.file {
            file.sink().reopen();
        }
    }
}

static LOG: OnceLock<ProcessLog> = OnceLock::new();

/// `None` before [`log_to`].
fn process_log() -> Option<&'static ProcessLog> {
    LOG.get()
}

/// Why there is no log.
#[derive(Debug, thiserror::Error)]
pub enum LogError {
    /// The system gives no thread.
    #[error("can't start the thread of the log: {0}")]
    Thread(#[from] io::Error),
    /// A log was set before.
    #[error(transparent)]
    Set(#[from] TryInitError),
}

/// Sends the log of the whole process to a writer; `colours` for lines that people read at a terminal.
///
/// # Errors
/// A log was set before, or the system gives no thread.
pub fn log_to<W>(log: &Log, writer: W, colours: bool) -> Result<Guard, LogError>
where
    W: Write + Send + 'static,
{
    let dropped = Arc::new(SharedCounter::default());
    let writing = Sink::to(Box::new(writer), Arc::clone(&dropped))?;
    let sink = Arc::clone(writing.sink());
    let (level, filter) = Level::new(&log.level);
    let to = Arc::clone(&sink);
    let layer = match log.format {
        LogFormat::Json => fmt::layer().json().flatten_event(true).with_writer(to).boxed(),
        LogFormat::Text => fmt::layer().with_ansi(colours).with_writer(to).boxed(),
    };
    tracing_subscriber::registry().with(layer.with_filter(filter)).try_init()?;
    // It was not set before, or `tracing` would have said so.
    let _ = LOG.set(ProcessLog { sink, level: Arc::new(level), dropped });
    std::panic::set_hook(Box::new(|panic| {
        let place = panic.location().map(ToString::to_string).unwrap_or_default();
        tracing::error!(
            place,
            "a panic ended one connection; please report it: {}",
            panic.payload_as_str().unwrap_or("")
        );
    }));
    Ok(Guard { _writing: writing })
}
