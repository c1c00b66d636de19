//! Who asked, for what, over what: X-Forwarded-*, Forwarded (RFC 7239) and Via (RFC 9110 7.6.3).
//!
//! What a request brings is believed only from listed networks; from anywhere else it is removed before ours is set.

use std::net::{IpAddr, SocketAddr};

use http::header::{self, HeaderMap, HeaderName, HeaderValue};

use super::Error;
use crate::config::Snapshot;
use crate::downstream::Peer;

const FOR: HeaderName = HeaderName::from_static("x-forwarded-for");
const PROTO: HeaderName = HeaderName::from_static("x-forwarded-proto");
const HOST: HeaderName = HeaderName::from_static("x-forwarded-host");

/// The address of the other side, an IPv4 one as such.
pub(super) fn address(peer: &Peer) -> IpAddr {
    peer.address.ip().to_canonical()
}

/// The scheme of the user agent's own connection: as a trusted peer says, else as it is here.
pub(super) fn proto(headers: &HeaderMap, peer: &Peer, trusted: bool) -> &'static str {
    match headers.get(&PROTO).filter(|_| trusted).map(HeaderValue::as_bytes) {
        Some(b"https") => "https",
        Some(b"http") => "http",
        _ if peer.secure => "https",
        _ => "http",
    }
}

/// The visitor's address: the peer's, or, as long as whoever says so is trusted, the one before it in X-Forwarded-For.
/// `None` where a trusted one says something that is no address.
pub(super) fn visitor(headers: &HeaderMap, peer: &Peer, snapshot: &Snapshot) -> Option<IpAddr> {
    let mut visitor = address(peer);
    let lines = headers.get_all(&FOR).iter().rev();
    for element in lines.flat_map(|line| line.as_bytes().rsplit(|octet| *octet == b',')) {
        if !snapshot.trusts(visitor) {
            break;
        }
        let text = std::str::from_utf8(element).ok()?.trim();
        // Some write the port as well.
        let with_port = || text.parse::<SocketAddr>().map(|address| address.ip());
        visitor = text.parse::<IpAddr>().or_else(|_| with_port()).ok()?.to_canonical();
    }
    Some(visitor)
}

/// Sets X-Forwarded-For, -Proto, -Host and Forwarded for the origin server; what was there of them was said by somebody
/// who is `trusted`, or is gone.
pub(super) fn announce(headers: &mut HeaderMap, peer: &Peer, trusted: bool, host: &HeaderValue) {
    let own = if peer.secure { "https" } else { "http" };
    let proto = proto(headers, peer, trusted);
    let node = peer.node();
    append(headers, &FOR, &[node]);
    headers.insert(PROTO, HeaderValue::from_static(proto));
    if !headers.contains_key(&HOST) {
        headers.insert(HOST, host.clone());
    }
    let (open, close) = if node.contains(':') { ("\"[", "]\"") } else { ("", "") };
    // A quoted-string; a Host that was let in holds neither quotes nor backslashes.
    let (begin, host, end) = match std::str::from_utf8(host.as_bytes()) {
        Ok(host) if !host.is_empty() => (";host=\"", host, "\""),
        _ => ("", "", ""),
    };
    append(headers, &header::FORWARDED, &["for=", open, node, close, ";proto=", own, begin, host, end]);
}

/// Adds ourselves to Via, and finds out whether we are in it already.
///
/// # Errors
/// [`Error::Loop`] if the request has passed here before.
pub(super) fn sign(headers: &mut HeaderMap, name: &str, version: http::Version) -> Result<(), Error> {
    let named = |element: &[u8]| {
        let mut words = element.split(|b| *b == b' ' || *b == b'\t').filter(|word| !word.is_empty());
        words.nth(1).is_some_and(|by| by.eq_ignore_ascii_case(name.as_bytes()))
    };
    let vias = headers.get_all(header::VIA).iter();
    if vias.flat_map(|value| value.as_bytes().split(|b| *b == b',')).any(named) {
        return Err(Error::Loop);
    }
    let version = match version {
        http::Version::HTTP_10 => "1.0",
        http::Version::HTTP_2 => "2",
        _ => "1.1",
    };
    append(headers, &header::VIA, &[version, " ", name]);
    Ok(())
}

/// Adds an element, given in parts, to a list-valued field, its lines joined into one in their order.
fn append(headers: &mut HeaderMap, name: &HeaderName, element: &[&str]) {
    let mut value = Vec::with_capacity(element.iter().map(|part| part.len()).sum());
    for line in headers.get_all(name) {
        value.extend_from_slice(line.as_bytes());
        value.extend_from_slice(b", ");
    }
    element.iter().for_each(|part| value.extend_from_slice(part.as_bytes()));
    // Lines that came as field values and our own visible text always make a field value.
    if let Ok(value) = HeaderValue::from_maybe_shared(bytes::Bytes::from(value)) {
        headers.insert(name, value);
    }
}

#[cfg(test)]
mod tests {
    use super::super::fields;
    use super::*;

    fn announced(peer: &str, secure: bool, lines: &[(&'static str, &'static str)]) -> Vec<String> {
        let address = peer.parse().unwrap();
        let peer = Peer::new(address, address, secure);
        let mut headers: HeaderMap = lines
            .iter()
            .map(|(name, value)| (HeaderName::from_static(name), HeaderValue::from_static(value)))
            .collect();
        let trusted = address_is_listed(&peer);
        fields::clean_request(&mut headers, trusted);
        announce(&mut headers, &peer, trusted, &HeaderValue::from_static("x.test"));
        let mut all: Vec<_> = headers.iter().map(|(n, v)| format!("{n}: {}", v.to_str().unwrap())).collect();
        all.sort();
        all
    }

    fn address_is_listed(peer: &Peer) -> bool {
        address(peer).to_string().starts_with("10.")
    }

    #[test]
    fn a_stranger_is_not_believed() {
        let claims = [
            ("x-forwarded-for", "1.2.3.4"),
            ("x-forwarded-port", "1"),
            ("forwarded", "for=9"),
            ("x-real-ip", "7"),
        ];
        assert_eq!(
            announced("192.0.2.7:5", false, &claims),
            [
                "forwarded: for=192.0.2.7;proto=http;host=\"x.test\"",
                "x-forwarded-for: 192.0.2.7",
                "x-forwarded-host: x.test",
                "x-forwarded-proto: http"
            ]
        );
    }

    #[test]
    fn a_listed_network_is_believed_and_continued() {
        let claims =
            [("x-forwarded-for", "1.2.3.4"), ("x-forwarded-proto", "https"), ("forwarded", "for=1.2.3.4")];
        assert_eq!(
            announced("[::ffff:10.1.1.1]:5", false, &claims),
            [
                "forwarded: for=1.2.3.4, for=10.1.1.1;proto=http;host=\"x.test\"",
                "x-forwarded-for: 1.2.3.4, 10.1.1.1",
                "x-forwarded-host: x.test",
                "x-forwarded-proto: https"
            ]
        );
    }

    #[test]
    fn an_ipv6_node_is_quoted() {
        assert_eq!(
            announced("[2001:db8::1]:5", true, &[])[0],
            "forwarded: for=\"[2001:db8::1]\";proto=https;host=\"x.test\""
        );
    }

    #[test]
    fn via_finds_a_circle() {
        let mut headers = HeaderMap::new();
        headers.append(header::VIA, HeaderValue::from_static("1.1 cdn, HTTP/1.1\ttamis-2 (x)"));
        sign(&mut headers, "tamis", http::Version::HTTP_11).unwrap();
        assert_eq!(headers[header::VIA], "1.1 cdn, HTTP/1.1\ttamis-2 (x), 1.1 tamis");
        assert!(matches!(sign(&mut headers, "TAMIS", http::Version::HTTP_11), Err(Error::Loop)));
    }
}
