//! What becomes of a choice.
//!
//! A refusal is honoured at once, whatever becomes of its record. What was not granted before is granted only when the
//! record of it is durable: a controller has to be able to show that consent was given (GDPR article 7(1)).

use bytes::Bytes;
use http::header::{self, HeaderValue};
use http::{Response, StatusCode};
use hyper::body::Incoming;

use super::chosen::Chosen;
use super::form::Form;
use super::made::{Made, Manner};
use super::reading;
use super::{Asked, api, made, respond};
use crate::consent::{Choices, How, unanswered};
use crate::pages::{Action, Message, Place, Posted};
use crate::proxy::exchange::Exchange;
use crate::registry::KeyTarget;

/// A form of the preference centre, the policy page or the banner.
pub(super) async fn post(exchange: &mut Exchange, asked: Asked<'_>, body: Incoming) -> Response<Bytes> {
    if !asked.is_same_origin() {
        tracing::debug!(site = asked.site.name, "a form was refused: no page of this site sent it");
        return message(asked, StatusCode::FORBIDDEN, Message::ForeignForm, None);
    }
    let limit = exchange.current.snapshot().times.progress;
    let kind = "application/x-www-form-urlencoded";
    let octets = match reading::read(asked.headers(), kind, body, limit).await {
        Ok(octets) => octets,
        Err(unread) => return message(asked, unread.status(), Message::BadForm, None),
    };
    let Some(form) = Form::read(&octets) else {
        return message(asked, StatusCode::BAD_REQUEST, Message::BadForm, None);
    };
    let language = asked.language(form.language.as_deref());
    let how = match form.from.as_deref() {
        Some("banner") => How::Banner,
        Some("policy") => How::Policy,
        _ => How::Centre,
    };
    let page = asked.back(form.back.as_deref());
    let manner = Manner { how, language, page: page.as_deref() };
    let before = asked.before();
    let Some(chosen) = chosen(asked, &before, &form) else {
        return message(asked, StatusCode::BAD_REQUEST, Message::BadForm, Some(language));
    };
    let refused = chosen.refusals(&before);
    if (refused.all != chosen.all || !form.grants.is_empty())
        && let Some(status) = outdated(asked, &form, language)
    {
        let mut response = message(asked, status, Message::BadForm, Some(language));
        if refused.all != before {
            made::make(exchange, asked, refused, manner).await.send(&mut response);
        }
        return response;
    }
    let made = made::make(exchange, asked, chosen, manner).await;
    let mut response = match made.granted {
        true => see_other(asked, form.back.as_deref()),
        false => message(asked, StatusCode::SERVICE_UNAVAILABLE, Message::NotRecorded, Some(language)),
    };
    made.send(&mut response);
    response
}

/// A choice by the API.
pub(super) async fn put(exchange: &mut Exchange, asked: Asked<'_>, body: Incoming) -> Response<Bytes> {
    if !asked.is_same_origin() {
        return foreign(asked);
    }
    let limit = exchange.current.snapshot().times.progress;
    let octets = match reading::read(asked.headers(), "application/json", body, limit).await {
        Ok(octets) => octets,
        Err(unread) => {
            return respond::json(unread.status(), &api::fault(unread.word(), &unread.to_string()));
        }
    };
    let put = match api::read(&octets, asked.registry(), &asked.before()) {
        Ok(put) => put,
        Err(fault) => {
            let status = match fault {
                api::Fault::Syntax(_) => StatusCode::BAD_REQUEST,
                _ => StatusCode::UNPROCESSABLE_ENTITY,
            };
            return respond::json(status, &api::fault(fault.word(), &fault.to_string()));
        }
    };
    // What chooses nothing renews nothing.
    let Some(chosen) = put.chosen else { return respond::json(StatusCode::OK, &api::state(asked)) };
    let language = asked.language(put.language.as_deref());
    let page = asked.back(None);
    let manner = Manner { how: How::Api, language, page: page.as_deref() };
    let made = made::make(exchange, asked, chosen, manner).await;
    let mut response = if made.granted {
        respond::json(StatusCode::OK, &stated(asked, &made))
    } else {
        let what =
            "no record of the agreement could be kept, so nothing was granted; what was refused is refused";
        respond::json(StatusCode::SERVICE_UNAVAILABLE, &api::fault("not-recorded", what))
    };
    made.send(&mut response);
    response
}

/// The end of a choice, as if none had ever been made; what was granted is withdrawn.
pub(super) fn forget(exchange: &mut Exchange, asked: Asked<'_>) -> Response<Bytes> {
    if !asked.is_same_origin() {
        return foreign(asked);
    }
    let page = asked.back(None);
    let manner = Manner { how: How::Forget, language: asked.language(None), page: page.as_deref() };
    let made = made::forget(exchange, asked, manner);
    let mut response = respond::json(StatusCode::OK, &stated(asked, &made));
    made.send(&mut response);
    response
}

/// The choice that is in force now, as the API tells it.
fn stated(asked: Asked<'_>, made: &Made) -> serde_json::Value {
    let companion = made.companion.as_ref();
    let answers = Choices::of(asked.registry(), &made.consent);
    let ask = unanswered(asked.registry(), &made.consent, companion);
    api::describe(asked, &answers, &ask, companion)
}

/// Why nobody can agree by a form: it names what isn't here, or was made with another text than the record would tell of.
/// What it refuses counts all the same.
fn outdated(asked: Asked<'_>, form: &Form, language: &str) -> Option<StatusCode> {
    let mut keys = form.asks.iter().chain(&form.grants);
    if keys.any(|key| asked.registry().key_target(key).is_none()) {
        return Some(StatusCode::BAD_REQUEST);
    }
    let shown = form.shown.as_deref().is_none_or(|shown| shown == asked.local.stamp(language));
    (!shown).then_some(StatusCode::CONFLICT)
}

/// What a form answers, over what was answered before; `None` if it asks about nothing that is here.
///
/// "Accept all" agrees to what it asks and to nothing else, so a service that was refused stays refused unless it is
/// asked about again; one without an answer is agreed to with its category. A switch, or a refusal, of a category speaks
/// for the services that aren't shown beside it.
fn chosen(asked: Asked<'_>, before: &Choices, form: &Form) -> Option<Chosen> {
    let registry = asked.registry();
    // A form that names nothing speaks of everything, as its button says.
    match (form.asks.is_empty(), form.action) {
        (true, Action::AcceptAll) => return Some(Chosen::everything(registry, true)),
        (true, Action::RefuseAll) => return Some(Chosen::everything(registry, false)),
        (true, Action::Save) => return None,
        (false, _) => {}
    }
    let (ask, was, grant) = (words(&form.asks), words(&form.was), words(&form.grants));
    let posted = Posted { action: form.action, ask: &ask, was: &was, grant: &grant };
    let waits = |target: &KeyTarget| registry.asked().contains(target);
    let said: Vec<_> = posted.answers(registry).into_iter().filter(|(target, _)| waits(target)).collect();
    match (said.is_empty(), form.action) {
        (true, _) => None,
        (false, Action::AcceptAll) => Some(Chosen::agreeing(registry, before, &said)),
        (false, _) => Some(Chosen::over(registry, before, &said)),
    }
}

fn words(keys: &[String]) -> Vec<&str> {
    keys.iter().map(String::as_str).collect()
}

/// On to where the visitor was, by a GET (RFC 9110 15.4.4); to the preference centre where that can't be told. A page
/// of ours says that the choice was saved.
fn see_other(asked: Asked<'_>, back: Option<&str>) -> Response<Bytes> {
    let settings = &asked.local.settings;
    let centre = || settings.path(Place::Centre);
    let back = asked.back(back).unwrap_or_else(centre);
    let path = back.split(['?', '#']).next().unwrap_or_default();
    let location = if path == settings.path(Place::Policy) || path == centre() {
        let mark = if back.contains('?') { '&' } else { '?' };
        let (page, place) =
            back.split_once('#').map_or((back.as_str(), None), |(page, place)| (page, Some(place)));
        let place = place.map(|place| format!("#{place}")).unwrap_or_default();
        format!("{page}{mark}notice=saved{place}")
    } else {
        back
    };
    let mut response = respond::empty(StatusCode::SEE_OTHER);
    // A path that may be gone back to is visible ASCII.
    let location = HeaderValue::try_from(location).unwrap_or(HeaderValue::from_static("/"));
    response.headers_mut().insert(header::LOCATION, location);
    response
}

pub(super) fn message(
    asked: Asked<'_>,
    status: StatusCode,
    message: Message,
    language: Option<&str>,
) -> Response<Bytes> {
    let language = language.unwrap_or_else(|| asked.language(None));
    respond::page(status, asked.local.pages.message(message, language), language)
}

/// JSON for a request of another site: it can't read it, but whoever writes a banner looks here.
fn foreign(asked: Asked<'_>) -> Response<Bytes> {
    tracing::debug!(site = asked.site.name, "a choice was refused: no page of this site sent it");
    let what = "only pages of this site may choose: neither Sec-Fetch-Site, Origin nor Referer says that this is one";
    respond::json(StatusCode::FORBIDDEN, &api::fault("cross-site", what))
}
