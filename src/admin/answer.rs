//! One question of the operator, one answer.

use std::sync::Arc;

use bytes::Bytes;
use http::{HeaderValue, Method, Request, Response, StatusCode, header};
use http_body_util::Full;
use hyper::body::Incoming;

use crate::metrics::Metrics;

const OPEN_METRICS: &str = "application/openmetrics-text; version=1.0.0; charset=utf-8";
const TEXT: &str = "text/plain; charset=utf-8";

/// Answers `/healthz` and `/metrics`.
pub fn answer(request: &Request<Incoming>, metrics: &Arc<Metrics>) -> Response<Full<Bytes>> {
    if ![Method::GET, Method::HEAD].contains(request.method()) {
        return text(StatusCode::METHOD_NOT_ALLOWED, TEXT, "only GET and HEAD are answered here\n");
    }
    match request.uri().path() {
        "/healthz" => text(StatusCode::OK, TEXT, "ok\n"),
        "/metrics" => match metrics.encode() {
            Ok(metrics) => text(StatusCode::OK, OPEN_METRICS, metrics),
            Err(fault) => text(StatusCode::INTERNAL_SERVER_ERROR, TEXT, format!("{fault}\n")),
        },
        _ => text(StatusCode::NOT_FOUND, TEXT, "there are /healthz and /metrics\n"),
    }
}

fn text(status: StatusCode, kind: &'static str, body: impl Into<Bytes>) -> Response<Full<Bytes>> {
    let mut response = Response::new(Full::new(body.into()));
    *response.status_mut() = status;
    response.headers_mut().insert(header::CONTENT_TYPE, HeaderValue::from_static(kind));
    response
}
