//! Who asked, for what, over what: X-Forwarded-*, Forwarded (RFC 7239) and Via (RFC 9110 7.6.3).
//!
//! What a request brings is believed only from listed networks; from anywhere else it is removed before ours is set.

use std::net::{IpAddr, SocketAddr};

use http::Version;
use http::header::{self, HeaderMap, HeaderName, HeaderValue};

use super::Error;
use super::present::Present;
use crate::config::Snapshot;
use crate::downstream::Peer;
use crate::upstream::Lines;

const FOR: HeaderName = HeaderName::from_static("x-forwarded-for");
const PROTO: HeaderName = HeaderName::from_static("x-forwarded-proto");
const HOST: HeaderName = HeaderName::from_static("x-forwarded-host");

/// The address of the other side, an IPv4 one as such.
pub(super) fn address(peer: &Peer) -> IpAddr {
    peer.address.ip().to_canonical()
}

/// The scheme of the user agent's own connection: as a trusted peer says, else as it is here.
pub(super) fn proto(headers: &HeaderMap, peer: &Peer, trusted: bool) -> &'static str {
    let said = if trusted { headers.get(&PROTO) } else { None };
    match said.map(HeaderValue::as_bytes) {
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

/// Writes X-Forwarded-For, -Proto, -Host, Forwarded and Via for the origin server. What there is of the first four was
/// said by somebody who is `trusted`, and is continued; strangers' words are gone by now.
pub(super) fn announce(
    headers: &mut HeaderMap,
    lines: &mut Lines,
    hop: &Hop<'_>,
    (host, name, version): (&HeaderValue, &str, Version),
) {
    let Hop { peer, trusted, proto } = *hop;
    let node = peer.node();
    let own = if peer.secure { "https" } else { "http" };
    add(lines, (headers, trusted), &FOR, &[node]);
    if trusted {
        headers.remove(&PROTO);
    }
    lines.add(&PROTO, [proto.as_bytes()]);
    if !trusted || !headers.contains_key(&HOST) {
        lines.add(&HOST, [host.as_bytes()]);
    }
    let (open, close) = if node.contains(':') { ("\"[", "]\"") } else { ("", "") };
    // A quoted-string; a Host that was let in holds neither quotes nor backslashes.
    let (begin, host, end) = match std::str::from_utf8(host.as_bytes()) {
        Ok(host) if !host.is_empty() => (";host=\"", host, "\""),
        _ => ("", "", ""),
    };
    let element = ["for=", open, node, close, ";proto=", own, begin, host, end];
    add(lines, (headers, trusted), &header::FORWARDED, &element);
    add(lines, (headers, true), &header::VIA, &[version_of(version), " ", name]);
}

/// Who sent a request here, and over what.
#[derive(Clone, Copy)]
pub(super) struct Hop<'a> {
    pub(super) peer: &'a Peer,
    /// What it says about the user agent is believed.
    pub(super) trusted: bool,
    /// The scheme of the user agent's own connection ([`proto`]).
    pub(super) proto: &'static str,
}

impl<'a> Hop<'a> {
    /// The hop over which a request came.
    ///
    /// # Errors
    /// [`Error::Loop`] if the request has passed here before.
    pub(super) fn begin(
        (headers, present): (&HeaderMap, Present),
        peer: &'a Peer,
        snapshot: &Snapshot,
    ) -> Result<Self, Error> {
        if present.has(Present::VIA) && is_circle(headers, &snapshot.name) {
            return Err(Error::Loop);
        }
        let trusted = snapshot.trusts(address(peer));
        Ok(Self { peer, trusted, proto: proto(headers, peer, trusted) })
    }
}

/// Whether the request has passed here before: Via says so.
fn is_circle(headers: &HeaderMap, name: &str) -> bool {
    let named = |element: &[u8]| {
        let mut words = element.split(|b| *b == b' ' || *b == b'\t').filter(|word| !word.is_empty());
        words.nth(1).is_some_and(|by| by.eq_ignore_ascii_case(name.as_bytes()))
    };
    let vias = headers.get_all(header::VIA).iter();
    vias.flat_map(|value| value.as_bytes().split(|b| *b == b',')).any(named)
}

fn version_of(version: Version) -> &'static str {
    match version {
        Version::HTTP_10 => "1.0",
        Version::HTTP_2 => "2",
        _ => "1.1",
    }
}

/// Adds an element, given in parts, to a list-valued field: where there may be lines of it, behind what they say, in
/// their order.
fn add(lines: &mut Lines, (headers, some): (&mut HeaderMap, bool), name: &HeaderName, element: &[&str]) {
    let element = element.iter().map(|part| part.as_bytes());
    if !some || !headers.contains_key(name) {
        return lines.add(name, element);
    }
    let before: Vec<HeaderValue> = headers.get_all(name).iter().cloned().collect();
    headers.remove(name);
    lines.add(name, before.iter().flat_map(|line| [line.as_bytes(), b", "]).chain(element));
}

#[cfg(test)]
mod tests {
    use super::super::fields;
    use super::*;

    fn announced(peer: &str, secure: bool, lines: &[(&'static str, &'static str)]) -> Vec<String> {
        let address = peer.parse().unwrap();
        let peer = Peer::new(address, secure);
        let mut headers: HeaderMap = lines
            .iter()
            .map(|(name, value)| (HeaderName::from_static(name), HeaderValue::from_static(value)))
            .collect();
        let trusted = address_is_listed(&peer);
        let present = Present::among(&headers);
        fields::clean_request((&mut headers, present), trusted);
        let hop = Hop { peer: &peer, trusted, proto: proto(&headers, &peer, trusted) };
        let mut own = Lines::default();
        announce(
            &mut headers,
            &mut own,
            &hop,
            (&HeaderValue::from_static("x.test"), "tamis-2", Version::HTTP_11),
        );
        let map = headers.iter().map(|(n, v)| format!("{n}: {}", v.to_str().unwrap()));
        let own = std::str::from_utf8(own.octets()).unwrap().lines().map(str::to_owned);
        let mut all: Vec<_> = map.chain(own).filter(|line| !line.starts_with("via: 1.1 tamis-2")).collect();
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
        assert!(!is_circle(&headers, "tamis") && is_circle(&headers, "TAMIS-2"));
        let all = announced("192.0.2.7:5", false, &[("via", "1.1 cdn, 2 b")]);
        assert!(all.iter().any(|line| line == "via: 1.1 cdn, 2 b, 1.1 tamis-2"), "{all:?}");
    }
}
