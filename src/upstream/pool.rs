//! A worker's connections to origin servers: opened when needed, kept while idle, never shared between threads.
//!
//! hyper's client drives each connection in a task of the same thread. A connection goes back into the pool only when
//! its response was read whole; hyper then says by itself whether it can carry another request.

use std::cell::RefCell;
use std::collections::VecDeque;
use std::rc::Rc;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use http::{Request, Response};
use http_body::Body;
use hyper::body::Incoming;
use hyper::client::conn::{TrySendError, http1, http2};
use hyper::rt::Executor;
use hyper_util::rt::{TokioIo, TokioTimer};
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::time::Instant;

use super::connect::{Stream, connect};
use super::heard::Heard;
use super::sender::Sender;
use super::{Error, Origin};
use crate::config::{Limits, Times};
use crate::metrics::Counters;

/// The connections of one worker, by origin server. `B` is the body of the requests that the proxy sends.
pub struct Pool<B> {
    origins: Vec<Origin>,
    idle: Vec<RefCell<VecDeque<Idle<B>>>>,
    http1: http1::Builder,
    http2: http2::Builder<Here>,
    connect: Duration,
    keep: Duration,
    most: usize,
    counters: Arc<Counters>,
}

struct Idle<B> {
    sender: Sender<B>,
    heard: Arc<AtomicBool>,
    since: Instant,
}

/// A connection that carries one request and may be given back.
pub struct Lease<B> {
    sender: Sender<B>,
    /// It carried a request before, so it may be dead without our knowing.
    pub reused: bool,
    heard: Arc<AtomicBool>,
    index: usize,
    pool: Rc<Pool<B>>,
}

impl<B: Body + 'static> Lease<B> {
    /// Sends the request and waits for the head of its answer.
    ///
    /// # Errors
    /// What hyper says; a request of which not an octet was sent comes back with it.
    pub async fn send(
        &mut self,
        request: Request<B>,
    ) -> Result<Response<Incoming>, TrySendError<Request<B>>> {
        self.sender.send(request).await
    }

    /// Any octet came from the origin server since the connection was leased: a request that failed after that has
    /// been seen, and must not be sent again.
    ///
    /// On HTTP/2, where others are heard on the same connection, always.
    pub fn heard(&self) -> bool {
        matches!(self.sender, Sender::Http2(_)) || self.heard.load(Ordering::Relaxed)
    }

    /// Keeps the connection for the next request; to be called when the response was read whole.
    pub fn give_back(self) {
        let Some(idle) = self.pool.idle.get(self.index) else { return };
        let mut idle = idle.borrow_mut();
        // One of HTTP/2 has never left.
        if matches!(self.sender, Sender::Http2(_)) || self.sender.is_closed() || idle.len() >= self.pool.most
        {
            return;
        }
        idle.push_back(Idle { sender: self.sender, heard: self.heard, since: Instant::now() });
    }
}

impl<B> Pool<B>
where
    B: Body + Unpin + 'static,
    B::Data: Send,
    B::Error: Into<Box<dyn std::error::Error + Send + Sync>>,
{
    /// An empty pool over these origin servers, which are named by their index from now on.
    pub fn new(origins: Vec<Origin>, limits: &Limits, times: &Times, counters: Arc<Counters>) -> Rc<Self> {
        let mut http1 = http1::Builder::new();
        http1.max_headers(limits.fields).max_header_size(limits.head);
        let mut http2 = http2::Builder::new(Here);
        http2
            .timer(TokioTimer::new())
            .max_header_list_size(u32::try_from(limits.head).unwrap_or(u32::MAX))
            .initial_stream_window_size(1024 * 1024)
            .initial_connection_window_size(4 * 1024 * 1024);
        let idle = origins.iter().map(|_| RefCell::default()).collect();
        let (connect, keep, most) = (times.connect, times.idle, limits.idle_upstream);
        Rc::new(Self { origins, idle, http1, http2, connect, keep, most, counters })
    }

    /// The newest idle connection, if one is usable.
    pub fn reuse(self: &Rc<Self>, index: usize) -> Option<Lease<B>> {
        let mut idle = self.idle.get(index)?.borrow_mut();
        let usable = idle.iter().rposition(|idle| idle.sender.is_ready())?;
        let another = idle.get_mut(usable).and_then(|idle| {
            let sender = idle.sender.another()?;
            idle.since = Instant::now();
            Some((sender, Arc::clone(&idle.heard)))
        });
        let (sender, heard) = match another {
            Some(another) => another,
            None => idle.remove(usable).map(|idle| (idle.sender, idle.heard))?,
        };
        heard.store(false, Ordering::Relaxed);
        self.counters.upstream_reuses.increment();
        Some(Lease { sender, reused: true, heard, index, pool: Rc::clone(self) })
    }

    /// A new connection.
    ///
    /// # Errors
    /// What stood in the way, in words for the operator.
    pub async fn connect(self: &Rc<Self>, index: usize) -> Result<Lease<B>, Error> {
        let origin = &self.origins[index];
        self.counters.upstream_connects.increment();
        let heard = Arc::new(AtomicBool::new(false));
        let sender = match connect(origin, self.connect).await? {
            Stream::Plain(stream) => self.handshake(origin, Heard::new(stream, &heard)).await?,
            Stream::Tls(stream) => self.handshake(origin, Heard::new(*stream, &heard)).await?,
        };
        if let (Some(sender), Some(idle)) = (sender.another(), self.idle.get(index)) {
            idle.borrow_mut().push_back(Idle { sender, heard: Arc::clone(&heard), since: Instant::now() });
        }
        Ok(Lease { sender, reused: false, heard, index, pool: Rc::clone(self) })
    }

    async fn handshake<T>(&self, origin: &Origin, stream: T) -> Result<Sender<B>, Error>
    where
        T: AsyncRead + AsyncWrite + Unpin + Send + 'static,
    {
        let fault = |source| Error::Handshake { host: origin.host.clone(), source };
        // How a connection ends is told to the requests that it carries; an idle one that ends is just closed.
        if origin.h2 {
            let (sender, connection) = self.http2.handshake(TokioIo::new(stream)).await.map_err(fault)?;
            tokio::task::spawn_local(async move { drop(connection.await) });
            return Ok(Sender::Http2(sender));
        }
        let (sender, connection) = self.http1.handshake(TokioIo::new(stream)).await.map_err(fault)?;
        tokio::task::spawn_local(async move { drop(connection.with_upgrades().await) });
        Ok(Sender::Http1(sender))
    }

    /// Drops what is closed or idle for too long, now and then, until the pool itself is dropped.
    pub fn sweep(self: &Rc<Self>) {
        let pool = Rc::downgrade(self);
        let every = self.keep / 4;
        tokio::task::spawn_local(async move {
            loop {
                tokio::time::sleep(every.max(Duration::from_millis(100))).await;
                let Some(pool) = pool.upgrade() else { return };
                for idle in &pool.idle {
                    idle.borrow_mut()
                        .retain(|idle| !idle.sender.is_closed() && idle.since.elapsed() < pool.keep);
                }
            }
        });
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
