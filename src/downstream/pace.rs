//! Time limits of a connection, kept where its bytes pass.
//!
//! A connection waits for a request (idle), for the rest of its head, or has an exchange going on or become a tunnel, which
//! have limits of their own. The timer is lazy: it is set when a read first waits and looked at again when it fires, so that a request
//! costs a clock reading and no timer.

use std::io;
use std::pin::Pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU8, AtomicU32, AtomicU64, Ordering};
use std::task::{Context, Poll};
use std::time::Duration;

use bytes::Bytes;
use http::{Request, Version, header};
use http_body::Body;
use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use tokio::time::{Instant, Sleep};

use super::cut::Tcp;
use crate::timer::LazyTimer;

/// How long a connection may wait in each state.
#[derive(Clone, Copy, Debug)]
pub(super) struct Patience {
    pub(super) idle: Duration,
    pub(super) head: Duration,
    pub(super) write: Duration,
}

const IDLE: u8 = 0;
const HEAD: u8 = 1;
const EXCHANGE: u8 = 2;
const TUNNEL: u8 = 3;

/// So long an idle connection of HTTP/1.1 keeps what it needed for its last request.
const REST: Duration = Duration::from_millis(200);

const NO_FAULT: u8 = 0;
const FAULTS: [(u8, &str); 3] = [(1, "head-timeout"), (2, "idle-timeout"), (3, "write-timeout")];

/// What a connection is doing, told by the service and read by the IO.
pub(super) struct Pace {
    origin: Instant,
    phase: AtomicU8,
    /// Milliseconds after `origin` at which the phase began.
    since: AtomicU64,
    /// Exchanges going on: at most one on HTTP/1.1, the streams on HTTP/2.
    exchanges: AtomicU32,
    /// Several exchanges share the connection, so that octets that come are no head that begins.
    multiplexed: bool,
    /// Something came.
    heard: AtomicBool,
    /// A request was of HTTP/1.0.
    old: AtomicBool,
    /// The user agent has said that nothing follows.
    last: AtomicBool,
    fault: AtomicU8,
    /// A read waited after [`REST`].
    rested: AtomicBool,
}

impl Pace {
    /// A connection just accepted: its first head is awaited as a head, not as an idle connection.
    pub(super) fn new(multiplexed: bool) -> Arc<Self> {
        Arc::new(Self {
            origin: Instant::now(),
            phase: AtomicU8::new(HEAD),
            since: AtomicU64::new(0),
            exchanges: AtomicU32::new(0),
            multiplexed,
            heard: AtomicBool::new(false),
            old: AtomicBool::new(false),
            last: AtomicBool::new(false),
            fault: AtomicU8::new(NO_FAULT),
            rested: AtomicBool::new(false),
        })
    }

    /// A request's head is complete; the exchange is over when what this gives is dropped.
    pub(super) fn exchange(self: &Arc<Self>) -> Busy {
        self.exchanges.fetch_add(1, Ordering::Relaxed);
        self.phase.store(EXCHANGE, Ordering::Relaxed);
        Busy(Arc::clone(self))
    }

    /// Which limit ended the connection, if one did.
    pub(super) fn fault(&self) -> Option<&'static str> {
        let fault = self.fault.load(Ordering::Relaxed);
        FAULTS.iter().find(|(code, _)| *code == fault).map(|(_, word)| *word)
    }

    fn enter(&self, phase: u8) {
        let elapsed = u64::try_from(self.origin.elapsed().as_millis()).unwrap_or(u64::MAX);
        self.since.store(elapsed, Ordering::Relaxed);
        self.phase.store(phase, Ordering::Relaxed);
    }

    /// Whether an exchange is going on.
    pub(super) fn is_busy(&self) -> bool {
        self.exchanges.load(Ordering::Relaxed) > 0
    }

    /// Notes what a request says of its connection.
    pub(super) fn hears<B: Body>(&self, request: &Request<B>) {
        if request.version() == Version::HTTP_10 {
            self.old.store(true, Ordering::Relaxed);
        }
        let connection = request.headers().get(header::CONNECTION);
        if connection.is_some_and(|options| options.as_bytes().eq_ignore_ascii_case(b"close"))
            && request.body().is_end_stream()
        {
            self.last.store(true, Ordering::Relaxed);
        }
    }

    /// Whether the user agent has sent its last request, without content, and said so: it must not send anything more
    /// (RFC 9112 9.6).
    pub(super) fn has_heard_all(&self) -> bool {
        self.last.load(Ordering::Relaxed)
    }

    /// Whether a request was of HTTP/1.0, to which the end of the connection is the end of an answer (RFC 9112 6.3).
    pub(super) fn is_old(&self) -> bool {
        self.old.load(Ordering::Relaxed)
    }

    /// Whether what comes are no requests any more.
    pub(super) fn is_tunnel(&self) -> bool {
        self.phase.load(Ordering::Relaxed) == TUNNEL
    }

    /// Whether the user agent has said anything yet.
    pub(super) fn has_heard(&self) -> bool {
        self.heard.load(Ordering::Relaxed)
    }

    /// Whether the connection may have been idle for long enough to be parked, to be looked at by [`Paced::rests`].
    pub(super) fn has_rested(&self) -> bool {
        self.rested.load(Ordering::Relaxed)
    }

    fn bytes_came(&self) {
        self.heard.store(true, Ordering::Relaxed);
        if !self.multiplexed && self.phase.load(Ordering::Relaxed) == IDLE {
            self.enter(HEAD);
        }
    }

    fn since(&self) -> Instant {
        self.origin + Duration::from_millis(self.since.load(Ordering::Relaxed))
    }

    /// When to stop waiting for bytes, and the fault that this is; none where the connection has merely rested.
    fn deadline(&self, patience: &Patience) -> Option<(Instant, u8)> {
        match self.phase.load(Ordering::Relaxed) {
            HEAD => Some((self.since() + patience.head, 1)),
            IDLE if self.multiplexed || patience.idle <= REST => Some((self.since() + patience.idle, 2)),
            IDLE => Some((self.since() + REST, NO_FAULT)),
            _ => None,
        }
    }
}

/// An exchange going on: its response is not sent yet, nor given up.
pub(super) struct Busy(Arc<Pace>);

impl Busy {
    /// The exchange makes the connection a tunnel: what comes from now on are no requests.
    pub(super) fn tunnel(&self) {
        self.0.phase.store(TUNNEL, Ordering::Relaxed);
    }
}

impl Drop for Busy {
    fn drop(&mut self) {
        let last = self.0.exchanges.fetch_sub(1, Ordering::Relaxed) <= 1;
        if last && self.0.phase.load(Ordering::Relaxed) != TUNNEL {
            self.0.enter(IDLE);
        }
    }
}

/// A stream that gives up when its pace is too slow.
pub(super) struct Paced<T> {
    io: T,
    pace: Arc<Pace>,
    patience: Patience,
    read_timer: LazyTimer,
    write_timer: Option<Pin<Box<Sleep>>>,
    /// What was read already, to be read again first.
    ahead: Bytes,
}

impl<T> Paced<T> {
    pub(super) fn new(io: T, pace: Arc<Pace>, patience: Patience) -> Self {
        Self { io, pace, patience, read_timer: LazyTimer::default(), write_timer: None, ahead: Bytes::new() }
    }

    pub(super) fn inner(&self) -> &T {
        &self.io
    }

    /// Gives back what was read too early.
    pub(super) fn unread(&mut self, octets: Bytes) {
        self.ahead = octets;
    }

    /// The connection is late: by its limit, or only for being parked.
    #[cold]
    fn is_late<R>(&mut self, fault: u8, cx: &mut Context<'_>) -> Poll<io::Result<R>> {
        if fault != NO_FAULT {
            return self.give_up(fault);
        }
        self.pace.rested.store(true, Ordering::Relaxed);
        if self.is_idle_too_long(cx) { self.give_up(2) } else { Poll::Pending }
    }

    fn is_idle_too_long(&mut self, cx: &mut Context<'_>) -> bool {
        self.read_timer.passed(self.pace.since() + self.patience.idle, cx)
    }

    fn give_up<R>(&self, fault: u8) -> Poll<io::Result<R>> {
        self.pace.fault.store(fault, Ordering::Relaxed);
        Poll::Ready(Err(io::ErrorKind::TimedOut.into()))
    }

    /// A write that waits longer than its limit fails; one that passes starts the limit anew.
    fn pace_write<R>(&mut self, cx: &mut Context<'_>, written: Poll<io::Result<R>>) -> Poll<io::Result<R>> {
        if written.is_ready() {
            self.write_timer = None;
            return written;
        }
        let patience = self.patience.write;
        let timer = self.write_timer.get_or_insert_with(|| Box::pin(tokio::time::sleep(patience)));
        if timer.as_mut().poll(cx).is_ready() { self.give_up(3) } else { Poll::Pending }
    }
}

impl<T> Paced<T> {
    /// Whether nothing has come since the last exchange, for [`REST`], and all that was written has left.
    pub(super) fn rests(&self) -> bool {
        self.pace.rested.store(false, Ordering::Relaxed);
        self.pace.phase.load(Ordering::Relaxed) == IDLE
            && self.pace.since() + REST <= Instant::now()
            && self.write_timer.is_none()
    }
}

impl<T: Tcp> Paced<T> {
    /// Waits without reading, until there is something to be read or the end of the connection; `false` when it has been
    /// idle for too long.
    pub(super) fn poll_stirs(&mut self, cx: &mut Context<'_>) -> Poll<bool> {
        if self.io.tcp().poll_read_ready(cx).is_ready() {
            return Poll::Ready(true);
        }
        if !self.is_idle_too_long(cx) {
            return Poll::Pending;
        }
        self.pace.fault.store(2, Ordering::Relaxed);
        Poll::Ready(false)
    }
}

impl<T: AsyncRead + Unpin> AsyncRead for Paced<T> {
    fn poll_read(self: Pin<&mut Self>, cx: &mut Context<'_>, buf: &mut ReadBuf<'_>) -> Poll<io::Result<()>> {
        let this = self.get_mut();
        if !this.ahead.is_empty() {
            this.pace.bytes_came();
            let octets = this.ahead.split_to(this.ahead.len().min(buf.remaining()));
            buf.put_slice(&octets);
            return Poll::Ready(Ok(()));
        }
        match Pin::new(&mut this.io).poll_read(cx, buf) {
            Poll::Ready(result) => {
                this.pace.bytes_came();
                Poll::Ready(result)
            }
            Poll::Pending => match this.pace.deadline(&this.patience) {
                Some((deadline, fault)) if this.read_timer.passed(deadline, cx) => this.is_late(fault, cx),
                _ => Poll::Pending,
            },
        }
    }
}

impl<T: AsyncWrite + Unpin> AsyncWrite for Paced<T> {
    fn poll_write(self: Pin<&mut Self>, cx: &mut Context<'_>, bytes: &[u8]) -> Poll<io::Result<usize>> {
        let this = self.get_mut();
        let written = Pin::new(&mut this.io).poll_write(cx, bytes);
        this.pace_write(cx, written)
    }

    fn poll_write_vectored(
        self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        slices: &[io::IoSlice<'_>],
    ) -> Poll<io::Result<usize>> {
        let this = self.get_mut();
        let written = Pin::new(&mut this.io).poll_write_vectored(cx, slices);
        this.pace_write(cx, written)
    }

    fn is_write_vectored(&self) -> bool {
        self.io.is_write_vectored()
    }

    fn poll_flush(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        let this = self.get_mut();
        let flushed = Pin::new(&mut this.io).poll_flush(cx);
        this.pace_write(cx, flushed)
    }

    fn poll_shutdown(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        let this = self.get_mut();
        let shut = Pin::new(&mut this.io).poll_shutdown(cx);
        this.pace_write(cx, shut)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _, duplex};

    const PATIENCE: Patience = Patience {
        idle: Duration::from_secs(60),
        head: Duration::from_secs(15),
        write: Duration::from_secs(30),
    };

    #[test]
    fn nothing_follows_a_request_without_content_that_says_close() {
        let hears = |connection: &str, content: &'static str| {
            let pace = Pace::new(false);
            let request =
                Request::get("/").header("connection", connection).body(content.to_owned()).unwrap();
            pace.hears(&request);
            pace.has_heard_all()
        };
        assert!(hears("close", ""));
        assert!(hears("Close", ""));
        assert!(!hears("keep-alive", ""));
        assert!(!hears("close", "content"));
    }

    fn rested(pace: &Arc<Pace>) {
        drop(pace.exchange());
    }

    /// Reads with time that jumps to the next timer whenever everybody waits.
    fn read_until_fault(prepare: impl FnOnce(&Arc<Pace>)) -> (Duration, Option<&'static str>) {
        let runtime =
            tokio::runtime::Builder::new_current_thread().enable_time().start_paused(true).build().unwrap();
        runtime.block_on(async {
            let (near, _far) = duplex(64);
            let pace = Pace::new(false);
            prepare(&pace);
            let mut paced = Paced::new(near, Arc::clone(&pace), PATIENCE);
            let before = Instant::now();
            let fault = paced.read_u8().await.unwrap_err();
            assert_eq!(fault.kind(), io::ErrorKind::TimedOut);
            (before.elapsed(), pace.fault())
        })
    }

    #[test]
    fn a_head_that_never_comes_ends_the_connection() {
        let (waited, fault) = read_until_fault(|_| {});
        assert_eq!(fault, Some("head-timeout"));
        assert!(waited >= PATIENCE.head && waited < PATIENCE.idle, "{waited:?}");
    }

    #[test]
    fn a_resting_connection_may_wait_longer() {
        let (waited, fault) = read_until_fault(rested);
        assert_eq!(fault, Some("idle-timeout"));
        assert!(waited >= PATIENCE.idle, "{waited:?}");
    }

    #[test]
    fn a_tunnel_may_wait_for_ever() {
        let runtime =
            tokio::runtime::Builder::new_current_thread().enable_time().start_paused(true).build().unwrap();
        runtime.block_on(async {
            let (near, mut far) = duplex(64);
            let pace = Pace::new(false);
            let switched = pace.exchange();
            switched.tunnel();
            drop(switched);
            let mut paced = Paced::new(near, Arc::clone(&pace), PATIENCE);
            for _ in 0..2 {
                tokio::select! {
                    read = paced.read_u8() => panic!("{read:?}"),
                    () = tokio::time::sleep(Duration::from_secs(86_400)) => {}
                }
                far.write_all(b"x").await.unwrap();
                assert_eq!(paced.read_u8().await.unwrap(), b'x');
            }
            assert_eq!(pace.fault(), None);
        });
    }

    #[test]
    fn a_head_in_pieces_has_one_limit() {
        let runtime =
            tokio::runtime::Builder::new_current_thread().enable_time().start_paused(true).build().unwrap();
        runtime.block_on(async {
            let (near, mut far) = duplex(64);
            let pace = Pace::new(false);
            rested(&pace);
            let mut paced = Paced::new(near, Arc::clone(&pace), PATIENCE);
            let slow = async {
                loop {
                    tokio::time::sleep(Duration::from_secs(4)).await;
                    if far.write_all(b"x").await.is_err() {
                        break;
                    }
                }
            };
            let read = async { while paced.read_u8().await.is_ok() {} };
            tokio::select! { () = slow => {}, () = read => {} }
            assert_eq!(pace.fault(), Some("head-timeout"));
        });
    }

    #[test]
    fn a_reader_that_takes_nothing_ends_the_connection() {
        let runtime =
            tokio::runtime::Builder::new_current_thread().enable_time().start_paused(true).build().unwrap();
        runtime.block_on(async {
            let (near, _far) = duplex(64);
            let pace = Pace::new(false);
            let mut paced = Paced::new(near, Arc::clone(&pace), PATIENCE);
            assert!(paced.write_all(&[0; 1000]).await.is_err());
            assert_eq!(pace.fault(), Some("write-timeout"));
        });
    }
}
