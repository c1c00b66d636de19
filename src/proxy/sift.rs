//! The policy applied to the field sections of one exchange, in both directions.

use std::cell::LazyCell;
use std::ops::Deref;
use std::rc::Rc;
use std::time::{SystemTime, UNIX_EPOCH};

use http::StatusCode;
use http::header::{self, HeaderMap, HeaderValue};

use super::caching;
use super::exchange::Exchange;
use super::fields::{COOKIE2, SET_COOKIE2, X_CONSENT};
use super::visit::Visit;
use crate::audit::observed::{Setting, Sighting};
use crate::config::{Mode, Site};
use crate::consent::Consent;
use crate::cookie::{SetCookie, Unread, date, pairs};
use crate::policy::{Expiry, Moment, Occasion, Purge, PurgeUndeclared, Reason, Sifted, Verdict};
use crate::upstream::Lines;

/// Removes from the request what the visitor did not agree to, gives renamed cookies their own names back, and tells
/// the origin server the decision.
pub(super) fn request(
    exchange: &mut Exchange,
    site: &Site,
    visit: &mut Visit,
    (headers, lines): (&mut HeaderMap, &mut Lines),
) {
    let undeclared = site.purge == Some(PurgeUndeclared::HostOnly);
    let mut withheld = false;
    let sifted =
        site.policy.filter_request(visit.fields(), visit.consent(), visit.secure, |name, verdict| {
            withheld |= match verdict.reason() {
                Reason::NotAgreed(_) => true,
                Reason::Undeclared => undeclared,
                _ => false,
            };
            exchange.judged(site, Sighting::Pair(name), verdict);
        });
    visit.withheld = withheld;
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
            lines.add(&header::COOKIE, [field.as_slice()]);
        }
    }
    if let Some(decision) = &visit.agreement.header {
        lines.add(&X_CONSENT, [decision.as_bytes()]);
    }
}

/// Removes from the response the Set-Cookie fields that the visitor did not agree to, rewrites those that are to be
/// rewritten, and expires what the request should not have brought; the others keep their octets and their order. If
/// any of this changes the response, shared caches are kept from it. The fields are those put aside and those in the
/// map.
pub(super) fn response(
    exchange: &mut Exchange,
    site: &Site,
    visit: &Visit,
    status: StatusCode,
    (mut fields, headers): (Vec<HeaderValue>, &mut HeaderMap),
) {
    let enforced = exchange.mode == Mode::Enforce;
    if enforced {
        headers.remove(SET_COOKIE2);
    }
    if headers.contains_key(header::SET_COOKIE) {
        fields.extend(headers.get_all(header::SET_COOKIE).iter().cloned());
        headers.remove(header::SET_COOKIE);
    }
    if fields.is_empty() && !(visit.withheld && visit.navigates) {
        return;
    }
    let lines: Vec<Unread<'_>> = fields.iter().map(|field| Unread::cut(field.as_bytes())).collect();
    let time = LazyCell::new(|| server_time(headers, now()));
    let chosen = choice_after(site, visit, &lines, &time);
    let consent = chosen.as_ref().unwrap_or(visit.consent());
    let (kept, changed) = sift(exchange, site, (visit, consent, &time), (&fields, &lines));
    let due = visit.navigates && (visit.withheld || chosen.is_some());
    let cached =
        || !site.make_private && caching::is_storable(&visit.method, visit.authorized, status, headers);
    let expiries = if due && !cached() {
        purge(site, visit, Occasion { consent, now: *time, secure: visit.secure }, &kept)
    } else {
        Vec::new()
    };
    for expiry in &expiries {
        exchange.purged(site, Unread::cut(&expiry.field).name(), expiry.reason);
    }
    if !enforced {
        return send(headers, fields);
    }
    if site.make_private && (changed || !expiries.is_empty()) {
        caching::make_private(headers);
    }
    send(headers, kept);
    send(headers, expiries.into_iter().filter_map(|expiry| value(expiry.field)));
}

/// What the visitor agrees to from now on, if the response says so.
fn choice_after(
    site: &Site,
    visit: &Visit,
    lines: &[Unread<'_>],
    time: &impl Deref<Target = i64>,
) -> Option<Consent> {
    let settings = site.policy.registry().consent();
    if !lines.iter().any(|line| settings.reads(line.name())) {
        return None;
    }
    let read: Vec<SetCookie<'_>> = lines.iter().map(|line| SetCookie::parse(line.raw())).collect();
    site.policy.choice_after(&read, visit.fields().flat_map(pairs), visit.consent(), **time)
}

/// All Set-Cookie fields that are to be sent, and whether they are others than those that came.
fn sift(
    exchange: &mut Exchange,
    site: &Site,
    (visit, consent, time): (&Visit, &Consent, &impl Deref<Target = i64>),
    (fields, lines): (&[HeaderValue], &[Unread<'_>]),
) -> (Vec<HeaderValue>, bool) {
    let mut kept = Vec::with_capacity(fields.len());
    let mut changed = false;
    let current = Rc::clone(&exchange.current);
    let mut familiar = current.familiar.borrow_mut();
    for (field, line) in fields.iter().zip(lines) {
        let moment = &Moment { consent, secure: visit.secure, now: || **time };
        let known = familiar.sift((site.id.index(), &site.policy), line, moment);
        let (verdict, rewritten) = known.unwrap_or_else(|| {
            let carried = |name: &[u8], value: &[u8]| visit.carries(name, value);
            let occasion = Occasion { consent, now: **time, secure: visit.secure };
            site.policy.sift_set_cookie(&SetCookie::parse(line.raw()), occasion, carried)
        });
        if let Some(look) = exchange.judged(site, Sighting::Set(*line), verdict) {
            let cookie = SetCookie::parse(line.raw());
            let authority = visit.authority.as_bytes();
            exchange.looks(site, look, Setting { cookie: &cookie, now: **time, authority });
        }
        match verdict {
            Verdict::Forward(_) => kept.push(field.clone()),
            Verdict::Rewrite(_) => kept.extend(rewritten.and_then(value)),
            Verdict::Strip(_) => {}
        }
        changed |= !matches!(verdict, Verdict::Forward(_));
    }
    (kept, changed)
}

/// What the request's cookies give to expire, but for those that the response itself sets.
fn purge(site: &Site, visit: &Visit, occasion: Occasion<'_>, kept: &[HeaderValue]) -> Vec<Expiry> {
    let Some(undeclared) = site.purge else { return Vec::new() };
    let Occasion { consent, now, secure } = occasion;
    let sets = |field: &HeaderValue, name: &[u8]| {
        let cookie = SetCookie::parse(field.as_bytes());
        cookie.name() == name && !cookie.is_deletion(now)
    };
    let sent = |name: &[u8]| kept.iter().any(|field| sets(field, name));
    let purge = Purge { consent, host: visit.host(), secure, undeclared, now };
    site.policy.purge(visit.fields().flat_map(pairs), purge, sent)
}

/// Adds Set-Cookie fields.
fn send(headers: &mut HeaderMap, fields: impl IntoIterator<Item = HeaderValue>) {
    for field in fields {
        headers.append(header::SET_COOKIE, field);
    }
}

/// Octets that came in field values or were checked to make a set-cookie-string always make a field value.
fn value(octets: Vec<u8>) -> Option<HeaderValue> {
    HeaderValue::from_maybe_shared(bytes::Bytes::from(octets)).ok()
}

/// The time at which browsers take the response to have been sent: they read `Expires` as so much after its `Date`, so
/// that a time which has passed here is one to come for them where the origin server's clock is behind. The earlier of
/// both clocks counts, in which a cookie never ends later than it should.
fn server_time(headers: &HeaderMap, now: i64) -> i64 {
    let dates = headers.get_all(header::DATE).iter();
    dates.filter_map(|value| date(value.as_bytes())).fold(now, i64::min)
}

/// Seconds since 1970; a clock before that is 1970.
fn now() -> i64 {
    let since = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
    i64::try_from(since.as_secs()).unwrap_or(i64::MAX)
}
