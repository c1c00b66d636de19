//! Content in chunks (RFC 9112 7.1), strictly: sizes of at most 16 digits, lines of sizes and data ended by CR LF, what is
//! of no use bounded.

use bytes::{Buf as _, Bytes, BytesMut};
use http::HeaderMap;
use memchr::memchr;

use super::head::{Bounds, Scan, read_trailers};
use crate::upstream::{Fault, Flaw};

/// Octets of chunk extensions in one content; nobody is known to send any.
const EXTENSIONS: usize = 16 * 1024;
/// Octets of one line with a chunk's size.
const LINE: usize = 4096;
/// Digits of a size, as many as a 64-bit number has.
const DIGITS: usize = 16;

/// How far the content has been read.
#[derive(Debug)]
pub(super) struct Chunked {
    state: State,
    extensions: usize,
    bounds: Bounds,
}

#[derive(Debug)]
enum State {
    Size,
    Data(u64),
    /// The CR LF after the data.
    DataEnd,
    Trailers(Scan),
    End,
}

/// What the octets at hand give.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Step {
    Data(Bytes),
    Trailers(HeaderMap),
    /// More octets are needed.
    More,
    End,
}

impl Chunked {
    pub(super) fn new(bounds: Bounds) -> Self {
        Self { state: State::Size, extensions: 0, bounds }
    }

    /// Takes from the input what belongs together.
    ///
    /// # Errors
    /// Octets that are no chunk, trailers that are none or too many.
    pub(super) fn step(&mut self, input: &mut BytesMut) -> Result<Step, Fault> {
        if !self.skip(input)? {
            return Ok(Step::More);
        }
        match &mut self.state {
            State::Data(left) => {
                let left = *left;
                let length = usize::try_from(left).unwrap_or(usize::MAX).min(input.len());
                let data = input.split_to(length).freeze();
                let left = left - length as u64;
                self.state = if left == 0 { State::DataEnd } else { State::Data(left) };
                Ok(Step::Data(data))
            }
            State::Trailers(scan) => {
                let Some(end) = scan.end(input, self.bounds)? else { return Ok(Step::More) };
                let scan = std::mem::take(scan);
                self.state = State::End;
                if scan.is_empty() {
                    input.advance(end);
                    return Ok(Step::End);
                }
                Ok(Step::Trailers(read_trailers(&input.split_to(end).freeze(), &scan)?))
            }
            State::Size | State::DataEnd | State::End => Ok(Step::End),
        }
    }

    /// Whether nothing follows but what was taken already, as far as the octets at hand say; they are taken.
    ///
    /// # Errors
    /// As for a step.
    pub(super) fn ends(&mut self, input: &mut BytesMut) -> Result<bool, Fault> {
        if self.skip(input)?
            && let State::Trailers(scan) = &mut self.state
            && let Some(end) = scan.end(input, self.bounds)?
            && scan.is_empty()
        {
            input.advance(end);
            self.state = State::End;
        }
        Ok(matches!(self.state, State::End))
    }

    /// Takes the framing before the next data, trailers or end; false if it hasn't come whole.
    fn skip(&mut self, input: &mut BytesMut) -> Result<bool, Fault> {
        loop {
            match self.state {
                State::DataEnd => match **input {
                    [] | [b'\r'] => return Ok(false),
                    [b'\r', b'\n', ..] => {
                        input.advance(2);
                        self.state = State::Size;
                    }
                    _ => return Err(Flaw::Chunk.into()),
                },
                State::Size => {
                    let Some(size) = self.size(input)? else { return Ok(false) };
                    self.state = if size == 0 { State::Trailers(Scan::default()) } else { State::Data(size) };
                }
                State::Data(_) => return Ok(!input.is_empty()),
                State::Trailers(_) | State::End => return Ok(true),
            }
        }
    }

    /// `chunk-size [ chunk-ext ] CRLF`
    fn size(&mut self, input: &mut BytesMut) -> Result<Option<u64>, Fault> {
        let Some(end) = memchr(b'\n', input) else {
            let garbage = input.first().is_some_and(|octet| !octet.is_ascii_hexdigit());
            return if garbage || input.len() > LINE { Err(Flaw::Chunk.into()) } else { Ok(None) };
        };
        let line = input.get(..end).and_then(|line| line.strip_suffix(b"\r")).ok_or(Flaw::Chunk)?;
        let digits = line.iter().take_while(|octet| octet.is_ascii_hexdigit()).count();
        if digits == 0 || digits > DIGITS || line.len() > LINE {
            return Err(Flaw::Chunk.into());
        }
        let (digits, extension) = line.split_at(digits);
        self.extensions += extension.len();
        if !is_extension(extension) || self.extensions > EXTENSIONS {
            return Err(Flaw::Chunk.into());
        }
        let digit = |octet: &u8| u64::from(char::from(*octet).to_digit(16).unwrap_or_default());
        let size = digits.iter().fold(0, |sum, octet| sum << 4 | digit(octet));
        input.advance(end + 1);
        Ok(Some(size))
    }
}

/// Space at most, or what a semicolon begins, without control characters.
fn is_extension(octets: &[u8]) -> bool {
    let visible = |octet: &u8| *octet == b'\t' || !octet.is_ascii_control();
    let first = octets.iter().find(|octet| !matches!(octet, b' ' | b'\t'));
    matches!(first, None | Some(b';')) && octets.iter().all(visible)
}
