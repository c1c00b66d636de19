//! A connection in use: one request goes in, the head of its answer comes out.

use std::error::Error as StdError;
use std::sync::Arc;

use bytes::Bytes;
use http::{Request, Response};
use http_body::Body as HttpBody;
use tokio::time::Instant;

use super::Fault;
use super::body::{Body, Source};
use super::codec::{Bounds, Connection, Content, Kept, Line, Rules, Sending, ask};
use super::lane::Handle;
use super::lines::Lines;
use super::multiplex::{self, Message};
use super::shelf::Seat;
use crate::metrics::Counters;

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
    Http2(Box<Message<B>>),
}

/// An attempt that came to nothing.
pub struct Failed<B> {
    /// Why.
    pub fault: Fault,
    /// The request, as far as it could go out again: whole, if nothing of it was sent.
    pub(super) outgoing: Option<Outgoing<B>>,
    pub(super) sent: bool,
    /// The origin server has said that it did nothing with it.
    pub(super) refused: bool,
    pub(super) heard: bool,
}

impl<B> Outgoing<B>
where
    B: HttpBody<Data = Bytes> + Unpin,
    B::Error: Into<Box<dyn StdError + Send + Sync>>,
{
    /// A request as it is to be sent to an upstream that speaks HTTP/2 or not, with these lines beside its fields.
    pub fn new(request: Request<B>, lines: &Lines, h2: bool) -> Self {
        match h2 {
            true => Message::new(request, lines).into(),
            false => Self(Form::Http1(Box::new(Sending::new(request, lines)))),
        }
    }
}

impl<B> From<Message<B>> for Outgoing<B> {
    fn from(message: Message<B>) -> Self {
        Self(Form::Http2(Box::new(message)))
    }
}

impl<B> Failed<B> {
    /// One after which the request can't be sent again.
    pub(super) fn finally(fault: Fault) -> Self {
        Self { fault, outgoing: None, sent: true, refused: false, heard: true }
    }

    /// The origin server has said that it did nothing with the request, which says nothing against another connection
    /// (RFC 9113 6.8, 8.7).
    pub fn is_refused(&self) -> bool {
        self.refused
    }
}

impl<B> Failed<B>
where
    B: HttpBody<Data = Bytes> + Unpin,
    B::Error: Into<Box<dyn StdError + Send + Sync>>,
{
    /// The request, if not an octet of it was sent because there was no connection any more, or if the origin server has
    /// said that it did nothing with it.
    ///
    /// # Errors
    /// The attempt, if something was, or if its content can't be had again.
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
    /// probably not seen. Over HTTP/2 others may have been answered on the same connection.
    ///
    /// # Errors
    /// The fault, if it is another one.
    pub fn unheard(self) -> Result<Outgoing<B>, Fault> {
        let died = match &self.fault {
            Fault::Closed | Fault::Broken(_) => true,
            Fault::Http2(fault) => multiplex::is_lost(fault),
            _ => false,
        };
        match self.outgoing.map(|outgoing| outgoing.0) {
            _ if !died || self.heard => Err(self.fault),
            Some(Form::Http1(sending)) => {
                sending.again().map(|again| Outgoing(Form::Http1(Box::new(again)))).ok_or(self.fault)
            }
            form => form.map(Outgoing).ok_or(self.fault),
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
            (Road::Http2(handle), Form::Http2(message)) => {
                let answer = Box::pin(multiplex::ask((handle, seat), message, patience, counters)).await?;
                // hyper bounds the size of a head alone.
                let within = answer.headers().len() <= bounds.fields;
                return if within { Ok(answer) } else { Err(Failed::finally(Fault::Large)) };
            }
            // A request is written for one upstream, all of whose addresses speak one protocol.
            _ => return Err(Failed::finally(Fault::Closed)),
        };
        sending.wary = kept;
        let rules = Rules { bounds, informational: &counters.informational };
        match ask(&mut connection, &mut sending, &rules, patience, field).await {
            Ok(head) => {
                let content =
                    Content::after(&head, connection, sending, bounds, seat).map_err(Failed::finally)?;
                Ok(head.into_response(Body(Source::Http1(content))))
            }
            Err((fault, heard)) => {
                let sent = sending.sent;
                let outgoing = Some(Outgoing(Form::Http1(sending)));
                Err(Failed { fault, outgoing, sent, refused: false, heard })
            }
        }
    }
}
