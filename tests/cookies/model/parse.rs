//! The set-cookie-string (6265bis 5.6).

use super::date::cookie_date;
use super::store::{Ignored, SameSite};

/// 400 days (6265bis 5.5).
const COOKIE_AGE_LIMIT: i64 = 400 * 24 * 60 * 60;

/// A cookie as it was received.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Received {
    pub(crate) name: Vec<u8>,
    pub(crate) value: Vec<u8>,
    pub(crate) attributes: Attributes,
}

/// The cookie-attribute-list, of which only the last of each name is ever looked at.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Attributes {
    /// Unix seconds.
    pub(crate) expires: Option<i64>,
    /// Unix seconds, too: the expiry-time that the delta-seconds make.
    pub(crate) max_age: Option<i64>,
    /// In lower case and without its leading dot; may be empty.
    pub(crate) domain: Option<Vec<u8>>,
    /// `Some(None)` is the default-path.
    pub(crate) path: Option<Option<Vec<u8>>>,
    pub(crate) secure: bool,
    pub(crate) http_only: bool,
    pub(crate) same_site: SameSite,
    pub(crate) partitioned: bool,
}

/// The earliest representable date.
pub(crate) const EARLIEST: i64 = i64::MIN;

/// Whether the octets hold a CTL other than HTAB.
pub(crate) fn holds_ctl(octets: &[u8]) -> bool {
    octets.iter().any(|octet| octet.is_ascii_control() && *octet != b'\t')
}

impl Received {
    /// Parses a set-cookie-string; `now` in Unix seconds.
    pub(crate) fn parse(set_cookie_string: &[u8], now: i64) -> Result<Self, Ignored> {
        // Step 1.
        if holds_ctl(set_cookie_string) {
            return Err(Ignored::Control);
        }
        // Step 2.
        let (name_value_pair, unparsed) = match position(set_cookie_string, b';') {
            Some(at) => set_cookie_string.split_at(at),
            None => (set_cookie_string, [].as_slice()),
        };
        // Steps 3 and 4.
        let (name, value) = match position(name_value_pair, b'=') {
            Some(at) => (&name_value_pair[..at], &name_value_pair[at + 1..]),
            None => ([].as_slice(), name_value_pair),
        };
        let (name, value) = (without_wsp(name).to_vec(), without_wsp(value).to_vec());
        // Step 5.
        if name.len() + value.len() > 4096 {
            return Err(Ignored::Size);
        }
        Ok(Self { name, value, attributes: Attributes::parse(unparsed, now) })
    }
}

impl Attributes {
    fn parse(unparsed: &[u8], now: i64) -> Self {
        let mut list = Self::default();
        // Steps 1 to 3: what stands before the first semicolon is nothing, each piece after one is a cookie-av.
        for cookie_av in unparsed.split(|octet| *octet == b';').skip(1) {
            // Steps 4 and 5.
            let (name, value) = match position(cookie_av, b'=') {
                Some(at) => (&cookie_av[..at], &cookie_av[at + 1..]),
                None => (cookie_av, [].as_slice()),
            };
            let (name, value) = (without_wsp(name).to_ascii_lowercase(), without_wsp(value));
            // Step 6.
            if value.len() > 1024 {
                continue;
            }
            list.process(&name, value, now);
        }
        list
    }

    /// Step 7: 5.6.1 to 5.6.7.
    fn process(&mut self, name: &[u8], value: &[u8], now: i64) {
        match name {
            b"expires" => {
                if let Some(time) = cookie_date(value) {
                    self.expires = Some(time.min(now + COOKIE_AGE_LIMIT));
                }
            }
            b"max-age" => {
                if let Some(delta) = delta_seconds(value) {
                    self.max_age = Some(if delta <= 0 { EARLIEST } else { now + delta });
                }
            }
            b"domain" => {
                let domain = if value.starts_with(b".") { &value[1..] } else { value };
                self.domain = Some(domain.to_ascii_lowercase());
            }
            b"path" => self.path = Some(value.starts_with(b"/").then(|| value.to_vec())),
            b"secure" => self.secure = true,
            b"httponly" => self.http_only = true,
            b"samesite" => {
                self.same_site = match value.to_ascii_lowercase().as_slice() {
                    b"none" => SameSite::None,
                    b"strict" => SameSite::Strict,
                    b"lax" => SameSite::Lax,
                    _ => SameSite::Default,
                }
            }
            b"partitioned" => self.partitioned = true,
            _ => {}
        }
    }
}

/// The delta-seconds of a `Max-Age`, no more than the limit; a number beyond all bounds is as good as the limit.
fn delta_seconds(value: &[u8]) -> Option<i64> {
    let (negative, digits) = match value {
        [] => return None,
        [b'-', digits @ ..] => (true, digits),
        digits => (false, digits),
    };
    if digits.is_empty() || digits.iter().any(|octet| !octet.is_ascii_digit()) {
        return None;
    }
    let number: i64 = String::from_utf8_lossy(digits).parse().unwrap_or(i64::MAX);
    Some(if negative { -number } else { number.min(COOKIE_AGE_LIMIT) })
}

fn position(octets: &[u8], of: u8) -> Option<usize> {
    octets.iter().position(|octet| *octet == of)
}

/// Without leading and trailing SP and HTAB.
fn without_wsp(octets: &[u8]) -> &[u8] {
    let is_wsp = |octet: &u8| *octet == b' ' || *octet == b'\t';
    let start = octets.iter().position(|octet| !is_wsp(octet)).unwrap_or(octets.len());
    let end = octets.iter().rposition(|octet| !is_wsp(octet)).map_or(start, |last| last + 1);
    &octets[start..end]
}
