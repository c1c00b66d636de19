//! The policy applied to the field sections of one exchange, in both directions.

use std::cell::LazyCell;
use std::ops::Deref;
use std::rc::Rc;
use std::time::{SystemTime, UNIX_EPOCH};

use bytes::Bytes;
use http::StatusCode;
use http::header::{self, Entry, HeaderMap, HeaderValue};

use super::caching;
use super::exchange::Exchange;
use super::fields::{COOKIE2, SET_COOKIE2, X_CONSENT};
use super::present::Present;
use super::recent::Recall;
use super::sifting::{Sifting, Verdicts};
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
    let found;
    let (sifted, withheld) = match &visit.recall {
        Recall::Known(known) => {
            known.tell(|name, verdict| {
                exchange.judged(site, Sighting::Pair(name), verdict);
            });
            (&known.sifted, known.withheld)
        }
        Recall::Keep(_) | Recall::New => {
            found = judge(exchange, site, visit);
            (&found.0, found.1)
        }
    };
    visit.withheld = withheld;
    if exchange.mode == Mode::Observe {
        return;
    }
    if visit.present.has(Present::COOKIE2) {
        headers.remove(COOKIE2);
    }
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

/// What the Cookie fields become, and whether a pair was withheld that a purge may be about; kept for the next time where
/// it is one field that came before.
fn judge(exchange: &mut Exchange, site: &Site, visit: &Visit) -> (Sifted, bool) {
    let place = if let Recall::Keep(place) = visit.recall { Some(place) } else { None };
    let (mut withheld, mut verdicts) = (false, Verdicts::default());
    let undeclared = site.purge == Some(PurgeUndeclared::HostOnly);
    let sifted =
        site.policy.filter_request(visit.fields(), visit.consent(), visit.secure, |name, verdict| {
            withheld |= match verdict.reason() {
                Reason::NotAgreed(_) => true,
                Reason::Undeclared => undeclared,
                _ => false,
            };
            if place.is_some() {
                verdicts.note(name, verdict);
            }
            exchange.judged(site, Sighting::Pair(name), verdict);
        });
    if let (Some(place), Some(field)) = (place, visit.fields().next())
        && let Some(sifting) = Sifting::of(&visit.agreement, (&sifted, withheld), verdicts)
    {
        exchange.current.siftings.keep(place, visit.beside, field, sifting);
    }
    (sifted, withheld)
}

/// Removes from the response the Set-Cookie fields that the visitor did not agree to, rewrites those that are to be
/// rewritten, and expires what the request should not have brought; the others keep their octets and their order. If
/// any of this changes the response, or a cookie passes by this visitor's consent alone in one that is offered to shared
/// caches, they are kept from it.
/// The fields are those put aside and those in the map.
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
    let lines: Vec<Unread<'_>> = fields.iter().map(|field| Unread::of_value(field.as_bytes())).collect();
    let time = LazyCell::new(|| server_time(headers, now()));
    let chosen = choice_after(site, visit, &lines, &time);
    let consent = chosen.as_ref().unwrap_or(visit.consent());
    let (fates, personal) = sift(exchange, site, (visit, consent, &time), &lines);
    let changed = fates.iter().any(|fate| !matches!(fate, Fate::Forward));
    let due = visit.navigates && (visit.withheld || chosen.is_some());
    let cached =
        || !site.make_private && caching::is_storable(&visit.method, visit.authorized, status, headers);
    let expiries = if due && !cached() {
        let kept: Vec<_> = fates.iter().zip(&fields).filter_map(|(fate, field)| fate.sent(field)).collect();
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
    if site.make_private && (changed || !expiries.is_empty() || personal && caching::is_offered(headers)) {
        caching::make_private(headers);
    }
    let kept = fields.into_iter().zip(fates).filter_map(|(field, fate)| fate.of(field));
    send(headers, kept.chain(expiries.into_iter().filter_map(|expiry| value(expiry.field))));
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

/// What becomes of a Set-Cookie field.
enum Fate {
    Forward,
    Rewrite(HeaderValue),
    Strip,
}

impl Fate {
    /// What is sent in the place of the field that came.
    fn of(self, field: HeaderValue) -> Option<HeaderValue> {
        match self {
            Self::Forward => Some(field),
            Self::Rewrite(field) => Some(field),
            Self::Strip => None,
        }
    }

    fn sent<'a>(&'a self, field: &'a HeaderValue) -> Option<&'a HeaderValue> {
        match self {
            Self::Forward => Some(field),
            Self::Rewrite(field) => Some(field),
            Self::Strip => None,
        }
    }
}

/// What becomes of each of the Set-Cookie fields, and whether one passes that is this visitor's alone: by the consent that
/// it needs, or with the choice itself. Whoever else got it out of a cache would have agreed to nothing.
fn sift(
    exchange: &mut Exchange,
    site: &Site,
    (visit, consent, time): (&Visit, &Consent, &impl Deref<Target = i64>),
    lines: &[Unread<'_>],
) -> (Vec<Fate>, bool) {
    let (mut fates, mut personal) = (Vec::with_capacity(lines.len()), false);
    let current = Rc::clone(&exchange.current);
    let mut familiar = current.familiar.borrow_mut();
    for line in lines {
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
        personal |= matches!(verdict, Verdict::Forward(Reason::Agreed(_) | Reason::ConsentCookie));
        fates.push(match verdict {
            Verdict::Forward(_) => Fate::Forward,
            Verdict::Rewrite(_) => rewritten.and_then(value).map_or(Fate::Strip, Fate::Rewrite),
            Verdict::Strip(_) => Fate::Strip,
        });
    }
    (fates, personal)
}

/// What the request's cookies give to expire, but for those that the response itself sets.
fn purge(site: &Site, visit: &Visit, occasion: Occasion<'_>, kept: &[&HeaderValue]) -> Vec<Expiry> {
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

/// Octets that came in field values or were checked to make a set-cookie-string always make a field value.
fn value(octets: Vec<u8>) -> Option<HeaderValue> {
    HeaderValue::from_maybe_shared(Bytes::from(octets)).ok()
}

/// Adds Set-Cookie fields.
fn send(headers: &mut HeaderMap, fields: impl IntoIterator<Item = HeaderValue>) {
    let mut fields = fields.into_iter();
    let (Some(first), Ok(entry)) = (fields.next(), headers.try_entry(header::SET_COOKIE)) else { return };
    let mut entry = match entry {
        Entry::Occupied(mut entry) => {
            entry.append(first);
            entry
        }
        Entry::Vacant(entry) => match entry.try_insert_entry(first) {
            Ok(entry) => entry,
            Err(_) => return,
        },
    };
    fields.for_each(|field| entry.append(field));
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
