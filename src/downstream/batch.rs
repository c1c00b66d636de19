//! What a connection writes while it is polled once, sent as one and in its turn.
//!
//! hyper flushes after every answer, h2 after every DATA frame: a system call, and over TLS a record, for each small
//! piece, though the next one is ready already. And a thread that sends as soon as it has something wakes whoever waits
//! for it once for every message, see [`Turn`].

use std::cell::RefCell;
use std::future::poll_fn;
use std::io;
use std::pin::Pin;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::task::{Context, Poll, ready};

use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};

use super::security::Protocol;
use crate::apart::Apart;
use crate::turn::Turn;

/// Octets that are held, four full DATA frames with their heads; beyond it the connection waits until some have left.
const MOST: usize = 4 * (16 * 1024 + 9);
/// The largest buffer that a thread keeps: one grows by doubling.
const KEPT: usize = 2 * MOST;
/// Buffers that a thread keeps for its next writes.
const SPARE: usize = 16;
/// Octets from which on a write of HTTP/1.1 leaves by itself: copying it would cost more than the system call. One of
/// HTTP/2 is never larger than a frame, by which a record and a bit of TLS would leave at a time.
const LARGE: usize = 8 * 1024;

thread_local! {
    /// Buffers whose octets have left, the last one first: the processor still has it at hand. A connection has one of
    /// its own only while it has something to say.
    static SPARES: RefCell<Vec<Vec<u8>>> = const { RefCell::new(Vec::new()) };
}

/// A buffer to write into.
pub(super) fn spare() -> Vec<u8> {
    SPARES.with_borrow_mut(Vec::pop).unwrap_or_default()
}

/// Keeps a buffer for the next write of this thread.
pub(super) fn give_back(mut buffer: Vec<u8>) {
    buffer.clear();
    SPARES.with_borrow_mut(|spares| {
        if spares.len() < SPARE && buffer.capacity() <= KEPT {
            spares.push(buffer);
        }
    });
}

/// A stream whose small writes wait for the end of [`around`](Self::around); its clones are the same stream.
///
/// The lock is never waited for: all of it is one task's. hyper wants to be able to send an upgraded stream elsewhere.
pub(super) struct Batched<T>(Arc<Mutex<Batch<T>>>);

pub(super) struct Batch<T> {
    pub(super) io: T,
    /// Written by the connection, not yet by us.
    held: Vec<u8>,
    /// Octets of it that have left.
    left: usize,
    /// Octets from which on a write leaves by itself.
    large: usize,
    turn: Turn,
    /// The connection is over: what its upgraded stream writes is not held any more.
    over: bool,
    /// Our side has ended.
    shut: bool,
    /// hyper lets go of the connection, which goes on: its end is none of the stream.
    pub(super) parting: bool,
    /// What writing said between two polls, for the next one to hear.
    fault: Option<io::Error>,
}

impl<T> Clone for Batched<T> {
    fn clone(&self) -> Self {
        Self(Arc::clone(&self.0))
    }
}

impl<T> Batched<T> {
    pub(super) fn lock(&self) -> MutexGuard<'_, Batch<T>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl<T: AsyncRead + AsyncWrite + Unpin> Batched<T> {
    pub(super) fn new(io: T, protocol: Protocol) -> Self {
        let large = if protocol == Protocol::Http2 { MOST } else { LARGE };
        let batch = Batch {
            io,
            held: Vec::new(),
            left: 0,
            large,
            turn: Turn::default(),
            over: false,
            shut: false,
            parting: false,
            fault: None,
        };
        Self(Arc::new(Mutex::new(batch)))
    }

    /// The connection's future; what a poll of it has written leaves when the other tasks have had their turn, and at
    /// once when it is the last poll.
    pub(super) async fn around<F: Future + Unpin>(&self, connection: &mut Apart<F>) -> F::Output {
        poll_fn(|cx| {
            let polled = Pin::new(&mut *connection).poll(cx);
            let mut batch = self.lock();
            batch.over = polled.is_ready();
            if !batch.over && (batch.held.is_empty() || batch.turn.poll(cx).is_pending()) {
                return polled;
            }
            batch.turn.over();
            // Where there was no room for all, the connection waits for the same.
            let waker = connection.waker(cx);
            if let Poll::Ready(Err(fault)) = batch.poll_send(&mut Context::from_waker(waker)) {
                batch.fault = Some(fault);
                waker.wake_by_ref();
            }
            polled
        })
        .await
    }
}

impl<T> Batch<T> {
    /// Nothing waits to leave, nor to be told.
    pub(super) fn is_empty(&self) -> bool {
        self.held.is_empty() && self.fault.is_none()
    }
}

impl<T: AsyncWrite + Unpin> Batch<T> {
    fn hear(&mut self) -> io::Result<()> {
        self.fault.take().map_or(Ok(()), Err)
    }

    /// Sends what is held, all of it.
    fn poll_send(&mut self, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        if self.held.is_empty() {
            return Poll::Ready(Ok(()));
        }
        ready!(self.poll_pass(cx))?;
        Pin::new(&mut self.io).poll_flush(cx)
    }

    /// The same, but more may follow.
    fn poll_pass(&mut self, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        while let Some(rest) = self.held.get(self.left..).filter(|rest| !rest.is_empty()) {
            match ready!(Pin::new(&mut self.io).poll_write(cx, rest)) {
                Ok(0) => return Poll::Ready(Err(io::ErrorKind::WriteZero.into())),
                Ok(written) => self.left += written,
                Err(fault) => return Poll::Ready(Err(fault)),
            }
        }
        if !self.held.is_empty() {
            give_back(std::mem::take(&mut self.held));
            self.left = 0;
        }
        Poll::Ready(Ok(()))
    }

    fn poll_take(&mut self, cx: &mut Context<'_>, pieces: &[io::IoSlice<'_>]) -> Poll<io::Result<usize>> {
        self.hear()?;
        let length: usize = pieces.iter().map(|piece| piece.len()).sum();
        let direct = length >= self.large || self.over;
        if direct || self.held.len() + length > MOST {
            ready!(self.poll_send(cx))?;
        }
        if direct {
            return Pin::new(&mut self.io).poll_write_vectored(cx, pieces);
        }
        if self.held.capacity() == 0 {
            self.held = spare();
        }
        self.held.reserve(length);
        pieces.iter().for_each(|piece| self.held.extend_from_slice(piece));
        Poll::Ready(Ok(length))
    }
}

impl<T: AsyncRead + Unpin> AsyncRead for Batched<T> {
    fn poll_read(self: Pin<&mut Self>, cx: &mut Context<'_>, buf: &mut ReadBuf<'_>) -> Poll<io::Result<()>> {
        let mut batch = self.lock();
        match batch.fault.take() {
            Some(fault) => Poll::Ready(Err(fault)),
            None => Pin::new(&mut batch.io).poll_read(cx, buf),
        }
    }
}

impl<T: AsyncWrite + Unpin> AsyncWrite for Batched<T> {
    fn poll_write(self: Pin<&mut Self>, cx: &mut Context<'_>, octets: &[u8]) -> Poll<io::Result<usize>> {
        self.lock().poll_take(cx, &[io::IoSlice::new(octets)])
    }

    fn poll_write_vectored(
        self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        pieces: &[io::IoSlice<'_>],
    ) -> Poll<io::Result<usize>> {
        self.lock().poll_take(cx, pieces)
    }

    fn is_write_vectored(&self) -> bool {
        true
    }

    /// Says that it is done: what is held leaves after the poll.
    fn poll_flush(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        let mut batch = self.lock();
        batch.hear()?;
        if batch.over {
            ready!(batch.poll_send(cx))?;
        }
        if batch.held.is_empty() { Pin::new(&mut batch.io).poll_flush(cx) } else { Poll::Ready(Ok(())) }
    }

    fn poll_shutdown(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        let mut batch = self.lock();
        if batch.shut || batch.parting {
            return Poll::Ready(Ok(()));
        }
        // Over TLS the word that it ends goes with the last octets.
        ready!(batch.poll_pass(cx))?;
        ready!(Pin::new(&mut batch.io).poll_shutdown(cx))?;
        batch.shut = true;
        Poll::Ready(Ok(()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use tokio::io::AsyncWriteExt as _;

    /// Keeps each write apart; every one after the first `good` fails.
    #[derive(Default)]
    struct Pieces {
        written: Vec<Vec<u8>>,
        good: usize,
        flushes: usize,
        ends: usize,
    }

    impl AsyncRead for Pieces {
        fn poll_read(self: Pin<&mut Self>, _: &mut Context<'_>, _: &mut ReadBuf<'_>) -> Poll<io::Result<()>> {
            Poll::Pending
        }
    }

    impl AsyncWrite for Pieces {
        fn poll_write(
            mut self: Pin<&mut Self>,
            _: &mut Context<'_>,
            octets: &[u8],
        ) -> Poll<io::Result<usize>> {
            if self.written.len() == self.good {
                return Poll::Ready(Err(io::ErrorKind::BrokenPipe.into()));
            }
            self.written.push(octets.to_vec());
            Poll::Ready(Ok(octets.len()))
        }

        fn poll_flush(mut self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<io::Result<()>> {
            self.flushes += 1;
            Poll::Ready(Ok(()))
        }

        fn poll_shutdown(mut self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<io::Result<()>> {
            self.ends += 1;
            Poll::Ready(Ok(()))
        }
    }

    fn batched(good: usize) -> Batched<Pieces> {
        Batched::new(Pieces { good, ..Pieces::default() }, Protocol::Http1)
    }

    fn written(batched: &Batched<Pieces>) -> Vec<usize> {
        batched.lock().io.written.iter().map(Vec::len).collect()
    }

    #[tokio::test]
    async fn small_writes_of_one_poll_leave_as_one_and_in_order() {
        let batched = batched(100);
        let mut io = batched.clone();
        let connection = Box::pin(async {
            for octets in [1, 2, 3, LARGE, 4, 5] {
                io.write_all(&vec![0; octets]).await.unwrap();
                io.flush().await.unwrap();
            }
            tokio::task::yield_now().await;
            io.write_all(b"x").await.unwrap();
            io.shutdown().await.unwrap();
        });
        batched.around(&mut Apart::new(connection)).await;
        assert_eq!(written(&batched), [6, LARGE, 10]);
    }

    #[tokio::test]
    async fn frames_leave_four_at_a_time() {
        let batched = Batched::new(Pieces { good: 100, ..Pieces::default() }, Protocol::Http2);
        let mut io = batched.clone();
        let connection = Box::pin(async {
            for _ in 0..9 {
                io.write_all(&[0; 16 * 1024 + 9]).await.unwrap();
            }
        });
        batched.around(&mut Apart::new(connection)).await;
        assert_eq!(written(&batched), [MOST, MOST, MOST / 4]);
    }

    #[tokio::test]
    async fn the_end_is_said_once_behind_the_last_octets() {
        let batched = batched(100);
        let mut io = batched.clone();
        let connection = Box::pin(async {
            io.write_all(b"x").await.unwrap();
            io.shutdown().await.unwrap();
            io.shutdown().await.unwrap();
        });
        batched.around(&mut Apart::new(connection)).await;
        let Pieces { written, flushes, ends, .. } = &batched.lock().io;
        assert_eq!((written.len(), *flushes, *ends), (1, 0, 1));
    }

    #[tokio::test]
    async fn what_is_held_is_bounded() {
        let batched = batched(100);
        let mut io = batched.clone();
        let connection = Box::pin(async {
            for _ in 0..20 {
                io.write_all(&[0; 7000]).await.unwrap();
            }
        });
        batched.around(&mut Apart::new(connection)).await;
        assert_eq!(written(&batched), [63_000, 63_000, 14_000]);
    }

    #[tokio::test]
    async fn a_fault_is_told_at_the_next_write() {
        let batched = batched(0);
        let mut io = batched.clone();
        let connection = Box::pin(async {
            io.write_all(b"x").await.unwrap();
            tokio::task::yield_now().await;
            tokio::task::yield_now().await;
            io.write_all(b"y").await.unwrap_err().kind()
        });
        assert_eq!(batched.around(&mut Apart::new(connection)).await, io::ErrorKind::BrokenPipe);
    }
}
