//! Reading what is sent with a choice, bounded in size and time.

use std::time::Duration;

use bytes::BytesMut;
use http::StatusCode;
use http::header::{self, HeaderMap};
use http_body::Body as _;
use http_body_util::BodyExt as _;
use hyper::body::Incoming;

/// Octets of a form or of JSON that are read; a choice between a hundred services has a tenth of it.
const MOST: usize = 16 * 1024;

/// Why a body is not taken.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub(super) enum Unread {
    /// It is not of the media type that is taken here, or encoded.
    #[error("the content must be of the type {0}, without a content coding")]
    Kind(&'static str),
    /// It is larger than [`MOST`].
    #[error("the content is larger than {MOST} octets")]
    Large,
    /// It did not come in time.
    #[error("the content came too slowly")]
    Slow,
    /// It broke off.
    #[error("the content broke off")]
    Broken,
}

impl Unread {
    /// A stable word for programs.
    pub(super) fn word(self) -> &'static str {
        match self {
            Self::Kind(_) => "media-type",
            Self::Large => "too-large",
            Self::Slow => "slow-request",
            Self::Broken => "request-body",
        }
    }

    /// The status that says so (RFC 9110 15.5).
    pub(super) fn status(self) -> StatusCode {
        match self {
            Self::Kind(_) => StatusCode::UNSUPPORTED_MEDIA_TYPE,
            Self::Large => StatusCode::PAYLOAD_TOO_LARGE,
            Self::Slow => StatusCode::REQUEST_TIMEOUT,
            Self::Broken => StatusCode::BAD_REQUEST,
        }
    }
}

/// Reads a body of this media type whole, within `limit` altogether: however little comes at a time, it ends.
///
/// # Errors
/// What it is not.
pub(super) async fn read(
    headers: &HeaderMap,
    kind: &'static str,
    body: Incoming,
    limit: Duration,
) -> Result<BytesMut, Unread> {
    if !is(headers, kind) || headers.contains_key(header::CONTENT_ENCODING) {
        return Err(Unread::Kind(kind));
    }
    // What is announced too large is not waited for.
    if body.size_hint().lower() > MOST as u64 {
        return Err(Unread::Large);
    }
    tokio::time::timeout(limit, whole(body)).await.map_err(|_| Unread::Slow)?
}

async fn whole(mut body: Incoming) -> Result<BytesMut, Unread> {
    let mut whole = BytesMut::new();
    while let Some(frame) = body.frame().await {
        let Ok(data) = frame.map_err(|_| Unread::Broken)?.into_data() else { continue };
        if whole.len() + data.len() > MOST {
            return Err(Unread::Large);
        }
        whole.extend_from_slice(&data);
    }
    Ok(whole)
}

/// Whether the one Content-Type is this media type, whatever its parameters.
fn is(headers: &HeaderMap, kind: &str) -> bool {
    let mut kinds = headers.get_all(header::CONTENT_TYPE).iter();
    let (Some(value), None) = (kinds.next(), kinds.next()) else { return false };
    let essence = value.as_bytes().split(|octet| *octet == b';').next().unwrap_or_default();
    essence.trim_ascii().eq_ignore_ascii_case(kind.as_bytes())
}

#[cfg(test)]
mod tests {
    use http::HeaderValue;

    use super::*;

    #[test]
    fn media_types() {
        for (value, expected) in [
            ("application/json", true),
            ("Application/JSON; charset=utf-8", true),
            ("application/json ; x", true),
            ("text/plain; application/json", false),
            ("application/json5", false),
            ("", false),
        ] {
            let mut headers = HeaderMap::new();
            headers.append(header::CONTENT_TYPE, HeaderValue::from_static(value));
            assert_eq!(is(&headers, "application/json"), expected, "{value}");
            headers.append(header::CONTENT_TYPE, HeaderValue::from_static("application/json"));
            assert!(!is(&headers, "application/json"), "twice");
        }
        assert!(!is(&HeaderMap::new(), "application/json"));
    }
}
