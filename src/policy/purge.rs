//! Expiring what user agents hold and the visitor did not agree to: withdrawn, or older than tamis.
//!
//! A request says a cookie's name and nothing of the Domain and Path that it was set with, and only a `Set-Cookie` with
//! the same ones removes it (6265bis 5.7, step 23). So every combination that the registry tells of is expired.

use std::net::Ipv4Addr;

use super::{Policy, Reason, Verdict};
use crate::consent::Consent;
use crate::cookie::{CookiePair, Promise, SetCookie};
use crate::registry::{Entry, Presence, SameSite, SetBy};

/// What becomes of undeclared cookies that a request brings and that are withheld from the origin server.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum PurgeUndeclared {
    /// They stay in the user agent: they may be another site's of the same domain.
    #[default]
    Never,
    /// They are expired in their host-only form with `Path=/`.
    HostOnly,
}

/// Whom a purge is for.
#[derive(Clone, Copy, Debug)]
pub struct Purge<'a> {
    /// What the visitor agreed to.
    pub consent: &'a Consent,
    /// The request's host, without port; IPv6 with or without brackets.
    pub host: &'a str,
    /// Whether the user agent's own connection is secure.
    pub secure: bool,
    /// What becomes of undeclared cookies.
    pub undeclared: PurgeUndeclared,
    /// Unix seconds. Only where there is too much for one response does it count: the next one begins elsewhere, so
    /// that a cookie which can't be found does not keep the others waiting.
    pub now: i64,
}

/// A field to be sent.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Expiry {
    /// The value of a `Set-Cookie` field that expires a cookie.
    pub field: Vec<u8>,
    /// Why the cookie has to go: not agreed, or undeclared.
    pub reason: Reason,
}

impl Policy {
    /// Fields that one response carries at most; the rest waits for the next one.
    pub const MOST_EXPIRIES: usize = 16;

    /// The `Set-Cookie` fields that expire the request's cookies to which the visitor did not agree, at most
    /// [`MOST_EXPIRIES`](Self::MOST_EXPIRIES). Cookies for which `sent` is true stay: this response sets them.
    pub fn purge<'a>(
        &self,
        pairs: impl Iterator<Item = CookiePair<'a>>,
        purge: Purge<'_>,
        sent: impl Fn(&[u8]) -> bool,
    ) -> Vec<Expiry> {
        let mut names: Vec<(&[u8], Reason)> = Vec::new();
        for pair in pairs.take(self.most_pairs()) {
            let wanted = match self.judge_pair(&pair, purge.consent) {
                Verdict::Strip(reason @ Reason::NotAgreed(_)) => Some(reason),
                Verdict::Strip(Reason::Undeclared) if purge.undeclared == PurgeUndeclared::HostOnly => {
                    Some(Reason::Undeclared)
                }
                _ => None,
            };
            if let Some(reason) = wanted
                && !names.iter().any(|(name, _)| *name == pair.name())
                && !sent(pair.name())
            {
                names.push((pair.name(), reason));
            }
        }
        let host = lowered(purge.host);
        let forms: Vec<Forms<'_>> =
            names.into_iter().map(|(name, reason)| self.forms(name, reason, (&host, purge.secure))).collect();
        let all = forms.iter().map(Forms::count).sum();
        let places = || forms.iter().flat_map(|forms| (0..forms.count()).map(move |place| (forms, place)));
        let first = if all > Self::MOST_EXPIRIES { turn(purge.now, all) } else { 0 };
        let turned = places().skip(first).chain(places().take(first));
        turned.filter_map(|(forms, place)| forms.expiry(place)).take(Self::MOST_EXPIRIES).collect()
    }

    /// Every form in which a cookie of that name may have been set.
    fn forms<'a>(&'a self, name: &'a [u8], reason: Reason, (host, secure): (&'a str, bool)) -> Forms<'a> {
        let entry = reason.entry().map(|id| self.registry().entry(id));
        let promise = Promise::of(name);
        let mut forms = Forms {
            name,
            reason,
            entry,
            secure,
            // Undeclared cookies are tried in one form alone.
            partitions: if entry.is_some() { self.partitions(entry) } else { &[false] },
            domains: vec![None],
            paths: vec!["/"],
        };
        let Some(entry) = entry.filter(|_| !promise.host) else { return forms };
        let tried = entry.set_by == Some(SetBy::Script);
        forms.domains.extend(domains(&entry.domains, tried, host).into_iter().map(Some));
        for path in &entry.paths {
            if !forms.paths.contains(&path.as_str()) {
                forms.paths.push(path);
            }
        }
        forms
    }

    /// The forms regarding `Partitioned`, which is part of a cookie's identity: as declared, and both where tamis itself
    /// adds or removes it.
    pub(super) fn partitions(&self, entry: Option<&Entry>) -> &'static [bool] {
        let rewrite = entry.and_then(|entry| entry.rewrite).unwrap_or_default().over(self.rewrite);
        let declared = entry.is_some_and(|entry| entry.attributes.partitioned == Some(true));
        match (declared, rewrite.partitioned) {
            (false, Some(Presence::Set)) | (true, Some(Presence::Remove)) => &[false, true],
            (true, _) => &[true],
            (false, _) => &[false],
        }
    }
}

/// The forms in which a cookie may have been set: each partition with each domain, and each of these with each path.
struct Forms<'a> {
    name: &'a [u8],
    reason: Reason,
    entry: Option<&'a Entry>,
    secure: bool,
    partitions: &'static [bool],
    /// `None` is the host alone.
    domains: Vec<Option<&'a str>>,
    paths: Vec<&'a str>,
}

impl Forms<'_> {
    fn count(&self) -> usize {
        self.partitions.len() * self.domains.len() * self.paths.len()
    }

    /// The field that expires the form at a place, if it can be written.
    fn expiry(&self, place: usize) -> Option<Expiry> {
        let (paths, domains) = (self.paths.len(), self.domains.len());
        let path = *self.paths.get(place % paths)?;
        let domain = *self.domains.get(place / paths % domains)?;
        let partitioned = *self.partitions.get(place / paths / domains)?;
        let attributes = attributes(self.entry, Promise::of(self.name), partitioned, self.secure);
        let domain = domain.map(|domain| format!("; Domain={domain}")).unwrap_or_default();
        let tail = format!("=; {EXPIRED}; Path={path}{domain}{attributes}");
        let field = [self.name, tail.as_bytes()].concat();
        expires(&field, self.name, path).then_some(Expiry { field, reason: self.reason })
    }
}

/// Where one response begins among so many forms. Nobody remembers what the one before sent, so the second decides, by
/// the golden ratio: whatever time lies between the pages, even always the same, they begin evenly spread.
fn turn(now: i64, all: usize) -> usize {
    const GOLDEN: u64 = 0x9E37_79B9_7F4A_7C15; // 2^64 divided by the golden ratio
    let turn = u128::from(now.cast_unsigned().wrapping_mul(GOLDEN));
    let first = (u128::try_from(all).unwrap_or_default() * turn) >> u64::BITS;
    usize::try_from(first).unwrap_or_default()
}

pub(super) const EXPIRED: &str = "Max-Age=0; Expires=Thu, 01 Jan 1970 00:00:00 GMT";

/// A host as domains are compared: in lower case, without the dot that may end it.
pub(super) fn lowered(host: &str) -> String {
    host.strip_suffix('.').unwrap_or(host).to_ascii_lowercase()
}

/// The Domain attributes that a cookie may have, of a host that is [`lowered`]: those declared that take in the host and,
/// for a cookie that a script sets (`tried`), the host and every parent of it that has a dot, since trackers try them all.
/// None for an IP address, nor for a host that could write attributes of its own.
pub(super) fn domains<'a>(declared: &[String], tried: bool, host: &'a str) -> Vec<&'a str> {
    let written = |octet: u8| octet.is_ascii_alphanumeric() || b"-_.".contains(&octet);
    let last = host.rsplit('.').next().unwrap_or_default();
    // A last label that begins with a digit is an address in some notation (WHATWG URL 3.5), not a domain.
    let address = host.parse::<Ipv4Addr>().is_ok() || last.starts_with(|c: char| c.is_ascii_digit());
    if address || !host.bytes().all(written) || host.split('.').any(str::is_empty) {
        return Vec::new();
    }
    let parents = || std::iter::successors(Some(host), |host| host.split_once('.').map(|(_, parent)| parent));
    let declared = declared.iter().map(|domain| domain.strip_prefix('.').unwrap_or(domain));
    let mut found: Vec<&str> = Vec::new();
    for domain in declared.filter_map(|domain| parents().find(|parent| parent.eq_ignore_ascii_case(domain))) {
        if !found.contains(&domain) {
            found.push(domain);
        }
    }
    let known = found.len();
    for domain in parents().filter(|parent| tried && parent.contains('.')) {
        if !found.iter().take(known).any(|other| *other == domain) {
            found.push(domain);
        }
    }
    found
}

/// The other attributes, as declared and as the prefix promises.
///
/// On an insecure connection `Secure` is left out where it may be: user agents refuse it there, and a cookie that came
/// over such a connection was not set with it.
fn attributes(entry: Option<&Entry>, promise: Promise, partitioned: bool, secure: bool) -> String {
    let declared = entry.map(|entry| entry.attributes).unwrap_or_default();
    let everywhere = secure && declared.same_site == Some(SameSite::None);
    let secure = promise.secure || partitioned || everywhere || (secure && declared.secure == Some(true));
    let flags = [
        (secure, "; Secure"),
        (promise.http_only, "; HttpOnly"),
        // Without it, browsers ignore a Set-Cookie in a frame of another site.
        (everywhere, "; SameSite=None"),
        (partitioned, "; Partitioned"),
    ];
    flags.into_iter().filter(|(there, _)| *there).map(|(_, flag)| flag).collect()
}

/// Whether browsers read the field as the deletion of that name at that path: a name may hold what can't be written.
pub(super) fn expires(field: &[u8], name: &[u8], path: &str) -> bool {
    let cookie = SetCookie::parse(field);
    cookie.refusal().is_none()
        && cookie.name() == name
        && cookie.value().is_empty()
        && cookie.path() == Some(path.as_bytes())
        && cookie.is_deletion(0)
}
