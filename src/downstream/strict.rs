//! HTTP/2 read as strictly as RFC 9113 wants it, where h2 is laxer and says nothing of it.
//!
//! h2 0.4 drops pseudo-header fields of trailers. What it finds malformed in a field block (fields of the connection,
//! pseudo-header fields twice or in a wrong place) it forgets where a frame ends within a line and a CONTINUATION frame
//! follows. Such a request has to be refused (RFC 9113 8.1.1). And of trailers that are too large it drops what is too
//! much, as if there had been no more.
//!
//! Nothing in h2 lets one see it, so the octets are looked at on their way to it: of frames their heads, of field blocks
//! which field comes where. A block that may not pass is made one that can't be read, and h2 ends the connection, which
//! is allowed for an error of a stream (RFC 9113 5.4.1).

mod block;
mod frames;
mod names;

use std::io;
use std::pin::Pin;
use std::task::{Context, Poll};

use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};

use frames::Frames;

/// A user agent's connection of HTTP/2, from its preface on.
pub(super) struct Strict<T> {
    io: T,
    /// Boxed, since every connection would keep room for it, one of HTTP/1.1 too.
    frames: Box<Frames>,
}

impl<T> Strict<T> {
    /// A field section of it has so many octets at most.
    pub(super) fn new(io: T, most: u32) -> Self {
        Self { io, frames: Box::new(Frames::new(most)) }
    }
}

impl<T: AsyncRead + Unpin> AsyncRead for Strict<T> {
    fn poll_read(self: Pin<&mut Self>, cx: &mut Context<'_>, buf: &mut ReadBuf<'_>) -> Poll<io::Result<()>> {
        let this = self.get_mut();
        let before = buf.filled().len();
        let read = Pin::new(&mut this.io).poll_read(cx, buf);
        this.frames.read(buf.filled_mut().get_mut(before..).unwrap_or_default());
        read
    }
}

impl<T: AsyncWrite + Unpin> AsyncWrite for Strict<T> {
    fn poll_write(mut self: Pin<&mut Self>, cx: &mut Context<'_>, octets: &[u8]) -> Poll<io::Result<usize>> {
        Pin::new(&mut self.io).poll_write(cx, octets)
    }

    fn poll_write_vectored(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        pieces: &[io::IoSlice<'_>],
    ) -> Poll<io::Result<usize>> {
        Pin::new(&mut self.io).poll_write_vectored(cx, pieces)
    }

    fn is_write_vectored(&self) -> bool {
        self.io.is_write_vectored()
    }

    fn poll_flush(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.io).poll_flush(cx)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.io).poll_shutdown(cx)
    }
}

#[cfg(test)]
mod tests;
