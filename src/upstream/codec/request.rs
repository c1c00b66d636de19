//! The head of a request as it is written.

use bytes::Bytes;
use http::header;
use http::request::Parts;
use http_body::Body;

use crate::upstream::Lines;

/// How the content of a request is framed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Outline {
    /// There is none.
    None,
    /// So many octets are to come.
    Length(u64),
    /// Chunks, since nobody knows how much it is.
    Chunked,
}

impl Outline {
    pub(super) fn of<B: Body<Data = Bytes>>(body: &B) -> Self {
        match body.size_hint().exact() {
            _ if body.is_end_stream() => Self::None,
            Some(length) => Self::Length(length),
            None => Self::Chunked,
        }
    }
}

/// Writes the head. The framing is written from the content; that of the fields counts only where there is none, in
/// which a length of 0 may be stated (RFC 9110 8.6).
pub(super) fn write(parts: &Parts, lines: &Lines, outline: Outline) -> Vec<u8> {
    let target = parts.uri.path_and_query().map_or("/", |target| target.as_str());
    let fields: usize = parts.headers.iter().map(|(name, value)| name.as_str().len() + value.len() + 4).sum();
    let lines = lines.octets();
    let mut out = Vec::with_capacity(parts.method.as_str().len() + target.len() + fields + lines.len() + 64);
    out.extend_from_slice(parts.method.as_str().as_bytes());
    out.push(b' ');
    if target.starts_with('?') {
        out.push(b'/');
    }
    out.extend_from_slice(target.as_bytes());
    out.extend_from_slice(b" HTTP/1.1\r\n");
    for (name, value) in &parts.headers {
        if *name == header::TRANSFER_ENCODING || *name == header::CONTENT_LENGTH && outline != Outline::None {
            continue;
        }
        out.extend_from_slice(name.as_str().as_bytes());
        out.extend_from_slice(b": ");
        out.extend_from_slice(value.as_bytes());
        out.extend_from_slice(b"\r\n");
    }
    out.extend_from_slice(lines);
    match outline {
        Outline::None => {}
        Outline::Length(length) => {
            out.extend_from_slice(b"content-length: ");
            out.extend_from_slice(length.to_string().as_bytes());
            out.extend_from_slice(b"\r\n");
        }
        Outline::Chunked => out.extend_from_slice(b"transfer-encoding: chunked\r\n"),
    }
    out.extend_from_slice(b"\r\n");
    out
}
