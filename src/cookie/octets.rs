//! Cutting octet strings without an index that could be wrong.

use memchr::memchr;

/// The octets before the first `separator`, and those after it where there is one.
pub(super) fn split_once(octets: &[u8], separator: u8) -> (&[u8], Option<&[u8]>) {
    let Some((before, rest)) = memchr(separator, octets).and_then(|at| octets.split_at_checked(at)) else {
        return (octets, None);
    };
    (before, rest.split_first().map(|(_, after)| after))
}

/// Without leading and trailing WSP, which is SP and HTAB and nothing else (RFC 5234 B.1).
pub(super) fn trim(mut octets: &[u8]) -> &[u8] {
    while let [b' ' | b'\t', rest @ ..] | [rest @ .., b' ' | b'\t'] = octets {
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

/// What lies between semicolons, untrimmed; an empty string holds one empty segment.
#[derive(Clone)]
pub(super) struct Segments<'a> {
    rest: Option<&'a [u8]>,
}

impl<'a> Segments<'a> {
    /// The segments of the octets, or none at all.
    pub(super) fn of(octets: Option<&'a [u8]>) -> Self {
        Self { rest: octets }
    }
}

impl<'a> Iterator for Segments<'a> {
    type Item = &'a [u8];

    fn next(&mut self) -> Option<Self::Item> {
        let (segment, rest) = split_once(self.rest?, b';');
        self.rest = rest;
        Some(segment)
    }
}
