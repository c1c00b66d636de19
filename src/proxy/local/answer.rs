//! What is answered where.

use bytes::Bytes;
use http::header::{self, HeaderValue};
use http::{Method, Response, StatusCode};
use hyper::body::Incoming;

use super::asked::now;
use super::respond::{self, REVALIDATED, SHARED};
use super::route::Route;
use super::{Asked, api, choose};
use crate::consent::{Choice, unanswered};
use crate::pages::{Notice, Place, Visit, error_page};
use crate::proxy::exchange::Exchange;
use crate::registry::KeyTarget;

/// Seconds for which a page says that a choice was saved: as long as it takes to be led there.
const JUST_NOW: i64 = 60;

/// Answers a request for one of our paths; nothing of it goes upstream.
pub(in crate::proxy) async fn answer(
    exchange: &mut Exchange,
    asked: Asked<'_>,
    body: Incoming,
) -> Box<Response<Bytes>> {
    let method = &asked.parts.method;
    let route = Route::of(&asked.local.paths, asked.parts.uri.path());
    if route != Route::Nothing && !route.methods().contains(method) {
        return Box::new(wrong_method(route));
    }
    let response = match route {
        Route::Page(Place::Consent) => match *method {
            Method::POST => choose::post(exchange, asked, body).await,
            Method::PUT => choose::put(exchange, asked, body).await,
            Method::DELETE => choose::forget(exchange, asked),
            _ => respond::json(StatusCode::OK, &api::state(asked)),
        },
        Route::Page(Place::Policy) => policy(asked),
        Route::Page(Place::Centre) => centre(asked),
        Route::Page(Place::Banner) => banner(asked),
        Route::Page(place) => file(asked, place),
        Route::Gpc => gpc(asked),
        Route::Nothing => nothing(asked),
    };
    Box::new(respond::for_method(response, method))
}

fn policy(asked: Asked<'_>) -> Response<Bytes> {
    let path = asked.local.settings.path(Place::Policy);
    let language = asked.language(None);
    let back = if asked.query("lang").is_some() { format!("{path}?lang={language}") } else { path };
    let fragment = asked.query("fragment").as_deref() == Some("1");
    let page = shown(asked, &back, language, |visit| asked.local.pages.policy(visit, fragment));
    validated(asked, page, language)
}

fn centre(asked: Asked<'_>) -> Response<Bytes> {
    let back = asked.back(asked.query("back").as_deref()).unwrap_or_else(|| "/".to_owned());
    let language = asked.language(None);
    let page = shown(asked, &back, language, |visit| asked.local.pages.centre(visit));
    validated(asked, page, language)
}

/// The banner where something is to be asked, for scripts and for server-side includes.
fn banner(asked: Asked<'_>) -> Response<Bytes> {
    let open = asked.query("open").as_deref() == Some("1");
    let companion = asked.companion();
    let ask = match open {
        true => asked.registry().asked().to_vec(),
        false => unanswered(asked.registry(), asked.visit.consent(), companion.as_ref()),
    };
    if ask.is_empty() {
        let mut nothing = respond::empty(StatusCode::NO_CONTENT);
        nothing.headers_mut().insert(header::VARY, respond::VARY);
        return nothing;
    }
    // The Referer of an include is the page's own: where the visitor was before. The form's will be the page.
    let back = asked.query("back").and_then(|back| asked.safe(&back)).unwrap_or_default();
    let language = asked.language(None);
    let page =
        shown(asked, &back, language, |visit| asked.local.pages.banner(&Visit { ask: &ask, ..*visit }));
    respond::page(StatusCode::OK, page, language)
}

/// Renders for a visitor.
fn shown(asked: Asked<'_>, back: &str, language: &str, render: impl FnOnce(&Visit<'_>) -> String) -> String {
    let choice = |granted| if granted { Choice::Granted } else { Choice::Denied };
    let consent = asked.visit.consent();
    // A switch without an answer is where its category's is, but for what is denied until it is asked.
    let unasked = asked.registry().asked().iter().copied().filter(|target| match target {
        KeyTarget::Category(_) => false,
        KeyTarget::Service(service) => consent.is_unasked(*service),
    });
    let answers = asked.answers();
    let answers = answers.iter().map(|(target, granted)| (target, choice(granted)));
    let answers: Vec<(KeyTarget, Choice)> =
        answers.chain(unasked.map(|target| (target, Choice::Denied))).collect();
    let reference = asked.reference();
    render(&Visit {
        language,
        reference: reference.as_deref(),
        answers: &answers,
        chosen_at: asked.chosen_at(),
        back,
        shown: &asked.local.stamp(language),
        notice: notice(asked),
        gpc: asked.gpc(),
        ask: asked.registry().asked(),
    })
}

/// What the form that led here did. Anybody can write an address, so it is said only if it can be true.
fn notice(asked: Asked<'_>) -> Option<Notice> {
    match asked.query("notice")?.as_str() {
        "saved" if (0..JUST_NOW).contains(&(now() - asked.chosen_at()?)) => Some(Notice::Saved),
        "forgotten" if asked.companion().is_none() => Some(Notice::Forgotten),
        _ => None,
    }
}

fn validated(asked: Asked<'_>, page: String, language: &str) -> Response<Bytes> {
    let tag = respond::tag(page.as_bytes());
    respond::validated(respond::page(StatusCode::OK, page, language), tag, REVALIDATED, asked.headers())
}

fn file(asked: Asked<'_>, place: Place) -> Response<Bytes> {
    let Some(file) = asked.local.file(place) else { return nothing(asked) };
    let response = respond::respond(StatusCode::OK, file.kind.clone(), file.text.clone());
    respond::validated(response, file.tag.clone(), SHARED, asked.headers())
}

/// The statement that Global Privacy Control is honoured, and since when it is as it is.
fn gpc(asked: Asked<'_>) -> Response<Bytes> {
    let mut statement = serde_json::json!({ "gpc": true });
    if let Some(date) = asked.registry().date() {
        statement["lastUpdate"] = date.to_string().into();
    }
    let body = statement.to_string();
    let tag = respond::tag(body.as_bytes());
    respond::validated(respond::respond(StatusCode::OK, respond::JSON, body), tag, SHARED, asked.headers())
}

fn nothing(asked: Asked<'_>) -> Response<Bytes> {
    let page = error_page(404, "Not Found", "There is no such page.");
    let mut response = respond::page(StatusCode::NOT_FOUND, page, "en");
    response.headers_mut().insert(header::CONTENT_SECURITY_POLICY, respond::STYLED_POLICY);
    respond::for_method(response, &asked.parts.method)
}

fn wrong_method(route: Route) -> Response<Bytes> {
    let page = error_page(405, "Method Not Allowed", "This page can't be asked for in this way.");
    let mut response = respond::page(StatusCode::METHOD_NOT_ALLOWED, page, "en");
    response.headers_mut().insert(header::CONTENT_SECURITY_POLICY, respond::STYLED_POLICY);
    response.headers_mut().insert(header::ALLOW, HeaderValue::from_static(route.allow()));
    response
}
