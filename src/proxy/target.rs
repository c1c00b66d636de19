//! Whom a request is for: its Host and target, read strictly (RFC 9112 3.2, RFC 9110 7.2).

use http::request::Parts;
use http::uri::PathAndQuery;
use http::{HeaderValue, Method, Uri, Version, header};

use super::Error;

/// The request's host, as it came, and without its port.
pub(super) struct Target {
    /// The Host to forward: the field's own octets, or the authority of an absolute target.
    pub(super) authority: HeaderValue,
    /// Octets of it that are the host.
    host: usize,
}

impl Target {
    /// `None` if the authority is none.
    fn of(authority: HeaderValue) -> Option<Self> {
        let host = split(authority.as_bytes())?.len();
        Some(Self { authority, host })
    }

    /// The host without port, brackets kept; the empty string where HTTP/1.0 gave none.
    pub(super) fn host(&self) -> &str {
        let host = self.authority.as_bytes().get(..self.host);
        host.and_then(|host| std::str::from_utf8(host).ok()).unwrap_or_default()
    }
}

/// Reads the target and leaves it in origin-form in `parts.uri`.
///
/// # Errors
/// A method that a gateway doesn't forward; a Host that is missing, repeated, malformed or disagrees; a target that no URI has.
pub(super) fn read(parts: &mut Parts) -> Result<Target, Error> {
    if parts.method == Method::CONNECT || parts.method == Method::TRACE {
        return Err(Error::Method(parts.method.clone()));
    }
    let mut hosts = parts.headers.get_all(header::HOST).iter();
    let authority = match (hosts.next(), hosts.next()) {
        (Some(host), None) => host.clone(),
        // HTTP/1.0 knows no Host, HTTP/2 has it in its target.
        (None, _)
            if parts.version < Version::HTTP_11 || parts.uri.authority().is_some() && is_http2(parts) =>
        {
            HeaderValue::from_static("")
        }
        _ => return Err(Error::Host),
    };
    let target = Target::of(authority).ok_or(Error::Host)?;
    // hyper lets pass what is UTF-8. No URI has it (RFC 3986 2), and the next server may read other characters.
    let written = parts.uri.path_and_query().map_or("", PathAndQuery::as_str);
    if !written.is_ascii() {
        return Err(Error::TargetOctets);
    }
    // A :path of a query alone is malformed (RFC 9113 8.3.1), and is a path by the time that it gets here.
    if written.starts_with('?') && is_http2(parts) {
        return Err(Error::Target);
    }
    // An asterisk asks about the server, which OPTIONS alone does (RFC 9112 3.2.4, RFC 9113 8.3.1).
    if written == "*" && parts.method != Method::OPTIONS {
        return Err(Error::Target);
    }
    if let Some(named) = parts.uri.authority() {
        // An absolute target replaces Host (RFC 9112 3.2.2); one that disagrees is a trick, not a request.
        let authority = target.authority.as_bytes();
        if !authority.is_empty() && !named.as_str().as_bytes().eq_ignore_ascii_case(authority) {
            return Err(Error::Target);
        }
        let named = HeaderValue::from_str(named.as_str()).map_err(|_| Error::Host)?;
        let target = Target::of(named).ok_or(Error::Host)?;
        let path = parts.uri.path_and_query().cloned();
        parts.uri = Uri::from(path.unwrap_or_else(|| PathAndQuery::from_static("/")));
        return Ok(target);
    }
    if !parts.uri.path().starts_with('/') && parts.uri.path() != "*" {
        return Err(Error::Target);
    }
    Ok(target)
}

fn is_http2(parts: &Parts) -> bool {
    parts.version == Version::HTTP_2
}

/// The host of `uri-host [ ":" port ]` (RFC 3986 3.2.2, without user information), or `None` if it isn't that.
pub(super) fn split(authority: &[u8]) -> Option<&str> {
    let end = match authority.first() {
        Some(b'[') => {
            let close = authority.iter().position(|octet| *octet == b']')?;
            let address = std::str::from_utf8(authority.get(1..close)?).ok()?;
            address.parse::<std::net::Ipv6Addr>().ok()?;
            close + 1
        }
        _ => authority.iter().position(|octet| *octet == b':').unwrap_or(authority.len()),
    };
    let (host, port) = authority.split_at_checked(end)?;
    let port_fits = match port.split_first() {
        None => true,
        Some((b':', digits)) => digits.len() <= 5 && digits.iter().all(u8::is_ascii_digit),
        Some(_) => false,
    };
    let of_host = |octet: &u8| OF_HOST.get(usize::from(*octet)).is_some_and(|of| *of);
    if !port_fits || !(host.starts_with(b"[") || host.iter().all(of_host)) || !is_encoded_well(host) {
        return None;
    }
    std::str::from_utf8(host).ok()
}

/// Whether every percent sign begins an octet (RFC 3986 2.1).
fn is_encoded_well(host: &[u8]) -> bool {
    let encoded =
        |octets: &[u8]| octets.get(..2).is_some_and(|octets| octets.iter().all(u8::is_ascii_hexdigit));
    !host.contains(&b'%') || host.split(|octet| *octet == b'%').skip(1).all(encoded)
}

/// Whether an octet is of a name, by its value.
const OF_HOST: [bool; 256] = {
    let mut table = [false; 256];
    let mut octet = 0;
    while octet < 128 {
        table[octet as usize] = is_of_host(octet);
        octet += 1;
    }
    table
};

/// An octet of a reg-name, but for the comma, which servers take for the end of a list's first Host.
const fn is_of_host(octet: u8) -> bool {
    matches!(octet, b'a'..=b'z' | b'A'..=b'Z' | b'0'..=b'9' | b'-' | b'.' | b'_' | b'~' | b'%' | b'!' | b'$' | b'&'
        | b'\'' | b'(' | b')' | b'*' | b'+' | b';' | b'=')
}

#[cfg(test)]
mod tests {
    use super::*;

    fn target(uri: &str, hosts: &[&str]) -> Result<(String, String), Error> {
        let mut request = http::Request::builder().uri(uri);
        for host in hosts {
            request = request.header("host", *host);
        }
        let (mut parts, ()) = request.body(()).unwrap().into_parts();
        let target = read(&mut parts)?;
        Ok((target.host().to_owned(), parts.uri.to_string()))
    }

    #[test]
    fn one_host_is_needed() {
        assert_eq!(target("/a?b", &["x.test:8080"]).unwrap(), ("x.test".into(), "/a?b".into()));
        assert_eq!(target("/", &["[::1]:80"]).unwrap().0, "[::1]");
        assert_eq!(target("/", &["caf%C3%a9.test%2E:80"]).unwrap().0, "caf%C3%a9.test%2E");
        assert!(matches!(target("/", &[]), Err(Error::Host)));
        assert!(matches!(target("/", &["a", "a"]), Err(Error::Host)));
        for odd in [
            "a@b", "a,b", "a b", "a/b", "a?b", "a#b", "a:b", "a:1:2", "[::1", "[x]", "a[b", "a]b:80",
            "a:123456", "a\\b", "<", "a%zz", "%", "a%2", "%2g.test", "a%41%",
        ] {
            assert!(matches!(target("/", &[odd]), Err(Error::Host)), "{odd}");
        }
    }

    #[test]
    fn an_asterisk_is_for_options() {
        assert!(matches!(target("*", &["x.test"]), Err(Error::Target)));
        let request = http::Request::options("*").header("host", "x.test");
        let (mut parts, ()) = request.body(()).unwrap().into_parts();
        assert!(read(&mut parts).is_ok());
    }

    #[test]
    fn a_target_is_ascii() {
        for odd in ["/\u{e9}", "/a?\u{e9}", "http://x.test/\u{e9}"] {
            assert!(matches!(target(odd, &["x.test"]), Err(Error::TargetOctets)), "{odd}");
        }
    }

    #[test]
    fn an_absolute_target_must_agree() {
        assert_eq!(target("http://X.test/a", &["x.test"]).unwrap(), ("X.test".into(), "/a".into()));
        assert!(matches!(target("http://x.test/a", &["y.test"]), Err(Error::Target)));
        assert!(matches!(target("http://u@x.test/a", &["u@x.test"]), Err(Error::Host)));
    }
}
