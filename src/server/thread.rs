//! A worker's thread: its runtime, its listeners, and the configurations that it is handed one after the other.

use std::rc::Rc;
use std::sync::Arc;
use std::sync::atomic::AtomicUsize;
use std::sync::mpsc::SyncSender;
use std::time::Duration;

use tokio::runtime::{Builder, LocalOptions};
use tokio::sync::watch;
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;

use super::Drained;
use super::generation::Generation;
use super::watchdog::Beat;
use crate::audit::observed::{Observer, Seat};
use crate::downstream::{self, Listening, Settings, Terms};
use crate::metrics::Counters;
use crate::proxy::{self, Worker};

/// What a thread is started with.
pub(super) struct Plan {
    pub(super) listeners: Vec<Listening>,
    pub(super) orders: watch::Receiver<Order>,
    pub(super) counters: Arc<Counters>,
    /// Connections of all threads that serve user agents.
    pub(super) open: Arc<AtomicUsize>,
    pub(super) stop: CancellationToken,
    /// From which it hands over what it sees, where that is kept.
    pub(super) seat: Option<Seat>,
    /// Its sign of life, and how long the service manager waits for one; `None` where nobody does.
    pub(super) pulse: Option<(Beat, Duration)>,
}

/// The configuration to serve by. A thread that is late skips those between.
#[derive(Clone)]
pub(super) struct Order {
    pub(super) generation: Arc<Generation>,
    /// Told by each thread that does.
    pub(super) done: SyncSender<()>,
}

/// Runs a worker to its end: serves user agents. `ready` is told whether it has begun.
pub(super) fn work(plan: Plan, ready: &SyncSender<std::io::Result<()>>) -> Drained {
    // The receiver of `ready` waits for exactly this.
    match Builder::new_current_thread().enable_all().build_local(LocalOptions::default()) {
        Ok(runtime) => {
            plan.counters.runs_on(runtime.metrics());
            let _ = ready.send(Ok(()));
            let pulse = plan.pulse.clone();
            let drained = runtime.block_on(serve(plan));
            if let Some((beat, _)) = pulse {
                beat.end();
            }
            runtime.shutdown_timeout(Duration::from_millis(200));
            drained
        }
        Err(fault) => {
            let _ = ready.send(Err(fault));
            Drained::Cut
        }
    }
}

/// Serves all listeners of a thread until told to stop, then waits for connections and tunnels, `times.drain` at most.
async fn serve(plan: Plan) -> Drained {
    let Plan { listeners, mut orders, counters, open, stop, seat, pulse } = plan;
    if let Some((beat, limit)) = pulse {
        tokio::task::spawn_local(async move { beat.go_on(limit).await });
    }
    let tasks = TaskTracker::new();
    let settings = |generation: &Generation| {
        let snapshot = &generation.gateway.snapshot;
        let ending = (stop.clone(), tasks.clone());
        let (counters, open) = (Arc::clone(&counters), Arc::clone(&open));
        Rc::new(Settings::new(&snapshot.limits, &snapshot.times, counters, open, ending))
    };
    let mut all = Vec::new();
    let first = Arc::clone(&orders.borrow_and_update().generation);
    let observer = seat.map(Observer::start);
    let counted = Arc::clone(&counters);
    let worker = Worker::new(Arc::clone(&first.gateway), counted, tasks.clone(), observer.clone());
    let ours = Rc::clone(&worker);
    let service = move |request, peer| proxy::handle(Rc::clone(&ours), request, peer);
    let begun = settings(&first);
    for (socket, security) in listeners.into_iter().zip(&first.securities) {
        let terms = Rc::new(Terms::new(security.clone(), Rc::clone(&begun)));
        let serving = downstream::serve(socket, Rc::clone(&terms), service.clone());
        // What waits to be accepted when we stop is waited for as well.
        tokio::task::spawn_local(tasks.track_future(serving));
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
        worker.take(Arc::clone(&generation.gateway));
        let settings = settings(&generation);
        for (terms, security) in all.iter().zip(&generation.securities) {
            terms.change(security.clone(), Rc::clone(&settings));
        }
        drain = generation.gateway.snapshot.times.drain;
        // Whoever gave the order may have waited long enough.
        let _ = done.send(());
    }
    tasks.close();
    let drained = tokio::time::timeout(drain, tasks.wait()).await;
    if let Some(observer) = observer {
        observer.finish().await;
    }
    if drained.is_ok() { Drained::Clean } else { Drained::Cut }
}
