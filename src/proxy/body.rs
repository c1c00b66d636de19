//! What flows: request bodies towards the origin server, response bodies towards the user agent.
//!
//! Nothing is held whole but what `request_body: measure` asks for; each frame passes as it comes, and a side that
//! stops moving for longer than `times.progress` ends the exchange.

use std::pin::Pin;
use std::rc::Rc;
use std::task::{Context, Poll};
use std::time::Duration;

use bytes::{Bytes, BytesMut};
use http::HeaderName;
use http_body::{Body, Frame, SizeHint};
use http_body_util::BodyExt as _;
use hyper::body::Incoming;
use tokio::time::Instant;

use super::exchange::Exchange;
use super::upload::Upload;
use super::{Error, fields};
use crate::metrics::Counters;
use crate::timer::LazyTimer;
use crate::upstream::{self, Fault};

/// Why a body ended before its end.
#[derive(Debug, thiserror::Error)]
pub enum BodyError {
    /// The user agent's connection broke, or its framing did.
    #[error("{0}")]
    Broken(#[from] hyper::Error),
    /// The origin server's did.
    #[error("{0}")]
    Origin(#[from] Fault),
    /// The user agent's stream of HTTP/2 was reset before its end.
    #[error("its stream was reset too early")]
    Reset,
    /// Nothing came for too long.
    #[error("nothing came for {0:?}")]
    Slow(Duration),
    /// More came than may.
    #[error("it is larger than {0} octets")]
    Large(usize),
}

/// The body of a request to the origin server.
pub enum RequestBody {
    /// None.
    Empty,
    /// Held whole, its length known.
    Whole(Bytes),
    /// As it comes from the user agent.
    Stream(Box<Streamed>),
}

/// A user agent's body on its way.
pub struct Streamed {
    incoming: Incoming,
    upload: Rc<Upload>,
    timer: LazyTimer,
}

impl RequestBody {
    /// Passes the user agent's body on.
    pub(super) fn stream(incoming: Incoming, upload: &Rc<Upload>) -> Self {
        let upload = Rc::clone(upload);
        Self::Stream(Box::new(Streamed { incoming, upload, timer: LazyTimer::default() }))
    }

    /// Reads a body of unknown length, so that the origin server gets a Content-Length: Django under WSGI takes a
    /// body without one for empty. Trailers are dropped; there is no place for them in a body with a length.
    ///
    /// # Errors
    /// A body larger than `most` octets or than the upload may be, one that breaks off, or one that stalls.
    pub(super) async fn measure(mut incoming: Incoming, upload: &Upload, most: usize) -> Result<Self, Error> {
        let limit = upload.progress;
        let mut whole = BytesMut::new();
        loop {
            let frame =
                tokio::time::timeout(limit, incoming.frame()).await.map_err(|_| Error::SlowRequest)?;
            match frame {
                None if upload.was_reset(&incoming) => return Err(Error::RequestBody(BodyError::Reset)),
                None => return Ok(Self::Whole(whole.freeze())),
                Some(Err(fault)) => return Err(Error::RequestBody(fault.into())),
                Some(Ok(frame)) => {
                    let Ok(data) = frame.into_data() else { continue };
                    upload.took(data.len());
                    if let Some(most) = upload.refuses(upload.received()) {
                        return Err(Error::LargeBody(most));
                    }
                    if whole.len() + data.len() > most {
                        return Err(Error::Unmeasured(most));
                    }
                    whole.extend_from_slice(&data);
                }
            }
        }
    }

    /// There is none, so that a request can be sent again.
    pub(super) fn is_empty(&self) -> bool {
        matches!(self, Self::Empty)
    }
}

impl Body for RequestBody {
    type Data = Bytes;
    type Error = BodyError;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, BodyError>>> {
        match &mut *self {
            Self::Empty => Poll::Ready(None),
            Self::Whole(bytes) if bytes.is_empty() => Poll::Ready(None),
            Self::Whole(bytes) => Poll::Ready(Some(Ok(Frame::data(std::mem::take(bytes))))),
            Self::Stream(streamed) => streamed.poll(cx),
        }
    }

    fn is_end_stream(&self) -> bool {
        match self {
            Self::Empty => true,
            Self::Whole(bytes) => bytes.is_empty(),
            Self::Stream(streamed) => streamed.incoming.is_end_stream(),
        }
    }

    fn size_hint(&self) -> SizeHint {
        match self {
            Self::Empty => SizeHint::with_exact(0),
            Self::Whole(bytes) => SizeHint::with_exact(bytes.len() as u64),
            Self::Stream(streamed) => streamed.incoming.size_hint(),
        }
    }
}

impl Streamed {
    fn poll(&mut self, cx: &mut Context<'_>) -> Poll<Option<Result<Frame<Bytes>, BodyError>>> {
        let polled = Pin::new(&mut self.incoming).poll_frame(cx);
        self.upload.owed.set(polled.is_pending());
        match polled {
            Poll::Ready(Some(Ok(frame))) => {
                self.upload.last.set(Instant::now());
                self.upload.took(frame.data_ref().map_or(0, Bytes::len));
                if let Some(most) = self.upload.refuses(self.upload.received()) {
                    return Poll::Ready(Some(Err(BodyError::Large(most))));
                }
                Poll::Ready(Some(Ok(clean(frame, &self.upload.named, &self.upload.current.counters))))
            }
            Poll::Ready(Some(Err(fault))) => {
                self.upload.broken.set(true);
                Poll::Ready(Some(Err(fault.into())))
            }
            Poll::Ready(None) if self.upload.was_reset(&self.incoming) => {
                self.upload.broken.set(true);
                Poll::Ready(Some(Err(BodyError::Reset)))
            }
            Poll::Ready(None) => Poll::Ready(None),
            Poll::Pending if self.timer.passed(self.upload.last.get() + self.upload.progress, cx) => {
                self.upload.slow.set(true);
                Poll::Ready(Some(Err(BodyError::Slow(self.upload.progress))))
            }
            Poll::Pending => Poll::Pending,
        }
    }
}

/// Data as it is; trailers without what none may carry.
fn clean(frame: Frame<Bytes>, named: &[HeaderName], counters: &Counters) -> Frame<Bytes> {
    match frame.into_trailers() {
        Ok(mut trailers) => {
            for _ in 0..fields::clean_trailers(&mut trailers, named) {
                counters.trailer_cookies.increment();
            }
            Frame::trailers(trailers)
        }
        Err(frame) => frame,
    }
}

/// The body of a response to the user agent; the exchange ends with it.
pub struct ResponseBody {
    source: Source,
    /// `None` where it goes on after the response, in a tunnel.
    exchange: Option<Box<Exchange>>,
    /// The Content-Length of a 304. hyper writes it only for a body that claims to be as long, which it then doesn't
    /// ask for.
    stated: Option<u64>,
    /// Why it breaks off, told once what came before is on its way.
    fault: Option<BodyError>,
}

enum Source {
    /// Our own words.
    Own(Bytes),
    /// The origin server's.
    Origin(Box<Download>),
}

struct Download {
    incoming: upstream::Body<RequestBody>,
    /// When octets came last; unknown until some have to be waited for.
    last: Option<Instant>,
    limit: Duration,
    timer: LazyTimer,
}

impl ResponseBody {
    /// A body of ours.
    pub(super) fn own(text: impl Into<Bytes>, mut exchange: Box<Exchange>) -> Self {
        let text = text.into();
        exchange.complete = text.is_empty();
        Self { source: Source::Own(text), exchange: Some(exchange), stated: None, fault: None }
    }

    /// No body: what follows is no HTTP.
    pub(super) fn none() -> Self {
        Self { source: Source::Own(Bytes::new()), exchange: None, stated: None, fault: None }
    }

    /// The origin server's body. `stated` is the Content-Length of a 304, which has no body.
    pub(super) fn origin(
        incoming: upstream::Body<RequestBody>,
        exchange: Box<Exchange>,
        stated: Option<u64>,
    ) -> Self {
        let limit = exchange.progress;
        let download = Download { incoming, last: None, limit, timer: LazyTimer::default() };
        let mut body = Self {
            source: Source::Origin(Box::new(download)),
            exchange: Some(exchange),
            stated,
            fault: None,
        };
        body.notice_end();
        body
    }

    /// Nothing can follow, which a body with a length knows at its last octet.
    fn notice_end(&mut self) {
        if let Source::Origin(download) = &self.source
            && download.incoming.is_end_stream()
        {
            self.end();
        }
    }

    /// At the end of the stream the exchange is complete.
    fn end(&mut self) {
        if let Some(exchange) = &mut self.exchange {
            exchange.complete = true;
        }
    }

    /// hyper ends the connection at once when it is told of a fault, with the head and the octets before it unsent if
    /// they have just been handed over. So it is told the next time that it asks.
    fn fail(&mut self, cx: &Context<'_>, fault: BodyError) -> Poll<Option<Result<Frame<Bytes>, BodyError>>> {
        if let Some(exchange) = &mut self.exchange {
            exchange.error = "truncated";
        }
        let site = self.exchange.as_ref().map_or("", |exchange| exchange.site_name());
        let upstream = self.exchange.as_ref().and_then(|exchange| exchange.address());
        let upstream = upstream.as_deref().unwrap_or_default();
        let advice = match fault {
            BodyError::Slow(_) => "if it needs longer, raise `times.progress`",
            _ => "its own log should say why",
        };
        tracing::warn!(
            site, kind = "truncated", upstream, error = %fault,
            "the origin server's response broke off; the user agent sees it truncated; {advice}"
        );
        self.fault = Some(fault);
        cx.waker().wake_by_ref();
        Poll::Pending
    }
}

impl Body for ResponseBody {
    type Data = Bytes;
    type Error = BodyError;

    fn poll_frame(
        self: Pin<&mut Self>,
        cx: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, BodyError>>> {
        let this = self.get_mut();
        if let Some(fault) = this.fault.take() {
            return Poll::Ready(Some(Err(fault)));
        }
        let download = match &mut this.source {
            Source::Own(text) if text.is_empty() => return Poll::Ready(None),
            Source::Own(text) => {
                let text = std::mem::take(text);
                if let Some(exchange) = &mut this.exchange {
                    exchange.sends(text.len() as u64);
                    exchange.complete = true;
                }
                return Poll::Ready(Some(Ok(Frame::data(text))));
            }
            Source::Origin(download) => download,
        };
        match Pin::new(&mut download.incoming).poll_frame(cx) {
            Poll::Ready(Some(Ok(frame))) => {
                download.last = None;
                let mut frame = frame;
                if let Some(exchange) = &mut this.exchange {
                    exchange.sends(frame.data_ref().map_or(0, |data| data.len() as u64));
                    frame = clean(frame, &exchange.named, &exchange.worker.counters);
                }
                if frame.is_trailers() {
                    // hyper asks for nothing after them.
                    this.end();
                } else {
                    this.notice_end();
                }
                Poll::Ready(Some(Ok(frame)))
            }
            Poll::Ready(Some(Err(fault))) => this.fail(cx, fault.into()),
            Poll::Ready(None) => {
                this.end();
                Poll::Ready(None)
            }
            Poll::Pending => {
                let (limit, last) = (download.limit, *download.last.get_or_insert_with(Instant::now));
                if download.timer.passed(last + limit, cx) {
                    return this.fail(cx, BodyError::Slow(limit));
                }
                Poll::Pending
            }
        }
    }

    fn is_end_stream(&self) -> bool {
        match &self.source {
            Source::Own(text) => text.is_empty(),
            Source::Origin(download) => self.stated.unwrap_or(0) == 0 && download.incoming.is_end_stream(),
        }
    }

    fn size_hint(&self) -> SizeHint {
        match &self.source {
            Source::Own(text) => SizeHint::with_exact(text.len() as u64),
            Source::Origin(download) => {
                self.stated.map_or_else(|| download.incoming.size_hint(), SizeHint::with_exact)
            }
        }
    }
}
