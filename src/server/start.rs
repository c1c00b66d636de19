//! One thread a worker, each with its own runtime, listeners and pool; one more for the operator.

use std::io;
use std::net::{SocketAddr, TcpListener};
use std::num::NonZero;
use std::rc::Rc;
use std::sync::Arc;
use std::sync::atomic::AtomicUsize;
use std::thread::JoinHandle;
use std::time::Duration;

use tokio::runtime::{Builder, LocalOptions, LocalRuntime};
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;

use crate::audit::Hinted;
use crate::config::Snapshot;
use crate::downstream::{self, Security, Settings, TlsError};
use crate::metrics::{Counters, Metrics, RecordCounters};
use crate::proxy::{self, Gateway, WORDS, Worker};
use crate::store::Store;
use crate::upstream::OriginError;
use crate::{admin, config};

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
    stop: CancellationToken,
    threads: Vec<JoinHandle<Drained>>,
}

/// What each thread is started with.
struct Plan {
    name: String,
    listeners: Vec<(TcpListener, Security)>,
    counters: Arc<Counters>,
    open: Arc<AtomicUsize>,
    stop: CancellationToken,
}

impl Server {
    /// Binds, reads certificates, starts the threads. Returns when connections are accepted.
    ///
    /// # Errors
    /// What is in the way, and what to do about it; nothing is left running then.
    pub fn start(snapshot: Snapshot) -> Result<Self, StartError> {
        let available = std::thread::available_parallelism().map_or(1, NonZero::get);
        let workers = snapshot.workers.unwrap_or(available);
        let recorded = Arc::new(RecordCounters::default());
        let store = snapshot.records.as_ref().map(|records| Store::open(records, Arc::clone(&recorded)));
        let store = store.transpose().map_err(StartError::Worker)?;
        let gateway = Gateway::new(snapshot, store.clone())
            .map_err(|(site, source)| StartError::Origin { site, source: Box::new(source) })?;
        let (addresses, mut sockets) = bind(&gateway.snapshot, workers)?;
        let operator = gateway.snapshot.admin.map(|address| listen(address, 1)).transpose()?;
        let counters: Vec<_> = (0..workers).map(|_| Arc::new(Counters::new(WORDS))).collect();
        let metrics = Metrics::new(counters.clone());
        let metrics = if store.is_some() { metrics.with_records(recorded) } else { metrics };
        let mut server = Self {
            addresses,
            admin: operator.as_ref().and_then(|sockets| sockets.first()?.local_addr().ok()),
            metrics: Arc::new(metrics),
            store,
            stop: CancellationToken::new(),
            threads: Vec::new(),
        };
        let (open, hinted) = (Arc::new(AtomicUsize::new(0)), Hinted::default());
        for (index, counters) in counters.into_iter().enumerate() {
            let listeners =
                sockets.iter_mut().filter_map(|(of, security)| Some((of.pop()?, security.clone()))).collect();
            let (stop, open) = (server.stop.clone(), Arc::clone(&open));
            let plan = Plan { name: format!("worker-{index}"), listeners, counters, open, stop };
            let (gateway, hinted) = (Arc::clone(&gateway), hinted.clone());
            server.spawn(plan, move |plan, runtime| work(plan, runtime, &gateway, hinted))?;
        }
        if let Some(sockets) = operator {
            let listeners = sockets.into_iter().map(|socket| (socket, Security::default())).collect();
            let (stop, counters) = (server.stop.clone(), Arc::new(Counters::new(WORDS)));
            let plan = Plan { name: "admin".to_owned(), listeners, counters, open: Arc::default(), stop };
            let metrics = Arc::clone(&server.metrics);
            server.spawn(plan, move |plan, runtime| operate(plan, runtime, &gateway, &metrics))?;
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

    /// Accepts no more, lets exchanges finish within `times.drain`, and ends the threads.
    pub fn stop(mut self) -> Drained {
        self.stop.cancel();
        let ended: Vec<_> = self.threads.drain(..).map(|thread| thread.join()).collect();
        if let Some(store) = &self.store {
            store.close();
        }
        let clean = ended.iter().all(|drained| matches!(drained, Ok(Drained::Clean)));
        if clean { Drained::Clean } else { Drained::Cut }
    }

    fn spawn<F>(&mut self, plan: Plan, run: F) -> Result<(), StartError>
    where
        F: FnOnce(Plan, &LocalRuntime) -> Drained + Send + 'static,
    {
        let (ready, started) = std::sync::mpsc::sync_channel(1);
        let thread = std::thread::Builder::new().name(plan.name.clone()).spawn(move || {
            let built = Builder::new_current_thread().enable_all().build_local(LocalOptions::default());
            match built {
                Ok(runtime) => {
                    // The receiver waits for exactly this.
                    let _ = ready.send(Ok(()));
                    let drained = run(plan, &runtime);
                    runtime.shutdown_timeout(Duration::from_millis(200));
                    drained
                }
                Err(fault) => {
                    let _ = ready.send(Err(fault));
                    Drained::Cut
                }
            }
        });
        self.threads.push(thread.map_err(StartError::Worker)?);
        let lost = |_| io::Error::other("the thread ended at once");
        started.recv().map_err(lost).and_then(|started| started).map_err(StartError::Worker)
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        self.stop.cancel();
    }
}

type Sockets = Vec<(Vec<TcpListener>, Security)>;

fn bind(snapshot: &Snapshot, workers: usize) -> Result<(Vec<SocketAddr>, Sockets), StartError> {
    let mut addresses = Vec::new();
    let mut sockets = Vec::new();
    for (index, listener) in snapshot.listeners.iter().enumerate() {
        let config::Listener { address, tls, h2c, proxy_protocol, redirect: _ } = listener;
        let fault = |source| StartError::Tls { address: *address, source: Box::new(source) };
        let tls = tls.as_deref().map(downstream::acceptor).transpose().map_err(fault)?;
        let bound = listen(*address, workers)?;
        addresses.extend(bound.first().and_then(|socket| socket.local_addr().ok()));
        let proxy_protocol = proxy_protocol.clone();
        sockets.push((bound, Security { listener: index, proxy_protocol, tls, h2c: *h2c }));
    }
    Ok((addresses, sockets))
}

fn listen(address: SocketAddr, workers: usize) -> Result<Vec<TcpListener>, StartError> {
    downstream::bind(address, workers).map_err(|source| StartError::Listen { address, source })
}

fn work(plan: Plan, runtime: &LocalRuntime, gateway: &Arc<Gateway>, hinted: Hinted) -> Drained {
    let snapshot = &gateway.snapshot;
    runtime.block_on(async {
        let tasks = TaskTracker::new();
        let worker = Worker::new(Arc::clone(gateway), Arc::clone(&plan.counters), hinted, tasks.clone());
        let service = move |request, peer| proxy::handle(Rc::clone(&worker), request, peer);
        serve(plan, snapshot, service, tasks).await
    })
}

fn operate(plan: Plan, runtime: &LocalRuntime, gateway: &Arc<Gateway>, metrics: &Arc<Metrics>) -> Drained {
    runtime.block_on(async {
        let metrics = Arc::clone(metrics);
        let service = move |request, _| std::future::ready(admin::answer(&request, &metrics));
        serve(plan, &gateway.snapshot, service, TaskTracker::new()).await
    })
}

/// Serves all listeners of a thread until told to stop, then waits for connections and tunnels, `times.drain` at most.
async fn serve<S, A, B>(plan: Plan, snapshot: &Snapshot, service: S, tasks: TaskTracker) -> Drained
where
    S: Fn(http::Request<hyper::body::Incoming>, downstream::Peer) -> A + Clone + 'static,
    A: Future<Output = http::Response<B>> + 'static,
    B: http_body::Body<Data = bytes::Bytes> + Unpin + 'static,
    B::Error: Into<Box<dyn std::error::Error + Send + Sync>>,
{
    let ending = (plan.stop.clone(), tasks.clone());
    let settings = Settings::new(&snapshot.limits, &snapshot.times, plan.counters, plan.open, ending);
    for (socket, security) in plan.listeners {
        match tokio::net::TcpListener::from_std(socket) {
            Ok(listener) => {
                let serving = downstream::serve(listener, security, settings.clone(), service.clone());
                tokio::task::spawn_local(serving);
            }
            Err(fault) => tracing::error!(%fault, "a listener is lost"),
        }
    }
    plan.stop.cancelled().await;
    tasks.close();
    match tokio::time::timeout(snapshot.times.drain, tasks.wait()).await {
        Ok(()) => Drained::Clean,
        Err(_) => Drained::Cut,
    }
}
