//! One question of the operator, one answer.

use bytes::Bytes;
use http::request::Parts;
use http::{HeaderValue, Request, Response, StatusCode, header};
use http_body_util::Full;
use serde_json::{Value, json};
use tokio::sync::oneshot;

use super::guard::{Guard, Refused};
use super::routes::{self, Action, Admission, ROUTES, Unrouted};
use super::{Operator, Phase, Wish, explain, exposition, observed, sites};
use crate::config::Log;

pub(super) type Answer = Response<Full<Bytes>>;

const NO_LOG: &str = "nothing is logged\n";
pub(super) const TEXT: &str = "text/plain; charset=utf-8";
pub(super) const JSON: &str = "application/json";

/// Answers one request; its content, if any, is not read.
pub(super) async fn answer<B>(request: Request<B>, operator: &Operator, guard: &Guard) -> Answer {
    let (parts, _) = request.into_parts();
    let route = match routes::find(&parts.method, parts.uri.path()) {
        Ok(route) => route,
        Err(unrouted) => return nowhere(&unrouted),
    };
    let admitted = guard.admit(&parts.method, &parts.headers);
    match (route.admission, admitted) {
        (Admission::Bearer, Err(refused)) => refusal(refused),
        (_, admitted) => act(route.action, operator, &parts, admitted.is_ok()).await,
    }
}

/// `whole`: the request may have every detail.
async fn act(action: Action, operator: &Operator, parts: &Parts, whole: bool) -> Answer {
    let query = parts.uri.query().unwrap_or_default();
    match action {
        Action::Health => text(StatusCode::OK, "ok\n"),
        Action::Readiness => readiness(operator, whole),
        Action::Metrics => match operator.metrics.encode() {
            Ok(metrics) if exposition::is_open_metrics(&parts.headers) => {
                content(StatusCode::OK, exposition::OPEN_METRICS, metrics)
            }
            Ok(metrics) => content(StatusCode::OK, exposition::PROMETHEUS, exposition::plain(&metrics)),
            Err(fault) => text(StatusCode::INTERNAL_SERVER_ERROR, format!("{fault}\n")),
        },
        Action::Sites => json(StatusCode::OK, &sites::sites(&operator.status.served())),
        Action::Observed => observed::observed(operator, parts).await,
        Action::Configuration => match wish(operator, Wish::Outline).await {
            Ok(outline) => {
                let generation = operator.status.served().generation;
                json(StatusCode::OK, &json!({ "generation": generation, "outline": outline }))
            }
            Err(unable) => unable,
        },
        Action::Explain => match explain::explain(&operator.status.served().snapshot, query) {
            Ok(told) => json(StatusCode::OK, &told),
            Err(sentence) => text(StatusCode::BAD_REQUEST, sentence),
        },
        Action::Reload => reload(operator).await,
        Action::Log => match &operator.level {
            Some(level) => json(StatusCode::OK, &json!({ "level": level.word() })),
            None => text(StatusCode::SERVICE_UNAVAILABLE, NO_LOG),
        },
        Action::SetLog => set_log(operator, query),
    }
}

/// `PUT /log?level=debug`.
fn set_log(operator: &Operator, query: &str) -> Answer {
    let Some(level) = &operator.level else { return text(StatusCode::SERVICE_UNAVAILABLE, NO_LOG) };
    let before = level.word();
    match query.strip_prefix("level=").and_then(|word| level.set(word)) {
        Some(word) => {
            tracing::info!(before, now = word, "the operator has set the level of the log");
            json(StatusCode::OK, &json!({ "level": word }))
        }
        None => {
            let levels = Log::LEVELS.join(", ");
            text(StatusCode::BAD_REQUEST, format!("ask for /log?level=LEVEL, one of {levels}\n"))
        }
    }
}

fn readiness(operator: &Operator, whole: bool) -> Answer {
    let phase = operator.status.phase();
    let status = if phase == Phase::Serving { StatusCode::OK } else { StatusCode::SERVICE_UNAVAILABLE };
    if !whole {
        return json(status, &json!({ "phase": phase.word() }));
    }
    let served = operator.status.served();
    let records = match &served.snapshot.records {
        None => "off",
        Some(_) if !served.snapshot.asks_visitors() => "off",
        Some(_) if operator.metrics.records().failing.value() > 0 => "failing",
        Some(_) => "written",
    };
    let details = json!({
        "phase": phase.word(),
        "generation": served.generation,
        "refused": served.refused,
        "upstreams": sites::upstreams(&served),
        "records": { "state": records, "queued": operator.metrics.records().queued.value() },
    });
    json(status, &details)
}

async fn reload(operator: &Operator) -> Answer {
    match wish(operator, Wish::Reload).await {
        Ok(reloaded) => {
            // What was asked for conflicts with what the files say (RFC 9110 15.5.10).
            let status = if reloaded.errors == 0 { StatusCode::OK } else { StatusCode::CONFLICT };
            json(status, &serde_json::to_value(reloaded).unwrap_or_default())
        }
        Err(unable) => unable,
    }
}

/// What the thread that reads the files says, or the answer that there is none.
async fn wish<T>(operator: &Operator, wish: impl FnOnce(oneshot::Sender<T>) -> Wish) -> Result<T, Answer> {
    let unable =
        || text(StatusCode::SERVICE_UNAVAILABLE, "this gateway has no files: start it by `tamis run`\n");
    let wishes = operator.wishes.as_ref().ok_or_else(unable)?;
    let (reply, outcome) = oneshot::channel();
    wishes.send(wish(reply)).await.map_err(|_| unable())?;
    outcome.await.map_err(|_| unable())
}

fn nowhere(unrouted: &Unrouted) -> Answer {
    match unrouted {
        Unrouted::Path => {
            let mut paths: Vec<_> = ROUTES.iter().map(|route| route.path).collect();
            paths.dedup();
            text(unrouted.status(), format!("nothing is here; there are {}\n", paths.join(", ")))
        }
        Unrouted::Method(allowed) => {
            let mut answer = text(unrouted.status(), format!("here {allowed} are answered\n"));
            if let Ok(allowed) = HeaderValue::try_from(allowed) {
                answer.headers_mut().insert(header::ALLOW, allowed);
            }
            answer
        }
    }
}

fn refusal(refused: Refused) -> Answer {
    let (status, sentence, challenge) = match refused {
        Refused::NoToken => {
            let sentence = "send the token of `admin`: Authorization: Bearer TOKEN\n";
            (StatusCode::UNAUTHORIZED, sentence, Some("Bearer realm=\"tamis\""))
        }
        Refused::WrongToken => {
            let challenge = "Bearer realm=\"tamis\", error=\"invalid_token\"";
            (StatusCode::UNAUTHORIZED, "this is not the token of `admin`\n", Some(challenge))
        }
        Refused::Host => {
            let sentence = "without a token, the host must be an IP address or localhost\n";
            (StatusCode::FORBIDDEN, sentence, None)
        }
        Refused::CrossSite => (StatusCode::FORBIDDEN, "a page of another site sent this\n", None),
    };
    let mut answer = text(status, sentence);
    if let Some(challenge) = challenge {
        answer.headers_mut().insert(header::WWW_AUTHENTICATE, HeaderValue::from_static(challenge));
    }
    answer
}

fn json(status: StatusCode, value: &Value) -> Answer {
    content(status, JSON, format!("{value:#}\n"))
}

pub(super) fn text(status: StatusCode, sentence: impl Into<Bytes>) -> Answer {
    content(status, TEXT, sentence)
}

pub(super) fn content(status: StatusCode, kind: &'static str, body: impl Into<Bytes>) -> Answer {
    let mut response = Response::new(Full::new(body.into()));
    *response.status_mut() = status;
    let fields = response.headers_mut();
    fields.insert(header::CONTENT_TYPE, HeaderValue::from_static(kind));
    fields.insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
    response
}
