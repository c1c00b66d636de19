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

use http_body::Body;
use hyper::client::conn::http1::{self, SendRequest};
use hyper_util::rt::TokioIo;
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::time::Instant;

use super::connect::{Stream, connect};
use super::heard::Heard;
use super::{Error, Origin};
use crate::config::{Limits, Times};
use crate::metrics::Counters;

/// The connections of one worker, by origin server. `B` is the body of the requests that the proxy sends.
pub struct Pool<B> {
    origins: Vec<Origin>,
    idle: Vec<RefCell<VecDeque<Idle<B>>>>,
    client: http1::Builder,
    connect: Duration,
    keep: Duration,
    most: usize,
    counters: Arc<Counters>,
}

struct Idle<B> {
    sender: SendRequest<B>,
    heard: Arc<AtomicBool>,
    since: Instant,
}

/// A connection that carries one request and may be given back.
pub struct Lease<B> {
    /// Where the request goes in.
    pub sender: SendRequest<B>,
    /// It carried a request before, so it may be dead without our knowing.
    pub reused: bool,
    heard: Arc<AtomicBool>,
    index: usize,
    pool: Rc<Pool<B>>,
}

impl<B> Lease<B> {
    /// Any octet came from the origin server since the connection was leased: a request that failed after that has
    /// been seen, and must not be sent again.
    pub fn heard(&self) -> bool {
        self.heard.load(Ordering::Relaxed)
    }

    /// Keeps the connection for the next request; to be called when the response was read whole.
    pub fn give_back(self) {
        let Some(idle) = self.pool.idle.get(self.index) else { return };
        let mut idle = idle.borrow_mut();
        if self.sender.is_closed() || idle.len() >= self.pool.most {
            return;
        }
        idle.push_back(Idle { sender: self.sender, heard: self.heard, since: Instant::now() });
    }
}

impl<B> Pool<B>
where
    B: Body + 'static,
    B::Data: Send,
    B::Error: Into<Box<dyn std::error::Error + Send + Sync>>,
{
    /// An empty pool over these origin servers, which are named by their index from now on.
    pub fn new(origins: Vec<Origin>, limits: &Limits, times: &Times, counters: Arc<Counters>) -> Rc<Self> {
        let mut client = http1::Builder::new();
        client.max_headers(limits.fields).max_header_size(limits.head);
        let idle = origins.iter().map(|_| RefCell::default()).collect();
        let (connect, keep, most) = (times.connect, times.idle, limits.idle_upstream);
        Rc::new(Self { origins, idle, client, connect, keep, most, counters })
    }

    /// The newest idle connection, if one is usable.
    pub fn reuse(self: &Rc<Self>, index: usize) -> Option<Lease<B>> {
        let mut idle = self.idle.get(index)?.borrow_mut();
        let usable = idle.iter().rposition(|idle| idle.sender.is_ready())?;
        let Idle { sender, heard, .. } = idle.remove(usable)?;
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
        Ok(Lease { sender, reused: false, heard, index, pool: Rc::clone(self) })
    }

    async fn handshake<T>(&self, origin: &Origin, stream: T) -> Result<SendRequest<B>, Error>
    where
        T: AsyncRead + AsyncWrite + Unpin + 'static,
    {
        let fault = |source| Error::Handshake { host: origin.host.clone(), source };
        let (sender, connection) = self.client.handshake(TokioIo::new(stream)).await.map_err(fault)?;
        // How the connection ends is told to the request that it carries; an idle one that ends is just closed.
        tokio::task::spawn_local(async move { drop(connection.await) });
        Ok(sender)
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
