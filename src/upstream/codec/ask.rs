//! A request and the head of its answer.

use std::error::Error as StdError;
use std::future::poll_fn;
use std::task::{Context, Poll, ready};

use bytes::Bytes;
use http_body::Body;
use tokio::time::Instant;

use super::Sending;
use super::connection::Connection;
use super::head::{Bounds, Head, Kept, Line, Scan, read};
use crate::metrics::Counter;
use crate::upstream::{Fault, Flaw};

/// Room for a head, and the little content that often comes with it.
const ROOM: usize = 8 * 1024;
/// Informational answers before the final one.
const INFORMATIONAL: usize = 16;

/// What holds for all answers.
pub(in crate::upstream) struct Rules<'a> {
    pub(in crate::upstream) bounds: Bounds,
    /// Counts the informational answers, which are dropped.
    pub(in crate::upstream) informational: &'a Counter,
}

/// An answer being awaited.
struct Waiting<'a, B> {
    connection: &'a mut Connection,
    sending: &'a mut Sending<B>,
    scan: Scan,
    informational: usize,
    /// Why the rest of the request can't be written. The answer may have come before.
    unwritten: Option<Fault>,
    /// An octet came.
    heard: bool,
}

/// Sends a request and reads the head of its final answer, until `patience` says that it was long enough; beside a
/// fault, whether an octet came.
///
/// # Errors
/// All faults but those of HTTP/2.
pub(in crate::upstream) async fn ask<B>(
    connection: &mut Connection,
    sending: &mut Sending<B>,
    rules: &Rules<'_>,
    patience: impl Fn() -> Instant,
    mut field: impl FnMut(Line<'_>) -> Kept,
) -> Result<Head, (Fault, bool)>
where
    B: Body<Data = Bytes> + Unpin,
    B::Error: Into<Box<dyn StdError + Send + Sync>>,
{
    let scan = Scan::within(std::mem::take(&mut connection.ends));
    let mut waiting = Waiting { connection, sending, scan, informational: 0, unwritten: None, heard: false };
    poll_fn(|cx| {
        let polled = waiting.poll(cx, rules, &mut field);
        if polled.is_pending() && waiting.connection.timer.passed(patience(), cx) {
            return Poll::Ready(Err((Fault::Slow, waiting.heard)));
        }
        polled.map_err(|fault| (fault, waiting.heard))
    })
    .await
}

impl<B> Waiting<'_, B>
where
    B: Body<Data = Bytes> + Unpin,
    B::Error: Into<Box<dyn StdError + Send + Sync>>,
{
    fn poll(
        &mut self,
        cx: &mut Context<'_>,
        rules: &Rules<'_>,
        field: &mut impl FnMut(Line<'_>) -> Kept,
    ) -> Poll<Result<Head, Fault>> {
        self.write(cx)?;
        loop {
            if let Some(head) = self.head(rules, field)? {
                return Poll::Ready(Ok(head));
            }
            match ready!(self.connection.poll_fill(cx, ROOM)) {
                Ok(0) => return Poll::Ready(Err(self.unwritten.take().unwrap_or(Fault::Closed))),
                Ok(_) => self.heard = true,
                Err(fault) => return Poll::Ready(Err(fault.into())),
            }
        }
    }

    /// Goes on with the request. A connection that takes no more of it may still have an answer.
    fn write(&mut self, cx: &mut Context<'_>) -> Result<(), Fault> {
        match self.sending.poll(cx, &mut self.connection.stream) {
            Poll::Ready(Err(fault @ Fault::Broken(_))) if self.sending.sent => self.unwritten = Some(fault),
            Poll::Ready(Err(fault)) => return Err(fault),
            Poll::Ready(Ok(())) | Poll::Pending => {}
        }
        Ok(())
    }

    /// The final head, if it is among what was read.
    fn head(
        &mut self,
        rules: &Rules<'_>,
        field: &mut impl FnMut(Line<'_>) -> Kept,
    ) -> Result<Option<Head>, Fault> {
        let input = &mut self.connection.input;
        while !input.is_empty() {
            let Some(end) = self.scan.head_end(input, rules.bounds)? else { break };
            let scan = std::mem::take(&mut self.scan);
            let head = read(&input.split_to(end).freeze(), &scan, &mut *field)?;
            let room = scan.into_room();
            if !head.is_informational() {
                self.connection.ends = room;
                return Ok(Some(head));
            }
            self.scan = Scan::within(room);
            rules.informational.increment();
            self.informational += 1;
            if self.informational > INFORMATIONAL {
                return Err(Flaw::Informational.into());
            }
        }
        Ok(None)
    }
}
