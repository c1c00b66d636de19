//! Another configuration for a running server: compiled here, handed to every thread, each of which changes at once.
//!
//! Exchanges in flight end with the configuration that they began with, and open connections live on.

use std::sync::mpsc::sync_channel;
use std::sync::{Arc, PoisonError};
use std::time::{Duration, Instant};

use super::generation::Generation;
use super::start::origin_fault;
use super::thread::Order;
use super::{Server, StartError};
use crate::config::Snapshot;

/// How long all threads together may take to change; none waits for anything but its turn.
const PATIENCE: Duration = Duration::from_secs(5);

/// A configuration that took effect.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Applied {
    /// Its number.
    pub generation: u64,
    /// The keys whose new values wait for a restart.
    pub restart: Vec<&'static str>,
}

impl Server {
    /// Serves by this configuration from now on. Reads its certificates and keys and renders its pages on the thread of
    /// the caller, who has to stay off the workers; when it returns, every exchange that begins is the new one's.
    ///
    /// # Errors
    /// A certificate, key or CA file that can't be used; then everything stays as it is.
    pub fn reload(&self, mut snapshot: Snapshot) -> Result<Applied, StartError> {
        let _alone = self.reloading.lock().unwrap_or_else(PoisonError::into_inner);
        let current = Arc::clone(&self.orders.borrow().generation);
        let securities = self.fixed.securities(&current.securities, &snapshot)?;
        let restart = self.fixed.waiting(&snapshot);
        snapshot.generation = current.gateway.snapshot.generation + 1;
        let gateway = current.gateway.next(snapshot).map_err(origin_fault)?;
        let generation = gateway.snapshot.generation;
        self.look_after(&gateway);
        self.hand_out(Generation { gateway, securities });
        Ok(Applied { generation, restart })
    }

    /// Gives a configuration to all threads and waits until they have it.
    fn hand_out(&self, generation: Generation) {
        let threads = self.orders.receiver_count();
        let (done, taken) = sync_channel(threads);
        self.orders.send_replace(Order { generation: Arc::new(generation), done });
        let until = Instant::now() + PATIENCE;
        for _ in 0..threads {
            // A thread that stops takes none.
            if self.stop.is_cancelled() {
                return;
            }
            if taken.recv_timeout(until.saturating_duration_since(Instant::now())).is_err() {
                tracing::error!("a thread has not taken the configuration yet; restart tamis if this stays");
                return;
            }
        }
    }
}
