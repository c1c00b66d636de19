//! The thread that asks the workers, adds up what they saw and keeps it.

use std::io;
use std::path::PathBuf;
use std::sync::{Arc, Mutex, PoisonError};
use std::thread::JoinHandle;
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use tokio::sync::{mpsc, oneshot};
use tokio::time::{Instant, MissedTickBehavior, interval_at, timeout_at};
use tokio_util::sync::CancellationToken;

use super::book::Book;
use super::file::put_aside;
use super::table::Handed;
use super::worker::Seat;
use super::{FileError, Registries, Report};
use crate::config::Observations as Settings;
use crate::metrics::ObservationCounters;

/// How often the workers are asked; it is how exactly "last seen" is known.
const TURN: Duration = Duration::from_secs(10);
/// How long a worker may take to answer; what comes later counts the next time.
const PATIENCE: Duration = Duration::from_secs(2);
/// Messages that wait; a worker waits when there are more.
const QUEUE: usize = 256;

/// What the thread is told.
#[derive(Debug)]
pub(super) enum Message {
    /// What a worker saw, when it was asked for the so-manieth time.
    Handed { turn: u64, handed: Vec<Handed> },
    /// Somebody wants to know.
    Report(oneshot::Sender<Report>),
    /// The sites of the configuration that counts from now on.
    Sites(Registries),
}

/// Nobody answers: the gateway is about to end.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("observations are no longer kept: the gateway is stopping")]
pub struct Closed;

/// What was seen, to be asked for by anybody. Cloning is cheap.
#[derive(Clone, Debug)]
pub struct Observations {
    messages: mpsc::Sender<Message>,
    stop: CancellationToken,
    thread: Arc<Mutex<Option<JoinHandle<()>>>>,
}

impl Observations {
    /// Starts the thread, which reads the file first, and makes a seat for each worker.
    ///
    /// # Errors
    /// The system gives no thread.
    pub fn start(
        settings: &Settings,
        sites: Registries,
        workers: usize,
        counters: Arc<ObservationCounters>,
    ) -> io::Result<(Self, Vec<Seat>)> {
        let (messages, inbox) = mpsc::channel(QUEUE);
        let (asks, seats) = (0..workers)
            .map(|_| {
                let (ask, asked) = mpsc::channel(1);
                (ask, Seat { asked, messages: messages.clone(), names: settings.names })
            })
            .unzip();
        let stop = CancellationToken::new();
        let keeper = Keeper {
            settings: settings.clone(),
            file: settings.file.clone(),
            sites,
            asks,
            counters,
            book: Book::default(),
            turn: 0,
            changed: false,
            failing: false,
        };
        let runtime = tokio::runtime::Builder::new_current_thread().enable_time().build()?;
        let stopped = stop.clone();
        let thread = std::thread::Builder::new()
            .name("observations".to_owned())
            .spawn(move || runtime.block_on(keeper.run(inbox, stopped)))?;
        Ok((Self { messages, stop, thread: Arc::new(Mutex::new(Some(thread))) }, seats))
    }

    /// What was seen until now; the workers are asked for their last.
    ///
    /// # Errors
    /// The gateway is about to end.
    pub async fn report(&self) -> Result<Report, Closed> {
        let (reply, report) = oneshot::channel();
        self.messages.send(Message::Report(reply)).await.map_err(|_| Closed)?;
        report.await.map_err(|_| Closed)
    }

    /// The same, for a thread without a runtime.
    ///
    /// # Errors
    /// The gateway is about to end.
    pub fn blocking_report(&self) -> Result<Report, Closed> {
        let (reply, report) = oneshot::channel();
        self.messages.blocking_send(Message::Report(reply)).map_err(|_| Closed)?;
        report.blocking_recv().map_err(|_| Closed)
    }

    /// The sites of the configuration that counts from now on, by which reports say what is declared. Never waits:
    /// `false` if too much is waiting.
    pub fn configured(&self, sites: Registries) -> bool {
        self.messages.try_send(Message::Sites(sites)).is_ok()
    }

    /// Takes what the workers handed over at their end, writes the file and ends the thread.
    pub fn close(&self) {
        self.stop.cancel();
        let thread = self.thread.lock().unwrap_or_else(PoisonError::into_inner).take();
        if let Some(Err(_)) = thread.map(JoinHandle::join) {
            tracing::error!("the thread that keeps observations ended in a panic");
        }
    }
}

struct Keeper {
    settings: Settings,
    /// Where the book is kept; none once it is clear that it can't be.
    file: Option<PathBuf>,
    sites: Registries,
    asks: Vec<mpsc::Sender<u64>>,
    counters: Arc<ObservationCounters>,
    book: Book,
    turn: u64,
    /// Something was seen since the file was written.
    changed: bool,
    /// The file could not be written.
    failing: bool,
}

impl Keeper {
    async fn run(mut self, mut inbox: mpsc::Receiver<Message>, stop: CancellationToken) {
        self.load();
        let every = |period: Duration| {
            let mut ticks = interval_at(Instant::now() + period, period);
            ticks.set_missed_tick_behavior(MissedTickBehavior::Delay);
            ticks
        };
        let mut turns = every(TURN.min(self.settings.every));
        let mut saves = every(self.settings.every);
        loop {
            tokio::select! {
                message = inbox.recv() => match message {
                    Some(Message::Report(reply)) => self.answer(reply, &mut inbox).await,
                    Some(message) => self.take(message),
                    None => break,
                },
                _ = turns.tick() => drop(self.gather(&mut inbox).await),
                _ = saves.tick() => self.save(),
                () = stop.cancelled() => break,
            }
        }
        while let Ok(message) = inbox.try_recv() {
            self.take(message);
        }
        self.save();
    }

    async fn answer(&mut self, reply: oneshot::Sender<Report>, inbox: &mut mpsc::Receiver<Message>) {
        let others = self.gather(inbox).await;
        let report = Report::of(&self.book, &self.sites, now());
        for other in others {
            // Whoever asked may have gone.
            let _ = other.send(report.clone());
        }
        let _ = reply.send(report);
    }

    /// Asks every worker and waits for them; who else asked meanwhile is given back.
    async fn gather(&mut self, inbox: &mut mpsc::Receiver<Message>) -> Vec<oneshot::Sender<Report>> {
        self.turn += 1;
        let mut waiting = self.asks.iter().filter(|ask| ask.try_send(self.turn).is_ok()).count();
        let until = Instant::now() + PATIENCE;
        let mut others = Vec::new();
        while waiting > 0 {
            match timeout_at(until, inbox.recv()).await {
                Ok(Some(Message::Report(reply))) => others.push(reply),
                Ok(Some(message)) => {
                    waiting -=
                        usize::from(matches!(&message, Message::Handed { turn, .. } if *turn == self.turn));
                    self.take(message);
                }
                Ok(None) | Err(_) => break,
            }
        }
        others
    }

    fn take(&mut self, message: Message) {
        match message {
            Message::Handed { handed, .. } if handed.is_empty() => {}
            Message::Handed { handed, .. } => {
                let lost = self.book.add(handed, now(), self.settings.names);
                self.counters.unlisted.add(lost);
                self.counters.rows.set(u64::try_from(self.book.rows()).unwrap_or(u64::MAX));
                self.changed = true;
            }
            Message::Sites(sites) => self.sites = sites,
            // Who asks while the gateway ends hears that it does.
            Message::Report(_) => {}
        }
    }

    /// Takes up what was kept. A file that can't be read is put aside, never written over.
    fn load(&mut self) {
        let Some(path) = &self.file else { return };
        match Book::load(path) {
            Ok(book) => self.book = book.unwrap_or_default().bound(self.settings.names),
            Err(fault) => match put_aside(path) {
                Ok(aside) => tracing::warn!(
                    file = %path.display(), kept_as = %aside.display(),
                    "the file of observations can't be read, so observing starts anew: {fault}"
                ),
                Err(_) => self.unreadable(&fault),
            },
        }
        self.counters.rows.set(u64::try_from(self.book.rows()).unwrap_or(u64::MAX));
    }

    fn unreadable(&mut self, fault: &FileError) {
        if let Some(path) = self.file.take() {
            self.counters.failing.set(1);
            tracing::warn!(
                file = %path.display(),
                "the file of observations can't be read nor moved away; what is seen is kept in memory only: {fault}"
            );
        }
    }

    /// Writes the file, if there is anything new. The first failure is told, and the end of it.
    fn save(&mut self) {
        let Some(path) = self.file.as_ref().filter(|_| self.changed) else { return };
        match self.book.save(path) {
            Ok(()) => {
                self.changed = false;
                if std::mem::take(&mut self.failing) {
                    self.counters.failing.set(0);
                    tracing::info!(file = %path.display(), "the file of observations is written again");
                }
            }
            // Beside a configuration that is mounted read-only nothing is expected to be written.
            Err(fault) if !self.settings.named && !path.exists() => {
                tracing::info!(
                    "observations are kept in memory only, since {} can't be written ({fault}); name a place by \
                     `observations: {{ file: … }}` to keep them over a restart",
                    path.display()
                );
                self.file = None;
            }
            Err(fault) => {
                if !std::mem::replace(&mut self.failing, true) {
                    self.counters.failing.set(1);
                    tracing::warn!(
                        "observations are kept in memory only as long as {} can't be written: {fault}",
                        path.display()
                    );
                }
            }
        }
    }
}

/// Seconds since 1970.
fn now() -> i64 {
    let since = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
    i64::try_from(since.as_secs()).unwrap_or(i64::MAX)
}
