//! The content of an answer, as it comes; at its end the connection is free again.

use std::error::Error as StdError;
use std::future::poll_fn;
use std::task::{Context, Poll, ready};
use std::time::Duration;

use bytes::Bytes;
use http::StatusCode;
use http_body::{Body, Frame, SizeHint};
use tokio::time::Instant;

use super::Sending;
use super::chunked::{Chunked, Step};
use super::connection::Connection;
use super::framing::Framing;
use super::head::{Bounds, Head};
use crate::upstream::Fault;
use crate::upstream::shelf::Seat;

/// Octets read at once while content goes on: at first, and when there turns out to be more (measured: docs/performance.md).
/// hyper asks for more until it has 400 KB, so that twice half as much would take no less memory.
const ROOM: usize = 16 * 1024;
const MOST_ROOM: usize = 512 * 1024;
/// So long an origin server that has answered may take nothing of a request that goes on.
const STILL: Duration = Duration::from_secs(60);

/// What is left of an answer's content.
pub(in crate::upstream) enum Content<B> {
    /// Nothing.
    End,
    /// It came with the head.
    Whole(Bytes),
    /// It is still to come.
    Reading(Box<Reading<B>>),
    /// What follows is another protocol.
    Switched(Box<Connection>, Seat),
}

/// Content on its way, with the connection that it comes over.
pub(in crate::upstream) struct Reading<B> {
    connection: Connection,
    /// The request, which may not be at its end either.
    sending: Box<Sending<B>>,
    left: Left,
    /// Already decoded.
    ready: Option<Frame<Bytes>>,
    room: usize,
    persists: bool,
    seat: Seat,
}

enum Left {
    Length(u64),
    Chunked(Chunked),
    /// Until the connection ends.
    Close,
    Nothing,
}

impl<B> Content<B>
where
    B: Body<Data = Bytes> + Unpin + 'static,
    B::Error: Into<Box<dyn StdError + Send + Sync>>,
{
    /// What follows this head; the connection goes back from its seat when all of it was read.
    ///
    /// # Errors
    /// Framing that is refused; content whose beginning came with the head and is malformed.
    pub(in crate::upstream) fn after(
        head: &Head,
        connection: Connection,
        sending: Box<Sending<B>>,
        bounds: Bounds,
        seat: Seat,
    ) -> Result<Self, Fault> {
        let framing = head.facts.framing(head.status, &sending.method)?;
        if head.status == StatusCode::SWITCHING_PROTOCOLS {
            return Ok(Self::Switched(Box::new(connection), seat));
        }
        let left = match framing {
            Framing::None | Framing::Length(0) => Left::Nothing,
            Framing::Length(length) => Left::Length(length),
            Framing::Chunked => Left::Chunked(Chunked::new(bounds)),
            Framing::Close => Left::Close,
        };
        let persists = head.facts.persists(framing);
        let mut reading = Reading { connection, sending, left, ready: None, room: ROOM, persists, seat };
        let first = reading.decode()?;
        match (first, &reading.left) {
            (None, Left::Nothing) => {
                reading.finish();
                Ok(Self::End)
            }
            (Some(Ok(data)), Left::Nothing) => {
                reading.finish();
                Ok(Self::Whole(data))
            }
            (first, _) => {
                reading.ready = first.map(into_frame);
                Ok(Self::Reading(Box::new(reading)))
            }
        }
    }

    /// The next piece.
    ///
    /// # Errors
    /// The connection broke, or its framing is none.
    pub(in crate::upstream) fn poll(
        &mut self,
        cx: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, Fault>>> {
        let polled = match self {
            Self::End | Self::Switched(..) => return Poll::Ready(None),
            Self::Whole(data) => Ok(Some(Frame::data(std::mem::take(data)))),
            Self::Reading(reading) => {
                let polled = ready!(reading.poll(cx));
                if polled.is_ok() && !reading.is_over() {
                    return Poll::Ready(polled.transpose());
                }
                polled
            }
        };
        if let (Self::Reading(reading), Ok(_)) = (std::mem::replace(self, Self::End), &polled) {
            reading.finish();
        }
        Poll::Ready(polled.transpose())
    }
}

impl<B> Content<B> {
    /// Nothing follows.
    pub(in crate::upstream) fn is_end(&self) -> bool {
        matches!(self, Self::End | Self::Switched(..))
    }

    /// How much follows, as far as it is known.
    pub(in crate::upstream) fn size(&self) -> SizeHint {
        match self {
            Self::End | Self::Switched(..) => SizeHint::with_exact(0),
            Self::Whole(data) => SizeHint::with_exact(data.len() as u64),
            Self::Reading(reading) => match reading.left {
                Left::Length(left) => {
                    let ready = reading.ready.as_ref().and_then(Frame::data_ref).map_or(0, Bytes::len);
                    SizeHint::with_exact(left + ready as u64)
                }
                _ => SizeHint::default(),
            },
        }
    }
}

type Piece = Result<Bytes, http::HeaderMap>;

fn into_frame(piece: Piece) -> Frame<Bytes> {
    piece.map_or_else(Frame::trailers, Frame::data)
}

impl<B> Reading<B>
where
    B: Body<Data = Bytes> + Unpin + 'static,
    B::Error: Into<Box<dyn StdError + Send + Sync>>,
{
    fn poll(&mut self, cx: &mut Context<'_>) -> Poll<Result<Option<Frame<Bytes>>, Fault>> {
        // Whether the rest of the request can be written is the origin server's affair; that it doesn't come is not.
        if let Poll::Ready(Err(fault @ Fault::Upload(_))) = self.sending.poll(cx, &mut self.connection.stream)
        {
            return Poll::Ready(Err(fault));
        }
        if let Some(frame) = self.ready.take() {
            return Poll::Ready(Ok(Some(frame)));
        }
        loop {
            if let Some(piece) = self.decode()? {
                return Poll::Ready(Ok(Some(into_frame(piece))));
            }
            let room = match self.left {
                Left::Nothing => return Poll::Ready(Ok(None)),
                Left::Length(left) => usize::try_from(left).unwrap_or(MOST_ROOM).clamp(1024, MOST_ROOM),
                Left::Chunked(_) | Left::Close => self.room,
            };
            match (ready!(self.connection.poll_fill(cx, room))?, &self.left) {
                (0, Left::Close) => self.left = Left::Nothing,
                (0, _) => return Poll::Ready(Err(Fault::Closed)),
                (read, _) if read >= self.room => self.room = (2 * self.room).min(MOST_ROOM),
                _ => {}
            }
        }
    }

    /// What the octets at hand are.
    fn decode(&mut self) -> Result<Option<Piece>, Fault> {
        let input = &mut self.connection.input;
        match &mut self.left {
            Left::Nothing => Ok(None),
            _ if input.is_empty() => Ok(None),
            Left::Close => Ok(Some(Ok(input.split().freeze()))),
            Left::Length(left) => {
                let length = usize::try_from(*left).unwrap_or(usize::MAX).min(input.len());
                *left -= length as u64;
                let data = input.split_to(length).freeze();
                if *left == 0 {
                    self.left = Left::Nothing;
                }
                Ok(Some(Ok(data)))
            }
            Left::Chunked(chunked) => {
                let piece = match chunked.step(input)? {
                    Step::Data(data) => {
                        // A fault behind it is for the next look, when this was passed on.
                        let ends = chunked.ends(input).unwrap_or(false);
                        (Some(Ok(data)), ends)
                    }
                    Step::Trailers(trailers) => (Some(Err(trailers)), true),
                    Step::More => (None, false),
                    Step::End => (None, true),
                };
                if piece.1 {
                    self.left = Left::Nothing;
                }
                Ok(piece.0)
            }
        }
    }

    fn is_over(&self) -> bool {
        self.ready.is_none() && matches!(self.left, Left::Nothing)
    }

    /// All was read. The connection is free, or will be when the rest of the request has gone out: an origin server may
    /// answer before it has read everything, and read on.
    fn finish(self) {
        let Self { mut connection, mut sending, persists, seat, .. } = self;
        if sending.is_done() {
            if persists {
                seat.put(connection);
            }
        } else if sending.goes_on() {
            tokio::task::spawn_local(async move {
                // The place is taken until the last octet is out.
                if send_rest(&mut connection, &mut sending).await && persists {
                    seat.put(connection);
                }
            });
        }
    }
}

/// Sends what is left of a request after its answer; whether all of it was sent.
async fn send_rest<B>(connection: &mut Connection, sending: &mut Sending<B>) -> bool
where
    B: Body<Data = Bytes> + Unpin,
    B::Error: Into<Box<dyn StdError + Send + Sync>>,
{
    let (mut place, mut last) = (sending.place(), Instant::now());
    poll_fn(|cx| {
        // It has said its last word, or one too many.
        if !connection.is_quiet(cx) {
            return Poll::Ready(false);
        }
        let sent = sending.poll(cx, &mut connection.stream);
        if sent.is_pending() {
            if sending.place() != place {
                (place, last) = (sending.place(), Instant::now());
            }
            if connection.timer.passed(last + STILL, cx) {
                return Poll::Ready(false);
            }
        }
        sent.map(|sent| sent.is_ok())
    })
    .await
}
