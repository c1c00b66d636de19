//! A thread that writes lines, so that no worker waits for a disk, a terminal or whoever reads a pipe.
//!
//! The queue to it is bounded. Where it is full, a line is dropped and counted rather than waited for.

use std::fs::{File, OpenOptions};
use std::io::{self, Write};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::mpsc::{Receiver, SyncSender, TryRecvError, TrySendError, sync_channel};
use std::thread::JoinHandle;
use std::time::{Duration, Instant, SystemTime};

use super::access::Record;
use super::line::{Clock, Second, write_line};
use crate::config::LogFormat;
use crate::metrics::SharedCounter;

/// Lines that wait to be written. With paths and names cut to what a line shows, they hold some megabytes at the worst.
const QUEUE: usize = 8192;
/// After each batch the thread rests so long: lines that come meanwhile are written together, and whoever sends one needn't
/// wake it. A large batch is followed by a shorter rest, or the queue might be full before the next one.
const REST: Duration = Duration::from_millis(20);
const SHORT_REST: Duration = Duration::from_millis(5);
const LARGE: u64 = 256;
/// Octets that are written at once.
const BATCH: usize = 64 * 1024;
/// How long the end of the process waits for lines that nobody takes.
const PATIENCE: Duration = Duration::from_secs(1);

/// Takes lines and never waits.
#[derive(Debug)]
pub struct Sink {
    queue: SyncSender<Entry>,
    reopen: AtomicBool,
    dropped: Arc<SharedCounter>,
}

/// Keeps a sink's thread; dropped, it has what waits written, for a second at most.
#[derive(Debug)]
pub struct Writing {
    sink: Arc<Sink>,
    thread: JoinHandle<()>,
}

enum Entry {
    Line(Box<[u8]>),
    Access(LogFormat, Box<Record>),
    /// There is something to look at.
    Wake,
    End,
}

impl Sink {
    /// A thread that writes here. `dropped` counts the lines that could not be taken or written.
    ///
    /// # Errors
    /// The system gives no thread.
    pub fn to(writer: Box<dyn Write + Send>, dropped: Arc<SharedCounter>) -> io::Result<Writing> {
        Self::begin(Target { writer, path: None, failing: false }, dropped)
    }

    /// The same into the end of a file, which is made if it isn't there.
    ///
    /// # Errors
    /// The file can't be opened, or the system gives no thread.
    pub fn to_file(path: &Path, dropped: Arc<SharedCounter>) -> io::Result<Writing> {
        let writer = Box::new(open(path)?);
        Self::begin(Target { writer, path: Some(path.to_owned()), failing: false }, dropped)
    }

    fn begin(target: Target, dropped: Arc<SharedCounter>) -> io::Result<Writing> {
        let (queue, entries) = sync_channel(QUEUE);
        let sink = Arc::new(Self { queue, reopen: AtomicBool::new(false), dropped });
        let here = Arc::clone(&sink);
        let thread = std::thread::Builder::new().name("log".to_owned());
        let thread = thread.spawn(move || here.run(&entries, target))?;
        Ok(Writing { sink, thread })
    }

    /// Writes a line of its own making, with its line end.
    pub(super) fn line(&self, line: &[u8]) {
        self.send(Entry::Line(line.into()));
    }

    /// Writes the line of an exchange.
    pub(super) fn access(&self, format: LogFormat, record: Box<Record>) {
        self.send(Entry::Access(format, record));
    }

    /// Closes the file and opens the one that has its name now, which a rotation has moved another one from.
    pub fn reopen(&self) {
        self.reopen.store(true, Ordering::Release);
        // If the queue is full, the thread is about to look anyway.
        let _ = self.queue.try_send(Entry::Wake);
    }

    fn send(&self, entry: Entry) {
        if self.queue.try_send(entry).is_err() {
            self.dropped.add(1);
        }
    }

    fn run(&self, entries: &Receiver<Entry>, mut target: Target) {
        let mut text = Vec::with_capacity(BATCH);
        let mut second = Second::default();
        while let Ok(first) = entries.recv() {
            let clock = Clock::read(Instant::now(), SystemTime::now());
            text.clear();
            let (mut lines, mut ends) = (0, false);
            let mut next = Ok(first);
            while let Ok(entry) = next {
                match entry {
                    Entry::Line(line) => text.extend_from_slice(&line),
                    Entry::Access(format, record) => {
                        write_line(&mut text, format, &record, (&clock, &mut second));
                    }
                    Entry::Wake => {}
                    Entry::End => ends = true,
                }
                lines += 1;
                if ends {
                    break;
                }
                next = if text.len() < BATCH { entries.try_recv() } else { Err(TryRecvError::Empty) };
            }
            if self.reopen.swap(false, Ordering::AcqRel) {
                target.reopen();
            }
            let written = target.write(&text);
            if written.is_err() {
                self.dropped.add(lines);
            }
            target.tell(written);
            if ends {
                return;
            }
            std::thread::sleep(if lines < LARGE { REST } else { SHORT_REST });
        }
    }
}

/// The log's own lines, each of which is written by one call.
impl Write for &Sink {
    fn write(&mut self, line: &[u8]) -> io::Result<usize> {
        self.line(line);
        Ok(line.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

impl Writing {
    /// What lines are given to.
    pub fn sink(&self) -> &Arc<Sink> {
        &self.sink
    }
}

impl Drop for Writing {
    fn drop(&mut self) {
        let until = Instant::now() + PATIENCE;
        let mut asked = false;
        // Where nobody reads, the process ends all the same.
        while !self.thread.is_finished() && Instant::now() < until {
            asked = asked || !matches!(self.sink.queue.try_send(Entry::End), Err(TrySendError::Full(_)));
            std::thread::sleep(Duration::from_millis(1));
        }
    }
}

/// Where lines end up.
struct Target {
    writer: Box<dyn Write + Send>,
    /// Of a file that can be opened again.
    path: Option<PathBuf>,
    /// The last write failed.
    failing: bool,
}

impl Target {
    fn write(&mut self, text: &[u8]) -> io::Result<()> {
        self.writer.write_all(text)?;
        self.writer.flush()
    }

    /// Tells when writing a file has begun to fail, and when it goes on. Of standard output there is nowhere to tell it.
    fn tell(&mut self, written: io::Result<()>) {
        let Some(path) = &self.path else { return };
        let before = std::mem::replace(&mut self.failing, written.is_err());
        match written {
            Err(fault) if !before => tracing::error!(
                path = %path.display(), %fault,
                "the access log can't be written; its lines are dropped and counted (`tamis_log_lines_dropped_total`) until it can. \
                 Requests go on: make room, or look at the rights of the file"
            ),
            Ok(()) if before => tracing::info!(path = %path.display(), "the access log is written again"),
            _ => {}
        }
    }

    fn reopen(&mut self) {
        let Some(path) = &self.path else { return };
        match open(path) {
            Ok(file) => self.writer = Box::new(file),
            // The old one takes lines as before, wherever it is now.
            Err(fault) => {
                tracing::error!(path = %path.display(), %fault, "can't open the access log again");
            }
        }
    }
}

fn open(path: &Path) -> io::Result<File> {
    OpenOptions::new().append(true).create(true).open(path)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A reader that takes something only when it is told to.
    struct Slow(Receiver<()>, SyncSender<Vec<u8>>);

    impl Write for Slow {
        fn write(&mut self, octets: &[u8]) -> io::Result<usize> {
            let _ = self.0.recv();
            let _ = self.1.send(octets.to_vec());
            Ok(octets.len())
        }

        fn flush(&mut self) -> io::Result<()> {
            Ok(())
        }
    }

    #[test]
    fn what_nobody_takes_is_dropped_and_counted() {
        let ((go, wait), (give, taken)) = (sync_channel(1), sync_channel(QUEUE));
        let dropped = Arc::new(SharedCounter::default());
        let writing = Sink::to(Box::new(Slow(wait, give)), Arc::clone(&dropped)).unwrap();
        let most = QUEUE + 2 * BATCH / 8;
        for number in 0..most {
            writing.sink().line(format!("{number:07}\n").as_bytes());
        }
        assert!(dropped.value() > 0 && dropped.value() < most as u64, "{}", dropped.value());
        drop(go);
        let counted = dropped.value();
        drop(writing);
        let text: Vec<u8> = taken.into_iter().flatten().collect();
        assert!(text.starts_with(b"0000000\n0000001\n"));
        assert_eq!(text.len() / 8, most - usize::try_from(counted).unwrap());
    }

    #[test]
    fn a_moved_file_is_let_go_of() {
        let folder = std::env::temp_dir().join(format!("tamis-sink-{}", std::process::id()));
        std::fs::create_dir_all(&folder).unwrap();
        let (now, before) = (folder.join("access.log"), folder.join("access.log.1"));
        let writing = Sink::to_file(&now, Arc::default()).unwrap();
        writing.sink().line(b"one\n");
        let until = |path: &Path, text: &str| {
            while std::fs::read_to_string(path).unwrap_or_default() != text {
                std::thread::yield_now();
            }
        };
        until(&now, "one\n");
        std::fs::rename(&now, &before).unwrap();
        writing.sink().line(b"two\n");
        until(&before, "one\ntwo\n");
        writing.sink().reopen();
        until(&now, "");
        writing.sink().line(b"three\n");
        drop(writing);
        until(&now, "three\n");
        until(&before, "one\ntwo\n");
        std::fs::remove_dir_all(folder).unwrap();
    }
}
