//! A choice that is made: recorded, written into its cookies, and what it withdraws expired.

use aws_lc_rs::rand;
use bytes::Bytes;
use http::Response;
use http::header::{self, HeaderValue};

use super::asked::now;
use super::chosen::Chosen;
use super::{Asked, cookies};
use crate::audit::observed::{Setting, Sighting};
use crate::config::Mode;
use crate::consent::{Choice, Choices, Companion, Consent, How, Record};
use crate::cookie::{SetCookie, Unread, pairs};
use crate::policy::{Policy, Purge, Twins};
use crate::proxy::exchange::Exchange;
use crate::registry::{Format, KeyTarget, Registry};

/// How a choice is made.
#[derive(Clone, Copy)]
pub(super) struct Manner<'a> {
    pub(super) how: How,
    /// The language of what was shown.
    pub(super) language: &'a str,
    /// The path of the page from which it is made, where that is known.
    pub(super) page: Option<&'a str>,
}

/// A choice that was made.
pub(super) struct Made {
    /// Whether all that was to be granted is.
    pub(super) granted: bool,
    /// What is in force from now on.
    pub(super) consent: Consent,
    pub(super) companion: Option<Companion>,
    cookies: Vec<HeaderValue>,
}

impl Made {
    /// Adds the cookies to the response.
    pub(super) fn send(self, response: &mut Response<Bytes>) {
        for cookie in self.cookies {
            response.headers_mut().append(header::SET_COOKIE, cookie);
        }
    }
}

/// One act of choosing: what its record and its companion cookie both say.
#[derive(Clone, Copy)]
struct Act<'a> {
    manner: Manner<'a>,
    id: [u8; 16],
    /// Unix seconds.
    time: i64,
}

/// Makes a choice. What it grants waits for its record; where there can't be one, only what it refuses is done.
///
/// A choice that the site's format can't hold is removed instead: then nothing is granted, which is what a refusal asks
/// for at least. `tamis check` finds such registries beforehand.
///
/// An agreement that is kept from an earlier choice isn't renewed by a choice about something else: companion and cookies
/// end with it.
pub(super) async fn make(
    exchange: &mut Exchange,
    asked: Asked<'_>,
    chosen: Chosen,
    manner: Manner<'_>,
) -> Made {
    let registry = asked.registry();
    let chosen = writable(registry, chosen);
    let choices = &chosen.all;
    let id = asked.companion().map_or_else(random, |companion| companion.id);
    let act = Act { manner, id, time: now() };
    if let Err(fault) = choices.cookie_value(registry) {
        tracing::error!(site = asked.site.name, %fault, "a choice can't be written, so it is removed");
        note(exchange, asked, &Choices::default(), act);
        return Made { granted: !choices.grants(), ..removed(exchange, asked, manner) };
    }
    if !choices.iter().any(|(target, granted)| granted && !agreed(registry, asked.visit.consent(), target)) {
        note(exchange, asked, choices, act);
        return written(exchange, asked, &chosen, act);
    }
    let store = exchange.current.gateway.outlets.store.clone();
    let recorded = match store {
        Some(store) => store.record(record(asked, choices, act)).await,
        None => Ok(()),
    };
    if recorded.is_ok() {
        return written(exchange, asked, &chosen, act);
    }
    let before = asked.before();
    let refused = writable(registry, chosen.refusals(&before));
    if refused.all == before {
        let consent = asked.visit.consent().clone();
        return Made { granted: false, consent, companion: asked.companion(), cookies: Vec::new() };
    }
    note(exchange, asked, &refused.all, act);
    Made { granted: false, ..written(exchange, asked, &refused, act) }
}

/// Has the choice forgotten. What withdraws an agreement is recorded; without a companion under an id of its own.
pub(super) fn forget(exchange: &mut Exchange, asked: Asked<'_>, manner: Manner<'_>) -> Made {
    let made = removed(exchange, asked, manner);
    // What another manager's cookie grants stays granted.
    let ends = |(target, granted)| granted && !agreed(asked.registry(), &made.consent, target);
    let id = match asked.companion() {
        Some(companion) => Some(companion.id),
        None => asked.answers().iter().any(ends).then(random),
    };
    if let Some(id) = id {
        note(exchange, asked, &Choices::default(), Act { manner, id, time: now() });
    }
    made
}

/// Has a choice recorded that doesn't wait for it.
fn note(exchange: &Exchange, asked: Asked<'_>, choices: &Choices, act: Act<'_>) {
    if let Some(store) = &exchange.current.gateway.outlets.store {
        store.note(record(asked, choices, act));
    }
}

/// The choice in its cookies; removed where they make no field.
fn written(exchange: &mut Exchange, asked: Asked<'_>, chosen: &Chosen, act: Act<'_>) -> Made {
    let (registry, secure) = (asked.registry(), asked.visit.secure);
    let earlier = asked.companion().filter(|_| !chosen.is_new());
    let since = earlier.map_or(act.time, |earlier| earlier.time.min(act.time));
    let seconds = cookies::left(registry, since, act.time);
    let companion = Companion::new(registry, &chosen.all, act.id, since);
    let kept = |name: &str, value: &str, hidden| cookies::kept((name, value), seconds, secure, hidden);
    let value = chosen.all.cookie_value(registry).ok();
    let own = value.and_then(|value| kept(&registry.consent().cookie, &value, false));
    let beside = kept(Companion::COOKIE, &companion.value(), true);
    let (Some(own), Some(beside)) = (own, beside) else {
        return removed(exchange, asked, act.manner);
    };
    let (consent, mut cookies) = follow(exchange, asked, act.manner.page, &[own.clone(), beside.clone()]);
    // Last, so that user agents which take a copy of the whole domain for the same cookie (RFC 6265 5.3, step 11) end
    // with the choice.
    cookies.extend([own, beside]);
    Made { granted: true, consent, companion: Some(companion), cookies }
}

/// No choice any more.
fn removed(exchange: &mut Exchange, asked: Asked<'_>, manner: Manner<'_>) -> Made {
    let secure = asked.visit.secure;
    let own = cookies::removed(&asked.registry().consent().cookie, secure, false);
    let beside = cookies::removed(Companion::COOKIE, secure, true);
    let (consent, expired) = follow(exchange, asked, manner.page, &[]);
    let cookies = own.into_iter().chain(beside).chain(expired).collect();
    Made { granted: true, consent, companion: None, cookies }
}

/// What is in force once the user agent has stored these cookies, and the fields that expire what it has no consent
/// for. It is read as the next request will be, with what other banners have written, so that it holds what is read.
fn follow(
    exchange: &mut Exchange,
    asked: Asked<'_>,
    page: Option<&str>,
    fields: &[HeaderValue],
) -> (Consent, Vec<HeaderValue>) {
    let (registry, visit) = (asked.registry(), asked.visit);
    let own = [registry.consent().cookie.as_bytes(), Companion::COOKIE.as_bytes()];
    let mut after = twins(asked, page, own);
    let others = visit.fields().flat_map(pairs).filter(|pair| !own.contains(&pair.name()));
    let set = fields.iter().flat_map(|field| pairs(field.as_bytes()).take(1));
    let consent = Consent::read(registry, others.chain(set), asked.gpc());
    for field in fields {
        let cookie = SetCookie::parse(field.as_bytes());
        let now = now();
        let verdict = asked.site.policy.judge_set_cookie(&cookie, &consent, now);
        let line = Unread::cut(field.as_bytes());
        if let Some(look) = exchange.judged(asked.site, Sighting::Set(line), verdict) {
            let authority = visit.authority.as_bytes();
            exchange.looks(asked.site, look, Setting { cookie: &cookie, now, authority });
        }
    }
    let Some(undeclared) = asked.site.purge else { return (consent, after) };
    let purge = Purge { consent: &consent, host: visit.host(), secure: visit.secure, undeclared, now: now() };
    let expiries = asked.site.policy.purge(visit.fields().flat_map(pairs), purge, |_| false);
    for expiry in &expiries {
        exchange.purged(asked.site, SetCookie::parse(&expiry.field).name(), expiry.reason);
    }
    if exchange.mode == Mode::Enforce {
        after.extend(expiries.into_iter().filter_map(|expiry| HeaderValue::try_from(expiry.field).ok()));
    }
    (consent, after)
}

/// The fields that expire copies of our own cookies which others have set. The choice comes first: where there are more
/// than one response carries, its copies go. Scripts of the
/// site write the choice alone, and on pages of the site.
fn twins(asked: Asked<'_>, page: Option<&str>, [choice, companion]: [&[u8]; 2]) -> Vec<HeaderValue> {
    let visit = asked.visit;
    let page = page.filter(|page| !page.starts_with(&asked.local.paths.prefix));
    let fields = [(choice, page), (companion, None)].into_iter().flat_map(|(name, page)| {
        let brought = visit.fields().flat_map(pairs).any(|pair| pair.name() == name);
        let twins = Twins { host: visit.host(), secure: visit.secure, brought, page };
        asked.site.policy.twins(name, twins)
    });
    fields.take(Policy::MOST_TWINS).filter_map(|field| HeaderValue::try_from(field).ok()).collect()
}

fn record(asked: Asked<'_>, choices: &Choices, act: Act<'_>) -> Record {
    let registry = asked.registry();
    let Manner { how, language, .. } = act.manner;
    Record {
        id: act.id,
        time: act.time,
        site: asked.site.name.clone(),
        how,
        language: language.to_owned(),
        text: asked.local.shown(language),
        registry_version: registry.version().to_owned(),
        registry_digest: asked.local.registry,
        choices: choices.words(registry).map(|(key, granted)| (key.to_owned(), granted)).collect(),
    }
}

/// The choices as the site's format can hold them: one word can only grant or refuse everything.
fn writable(registry: &Registry, chosen: Chosen) -> Chosen {
    let everything = || registry.asked().iter().all(|target| chosen.all.get(*target) == Some(true));
    if registry.consent().format == Format::Flag && !everything() {
        return Chosen::everything(registry, false);
    }
    chosen
}

/// Whether a category or service is agreed to: a service by its own choice, else by its category's.
fn agreed(registry: &Registry, consent: &Consent, target: KeyTarget) -> bool {
    match target {
        KeyTarget::Category(category) => consent.category(category) == Choice::Granted,
        KeyTarget::Service(service) => match consent.service(service) {
            Choice::Granted => true,
            Choice::Denied => false,
            Choice::Unset => consent.category(registry.service(service).category) == Choice::Granted,
        },
    }
}

/// A new id. The system's generator doesn't fail once it works; where it did, ids would be alike, and tell no visitor
/// from another.
fn random() -> [u8; 16] {
    let mut id = [0; 16];
    let _ = rand::fill(&mut id);
    id
}
