//! A `Set-Cookie` field value, read by the algorithm of browsers.

use std::fmt;

use super::attribute::Settled;
use super::{Attributes, CookiePair, Refusal, SameSite};

/// One set-cookie-string, borrowed from its field: the pair, its attributes, and what browsers make of them.
#[derive(Clone, Copy)]
pub struct SetCookie<'a> {
    raw: &'a [u8],
    pair: CookiePair<'a>,
    unparsed: Option<&'a [u8]>,
    settled: Settled<'a>,
    refusal: Option<Refusal>,
}

impl<'a> SetCookie<'a> {
    /// Reads one field value (6265bis 5.6). Any octets will do: what a browser would ignore is told by
    /// [`refusal`](Self::refusal). Never to be given several fields joined: the comma of `Expires` makes the joint
    /// ambiguous (6265bis 3).
    pub fn parse(field_value: &'a [u8]) -> Self {
        let (pair, unparsed) = CookiePair::cut(field_value);
        let mut cookie =
            Self { raw: field_value, pair, unparsed, settled: Settled::of(unparsed), refusal: None };
        cookie.refusal = Refusal::of(&cookie);
        cookie
    }

    /// The field value, every octet as it came.
    pub fn raw(&self) -> &'a [u8] {
        self.raw
    }

    /// What comes before the first semicolon.
    pub fn pair(&self) -> CookiePair<'a> {
        self.pair
    }

    /// The cookie-name, case-sensitive; empty for a nameless cookie.
    pub fn name(&self) -> &'a [u8] {
        self.pair.name()
    }

    /// The cookie-value with its quotes, if it has any: they are part of it and end at a semicolon within.
    pub fn value(&self) -> &'a [u8] {
        self.pair.value()
    }

    /// Every cookie-av in order: known, unknown, empty or repeated.
    pub fn attributes(&self) -> Attributes<'a> {
        Attributes::of(self.unparsed)
    }

    /// Why a browser stores nothing, as far as the field alone can tell; `None` if it may store the cookie.
    pub fn refusal(&self) -> Option<Refusal> {
        self.refusal
    }

    /// The last valid `Max-Age` in seconds as written, before any limit that browsers set (6265bis 5.5); negative
    /// and zero expire the cookie.
    pub fn max_age(&self) -> Option<i64> {
        self.settled.max_age
    }

    /// The last valid `Expires` in Unix seconds; counts only where there is no `Max-Age`.
    pub fn expires(&self) -> Option<i64> {
        self.settled.expires
    }

    /// Whether any `Expires` came, so that the time matters to what the line says.
    pub fn is_dated(&self) -> bool {
        self.settled.last.0.is_some()
    }

    /// How often `Expires` and `Max-Age` came, valid or not, but for those longer than browsers read.
    pub(super) fn lifetimes(&self) -> (u32, u32) {
        self.settled.lifetimes
    }

    /// The last `Domain` without a leading dot, in the case in which it came; `None` for a host-only cookie.
    pub fn domain(&self) -> Option<&'a [u8]> {
        self.settled.domain
    }

    /// The last `Path`; `None` where the default-path of the request applies.
    pub fn path(&self) -> Option<&'a [u8]> {
        self.settled.path
    }

    /// `Secure`, whatever value it was given.
    pub fn secure(&self) -> bool {
        self.settled.secure
    }

    /// `HttpOnly`, whatever value it was given.
    pub fn http_only(&self) -> bool {
        self.settled.http_only
    }

    /// The last `SameSite`; `None` where the browser's default applies.
    pub fn same_site(&self) -> Option<SameSite> {
        self.settled.same_site
    }

    /// `Partitioned` (CHIPS), whatever value it was given.
    pub fn partitioned(&self) -> bool {
        self.settled.partitioned
    }

    /// Whether the line removes the cookie instead of setting it, whoever reads it: `now` in Unix seconds, `Max-Age`
    /// before `Expires` (6265bis 5.7, step 6).
    ///
    /// Browsers differ in what an attribute is worth that does not parse: some ignore it, as the standard says, for
    /// others it takes the place of the one before it and leaves a cookie until the browser closes, and some read
    /// `+60`. So the last of the name must say it, and a `Max-Age` that says nothing leaves nothing to `Expires`.
    pub fn is_deletion(&self, now: i64) -> bool {
        match self.settled.last {
            (_, Some(age)) => age.is_some_and(|seconds| seconds <= 0),
            (Some(time), None) => time.is_some_and(|time| time <= now),
            (None, None) => false,
        }
    }
}

/// Shows neither value nor attributes: values are secrets of the visitor.
impl fmt::Debug for SetCookie<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("SetCookie")
            .field("pair", &self.pair)
            .field("refusal", &self.refusal)
            .finish_non_exhaustive()
    }
}
