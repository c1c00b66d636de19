//! Cutting octet strings without an index that could be wrong.

use memchr::memchr;

/// The octets before the first `separator`, and those after it where there is one.
pub(super) fn split_once(octets: &[u8], separator: u8) -> (&[u8], Option<&[u8]>) {
    let Some((before, rest)) = memchr(separator, octets).and_then(|at| octets.split_at_checked(at)) else {
        return (octets, None);
    };
    (before, rest.split_first().map(|(_, after)| after))
}

/// The octets before the first that `ends`, and those from it on. Goes octet by octet, for what is mostly over before a
/// wider search has begun.
pub(super) fn until(octets: &[u8], ends: impl Fn(u8) -> bool) -> (&[u8], &[u8]) {
    let length = octets.iter().position(|octet| ends(*octet)).unwrap_or(octets.len());
    octets.split_at_checked(length).unwrap_or((octets, b""))
}

/// Without leading and trailing WSP, which is SP and HTAB and nothing else (RFC 5234 B.1).
pub(super) fn trim(octets: &[u8]) -> &[u8] {
    trim_end(trim_start(octets))
}

/// Without leading WSP.
pub(super) fn trim_start(mut octets: &[u8]) -> &[u8] {
    while let [b' ' | b'\t', rest @ ..] = octets {
        octets = rest;
    }
    octets
}

/// Without trailing WSP.
pub(super) fn trim_end(mut octets: &[u8]) -> &[u8] {
    while let [rest @ .., b' ' | b'\t'] = octets {
        octets = rest;
    }
    octets
}

/// A CTL other than HTAB: makes browsers ignore a whole set-cookie-string (6265bis 5.6, step 1).
pub(super) fn is_control(octet: u8) -> bool {
    matches!(octet, 0x00..=0x08 | 0x0A..=0x1F | 0x7F)
}

/// Whether any octet is such a control character. Looks at all of them, since a loop without an exit is done many
/// octets at a time.
pub(super) fn holds_control(octets: &[u8]) -> bool {
    octets.iter().fold(false, |found, octet| found | is_control(*octet))
}
