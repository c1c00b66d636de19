//! The origin server's end: octets that are there in pieces, one at a time, as soon as it was asked anything.

use std::collections::VecDeque;
use std::io;
use std::pin::Pin;
use std::task::{Context, Poll};

use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};

pub(super) struct Stream {
    pieces: VecDeque<Vec<u8>>,
    /// Octets of the first piece that were taken.
    taken: usize,
    /// The next look finds that the next piece is still to come.
    waits: bool,
    /// It ends the connection after the last piece.
    closes: bool,
}

impl Stream {
    pub(super) fn new(pieces: Vec<Vec<u8>>, closes: bool) -> Self {
        let pieces = pieces.into_iter().filter(|piece| !piece.is_empty()).collect();
        Self { pieces, taken: 0, waits: true, closes }
    }

    /// It says nothing before it was asked.
    pub(super) fn has_spoken(&self) -> bool {
        false
    }
}

impl AsyncRead for Stream {
    fn poll_read(
        mut self: Pin<&mut Self>,
        _: &mut Context<'_>,
        buf: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        if std::mem::take(&mut self.waits) {
            return Poll::Pending;
        }
        let Some(piece) = self.pieces.front() else {
            return if self.closes { Poll::Ready(Ok(())) } else { Poll::Pending };
        };
        let rest = &piece[self.taken..];
        let count = rest.len().min(buf.remaining());
        buf.put_slice(&rest[..count]);
        let is_over = count == rest.len();
        self.taken += count;
        if is_over {
            self.pieces.pop_front();
            (self.taken, self.waits) = (0, true);
        }
        Poll::Ready(Ok(()))
    }
}

impl AsyncWrite for Stream {
    fn poll_write(self: Pin<&mut Self>, _: &mut Context<'_>, octets: &[u8]) -> Poll<io::Result<usize>> {
        Poll::Ready(Ok(octets.len()))
    }

    fn poll_flush(self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<io::Result<()>> {
        Poll::Ready(Ok(()))
    }

    fn poll_shutdown(self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<io::Result<()>> {
        Poll::Ready(Ok(()))
    }
}
