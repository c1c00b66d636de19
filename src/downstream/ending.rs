//! A response's body on its way out: it tells the connection when it is over, and cuts what HTTP/2 would hoard.

use std::pin::Pin;
use std::rc::Rc;
use std::task::{Context, Poll};

use bytes::Bytes;
use http_body::{Body, Frame, SizeHint};

use super::pace::Busy;
use super::streams::Stall;

/// The most that is handed to an HTTP/2 stream at once: a stream whose window is shut keeps what it was given.
const PIECE: usize = 64 * 1024;

pub(super) struct Ending<B> {
    body: B,
    /// Dropped with the body: the exchange is over.
    _busy: Busy,
    /// The stream, where there are several on a connection.
    stall: Option<Rc<Stall>>,
    /// What a large frame has left.
    rest: Bytes,
}

impl<B> Ending<B> {
    pub(super) fn new(body: B, busy: Busy, stall: Option<Rc<Stall>>) -> Self {
        // From here on it is the user agent's turn: its window may be shut from the start.
        if let Some(stall) = &stall {
            stall.handed();
        }
        Self { body, _busy: busy, stall, rest: Bytes::new() }
    }
}

impl<B: Body<Data = Bytes> + Unpin> Body for Ending<B> {
    type Data = Bytes;
    type Error = B::Error;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, B::Error>>> {
        let Some(stall) = self.stall.clone() else { return Pin::new(&mut self.body).poll_frame(cx) };
        stall.asked();
        if self.rest.is_empty() {
            match Pin::new(&mut self.body).poll_frame(cx) {
                Poll::Ready(Some(Ok(frame))) => match frame.into_data() {
                    Ok(data) => self.rest = data,
                    Err(frame) => return Poll::Ready(Some(Ok(frame))),
                },
                other => return other,
            }
        }
        stall.handed();
        let piece = self.rest.len().min(PIECE);
        Poll::Ready(Some(Ok(Frame::data(self.rest.split_to(piece)))))
    }

    fn is_end_stream(&self) -> bool {
        self.rest.is_empty() && self.body.is_end_stream()
    }

    fn size_hint(&self) -> SizeHint {
        let rest = self.rest.len() as u64;
        let body = self.body.size_hint();
        let mut hint = SizeHint::new();
        hint.set_lower(body.lower() + rest);
        if let Some(upper) = body.upper() {
            hint.set_upper(upper + rest);
        }
        hint
    }
}
