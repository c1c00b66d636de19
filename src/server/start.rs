//! One thread a worker, each with its own runtime, listeners and pool; one more for the operator.

use std::io;
use std::net::SocketAddr;
use std::num::NonZero;
use std::path::PathBuf;
use std::sync::Arc;
use std::sync::atomic::AtomicUsize;
use std::sync::mpsc::sync_channel;
use std::thread::JoinHandle;
use std::time::Duration;

use tokio::sync::mpsc;

use super::Reloader;
use super::generation::Generation;
use super::log::Logs;
use super::operator::Desk;
use super::sockets::Sockets;
use super::thread::{self, Plan};
use super::watchdog::{Beat, Watchdog};
use crate::admin::{BindError, Operator, Phase, Status, Wish};
use crate::audit::observed::{Observations, Registries, Seat};
use crate::config::{AdminAddress, Snapshot};
use crate::downstream::{Inherited, Listening, TlsError};
use crate::metrics::{Counters, Metrics, ObservationCounters, RecordCounters};
use crate::proxy::{Outlets, WORDS};
use crate::store::Store;
use crate::upstream::{Keeper, OriginError};

/// Why the gateway doesn't start.
#[derive(Debug, thiserror::Error)]
pub enum StartError {
    /// An address can't be listened on.
    #[error("can't listen on {address}: {source}{hint}")]
    Listen {
        /// As configured.
        address: SocketAddr,
        /// What the system says.
        source: io::Error,
        /// What to do about it, after a semicolon; empty where nothing is known.
        hint: String,
    },
    /// The operator's address can't be listened on.
    #[error("can't listen on {address} (`admin`): {source}{hint}")]
    Admin {
        /// As configured.
        address: AdminAddress,
        /// What is in the way.
        source: BindError,
        /// What to do about it, after a semicolon; empty where nothing is known.
        hint: String,
    },
    /// A socket was inherited that the configuration doesn't have.
    #[error(
        "nobody would answer on {left}, which was inherited: add it to `listeners` or `admin` just so, or take it out of the socket's unit"
    )]
    Inherited {
        /// Their addresses.
        left: String,
    },
    /// A listener's certificate.
    #[error("listener {address}: {source}; {}", source.help())]
    Tls {
        /// As configured.
        address: SocketAddr,
        /// What is wrong.
        source: Box<TlsError>,
    },
    /// The file of the access log.
    #[error("can't write the access log to {}: {source}", path.display())]
    AccessLog {
        /// As configured.
        path: PathBuf,
        /// What the system says.
        source: io::Error,
    },
    /// A site's upstream.
    #[error("site {site}: {source}; {}", source.help())]
    Origin {
        /// Its name.
        site: String,
        /// What is wrong.
        source: Box<OriginError>,
    },
    /// All of the files that can't be used.
    #[error("{}", .0.iter().map(ToString::to_string).collect::<Vec<_>>().join("\n"))]
    Files(Vec<Self>),
    /// The system gives no thread, runtime or descriptor.
    #[error("can't start a worker: {0}")]
    Worker(io::Error),
}

/// What the process hands to its server.
#[derive(Default)]
pub struct Given {
    /// Where the operator's wishes go that need the files; `None` where nothing can be read again.
    pub wishes: Option<mpsc::Sender<Wish>>,
    /// Sockets that listen already.
    pub inherited: Inherited,
    /// How long the service manager waits for a sign of life, if it does.
    pub watchdog: Option<Duration>,
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
    logs: Logs,
    threads: Vec<JoinHandle<Drained>>,
    /// Goes on until the last worker has ended.
    watchdog: Option<Watchdog>,
}

impl Server {
    /// Binds, reads certificates, starts the threads. Returns when connections are accepted.
    ///
    /// # Errors
    /// What is in the way, and what to do about it; nothing is left running then.
    pub fn start(snapshot: Snapshot, given: Given) -> Result<Self, StartError> {
        let available = std::thread::available_parallelism().map_or(1, NonZero::get);
        let workers = snapshot.workers.unwrap_or(available);
        let recorded = Arc::new(RecordCounters::default());
        let store = snapshot.records.as_ref().map(|records| Store::prepare(records, Arc::clone(&recorded)));
        let store = store.transpose().map_err(StartError::Worker)?;
        let logs = Logs::open(&snapshot.log)?;
        let outlets = Outlets { store: store.clone(), access: logs.access() };
        let first = Generation::first(snapshot, outlets).map_err(StartError::Files)?;
        let snapshot = Arc::clone(&first.gateway.snapshot);
        let Sockets { mut listeners, operator } = Sockets::open(&snapshot, workers, given.inherited)?;
        let counters: Vec<_> = (0..workers).map(|_| Arc::new(Counters::new(WORDS))).collect();
        let (observations, seats, observed) = observe(&snapshot, workers)?;
        let metrics = Metrics::new(counters.clone()).with_logs(logs.counters.clone());
        let metrics = metrics.with_observations(observed);
        let metrics = if store.is_some() { metrics.with_records(recorded) } else { metrics };
        let keeper = Keeper::start().map_err(StartError::Worker)?;
        let reloader = Arc::new(Reloader::new(first, logs.level.clone(), observations, keeper));
        let metrics = metrics.with_reloads(Arc::clone(&reloader.counters));
        let metrics = metrics.with_upstreams(Arc::clone(&reloader.upstreams));
        let address = |sockets: &Vec<Listening>| sockets.first()?.address().ok();
        let mut server = Self {
            addresses: listeners.iter().filter_map(address).collect(),
            operator: None,
            metrics: Arc::new(metrics),
            store,
            reloader,
            logs,
            threads: Vec::new(),
            watchdog: None,
        };
        if let (Some(listener), Some(admin)) = (operator, &snapshot.admin) {
            let (metrics, status) = (Arc::clone(&server.metrics), Arc::clone(server.status()));
            let operator = Operator {
                metrics,
                status,
                level: server.logs.level.clone(),
                observed: server.observations().cloned(),
                wishes: given.wishes,
            };
            server.operator = Some(Desk::open(listener, admin.clone(), operator)?);
        }
        let (open, mut beats) = (Arc::new(AtomicUsize::new(0)), Vec::new());
        for ((index, counters), seat) in counters.into_iter().enumerate().zip(seats) {
            let listeners = listeners.iter_mut().filter_map(Vec::pop).collect();
            let (orders, stop) = (server.reloader.orders.subscribe(), server.reloader.stop.clone());
            let pulse = given.watchdog.map(|limit| (Beat::default(), limit));
            beats.extend(pulse.as_ref().map(|(beat, _)| beat.clone()));
            let plan = Plan { listeners, orders, counters, open: Arc::clone(&open), stop, seat, pulse };
            server.spawn(format!("worker-{index}"), plan)?;
        }
        let watchdog = given.watchdog.map(|limit| Watchdog::begin(limit, beats));
        server.watchdog = watchdog.transpose().map_err(StartError::Worker)?;
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

    /// Which cookies were seen, where that is kept.
    pub fn observations(&self) -> Option<&Observations> {
        self.reloader.observations.as_ref()
    }

    /// By which another configuration takes the place of this one.
    pub fn reloader(&self) -> &Arc<Reloader> {
        &self.reloader
    }

    /// Lets go of a log file that was moved away, and opens the one that has its name now.
    pub fn reopen_logs(&self) {
        self.logs.reopen();
    }

    /// Accepts no more, lets exchanges finish within `times.drain`, and ends the threads.
    pub fn stop(mut self) -> Drained {
        self.status().reached(Phase::Draining);
        self.reloader.stop.cancel();
        let ended: Vec<_> = self.threads.drain(..).map(JoinHandle::join).collect();
        if let Some(store) = &self.store {
            store.close();
        }
        if let Some(observations) = self.observations() {
            observations.close();
        }
        drop(self.watchdog.take());
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

/// What keeps the cookies that were seen, and a seat for each worker: none where they are not kept.
fn observe(snapshot: &Snapshot, workers: usize) -> Result<Observed, StartError> {
    let counters = Arc::new(ObservationCounters::default());
    let Some(settings) = &snapshot.observations else {
        return Ok((None, (0..workers).map(|_| None).collect(), counters));
    };
    let sites = Registries::of(&snapshot.sites);
    let started = Observations::start(settings, sites, workers, Arc::clone(&counters));
    let (observations, seats) = started.map_err(StartError::Worker)?;
    Ok((Some(observations), seats.into_iter().map(Some).collect(), counters))
}

type Observed = (Option<Observations>, Vec<Option<Seat>>, Arc<ObservationCounters>);
