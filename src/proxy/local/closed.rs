//! The answer for a site that is being worked on.

use http::header::{self, HeaderValue};
use http::{Method, Response, StatusCode};

use bytes::Bytes;

use super::asked::now;
use super::choose::message;
use super::{Asked, respond};
use crate::config::Maintenance;
use crate::pages::{Message, error_page};

const STATUS: StatusCode = StatusCode::SERVICE_UNAVAILABLE;

/// 503 with the site's own page, else with that of tamis in the visitor's language; `asked` is `None` where the site has
/// no pages of tamis.
pub(in crate::proxy) fn closed(
    maintenance: &Maintenance,
    asked: Option<Asked<'_>>,
    method: &Method,
) -> Response<Bytes> {
    let mut response = match (&maintenance.page, asked) {
        (Some(page), _) => respond::respond(STATUS, respond::HTML, page.clone()),
        (None, Some(asked)) => message(asked, STATUS, Message::Maintenance, None),
        (None, None) => {
            let text = "This site is being worked on. Please try again in a little while.";
            let page = error_page(STATUS.as_u16(), "Under maintenance", text);
            let mut response = respond::respond(STATUS, respond::HTML, page);
            response.headers_mut().insert(header::CONTENT_SECURITY_POLICY, respond::STYLED_POLICY);
            response
        }
    };
    let seconds = maintenance.retry_after(now());
    response.headers_mut().insert(header::RETRY_AFTER, HeaderValue::from(seconds));
    respond::for_method(response, method)
}
