//! A worker's connections to origin servers: opened when needed, kept while idle, never shared between threads.
//!
//! HTTP/1.1 is driven by whoever waits for an answer (`codec`); HTTP/2 by hyper, each connection in a task of the same
//! thread. A connection is kept only when the response that it carried was read whole.

use std::cell::Cell;
use std::error::Error as StdError;
use std::future::{Future, poll_fn};
use std::pin::Pin;
use std::rc::Rc;
use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;
use http_body::Body;
use hyper::client::conn::http2::Builder;
use hyper::rt::Executor;
use hyper_util::rt::{TokioIo, TokioTimer};
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::sync::Notify;

use super::codec::Bounds;
use super::lane::Handle;
use super::multiplex;
use super::place::Place;
use super::shelf::SWEEPS;
use super::way::Way;
use super::{Error, Origin};
use crate::config::{Limits, Times};
use crate::metrics::Counters;

/// The connections of one worker, by site. `B` is the body of the requests that the proxy sends.
pub struct Pool<B> {
    places: Vec<Rc<Place<B>>>,
    http2: Builder<Here>,
    pub(super) connect: Duration,
    keep: Duration,
    pub(super) bounds: Bounds,
    pub(super) counters: Arc<Counters>,
    /// Something happened to an idle connection.
    sweeper: Arc<Notify>,
    /// Another pool has taken its place: it keeps nothing any more.
    retired: Cell<bool>,
}

impl<B> Pool<B>
where
    B: Body<Data = Bytes> + Unpin + 'static,
    B::Error: Into<Box<dyn StdError + Send + Sync>>,
{
    /// A pool over these upstreams, which are named by their index from now on. It takes over from a `previous` one: the
    /// connections of an upstream that is the same go on, idle or not; of the others those that are idle end now, and
    /// those in use with the exchange that uses them.
    pub fn new(
        origins: &[Arc<Origin>],
        limits: &Limits,
        times: &Times,
        counters: Arc<Counters>,
        previous: Option<&Self>,
    ) -> Rc<Self> {
        let mut http2 = Builder::new(Here);
        http2
            .timer(TokioTimer::new())
            .max_header_list_size(u32::try_from(limits.head).unwrap_or(u32::MAX))
            .max_send_buf_size(multiplex::WINDOW as usize)
            .initial_stream_window_size(multiplex::WINDOW)
            .initial_connection_window_size(multiplex::CONNECTION_WINDOW);
        let sweeper = previous.map_or_else(Arc::default, |pool| Arc::clone(&pool.sweeper));
        let before = previous.map_or(&[][..], |pool| &pool.places);
        let place = |origin: &Arc<Origin>| {
            let same = before.iter().find(|place| Arc::ptr_eq(&place.origin, origin));
            same.map_or_else(|| Place::new(Arc::clone(origin), limits.idle_upstream, &sweeper), Rc::clone)
        };
        let places: Vec<_> = origins.iter().map(place).collect();
        for place in before {
            match places.iter().any(|kept| Rc::ptr_eq(kept, place)) {
                true => place.resize(limits.idle_upstream),
                false => place.close(),
            }
        }
        if let Some(previous) = previous {
            previous.retired.set(true);
            sweeper.notify_one();
        }
        let bounds = Bounds { fields: limits.fields, head: limits.head };
        let (connect, keep) = (times.connect, times.idle);
        Rc::new(Self { places, http2, connect, keep, bounds, counters, sweeper, retired: Cell::new(false) })
    }

    /// The way of a request to the upstream of this index.
    ///
    /// # Panics
    /// There is no upstream of this index.
    pub fn way(&self, index: usize) -> Way<'_, B> {
        Way::new(self, &self.places[index])
    }

    pub(super) async fn handshake<T>(&self, at: &str, stream: T) -> Result<Handle<B>, Error>
    where
        T: AsyncRead + AsyncWrite + Unpin + 'static,
    {
        let fault = |source| Error::Handshake { at: at.to_owned(), source };
        let (sender, mut connection) = self.http2.handshake(TokioIo::new(stream)).await.map_err(fault)?;
        let handle = Handle::new(sender);
        let state = handle.state();
        // How a connection ends is told to the requests that it carries; an idle one that ends is just closed.
        tokio::task::spawn_local(poll_fn(move |cx| {
            let polled = Pin::new(&mut connection).poll(cx).map(drop);
            state.upgrade().inspect(|state| state.allow(connection.current_max_send_streams()));
            polled
        }));
        Ok(handle)
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
                    place.answer_bell();
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
