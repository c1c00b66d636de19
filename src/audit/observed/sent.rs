//! Attributes as origin servers send them.

use serde::{Deserialize, Serialize};

use super::path;
use crate::cookie::{SameSite, SetCookie};

/// In place of a `Domain` that is neither the host asked nor a parent of it: browsers refuse such a cookie.
pub const ELSEWHERE: &str = "another host";

/// One combination of attributes, as browsers read them.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Sent {
    /// `Secure`.
    pub secure: bool,
    /// `HttpOnly`.
    pub http_only: bool,
    /// `SameSite` as the standard spells it; none where the browser's default applies.
    pub same_site: Option<String>,
    /// `Partitioned` (CHIPS).
    pub partitioned: bool,
    /// How long the cookie lives, in seconds; none until the browser closes.
    pub lifetime: Option<u64>,
    /// The lifetime was reckoned from `Expires`, and rounded.
    pub rounded: bool,
    /// `Domain` in lower case, or [`ELSEWHERE`]; none where it is the host's alone.
    pub domain: Option<String>,
    /// The first two segments of `Path`; none where it is the request's own.
    pub path: Option<String>,
}

/// What a `Set-Cookie` field is looked at with.
#[derive(Clone, Copy, Debug)]
pub struct Setting<'a> {
    /// The field.
    pub cookie: &'a SetCookie<'a>,
    /// Unix seconds, by the origin server's clock.
    pub now: i64,
    /// The host asked, with its port if it has one.
    pub authority: &'a [u8],
}

impl Sent {
    /// The attributes of a field that sets a cookie.
    pub(super) fn of(setting: Setting<'_>) -> Self {
        let Setting { cookie, now, authority } = setting;
        let until = |time: i64| u64::try_from(time.saturating_sub(now)).unwrap_or_default();
        let age = cookie.max_age().map(|age| u64::try_from(age).unwrap_or_default());
        let rounded = age.is_none() && cookie.expires().is_some();
        let text = |octets: &[u8]| String::from_utf8_lossy(octets).into_owned();
        Self {
            secure: cookie.secure(),
            http_only: cookie.http_only(),
            same_site: cookie.same_site().map(SameSite::word).map(str::to_owned),
            partitioned: cookie.partitioned(),
            lifetime: age.or_else(|| cookie.expires().map(until).map(round)),
            rounded,
            domain: cookie.domain().map(|domain| domain_of(domain, authority)),
            path: cookie.path().map(|octets| path::prefix(&text(octets))),
        }
    }

    /// Takes this one for the other if they differ in nothing but a time that was reckoned: `Expires` is a moment, and
    /// what is left until then is another at each look. The longer one is kept.
    pub(super) fn absorb(&mut self, other: &Self) -> bool {
        if self == other {
            return true;
        }
        let (Some(own), Some(their)) = (self.lifetime, other.lifetime) else { return false };
        let near = own.abs_diff(their) <= 120.max(own.max(their) / 200);
        if !(self.rounded && other.rounded && near) {
            return false;
        }
        let same = *self == Self { lifetime: self.lifetime, ..other.clone() };
        if same {
            self.lifetime = Some(own.max(their));
        }
        same
    }
}

/// Reckoned times are rounded as people write them: minutes below a day, hours below a month, days.
fn round(seconds: u64) -> u64 {
    const DAY: u64 = 24 * 3600;
    let unit = match seconds {
        0..600 => 10,
        600..DAY => 60,
        DAY..2_592_000 => 3600,
        _ => DAY,
    };
    seconds.saturating_add(unit / 2) / unit * unit
}

/// A `Domain` that browsers accept from that host, in lower case.
fn domain_of(domain: &[u8], authority: &[u8]) -> String {
    let host = without_port(authority).to_ascii_lowercase();
    let domain = domain.to_ascii_lowercase();
    let parent = host.strip_suffix(&*domain).is_some_and(|below| below.is_empty() || below.ends_with(b"."));
    match String::from_utf8(domain) {
        Ok(domain) if parent => domain,
        _ => ELSEWHERE.to_owned(),
    }
}

fn without_port(authority: &[u8]) -> &[u8] {
    let colon = authority.iter().rposition(|octet| *octet == b':');
    let port = |at: usize| authority.get(at + 1..).is_some_and(|port| port.iter().all(u8::is_ascii_digit));
    let bracketed = authority.ends_with(b"]");
    colon.filter(|at| !bracketed && port(*at)).and_then(|at| authority.get(..at)).unwrap_or(authority)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// 2026-11-23 00:00:00 UTC.
    const NOW: i64 = 1_795_392_000;

    fn sent(line: &str) -> Sent {
        let cookie = SetCookie::parse(line.as_bytes());
        Sent::of(Setting { cookie: &cookie, now: NOW, authority: b"www.example.org:8080" })
    }

    fn shown(line: &str) -> String {
        let Sent { secure, http_only, same_site, partitioned, lifetime, rounded, domain, path } = sent(line);
        format!("{secure} {http_only} {same_site:?} {partitioned} {lifetime:?} {rounded} {domain:?} {path:?}")
    }

    #[test]
    fn attributes_are_those_that_browsers_read() {
        let table = [
            ("a=1", "false false None false None false None None"),
            (
                "a=1; Secure; HttpOnly; SameSite=lax; Path=/; Max-Age=60",
                "true true Some(\"Lax\") false Some(60) false None Some(\"/\")",
            ),
            ("a=1; Partitioned; SameSite=x; Path=x", "false false None true None false None None"),
            ("a=1; Domain=.Example.ORG", "false false None false None false Some(\"example.org\") None"),
            ("a=1; Domain=ample.org", "false false None false None false Some(\"another host\") None"),
            ("a=1; Domain=S3CRET", "false false None false None false Some(\"another host\") None"),
            ("a=1; Path=/a/S3CRET/b", "false false None false None false None Some(\"/a/{id}\")"),
            (
                "a=1; Expires=Mon, 07 Dec 2026 00:00:03 GMT",
                "false false None false Some(1209600) true None None",
            ),
            (
                "a=1; Max-Age=5; Expires=Mon, 07 Dec 2026 00:00:03 GMT",
                "false false None false Some(5) false None None",
            ),
        ];
        for (line, expected) in table {
            assert_eq!(shown(line), expected, "{line}");
        }
    }

    #[test]
    fn what_is_left_until_a_moment_is_one_combination() {
        let mut one = sent("a=1; Expires=Mon, 07 Dec 2026 01:00:00 GMT");
        assert!(one.absorb(&sent("a=1; Expires=Mon, 07 Dec 2026 00:00:00 GMT")));
        assert_eq!(one.lifetime, Some(1_213_200), "the longer one");
        assert!(!one.absorb(&sent("a=1; Expires=Tue, 08 Dec 2026 00:00:00 GMT")));
        assert!(!one.absorb(&sent("a=1; Expires=Mon, 07 Dec 2026 01:00:00 GMT; Secure")));
        let mut exact = sent("a=1; Max-Age=34128000");
        assert!(!exact.absorb(&sent("a=1; Max-Age=34128001")), "395 days and more are not the same");
    }

    #[test]
    fn hosts_have_no_port() {
        for (authority, host) in
            [("a.b:80", "a.b"), ("a.b", "a.b"), ("[::1]:80", "[::1]"), ("[::1]", "[::1]"), ("", "")]
        {
            assert_eq!(without_port(authority.as_bytes()), host.as_bytes(), "{authority}");
        }
    }
}
