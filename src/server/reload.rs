//! Another configuration for a running server: compiled here, handed to every thread, each of which changes at once.
//!
//! Exchanges in flight end with the configuration that they began with, and open connections live on.

use std::sync::mpsc::sync_channel;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

use tokio::sync::watch;
use tokio_util::sync::CancellationToken;

use super::StartError;
use super::generation::{Fixed, Generation};
use super::start::origin_fault;
use super::thread::Order;
use crate::admin::Status;
use crate::config::Snapshot;
use crate::metrics::Metrics;
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
    /// Looks after the upstreams.
    keeper: Keeper,
    metrics: Arc<Metrics>,
    /// Held while one takes the place of the one before.
    alone: Mutex<()>,
}

impl Reloader {
    /// Of a server that starts with this, and counts here.
    pub(super) fn new(first: Generation, metrics: Arc<Metrics>, keeper: Keeper) -> Self {
        let gateway = Arc::clone(&first.gateway);
        let reloader = Self {
            fixed: Fixed::of(&gateway.snapshot),
            status: Arc::new(Status::new(Arc::clone(&gateway.snapshot))),
            orders: watch::Sender::new(Order { generation: Arc::new(first), done: sync_channel(0).0 }),
            stop: CancellationToken::new(),
            keeper,
            metrics,
            alone: Mutex::default(),
        };
        reloader.look_after(&gateway);
        reloader
    }

    /// Has the upstreams of a configuration tended, and counted by themselves.
    fn look_after(&self, gateway: &Gateway) {
        self.keeper.tend(&gateway.origins);
        let counters = gateway.origins.iter().map(|origin| Arc::clone(origin.counters()));
        self.metrics.upstreams.set(counters.collect());
    }

    /// What exchanges begin with now.
    pub fn gateway(&self) -> Arc<Gateway> {
        Arc::clone(&self.orders.borrow().generation.gateway)
    }

    /// Serves by this configuration from now on. Reads its certificates and keys and renders its pages on the thread of
    /// the caller, who has to stay off the workers; when it returns, every exchange that begins is the new one's.
    ///
    /// # Errors
    /// A certificate, key or CA file that can't be used; then everything stays as it is.
    pub fn reload(&self, mut snapshot: Snapshot) -> Result<Applied, StartError> {
        let _alone = self.alone.lock().unwrap_or_else(PoisonError::into_inner);
        let current = Arc::clone(&self.orders.borrow().generation);
        let securities = self.fixed.securities(&current.securities, &snapshot)?;
        let restart = self.fixed.waiting(&snapshot);
        snapshot.generation = current.gateway.snapshot.generation + 1;
        let gateway = current.gateway.next(snapshot).map_err(origin_fault)?;
        let (snapshot, generation) = (Arc::clone(&gateway.snapshot), gateway.snapshot.generation);
        self.look_after(&gateway);
        self.hand_out(Generation { gateway, securities });
        self.status.applied(snapshot, generation);
        Ok(Applied { generation, restart })
    }

    /// Tells the operator that a configuration was refused, and why.
    pub fn refused(&self, why: String) {
        self.status.refused(why);
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
