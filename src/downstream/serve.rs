//! Accepting connections and serving HTTP/1.1 on them until told to stop.

use std::convert::Infallible;
use std::error::Error as StdError;
use std::future::Future;
use std::io;
use std::net::SocketAddr;
use std::pin::Pin;
use std::rc::Rc;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::task::{Context, Poll};
use std::time::Duration;

use bytes::Bytes;
use http::{Request, Response};
use http_body::{Body, Frame, SizeHint};
use hyper::body::Incoming;
use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper_util::rt::TokioIo;
use tokio::net::{TcpListener, TcpStream};
use tokio_rustls::TlsAcceptor;
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;

use super::pace::{Pace, Paced, Patience};
use crate::config::{Limits, Times};
use crate::metrics::Counters;

/// What is known of a user agent's connection.
#[derive(Clone, Copy, Debug)]
pub struct Peer {
    /// The other end of the connection.
    pub address: SocketAddr,
    /// Our end.
    pub local: SocketAddr,
    /// The connection is TLS.
    pub secure: bool,
}

/// Bounds of a worker's connections and how they end.
#[derive(Clone)]
pub struct Settings {
    http: http1::Builder,
    patience: Patience,
    most: usize,
    open: Arc<AtomicUsize>,
    counters: Arc<Counters>,
    stop: CancellationToken,
    tasks: TaskTracker,
}

impl Settings {
    /// `open` counts the connections of all workers; `stop` ends accepting and asks connections to finish; `tasks`
    /// knows those that haven't yet.
    pub fn new(
        limits: &Limits,
        times: &Times,
        counters: Arc<Counters>,
        open: Arc<AtomicUsize>,
        stop: (CancellationToken, TaskTracker),
    ) -> Self {
        let mut http = http1::Builder::new();
        // A user agent that has sent its request may close its sending side and still reads (RFC 9112 9.6).
        http.half_close(true)
            .header_read_timeout(None)
            .max_headers(limits.fields)
            .max_header_size(limits.head);
        let patience = Patience { idle: times.idle, head: times.head, write: times.progress };
        Self { http, patience, most: limits.connections, open, counters, stop: stop.0, tasks: stop.1 }
    }
}

/// Accepts on one listener until stopped, each connection a task of this thread.
///
/// `service` answers one request; it is the proxy's or the admin's one closure.
pub async fn serve<S, A, B>(listener: TcpListener, tls: Option<TlsAcceptor>, settings: Settings, service: S)
where
    B: Body<Data = Bytes> + Unpin + 'static,
    B::Error: Into<Box<dyn StdError + Send + Sync>>,
    S: Fn(Request<Incoming>, Peer) -> A + Clone + 'static,
    A: Future<Output = Response<B>> + 'static,
{
    let settings = Rc::new(settings);
    loop {
        let accepted = tokio::select! {
            accepted = listener.accept() => accepted,
            () = settings.stop.cancelled() => return,
        };
        match accepted {
            Ok((stream, address)) => admit(stream, address, tls.clone(), &settings, service.clone()),
            Err(fault) => recover(&fault).await,
        }
    }
}

/// Out of descriptors or memory: connections that end give some back, so wait a little and go on accepting.
async fn recover(fault: &io::Error) {
    if matches!(fault.kind(), io::ErrorKind::ConnectionAborted | io::ErrorKind::ConnectionReset) {
        return;
    }
    tracing::error!(%fault, "can't accept a connection; raise the limit of open files if this stays");
    tokio::time::sleep(Duration::from_millis(50)).await;
}

fn admit<S, A, B>(
    stream: TcpStream,
    address: SocketAddr,
    tls: Option<TlsAcceptor>,
    settings: &Rc<Settings>,
    service: S,
) where
    B: Body<Data = Bytes> + Unpin + 'static,
    B::Error: Into<Box<dyn StdError + Send + Sync>>,
    S: Fn(Request<Incoming>, Peer) -> A + Clone + 'static,
    A: Future<Output = Response<B>> + 'static,
{
    let Some(open) = Open::count(settings) else { return };
    let settings = Rc::clone(settings);
    let tasks = settings.tasks.clone();
    let task = async move {
        let Ok(local) = stream.local_addr() else { return };
        // Small answers leave at once; a socket that can't do it works all the same.
        let _ = stream.set_nodelay(true);
        let peer = Peer { address, local, secure: tls.is_some() };
        match tls {
            None => connection(stream, peer, &settings, service).await,
            Some(tls) => match tokio::time::timeout(settings.patience.head, tls.accept(stream)).await {
                Ok(Ok(stream)) => connection(stream, peer, &settings, service).await,
                _ => settings.counters.connection_faults.increment("tls"),
            },
        }
        drop(open);
    };
    tokio::task::spawn_local(tasks.track_future(task));
}

async fn connection<T, S, A, B>(stream: T, peer: Peer, settings: &Settings, service: S)
where
    T: tokio::io::AsyncRead + tokio::io::AsyncWrite + Unpin + 'static,
    B: Body<Data = Bytes> + Unpin + 'static,
    B::Error: Into<Box<dyn StdError + Send + Sync>>,
    S: Fn(Request<Incoming>, Peer) -> A + Clone + 'static,
    A: Future<Output = Response<B>> + 'static,
{
    let pace = Pace::new();
    let io = TokioIo::new(Paced::new(stream, Arc::clone(&pace), settings.patience));
    let clock = Arc::clone(&pace);
    let answer = service_fn(move |request| {
        clock.exchange();
        let answer = service(request, peer);
        let pace = Arc::clone(&clock);
        async move { Ok::<_, Infallible>(answer.await.map(|body| Ending { body, pace })) }
    });
    let mut served = std::pin::pin!(settings.http.serve_connection(io, answer));
    let ended = tokio::select! {
        ended = served.as_mut() => ended,
        () = settings.stop.cancelled() => {
            served.as_mut().graceful_shutdown();
            served.await
        }
    };
    let faults = &settings.counters.connection_faults;
    match (pace.fault(), ended) {
        (Some(limit), _) => faults.increment(limit),
        (None, Err(fault)) if fault.is_parse() => faults.increment("http"),
        _ => {}
    }
}

/// One open connection in the counts, until dropped; dropped by a panic, it says so.
struct Open {
    settings: Rc<Settings>,
}

impl Open {
    fn count(settings: &Rc<Settings>) -> Option<Self> {
        let counters = &settings.counters;
        if settings.open.fetch_add(1, Ordering::Relaxed) >= settings.most {
            settings.open.fetch_sub(1, Ordering::Relaxed);
            counters.refused.increment();
            return None;
        }
        counters.connections.increment();
        counters.open.increment();
        Some(Self { settings: Rc::clone(settings) })
    }
}

impl Drop for Open {
    fn drop(&mut self) {
        self.settings.open.fetch_sub(1, Ordering::Relaxed);
        self.settings.counters.open.decrement();
        if std::thread::panicking() {
            self.settings.counters.connection_faults.increment("panic");
        }
    }
}

/// A response's body that tells the connection's pace when it is over.
struct Ending<B> {
    body: B,
    pace: Arc<Pace>,
}

impl<B> Drop for Ending<B> {
    fn drop(&mut self) {
        self.pace.rest();
    }
}

impl<B: Body + Unpin> Body for Ending<B> {
    type Data = B::Data;
    type Error = B::Error;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<B::Data>, B::Error>>> {
        Pin::new(&mut self.body).poll_frame(cx)
    }

    fn is_end_stream(&self) -> bool {
        self.body.is_end_stream()
    }

    fn size_hint(&self) -> SizeHint {
        self.body.size_hint()
    }
}

#[cfg(test)]
mod tests;
