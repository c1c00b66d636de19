//! A connection in use: one request goes in, the head of its answer comes out.

use std::error::Error as StdError;
use std::future::{Future as _, poll_fn};
use std::pin::pin;
use std::sync::Arc;
use std::task::Poll;

use bytes::Bytes;
use http::{Request, Response};
use http_body::Body as HttpBody;
use tokio::time::Instant;

use super::Fault;
use super::body::{Body, Source};
use super::codec::{Bounds, Connection, Content, Kept, Line, Rules, Sending, ask};
use super::lane::Handle;
use super::lines::Lines;
use super::shelf::Seat;
use crate::metrics::Counters;
use crate::timer::LazyTimer;

/// A connection that carries one request. The body of its answer gives it back.
pub struct Lease<'p, B> {
    pub(super) road: Road<B>,
    pub(super) seat: Seat,
    pub(super) bounds: Bounds,
    pub(super) counters: &'p Arc<Counters>,
    pub(super) kept: bool,
}

pub(super) enum Road<B> {
    Http1(Connection),
    Http2(Handle<B>),
}

/// A request that was not answered yet.
pub struct Outgoing<B>(Form<B>);

/// Boxed: futures hand it on, and would keep room for it each time.
enum Form<B> {
    /// Its head is written already.
    Http1(Box<Sending<B>>),
    Http2(Box<(Request<B>, Lines)>),
}

/// An attempt that came to nothing.
pub struct Failed<B> {
    /// Why.
    pub fault: Fault,
    /// The request, as far as it could go out again: whole, if nothing of it was sent.
    outgoing: Option<Outgoing<B>>,
    sent: bool,
    heard: bool,
}

impl<B> Outgoing<B>
where
    B: HttpBody<Data = Bytes> + Unpin,
    B::Error: Into<Box<dyn StdError + Send + Sync>>,
{
    /// A request as it is to be sent to an upstream that speaks HTTP/2 or not, with these lines beside its fields.
    pub fn new(request: Request<B>, lines: Lines, h2: bool) -> Self {
        match h2 {
            true => Self(Form::Http2(Box::new((request, lines)))),
            false => Self(Form::Http1(Box::new(Sending::new(request, &lines)))),
        }
    }
}

impl<B> Failed<B>
where
    B: HttpBody<Data = Bytes> + Unpin,
    B::Error: Into<Box<dyn StdError + Send + Sync>>,
{
    /// The request, if not an octet of it was sent because there was no connection any more.
    ///
    /// # Errors
    /// The attempt, if something was.
    pub fn unsent(mut self) -> Result<Outgoing<B>, Self> {
        let ended = matches!(self.fault, Fault::Closed | Fault::Broken(_) | Fault::Http2(_));
        if self.sent || !ended {
            return Err(self);
        }
        let form = match self.outgoing.take().map(|outgoing| outgoing.0) {
            Some(Form::Http1(sending)) => sending.again().map(|again| Form::Http1(Box::new(again))),
            form => form,
        };
        form.map(Outgoing).ok_or(self)
    }

    /// The request once more, if it has no content and the connection ended without an octet of an answer: it was
    /// probably not seen. Not over HTTP/2, where others are heard on the same connection.
    ///
    /// # Errors
    /// The fault, if it is another one.
    pub fn unheard(self) -> Result<Outgoing<B>, Fault> {
        let died = matches!(self.fault, Fault::Closed | Fault::Broken(_)) && !self.heard;
        match self.outgoing.map(|outgoing| outgoing.0) {
            Some(Form::Http1(sending)) if died => {
                sending.again().map(|again| Outgoing(Form::Http1(Box::new(again)))).ok_or(self.fault)
            }
            _ => Err(self.fault),
        }
    }
}

impl<B> Lease<'_, B>
where
    B: HttpBody<Data = Bytes> + Unpin + 'static,
    B::Error: Into<Box<dyn StdError + Send + Sync>>,
{
    /// It has carried requests before, and may have died of old age meanwhile.
    pub fn is_kept(&self) -> bool {
        self.kept
    }

    /// Sends the request and waits for the head of its answer, until `patience` says that it was long enough. Over
    /// HTTP/1.1 `field` says what becomes of each field line while it is read.
    ///
    /// # Errors
    /// What went wrong, with the request if it can be sent again.
    pub async fn send(
        self,
        outgoing: Outgoing<B>,
        patience: impl Fn() -> Instant,
        field: impl FnMut(Line<'_>) -> Kept,
    ) -> Result<Response<Body<B>>, Failed<B>> {
        let Self { road, seat, bounds, counters, kept } = self;
        let (mut connection, mut sending) = match (road, outgoing.0) {
            (Road::Http1(connection), Form::Http1(sending)) => (connection, sending),
            (Road::Http2(handle), Form::Http2(request)) => {
                let answer = Box::pin(multiplexed((handle, seat), request, patience, counters)).await?;
                // hyper bounds the size of a head alone.
                let within = answer.headers().len() <= bounds.fields;
                return if within { Ok(answer) } else { Err(failed(Fault::Large)) };
            }
            // A request is written for one upstream, all of whose addresses speak one protocol.
            _ => return Err(failed(Fault::Closed)),
        };
        sending.wary = kept;
        let rules = Rules { bounds, informational: &counters.informational };
        match ask(&mut connection, &mut sending, &rules, patience, field).await {
            Ok(head) => {
                let content = Content::after(&head, connection, sending, bounds, seat).map_err(failed)?;
                Ok(head.into_response(Body(Source::Http1(content))))
            }
            Err((fault, heard)) => {
                let sent = sending.sent;
                let outgoing = Some(Outgoing(Form::Http1(sending)));
                Err(Failed { fault, outgoing, sent, heard })
            }
        }
    }
}

fn failed<B>(fault: Fault) -> Failed<B> {
    Failed { fault, outgoing: None, sent: true, heard: true }
}

/// The same over HTTP/2, which hyper speaks.
async fn multiplexed<B>(
    (mut handle, seat): (Handle<B>, Seat),
    request: Box<(Request<B>, Lines)>,
    patience: impl Fn() -> Instant,
    counters: &Arc<Counters>,
) -> Result<Response<Body<B>>, Failed<B>>
where
    B: HttpBody<Data = Bytes> + Unpin + 'static,
    B::Error: Into<Box<dyn StdError + Send + Sync>>,
{
    let (mut request, lines) = *request;
    lines.append_to(request.headers_mut());
    let informational = Arc::clone(counters);
    hyper::ext::on_informational(&mut request, move |_| informational.informational.increment());
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
    match answered {
        None => {
            handle.doubted.set(true);
            Err(failed(Fault::Slow))
        }
        Some(Ok(answer)) => Ok(answer.map(|incoming| Body(Source::Http2(incoming, (handle.sender, seat))))),
        Some(Err(mut fault)) => {
            let unsent = fault.take_message();
            let unsent = unsent.map(|request| Outgoing(Form::Http2(Box::new((request, Lines::none())))));
            let sent = unsent.is_none();
            Err(Failed { fault: Fault::Http2(fault.into_error()), outgoing: unsent, sent, heard: true })
        }
    }
}
