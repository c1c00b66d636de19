//! The streams of one HTTP/2 connection: each a task of this thread, ended when its user agent takes nothing.
//!
//! A stream whose window stays shut costs memory and an origin server's connection for as long as its user agent
//! likes (CVE-2026-49975 and its kin): the connection as a whole is alive, so only the stream itself shows it.

use std::cell::{Cell, RefCell};
use std::rc::Rc;
use std::time::Duration;

use hyper::rt::Executor;
use tokio::time::Instant;

use crate::timer::LazyTimer;

/// When a stream was handed octets that it has not asked to follow.
#[derive(Debug, Default)]
pub(super) struct Stall {
    since: Cell<Option<Instant>>,
}

impl Stall {
    /// There is room in the window: the next octets are asked for.
    pub(super) fn asked(&self) {
        self.since.set(None);
    }

    /// Octets were handed over.
    pub(super) fn handed(&self) {
        self.since.set(Some(Instant::now()));
    }
}

/// Runs the tasks of one connection on this thread.
#[derive(Clone)]
pub(super) struct Streams {
    limit: Duration,
    /// The stream of the request that was just taken. hyper asks the service first and then has the stream's task
    /// executed, with nothing between.
    latest: Rc<RefCell<Option<Rc<Stall>>>>,
}

impl Streams {
    pub(super) fn new(limit: Duration) -> Self {
        Self { limit, latest: Rc::default() }
    }

    /// A new request begins.
    pub(super) fn begin(&self) -> Rc<Stall> {
        let stall = Rc::new(Stall::default());
        *self.latest.borrow_mut() = Some(Rc::clone(&stall));
        stall
    }
}

impl<F: Future + 'static> Executor<F> for Streams {
    fn execute(&self, stream: F) {
        let (stall, limit) = (self.latest.borrow_mut().take(), self.limit);
        tokio::task::spawn_local(async move {
            let Some(stall) = stall else {
                stream.await;
                return;
            };
            let mut stream = std::pin::pin!(stream);
            let mut timer = LazyTimer::default();
            // Dropping the stream resets it (RFC 9113 5.4.2).
            std::future::poll_fn(|cx| {
                if stream.as_mut().poll(cx).is_ready() {
                    return std::task::Poll::Ready(());
                }
                match stall.since.get() {
                    Some(since) if timer.passed(since + limit, cx) => std::task::Poll::Ready(()),
                    _ => std::task::Poll::Pending,
                }
            })
            .await;
        });
    }
}
