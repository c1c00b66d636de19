//! A thread that serves: its runtime, its listeners, and the configurations that it is handed one after the other.

use std::net::TcpListener;
use std::rc::Rc;
use std::sync::Arc;
use std::sync::atomic::AtomicUsize;
use std::sync::mpsc::SyncSender;
use std::time::Duration;

use tokio::runtime::{Builder, LocalOptions, LocalRuntime};
use tokio::sync::watch;
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;

use super::Drained;
use super::generation::Generation;
use crate::admin;
use crate::downstream::{self, Security, Settings, Terms};
use crate::metrics::{Counters, Metrics};
use crate::proxy::{self, Gateway, Worker};

/// What a thread is started with.
pub(super) struct Plan {
    pub(super) listeners: Vec<TcpListener>,
    pub(super) orders: watch::Receiver<Order>,
    pub(super) counters: Arc<Counters>,
    /// Connections of all threads that serve user agents.
    pub(super) open: Arc<AtomicUsize>,
    pub(super) stop: CancellationToken,
}

/// The configuration to serve by. A thread that is late skips those between.
#[derive(Clone)]
pub(super) struct Order {
    pub(super) generation: Arc<Generation>,
    /// Told by each thread that does.
    pub(super) done: SyncSender<()>,
}

/// Runs a thread to its end; `ready` is told whether it has begun.
pub(super) fn run<F>(ready: &SyncSender<std::io::Result<()>>, serve: F) -> Drained
where
    F: FnOnce(&LocalRuntime) -> Drained,
{
    // The receiver of `ready` waits for exactly this.
    match Builder::new_current_thread().enable_all().build_local(LocalOptions::default()) {
        Ok(runtime) => {
            let _ = ready.send(Ok(()));
            let drained = serve(&runtime);
            runtime.shutdown_timeout(Duration::from_millis(200));
            drained
        }
        Err(fault) => {
            let _ = ready.send(Err(fault));
            Drained::Cut
        }
    }
}

/// A worker: serves user agents.
pub(super) fn work(plan: Plan, runtime: &LocalRuntime) -> Drained {
    runtime.block_on(async {
        let tasks = TaskTracker::new();
        let gateway = Arc::clone(&plan.orders.borrow().generation.gateway);
        let worker = Worker::new(gateway, Arc::clone(&plan.counters), tasks.clone());
        let ours = Rc::clone(&worker);
        let service = move |request, peer| proxy::handle(Rc::clone(&ours), request, peer);
        let take = move |gateway: &Arc<Gateway>| worker.take(Arc::clone(gateway));
        let securities = |generation: &Generation| generation.securities.clone();
        serve(plan, service, tasks, (securities, take)).await
    })
}

/// The thread that serves the operator.
pub(super) fn operate(plan: Plan, runtime: &LocalRuntime, metrics: &Arc<Metrics>) -> Drained {
    runtime.block_on(async {
        let metrics = Arc::clone(metrics);
        let service = move |request, _| std::future::ready(admin::answer(&request, &metrics));
        let securities = |_: &Generation| vec![Security::default()];
        serve(plan, service, TaskTracker::new(), (securities, |_: &Arc<Gateway>| ())).await
    })
}

/// Serves all listeners of a thread until told to stop, then waits for connections and tunnels, `times.drain` at most.
/// `securities` says of a configuration how the connections of each listener begin, `take` makes it the service's.
async fn serve<S, A, B>(
    plan: Plan,
    service: S,
    tasks: TaskTracker,
    (securities, take): (impl Fn(&Generation) -> Vec<Security>, impl Fn(&Arc<Gateway>)),
) -> Drained
where
    S: Fn(http::Request<hyper::body::Incoming>, downstream::Peer) -> A + Clone + 'static,
    A: Future<Output = http::Response<B>> + 'static,
    B: http_body::Body<Data = bytes::Bytes> + Unpin + 'static,
    B::Error: Into<Box<dyn std::error::Error + Send + Sync>>,
{
    let Plan { listeners, mut orders, counters, open, stop } = plan;
    let settings = |generation: &Generation| {
        let snapshot = &generation.gateway.snapshot;
        let ending = (stop.clone(), tasks.clone());
        let (counters, open) = (Arc::clone(&counters), Arc::clone(&open));
        Rc::new(Settings::new(&snapshot.limits, &snapshot.times, counters, open, ending))
    };
    let mut all = Vec::new();
    let first = Arc::clone(&orders.borrow_and_update().generation);
    let begun = settings(&first);
    for (socket, security) in listeners.into_iter().zip(securities(&first)) {
        let terms = Rc::new(Terms::new(security, Rc::clone(&begun)));
        match tokio::net::TcpListener::from_std(socket) {
            Ok(listener) => {
                let serving = downstream::serve(listener, Rc::clone(&terms), service.clone());
                tokio::task::spawn_local(serving);
            }
            Err(fault) => tracing::error!(%fault, "a listener is lost"),
        }
        all.push(terms);
    }
    let mut drain = first.gateway.snapshot.times.drain;
    drop((begun, first));
    loop {
        tokio::select! {
            () = stop.cancelled() => break,
            Ok(()) = orders.changed() => {}
        }
        let Order { generation, done } = orders.borrow_and_update().clone();
        take(&generation.gateway);
        let settings = settings(&generation);
        for (terms, security) in all.iter().zip(securities(&generation)) {
            terms.change(security, Rc::clone(&settings));
        }
        drain = generation.gateway.snapshot.times.drain;
        // Whoever gave the order may have waited long enough.
        let _ = done.send(());
    }
    tasks.close();
    match tokio::time::timeout(drain, tasks.wait()).await {
        Ok(()) => Drained::Clean,
        Err(_) => Drained::Cut,
    }
}
