//! One thread a worker, each with its own runtime, listeners and pool; one more for the operator.

use std::io;
use std::net::{SocketAddr, TcpListener};
use std::num::NonZero;
use std::sync::Arc;
use std::sync::atomic::AtomicUsize;
use std::sync::mpsc::sync_channel;
use std::thread::JoinHandle;

use tokio::sync::mpsc;

use super::Reloader;
use super::generation::{Generation, security};
use super::operator::Desk;
use super::thread::{self, Plan};
use crate::admin;
use crate::admin::{BindError, Operator, Phase, Reload, Status};
use crate::config::{self, AdminAddress, Snapshot};
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
    /// The operator's address can't be listened on.
    #[error("can't listen on {address} (`admin`): {source}")]
    Admin {
        /// As configured.
        address: AdminAddress,
        /// What is in the way.
        source: BindError,
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
    operator: Option<Desk>,
    metrics: Arc<Metrics>,
    store: Option<Store>,
    reloader: Arc<Reloader>,
    threads: Vec<JoinHandle<Drained>>,
}

impl Server {
    /// Binds, reads certificates, starts the threads. Returns when connections are accepted. `reloads` is where the
    /// operator's wishes for a reload go; `None` where nothing can be read again.
    ///
    /// # Errors
    /// What is in the way, and what to do about it; nothing is left running then.
    pub fn start(mut snapshot: Snapshot, reloads: Option<mpsc::Sender<Reload>>) -> Result<Self, StartError> {
        let available = std::thread::available_parallelism().map_or(1, NonZero::get);
        let workers = snapshot.workers.unwrap_or(available);
        let recorded = Arc::new(RecordCounters::default());
        let store = snapshot.records.as_ref().map(|records| Store::open(records, Arc::clone(&recorded)));
        let store = store.transpose().map_err(StartError::Worker)?;
        snapshot.generation = 1;
        let gateway = Gateway::new(snapshot, store.clone()).map_err(origin_fault)?;
        let snapshot = Arc::clone(&gateway.snapshot);
        let securities = snapshot.listeners.iter().map(security).collect::<Result<_, _>>()?;
        let bound = snapshot.listeners.iter().map(|listener| listen(listener.address, workers));
        let mut sockets = bound.collect::<Result<Vec<_>, _>>()?;
        let operator = snapshot.admin.as_ref().map(listen_to_operator).transpose()?;
        let counters: Vec<_> = (0..workers).map(|_| Arc::new(Counters::new(WORDS))).collect();
        let metrics = Metrics::new(counters.clone());
        let metrics = Arc::new(if store.is_some() { metrics.with_records(recorded) } else { metrics });
        let keeper = Keeper::start().map_err(StartError::Worker)?;
        let reloader = Reloader::new(Generation { gateway, securities }, Arc::clone(&metrics), keeper);
        let address = |sockets: &Vec<TcpListener>| sockets.first()?.local_addr().ok();
        let mut server = Self {
            addresses: sockets.iter().filter_map(address).collect(),
            operator: None,
            metrics,
            store,
            reloader: Arc::new(reloader),
            threads: Vec::new(),
        };
        if let (Some(listener), Some(admin)) = (operator, &snapshot.admin) {
            let (metrics, status) = (Arc::clone(&server.metrics), Arc::clone(server.status()));
            let operator = Operator { metrics, status, reload: reloads };
            server.operator = Some(Desk::open(listener, admin.clone(), operator)?);
        }
        let open = Arc::new(AtomicUsize::new(0));
        for (index, counters) in counters.into_iter().enumerate() {
            let listeners = sockets.iter_mut().filter_map(Vec::pop).collect();
            let (orders, stop) = (server.reloader.orders.subscribe(), server.reloader.stop.clone());
            let plan = Plan { listeners, orders, counters, open: Arc::clone(&open), stop };
            server.spawn(format!("worker-{index}"), plan)?;
        }
        server.status().reached(Phase::Serving);
        Ok(server)
    }

    /// Where user agents connect, in the listeners' order; a configured port 0 is the one that was given.
    pub fn addresses(&self) -> &[SocketAddr] {
        &self.addresses
    }

    /// Where the operator connects.
    pub fn admin(&self) -> Option<&AdminAddress> {
        self.operator.as_ref().map(Desk::address)
    }

    /// What was counted.
    pub fn metrics(&self) -> &Arc<Metrics> {
        &self.metrics
    }

    /// By which another configuration takes the place of this one.
    pub fn reloader(&self) -> &Arc<Reloader> {
        &self.reloader
    }

    /// Accepts no more, lets exchanges finish within `times.drain`, and ends the threads.
    pub fn stop(mut self) -> Drained {
        self.status().reached(Phase::Draining);
        self.reloader.stop.cancel();
        let ended: Vec<_> = self.threads.drain(..).map(JoinHandle::join).collect();
        if let Some(store) = &self.store {
            store.close();
        }
        let clean = ended.iter().all(|drained| matches!(drained, Ok(Drained::Clean)));
        if clean { Drained::Clean } else { Drained::Cut }
    }

    fn status(&self) -> &Arc<Status> {
        &self.reloader.status
    }

    /// Starts a worker of this name.
    fn spawn(&mut self, name: String, plan: Plan) -> Result<(), StartError> {
        let (ready, started) = sync_channel(1);
        let thread = std::thread::Builder::new().name(name).spawn(move || thread::work(plan, &ready));
        self.threads.push(thread.map_err(StartError::Worker)?);
        let lost = |_| io::Error::other("the thread ended at once");
        started.recv().map_err(lost).and_then(|started| started).map_err(StartError::Worker)
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        self.reloader.stop.cancel();
    }
}

pub(super) fn origin_fault((site, source): (String, OriginError)) -> StartError {
    StartError::Origin { site, source: Box::new(source) }
}

fn listen(address: SocketAddr, workers: usize) -> Result<Vec<TcpListener>, StartError> {
    downstream::bind(address, workers).map_err(|source| StartError::Listen { address, source })
}

fn listen_to_operator(admin: &config::Admin) -> Result<admin::Listener, StartError> {
    let refused = |source| StartError::Admin { address: admin.address.clone(), source };
    admin::Listener::bind(admin).map_err(refused)
}
