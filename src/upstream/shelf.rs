//! The connections of one worker to one address: those that lie idle, and how many are in use.
//!
//! No task drives them. One task of the pool is woken by a bell when anything happens to one, and throws out those that
//! the origin server has closed; the others it throws out when they have been idle for too long.

use std::cell::{Cell, RefCell};
use std::rc::Rc;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::task::{Context, Wake, Waker};

use tokio::sync::Notify;

use super::codec::Connection;
use super::gate::Permit;
use crate::metrics::AddressCounters;

/// So many sweeps a connection may stay.
pub(super) const SWEEPS: u8 = 4;

pub(super) struct Shelf {
    idle: RefCell<Vec<Idle>>,
    most: Cell<usize>,
    /// Requests that the address has of this worker.
    busy: Cell<usize>,
    tally: Arc<AddressCounters>,
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

/// A request's place at an address, from the moment it is sent to the end of its answer, or of its tunnel.
pub(super) struct Seat {
    shelf: Rc<Shelf>,
    /// Where the upstream has a limit.
    _permit: Option<Permit>,
}

impl Seat {
    pub(super) fn take(shelf: &Rc<Shelf>, permit: Option<Permit>) -> Self {
        shelf.busy.set(shelf.busy.get() + 1);
        shelf.tally.in_use.increment();
        Self { shelf: Rc::clone(shelf), _permit: permit }
    }

    /// Gives the connection back; the place is free.
    pub(super) fn put(self, connection: Connection) {
        self.shelf.put(connection);
    }
}

impl Drop for Seat {
    fn drop(&mut self) {
        self.shelf.busy.set(self.shelf.busy.get() - 1);
        self.shelf.tally.in_use.decrement();
    }
}

impl Shelf {
    /// An empty shelf for so many connections.
    pub(super) fn new(most: usize, sweeper: &Arc<Notify>, tally: Arc<AddressCounters>) -> Self {
        let bell = Arc::new(Bell { rung: AtomicBool::new(false), sweeper: Arc::clone(sweeper) });
        let waker = Waker::from(Arc::clone(&bell));
        Self { idle: RefCell::default(), most: Cell::new(most), busy: Cell::new(0), tally, bell, waker }
    }

    /// Requests that go on.
    pub(super) fn busy(&self) -> usize {
        self.busy.get()
    }

    /// What is counted of the address.
    pub(super) fn tally(&self) -> &AddressCounters {
        &self.tally
    }

    /// Keeps a connection for the next request, if there is room and nothing has come that nobody asked for.
    fn put(&self, mut connection: Connection) {
        let mut cx = Context::from_waker(&self.waker);
        let mut idle = self.idle.borrow_mut();
        if !connection.rests(&mut cx) {
            return;
        }
        if idle.len() < self.most.get() {
            idle.push(Idle { connection, age: 0 });
            self.tally.idle.increment();
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
            self.tally.idle.decrement();
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
            self.tally.idle.decrement();
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
            let mut idle = self.idle.borrow_mut();
            for _closed in idle.extract_if(.., |idle| !idle.connection.is_quiet(&mut cx)) {
                self.tally.idle.decrement();
            }
        }
    }

    /// Throws out what has been idle for too long.
    pub(super) fn sweep(&self) {
        let mut cx = Context::from_waker(&self.waker);
        let mut idle = self.idle.borrow_mut();
        idle.iter_mut().for_each(|idle| idle.age += 1);
        for old in idle.extract_if(.., |idle| idle.age > SWEEPS) {
            self.tally.idle.decrement();
            old.connection.close(&mut cx);
        }
    }
}

impl Drop for Shelf {
    fn drop(&mut self) {
        self.resize(0);
    }
}
