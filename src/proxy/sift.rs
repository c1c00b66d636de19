//! The policy applied to the field sections of one exchange, in both directions.

use std::time::{SystemTime, UNIX_EPOCH};

use http::header::{self, HeaderMap, HeaderValue};

use super::exchange::Exchange;
use super::fields::{COOKIE2, SET_COOKIE2, X_CONSENT};
use crate::config::{Mode, Site};
use crate::consent::Consent;
use crate::cookie::{SetCookie, pairs};
use crate::policy::{Direction, Sifted, Verdict};

/// What this visitor agreed to: every copy of the consent cookie, and Sec-GPC.
pub(super) fn consent(exchange: &mut Exchange, site: &Site, headers: &HeaderMap) -> Consent {
    let registry = site.policy.registry();
    let name = registry.consent().cookie.as_bytes();
    let fields = headers.get_all(header::COOKIE).iter().map(HeaderValue::as_bytes);
    let copies = fields.flat_map(pairs).filter(|pair| pair.name() == name).map(|pair| pair.value());
    let gpc = headers.get_all("sec-gpc").iter().any(|value| value.as_bytes() == b"1");
    let consent = Consent::read(registry, copies, gpc);
    exchange.consent = consent.reading().word();
    exchange.worker.counters.consent.increment(exchange.consent);
    consent
}

/// Removes from the request what the visitor did not agree to, and tells the origin server the decision.
pub(super) fn request(exchange: &mut Exchange, site: &Site, consent: &Consent, headers: &mut HeaderMap) {
    let fields = headers.get_all(header::COOKIE);
    let mut judged = |name: &[u8], verdict| exchange.judged(site, name, verdict, Direction::Request);
    let mut octets = fields.iter().map(HeaderValue::as_bytes);
    let sifted = match (octets.next(), octets.next()) {
        (None, _) => Sifted::Unchanged,
        (Some(one), None) => site.policy.filter_request(std::iter::once(one), consent, &mut judged),
        _ => {
            let all: Vec<&[u8]> = fields.iter().map(HeaderValue::as_bytes).collect();
            site.policy.filter_request(all.iter().copied(), consent, &mut judged)
        }
    };
    if exchange.mode == Mode::Observe {
        return;
    }
    headers.remove(COOKIE2);
    match sifted {
        Sifted::Unchanged => {}
        Sifted::Empty => {
            headers.remove(header::COOKIE);
        }
        Sifted::Fewer(field) => {
            headers.remove(header::COOKIE);
            // Octets that came in field values, joined by "; ", always make a field value.
            if let Ok(field) = HeaderValue::from_maybe_shared(bytes::Bytes::from(field)) {
                headers.insert(header::COOKIE, field);
            }
        }
    }
    if let Ok(decision) = HeaderValue::try_from(consent.header(site.policy.registry())) {
        headers.insert(X_CONSENT, decision);
    }
}

/// Removes from the response the Set-Cookie fields that the visitor did not agree to; the others keep their octets
/// and their order.
pub(super) fn response(exchange: &mut Exchange, site: &Site, consent: &Consent, headers: &mut HeaderMap) {
    if exchange.mode == Mode::Enforce {
        headers.remove(SET_COOKIE2);
    }
    if !headers.contains_key(header::SET_COOKIE) {
        return;
    }
    let now = now();
    let mut stripped = false;
    let mut kept = Vec::new();
    for field in headers.get_all(header::SET_COOKIE) {
        let set_cookie = SetCookie::parse(field.as_bytes());
        let verdict = site.policy.judge_set_cookie(&set_cookie, consent, now);
        exchange.judged(site, set_cookie.name(), verdict, Direction::Response);
        match verdict {
            Verdict::Strip(_) => stripped = true,
            Verdict::Forward(_) => kept.push(field.clone()),
        }
    }
    if !stripped || exchange.mode == Mode::Observe {
        return;
    }
    headers.remove(header::SET_COOKIE);
    for field in kept {
        headers.append(header::SET_COOKIE, field);
    }
}

/// Seconds since 1970, for the Expires of deletions; a clock before that is 1970.
fn now() -> i64 {
    let since = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
    i64::try_from(since.as_secs()).unwrap_or(i64::MAX)
}
