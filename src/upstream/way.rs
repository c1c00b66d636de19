//! The way of one request to an upstream: into the queue if need be, to an address, over a connection, to the next address
//! if there is none.

use std::error::Error as StdError;
use std::future::poll_fn;
use std::rc::Rc;
use std::task::Poll;
use std::time::Duration;

use bytes::Bytes;
use http_body::Body;
use tokio::time::Instant;

use super::Pool;
use super::codec::Connection;
use super::connect::{Error, connect};
use super::gate::{Gate, Permit};
use super::lane::Lane;
use super::lease::{Lease, Road};
use super::place::Place;
use super::shelf::Seat;
use super::stream::Stream;

/// Of the time that is left for connecting, the next address has a half or a third.
const SHARES: usize = 3;

/// What one request may do until it is answered.
pub struct Way<'p, B> {
    pool: &'p Pool<B>,
    place: &'p Place<B>,
    lane: Option<Rc<Lane<B>>>,
    permit: Option<Permit>,
    /// It was given a connection that was open before. One that dies is enough; the next is a new one.
    kept: bool,
}

impl<'p, B> Way<'p, B>
where
    B: Body<Data = Bytes> + Unpin + 'static,
    B::Error: Into<Box<dyn StdError + Send + Sync>>,
{
    pub(super) fn new(pool: &'p Pool<B>, place: &'p Place<B>) -> Self {
        place.refresh();
        let permit = place.origin.gate.as_ref().and_then(Gate::enter);
        Self { pool, place, lane: place.choose(&[]), permit, kept: false }
    }

    /// The upstream has as many requests as it may have: [`Self::queue`] comes first.
    pub fn has_to_wait(&self) -> bool {
        self.permit.is_none() && self.place.origin.gate.is_some()
    }

    /// Waits for its turn, and for an address that is good then.
    ///
    /// # Errors
    /// [`Error::Busy`].
    pub async fn queue(&mut self) -> Result<(), Error> {
        if let Some(gate) = &self.place.origin.gate {
            let entered = gate.queue().await;
            self.permit = Some(entered.map_err(|why| Error::Busy { why, patience: gate.patience() })?);
            self.place.refresh();
            self.lane = self.place.choose(&[]);
        }
        Ok(())
    }

    /// The newest idle connection to the address whose turn it is, if one is usable. One that the origin server closed
    /// meanwhile, or sent something on, is not.
    pub async fn reuse(&mut self) -> Option<Lease<'p, B>> {
        let lane = self.lane.as_ref()?;
        let road = if self.place.origin.settings.h2 {
            Road::Http2(lane.share()?)
        } else {
            Road::Http1(poll_fn(|cx| Poll::Ready(lane.shelf.take(cx))).await?)
        };
        self.pool.counters.upstream_reuses.increment();
        let seat = Seat::take(&lane.shelf, self.permit.clone());
        self.kept = true;
        Some(self.lease(road, seat, true))
    }

    /// A new connection, or an idle one to another address than the first where no kept one was given yet. An address that
    /// takes no connection is followed by the next one: nothing was sent.
    ///
    /// # Errors
    /// What stood in the way at each address, in words for the operator.
    pub async fn connect(&mut self) -> Result<Lease<'p, B>, Error> {
        let deadline = Instant::now() + self.pool.connect;
        if self.lane.is_none() {
            self.place.resolved(self.pool.connect).await?;
            self.lane = self.place.choose(&[]);
        }
        let mut tried = Vec::new();
        let mut last = None;
        while let Some(lane) = self.lane.clone() {
            if !tried.is_empty()
                && !self.kept
                && let Some(lease) = self.reuse().await
            {
                return Ok(lease);
            }
            let left = if tried.is_empty() { self.pool.connect } else { deadline - Instant::now() };
            let others = self.place.len().saturating_sub(tried.len()).clamp(1, SHARES);
            let share = left / u32::try_from(others).unwrap_or(1);
            let fault = match self.open(&lane, share).await {
                Ok(lease) => return Ok(lease),
                // It would be so at each address.
                Err(fault @ Error::Exhausted { .. }) => return Err(fault),
                Err(fault) => fault,
            };
            self.note(&lane, fault.word(), &fault);
            last = Some(fault);
            tried.push(lane);
            self.lane = if Instant::now() >= deadline { None } else { self.place.choose(&tried) };
        }
        // The last one, which is the one that the error is about.
        self.lane = tried.last().cloned();
        let limit = self.pool.connect;
        let at = || self.place.origin.counters.site.clone();
        Err(match (last, tried.len()) {
            (None, _) => Error::Slow { at: at(), limit },
            (Some(fault), 1) => fault,
            (Some(fault), tried) => Error::All { tried, last: Box::new(fault) },
        })
    }

    /// The address that it goes to: `127.0.0.1:8000`, `web:8000 (10.0.0.7)`, `unix:/run/app.sock`; none while nobody knows
    /// where the upstream is.
    pub fn address(&self) -> Option<&Rc<str>> {
        Some(&self.lane.as_ref()?.label)
    }

    /// Notes that the request was answered.
    pub fn answered(&self) {
        if let Some(lane) = &self.lane {
            self.place.origin.answered(&lane.endpoint);
        }
    }

    /// Notes that its answer failed by the origin server's fault; `word` is one of [`FAILURES`](super::FAILURES).
    pub fn failed(&self, word: &'static str, why: &dyn std::fmt::Display) {
        if let Some(lane) = &self.lane {
            self.note(lane, word, why);
        }
    }

    fn note(&self, lane: &Lane<B>, word: &'static str, why: &dyn std::fmt::Display) {
        lane.shelf.tally().failures.increment(word);
        self.place.origin.failed(&lane.endpoint, word, why);
    }

    async fn open(&self, lane: &Rc<Lane<B>>, limit: Duration) -> Result<Lease<'p, B>, Error> {
        lane.shelf.tally().connects.increment();
        // The place counts from now: others choose by it.
        let seat = Seat::take(&lane.shelf, self.permit.clone());
        let stream = connect(&self.place.origin, &lane.endpoint, limit).await?;
        if !self.place.origin.settings.h2 {
            return Ok(self.lease(Road::Http1(Connection::new(stream)), seat, false));
        }
        let at = &lane.endpoint.label;
        let handle = match stream {
            Stream::Tls(stream) => self.pool.handshake(at, *stream).await?,
            stream => self.pool.handshake(at, stream).await?,
        };
        lane.keep(handle.clone());
        Ok(self.lease(Road::Http2(handle), seat, false))
    }

    fn lease(&self, road: Road<B>, seat: Seat, kept: bool) -> Lease<'p, B> {
        Lease { road, seat, bounds: self.pool.bounds, counters: &self.pool.counters, kept }
    }
}
