//! What the portal reads of a request.

use http::{HeaderMap, HeaderValue, Method, header};
use http_body_util::BodyExt as _;
use hyper::body::Incoming;

use crate::cookie::pairs;

/// Octets of a form that are read; the portal's own have a hundred.
const MOST: usize = 4096;

/// A request as far as the portal cares.
#[derive(Debug)]
pub(super) struct Request {
    pub(super) method: Method,
    pub(super) path: String,
    /// `fr` where the visitor chose it, else `en`.
    pub(super) language: &'static str,
    /// What tamis says about the visitor's choice.
    pub(super) consent: String,
    /// The token of the page's forms: that of the csrftoken cookie; empty where there is none yet.
    pub(super) token: String,
    cookies: Vec<(String, String)>,
    form: Vec<(String, String)>,
}

impl Request {
    pub(super) async fn read(request: http::Request<Incoming>) -> Self {
        let (parts, body) = request.into_parts();
        let cookies = cookies(&parts.headers);
        let french = cookies.iter().any(|(name, value)| name == "django_language" && value == "fr");
        let consent = parts.headers.get("x-consent").and_then(|value| value.to_str().ok());
        Self {
            method: parts.method,
            path: parts.uri.path().to_owned(),
            language: if french { "fr" } else { "en" },
            consent: consent.unwrap_or_default().to_owned(),
            token: find(&cookies, "csrftoken").unwrap_or_default().to_owned(),
            cookies,
            form: form(body).await,
        }
    }

    /// The value of a cookie that reached the portal.
    pub(super) fn cookie(&self, name: &str) -> Option<&str> {
        find(&self.cookies, name)
    }

    /// A field of the form.
    pub(super) fn field(&self, name: &str) -> Option<&str> {
        find(&self.form, name)
    }
}

fn find<'a>(list: &'a [(String, String)], name: &str) -> Option<&'a str> {
    list.iter().find(|(key, _)| key == name).map(|(_, value)| value.as_str())
}

fn cookies(headers: &HeaderMap) -> Vec<(String, String)> {
    let fields = headers.get_all(header::COOKIE).iter().map(HeaderValue::as_bytes);
    let text = |octets: &[u8]| String::from_utf8_lossy(octets).into_owned();
    fields.flat_map(pairs).map(|pair| (text(pair.name()), text(pair.value()))).collect()
}

/// The fields of a form (`application/x-www-form-urlencoded`); the portal's own need no decoding.
async fn form(mut body: Incoming) -> Vec<(String, String)> {
    let mut whole = Vec::new();
    while let Some(Ok(frame)) = body.frame().await {
        let data = frame.into_data().unwrap_or_default();
        if whole.len() + data.len() > MOST {
            return Vec::new();
        }
        whole.extend_from_slice(&data);
    }
    let text = String::from_utf8_lossy(&whole);
    let fields = text.split('&').filter_map(|field| field.split_once('='));
    fields.map(|(name, value)| (name.to_owned(), value.to_owned())).collect()
}
