//! A request on its way: its head and its content as the connection takes them.

use std::error::Error as StdError;
use std::io::{self, IoSlice, Write as _};
use std::pin::Pin;
use std::task::{Context, Poll, ready};

use bytes::{Buf as _, Bytes};
use http::{HeaderMap, Method, Request};
use http_body::{Body, Frame};
use tokio::io::AsyncWrite as _;

use super::request::{self, Outline};
use crate::turn::Turn;
use crate::upstream::stream::Stream;
use crate::upstream::{Fault, Lines};

/// Up to so many octets, copying costs less than what the system takes for a write from several places.
const SMALL: usize = 16 * 1024;

/// A request that is being written. What was not written is kept, so that another connection can take it.
pub(in crate::upstream) struct Sending<B> {
    pub(super) method: Method,
    body: B,
    outline: Outline,
    /// What is to be written next, from `at` on.
    out: Vec<u8>,
    at: usize,
    /// A large piece of content, after that.
    piece: Bytes,
    /// A piece of a chunk was put out, whose end is still to be written.
    open_chunk: bool,
    /// The content was taken to its end.
    ended: bool,
    state: State,
    /// An octet was written.
    pub(in crate::upstream) sent: bool,
    /// The connection has carried other requests: what it says before it hears of this one is no answer to it.
    pub(in crate::upstream) wary: bool,
    turn: Turn,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum State {
    Going,
    Done,
    /// The connection takes no more of it.
    Broken,
}

impl<B> Sending<B>
where
    B: Body<Data = Bytes> + Unpin,
    B::Error: Into<Box<dyn StdError + Send + Sync>>,
{
    /// Writes the head into memory, with these lines at its end.
    pub(in crate::upstream) fn new(request: Request<B>, lines: &Lines) -> Self {
        let (parts, body) = request.into_parts();
        let outline = Outline::of(&body);
        Self {
            out: request::write(&parts, lines, outline),
            method: parts.method,
            body,
            outline,
            at: 0,
            piece: Bytes::new(),
            open_chunk: false,
            ended: outline == Outline::None,
            state: State::Going,
            sent: false,
            wary: false,
            turn: Turn::default(),
        }
    }

    /// Begins anew over another connection, which only a request without content can, or one of which nothing was written.
    pub(in crate::upstream) fn again(mut self) -> Option<Self> {
        let whole = !self.sent || self.outline == Outline::None;
        self.at = 0;
        self.state = State::Going;
        self.sent = false;
        whole.then_some(self)
    }

    /// Everything was written.
    pub(super) fn is_done(&self) -> bool {
        self.state == State::Done
    }

    /// There is more to write, and it can be.
    pub(super) fn goes_on(&self) -> bool {
        self.state == State::Going
    }

    /// How far it is: another place when something was written.
    pub(super) fn place(&self) -> (usize, usize) {
        (self.at, self.piece.len())
    }

    /// Writes what there is; ready when there is no more to come.
    ///
    /// # Errors
    /// The connection's, once, or that of the content.
    pub(super) fn poll(&mut self, cx: &mut Context<'_>, stream: &mut Stream) -> Poll<Result<(), Fault>> {
        if self.state != State::Going {
            return Poll::Ready(Ok(()));
        }
        let polled = self.go_on(cx, stream);
        match &polled {
            Poll::Ready(Ok(())) => self.state = State::Done,
            Poll::Ready(Err(_)) => self.state = State::Broken,
            Poll::Pending => {}
        }
        polled
    }

    fn go_on(&mut self, cx: &mut Context<'_>, stream: &mut Stream) -> Poll<Result<(), Fault>> {
        loop {
            let waits = self.gather(cx)?.is_pending();
            if self.at < self.out.len() || !self.piece.is_empty() {
                ready!(self.write(cx, stream))?;
                continue;
            }
            ready!(Pin::new(&mut *stream).poll_flush(cx))?;
            if self.ended {
                return Poll::Ready(Ok(()));
            }
            if waits {
                return Poll::Pending;
            }
        }
    }

    fn write(&mut self, cx: &mut Context<'_>, stream: &mut Stream) -> Poll<io::Result<()>> {
        if self.outline == Outline::None {
            ready!(self.turn.poll(cx));
        }
        if self.wary && !self.sent && stream.has_spoken() {
            return Poll::Ready(Err(io::ErrorKind::ConnectionAborted.into()));
        }
        let out = self.out.get(self.at..).unwrap_or_default();
        let stream = Pin::new(stream);
        let written = if self.piece.is_empty() {
            ready!(stream.poll_write(cx, out))?
        } else {
            ready!(stream.poll_write_vectored(cx, &[IoSlice::new(out), IoSlice::new(&self.piece)]))?
        };
        if written == 0 {
            return Poll::Ready(Err(io::ErrorKind::WriteZero.into()));
        }
        self.sent = true;
        self.turn.over();
        let of_out = written.min(out.len());
        self.at += of_out;
        self.piece.advance(written - of_out);
        Poll::Ready(Ok(()))
    }

    /// Takes content until there is enough to write; pending when the content waits.
    fn gather(&mut self, cx: &mut Context<'_>) -> Poll<Result<(), Fault>> {
        while !self.ended && self.piece.is_empty() && self.out.len() - self.at < SMALL {
            match ready!(Pin::new(&mut self.body).poll_frame(cx)) {
                Some(Ok(frame)) => self.take(frame)?,
                Some(Err(fault)) => return Poll::Ready(Err(Fault::Upload(fault.into()))),
                None => self.end(None)?,
            }
            if !self.ended && self.outline != Outline::Chunked && self.body.is_end_stream() {
                self.end(None)?;
            }
        }
        Poll::Ready(Ok(()))
    }

    fn take(&mut self, frame: Frame<Bytes>) -> Result<(), Fault> {
        let data = match frame.into_data() {
            Ok(data) => data,
            Err(frame) => return self.end(frame.trailers_ref()),
        };
        if data.is_empty() {
            return Ok(());
        }
        if self.at == self.out.len() {
            self.out.clear();
            self.at = 0;
        }
        match &mut self.outline {
            Outline::None => return Err(mismatch()),
            Outline::Length(left) => *left = left.checked_sub(data.len() as u64).ok_or_else(mismatch)?,
            Outline::Chunked => {
                let end = if std::mem::replace(&mut self.open_chunk, true) { "\r\n" } else { "" };
                write!(self.out, "{end}{:x}\r\n", data.len())?;
            }
        }
        if data.len() <= SMALL {
            self.out.extend_from_slice(&data);
        } else {
            self.piece = data;
        }
        Ok(())
    }

    /// The content ended, with trailers or without; a body with a length has no place for them.
    fn end(&mut self, trailers: Option<&HeaderMap>) -> Result<(), Fault> {
        self.ended = true;
        match self.outline {
            Outline::None | Outline::Length(0) => {}
            Outline::Length(_) => return Err(mismatch()),
            Outline::Chunked => {
                let end = if std::mem::take(&mut self.open_chunk) { "\r\n" } else { "" };
                write!(self.out, "{end}0\r\n")?;
                for (name, value) in trailers.into_iter().flatten() {
                    self.out.extend_from_slice(name.as_str().as_bytes());
                    self.out.extend_from_slice(b": ");
                    self.out.extend_from_slice(value.as_bytes());
                    self.out.extend_from_slice(b"\r\n");
                }
                self.out.extend_from_slice(b"\r\n");
            }
        }
        Ok(())
    }
}

/// A body that is not as long as it said it would be.
fn mismatch() -> Fault {
    Fault::Upload("it is not as long as announced".into())
}
