//! What the workers share, read-only, and what each has for itself.

use std::rc::Rc;
use std::sync::Arc;

use tokio_util::task::TaskTracker;

use super::agreement::Agreements;
use super::{FAILURES, RequestBody};
use crate::audit::{Hinted, Hints};
use crate::config::Snapshot;
use crate::consent::Reading;
use crate::metrics::{Counters, Words};
use crate::policy::Reason;
use crate::upstream::{Origin, OriginError, Pool};

/// One compiled configuration with its origin servers ready to be connected to.
pub struct Gateway {
    /// The configuration.
    pub snapshot: Snapshot,
    /// One a site, in the sites' order.
    pub origins: Vec<Origin>,
}

impl Gateway {
    /// Settles the upstreams of a configuration.
    ///
    /// # Errors
    /// A site's name and why its upstream can't be used.
    pub fn new(snapshot: Snapshot) -> Result<Arc<Self>, (String, OriginError)> {
        let origin =
            |site: &crate::config::Site| Origin::new(&site.upstream).map_err(|e| (site.name.clone(), e));
        let origins = snapshot.sites.iter().map(origin).collect::<Result<_, _>>()?;
        Ok(Arc::new(Self { snapshot, origins }))
    }
}

/// One core's part: its connections and counters; nothing of it is shared.
pub struct Worker {
    pub(super) gateway: Arc<Gateway>,
    pub(super) pool: Rc<Pool<RequestBody>>,
    pub(super) counters: Arc<Counters>,
    pub(super) hints: Hints,
    /// Choices that it has read of late.
    pub(super) agreements: Agreements,
    /// What goes on when its connection has ended: tunnels.
    pub(super) tasks: TaskTracker,
}

impl Worker {
    /// A worker over the gateway; `hinted` is the same for all. Needs the runtime of its thread.
    pub fn new(
        gateway: Arc<Gateway>,
        counters: Arc<Counters>,
        hinted: Hinted,
        tasks: TaskTracker,
    ) -> Rc<Self> {
        let snapshot = &gateway.snapshot;
        let origins = gateway.origins.clone();
        let pool = Pool::new(origins, &snapshot.limits, &snapshot.times, Arc::clone(&counters));
        pool.sweep();
        Rc::new(Self {
            pool,
            counters,
            hints: Hints::new(hinted),
            agreements: Agreements::new(),
            gateway,
            tasks,
        })
    }
}

/// The words that the counters know.
pub const WORDS: Words = Words { reasons: &Reason::WORDS, readings: &Reading::WORDS, failures: FAILURES };
