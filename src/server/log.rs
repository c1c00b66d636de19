//! Where log lines go: to a writer of their own thread, so that no worker waits for it.

use std::io::Write;

use tracing::level_filters::LevelFilter;
use tracing_appender::non_blocking::{NonBlockingBuilder, WorkerGuard};
use tracing_subscriber::fmt;
use tracing_subscriber::layer::SubscriberExt as _;
use tracing_subscriber::util::SubscriberInitExt as _;
use tracing_subscriber::{Layer as _, filter::Targets};

use crate::config::{Log, LogFormat};

/// Lines waiting to be written; what comes beyond is dropped rather than waited for.
const QUEUE: usize = 16_384;

/// Keeps the log's thread; dropped, it writes what is left.
pub struct Guard {
    _writer: WorkerGuard,
}

/// Sends the log of the whole process to a writer; `colours` for lines that people read at a terminal.
///
/// # Errors
/// A log was set before.
pub fn log_to<W>(log: &Log, writer: W, colours: bool) -> Result<Guard, tracing_subscriber::util::TryInitError>
where
    W: Write + Send + 'static,
{
    let (writer, guard) =
        NonBlockingBuilder::default().buffered_lines_limit(QUEUE).lossy(true).finish(writer);
    let level: LevelFilter = log.level.parse().unwrap_or(LevelFilter::INFO);
    // The libraries speak of connections that strangers broke: of interest to who looks for it. Their traces could
    // hold fields as they came, so they never get that far.
    let own = Targets::new().with_target("tamis", level).with_target("access", level);
    let others = level.min(if level >= LevelFilter::DEBUG { LevelFilter::DEBUG } else { LevelFilter::ERROR });
    let filter = own.with_default(others);
    let layer = match log.format {
        LogFormat::Json => fmt::layer().json().flatten_event(true).with_writer(writer).boxed(),
        LogFormat::Text => fmt::layer().with_ansi(colours).with_writer(writer).boxed(),
    };
    tracing_subscriber::registry().with(layer.with_filter(filter)).try_init()?;
    std::panic::set_hook(Box::new(|panic| {
        let place = panic.location().map(ToString::to_string).unwrap_or_default();
        tracing::error!(
            place,
            "a panic ended one connection; please report it: {}",
            panic.payload_as_str().unwrap_or("")
        );
    }));
    Ok(Guard { _writer: guard })
}
