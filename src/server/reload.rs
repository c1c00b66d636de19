//! Another configuration for a running server: compiled here, handed to every thread, each of which changes at once.
//!
//! Exchanges in flight end with the configuration that they began with, and open connections live on.

use std::sync::mpsc::sync_channel;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant, SystemTime};

use tokio::sync::watch;
use tokio_util::sync::CancellationToken;

use super::StartError;
use super::generation::{Fixed, Generation};
use super::thread::Order;
use crate::admin::Status;
use crate::audit::Level;
use crate::audit::observed::{Observations, Registries};
use crate::config::Snapshot;
use crate::metrics::{ReloadCounters, Upstreams};
use crate::proxy::Gateway;
use crate::upstream::Keeper;

/// How long all threads together may take to change; none waits for anything but its turn.
const PATIENCE: Duration = Duration::from_secs(5);

/// A configuration that took effect.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Applied {
    /// Its number.
    pub generation: u64,
    /// The keys whose new values wait for a restart.
    pub restart: Vec<&'static str>,
}

/// By which another configuration takes the place of the one that is served.
pub struct Reloader {
    fixed: Fixed,
    /// What every worker serves by.
    pub(super) orders: watch::Sender<Order>,
    pub(super) stop: CancellationToken,
    pub(super) status: Arc<Status>,
    /// What keeps the cookies that were seen, where they are kept.
    pub(super) observations: Option<Observations>,
    /// How much is logged, if anything is.
    level: Option<Arc<Level>>,
    pub(super) counters: Arc<ReloadCounters>,
    /// Looks after the upstreams.
    keeper: Keeper,
    /// What is counted of those that are served.
    pub(super) upstreams: Arc<Upstreams>,
    /// Held while one takes the place of the one before.
    alone: Mutex<()>,
}

impl Reloader {
    /// Of a server that starts with this.
    pub(super) fn new(
        first: Generation,
        level: Option<Arc<Level>>,
        observations: Option<Observations>,
        keeper: Keeper,
    ) -> Self {
        let gateway = Arc::clone(&first.gateway);
        let snapshot = &gateway.snapshot;
        let counters = ReloadCounters::default();
        counters.serving(snapshot.generation, SystemTime::now());
        let reloader = Self {
            fixed: Fixed::of(snapshot),
            status: Arc::new(Status::new(Arc::clone(snapshot), gateway.origins.clone())),
            orders: watch::Sender::new(Order { generation: Arc::new(first), done: sync_channel(0).0 }),
            stop: CancellationToken::new(),
            observations,
            level,
            counters: Arc::new(counters),
            keeper,
            upstreams: Arc::default(),
            alone: Mutex::default(),
        };
        reloader.look_after(&gateway);
        reloader
    }

    /// Has the upstreams of a configuration tended, and counted by themselves; and records kept, where it asks visitors.
    fn look_after(&self, gateway: &Gateway) {
        gateway.keep_records();
        self.keeper.tend(&gateway.origins);
        let counters = gateway.origins.iter().map(|origin| Arc::clone(origin.counters()));
        self.upstreams.set(counters.collect());
    }

    /// What exchanges begin with now.
    pub fn gateway(&self) -> Arc<Gateway> {
        Arc::clone(&self.orders.borrow().generation.gateway)
    }

    /// The server stops: whatever is reloaded, no exchange begins any more.
    pub fn is_over(&self) -> bool {
        self.stop.is_cancelled()
    }

    /// Serves by this configuration from now on. Reads its certificates and keys and renders its pages on the thread of
    /// the caller, who has to stay off the workers; when it returns, every exchange that begins is the new one's.
    ///
    /// # Errors
    /// Every certificate, key or CA file that can't be used; then everything stays as it is, and the caller says
    /// [`refused`](Self::refused) with all that is wrong.
    pub fn reload(&self, snapshot: Snapshot) -> Result<Applied, Vec<StartError>> {
        let _alone = self.alone.lock().unwrap_or_else(PoisonError::into_inner);
        let current = Arc::clone(&self.orders.borrow().generation);
        let restart = self.fixed.waiting(&snapshot);
        let next = current.next(snapshot, &self.fixed)?;
        let snapshot = Arc::clone(&next.gateway.snapshot);
        let generation = snapshot.generation;
        let origins = next.gateway.origins.clone();
        self.look_after(&next.gateway);
        if let Some(observations) = &self.observations
            && !observations.configured(Registries::of(&snapshot.sites))
        {
            tracing::warn!("reports of observed cookies go by the registries before, until the next reload");
        }
        self.hand_out(next);
        // One that the operator has set in between stays, where the files say what they said before.
        if let Some(level) = &self.level
            && current.gateway.snapshot.log.level != snapshot.log.level
        {
            level.set(&snapshot.log.level);
        }
        self.status.applied(snapshot, origins);
        self.counters.applied.add(1);
        self.counters.serving(generation, SystemTime::now());
        Ok(Applied { generation, restart })
    }

    /// Tells the operator that the files can't be used, and why.
    pub fn refused(&self, why: String) {
        self.counters.refused.add(1);
        self.counters.successful.set(0);
        self.status.refused(why);
    }

    /// The files say what is served already: whatever was refused before is gone.
    pub fn unchanged(&self) {
        let gateway = self.gateway();
        self.counters.unchanged.add(1);
        self.counters.serving(gateway.snapshot.generation, SystemTime::now());
        self.status.applied(Arc::clone(&gateway.snapshot), gateway.origins.clone());
    }

    /// Gives a configuration to all threads and waits until they have it.
    fn hand_out(&self, generation: Generation) {
        let threads = self.orders.receiver_count();
        let (done, taken) = sync_channel(threads);
        self.orders.send_replace(Order { generation: Arc::new(generation), done });
        let until = Instant::now() + PATIENCE;
        for _ in 0..threads {
            // A thread that stops takes none.
            if self.stop.is_cancelled() {
                return;
            }
            if taken.recv_timeout(until.saturating_duration_since(Instant::now())).is_err() {
                tracing::error!("a thread has not taken the configuration yet; restart tamis if this stays");
                return;
            }
        }
    }
}
