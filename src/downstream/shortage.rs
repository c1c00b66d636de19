//! Connections that can't be accepted for want of descriptors or memory.

use std::io;
use std::time::{Duration, Instant};

use crate::metrics::Counters;

/// Until the next try. Connections that end give some back.
const PAUSE: Duration = Duration::from_millis(50);
/// While it lasts it is told this often.
const TOLD: Duration = Duration::from_secs(60);

/// What one listener knows of it.
#[derive(Default)]
pub(super) struct Shortage {
    told: Option<Instant>,
}

impl Shortage {
    /// Counts a failure, tells of it now and then, and waits a little.
    pub(super) async fn wait(&mut self, fault: &io::Error, counters: &Counters) {
        if matches!(fault.kind(), io::ErrorKind::ConnectionAborted | io::ErrorKind::ConnectionReset) {
            return;
        }
        counters.unaccepted.increment();
        if self.told.is_none_or(|told| told.elapsed() >= TOLD) {
            self.told = Some(Instant::now());
            tracing::error!(
                %fault,
                "can't accept connections; those that are open are served on. Raise the limit of open files (`LimitNOFILE=`, \
                 `ulimit -n`), or lower `limits.connections`"
            );
        }
        tokio::time::sleep(PAUSE).await;
    }
}
