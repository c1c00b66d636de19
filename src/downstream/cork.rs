//! Records of TLS between rustls and the socket: what belongs together leaves together, and what has come is read at once.
//!
//! rustls sends what it has as soon as it has it: the ticket that ends a handshake, though the first answer follows, and
//! the word that ends a connection right behind the last answer. Each would be a system call of its own, and would wake
//! the user agent. And it reads four kilobytes at a time, however large the body that comes.

use std::future::Future as _;
use std::io;
use std::pin::{Pin, pin};
use std::task::{Context, Poll, ready};

use socket2::SockRef;
use tokio::io::{AsyncRead, AsyncReadExt as _, AsyncWrite, ReadBuf};
use tokio::net::TcpStream;

use super::batch::{give_back, spare};

/// Octets from which on a write leaves by itself: copying it would cost more than the system call.
const LARGE: usize = 8 * 1024;
/// Octets that are held; what comes then waits until they have left.
const MOST: usize = 32 * 1024;

/// Octets that are read at once where there are many.
const AHEAD: usize = 64 * 1024;

/// A socket whose small writes wait until they are flushed.
pub(super) struct Corked {
    io: TcpStream,
    /// Read, but not yet by rustls.
    ahead: Vec<u8>,
    /// Octets of it that were taken.
    taken: usize,
    /// The last read brought as much as it could.
    more: bool,
    /// Written, but not yet by us.
    held: Vec<u8>,
    /// Octets of it that have left.
    left: usize,
    stage: Stage,
}

/// When what is held has to leave.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Stage {
    /// A handshake goes on: before its next flight is waited for.
    Handshake,
    /// Nobody waits for it: with the next write.
    Idle,
    /// When it is flushed.
    Due,
}

impl Corked {
    pub(super) fn new(io: TcpStream) -> Self {
        Self {
            io,
            ahead: Vec::new(),
            taken: 0,
            more: false,
            held: Vec::new(),
            left: 0,
            stage: Stage::Handshake,
        }
    }

    pub(super) fn tcp(&self) -> &TcpStream {
        &self.io
    }

    /// The handshake is over. What is held of it can wait for the first answer if it is no part that the user agent
    /// waits for.
    pub(super) fn settle(&mut self, can_wait: bool) {
        self.stage = if can_wait { Stage::Idle } else { Stage::Due };
    }

    /// Reads, and beyond what is asked for where more has come.
    fn poll_fetch(&mut self, cx: &mut Context<'_>, buf: &mut ReadBuf<'_>) -> Poll<io::Result<()>> {
        if self.ahead.is_empty() {
            if !self.more {
                ready!(Pin::new(&mut self.io).poll_read(cx, buf))?;
                self.more = buf.remaining() == 0;
                return Poll::Ready(Ok(()));
            }
            let mut ahead = spare();
            ahead.reserve_exact(AHEAD);
            let read = pin!(self.io.read_buf(&mut ahead)).poll(cx);
            if !matches!(read, Poll::Ready(Ok(octets)) if octets > 0) {
                give_back(ahead);
                self.more = false;
                return read.map_ok(|_| ());
            }
            self.more = ahead.len() >= AHEAD;
            (self.ahead, self.taken) = (ahead, 0);
        }
        let rest = self.ahead.get(self.taken..).unwrap_or_default();
        let (now, later) = rest.split_at(rest.len().min(buf.remaining()));
        buf.put_slice(now);
        self.taken += now.len();
        if later.is_empty() {
            give_back(std::mem::take(&mut self.ahead));
        }
        Poll::Ready(Ok(()))
    }

    fn poll_send(&mut self, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        while let Some(rest) = self.held.get(self.left..).filter(|rest| !rest.is_empty()) {
            match ready!(Pin::new(&mut self.io).poll_write(cx, rest))? {
                0 => return Poll::Ready(Err(io::ErrorKind::WriteZero.into())),
                written => self.left += written,
            }
        }
        if !self.held.is_empty() {
            give_back(std::mem::take(&mut self.held));
            self.left = 0;
        }
        Poll::Ready(Ok(()))
    }

    fn poll_take(&mut self, cx: &mut Context<'_>, pieces: &[io::IoSlice<'_>]) -> Poll<io::Result<usize>> {
        let length: usize = pieces.iter().map(|piece| piece.len()).sum();
        if self.stage == Stage::Idle {
            self.stage = Stage::Due;
        }
        let direct = length >= LARGE && self.stage != Stage::Handshake;
        if direct || self.held.len() + length > MOST {
            ready!(self.poll_send(cx))?;
        }
        if direct {
            return Pin::new(&mut self.io).poll_write_vectored(cx, pieces);
        }
        // What a handshake leaves may stay for long, in no buffer larger than need be.
        if self.held.capacity() == 0 && self.stage != Stage::Handshake {
            self.held = spare();
        }
        self.held.reserve(length);
        pieces.iter().for_each(|piece| self.held.extend_from_slice(piece));
        Poll::Ready(Ok(length))
    }
}

/// A last word, such as why the connection ends, is nobody's to flush.
impl Drop for Corked {
    fn drop(&mut self) {
        if self.stage != Stage::Idle
            && let Some(rest) = self.held.get(self.left..).filter(|rest| !rest.is_empty())
        {
            // If it can't leave at once, the user agent hears no more than the end.
            let _ = SockRef::from(&self.io).send(rest);
        }
    }
}

impl AsyncRead for Corked {
    fn poll_read(self: Pin<&mut Self>, cx: &mut Context<'_>, buf: &mut ReadBuf<'_>) -> Poll<io::Result<()>> {
        let this = self.get_mut();
        let read = this.poll_fetch(cx, buf);
        if read.is_pending() && this.stage == Stage::Handshake {
            // Where it can't leave yet, the task is woken when it can.
            let _ = this.poll_send(cx)?;
        }
        read
    }
}

impl AsyncWrite for Corked {
    fn poll_write(self: Pin<&mut Self>, cx: &mut Context<'_>, octets: &[u8]) -> Poll<io::Result<usize>> {
        self.get_mut().poll_take(cx, &[io::IoSlice::new(octets)])
    }

    fn poll_write_vectored(
        self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        pieces: &[io::IoSlice<'_>],
    ) -> Poll<io::Result<usize>> {
        self.get_mut().poll_take(cx, pieces)
    }

    fn is_write_vectored(&self) -> bool {
        true
    }

    fn poll_flush(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        match self.stage {
            Stage::Due => self.get_mut().poll_send(cx),
            Stage::Handshake | Stage::Idle => Poll::Ready(Ok(())),
        }
    }

    fn poll_shutdown(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        let this = self.get_mut();
        ready!(this.poll_send(cx))?;
        Pin::new(&mut this.io).poll_shutdown(cx)
    }
}

#[cfg(test)]
mod tests;
