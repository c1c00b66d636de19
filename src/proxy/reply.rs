//! The one door by which a failed exchange leaves: a page for the visitor, a line for the operator.

use http::{HeaderValue, Response, header};

use super::exchange::Exchange;
use super::{Error, ResponseBody, Side};
use crate::pages::error_page;

/// Turns an error into its response, logs and counts it.
pub(super) fn failure(error: &Error, mut exchange: Box<Exchange>) -> Response<ResponseBody> {
    let status = error.status();
    exchange.error = error.word();
    exchange.status = status.as_u16();
    let site = exchange.site_name();
    let upstream = exchange.address();
    // What strangers send is theirs to mend, and would fill the log; what the site does is the operator's.
    match error.side() {
        Side::Downstream => tracing::debug!(site, kind = error.word(), %error, "request refused"),
        Side::Upstream | Side::Gateway => {
            let upstream = upstream.as_deref().unwrap_or_default();
            tracing::error!(site, kind = error.word(), upstream, %error, "exchange failed");
        }
    }
    let page = error_page(status.as_u16(), status.canonical_reason().unwrap_or_default(), error.text());
    let mut response = Response::new(ResponseBody::own(page, exchange));
    *response.status_mut() = status;
    let headers = response.headers_mut();
    headers.insert(header::CONTENT_TYPE, HeaderValue::from_static("text/html; charset=utf-8"));
    headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
    headers.insert(
        header::CONTENT_SECURITY_POLICY,
        HeaderValue::from_static("default-src 'none'; style-src 'unsafe-inline'"),
    );
    if let Some(after) = error.retry_after() {
        // In whole seconds (RFC 9110 10.2.3).
        headers.insert(header::RETRY_AFTER, after.as_secs().max(1).into());
    }
    if error.closes() {
        headers.insert(header::CONNECTION, HeaderValue::from_static("close"));
    }
    response
}
