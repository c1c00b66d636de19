//! One request and its response as they are accounted for: exactly one line and one count when it is over.

use std::rc::Rc;
use std::time::{Duration, Instant};

use http::{HeaderName, Method, Request, Uri};

use super::trace::TraceId;
use super::upload::Upload;
use super::{BUSY, Current, Worker};
use crate::audit::observed::{Look, Setting, Sighting, Spot};
use crate::audit::{self, Record, Tally, Words};
use crate::config::{self, Mode, Site, SiteId};
use crate::metrics::{Counter, RowCounters, SiteCounters, status_class};
use crate::policy::{Direction, Reason, Verdict};

/// An exchange in progress; dropped, it is over.
pub(super) struct Exchange {
    pub(super) worker: Rc<Worker>,
    /// What it began with, and ends with.
    pub(super) current: Rc<Current>,
    pub(super) site: Option<SiteId>,
    pub(super) mode: Mode,
    /// The user agent's own connection is secure, as far as it is known.
    pub(super) secure: bool,
    /// Between two octets of the answer's content.
    pub(super) progress: Duration,
    pub(super) status: u16,
    sent: u64,
    /// The content that the user agent sends for the origin server.
    pub(super) upload: Option<Rc<Upload>>,
    /// The answer has a transfer coding: a length beside it counts for nothing (RFC 9112 6.3).
    pub(super) coded: bool,
    /// The answer came with a `Date`.
    pub(super) dated: bool,
    /// What the answer's `Connection` named: no trailer of that name goes on (RFC 9110 7.6.1).
    pub(super) named: Vec<HeaderName>,
    pub(super) consent: &'static str,
    pub(super) upstream: Duration,
    /// The origin server was asked.
    pub(super) asked: bool,
    /// The trace that it belongs to.
    pub(super) trace: Option<TraceId>,
    /// The whole response was sent.
    pub(super) complete: bool,
    /// How it failed, if it did.
    pub(super) error: &'static str,
    cookies: Tally,
    /// Its number, where its verdicts are traced.
    traced: Option<u64>,
    method: Method,
    uri: Uri,
    begun: Instant,
}

impl Exchange {
    pub(super) fn begin<B>(worker: &Rc<Worker>, request: &Request<B>) -> Box<Self> {
        Box::new(Self {
            worker: Rc::clone(worker),
            current: worker.current(),
            site: None,
            mode: Mode::Enforce,
            secure: false,
            progress: Duration::ZERO,
            status: 0,
            sent: 0,
            upload: None,
            coded: false,
            dated: false,
            named: Vec::new(),
            consent: "",
            upstream: Duration::ZERO,
            asked: false,
            trace: None,
            complete: false,
            error: "",
            cookies: Tally::default(),
            traced: audit::traced(),
            method: request.method().clone(),
            uri: request.uri().clone(),
            begun: Instant::now(),
        })
    }

    /// The site's name; empty where none was found.
    pub(super) fn site_name(&self) -> &str {
        let site = self.site.and_then(|id| self.current.snapshot().sites.get(id));
        site.map_or("", |site| site.name.as_str())
    }

    /// Which address of the upstream it goes to, if that was found out.
    pub(super) fn address(&self) -> Option<Rc<str>> {
        self.upload.as_ref().and_then(|upload| upload.address())
    }

    /// What is counted of its site, or of requests for no site.
    fn counters_of_site(&self) -> &SiteCounters {
        self.current.scope.site(self.site.map(SiteId::index))
    }

    /// Counts octets of content that are sent to the user agent.
    pub(super) fn sends(&mut self, octets: u64) {
        self.sent += octets;
        self.counters_of_site().sent.add(octets);
    }

    /// Counts a verdict; names a stripped cookie, hints at an undeclared one. Gives back where a `Set-Cookie` field is
    /// worth a look at its attributes, which [`looks`](Self::looks) takes.
    pub(super) fn judged(&mut self, site: &Site, sighting: Sighting<'_>, verdict: Verdict) -> Option<Look> {
        let (name, direction) = (sighting.name(), sighting.direction());
        let spot = Spot { site, mode: self.mode, uri: &self.uri };
        let look = self.current.observed.as_ref().and_then(|table| table.saw(spot, sighting, verdict));
        let counters = &self.worker.counters;
        let cookies = &mut self.cookies.counts;
        let reason = verdict.reason();
        let (tally, counter, of_row): (_, _, fn(&RowCounters) -> &Counter) = match (direction, verdict) {
            (Direction::Request, Verdict::Forward(_)) => {
                (&mut cookies.request_forwarded, &counters.request_forwarded, |row| &row.request_forwarded)
            }
            (Direction::Request, Verdict::Strip(_)) => {
                (&mut cookies.request_stripped, &counters.request_stripped, |row| &row.request_stripped)
            }
            (Direction::Request, Verdict::Rewrite(_)) => {
                (&mut cookies.request_rewritten, &counters.request_rewritten, |row| &row.request_rewritten)
            }
            (Direction::Response, Verdict::Rewrite(_)) => {
                (&mut cookies.response_rewritten, &counters.response_rewritten, |row| &row.response_rewritten)
            }
            (Direction::Response, Verdict::Forward(_)) => {
                (&mut cookies.response_forwarded, &counters.response_forwarded, |row| &row.response_forwarded)
            }
            (Direction::Response, Verdict::Strip(_)) => {
                (&mut cookies.response_stripped, &counters.response_stripped, |row| &row.response_stripped)
            }
        };
        *tally += 1;
        counter.increment_at(reason.place());
        let row = reason.entry().and_then(|entry| self.current.scope.row(site.id.index(), entry.index()));
        if let Some(row) = row {
            of_row(row).increment();
        }
        if let Verdict::Strip(_) = verdict
            && self.current.gateway.access.is_some()
        {
            self.cookies.note(name);
        }
        if let Some(exchange) = self.traced {
            audit::trace(exchange, &site.policy, name, verdict, direction);
        }
        if matches!(reason, Reason::Undeclared | Reason::UndeclaredReported) {
            self.current.hints.undeclared(site, name, direction);
        }
        look
    }

    /// Notes the attributes of a `Set-Cookie` field that was judged just now.
    pub(super) fn looks(&self, site: &Site, look: Look, setting: Setting<'_>) {
        if let Some(observed) = &self.current.observed {
            observed.look(Spot { site, mode: self.mode, uri: &self.uri }, look, setting);
        }
    }

    /// Counts a field that expires a cookie.
    pub(super) fn purged(&mut self, site: &Site, name: &[u8], reason: Reason) {
        self.cookies.counts.purged += 1;
        if let Some(observed) = &self.current.observed {
            observed.purged(Spot { site, mode: self.mode, uri: &self.uri }, name, reason);
        }
        self.worker.counters.purged.increment_at(reason.place());
        if let Some(exchange) = self.traced {
            audit::trace_purge(exchange, &site.policy, name, reason);
        }
    }
}

impl Drop for Exchange {
    fn drop(&mut self) {
        let counters = &self.worker.counters;
        let (duration, of_site) = (self.begun.elapsed(), self.counters_of_site());
        of_site.requests.increment(status_class(self.status));
        of_site.duration.observe(duration);
        if self.upstream > Duration::ZERO {
            of_site.upstream.observe(self.upstream);
        }
        if !self.error.is_empty() {
            counters.failures.increment(self.error);
        }
        if !self.complete {
            counters.aborted.increment();
        }
        let Some(access) = self.current.gateway.access.as_ref().filter(|access| access.wants()) else {
            return;
        };
        let site = self.site.and_then(|id| self.current.snapshot().sites.get(id));
        let address = self.address();
        let first = || site.and_then(|site| site.upstream.addresses.first());
        let upstream = match &address {
            Some(address) => address,
            None if self.asked && self.error != BUSY => first().map_or("", config::Address::authority),
            None => "",
        };
        access.write(Box::new(Record {
            words: Words::new(site.map_or("", |site| &site.name), self.uri.path(), upstream, &self.cookies),
            method: std::mem::take(&mut self.method),
            status: self.status,
            received: self.upload.as_ref().map_or(0, |upload| upload.received()),
            sent: self.sent,
            duration,
            answered: self.upstream,
            ended: self.begun + duration,
            consent: self.consent,
            mode: self.mode.word(),
            error: if self.error.is_empty() && !self.complete { "aborted" } else { self.error },
            cookies: self.cookies.counts,
            trace: self.trace,
            exchange: self.traced,
        }));
    }
}
