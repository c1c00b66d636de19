//! One address as one worker uses it: its connections and its condition.

use std::cell::{Cell, RefCell};
use std::rc::{Rc, Weak};
use std::sync::Arc;
use std::time::Duration;

use hyper::client::conn::http2::SendRequest;
use tokio::sync::Notify;
use tokio::time::Instant;

use super::multiplex::{Carried, STREAMS};
use super::roster::Endpoint;
use super::shelf::Shelf;
use crate::metrics::AddressCounters;

pub(super) struct Lane<B> {
    pub(super) endpoint: Arc<Endpoint>,
    /// The endpoint's label, for the requests of this worker.
    pub(super) label: Rc<str>,
    /// Idle connections of HTTP/1.1, each for one request at a time; and how many requests go on, of whatever protocol.
    pub(super) shelf: Rc<Shelf>,
    /// Connections of HTTP/2, idle or not, each for many.
    shared: RefCell<Vec<Shared<B>>>,
    /// Nothing is kept any more: the address is no longer one of the upstream's.
    closed: Cell<bool>,
}

struct Shared<B> {
    handle: Handle<B>,
    /// When it was last given a request.
    since: Instant,
}

/// A connection of HTTP/2 in the hands of one of its requests, until its answer has been read.
pub(super) struct Handle<B> {
    pub(super) sender: SendRequest<Carried<B>>,
    state: Rc<State>,
}

/// What is known of a connection; each of its requests holds it, and the lane.
pub(super) struct State {
    /// It is given no more: an answer did not come in time, and whether the other side is slow or gone can't be told; or
    /// that has said that it leaves.
    spent: Cell<bool>,
    /// So many requests at once it takes.
    most: Cell<usize>,
}

impl State {
    /// Notes how many streams the other side allows (RFC 9113 5.1.2).
    pub(super) fn allow(&self, streams: usize) {
        self.most.set(streams.min(STREAMS as usize));
    }
}

impl<B> Handle<B> {
    pub(super) fn new(sender: SendRequest<Carried<B>>) -> Self {
        Self { sender, state: Rc::new(State { spent: Cell::new(false), most: Cell::new(STREAMS as usize) }) }
    }

    /// What is known of it, for whoever must not keep it.
    pub(super) fn state(&self) -> Weak<State> {
        Rc::downgrade(&self.state)
    }

    /// No further request is given to it.
    pub(super) fn spend(&self) {
        self.state.spent.set(true);
    }

    /// It has as many requests as it takes. One of those who hold it is the lane.
    fn is_full(&self) -> bool {
        Rc::strong_count(&self.state) > self.state.most.get()
    }
}

impl<B> Clone for Handle<B> {
    fn clone(&self) -> Self {
        Self { sender: self.sender.clone(), state: Rc::clone(&self.state) }
    }
}

impl<B> Lane<B> {
    pub(super) fn new(
        endpoint: Arc<Endpoint>,
        tally: Arc<AddressCounters>,
        most: usize,
        sweeper: &Arc<Notify>,
    ) -> Rc<Self> {
        let shelf = Rc::new(Shelf::new(most, sweeper, tally));
        let label = Rc::from(endpoint.label.as_str());
        Rc::new(Self { endpoint, label, shelf, shared: RefCell::default(), closed: Cell::new(false) })
    }

    /// Ends what is idle, and keeps nothing from now on. What is in use goes on.
    pub(super) fn close(&self) {
        self.closed.set(true);
        self.shelf.resize(0);
        self.shared.borrow_mut().clear();
    }

    /// Drops what has been idle for too long.
    pub(super) fn sweep(&self, keep: Duration) {
        self.shelf.sweep();
        self.shared.borrow_mut().retain(|shared| shared.since.elapsed() < keep);
    }
}

impl<B: http_body::Body + 'static> Lane<B> {
    /// A handle of a connection of HTTP/2 that takes another request at once.
    pub(super) fn share(&self) -> Option<Handle<B>> {
        let mut shared = self.shared.borrow_mut();
        shared.retain(|Shared { handle, .. }| !handle.sender.is_closed() && !handle.state.spent.get());
        let is_usable = |handle: &Handle<B>| handle.sender.is_ready() && !handle.is_full();
        let usable = shared.iter_mut().rev().find(|shared| is_usable(&shared.handle))?;
        usable.since = Instant::now();
        Some(usable.handle.clone())
    }

    /// Keeps a connection of HTTP/2 for other requests, unless there is one already. Requests that find none at one moment
    /// open one each; the others end with the request that they carry.
    pub(super) fn keep(&self, handle: Handle<B>) {
        if !self.closed.get() && self.share().is_none() {
            self.shared.borrow_mut().push(Shared { handle, since: Instant::now() });
        }
    }
}
