//! The body of an answer, and what follows a switch of protocols.

use std::error::Error as StdError;
use std::io;
use std::pin::Pin;
use std::task::{Context, Poll};

use bytes::{Buf as _, Bytes, BytesMut};
use http_body::{Body as HttpBody, Frame, SizeHint};
use hyper::body::Incoming;
use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};

use super::Fault;
use super::codec::Content;
use super::lane::Handle;
use super::shelf::Seat;
use super::stream::Stream;

/// The content of an answer. `B` is the body of its request, which may be on its way still.
///
/// Read to its end, it gives its connection back; dropped before, it ends it.
pub struct Body<B>(pub(super) Source<B>);

pub(super) enum Source<B> {
    Http1(Content<B>),
    /// With the connection's handle, which keeps that open, and the request's place.
    Http2(Incoming, #[expect(dead_code, reason = "held, not used")] (Handle<B>, Seat)),
}

/// A connection that speaks another protocol from now on.
pub struct Upgraded {
    /// What came behind the head of the answer.
    early: BytesMut,
    stream: Stream,
    _seat: Seat,
}

impl<B> Body<B> {
    /// The connection, if the answer was a switch of protocols.
    pub fn upgraded(self) -> Option<Upgraded> {
        match self.0 {
            Source::Http1(Content::Switched(connection, seat)) => {
                let (stream, early) = connection.into_parts();
                Some(Upgraded { early, stream, _seat: seat })
            }
            _ => None,
        }
    }
}

impl<B> HttpBody for Body<B>
where
    B: HttpBody<Data = Bytes> + Unpin + 'static,
    B::Error: Into<Box<dyn StdError + Send + Sync>>,
{
    type Data = Bytes;
    type Error = Fault;

    fn poll_frame(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<Result<Frame<Bytes>, Fault>>> {
        match &mut self.get_mut().0 {
            Source::Http1(content) => content.poll(cx),
            Source::Http2(incoming, _) => match Pin::new(&mut *incoming).poll_frame(cx) {
                // hyper tells of a reset without an error as of an end; END_STREAM alone is one (RFC 9113 8.1).
                Poll::Ready(None) if !incoming.is_end_stream() => Poll::Ready(Some(Err(Fault::Reset))),
                polled => polled.map(|frame| frame.map(|frame| frame.map_err(Fault::Http2))),
            },
        }
    }

    fn is_end_stream(&self) -> bool {
        match &self.0 {
            Source::Http1(content) => content.is_end(),
            Source::Http2(incoming, _) => incoming.is_end_stream(),
        }
    }

    fn size_hint(&self) -> SizeHint {
        match &self.0 {
            Source::Http1(content) => content.size(),
            Source::Http2(incoming, _) => incoming.size_hint(),
        }
    }
}

impl AsyncRead for Upgraded {
    fn poll_read(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        buf: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        if self.early.is_empty() {
            return Pin::new(&mut self.stream).poll_read(cx, buf);
        }
        let length = self.early.len().min(buf.remaining());
        buf.put_slice(self.early.get(..length).unwrap_or_default());
        self.early.advance(length);
        Poll::Ready(Ok(()))
    }
}

impl AsyncWrite for Upgraded {
    fn poll_write(mut self: Pin<&mut Self>, cx: &mut Context<'_>, bytes: &[u8]) -> Poll<io::Result<usize>> {
        Pin::new(&mut self.stream).poll_write(cx, bytes)
    }

    fn poll_flush(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_flush(cx)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_shutdown(cx)
    }
}
