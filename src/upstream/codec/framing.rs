//! Where the content of an answer ends (RFC 9112 6.3), and whether its connection carries another (9.3).

use http::header::{self, HeaderName};
use http::{Method, StatusCode, Version};

use crate::upstream::{Fault, Flaw};

/// What ends the content.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Framing {
    /// There is none.
    None,
    /// So many octets.
    Length(u64),
    /// The last chunk.
    Chunked,
    /// The end of the connection.
    Close,
}

/// What the field lines of a head say of its content and connection, taken down as they are read.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Facts {
    /// HTTP/1.0.
    old: bool,
    length: Option<u64>,
    contradictory: bool,
    codings: usize,
    chunked: bool,
    close: bool,
    keep_alive: bool,
}

impl Facts {
    /// Nothing was read yet but the version.
    pub(super) fn of(version: Version) -> Self {
        Self { old: version == Version::HTTP_10, ..Self::default() }
    }

    /// Looks at one field line. Lengths of names tell most of them apart, at a fraction of what comparing costs.
    #[inline]
    pub(super) fn note(&mut self, name: &HeaderName, value: &[u8]) {
        if matches!(name.as_str().len(), 10 | 14 | 17) {
            self.read(name, value);
        }
    }

    fn read(&mut self, name: &HeaderName, value: &[u8]) {
        match *name {
            header::CONTENT_LENGTH => {
                value.split(|octet| *octet == b',').for_each(|length| self.length(length.trim_ascii()));
            }
            header::TRANSFER_ENCODING => {
                self.codings += 1;
                self.chunked = value.eq_ignore_ascii_case(b"chunked");
            }
            header::CONNECTION => {
                for option in value.split(|octet| *octet == b',').map(<[u8]>::trim_ascii) {
                    self.close |= option.eq_ignore_ascii_case(b"close");
                    self.keep_alive |= option.eq_ignore_ascii_case(b"keep-alive");
                }
            }
            _ => {}
        }
    }

    fn length(&mut self, digits: &[u8]) {
        let value = decimal(digits);
        self.contradictory |= value.is_none() || self.length.is_some_and(|before| Some(before) != value);
        self.length = value;
    }

    /// What ends the content of a final answer to this method.
    ///
    /// # Errors
    /// Codings that are not undone here, lengths that contradict each other.
    pub(super) fn framing(&self, status: StatusCode, method: &Method) -> Result<Framing, Fault> {
        if self.codings > 0 && self.old {
            return Err(Flaw::OldCoding.into());
        }
        if self.codings > 1 || self.codings == 1 && !self.chunked {
            return Err(Fault::Coding);
        }
        let empty = status.is_informational()
            || matches!(status, StatusCode::NO_CONTENT | StatusCode::NOT_MODIFIED)
            || *method == Method::HEAD;
        match (empty, self.chunked, self.length) {
            (true, ..) => Ok(Framing::None),
            // A length beside it counts for nothing (RFC 9112 6.3).
            (_, true, _) => Ok(Framing::Chunked),
            _ if self.contradictory => Err(Flaw::Length.into()),
            (_, _, Some(length)) => Ok(Framing::Length(length)),
            (_, _, None) => Ok(Framing::Close),
        }
    }

    /// The connection may carry another request after this content.
    pub(super) fn persists(&self, framing: Framing) -> bool {
        // Who says both of length and chunks may mean the one or the other.
        let doubtful =
            framing == Framing::Close || self.contradictory || self.chunked && self.length.is_some();
        !self.close && (!self.old || self.keep_alive) && !doubtful
    }
}

/// A number of digits alone.
fn decimal(digits: &[u8]) -> Option<u64> {
    if digits.is_empty() {
        return None;
    }
    digits.iter().try_fold(0_u64, |sum, digit| {
        let digit = digit.is_ascii_digit().then(|| u64::from(digit - b'0'))?;
        sum.checked_mul(10)?.checked_add(digit)
    })
}
