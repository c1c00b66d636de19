//! One connection of HTTP/1.1: its stream, and the octets that came and were not used yet.

use std::future::Future as _;
use std::io;
use std::pin::{Pin, pin};
use std::task::{Context, Poll};

use bytes::BytesMut;
use tokio::io::{AsyncRead as _, AsyncReadExt as _, AsyncWrite as _, ReadBuf};

use crate::timer::LazyTimer;
use crate::upstream::stream::Stream;

/// Less room than this is not worth reading into, where more is wanted.
const LEAST: usize = 16 * 1024;

pub(in crate::upstream) struct Connection {
    pub(super) stream: Stream,
    pub(super) input: BytesMut,
    /// For the limit on answers; it stays from one to the next, which costs less than one for each.
    pub(super) timer: LazyTimer,
    /// Room for the ends of a head's lines.
    pub(super) ends: Vec<usize>,
}

impl Connection {
    pub(in crate::upstream) fn new(stream: Stream) -> Self {
        Self { stream, input: BytesMut::new(), timer: LazyTimer::default(), ends: Vec::new() }
    }

    /// Reads what has come, with room for so many octets at least; their number, 0 at the end of the connection.
    pub(super) fn poll_fill(&mut self, cx: &mut Context<'_>, room: usize) -> Poll<io::Result<usize>> {
        // What is left of a buffer is used up while it is worth a call.
        if self.input.capacity() - self.input.len() < room.min(LEAST) {
            self.input.reserve(room);
        }
        pin!(self.stream.read_buf(&mut self.input)).poll(cx)
    }

    /// Nothing has come and the connection stands, as it has to while nobody asks for anything. The task is woken when
    /// that changes.
    pub(in crate::upstream) fn is_quiet(&mut self, cx: &mut Context<'_>) -> bool {
        let mut octet = [0];
        self.input.is_empty()
            && Pin::new(&mut self.stream).poll_read(cx, &mut ReadBuf::new(&mut octet)).is_pending()
    }

    /// The same for a connection that is put aside: its buffer is let go.
    pub(in crate::upstream) fn rests(&mut self, cx: &mut Context<'_>) -> bool {
        let quiet = self.is_quiet(cx);
        self.input = BytesMut::new();
        quiet
    }

    /// The stream, and what was read from it and is not used yet.
    pub(in crate::upstream) fn into_parts(self) -> (Stream, BytesMut) {
        (self.stream, self.input)
    }

    /// Ends a connection that has nothing to carry; over TLS, with a word.
    pub(in crate::upstream) fn close(mut self, cx: &mut Context<'_>) {
        // What doesn't go out at once is not worth waiting for.
        let _ = Pin::new(&mut self.stream).poll_shutdown(cx);
    }
}
