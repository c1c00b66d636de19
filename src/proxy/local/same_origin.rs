//! Whether a request that changes something came from the site's own pages: what keeps other sites from choosing for
//! the visitor (cross-site request forgery).

use http::HeaderValue;
use http::header::{self, HeaderMap};

/// Whether a user agent says that the request came from a page of this origin.
///
/// `Sec-Fetch-Site` is what the user agent itself found (Fetch Metadata 2.4), and counts alone where it is sent; scripts
/// can't set it. Where it is not (insecure connections, old browsers), `Origin` has to be ours, and where that is
/// missing too, the origin of `Referer`. With none of the three nothing is known, so the answer is no. `null` is the
/// origin of sandboxed frames and of anybody's `data:` page.
///
/// `scheme` is that of the user agent's own connection, `authority` its host with the port, if any.
pub(super) fn is_same_origin(headers: &HeaderMap, scheme: &str, authority: &HeaderValue) -> bool {
    if headers.contains_key("sec-fetch-site") {
        return only(headers, "sec-fetch-site") == Some("same-origin");
    }
    if headers.contains_key(header::ORIGIN) {
        return only(headers, "origin").is_some_and(|origin| is(origin, scheme, authority));
    }
    only(headers, "referer").and_then(origin).is_some_and(|origin| is(origin, scheme, authority))
}

/// Path and query of the Referer, if it names a page of this origin.
pub(super) fn page<'a>(headers: &'a HeaderMap, scheme: &str, authority: &HeaderValue) -> Option<&'a str> {
    let referer = only(headers, "referer")?;
    let origin = origin(referer).filter(|origin| is(origin, scheme, authority))?;
    referer.get(origin.len()..)
}

/// The value of a field that is there once.
fn only<'a>(headers: &'a HeaderMap, name: &str) -> Option<&'a str> {
    let mut values = headers.get_all(name).iter();
    let value = values.next()?;
    values.next().is_none().then(|| value.to_str().ok()).flatten()
}

/// `scheme://authority` at the beginning of a URL.
fn origin(url: &str) -> Option<&str> {
    let (scheme, rest) = url.split_once("://")?;
    let authority = rest.split(['/', '?', '#', '\\']).next()?;
    url.get(..scheme.len() + "://".len() + authority.len())
}

/// Whether a serialised origin (RFC 6454 6.2) is that of this scheme and authority, default ports left out.
fn is(origin: &str, scheme: &str, authority: &HeaderValue) -> bool {
    let Ok(authority) = std::str::from_utf8(authority.as_bytes()) else { return false };
    let Some((of, named)) = origin.split_once("://") else { return false };
    let named = without_port(named, scheme);
    !named.is_empty()
        && of.eq_ignore_ascii_case(scheme)
        && named.eq_ignore_ascii_case(without_port(authority, scheme))
}

fn without_port<'a>(authority: &'a str, scheme: &str) -> &'a str {
    let port = if scheme == "https" { ":443" } else { ":80" };
    authority.strip_suffix(port).or_else(|| authority.strip_suffix(':')).unwrap_or(authority)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn headers(lines: &[(&'static str, &'static str)]) -> HeaderMap {
        let mut headers = HeaderMap::new();
        for (name, value) in lines {
            headers.append(*name, HeaderValue::from_static(value));
        }
        headers
    }

    #[test]
    fn who_may_choose() {
        let ours = ("origin", "https://x.test");
        for (lines, expected) in [
            (&[("sec-fetch-site", "same-origin")][..], true),
            // A page with `Referrer-Policy: no-referrer` sends `Origin: null` with its forms (Fetch 3.1).
            (&[("sec-fetch-site", "same-origin"), ("origin", "null")], true),
            (&[("sec-fetch-site", "none"), ours], false),
            (&[("sec-fetch-site", "same-site"), ours], false),
            (&[("sec-fetch-site", "cross-site"), ours], false),
            (&[("sec-fetch-site", "same-origin"), ("sec-fetch-site", "cross-site")], false),
            (&[("sec-fetch-site", "")], false),
            (&[ours], true),
            (&[("origin", "https://X.test:443")], true),
            (&[("origin", "http://x.test")], false),
            (&[("origin", "https://x.test:8443")], false),
            (&[("origin", "https://y.x.test")], false),
            (&[("origin", "https://x.test.evil.test")], false),
            (&[("origin", "https://x.test@evil.test")], false),
            (&[("origin", "null")], false),
            (&[("origin", "null"), ("referer", "https://x.test/")], false),
            (&[ours, ours], false),
            (&[("origin", "")], false),
            (&[("referer", "https://x.test/a?b")], true),
            (&[("referer", "https://x.test")], true),
            (&[("referer", "https://evil.test/https://x.test/")], false),
            (&[("referer", "https://x.test\\@evil.test/")], true),
            (&[("referer", "https://evil.test\\x.test/")], false),
            (&[("referer", "/a")], false),
            (&[], false),
        ] {
            let authority = HeaderValue::from_static("x.test");
            assert_eq!(is_same_origin(&headers(lines), "https", &authority), expected, "{lines:?}");
        }
    }

    #[test]
    fn a_request_without_host_is_nobodys() {
        let authority = HeaderValue::from_static("");
        assert!(!is_same_origin(&headers(&[("origin", "http://")]), "http", &authority));
    }

    #[test]
    fn the_port_belongs_to_the_origin() {
        let authority = HeaderValue::from_static("[::1]:8080");
        assert!(is_same_origin(&headers(&[("origin", "http://[::1]:8080")]), "http", &authority));
        assert!(!is_same_origin(&headers(&[("origin", "http://[::1]")]), "http", &authority));
    }

    #[test]
    fn the_page_that_it_came_from() {
        let page = |url| {
            page(&headers(&[("referer", url)]), "http", &HeaderValue::from_static("x.test"))
                .map(str::to_owned)
        };
        assert_eq!(page("http://x.test/a?b=c").as_deref(), Some("/a?b=c"));
        assert_eq!(page("http://x.test").as_deref(), Some(""));
        assert_eq!(page("http://y.test/a"), None);
    }
}
