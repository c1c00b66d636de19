//! Fields that end at this hop (RFC 9110 7.6.1), fields that name a length, and names that a backend would confuse.

use http::Version;
use http::header::{self, HeaderMap, HeaderName, HeaderValue};

use super::present::Present;

/// Fields of the connection, whoever names them.
fn is_of_connection(name: &str) -> bool {
    matches!(
        name,
        "connection"
            | "upgrade"
            | "te"
            | "transfer-encoding"
            | "keep-alive"
            | "proxy-connection"
            | "http2-settings"
    )
}

/// Fields that `Connection` can't take away, whoever names them: where a request goes, how long it is, and what
/// gateways on its way say of it, this one and those that it trusts.
fn is_end_to_end(name: &HeaderName) -> bool {
    [header::HOST, header::CONTENT_LENGTH, header::VIA, header::COOKIE].contains(name)
        || is_claim(name.as_str())
}

/// Removes the fields of the connection and those that `Connection` names, whose names it returns.
pub(super) fn remove_connection(headers: &mut HeaderMap) -> Vec<HeaderName> {
    let named = remove_what_it_names(headers);
    remove_named(headers, is_of_connection);
    named
}

/// Removes from a request the fields of the connection, and what somebody before us must not say: names that speak for
/// us or for another field ([`is_spoof`]); where the other side is not `trusted`, what gateways say ([`is_claim`]).
/// Returns the names that `Connection` gave.
pub(super) fn clean_request((headers, present): (&mut HeaderMap, Present), trusted: bool) -> Vec<HeaderName> {
    if !present.has(Present::UNWANTED) {
        return Vec::new();
    }
    let named = remove_what_it_names(headers);
    remove_named(headers, |name| is_unwanted(name, trusted));
    named
}

/// Whether a field of a request may not go on.
pub(super) fn is_unwanted(name: &str, trusted: bool) -> bool {
    is_of_connection(name) || is_spoof(name) || (!trusted && is_claim(name))
}

fn remove_what_it_names(headers: &mut HeaderMap) -> Vec<HeaderName> {
    if !headers.contains_key(header::CONNECTION) {
        return Vec::new();
    }
    let lines = headers.get_all(header::CONNECTION);
    if lines.iter().all(|line| [b"keep-alive".as_slice(), b"close"].contains(&line.as_bytes())) {
        return Vec::new();
    }
    let named: Vec<HeaderName> = lines
        .iter()
        .flat_map(|value| value.as_bytes().split(|b| *b == b','))
        .filter_map(|name| HeaderName::from_bytes(name.trim_ascii()).ok())
        .filter(|name| !is_end_to_end(name))
        .collect();
    for name in &named {
        headers.remove(name);
    }
    named
}

/// Joins the cookie fields of HTTP/2, which sends one a pair, into the one that other contexts know (RFC 9113 8.2.3).
pub(super) fn join_crumbs(headers: &mut HeaderMap) {
    let crumbs = headers.get_all(header::COOKIE);
    if crumbs.iter().nth(1).is_none() {
        return;
    }
    let crumbs: Vec<&[u8]> =
        crumbs.iter().map(HeaderValue::as_bytes).filter(|crumb| !crumb.trim_ascii().is_empty()).collect();
    if crumbs.is_empty() {
        headers.remove(header::COOKIE);
        return;
    }
    // Octets of field values, joined by such octets, make a field value.
    if let Ok(joined) = HeaderValue::from_maybe_shared(bytes::Bytes::from(crumbs.join(&b"; "[..]))) {
        headers.insert(header::COOKIE, joined);
    }
}

/// The message comes as it is or in chunks, and in no transfer coding besides: no other is undone here, and one that
/// is taken away unseen leaves content that means something else (RFC 9112 6.1).
pub(super) fn is_coded_plainly(headers: &HeaderMap) -> bool {
    let mut codings = headers.get_all(header::TRANSFER_ENCODING).iter();
    match (codings.next(), codings.next()) {
        (None, _) => true,
        (Some(coding), None) => coding.as_bytes().eq_ignore_ascii_case(b"chunked"),
        _ => false,
    }
}

/// The user agent reads trailers (`TE: trailers`, RFC 9110 10.1.4).
pub(super) fn accepts_trailers(headers: &HeaderMap) -> bool {
    headers.get_all(header::TE).iter().any(|value| {
        value
            .as_bytes()
            .split(|b| *b == b',')
            .any(|coding| coding.trim_ascii().eq_ignore_ascii_case(b"trailers"))
    })
}

/// Asks the origin server for trailers, a request to this hop only. HTTP/2 knows no `Connection` (RFC 9113 8.2.2).
pub(super) fn ask_for_trailers(headers: &mut HeaderMap, version: Version) {
    headers.insert(header::TE, HeaderValue::from_static("trailers"));
    if version != Version::HTTP_2 {
        headers.insert(header::CONNECTION, HeaderValue::from_static("te"));
    }
}

/// What no trailer may carry: cookies, fields that a head alone has, and those of the connection (RFC 9110 6.5.1), those
/// included that `Connection` has `named`. Returns how many cookie fields there were.
pub(super) fn clean_trailers(trailers: &mut HeaderMap, named: &[HeaderName]) -> usize {
    let mut cookies = 0;
    for name in [header::COOKIE, header::SET_COOKIE, COOKIE2, SET_COOKIE2] {
        cookies += trailers.get_all(&name).iter().count();
        trailers.remove(name);
    }
    remove_named(trailers, is_of_head);
    for name in named {
        trailers.remove(name);
    }
    let present = Present::among(trailers);
    clean_request((trailers, present), false);
    cookies
}

/// What counts before the content comes: framing, routing, who asks, on which conditions, and what the content is (RFC
/// 9110 6.5.1). Whoever merges trailers into the head would be told too late, or otherwise.
fn is_of_head(name: &str) -> bool {
    let fields = [
        "content-length",
        "host",
        "trailer",
        "authorization",
        "expect",
        "max-forwards",
        "range",
        "sec-gpc",
        "content-encoding",
        "content-range",
        "content-type",
    ];
    fields.contains(&name) || name.starts_with("if-")
}

/// The request's obsolete twin of Cookie (RFC 2965).
pub(super) const COOKIE2: HeaderName = HeaderName::from_static("cookie2");
/// The response's obsolete twin of Set-Cookie (RFC 2965).
pub(super) const SET_COOKIE2: HeaderName = HeaderName::from_static("set-cookie2");
/// The gateway's word to the backend about the visitor's choice.
pub(super) const X_CONSENT: HeaderName = HeaderName::from_static("x-consent");

/// What only a trusted gateway may say: X-Forwarded-*, Forwarded, X-Real-IP.
fn is_claim(name: &str) -> bool {
    name.starts_with("x-forwarded") || name == "forwarded" || name == "x-real-ip"
}

/// What nobody before us may say: X-Consent, and names that a CGI-like backend takes for another one:
/// `x_forwarded_for` and `X-Forwarded-For` are both `HTTP_X_FORWARDED_FOR` there, and with some so is `x.forwarded.for`;
/// `content_length` is the length itself, and `proxy` the variable that programs take their own proxy from.
fn is_spoof(name: &str) -> bool {
    if !name.bytes().any(is_mark) {
        return name.starts_with("x-consent") || name == "proxy";
    }
    let twin = name.replace(|character: char| character.try_into().is_ok_and(is_mark), "-");
    let claims = twin.starts_with("x-forwarded") || twin.starts_with("x-consent") || twin == "x-real-ip";
    let framing = ["content-length", "content-type", "transfer-encoding", "set-cookie", "sec-gpc"];
    claims || framing.contains(&twin.as_str())
}

/// An octet of a field name that is neither letter nor digit, but for the usual one.
fn is_mark(octet: u8) -> bool {
    !octet.is_ascii_alphanumeric() && octet != b'-'
}

/// One pass over the names; allocates only where there is something to remove.
fn remove_named(headers: &mut HeaderMap, unwanted: impl Fn(&str) -> bool) {
    let names: Vec<HeaderName> = headers.keys().filter(|name| unwanted(name.as_str())).cloned().collect();
    for name in names {
        headers.remove(name);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn headers(lines: &[(&str, &str)]) -> HeaderMap {
        let line = |(name, value): &(&str, &str)| {
            (
                HeaderName::from_bytes(name.as_bytes()).unwrap(),
                HeaderValue::from_bytes(value.as_bytes()).unwrap(),
            )
        };
        lines.iter().map(line).collect()
    }

    #[test]
    fn what_the_connection_names_ends_here() {
        let mut map = headers(&[
            ("connection", "close, X-One"),
            ("connection", "x-two,host"),
            ("x-one", "1"),
            ("x-two", "2"),
            ("host", "x"),
            ("keep-alive", "timeout=5"),
            ("upgrade", "h2c"),
            ("x-three", "3"),
        ]);
        remove_connection(&mut map);
        assert_eq!(map, headers(&[("host", "x"), ("x-three", "3")]));
    }

    #[test]
    fn underscores_do_not_smuggle_claims() {
        let mut map = headers(&[
            ("x_forwarded_for", "1"),
            ("x-forwarded_proto", "https"),
            ("x_consent", "statistical"),
            ("content_length", "5"),
            ("x-consent", "statistical"),
            ("x.consent", "statistical"),
            ("x!forwarded~for", "1"),
            ("x*real'ip", "1"),
            ("sec.gpc", "0"),
            ("proxy", "http://x"),
            ("api_key", "stays"),
            ("x.request.id", "stays"),
        ]);
        let present = Present::among(&map);
        clean_request((&mut map, present), true);
        assert_eq!(map, headers(&[("api_key", "stays"), ("x.request.id", "stays")]));
    }

    #[test]
    fn trailers_carry_no_cookies() {
        let mut map =
            headers(&[("set-cookie", "a=1"), ("cookie", "b"), ("set-cookie2", "c"), ("digest", "d")]);
        map.insert("x-hop", HeaderValue::from_static("e"));
        for name in
            ["content-length", "host", "expect", "if-none-match", "content-type", "sec-gpc", "x.consent"]
        {
            map.insert(name, HeaderValue::from_static("f"));
        }
        assert_eq!(clean_trailers(&mut map, &[HeaderName::from_static("x-hop")]), 3);
        assert_eq!(map, headers(&[("digest", "d")]));
    }
}
