//! How many requests an upstream has at once: so many, and so many more in a queue, first come, first served.

use std::rc::Rc;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering::Relaxed};
use std::time::Duration;

use tokio::sync::{OwnedSemaphorePermit, Semaphore};

use crate::config::Limit;
use crate::metrics::UpstreamCounters;

/// A place at the upstream, for all that belongs to one request; free again when the last of it is dropped.
pub(super) type Permit = Rc<OwnedSemaphorePermit>;

/// Why a request is not let in.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Busy {
    /// Too many wait already.
    #[error(
        "the upstream has {most} requests at once (`connections`) and {queue} more wait (`queue`); if it can take more, raise `connections`"
    )]
    Full {
        /// `connections`.
        most: usize,
        /// `queue`.
        queue: usize,
    },
    /// It has waited for too long.
    #[error(
        "no place at the upstream was free within {limit:?} (`queue_time`): it has {most} requests at once (`connections`)"
    )]
    Late {
        /// `connections`.
        most: usize,
        /// `queue_time`.
        limit: Duration,
    },
}

/// Shared by all workers. What has no limit has no gate, and what has one pays for it with a word that all workers
/// write to.
#[derive(Debug)]
pub(super) struct Gate {
    places: Arc<Semaphore>,
    limit: Limit,
    waiting: AtomicUsize,
    counters: Arc<UpstreamCounters>,
}

impl Gate {
    pub(super) fn new(limit: &Limit, counters: &Arc<UpstreamCounters>) -> Self {
        Self {
            places: Arc::new(Semaphore::new(limit.most)),
            limit: limit.clone(),
            waiting: AtomicUsize::new(0),
            counters: Arc::clone(counters),
        }
    }

    /// A place, if one is free. It never goes past those who wait: a place that becomes free is theirs.
    pub(super) fn enter(&self) -> Option<Permit> {
        Arc::clone(&self.places).try_acquire_owned().ok().map(Rc::new)
    }

    /// A place as soon as one is free and all who came before have theirs.
    ///
    /// # Errors
    /// The queue is full, or doesn't move.
    pub(super) async fn queue(&self) -> Result<Permit, Busy> {
        let Limit { most, queue, time: limit } = self.limit;
        let waiting = Waiting::begin(self).ok_or(Busy::Full { most, queue });
        let entered = match waiting {
            Err(full) => Err(full),
            Ok(_waiting) => {
                let place = Arc::clone(&self.places).acquire_owned();
                // Nobody closes the semaphore.
                let entered = tokio::time::timeout(limit, place).await.ok().and_then(Result::ok);
                entered.map(Rc::new).ok_or(Busy::Late { most, limit })
            }
        };
        if entered.is_err() {
            self.counters.busy.add(1);
        }
        entered
    }

    /// How long to wait before another try is worth while.
    pub(super) fn patience(&self) -> Duration {
        self.limit.time
    }

    fn note(&self, waiting: usize) {
        self.counters.waiting.set(u64::try_from(waiting).unwrap_or(u64::MAX));
    }
}

/// One who waits, until dropped.
struct Waiting<'g>(&'g Gate);

impl<'g> Waiting<'g> {
    fn begin(gate: &'g Gate) -> Option<Self> {
        let more = |waiting: usize| (waiting < gate.limit.queue).then_some(waiting + 1);
        let before = gate.waiting.fetch_update(Relaxed, Relaxed, more).ok()?;
        gate.note(before + 1);
        gate.counters.queued.add(1);
        Some(Self(gate))
    }
}

impl Drop for Waiting<'_> {
    fn drop(&mut self) {
        let before = self.0.waiting.fetch_sub(1, Relaxed);
        self.0.note(before.saturating_sub(1));
    }
}

#[cfg(test)]
mod tests {
    use std::future::Future as _;
    use std::pin::pin;
    use std::task::{Context, Poll, Waker};

    use super::*;

    fn gate(most: usize, queue: usize) -> Gate {
        let counters = Arc::new(UpstreamCounters::new("x".to_owned(), std::iter::empty()));
        Gate::new(&Limit { most, queue, time: Duration::from_secs(5) }, &counters)
    }

    fn run<T>(future: impl Future<Output = T>) -> T {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_time().start_paused(true).build();
        runtime.unwrap().block_on(future)
    }

    #[test]
    fn first_come_first_served() {
        run(async {
            let gate = gate(1, 2);
            let first = gate.enter().expect("a place");
            assert!(gate.enter().is_none());
            let (mut second, mut third) = (pin!(gate.queue()), pin!(gate.queue()));
            let mut cx = Context::from_waker(Waker::noop());
            assert!(second.as_mut().poll(&mut cx).is_pending() && third.as_mut().poll(&mut cx).is_pending());
            assert_eq!(gate.counters.waiting.value(), 2);
            assert_eq!(gate.queue().await.unwrap_err(), Busy::Full { most: 1, queue: 2 });
            drop(first);
            assert!(gate.enter().is_none(), "the place is the second's");
            assert!(third.as_mut().poll(&mut cx).is_pending());
            let Poll::Ready(Ok(second)) = second.as_mut().poll(&mut cx) else { panic!("its turn") };
            drop(second);
            assert!(third.as_mut().poll(&mut cx).is_ready());
            assert_eq!((gate.counters.waiting.value(), gate.counters.queued.value()), (0, 2));
            assert_eq!(gate.counters.busy.value(), 1);
        });
    }

    #[test]
    fn nobody_waits_for_ever_and_who_leaves_leaves_no_gap() {
        run(async {
            let gate = gate(1, 1);
            let first = gate.enter().expect("a place");
            let late = Busy::Late { most: 1, limit: Duration::from_secs(5) };
            assert_eq!(gate.queue().await.unwrap_err(), late);
            {
                let mut gone = pin!(gate.queue());
                assert!(gone.as_mut().poll(&mut Context::from_waker(Waker::noop())).is_pending());
            }
            assert_eq!(gate.counters.waiting.value(), 0);
            drop(first);
            assert!(gate.enter().is_some());
        });
    }

    #[test]
    fn a_place_is_taken_until_all_that_belongs_to_the_request_is_over() {
        let gate = gate(1, 0);
        let permit = gate.enter().expect("a place");
        let tunnel = Rc::clone(&permit);
        drop(permit);
        assert!(gate.enter().is_none());
        drop(tunnel);
        assert!(gate.enter().is_some());
    }
}
