//! How a user agent's content is getting on, for whoever waits for the answer to it.

use std::cell::{Cell, RefCell};
use std::rc::Rc;
use std::time::Duration;

use http::{HeaderName, Version};
use http_body::Body as _;
use hyper::body::Incoming;
use tokio::time::Instant;

use super::Current;
use crate::config::{Rule, SiteId};

/// No content is longer: a signed number of 64 bits, as many servers count in, could not hold its length.
const LONGEST: usize = usize::MAX >> 1;

/// How the user agent's body is getting on, for whoever waits for the answer, and what it may do.
pub(super) struct Upload {
    pub(super) current: Rc<Current>,
    site: SiteId,
    /// Octets of content so far.
    received: Cell<u64>,
    /// When the upstream was turned to: when everything before was done, and its queue was behind.
    begun: Cell<Instant>,
    pub(super) last: Cell<Instant>,
    /// The user agent is waited for.
    pub(super) owed: Cell<bool>,
    pub(super) slow: Cell<bool>,
    pub(super) broken: Cell<bool>,
    large: Cell<bool>,
    most: usize,
    /// What its `Connection` named: no trailer of that name goes on either (RFC 9110 7.6.1).
    pub(super) named: Vec<HeaderName>,
    /// It comes as a stream of HTTP/2.
    framed: bool,
    pub(super) progress: Duration,
    answer: Duration,
    /// Which address of the upstream it goes to.
    address: RefCell<Option<Rc<str>>>,
}

impl Upload {
    /// For a site of this configuration, by the rule of the request's path.
    pub(super) fn new(
        current: &Rc<Current>,
        site: SiteId,
        rule: &Rule,
        named: Vec<HeaderName>,
        version: Version,
    ) -> Rc<Self> {
        let now = Instant::now();
        Rc::new(Self {
            current: Rc::clone(current),
            site,
            received: Cell::new(0),
            begun: Cell::new(now),
            last: Cell::new(now),
            owed: Cell::new(false),
            slow: Cell::new(false),
            broken: Cell::new(false),
            large: Cell::new(false),
            most: rule.body_limit.unwrap_or(LONGEST),
            named,
            framed: version == Version::HTTP_2,
            progress: rule.progress,
            answer: rule.answer,
            address: RefCell::new(None),
        })
    }

    /// Counts octets of content that came.
    pub(super) fn took(&self, octets: usize) {
        let octets = octets as u64;
        self.received.set(self.received.get() + octets);
        self.current.scope.site(Some(self.site.index())).received.add(octets);
    }

    /// How long after it the origin server may take to answer.
    pub(super) fn answer(&self) -> Duration {
        self.answer
    }

    /// The limit of its octets, if more than that came.
    pub(super) fn too_large(&self) -> Option<usize> {
        self.large.get().then_some(self.most)
    }

    /// The limit of its octets, if it is less than so many; they are too many then.
    pub(super) fn refuses(&self, octets: u64) -> Option<usize> {
        let refused = u64::try_from(self.most).is_ok_and(|most| octets > most);
        self.large.set(self.large.get() || refused);
        refused.then_some(self.most)
    }

    /// Whether content that is said to have ended did not: hyper tells of a stream that was reset without an error
    /// (RFC 9113 8.1) as of one that ended, which END_STREAM alone does.
    pub(super) fn was_reset(&self, incoming: &Incoming) -> bool {
        self.framed && !incoming.is_end_stream()
    }

    /// Octets of content that came so far.
    pub(super) fn received(&self) -> u64 {
        self.received.get()
    }

    /// Notes which address of the upstream it goes to.
    pub(super) fn goes_to(&self, address: Option<&Rc<str>>) {
        *self.address.borrow_mut() = address.cloned();
    }

    /// Which address of the upstream it goes to, if that was found out.
    pub(super) fn address(&self) -> Option<Rc<str>> {
        self.address.borrow().clone()
    }

    /// Counts from now, when everything before it is done.
    pub(super) fn begin(&self) {
        self.begun.set(Instant::now());
        self.last.set(self.begun.get());
    }

    /// Counts what the origin server takes to answer from now, when it can be written to.
    pub(super) fn go_on(&self) {
        self.last.set(Instant::now());
    }

    /// How long the origin server has taken so far.
    pub(super) fn lasts(&self) -> Duration {
        self.begun.get().elapsed()
    }

    /// Until when the origin server is waited for: so long after the last octets were taken from the user agent. While that
    /// owes more, the time has not begun: it is not the origin server that is slow, and the user agent has a limit of its own.
    pub(super) fn patience(&self) -> Instant {
        let begins = if self.owed.get() { Instant::now() } else { self.last.get() };
        begins + self.answer
    }

    /// The user agent stopped sending.
    pub(super) fn slow(&self) -> bool {
        self.slow.get()
    }

    /// The user agent's body broke off.
    pub(super) fn broken(&self) -> bool {
        self.broken.get()
    }
}
