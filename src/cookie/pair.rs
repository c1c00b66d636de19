//! The cookie-pairs of a `Cookie` field.

use std::fmt;

use super::octets::{split_once, trim, trim_end, trim_start, until};

/// One cookie-pair, borrowed from its field.
#[derive(Clone, Copy, PartialEq, Eq)]
pub struct CookiePair<'a> {
    raw: &'a [u8],
    name: &'a [u8],
    value: &'a [u8],
}

impl<'a> CookiePair<'a> {
    /// The first pair of the octets, which a semicolon ends, and what follows it where there is one. Name and value as
    /// in 6265bis 5.6, steps 3 and 4: cut at the first `=`; where there is none, all is value and the name is empty.
    pub(super) fn cut(octets: &'a [u8]) -> (Self, Option<&'a [u8]>) {
        let (raw, rest) = split_once(octets, b';');
        let raw = trim(raw);
        let (name, value) = until(raw, |octet| octet == b'=');
        let (name, value) = match value.split_first() {
            // What is before it ends where the sign is, and what is after it at the end of all.
            Some((_, value)) => (trim_end(name), trim_start(value)),
            None => (b"".as_slice(), raw),
        };
        (Self { raw, name, value }, rest)
    }

    /// The octets as they came, without the white space around them.
    pub fn raw(&self) -> &'a [u8] {
        self.raw
    }

    /// The cookie-name, case-sensitive; empty for a nameless pair.
    pub fn name(&self) -> &'a [u8] {
        self.name
    }

    /// The cookie-value with its quotes, if it has any: they are part of it.
    pub fn value(&self) -> &'a [u8] {
        self.value
    }

    /// `=value`, or a lone `value`. Browsers return the cookie `=a=b` as `a=b` or `=a=b`, so one with an empty name
    /// can pass for any other.
    pub fn is_nameless(&self) -> bool {
        self.name.is_empty()
    }
}

/// Whether servers may take the name for another one: they trim more white space than the SP and HTAB that browsers do
/// (Python's `strip`, JavaScript's `trim`), so that `sessionid` with a no-break space beside it becomes `sessionid`.
/// Read as UTF-8, else as Latin-1.
pub fn is_disguised(name: &[u8]) -> bool {
    let trimmed = |character: char| character.is_whitespace() || character == '\u{feff}';
    match (name.first(), name.last()) {
        (Some(first), Some(last)) if !first.is_ascii() || !last.is_ascii() => match std::str::from_utf8(name)
        {
            Ok(name) => name.starts_with(trimmed) || name.ends_with(trimmed),
            Err(_) => trimmed(char::from(*first)) || trimmed(char::from(*last)),
        },
        _ => false,
    }
}

/// Shows the name only: values are secrets of the visitor.
impl fmt::Debug for CookiePair<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "CookiePair(\"{}\", {} octets)", self.name.escape_ascii(), self.value.len())
    }
}

/// The cookie-pairs of one `Cookie` field value, in order, duplicates included.
///
/// Semicolons separate, nothing else: not commas, and quotes do not protect them. Segments of white space alone are
/// no pairs. One pass, no allocation.
pub fn pairs(field: &[u8]) -> Pairs<'_> {
    Pairs(Some(field))
}

/// Those of the cookie-pairs whose name begins with an octet that is asked for: the others are hardly looked at.
pub fn pairs_beginning(
    field: &[u8],
    begins: impl Fn(u8) -> bool + Clone,
) -> impl Iterator<Item = CookiePair<'_>> + Clone {
    let mut rest = Some(field);
    std::iter::from_fn(move || {
        loop {
            let (segment, after) = split_once(rest?, b';');
            rest = after;
            if trim_start(segment).first().is_some_and(|octet| begins(*octet)) {
                return Some(CookiePair::cut(segment).0);
            }
        }
    })
}

/// The iterator of [`pairs`].
#[derive(Clone)]
pub struct Pairs<'a>(Option<&'a [u8]>);

impl<'a> Iterator for Pairs<'a> {
    type Item = CookiePair<'a>;

    fn next(&mut self) -> Option<Self::Item> {
        loop {
            let (pair, rest) = CookiePair::cut(self.0?);
            self.0 = rest;
            if !pair.raw.is_empty() {
                return Some(pair);
            }
        }
    }
}

/// Shows the names only.
impl fmt::Debug for Pairs<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_list().entries(self.clone()).finish()
    }
}
