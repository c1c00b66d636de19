//! What the workers share, read-only, and what each has for itself.

use std::rc::Rc;
use std::sync::Arc;

use tokio_util::task::TaskTracker;

use super::agreement::Agreements;
use super::{FAILURES, Local, RequestBody};
use crate::audit::{Hinted, Hints};
use crate::config::{Site, Snapshot};
use crate::consent::Reading;
use crate::metrics::{Counters, Words};
use crate::policy::Reason;
use crate::store::Store;
use crate::upstream::{Origin, OriginError, Pool};

/// One compiled configuration with its origin servers ready to be connected to.
pub struct Gateway {
    /// The configuration.
    pub snapshot: Snapshot,
    /// One a site, in the sites' order.
    pub origins: Vec<Origin>,
    /// The pages of each site, in the sites' order.
    locals: Vec<Option<Local>>,
    /// Where choices are recorded, unless they are not.
    pub(super) store: Option<Store>,
}

impl Gateway {
    /// Settles the upstreams of a configuration and renders its pages.
    ///
    /// # Errors
    /// A site's name and why its upstream can't be used.
    pub fn new(snapshot: Snapshot, store: Option<Store>) -> Result<Arc<Self>, (String, OriginError)> {
        let origin = |site: &Site| Origin::new(&site.upstream).map_err(|e| (site.name.clone(), e));
        let origins = snapshot.sites.iter().map(origin).collect::<Result<_, _>>()?;
        let locals = snapshot.sites.iter().map(|site| Local::compile(site, store.is_some())).collect();
        Ok(Arc::new(Self { snapshot, origins, locals, store }))
    }

    /// The pages of a site, if this path, without the query, is one of theirs.
    pub(super) fn local(&self, site: &Site, path: &str) -> Option<&Local> {
        if !site.pages.as_ref().is_some_and(|pages| pages.take(path)) {
            return None;
        }
        self.pages(site)
    }

    /// The pages of a site, if it has any.
    pub(super) fn pages(&self, site: &Site) -> Option<&Local> {
        self.locals.get(site.id.index())?.as_ref()
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
