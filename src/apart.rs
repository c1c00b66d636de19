//! A future that shares its task with others and is polled only when something has happened to it.

use std::future::Future;
use std::pin::Pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::task::{Context, Poll, Wake, Waker};

/// A future with a waker of its own. Whoever wakes its task for another reason does not have it polled, which would cost
/// as much as if there were something for it.
#[derive(Debug)]
pub struct Apart<F> {
    future: F,
    bell: Option<Bell>,
}

#[derive(Debug)]
struct Bell {
    rung: Arc<Rung>,
    /// The same as a waker.
    waker: Waker,
}

#[derive(Debug)]
struct Rung {
    rung: AtomicBool,
    task: Waker,
}

impl Wake for Rung {
    fn wake(self: Arc<Self>) {
        self.wake_by_ref();
    }

    fn wake_by_ref(self: &Arc<Self>) {
        self.rung.store(true, Ordering::Release);
        self.task.wake_by_ref();
    }
}

impl Bell {
    /// Rung, since nobody knows what happened before.
    fn new(task: &Waker) -> Self {
        let rung = Arc::new(Rung { rung: AtomicBool::new(true), task: task.clone() });
        let waker = Waker::from(Arc::clone(&rung));
        Self { rung, waker }
    }
}

impl<F> Apart<F> {
    /// The future, not polled yet.
    pub fn new(future: F) -> Self {
        Self { future, bell: None }
    }

    /// The future itself, to be changed; it is polled the next time in any case.
    pub fn change(&mut self) -> &mut F {
        self.bell = None;
        &mut self.future
    }

    /// The future itself, alone again.
    pub fn into_inner(self) -> F {
        self.future
    }

    /// What has it polled the next time, for whatever else of its task belongs to it.
    pub fn waker(&mut self, cx: &Context<'_>) -> &Waker {
        &self.bell.get_or_insert_with(|| Bell::new(cx.waker())).waker
    }
}

impl<F: Future + Unpin> Future for Apart<F> {
    type Output = F::Output;

    fn poll(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<F::Output> {
        let bell = self.bell.take().filter(|bell| bell.rung.task.will_wake(cx.waker()));
        let bell = bell.unwrap_or_else(|| Bell::new(cx.waker()));
        // Looked at before it is taken back, which is dearer.
        let rung = &bell.rung.rung;
        let polled = match rung.load(Ordering::Relaxed) && rung.swap(false, Ordering::Acquire) {
            true => Pin::new(&mut self.future).poll(&mut Context::from_waker(&bell.waker)),
            false => Poll::Pending,
        };
        self.bell = Some(bell);
        polled
    }
}

#[cfg(test)]
mod tests {
    use std::future::poll_fn;
    use std::pin::pin;
    use std::sync::atomic::AtomicUsize;

    use super::*;

    /// Counts how often a task is woken.
    struct Woken(AtomicUsize);

    impl Wake for Woken {
        fn wake(self: Arc<Self>) {
            self.0.fetch_add(1, Ordering::Relaxed);
        }
    }

    #[test]
    fn it_is_polled_when_it_was_woken_and_not_when_its_task_was() {
        let woken = Arc::new(Woken(AtomicUsize::new(0)));
        let task = Waker::from(Arc::clone(&woken));
        let mut cx = Context::from_waker(&task);
        let (mut polls, mut kept) = (0, None);
        let mut apart = pin!(Apart::new(poll_fn(|cx| {
            polls += 1;
            kept = Some(cx.waker().clone());
            if polls < 4 { Poll::Pending } else { Poll::Ready(polls) }
        })));
        assert!(apart.as_mut().poll(&mut cx).is_pending());
        assert!(apart.as_mut().poll(&mut cx).is_pending(), "nothing has happened");
        apart.waker(&cx).wake_by_ref();
        assert_eq!(woken.0.load(Ordering::Relaxed), 1, "its task is woken with it");
        assert!(apart.as_mut().poll(&mut cx).is_pending());
        std::hint::black_box(apart.change());
        assert!(apart.as_mut().poll(&mut cx).is_pending());
        let other = Waker::from(Arc::clone(&woken));
        let mut elsewhere = Context::from_waker(&other);
        assert_eq!(apart.as_mut().poll(&mut elsewhere), Poll::Pending, "the same task");
        let moved = Waker::from(Arc::new(Woken(AtomicUsize::new(0))));
        assert_eq!(apart.as_mut().poll(&mut Context::from_waker(&moved)), Poll::Ready(4), "another task");
    }
}
