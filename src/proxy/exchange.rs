//! One request and its response as they are accounted for: exactly one line and one count when it is over.

use std::rc::Rc;
use std::time::{Duration, Instant};

use http::{Method, Request, Uri};

use super::{Current, Worker};
use crate::audit::{self, Line, Tally};
use crate::config::{Mode, Site, SiteId};
use crate::metrics::status_class;
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
    pub(super) sent: u64,
    pub(super) consent: &'static str,
    pub(super) upstream: Duration,
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
            consent: "",
            upstream: Duration::ZERO,
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

    /// Counts a verdict; names a stripped cookie, hints at an undeclared one.
    pub(super) fn judged(&mut self, site: &Site, name: &[u8], verdict: Verdict, direction: Direction) {
        let counters = &self.worker.counters;
        let cookies = &mut self.cookies;
        let (reason, tally, counter) = match (direction, verdict) {
            (Direction::Request, Verdict::Forward(reason)) => {
                (reason, &mut cookies.request_forwarded, &counters.request_forwarded)
            }
            (Direction::Request, Verdict::Strip(reason)) => {
                (reason, &mut cookies.request_stripped, &counters.request_stripped)
            }
            (Direction::Request, Verdict::Rewrite(reason)) => {
                (reason, &mut cookies.request_rewritten, &counters.request_rewritten)
            }
            (Direction::Response, Verdict::Rewrite(reason)) => {
                (reason, &mut cookies.response_rewritten, &counters.response_rewritten)
            }
            (Direction::Response, Verdict::Forward(reason)) => {
                (reason, &mut cookies.response_forwarded, &counters.response_forwarded)
            }
            (Direction::Response, Verdict::Strip(reason)) => {
                (reason, &mut cookies.response_stripped, &counters.response_stripped)
            }
        };
        *tally += 1;
        counter.increment_at(reason.place());
        if let Verdict::Strip(_) = verdict
            && self.current.snapshot().log.access
        {
            cookies.note(name);
        }
        if let Some(exchange) = self.traced {
            audit::trace(exchange, &site.policy, name, verdict, direction);
        }
        if matches!(reason, Reason::Undeclared | Reason::UndeclaredReported) {
            self.current.hints.undeclared(site, name, direction);
        }
    }

    /// Counts a field that expires a cookie.
    pub(super) fn purged(&mut self, site: &Site, name: &[u8], reason: Reason) {
        self.cookies.purged += 1;
        self.worker.counters.purged.increment_at(reason.place());
        if let Some(exchange) = self.traced {
            audit::trace_purge(exchange, &site.policy, name, reason);
        }
    }
}

impl Drop for Exchange {
    fn drop(&mut self) {
        let counters = &self.worker.counters;
        counters.responses.increment(status_class(self.status));
        if !self.error.is_empty() {
            counters.failures.increment(self.error);
        }
        if !self.complete {
            counters.aborted.increment();
        }
        let snapshot = self.current.snapshot();
        if !snapshot.log.access {
            return;
        }
        let site = self.site_name();
        let error = if self.error.is_empty() && !self.complete { "aborted" } else { self.error };
        Line {
            site,
            method: self.method.as_str(),
            path: self.uri.path(),
            status: self.status,
            sent: self.sent,
            duration: self.begun.elapsed(),
            upstream: self.upstream,
            consent: self.consent,
            mode: match self.mode {
                Mode::Enforce => "enforce",
                Mode::Observe => "observe",
            },
            error,
            cookies: &self.cookies,
            exchange: self.traced,
        }
        .emit();
    }
}
