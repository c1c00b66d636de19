//! A request over HTTP/2, which hyper speaks, and what is left of it if that fails.

use std::cell::RefCell;
use std::error::Error as StdError;
use std::future::{Future as _, poll_fn};
use std::io;
use std::pin::{Pin, pin};
use std::rc::Rc;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::task::{Context, Poll, ready};

use bytes::Bytes;
use h2::Reason;
use http::request::Parts;
use http::{Request, Response};
use http_body::{Body as HttpBody, Frame, SizeHint};
use tokio::time::Instant;

use super::Fault;
use super::body::{Body, Source};
use super::lane::Handle;
use super::lease::{Failed, Outgoing};
use super::lines::Lines;
use super::shelf::Seat;
use crate::metrics::Counters;
use crate::timer::LazyTimer;

/// So many octets of an answer may come before its user agent takes them. Each request has as many.
pub(super) const WINDOW: u32 = 256 * 1024;

/// So many requests at once a connection carries, if the other side allows as many.
pub(super) const STREAMS: u32 = 1000;

/// So many octets of all answers on a connection: enough for each, so that none waits for the user agents of others.
pub(super) const CONNECTION_WINDOW: u32 = WINDOW * STREAMS;

/// So many octets of content that went out are held until more follow. Most content is less: forms, calls of an API.
const HELD: usize = 64 * 1024;

/// A request as it can be sent, and sent again.
pub(super) struct Message<B> {
    head: Parts,
    content: Carried<B>,
}

/// Content in the hands of two: hyper, which sends it, and whoever may have to send it again.
pub(super) struct Carried<B>(Rc<RefCell<Option<Content<B>>>>);

struct Content<B> {
    source: B,
    /// What came out of the source, if it is all here.
    given: Vec<Bytes>,
    /// How many of those were given out this time.
    at: usize,
    /// It can't be sent again: too much of it is gone, or it broke off.
    spent: bool,
}

impl<B> Message<B> {
    pub(super) fn new(request: Request<B>, lines: &Lines) -> Self {
        let (mut head, source) = request.into_parts();
        lines.append_to(&mut head.headers);
        let content = Content { source, given: Vec::new(), at: 0, spent: false };
        Self { head, content: Carried(Rc::new(RefCell::new(Some(content)))) }
    }

    /// The request for hyper.
    fn request(&self) -> Request<Carried<B>> {
        Request::from_parts(self.head.clone(), Carried(Rc::clone(&self.content.0)))
    }

    /// The request from its beginning, taken away from hyper; `None` if its content can't be had again.
    fn again(self) -> Option<Self> {
        let content = self.content.0.borrow_mut().take().filter(|content| !content.spent)?;
        let content = Content { at: 0, ..content };
        Some(Self { head: self.head, content: Carried(Rc::new(RefCell::new(Some(content)))) })
    }
}

impl<B: HttpBody<Data = Bytes> + Unpin> Content<B> {
    fn poll(&mut self, cx: &mut Context<'_>) -> Poll<Option<Result<Frame<Bytes>, B::Error>>> {
        if let Some(given) = self.given.get(self.at) {
            self.at += 1;
            return Poll::Ready(Some(Ok(Frame::data(given.clone()))));
        }
        let frame = ready!(Pin::new(&mut self.source).poll_frame(cx));
        match frame.as_ref().map(|frame| frame.as_ref().map(Frame::data_ref)) {
            None => {}
            Some(Ok(Some(data))) if !self.spent && self.held() + data.len() <= HELD => {
                self.given.push(data.clone());
                self.at += 1;
            }
            Some(_) => {
                self.spent = true;
                self.given.clear();
            }
        }
        Poll::Ready(frame)
    }

    fn held(&self) -> usize {
        self.given.iter().map(Bytes::len).sum()
    }

    /// Octets that are to be given out a second time.
    fn owed(&self) -> u64 {
        self.given.iter().skip(self.at).map(|data| data.len() as u64).sum()
    }
}

impl<B: HttpBody<Data = Bytes> + Unpin> HttpBody for Carried<B> {
    type Data = Bytes;
    type Error = B::Error;

    fn poll_frame(
        self: Pin<&mut Self>,
        cx: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, B::Error>>> {
        // What was taken away is on another stream now; this one has ended.
        self.0.borrow_mut().as_mut().map_or(Poll::Ready(None), |content| content.poll(cx))
    }

    fn is_end_stream(&self) -> bool {
        let content = self.0.borrow();
        content
            .as_ref()
            .is_none_or(|content| content.given.len() <= content.at && content.source.is_end_stream())
    }

    fn size_hint(&self) -> SizeHint {
        let content = self.0.borrow();
        let Some(content) = content.as_ref() else { return SizeHint::default() };
        let (rest, owed) = (content.source.size_hint(), content.owed());
        let mut hint = SizeHint::new();
        hint.set_lower(rest.lower() + owed);
        if let Some(upper) = rest.upper() {
            hint.set_upper(upper + owed);
        }
        hint
    }
}

/// What is heard of a request before its answer.
struct Hearing {
    counters: Arc<Counters>,
    heard: AtomicBool,
}

/// Sends the request and waits for the head of its answer.
///
/// # Errors
/// What went wrong, with the request if its content can be had again.
pub(super) async fn ask<B>(
    (mut handle, seat): (Handle<B>, Seat),
    message: Box<Message<B>>,
    patience: impl Fn() -> Instant,
    counters: &Arc<Counters>,
) -> Result<Response<Body<B>>, Failed<B>>
where
    B: HttpBody<Data = Bytes> + Unpin + 'static,
    B::Error: Into<Box<dyn StdError + Send + Sync>>,
{
    let mut request = message.request();
    let hearing = Arc::new(Hearing { counters: Arc::clone(counters), heard: AtomicBool::new(false) });
    let hears = Arc::clone(&hearing);
    hyper::ext::on_informational(&mut request, move |_| {
        hears.counters.informational.increment();
        hears.heard.store(true, Ordering::Relaxed);
    });
    let mut timer = LazyTimer::default();
    let answered = {
        let mut answering = pin!(handle.sender.try_send_request(request));
        poll_fn(|cx| match answering.as_mut().poll(cx) {
            Poll::Ready(answered) => Poll::Ready(Some(answered)),
            Poll::Pending if timer.passed(patience(), cx) => Poll::Ready(None),
            Poll::Pending => Poll::Pending,
        })
        .await
    };
    let mut fault = match answered {
        Some(Ok(answer)) => {
            return Ok(answer.map(|incoming| Body(Source::Http2(incoming, (handle, seat)))));
        }
        None => {
            handle.spend();
            return Err(Failed::finally(Fault::Slow));
        }
        Some(Err(fault)) => fault,
    };
    let returned = fault.take_message().is_some();
    let fault = fault.into_error();
    let refused = is_refused(&fault);
    if is_leaving(&fault) {
        handle.spend();
    }
    let heard = hearing.heard.load(Ordering::Relaxed);
    let outgoing = message.again().map(Outgoing::from);
    Err(Failed { fault: Fault::Http2(fault), outgoing, sent: !returned && !refused, refused, heard })
}

/// What h2 says of the stream or its connection.
fn cause(fault: &hyper::Error) -> Option<&h2::Error> {
    fault.source()?.downcast_ref()
}

/// The other side has said that it ends the connection, and has not begun with this stream: of those that it may have begun
/// with h2 says how the connection ended.
fn is_leaving(fault: &hyper::Error) -> bool {
    cause(fault).is_some_and(|fault| fault.is_remote() && fault.is_go_away())
}

/// The origin server has said that it did nothing with the request, which may be sent again whatever it is (RFC 9113 8.7).
fn is_refused(fault: &hyper::Error) -> bool {
    let is_refusal = |fault: &h2::Error| {
        fault.is_remote() && fault.is_reset() && fault.reason() == Some(Reason::REFUSED_STREAM)
    };
    is_leaving(fault) || cause(fault).is_some_and(is_refusal)
}

/// The connection has ended, rather than the stream.
pub(super) fn is_lost(fault: &hyper::Error) -> bool {
    // hyper tells of what h2 heard of the system, or in its own words that its task is gone or took no more.
    let broke = fault.source().is_some_and(<dyn StdError>::is::<io::Error>);
    broke || fault.is_canceled() || (fault.is_user() && cause(fault).is_none())
}

#[cfg(test)]
mod tests {
    use std::collections::VecDeque;
    use std::task::Waker;

    use super::*;

    type Piece = Result<Bytes, io::ErrorKind>;

    /// Content that comes in pieces, and doesn't know how long it is.
    struct Pieces(VecDeque<Piece>);

    impl HttpBody for Pieces {
        type Data = Bytes;
        type Error = io::Error;

        fn poll_frame(
            mut self: Pin<&mut Self>,
            _: &mut Context<'_>,
        ) -> Poll<Option<Result<Frame<Bytes>, io::Error>>> {
            Poll::Ready(self.0.pop_front().map(|piece| piece.map(Frame::data).map_err(io::Error::from)))
        }
    }

    fn message(pieces: impl IntoIterator<Item = Piece>) -> Message<Pieces> {
        let request = Request::post("http://x.test/").body(Pieces(pieces.into_iter().collect())).unwrap();
        Message::new(request, &Lines::none())
    }

    fn next(content: &mut Carried<Pieces>) -> Option<Piece> {
        let polled = Pin::new(content).poll_frame(&mut Context::from_waker(Waker::noop()));
        let Poll::Ready(frame) = polled else { panic!("it is all there") };
        frame.map(|frame| frame.map(|frame| frame.into_data().unwrap()).map_err(|fault| fault.kind()))
    }

    #[test]
    fn content_is_sent_again_from_its_beginning() {
        let pieces: [&[u8]; 3] = [b"one", b"", b"three"];
        for (taken, least) in [0, 3, 3, 8].into_iter().enumerate() {
            let message = message(pieces.map(|piece| Ok(Bytes::from_static(piece))));
            let mut first = message.request().into_body();
            for piece in &pieces[..taken] {
                assert_eq!(next(&mut first).unwrap().unwrap(), piece);
            }
            let again = message.again().unwrap();
            assert_eq!(next(&mut first), None, "it was taken away");
            let (head, mut second) = again.request().into_parts();
            assert_eq!(head.uri, "http://x.test/");
            assert_eq!(second.size_hint().lower(), least);
            for piece in pieces {
                assert_eq!(next(&mut second).unwrap().unwrap(), piece, "{taken}");
            }
            assert_eq!(next(&mut second), None);
        }
    }

    #[test]
    fn content_that_is_too_much_to_hold_is_not_sent_again() {
        let half = Bytes::from(vec![b'x'; HELD / 2]);
        let pieces = || message([Ok(half.clone()), Ok(half.clone()), Ok(Bytes::from_static(b"x"))]);
        for (taken, can) in [(2, true), (3, false)] {
            let message = pieces();
            let mut content = message.request().into_body();
            (0..taken).for_each(|_| drop(next(&mut content)));
            assert_eq!(message.again().is_some(), can, "{taken}");
        }
    }

    #[test]
    fn content_that_broke_off_is_not_sent_again() {
        let message = message([Ok(Bytes::from_static(b"one")), Err(io::ErrorKind::BrokenPipe)]);
        let mut content = message.request().into_body();
        assert!(next(&mut content).unwrap().is_ok() && next(&mut content).unwrap().is_err());
        assert!(message.again().is_none());
    }
}
