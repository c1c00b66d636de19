//! What is done for all workers at once, beside all requests: names are asked for again, addresses probed.

use std::io;
use std::sync::atomic::Ordering::Relaxed;
use std::sync::{Arc, Mutex, PoisonError, Weak};
use std::thread::JoinHandle;
use std::time::Duration;

use tokio::runtime::{Builder, LocalOptions, LocalRuntime};
use tokio::sync::Notify;
use tokio_util::sync::CancellationToken;

use super::Origin;
use super::probe;
use crate::config::At;

/// While nothing is known of a name, it is asked for again after so long at most.
const IMPATIENT: Duration = Duration::from_secs(1);
/// Names that are asked for at once; the resolver of the system takes a thread for each.
const LOOK_UPS: usize = 8;

/// The thread that tends upstreams; it ends when this is dropped. An upstream is tended until nobody uses it any more.
#[derive(Debug)]
pub struct Keeper {
    desk: Arc<Desk>,
    thread: Option<JoinHandle<()>>,
}

#[derive(Debug, Default)]
struct Desk {
    /// Upstreams that are not tended yet.
    given: Mutex<Vec<Arc<Origin>>>,
    bell: Notify,
    stop: CancellationToken,
}

impl Keeper {
    /// Starts the thread.
    ///
    /// # Errors
    /// The system gives no thread or descriptor.
    pub fn start() -> io::Result<Self> {
        let desk = Arc::new(Desk::default());
        let at = Arc::clone(&desk);
        let (ready, started) = std::sync::mpsc::sync_channel(1);
        let thread = std::thread::Builder::new().name("upstreams".to_owned()).spawn(move || {
            let mut builder = Builder::new_current_thread();
            builder.enable_all().max_blocking_threads(LOOK_UPS);
            let runtime = builder.build_local(LocalOptions::default());
            // The receiver waits for exactly this.
            match runtime {
                Ok(runtime) => {
                    let _ = ready.send(Ok(()));
                    at.work(&runtime);
                    // A resolver that hangs is not waited for.
                    runtime.shutdown_timeout(Duration::from_millis(200));
                }
                Err(fault) => drop(ready.send(Err(fault))),
            }
        })?;
        started.recv().map_err(|_| io::Error::other("the thread ended at once"))??;
        Ok(Self { desk, thread: Some(thread) })
    }

    /// Tends these upstreams too. One that is tended already is left as it is.
    pub fn tend(&self, origins: &[Arc<Origin>]) {
        let new = origins.iter().filter(|origin| !origin.tended.swap(true, Relaxed));
        self.desk.given.lock().unwrap_or_else(PoisonError::into_inner).extend(new.cloned());
        self.desk.bell.notify_one();
    }
}

impl Drop for Keeper {
    fn drop(&mut self) {
        self.desk.stop.cancel();
        if let Some(thread) = self.thread.take() {
            // A panic there was told by the hook.
            let _ = thread.join();
        }
    }
}

impl Desk {
    fn work(&self, runtime: &LocalRuntime) {
        runtime.block_on(async {
            loop {
                tokio::select! {
                    () = self.stop.cancelled() => return,
                    () = self.bell.notified() => {}
                }
                let given = std::mem::take(&mut *self.given.lock().unwrap_or_else(PoisonError::into_inner));
                given.iter().for_each(begin);
            }
        });
    }
}

fn begin(origin: &Arc<Origin>) {
    for (of, address) in origin.settings.addresses.iter().enumerate() {
        if let At::Tcp { host, port } = &address.at
            && host.parse::<std::net::IpAddr>().is_err()
        {
            tokio::task::spawn_local(ask_again(Arc::downgrade(origin), of, (host.clone(), *port)));
        }
    }
    if origin.settings.probe.is_some() {
        tokio::task::spawn_local(probe::keep_asking(Arc::downgrade(origin)));
    }
}

/// Asks for a name now, now and then, and when somebody waits for it.
async fn ask_again(origin: Weak<Origin>, of: usize, name: (String, u16)) {
    loop {
        let found = tokio::net::lookup_host((name.0.as_str(), name.1)).await;
        let (pace, wanted) = {
            let Some(origin) = origin.upgrade() else { return };
            origin.learn(of, found.map(Iterator::collect));
            let known = origin.roster.borrow().endpoints.iter().any(|endpoint| endpoint.of == of);
            let pace = origin.settings.resolve;
            let Some(wanted) = origin.wanted.get(of).cloned() else { return };
            (if known { pace } else { pace.min(IMPATIENT) }, wanted)
        };
        // Nothing is held of the origin meanwhile, so that it can end.
        let _ = tokio::time::timeout(pace, wanted.notified()).await;
    }
}
