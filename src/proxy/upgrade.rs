//! WebSocket over HTTP/1.1 (RFC 6455): the handshake is an exchange like any other, what follows is an opaque tunnel.
//!
//! Only WebSocket is asked for; nothing that the user agent sends after its request goes to the origin server before
//! that has answered 101. Any other Upgrade (h2c above all) is taken out like every field of the connection.

use std::cell::{Cell, RefCell};
use std::io;
use std::pin::Pin;
use std::rc::Rc;
use std::task::{Context, Poll};
use std::time::Duration;

use http::header::{self, HeaderMap, HeaderValue};
use http::{Method, Request, Response, StatusCode, Version};
use http_body::Body as _;
use hyper::body::Incoming;
use hyper::upgrade::{OnUpgrade, Upgraded};
use hyper_util::rt::TokioIo;
use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use tokio::time::Instant;

use super::exchange::Exchange;
use super::present::Present;
use super::{RequestBody, ResponseBody, Worker};
use crate::upstream;

const WEBSOCKET: HeaderValue = HeaderValue::from_static("websocket");

/// The user agent's side of a handshake, if the request is one: GET over HTTP/1.1 without content, `Upgrade` naming
/// WebSocket alone (RFC 6455 4.1).
pub(super) fn wish(request: &mut Request<Incoming>, present: Present) -> Option<OnUpgrade> {
    let handshake = present.has(Present::UPGRADE)
        && request.method() == Method::GET
        && request.version() == Version::HTTP_11
        && request.body().is_end_stream()
        && names_websocket(request.headers())
        && request.headers().contains_key(header::SEC_WEBSOCKET_KEY);
    handshake.then(|| hyper::upgrade::on(request))
}

/// `Upgrade: websocket`, and `Connection` says so (RFC 9110 7.8).
pub(super) fn names_websocket(headers: &HeaderMap) -> bool {
    let mut upgrades = headers.get_all(header::UPGRADE).iter();
    match (upgrades.next(), upgrades.next()) {
        (Some(one), None) if one.as_bytes().trim_ascii().eq_ignore_ascii_case(b"websocket") => {}
        _ => return false,
    }
    let options =
        headers.get_all(header::CONNECTION).iter().flat_map(|value| value.as_bytes().split(|b| *b == b','));
    options.into_iter().any(|option| option.trim_ascii().eq_ignore_ascii_case(b"upgrade"))
}

/// Asks the next hop for WebSocket, or agrees to it.
pub(super) fn ask(headers: &mut HeaderMap) {
    headers.insert(header::UPGRADE, WEBSOCKET);
    headers.insert(header::CONNECTION, HeaderValue::from_static("upgrade"));
}

/// Passes the 101 on and begins the tunnel. The exchange lasts as long as the tunnel does.
pub(super) fn tunnel(
    answer: Response<upstream::Body<RequestBody>>,
    user_agent: OnUpgrade,
    mut exchange: Box<Exchange>,
) -> Response<ResponseBody> {
    let (parts, body) = answer.into_parts();
    let origin = body.upgraded();
    let limit = exchange.current.snapshot().times.tunnel;
    let worker = Rc::clone(&exchange.worker);
    let task = async move {
        let (Ok(user_agent), Some(origin)) = (user_agent.await, origin) else { return };
        let _open = Open::count(&exchange.worker);
        match copy(user_agent, origin, &mut exchange, limit).await {
            // One side may go away without a word, as browsers do when a page is left.
            Err(fault) if fault.kind() == io::ErrorKind::TimedOut => exchange.error = "tunnel-timeout",
            _ => exchange.complete = true,
        }
    };
    tokio::task::spawn_local(worker.tasks.track_future(task));
    let mut response = Response::from_parts(parts, ResponseBody::none());
    *response.status_mut() = StatusCode::SWITCHING_PROTOCOLS;
    response
}

/// An open tunnel in the counts, until dropped.
struct Open(Rc<Worker>);

impl Open {
    fn count(worker: &Rc<Worker>) -> Self {
        worker.counters.tunnels.increment();
        Self(Rc::clone(worker))
    }
}

impl Drop for Open {
    fn drop(&mut self) {
        self.0.counters.tunnels.decrement();
    }
}

/// Copies both ways until both sides have ended, or nothing has come for too long.
async fn copy(
    user_agent: Upgraded,
    origin: upstream::Upgraded,
    exchange: &mut Exchange,
    limit: Duration,
) -> io::Result<()> {
    let last = Cell::new(Instant::now());
    let (upload, exchange) = (exchange.upload.clone(), RefCell::new(exchange));
    let came = |octets: usize| upload.iter().for_each(|upload| upload.took(octets));
    let went = |octets: usize| exchange.borrow_mut().sends(octets as u64);
    let mut user_agent = Lively { io: TokioIo::new(user_agent), last: &last, read: came };
    let mut origin = Lively { io: origin, last: &last, read: went };
    let mut copying = std::pin::pin!(tokio::io::copy_bidirectional(&mut user_agent, &mut origin));
    loop {
        let seen = last.get();
        tokio::select! {
            copied = &mut copying => return copied.map(|_| ()),
            () = tokio::time::sleep_until(seen + limit) => {
                if last.get() <= seen {
                    return Err(io::ErrorKind::TimedOut.into());
                }
            }
        }
    }
}

/// A stream that notes when something came, and tells how much.
struct Lively<'a, T, F> {
    io: T,
    last: &'a Cell<Instant>,
    read: F,
}

impl<T: AsyncRead + Unpin, F: Fn(usize) + Unpin> AsyncRead for Lively<'_, T, F> {
    fn poll_read(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        buf: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        let before = buf.filled().len();
        let read = Pin::new(&mut self.io).poll_read(cx, buf);
        if read.is_ready() {
            self.last.set(Instant::now());
            (self.read)(buf.filled().len() - before);
        }
        read
    }
}

impl<T: AsyncWrite + Unpin, F: Unpin> AsyncWrite for Lively<'_, T, F> {
    fn poll_write(mut self: Pin<&mut Self>, cx: &mut Context<'_>, bytes: &[u8]) -> Poll<io::Result<usize>> {
        Pin::new(&mut self.io).poll_write(cx, bytes)
    }

    fn poll_flush(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.io).poll_flush(cx)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.io).poll_shutdown(cx)
    }
}
