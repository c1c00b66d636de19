//! The service manager's watchdog: fed only while every worker is alive, so that one that hangs has the process
//! restarted.

use std::io;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::mpsc::{RecvTimeoutError, SyncSender, sync_channel};
use std::time::Duration;

use super::notify::{State, notify};

/// A worker's sign of life.
#[derive(Clone, Debug, Default)]
pub(super) struct Beat(Arc<AtomicU64>);

impl Beat {
    /// Of a worker that has come to its end in good order. One that panicked never says so.
    const OVER: u64 = u64::MAX;

    /// Beats until dropped, so often that the watchdog sees it each time that it looks.
    pub(super) async fn go_on(&self, limit: Duration) {
        loop {
            tokio::time::sleep(limit / 8).await;
            self.0.fetch_add(1, Ordering::Relaxed);
        }
    }

    /// The worker has ended.
    pub(super) fn end(&self) {
        self.0.store(Self::OVER, Ordering::Relaxed);
    }
}

/// The thread that feeds the watchdog; dropped, it ends.
pub(super) struct Watchdog {
    _ends_when_dropped: SyncSender<()>,
}

impl Watchdog {
    /// Feeds a watchdog that waits so long.
    ///
    /// # Errors
    /// The system gives no thread.
    pub(super) fn begin(limit: Duration, beats: Vec<Beat>) -> io::Result<Self> {
        let (sender, ended) = sync_channel::<()>(0);
        let mut seen = Seen::new(beats);
        let feed = move || {
            while ended.recv_timeout(limit / 4) == Err(RecvTimeoutError::Timeout) {
                if seen.all_alive() {
                    notify(State::Alive);
                } else {
                    tracing::error!("a worker shows no sign of life");
                }
            }
        };
        std::thread::Builder::new().name("watchdog".to_owned()).spawn(feed)?;
        Ok(Self { _ends_when_dropped: sender })
    }
}

/// How far each worker was at the last look.
struct Seen(Vec<(Beat, u64)>);

impl Seen {
    fn new(beats: Vec<Beat>) -> Self {
        Self(beats.into_iter().map(|beat| (beat, 0)).collect())
    }

    /// Every worker has beaten since it was last seen to, or has ended.
    fn all_alive(&mut self) -> bool {
        let now = |beat: &Beat| beat.0.load(Ordering::Relaxed);
        let alive = self.0.iter().all(|(beat, before)| now(beat) != *before || now(beat) == Beat::OVER);
        if alive {
            self.0.iter_mut().for_each(|(beat, before)| *before = now(beat));
        }
        alive
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_worker_that_hangs_is_enough() {
        let beats = [Beat::default(), Beat::default()];
        let mut seen = Seen::new(beats.to_vec());
        let beat = |worker: usize| beats[worker].0.fetch_add(1, Ordering::Relaxed);
        assert!(!seen.all_alive(), "nobody has begun");
        beat(0);
        assert!(!seen.all_alive());
        beat(1);
        assert!(seen.all_alive(), "both have, since both were seen");
        beat(0);
        assert!(!seen.all_alive());
        beat(1);
        assert!(seen.all_alive());
        beats[0].end();
        beat(1);
        assert!(seen.all_alive() && !seen.all_alive(), "who has ended needs no more signs, who hasn't does");
    }

    #[tokio::test(start_paused = true)]
    async fn a_worker_beats_oftener_than_it_is_looked_for() {
        let beat = Beat::default();
        let limit = Duration::from_secs(8);
        let beating = beat.go_on(limit);
        assert!(tokio::time::timeout(limit + Duration::from_millis(1), beating).await.is_err());
        assert_eq!(beat.0.load(Ordering::Relaxed), 8);
    }
}
