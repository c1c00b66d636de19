//! The handle that the workers hold: a bounded queue to the thread that writes.

use std::io;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::thread::JoinHandle;
use std::time::Duration;

use tokio::sync::{mpsc, oneshot};
use tokio_util::sync::CancellationToken;

use crate::config;
use crate::consent::Record;
use crate::metrics::RecordCounters;

/// Why a record is not known to be durable: the database is away, full or too slow, or the queue is full. The log says
/// which.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("the record of this choice could not be made durable")]
pub struct Unavailable;

/// Where choices are recorded. Cloning is cheap; all clones share one queue and one thread.
#[derive(Clone, Debug)]
pub struct Store {
    queue: mpsc::Sender<Job>,
    shared: Arc<Shared>,
    wait: Duration,
}

/// What the workers and the writer share.
#[derive(Debug)]
pub(super) struct Shared {
    pub(super) counters: Arc<RecordCounters>,
    /// Choices without a record that the chain doesn't tell of yet.
    pub(super) unmarked: AtomicU64,
    /// Cancelled once: the database is to be opened.
    pub(super) wanted: CancellationToken,
    pub(super) stop: CancellationToken,
    thread: Mutex<Option<JoinHandle<()>>>,
}

/// A record that waits.
#[derive(Debug)]
pub(super) struct Job {
    pub(super) record: Record,
    /// Who waits for it to be durable.
    pub(super) reply: Option<oneshot::Sender<Result<(), Unavailable>>>,
}

impl Shared {
    /// A choice that was honoured has no record.
    pub(super) fn miss(&self, count: u64) {
        self.counters.missing.add(count);
        self.unmarked.fetch_add(count, Ordering::Relaxed);
    }
}

impl Store {
    /// Opens the database, on the thread that writes. One that can't be opened is no error: the log tells of it, the
    /// writer tries again, and meanwhile [`record`](Self::record) refuses.
    ///
    /// # Errors
    /// The system gives no thread.
    pub fn open(settings: &config::Records, counters: Arc<RecordCounters>) -> io::Result<Self> {
        let store = Self::prepare(settings, counters)?;
        store.begin();
        Ok(store)
    }

    /// Starts the thread that writes, and touches neither database nor key until [`begin`](Self::begin).
    ///
    /// # Errors
    /// The system gives no thread.
    pub fn prepare(settings: &config::Records, counters: Arc<RecordCounters>) -> io::Result<Self> {
        let (queue, jobs) = mpsc::channel(settings.queue);
        let shared = Arc::new(Shared {
            counters,
            unmarked: AtomicU64::new(0),
            wanted: CancellationToken::new(),
            stop: CancellationToken::new(),
            thread: Mutex::new(None),
        });
        let thread = super::writer::start(settings.clone(), jobs, Arc::clone(&shared))?;
        *shared.thread.lock().unwrap_or_else(PoisonError::into_inner) = Some(thread);
        Ok(Self { queue, shared, wait: settings.wait })
    }

    /// Has the database opened, unless it is: visitors are asked for their choice from now on.
    pub fn begin(&self) {
        self.shared.wanted.cancel();
    }

    /// Has a choice recorded without waiting for it, for refusals and withdrawals: they are honoured at once, whatever
    /// becomes of their record. Never blocks. `false` if it is dropped; then it is counted, and marked as missing in the
    /// chain once the database takes records again.
    pub fn note(&self, record: Record) -> bool {
        let queued = self.send(Job { record, reply: None });
        if !queued {
            self.shared.miss(1);
        }
        queued
    }

    /// Has a choice recorded, for grants: resolves when the record survives a loss of power, or after the configured
    /// `wait` at most. A record that became durable although its future said otherwise is followed by a notice that
    /// its choice was not put into force.
    ///
    /// # Errors
    /// It is not durable, so the choice must not be put into force.
    pub fn record(&self, record: Record) -> impl Future<Output = Result<(), Unavailable>> + Send + use<> {
        let (reply, durable) = oneshot::channel();
        let queued = self.send(Job { record, reply: Some(reply) });
        let (wait, shared) = (self.wait, Arc::clone(&self.shared));
        async move {
            let answer =
                if queued { tokio::time::timeout(wait, durable).await } else { Ok(Ok(Err(Unavailable))) };
            let answer = answer.ok().and_then(Result::ok).unwrap_or(Err(Unavailable));
            if answer.is_err() {
                shared.counters.refused.add(1);
            }
            answer
        }
    }

    /// Writes what waits, signs the last head and ends the thread; for the end of the process. Blocks for some seconds
    /// at most, also where the database hangs.
    pub fn close(&self) {
        self.shared.stop.cancel();
        let thread = self.shared.thread.lock().unwrap_or_else(PoisonError::into_inner).take();
        if let Some(thread) = thread {
            // A panic of the thread was logged by its hook.
            let _ = thread.join();
        }
    }

    fn send(&self, job: Job) -> bool {
        let queued = self.queue.try_send(job).is_ok();
        let waiting = self.queue.max_capacity() - self.queue.capacity();
        self.shared.counters.queued.set(u64::try_from(waiting).unwrap_or(u64::MAX));
        queued
    }
}
