//! One connection's requests, over HTTP/1.1 or HTTP/2, until it ends or is asked to.

use std::convert::Infallible;
use std::error::Error as StdError;
use std::future::{Future, poll_fn};
use std::net::SocketAddr;
use std::pin::Pin;
use std::rc::Rc;
use std::sync::Arc;
use std::task::Poll;
use std::time::Duration;

use bytes::Bytes;
use http::{Request, Response, StatusCode};
use http_body::Body;
use hyper::body::Incoming;
use hyper::server::conn::http2;
use hyper::service::service_fn;
use hyper_util::rt::{TokioIo, TokioTimer};
use tokio::io::{AsyncRead, AsyncReadExt as _, AsyncWrite, AsyncWriteExt as _};

use super::batch::Batched;
use super::cut::Tcp;
use super::ending::Ending;
use super::pace::{Pace, Paced};
use super::security::Protocol;
use super::streams::Streams;
use super::strict::Strict;
use super::{Peer, Settings, parked};
use crate::apart::Apart;

/// Octets that one stream may send before the origin server takes them, and all of a connection together.
const STREAM_WINDOW: u32 = 256 * 1024;
const CONNECTION_WINDOW: u32 = 1024 * 1024;
/// Octets that are dropped at once.
const DISCARDED: usize = 16 * 1024;
/// A new connection that meets the end of the gateway may take so long to send its first octets.
const FIRST: Duration = Duration::from_secs(1);
/// An HTTP/2 connection without a sign of life is asked for one this often.
const PING: Duration = Duration::from_secs(20);

/// Serves one connection. What it keeps is no larger than its kind needs: most are idle, and there are many.
pub(super) fn serve<T, S, A, B>(
    stream: T,
    protocol: Protocol,
    peer: Rc<Peer>,
    settings: Rc<Settings>,
    service: S,
) -> Pin<Box<dyn Future<Output = ()>>>
where
    T: AsyncRead + AsyncWrite + Tcp + Unpin + Send + 'static,
    B: Body<Data = Bytes> + Unpin + 'static,
    B::Error: Into<Box<dyn StdError + Send + Sync>>,
    S: Fn(Request<Incoming>, Rc<Peer>) -> A + Clone + 'static,
    A: Future<Output = Response<B>> + 'static,
{
    let pace = Pace::new(protocol == Protocol::Http2);
    let streams = (protocol == Protocol::Http2).then(|| Streams::new(settings.patience.write));
    let batched = Batched::new(Paced::new(stream, Arc::clone(&pace), settings.patience), protocol);
    let (clock, begun, address) = (Arc::clone(&pace), streams.clone(), peer.address);
    let secure = peer.secure;
    // Shared, since a future keeps room for an argument more than once.
    let answer = Rc::new(service_fn(move |request: Request<Incoming>| {
        let busy = clock.exchange();
        clock.hears(&request);
        let stall = begun.as_ref().map(Streams::begin);
        // Boxed once here: hyper moves what it is given several times, and keeps room for it on every connection.
        let answer = Box::pin(service(request, Rc::clone(&peer)));
        async move {
            let answer = answer.await;
            if answer.status() == StatusCode::SWITCHING_PROTOCOLS {
                busy.tunnel();
            }
            Ok::<_, Infallible>(answer.map(|body| Ending::new(body, busy, stall)))
        }
    }));
    let Some(streams) = streams else {
        return Box::pin(async move {
            let ended = parked::serve(&batched, answer, &settings, &pace).await;
            match &ended {
                Ok(()) if pace.is_tunnel() => {}
                // Over TLS a word of its own may still come.
                Ok(()) if pace.has_heard_all() && !secure => {}
                // Boxed, since every connection would keep room for it.
                Ok(()) => Box::pin(linger(batched, &settings)).await,
                // An answer broke off.
                Err(fault) if pace.is_old() && fault.is_user() => batched.will_reset(),
                _ => {}
            }
            count(&settings, &pace, ended.err(), address);
        });
    };
    Box::pin(async move {
        let io = TokioIo::new(Strict::new(batched.clone(), settings.head));
        let served = std::pin::pin!(http2(streams, &settings).serve_connection(io, answer));
        let mut served = Apart::new(served);
        let ended = tokio::select! {
            biased;
            ended = batched.around(&mut served) => ended,
            () = told_to_end(&settings, &pace) => {
                served.change().as_mut().graceful_shutdown();
                batched.around(&mut served).await
            }
        };
        count(&settings, &pace, ended.err(), address);
    })
}

/// How the connection ended, if by a limit or by what came.
fn count(settings: &Settings, pace: &Pace, fault: Option<hyper::Error>, address: SocketAddr) {
    let faults = &settings.counters.connection_faults;
    match (pace.fault(), fault) {
        (Some(limit), _) => faults.increment(limit),
        (None, Some(fault)) if is_malformed(&fault) => {
            faults.increment("http");
            // hyper has answered by itself, if at all: nothing else tells of it.
            tracing::debug!(peer = %address, %fault, "closed: no HTTP as it must be");
        }
        _ => {}
    }
}

/// What came is no HTTP/1.1 head, or breaks the rules that hold for an HTTP/2 connection as a whole.
fn is_malformed(fault: &hyper::Error) -> bool {
    let frames = || fault.source().and_then(|source| source.downcast_ref::<h2::Error>());
    fault.is_parse() || frames().is_some_and(h2::Error::is_library)
}

/// Waits until the gateway stops, and then until the connection may be told so: hyper closes one on which it has read
/// nothing yet, though a request may be there already. To be asked after the connection itself, which reads.
pub(super) async fn told_to_end(settings: &Settings, pace: &Pace) {
    Apart::new(std::pin::pin!(settings.stop.cancelled())).await;
    if pace.is_busy() {
        return;
    }
    // The connection reads what the system has for it by now.
    tokio::task::yield_now().await;
    // Boxed, since every connection would keep room for it.
    let mut first = Box::pin(tokio::time::sleep(FIRST));
    poll_fn(|cx| if pace.has_heard() { Poll::Ready(()) } else { first.as_mut().poll(cx) }).await;
}

/// Tells the user agent that nothing more comes. It closes then, and what it still sends until then is taken and
/// dropped: a socket that is closed while octets come in is reset, and the answer may be lost with it (RFC 9112 9.6).
async fn linger<T: AsyncRead + AsyncWrite + Unpin>(mut stream: Batched<T>, settings: &Settings) {
    let rest = async {
        // hyper has done so, but where it gave the stream away for a handshake that was refused.
        if stream.shutdown().await.is_err() {
            return;
        }
        let mut octets = Vec::with_capacity(DISCARDED);
        while stream.read_buf(&mut octets).await.is_ok_and(|read| read > 0) {
            octets.clear();
        }
    };
    tokio::select! {
        biased;
        () = rest => {}
        () = settings.stop.cancelled() => {}
        () = tokio::time::sleep(settings.patience.head) => {}
    }
}

/// HTTP/2 with everything bounded: streams, the header list, windows, resets that wait.
fn http2(streams: Streams, settings: &Settings) -> http2::Builder<Streams> {
    let mut http2 = http2::Builder::new(streams);
    http2
        .timer(TokioTimer::new())
        .max_concurrent_streams(settings.streams)
        .max_header_list_size(settings.head)
        .initial_stream_window_size(STREAM_WINDOW)
        .initial_connection_window_size(CONNECTION_WINDOW)
        .max_send_buf_size(128 * 1024)
        .max_pending_accept_reset_streams(20)
        .max_local_error_reset_streams(100)
        .keep_alive_interval(PING)
        .keep_alive_timeout(settings.patience.head);
    http2
}
