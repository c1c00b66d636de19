//! A worker's connections to origin servers: opened when needed, kept while idle, never shared between threads.
//!
//! HTTP/1.1 is driven by whoever waits for an answer (`codec`); HTTP/2 by hyper, each connection in a task of the same
//! thread. A connection is kept only when the response that it carried was read whole.

use std::cell::{Cell, RefCell};
use std::error::Error as StdError;
use std::future::poll_fn;
use std::rc::Rc;
use std::sync::Arc;
use std::task::Poll;
use std::time::Duration;

use bytes::Bytes;
use http_body::Body;
use hyper::client::conn::http2::{Builder, SendRequest};
use hyper::rt::Executor;
use hyper_util::rt::{TokioIo, TokioTimer};
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::sync::Notify;
use tokio::time::Instant;

use super::codec::{Bounds, Connection};
use super::connect::connect;
use super::lease::{Lease, Road};
use super::shelf::{SWEEPS, Shelf};
use super::stream::Stream;
use super::{Error, Origin};
use crate::config::{Limits, Times};
use crate::metrics::Counters;

/// The connections of one worker, by origin server. `B` is the body of the requests that the proxy sends.
pub struct Pool<B> {
    places: Vec<Place<B>>,
    http2: Builder<Here>,
    connect: Duration,
    keep: Duration,
    bounds: Bounds,
    counters: Arc<Counters>,
    /// Something happened to an idle connection.
    sweeper: Arc<Notify>,
    /// Another pool has taken its place: it keeps nothing any more.
    retired: Cell<bool>,
}

/// One origin server and the connections to it.
struct Place<B> {
    origin: Origin,
    /// Idle ones of HTTP/1.1, each for one request at a time.
    shelf: Rc<Shelf>,
    /// Those of HTTP/2, idle or not, each for many.
    shared: Rc<RefCell<Vec<Shared<B>>>>,
}

struct Shared<B> {
    sender: SendRequest<B>,
    /// When it was last given a request.
    since: Instant,
}

impl<B> Pool<B>
where
    B: Body<Data = Bytes> + Unpin + 'static,
    B::Error: Into<Box<dyn StdError + Send + Sync>>,
{
    /// A pool over these origin servers, which are named by their index from now on. It takes over from a `previous` one:
    /// the connections to origin servers whose settings are equal go on, idle or not; of the others those that are idle
    /// end now, and those in use with the exchange that uses them.
    pub fn new(
        origins: Vec<Origin>,
        limits: &Limits,
        times: &Times,
        counters: Arc<Counters>,
        previous: Option<&Self>,
    ) -> Rc<Self> {
        let mut http2 = Builder::new(Here);
        http2
            .timer(TokioTimer::new())
            .max_header_list_size(u32::try_from(limits.head).unwrap_or(u32::MAX))
            .initial_stream_window_size(1024 * 1024)
            .initial_connection_window_size(4 * 1024 * 1024);
        let sweeper = previous.map_or_else(Arc::default, |pool| Arc::clone(&pool.sweeper));
        let mut before: Vec<&Place<B>> = previous.map_or_else(Vec::new, |pool| pool.places.iter().collect());
        let place = |origin: Origin| {
            let same = before.iter().position(|place| place.origin.is(&origin));
            match same.map(|at| before.remove(at)) {
                Some(Place { shelf, shared, .. }) => {
                    shelf.resize(limits.idle_upstream);
                    Place { origin, shelf: Rc::clone(shelf), shared: Rc::clone(shared) }
                }
                None => {
                    let shelf = Rc::new(Shelf::new(limits.idle_upstream, &sweeper));
                    Place { origin, shelf, shared: Rc::default() }
                }
            }
        };
        let places = origins.into_iter().map(place).collect();
        for place in before {
            place.shelf.resize(0);
            place.shared.borrow_mut().clear();
        }
        if let Some(previous) = previous {
            previous.retired.set(true);
            sweeper.notify_one();
        }
        let bounds = Bounds { fields: limits.fields, head: limits.head };
        let (connect, keep) = (times.connect, times.idle);
        Rc::new(Self { places, http2, connect, keep, bounds, counters, sweeper, retired: Cell::new(false) })
    }

    /// The newest idle connection, if one is usable. One that the origin server closed meanwhile, or sent something
    /// on, is not.
    pub async fn reuse(&self, index: usize) -> Option<Lease<B>> {
        let place = self.places.get(index)?;
        let road = if place.origin.h2 {
            Road::Http2(place.share()?)
        } else {
            let connection = poll_fn(|cx| Poll::Ready(place.shelf.take(cx))).await?;
            Road::Http1(connection, Rc::clone(&place.shelf))
        };
        self.counters.upstream_reuses.increment();
        Some(self.lease(road))
    }

    /// A new connection.
    ///
    /// # Errors
    /// What stood in the way, in words for the operator.
    pub async fn connect(&self, index: usize) -> Result<Lease<B>, Error> {
        let place = &self.places[index];
        self.counters.upstream_connects.increment();
        let stream = connect(&place.origin, self.connect).await?;
        if !place.origin.h2 {
            return Ok(self.lease(Road::Http1(Connection::new(stream), Rc::clone(&place.shelf))));
        }
        let sender = match stream {
            Stream::Tls(stream) => self.handshake(&place.origin, *stream).await?,
            stream => self.handshake(&place.origin, stream).await?,
        };
        if self.retired.get() {
            return Ok(self.lease(Road::Http2(sender)));
        }
        place.shared.borrow_mut().push(Shared { sender: sender.clone(), since: Instant::now() });
        Ok(self.lease(Road::Http2(sender)))
    }

    fn lease(&self, road: Road<B>) -> Lease<B> {
        Lease { road, bounds: self.bounds, counters: Arc::clone(&self.counters) }
    }

    async fn handshake<T>(&self, origin: &Origin, stream: T) -> Result<SendRequest<B>, Error>
    where
        T: AsyncRead + AsyncWrite + Unpin + Send + 'static,
    {
        let fault = |source| Error::Handshake { host: origin.host.clone(), source };
        let (sender, connection) = self.http2.handshake(TokioIo::new(stream)).await.map_err(fault)?;
        // How a connection ends is told to the requests that it carries; an idle one that ends is just closed.
        tokio::task::spawn_local(async move { drop(connection.await) });
        Ok(sender)
    }

    /// Drops what is closed at once and what is idle for too long now and then, until the pool is dropped or another one
    /// has taken its place.
    pub fn sweep(self: &Rc<Self>) {
        let pool = Rc::downgrade(self);
        let every = (self.keep / u32::from(SWEEPS)).max(Duration::from_millis(100));
        let bell = Arc::clone(&self.sweeper);
        tokio::task::spawn_local(async move {
            let mut clock = tokio::time::interval(every);
            loop {
                let tick = tokio::select! {
                    _ = clock.tick() => true,
                    () = bell.notified() => false,
                };
                let Some(pool) = pool.upgrade().filter(|pool| !pool.retired.get()) else {
                    // Perhaps it rang for the next pool.
                    bell.notify_one();
                    return;
                };
                for place in &pool.places {
                    place.shelf.answer_bell();
                    if tick {
                        place.sweep(pool.keep);
                    }
                }
            }
        });
    }
}

impl<B> Drop for Pool<B> {
    /// Its task has nothing to sweep any more.
    fn drop(&mut self) {
        self.sweeper.notify_one();
    }
}

impl<B> Place<B> {
    /// A handle of a connection of HTTP/2 that takes another request.
    fn share(&self) -> Option<SendRequest<B>> {
        let mut shared = self.shared.borrow_mut();
        let usable = shared.iter_mut().rev().find(|shared| shared.sender.is_ready())?;
        usable.since = Instant::now();
        Some(usable.sender.clone())
    }

    fn sweep(&self, keep: Duration) {
        self.shelf.sweep();
        let usable = |shared: &Shared<B>| !shared.sender.is_closed() && shared.since.elapsed() < keep;
        self.shared.borrow_mut().retain(usable);
    }
}

/// Runs the tasks of a connection on this thread.
#[derive(Clone, Copy)]
struct Here;

impl<F: Future + 'static> Executor<F> for Here {
    fn execute(&self, task: F) {
        tokio::task::spawn_local(async move {
            task.await;
        });
    }
}
