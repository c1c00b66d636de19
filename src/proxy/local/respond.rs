//! The heads of our own responses: what they may do in a browser, who may keep them, and whether they have changed.

use aws_lc_rs::digest;
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use bytes::Bytes;
use http::header::{self, HeaderMap, HeaderName, HeaderValue};
use http::{Method, Response, StatusCode};

use crate::pages::Site;

pub(super) const HTML: HeaderValue = HeaderValue::from_static("text/html; charset=utf-8");
pub(super) const JSON: HeaderValue = HeaderValue::from_static("application/json");

/// That of the small pages about a fault, which bring their style along.
pub(super) const STYLED_POLICY: HeaderValue =
    HeaderValue::from_static("default-src 'none'; style-src 'unsafe-inline'; frame-ancestors 'none'");
/// A visitor's own, to be asked for again each time.
pub(super) const REVALIDATED: HeaderValue = HeaderValue::from_static("private, no-cache");
/// The same for everybody. Not for long: the address stays the same when tamis is updated.
pub(super) const SHARED: HeaderValue = HeaderValue::from_static("public, max-age=3600");
/// A visitor's own, to be forgotten.
const UNSTORED: HeaderValue = HeaderValue::from_static("private, no-store");
/// What the responses depend on that pages are made from.
pub(super) const VARY: HeaderValue = HeaderValue::from_static("Cookie, Accept-Language");

/// A response that nobody stores.
pub(super) fn respond(status: StatusCode, kind: HeaderValue, body: impl Into<Bytes>) -> Response<Bytes> {
    let mut response = Response::new(body.into());
    *response.status_mut() = status;
    let headers = response.headers_mut();
    headers.insert(header::CONTENT_TYPE, kind);
    headers.insert(header::CACHE_CONTROL, UNSTORED);
    headers.insert(header::X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff"));
    response
}

/// A page in a language, which nobody stores.
pub(super) fn page(status: StatusCode, text: String, language: &str) -> Response<Bytes> {
    let mut response = respond(status, HTML, text);
    let headers = response.headers_mut();
    headers.insert(header::CONTENT_SECURITY_POLICY, HeaderValue::from_static(Site::CONTENT_SECURITY_POLICY));
    // Forms of these pages tell where they stand by `Origin`, which is `null` without a Referer (Fetch 3.1).
    headers.insert(header::REFERRER_POLICY, HeaderValue::from_static("same-origin"));
    headers.insert(header::VARY, VARY);
    if let Ok(language) = HeaderValue::try_from(language) {
        headers.insert(header::CONTENT_LANGUAGE, language);
    }
    response
}

/// JSON that nobody stores.
pub(super) fn json(status: StatusCode, value: &serde_json::Value) -> Response<Bytes> {
    respond(status, JSON, value.to_string())
}

/// A response without content.
pub(super) fn empty(status: StatusCode) -> Response<Bytes> {
    let mut response = respond(status, HTML, Bytes::new());
    response.headers_mut().remove(header::CONTENT_TYPE);
    response
}

/// A response that may be stored so, and is a 304 to whom has it already (RFC 9110 13.1.2).
pub(super) fn validated(
    mut response: Response<Bytes>,
    tag: HeaderValue,
    storage: HeaderValue,
    asked: &HeaderMap,
) -> Response<Bytes> {
    let known = matches(asked, tag.as_bytes());
    let headers = response.headers_mut();
    headers.insert(header::CACHE_CONTROL, storage);
    headers.insert(header::ETAG, tag);
    if !known {
        return response;
    }
    let mut unchanged = Response::new(Bytes::new());
    *unchanged.status_mut() = StatusCode::NOT_MODIFIED;
    // Those that a stored response is updated by (RFC 9110 15.4.5).
    let kept: [HeaderName; 3] = [header::CACHE_CONTROL, header::ETAG, header::VARY];
    for name in kept {
        if let Some(value) = response.headers_mut().remove(&name) {
            unchanged.headers_mut().insert(name, value);
        }
    }
    unchanged
}

/// The entity-tag of content: strong, since the same octets give the same tag and others another one.
pub(super) fn tag(content: &[u8]) -> HeaderValue {
    let digest = digest::digest(&digest::SHA256, content);
    let text = URL_SAFE_NO_PAD.encode(digest.as_ref().get(..16).unwrap_or_default());
    // Base64url is visible ASCII.
    HeaderValue::try_from(format!("\"{text}\"")).unwrap_or(HeaderValue::from_static("\"\""))
}

/// Whether If-None-Match names this tag, compared weakly.
fn matches(asked: &HeaderMap, tag: &[u8]) -> bool {
    let values = asked.get_all(header::IF_NONE_MATCH).iter();
    values.flat_map(|value| value.as_bytes().split(|octet| *octet == b',')).any(|one| {
        let one = one.trim_ascii();
        one == b"*" || one.strip_prefix(b"W/").unwrap_or(one) == tag
    })
}

/// The response to HEAD: what GET would have said, without the content (RFC 9110 9.3.2).
pub(super) fn for_method(mut response: Response<Bytes>, method: &Method) -> Response<Bytes> {
    if method == Method::HEAD && !response.body().is_empty() {
        let length = response.body().len();
        response.headers_mut().insert(header::CONTENT_LENGTH, length.into());
        *response.body_mut() = Bytes::new();
    }
    response
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_known_tag_is_answered_by_304() {
        let tag = tag(b"content");
        let text = tag.to_str().unwrap().to_owned();
        for (field, known) in [
            (text.clone(), true),
            (format!("W/{text}"), true),
            (format!("\"x\", {text} ,\"y\""), true),
            ("*".to_owned(), true),
            (text.trim_matches('"').to_owned(), false),
            ("\"\"".to_owned(), false),
            (String::new(), false),
        ] {
            let mut asked = HeaderMap::new();
            asked.insert(header::IF_NONE_MATCH, HeaderValue::try_from(&field).unwrap());
            let page = page(StatusCode::OK, "content".to_owned(), "en");
            let response = validated(page, tag.clone(), REVALIDATED, &asked);
            assert_eq!(response.status() == StatusCode::NOT_MODIFIED, known, "{field}");
            assert_eq!(response.body().is_empty(), known);
            assert_eq!(response.headers()[header::ETAG], tag);
            assert_eq!(response.headers()[header::VARY], VARY);
        }
    }

    #[test]
    fn another_content_has_another_tag() {
        assert_eq!(tag(b"a"), tag(b"a"));
        assert_ne!(tag(b"a"), tag(b"b"));
    }
}
