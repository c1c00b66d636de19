//! The head of an answer: found in what was read, line by line, then read in one pass.
//!
//! Strictly: nothing precedes the status line, no line is folded, no space surrounds a name, no CR stands alone. Lines may
//! end with a bare LF, as programs that are no servers by trade write them (RFC 9112 2.2); they are written anew anyway.
//! Values are slices of the one buffer that the head came in.

use bytes::Bytes;
use http::header::{HeaderMap, HeaderName, HeaderValue};
use http::{Response, StatusCode, Version};
use hyper::ext::ReasonPhrase;
use memchr::{memchr, memchr_iter};

use super::framing::Facts;
use crate::upstream::{Fault, Flaw};

/// A field line as it came.
#[derive(Debug)]
pub struct Line<'a> {
    /// The field name.
    pub name: &'a HeaderName,
    /// The value's octets, without the space around them.
    pub octets: &'a [u8],
    /// What it came in.
    whole: &'a Bytes,
}

/// What becomes of a field line while the head is read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Kept {
    /// It enters the map with this value, its own or another.
    Keep(HeaderValue),
    /// It is as if it had never come, control characters and all; but a bare CR is the end of the answer.
    Drop,
    /// The same for a line that was put aside, and is valid.
    Aside,
    /// It is the end of the answer.
    Refuse,
}

impl Line<'_> {
    /// The line as it is; if its value isn't valid, that is the end of the answer.
    pub fn kept(self) -> Kept {
        self.value().map_or(Kept::Refuse, Kept::Keep)
    }

    /// The value, if it holds no control character (RFC 9110 5.5); not a copy.
    pub fn value(&self) -> Option<HeaderValue> {
        HeaderValue::from_maybe_shared(self.whole.slice_ref(self.octets)).ok()
    }
}

/// How large a head or trailers may be.
#[derive(Clone, Copy, Debug)]
pub(in crate::upstream) struct Bounds {
    /// Field lines.
    pub(in crate::upstream) fields: usize,
    /// Octets.
    pub(in crate::upstream) head: usize,
}

/// The search for the empty line, which goes on where it left off when more octets come.
#[derive(Clone, Debug, Default)]
pub(super) struct Scan {
    from: usize,
    /// Where the lines before the empty one end, each behind its LF.
    ends: Vec<usize>,
}

/// Lines for which there is room at once.
const USUAL: usize = 32;

impl Scan {
    /// With the room for lines that another one has left.
    pub(super) fn within(mut ends: Vec<usize>) -> Self {
        ends.clear();
        Self { from: 0, ends }
    }

    /// Its room for lines, for the next one.
    pub(super) fn into_room(self) -> Vec<usize> {
        self.ends
    }

    /// The length of the lines up to and with the empty one; `None` until that has come.
    ///
    /// # Errors
    /// More than the bounds allow.
    pub(super) fn end(&mut self, input: &[u8], bounds: Bounds) -> Result<Option<usize>, Fault> {
        let start = self.from;
        for at in memchr_iter(b'\n', input.get(start..).unwrap_or_default()) {
            let end = start + at + 1;
            if end > bounds.head {
                return Err(Fault::Large);
            }
            let length = end - self.from;
            if length == 1 || length == 2 && input.get(self.from) == Some(&b'\r') {
                return Ok(Some(end));
            }
            // The first line of a head is no field. A line too many is left where it is, to be found again by whoever
            // asks again.
            if self.ends.len() > bounds.fields {
                return Err(Fault::Large);
            }
            if self.ends.capacity() == 0 {
                self.ends.reserve(USUAL);
            }
            self.from = end;
            self.ends.push(end);
        }
        if input.len() > bounds.head { Err(Fault::Large) } else { Ok(None) }
    }

    /// Whether nothing comes before the empty line.
    pub(super) fn is_empty(&self) -> bool {
        self.ends.is_empty()
    }

    /// The same for a head, whose beginning tells early that it is none.
    ///
    /// # Errors
    /// As above, or another protocol.
    pub(super) fn head_end(&mut self, input: &[u8], bounds: Bounds) -> Result<Option<usize>, Fault> {
        if self.from == 0 && !input.iter().zip(PROTOCOL).all(|(octet, expected)| octet == expected) {
            return Err(Flaw::StatusLine.into());
        }
        self.end(input, bounds)
    }
}

const PROTOCOL: &[u8] = b"HTTP/1.";

/// A head as it was read.
#[derive(Debug)]
pub(in crate::upstream) struct Head {
    pub(in crate::upstream) status: StatusCode,
    pub(super) version: Version,
    /// Where it isn't the one that the status code usually has.
    pub(super) reason: Option<ReasonPhrase>,
    pub(super) headers: HeaderMap,
    pub(super) facts: Facts,
}

impl Head {
    /// Another one follows; 101 is the last that is HTTP.
    pub(super) fn is_informational(&self) -> bool {
        is_informational(self.status)
    }

    /// The response that it begins.
    pub(in crate::upstream) fn into_response<B>(self, body: B) -> Response<B> {
        let mut response = Response::new(body);
        *response.status_mut() = self.status;
        *response.version_mut() = self.version;
        *response.headers_mut() = self.headers;
        if let Some(reason) = self.reason {
            response.extensions_mut().insert(reason);
        }
        response
    }
}

fn is_informational(status: StatusCode) -> bool {
    status.is_informational() && status != StatusCode::SWITCHING_PROTOCOLS
}

/// Reads a whole head whose lines were found; `field` says what becomes of each field, but for those of informational answers, which are
/// dropped.
///
/// # Errors
/// A status line or a field line that is none.
pub(super) fn read(head: &Bytes, scan: &Scan, mut field: impl FnMut(Line<'_>) -> Kept) -> Result<Head, Flaw> {
    let (end, lines) = scan.ends.split_first().ok_or(Flaw::StatusLine)?;
    let (version, status, reason) = status_line(head, head.get(..*end).unwrap_or_default())?;
    let mut facts = Facts::of(version);
    let headers = if is_informational(status) {
        section(head, (*end, lines), &mut facts, |_| Kept::Drop)?
    } else {
        section(head, (*end, lines), &mut facts, &mut field)?
    };
    Ok(Head { status, version, reason, headers, facts })
}

/// Reads trailers, which are fields and nothing else.
///
/// # Errors
/// A field line that is none.
pub(super) fn read_trailers(trailers: &Bytes, scan: &Scan) -> Result<HeaderMap, Flaw> {
    section(trailers, (0, &scan.ends), &mut Facts::default(), |line| line.kept())
}

/// `HTTP/1.1 200 OK` (RFC 9112 4); the reason and the space before it may be missing, as some write it.
fn status_line(head: &Bytes, line: &[u8]) -> Result<(Version, StatusCode, Option<ReasonPhrase>), Flaw> {
    let line = unended(line).strip_prefix(PROTOCOL);
    let (minor, rest) = line.and_then(<[u8]>::split_first).ok_or(Flaw::StatusLine)?;
    let version = match minor {
        b'1' => Version::HTTP_11,
        b'0' => Version::HTTP_10,
        _ => return Err(Flaw::StatusLine),
    };
    let (code, reason) =
        rest.strip_prefix(b" ").and_then(|rest| rest.split_at_checked(3)).ok_or(Flaw::StatusLine)?;
    let status = StatusCode::from_bytes(code).map_err(|_| Flaw::StatusLine)?;
    let reason = match reason {
        [] => reason,
        [b' ', reason @ ..] => reason,
        _ => return Err(Flaw::StatusLine),
    };
    if status.canonical_reason().map(str::as_bytes) == Some(reason) {
        return Ok((version, status, None));
    }
    let reason = ReasonPhrase::try_from(head.slice_ref(reason)).map_err(|_| Flaw::StatusLine)?;
    Ok((version, status, Some(reason)))
}

/// The field lines that begin here and end there.
fn section(
    whole: &Bytes,
    (mut from, ends): (usize, &[usize]),
    facts: &mut Facts,
    mut field: impl FnMut(Line<'_>) -> Kept,
) -> Result<HeaderMap, Flaw> {
    let mut headers = HeaderMap::new();
    let mut before: (&[u8], Option<HeaderName>) = (&[], None);
    for end in ends {
        let line = unended(whole.get(from..*end).unwrap_or_default());
        from = *end;
        let (raw, value) = line
            .iter()
            .position(|octet| *octet == b':')
            .and_then(|at| line.split_at_checked(at))
            .ok_or(Flaw::FieldName)?;
        let name = match &before {
            // One after the other, as cookies come.
            (same, Some(name)) if *same == raw => name.clone(),
            _ => HeaderName::from_bytes(raw).map_err(|_| Flaw::FieldName)?,
        };
        let value = trim(value.strip_prefix(b":").unwrap_or_default());
        facts.note(&name, value);
        match field(Line { name: &name, octets: value, whole }) {
            Kept::Keep(value) => {
                if headers.capacity() == 0 {
                    // With the few that the gateway adds.
                    headers.reserve(ends.len() + 2);
                }
                headers.append(name.clone(), value);
            }
            // What others may take for the end of a line is no part of one.
            Kept::Drop if memchr(b'\r', value).is_some() => return Err(Flaw::FieldValue),
            Kept::Drop | Kept::Aside => {}
            Kept::Refuse => return Err(Flaw::FieldValue),
        }
        before = (raw, Some(name));
    }
    Ok(headers)
}

/// A line without its end.
fn unended(line: &[u8]) -> &[u8] {
    let line = line.strip_suffix(b"\n").unwrap_or(line);
    line.strip_suffix(b"\r").unwrap_or(line)
}

/// Without the space and tabs around it, and nothing else: a CR there is a fault.
fn trim(mut value: &[u8]) -> &[u8] {
    while let [b' ' | b'\t', rest @ ..] = value {
        value = rest;
    }
    while let [rest @ .., b' ' | b'\t'] = value {
        value = rest;
    }
    value
}
