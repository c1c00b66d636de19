//! One thread a worker, each with its own runtime, listeners and pool; one more for the operator.

use std::io;
use std::net::{SocketAddr, TcpListener};
use std::num::NonZero;
use std::sync::atomic::AtomicUsize;
use std::sync::mpsc::sync_channel;
use std::sync::{Arc, Mutex, PoisonError};
use std::thread::JoinHandle;

use tokio::runtime::LocalRuntime;
use tokio::sync::watch;
use tokio_util::sync::CancellationToken;

use super::generation::{Fixed, Generation, security};
use super::thread::{self, Order, Plan};
use crate::config::Snapshot;
use crate::downstream::{self, TlsError};
use crate::metrics::{Counters, Metrics, RecordCounters};
use crate::proxy::{Gateway, WORDS};
use crate::store::Store;
use crate::upstream::{Keeper, OriginError};

/// Why the gateway doesn't start.
#[derive(Debug, thiserror::Error)]
pub enum StartError {
    /// An address can't be listened on.
    #[error("can't listen on {address}: {source}{}", hint(source))]
    Listen {
        /// As configured.
        address: SocketAddr,
        /// What the system says.
        source: io::Error,
    },
    /// A listener's certificate.
    #[error("listener {address}: {source}")]
    Tls {
        /// As configured.
        address: SocketAddr,
        /// What is wrong.
        source: Box<TlsError>,
    },
    /// A site's upstream.
    #[error("site {site}: {source}")]
    Origin {
        /// Its name.
        site: String,
        /// What is wrong.
        source: Box<OriginError>,
    },
    /// The system gives no thread, runtime or descriptor.
    #[error("can't start a worker: {0}")]
    Worker(io::Error),
}

fn hint(source: &io::Error) -> &'static str {
    match source.kind() {
        io::ErrorKind::AddrInUse => "; stop what listens there, or choose another port",
        io::ErrorKind::PermissionDenied => "; choose a port from 1024 up, or grant CAP_NET_BIND_SERVICE",
        io::ErrorKind::AddrNotAvailable => "; choose an address of this machine, or [::] for all",
        _ => "",
    }
}

/// How a shutdown went.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Drained {
    /// Every exchange came to its end.
    Clean,
    /// Connections were open when the time was up.
    Cut,
}

/// A running gateway.
pub struct Server {
    addresses: Vec<SocketAddr>,
    admin: Option<SocketAddr>,
    metrics: Arc<Metrics>,
    store: Option<Store>,
    pub(super) stop: CancellationToken,
    pub(super) fixed: Fixed,
    threads: Mutex<Vec<JoinHandle<Drained>>>,
    /// What every thread serves by.
    pub(super) orders: watch::Sender<Order>,
    /// Looks after the upstreams.
    pub(super) keeper: Keeper,
    /// Held while another configuration takes the place of the one before.
    pub(super) reloading: Mutex<()>,
}

impl Server {
    /// Binds, reads certificates, starts the threads. Returns when connections are accepted.
    ///
    /// # Errors
    /// What is in the way, and what to do about it; nothing is left running then.
    pub fn start(mut snapshot: Snapshot) -> Result<Self, StartError> {
        let available = std::thread::available_parallelism().map_or(1, NonZero::get);
        let workers = snapshot.workers.unwrap_or(available);
        let recorded = Arc::new(RecordCounters::default());
        let store = snapshot.records.as_ref().map(|records| Store::open(records, Arc::clone(&recorded)));
        let store = store.transpose().map_err(StartError::Worker)?;
        snapshot.generation = 1;
        let gateway = Gateway::new(snapshot, store.clone()).map_err(origin_fault)?;
        let fixed = Fixed::of(&gateway.snapshot);
        let listeners = &gateway.snapshot.listeners;
        let securities = listeners.iter().map(security).collect::<Result<_, _>>()?;
        let bound = listeners.iter().map(|listener| listen(listener.address, workers));
        let mut sockets = bound.collect::<Result<Vec<_>, _>>()?;
        let operator = gateway.snapshot.admin.map(|address| listen(address, 1)).transpose()?;
        let first = Arc::new(Generation { gateway, securities });
        let counters: Vec<_> = (0..workers).map(|_| Arc::new(Counters::new(WORDS))).collect();
        let metrics = Metrics::new(counters.clone());
        let metrics = if store.is_some() { metrics.with_records(recorded) } else { metrics };
        let address = |sockets: &Vec<TcpListener>| sockets.first()?.local_addr().ok();
        let server = Self {
            addresses: sockets.iter().filter_map(address).collect(),
            admin: operator.as_ref().and_then(address),
            metrics: Arc::new(metrics),
            store,
            stop: CancellationToken::new(),
            fixed,
            threads: Mutex::default(),
            orders: watch::Sender::new(Order { generation: first, done: sync_channel(0).0 }),
            keeper: Keeper::start().map_err(StartError::Worker)?,
            reloading: Mutex::default(),
        };
        server.look_after(&server.gateway());
        let open = Arc::new(AtomicUsize::new(0));
        for (index, counters) in counters.into_iter().enumerate() {
            let listeners = sockets.iter_mut().filter_map(Vec::pop).collect();
            let named = (format!("worker-{index}"), listeners);
            server.spawn(named, (counters, Arc::clone(&open)), thread::work)?;
        }
        if let Some(sockets) = operator {
            let counted = (Arc::new(Counters::new(WORDS)), Arc::default());
            let metrics = Arc::clone(&server.metrics);
            let run = move |plan, runtime: &LocalRuntime| thread::operate(plan, runtime, &metrics);
            server.spawn(("admin".to_owned(), sockets), counted, run)?;
        }
        Ok(server)
    }

    /// Where user agents connect, in the listeners' order; a configured port 0 is the one that was given.
    pub fn addresses(&self) -> &[SocketAddr] {
        &self.addresses
    }

    /// Where the operator connects.
    pub fn admin(&self) -> Option<SocketAddr> {
        self.admin
    }

    /// What was counted.
    pub fn metrics(&self) -> &Arc<Metrics> {
        &self.metrics
    }

    /// What exchanges begin with now.
    pub fn gateway(&self) -> Arc<Gateway> {
        Arc::clone(&self.orders.borrow().generation.gateway)
    }

    /// Has the upstreams of a configuration tended, and counted by themselves.
    pub(super) fn look_after(&self, gateway: &Gateway) {
        self.keeper.tend(&gateway.origins);
        let counters = gateway.origins.iter().map(|origin| Arc::clone(origin.counters()));
        self.metrics.upstreams.set(counters.collect());
    }

    /// Accepts no more, lets exchanges finish within `times.drain`, and ends the threads.
    pub fn stop(&self) -> Drained {
        self.stop.cancel();
        let threads = std::mem::take(&mut *self.threads.lock().unwrap_or_else(PoisonError::into_inner));
        let ended: Vec<_> = threads.into_iter().map(JoinHandle::join).collect();
        if let Some(store) = &self.store {
            store.close();
        }
        let clean = ended.iter().all(|drained| matches!(drained, Ok(Drained::Clean)));
        if clean { Drained::Clean } else { Drained::Cut }
    }

    /// Starts a thread of this name over these sockets, which counts here.
    fn spawn<F>(
        &self,
        (name, listeners): (String, Vec<TcpListener>),
        (counters, open): (Arc<Counters>, Arc<AtomicUsize>),
        run: F,
    ) -> Result<(), StartError>
    where
        F: FnOnce(Plan, &LocalRuntime) -> Drained + Send + 'static,
    {
        let (ready, started) = sync_channel(1);
        let (orders, stop) = (self.orders.subscribe(), self.stop.clone());
        let plan = Plan { listeners, orders, counters, open, stop };
        let serve = move |runtime: &LocalRuntime| run(plan, runtime);
        let thread = std::thread::Builder::new().name(name).spawn(move || thread::run(&ready, serve));
        let handle = thread.map_err(StartError::Worker)?;
        self.threads.lock().unwrap_or_else(PoisonError::into_inner).push(handle);
        let lost = |_| io::Error::other("the thread ended at once");
        started.recv().map_err(lost).and_then(|started| started).map_err(StartError::Worker)
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        self.stop.cancel();
    }
}

pub(super) fn origin_fault((site, source): (String, OriginError)) -> StartError {
    StartError::Origin { site, source: Box::new(source) }
}

fn listen(address: SocketAddr, workers: usize) -> Result<Vec<TcpListener>, StartError> {
    downstream::bind(address, workers).map_err(|source| StartError::Listen { address, source })
}
