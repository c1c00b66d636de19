//! What a site says of https: that its visitors are to come by it, and that they are to keep to it.

use bytes::Bytes;
use http::header::{self, HeaderMap, HeaderValue};
use http::request::Parts;
use http::{Method, Response, StatusCode};

use super::target::Target;
use super::{Error, exchange::Exchange};

/// How long a redirect may be kept, in seconds. Without a limit browsers keep it for good, whatever is configured then.
const KEPT: HeaderValue = HeaderValue::from_static("max-age=3600");

/// Leads a user agent to the same address under https. Of 301 the oldest user agents know what it is; only 308 has them
/// send anything but GET once more as it was (RFC 9110 15.4.2, 15.4.9).
///
/// # Errors
/// [`Error::Host`] where the request names no host.
pub(super) fn redirect(parts: &Parts, target: &Target, port: u16) -> Result<Response<Bytes>, Error> {
    let host = target.host();
    if host.is_empty() {
        return Err(Error::Host);
    }
    let port = if port == 443 { String::new() } else { format!(":{port}") };
    let path = parts.uri.path_and_query().map(|path| path.as_str()).filter(|path| path.starts_with('/'));
    let location = format!("https://{host}{port}{}", path.unwrap_or("/"));
    let location = HeaderValue::from_maybe_shared(Bytes::from(location)).map_err(|_| Error::Host)?;
    let mut response = Response::new(Bytes::new());
    let safe = parts.method == Method::GET || parts.method == Method::HEAD;
    *response.status_mut() =
        if safe { StatusCode::MOVED_PERMANENTLY } else { StatusCode::PERMANENT_REDIRECT };
    response.headers_mut().insert(header::LOCATION, location);
    response.headers_mut().insert(header::CACHE_CONTROL, KEPT);
    Ok(response)
}

/// What becomes of `Strict-Transport-Security` in the response of an exchange.
pub(super) enum Policy {
    /// The site says nothing: the origin server's own stays.
    Silent,
    /// The site says this; the origin server's own is replaced, since of two only the first would count (RFC 6797 8.1).
    Says(HeaderValue),
    /// The site says something, and by http nobody may (RFC 6797 7.2).
    Insecure,
}

impl Policy {
    pub(super) fn of(exchange: &Exchange) -> Self {
        let site = exchange.site.and_then(|id| exchange.current.snapshot().sites.get(id));
        match site.and_then(|site| site.hsts.as_deref()) {
            None => Self::Silent,
            // Copied: the octets of a shared one would be counted by all workers.
            Some(value) if exchange.secure => HeaderValue::from_str(value).map_or(Self::Silent, Self::Says),
            Some(_) => Self::Insecure,
        }
    }

    pub(super) fn apply(self, headers: &mut HeaderMap) {
        match self {
            Self::Silent => {}
            Self::Says(value) => {
                headers.insert(header::STRICT_TRANSPORT_SECURITY, value);
            }
            Self::Insecure => {
                headers.remove(header::STRICT_TRANSPORT_SECURITY);
            }
        }
    }
}
