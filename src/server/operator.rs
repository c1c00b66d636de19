//! The thread that serves the operator: from before the first visitor until after the last.

use std::thread::JoinHandle;

use tokio::runtime::{Builder, LocalOptions};
use tokio_util::sync::CancellationToken;

use super::start::StartError;
use crate::admin::{self, Listener, Operator};
use crate::config::{Admin, AdminAddress};

/// The operator's listener at work; dropped, it ends by itself.
pub(super) struct Desk {
    address: AdminAddress,
    stop: CancellationToken,
    thread: Option<JoinHandle<()>>,
}

impl Desk {
    /// Starts the thread over a bound listener.
    ///
    /// # Errors
    /// The system gives no thread or runtime.
    pub(super) fn open(listener: Listener, admin: Admin, operator: Operator) -> Result<Self, StartError> {
        let (address, stop) = (listener.address().clone(), CancellationToken::new());
        let ending = stop.clone();
        let (ready, started) = std::sync::mpsc::sync_channel(1);
        let serve =
            move || match Builder::new_current_thread().enable_all().build_local(LocalOptions::default()) {
                Ok(runtime) => {
                    // The receiver waits for exactly this.
                    let _ = ready.send(Ok(()));
                    runtime.block_on(admin::serve(listener, &admin, operator, ending));
                }
                Err(fault) => drop(ready.send(Err(fault))),
            };
        let thread = std::thread::Builder::new().name("admin".to_owned()).spawn(serve);
        let thread = thread.map_err(StartError::Worker)?;
        let lost = |_| std::io::Error::other("the thread ended at once");
        started.recv().map_err(lost).and_then(|started| started).map_err(StartError::Worker)?;
        Ok(Self { address, stop, thread: Some(thread) })
    }

    pub(super) fn address(&self) -> &AdminAddress {
        &self.address
    }
}

impl Drop for Desk {
    fn drop(&mut self) {
        self.stop.cancel();
        if let Some(thread) = self.thread.take() {
            // A panic there was logged, and concerns no visitor.
            let _ = thread.join();
        }
    }
}
