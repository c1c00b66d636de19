//! What one worker makes of one configuration: each exchange ends with the one that it began with.

use std::cell::RefCell;
use std::rc::Rc;
use std::sync::Arc;

use tokio_util::task::TaskTracker;

use super::agreement::Agreements;
use super::recent::Recent;
use super::sifting::{self, Sifting};
use super::{Gateway, RequestBody};
use crate::audit::Hints;
use crate::audit::observed::{Observer, Table};
use crate::config::Snapshot;
use crate::metrics::{Counters, Scope};
use crate::policy::Familiar;
use crate::upstream::Pool;

/// A configuration at work on one core.
pub struct Current {
    pub(super) gateway: Arc<Gateway>,
    pub(super) pool: Rc<Pool<RequestBody>>,
    pub(super) counters: Arc<Counters>,
    /// What is counted by site and by row of its registry.
    pub(super) scope: Arc<Scope>,
    /// Undeclared names met, by this configuration's sites.
    pub(super) hints: Hints,
    /// Cookies seen on this configuration's sites, where that is kept.
    pub(super) observed: Option<Rc<Table>>,
    /// Choices read of late, by this configuration's sites.
    pub(super) agreements: Agreements,
    /// Cookie fields sifted of late, of this configuration's sites.
    pub(super) siftings: Recent<Sifting>,
    /// Set-Cookie lines as its sites write them.
    pub(super) familiar: RefCell<Familiar>,
}

/// One core's part, for as long as the process runs; nothing of it is shared.
pub struct Worker {
    current: RefCell<Rc<Current>>,
    pub(super) counters: Arc<Counters>,
    observer: Option<Rc<Observer>>,
    /// What goes on when its connection has ended: tunnels.
    pub(super) tasks: TaskTracker,
}

impl Current {
    /// Needs the runtime of its thread.
    fn new(
        gateway: Arc<Gateway>,
        counters: &Arc<Counters>,
        observer: Option<&Rc<Observer>>,
        previous: Option<&Self>,
    ) -> Rc<Self> {
        let Snapshot { limits, times, .. } = &*gateway.snapshot;
        let before = previous.map(|previous| &*previous.pool);
        let pool = Pool::new(&gateway.origins, limits, times, Arc::clone(counters), before);
        pool.sweep();
        Rc::new(Self {
            pool,
            counters: Arc::clone(counters),
            scope: counters.serve(&gateway.labels),
            hints: Hints::new(gateway.hinted.clone()),
            observed: observer.map(|observer| observer.table(&gateway.snapshot.sites)),
            agreements: Agreements::new(),
            siftings: Recent::new(sifting::PLACES),
            familiar: RefCell::default(),
            gateway,
        })
    }

    /// The configuration.
    pub(super) fn snapshot(&self) -> &Snapshot {
        &self.gateway.snapshot
    }
}

impl Worker {
    /// A worker over the gateway; `observer` where the cookies that it sees are kept. Needs the runtime of its thread.
    pub fn new(
        gateway: Arc<Gateway>,
        counters: Arc<Counters>,
        tasks: TaskTracker,
        observer: Option<Rc<Observer>>,
    ) -> Rc<Self> {
        let current = RefCell::new(Current::new(gateway, &counters, observer.as_ref(), None));
        Rc::new(Self { current, counters, observer, tasks })
    }

    /// Exchanges that begin from now on are this gateway's. Connections to origin servers that it has in common with
    /// the one before go on.
    pub fn take(&self, gateway: Arc<Gateway>) {
        let previous = self.current();
        let next = Current::new(gateway, &self.counters, self.observer.as_ref(), Some(&*previous));
        *self.current.borrow_mut() = next;
    }

    /// What an exchange that begins now is done by.
    pub(super) fn current(&self) -> Rc<Current> {
        Rc::clone(&self.current.borrow())
    }
}
