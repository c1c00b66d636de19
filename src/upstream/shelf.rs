//! The idle connections of one origin server.
//!
//! No task drives them. One task of the pool is woken by a bell when anything happens to one, and throws out those that
//! the origin server has closed; the others it throws out when they have been idle for too long.

use std::cell::{Cell, RefCell};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::task::{Context, Wake, Waker};

use tokio::sync::Notify;

use super::codec::Connection;

/// So many sweeps a connection may stay.
pub(super) const SWEEPS: u8 = 4;

pub(super) struct Shelf {
    idle: RefCell<Vec<Idle>>,
    most: Cell<usize>,
    bell: Arc<Bell>,
    waker: Waker,
}

struct Idle {
    connection: Connection,
    /// Sweeps that it has seen.
    age: u8,
}

/// Rung when something happens to a connection on the shelf.
struct Bell {
    rung: AtomicBool,
    sweeper: Arc<Notify>,
}

impl Wake for Bell {
    fn wake(self: Arc<Self>) {
        self.wake_by_ref();
    }

    fn wake_by_ref(self: &Arc<Self>) {
        self.rung.store(true, Ordering::Relaxed);
        self.sweeper.notify_one();
    }
}

impl Shelf {
    /// An empty shelf for so many connections.
    pub(super) fn new(most: usize, sweeper: &Arc<Notify>) -> Self {
        let bell = Arc::new(Bell { rung: AtomicBool::new(false), sweeper: Arc::clone(sweeper) });
        let waker = Waker::from(Arc::clone(&bell));
        Self { idle: RefCell::default(), most: Cell::new(most), bell, waker }
    }

    /// Keeps a connection for the next request, if there is room and nothing has come that nobody asked for.
    pub(super) fn put(&self, mut connection: Connection) {
        let mut cx = Context::from_waker(&self.waker);
        let mut idle = self.idle.borrow_mut();
        if !connection.rests(&mut cx) {
            return;
        }
        if idle.len() < self.most.get() {
            idle.push(Idle { connection, age: 0 });
        } else {
            connection.close(&mut cx);
        }
    }

    /// Another bound from now on.
    pub(super) fn resize(&self, most: usize) {
        self.most.set(most);
        let mut cx = Context::from_waker(&self.waker);
        let mut idle = self.idle.borrow_mut();
        // The oldest lie at the bottom.
        let surplus = idle.len().saturating_sub(most);
        for old in idle.drain(..surplus) {
            old.connection.close(&mut cx);
        }
    }

    /// Nothing is on it.
    #[cfg(test)]
    pub(super) fn is_empty(&self) -> bool {
        self.idle.borrow().is_empty()
    }

    /// The connection that was used last, if it still stands; the task of `cx` is woken by what happens to it.
    pub(super) fn take(&self, cx: &mut Context<'_>) -> Option<Connection> {
        let mut idle = self.idle.borrow_mut();
        while let Some(Idle { mut connection, .. }) = idle.pop() {
            if connection.is_quiet(cx) {
                return Some(connection);
            }
        }
        None
    }

    /// Throws out what was closed, if the bell rang.
    pub(super) fn answer_bell(&self) {
        if self.bell.rung.swap(false, Ordering::Relaxed) {
            let mut cx = Context::from_waker(&self.waker);
            self.idle.borrow_mut().retain_mut(|idle| idle.connection.is_quiet(&mut cx));
        }
    }

    /// Throws out what has been idle for too long.
    pub(super) fn sweep(&self) {
        let mut cx = Context::from_waker(&self.waker);
        let mut idle = self.idle.borrow_mut();
        idle.iter_mut().for_each(|idle| idle.age += 1);
        for old in idle.extract_if(.., |idle| idle.age > SWEEPS) {
            old.connection.close(&mut cx);
        }
    }
}
