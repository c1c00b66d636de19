//! The thread that writes: it takes all that waits in one transaction, and then tells those who wait.

use std::io;
use std::sync::Arc;
use std::thread::JoinHandle;
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use tokio::sync::mpsc;
use tokio::time::{Instant, MissedTickBehavior, interval_at, sleep_until};

use super::backlog::Backlog;
use super::chain::Head;
use super::error::StoreError;
use super::head::{self, Of, SignedHead};
use super::key::SigningKey;
use super::ledger::Ledger;
use super::queue::{Job, Shared};
use super::trouble::Trouble;
use crate::config;

/// Records that are taken out of the queue at once.
const BATCH: usize = 512;
/// What was deleted for its age stays at most so much longer.
const UPKEEP: Duration = Duration::from_secs(24 * 3600);
/// The first time after a start, so that a gateway that is restarted every day does it too.
const FIRST_UPKEEP: Duration = Duration::from_secs(60);

const UNSIGNED: &str = "the head of the consent records can't be exported";

/// Starts it.
pub(super) fn start(
    settings: config::Records,
    jobs: mpsc::Receiver<Job>,
    shared: Arc<Shared>,
) -> io::Result<JoinHandle<()>> {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
    std::thread::Builder::new().name("records".to_owned()).spawn(move || {
        let backlog = Backlog::new(settings.queue, Arc::clone(&shared));
        let mut writer = Writer { settings, shared, backlog, open: None, trouble: Trouble::default() };
        runtime.block_on(writer.run(jobs));
        runtime.shutdown_timeout(Duration::from_millis(200));
    })
}

/// Seconds since 1970.
pub(crate) fn now() -> i64 {
    let since = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
    i64::try_from(since.as_secs()).unwrap_or(i64::MAX)
}

struct Writer {
    settings: config::Records,
    shared: Arc<Shared>,
    backlog: Backlog,
    open: Option<Open>,
    trouble: Trouble,
}

/// What there is once the database could be opened.
struct Open {
    ledger: Ledger,
    key: SigningKey,
    instance: String,
    /// The last head that was exported.
    exported: Head,
}

impl Writer {
    async fn run(&mut self, mut jobs: mpsc::Receiver<Job>) {
        let stop = self.shared.stop.clone();
        // A record is a wish, too: whoever hands one over waits for it.
        let first = tokio::select! {
            biased;
            () = self.shared.wanted.cancelled() => Vec::new(),
            () = stop.cancelled() => return,
            Some(first) = jobs.recv() => vec![first],
            else => return,
        };
        self.begin().await;
        if !first.is_empty() {
            self.write(first).await;
        }
        let ticks = |first: Duration, every: Duration| {
            let mut ticks = interval_at(Instant::now() + first, every);
            ticks.set_missed_tick_behavior(MissedTickBehavior::Delay);
            ticks
        };
        let mut heads = ticks(self.settings.every, self.settings.every);
        let mut upkeep = ticks(FIRST_UPKEEP, UPKEEP);
        let mut batch = Vec::with_capacity(BATCH);
        loop {
            let retry = self.trouble.retry().filter(|_| self.has_to_retry());
            tokio::select! {
                () = stop.cancelled() => break,
                count = jobs.recv_many(&mut batch, BATCH) => {
                    if count == 0 {
                        break;
                    }
                    self.write(std::mem::take(&mut batch)).await;
                }
                () = sleep_until(retry.unwrap_or_else(Instant::now)), if retry.is_some() => {
                    self.write(Vec::new()).await;
                }
                _ = heads.tick() => self.export().await,
                _ = upkeep.tick() => self.prune().await,
            }
            let waiting = u64::try_from(jobs.len()).unwrap_or(u64::MAX);
            self.shared.counters.queued.set(waiting);
        }
        jobs.close();
        while jobs.recv_many(&mut batch, BATCH).await > 0 {
            self.write(std::mem::take(&mut batch)).await;
        }
        self.trouble.try_now();
        self.write(Vec::new()).await;
        self.export().await;
        self.backlog.give_up();
    }

    /// Tells at once of what is in the way, and signs what a process that was killed left without a head.
    async fn begin(&mut self) {
        self.write(Vec::new()).await;
        if SigningKey::is_exposed(&self.settings.key) {
            let key = self.settings.key.display();
            tracing::warn!(%key, "others may read or write the key of the consent records, and so sign in its place: chmod 600");
        }
        if let Err(fault) = head::open(&self.settings.head) {
            tracing::error!(%fault, "{UNSIGNED}");
            return;
        }
        self.export().await;
    }

    /// A database in trouble is tried again even if nothing waits, so that a grant finds it open when all is well.
    fn has_to_retry(&self) -> bool {
        self.open.is_none() || self.trouble.is_there() || self.backlog.has_something()
    }

    /// Writes a batch, and what could not be written before.
    async fn write(&mut self, batch: Vec<Job>) {
        if self.trouble.is_to_wait() {
            self.backlog.hold(batch);
            return;
        }
        match self.try_write(batch).await {
            Ok(()) => {
                if self.trouble.end() {
                    tracing::info!("consent records are written again");
                }
            }
            Err(fault) => {
                // A lost connection never comes back, and a file may have been moved away.
                self.open = None;
                if self.trouble.begin_or_go_on() {
                    tracing::error!(%fault, "consent records can't be written: agreements are refused meanwhile");
                }
            }
        }
        self.shared.counters.failing.set(u64::from(self.trouble.is_there()));
    }

    async fn try_write(&mut self, batch: Vec<Job>) -> Result<(), StoreError> {
        // Nobody needs to be refused for a connection that ended while it was idle.
        if self.open.as_ref().is_none_or(|open| open.ledger.database.is_lost()) {
            self.open = None;
            match Open::open(&self.settings).await {
                Ok(open) => self.open = Some(open),
                Err(fault) => {
                    self.backlog.hold(batch);
                    return Err(fault);
                }
            }
        }
        let Some(open) = &mut self.open else { return Ok(()) };
        if let Err(fault) = self.backlog.settle_doubt(&mut open.ledger, &open.instance).await {
            self.backlog.hold(batch);
            return Err(fault);
        }
        let attempt = self.backlog.take(batch, now());
        if attempt.is_empty() {
            return Ok(());
        }
        let entries = attempt.entries();
        match open.ledger.append(&open.instance, &entries).await {
            Ok(appended) => {
                self.backlog.written(attempt, appended.before);
                Ok(())
            }
            Err(failure) => {
                self.backlog.failed(attempt, failure.attempted);
                Err(failure.fault)
            }
        }
    }

    /// Signs the newest link and appends it to the file of heads, if it is a new one.
    async fn export(&mut self) {
        let Some(open) = &mut self.open else { return };
        match open.export(&self.settings).await {
            Ok(true) => self.shared.counters.heads.add(1),
            Ok(false) => {}
            Err(fault) => tracing::error!(%fault, "{UNSIGNED}"),
        }
    }

    /// Deletes what is older than records are kept, of every instance: one that runs no more can't do it itself.
    async fn prune(&mut self) {
        let (Some(open), Some(retention)) = (&mut self.open, self.settings.retention) else { return };
        let before = now().saturating_sub(i64::try_from(retention.as_secs()).unwrap_or(i64::MAX));
        match open.prune(before).await {
            Ok(0) => {}
            Ok(count) => tracing::info!(count, "consent records deleted for their age"),
            Err(fault) => tracing::error!(%fault, "old consent records can't be deleted"),
        }
    }
}

impl Open {
    async fn open(settings: &config::Records) -> Result<Self, StoreError> {
        let key = SigningKey::read_or_make(&settings.key)?;
        let instance = settings.instance.clone().unwrap_or_else(|| key.public().instance());
        let mut ledger = Ledger::open(&settings.database, settings.ca_file.as_deref(), true).await?;
        let last = head::last(&settings.head, &instance);
        if let Some(last) = &last
            && ledger.holds(&instance, last.head).await? == Some(false)
        {
            let sequence = last.head.sequence;
            tracing::error!(
                instance,
                sequence,
                "consent records are not those of the last signed head: they were altered or removed; `tamis records verify` tells more"
            );
        }
        // A full disk and a protected file open as well as others. And it waits for the lock of the chain, so that what a
        // lost connection was about to commit is committed or gone before anybody looks.
        ledger.probe(&instance).await?;
        let exported = last.map(|last| last.head).unwrap_or_default();
        Ok(Self { ledger, key, instance, exported })
    }

    /// Whether there was something new.
    async fn export(&mut self, settings: &config::Records) -> Result<bool, StoreError> {
        let head = self.ledger.head(&self.instance).await?;
        if head == self.exported {
            return Ok(false);
        }
        let signed = SignedHead::sign(Of::Head, &self.instance, head, now(), &self.key);
        head::append(&settings.head, &signed)?;
        self.exported = head;
        Ok(true)
    }

    async fn prune(&mut self, before: i64) -> Result<u64, StoreError> {
        let mut count = 0;
        for instance in self.ledger.instances().await? {
            let pruned = self.ledger.prune(&instance, before, now(), &self.key).await?;
            count += pruned.deleted + pruned.blanked;
        }
        Ok(count)
    }
}
