//! The wrappings that writers of cookies put around a text: quotes, percent-encoding, base64.

use std::borrow::Cow;

use base64::Engine as _;
use base64::engine::general_purpose::{STANDARD_PAD_INDIFFERENT, URL_SAFE_PAD_INDIFFERENT};
use percent_encoding::percent_decode;

use super::Unreadable;

/// Undoes the quoting of Python's `http.cookies`, which Django writes with: DQUOTE around, `\"`, `\\` and `\ooo`
/// (octal) inside. A value without an opening DQUOTE is not quoted. The bare DQUOTE and other escapes, which
/// that writer never produces, are faults.
pub(super) fn unquote(value: &[u8]) -> Result<Cow<'_, [u8]>, Unreadable> {
    if value.first() != Some(&b'"') {
        return Ok(Cow::Borrowed(value));
    }
    let [b'"', inner @ .., b'"'] = value else { return Err(Unreadable::Encoding) };
    let mut text = Vec::with_capacity(inner.len());
    let mut rest = inner.iter().copied();
    while let Some(byte) = rest.next() {
        text.push(match byte {
            b'"' => return Err(Unreadable::Encoding),
            b'\\' => escaped(&mut rest).ok_or(Unreadable::Encoding)?,
            plain => plain,
        });
    }
    Ok(Cow::Owned(text))
}

/// The byte that a backslash stands before, or that three octal digits name.
fn escaped(rest: &mut impl Iterator<Item = u8>) -> Option<u8> {
    let octal = |byte: u8| matches!(byte, b'0'..=b'7').then(|| byte - b'0');
    match rest.next()? {
        quoted @ (b'"' | b'\\') => Some(quoted),
        high @ b'0'..=b'3' => Some((high - b'0') * 64 + octal(rest.next()?)? * 8 + octal(rest.next()?)?),
        _ => None,
    }
}

/// Decodes once what is a valid `%XX`, and leaves any other `%` as it is.
pub(super) fn unpercent(text: &[u8]) -> Vec<u8> {
    percent_decode(text).collect()
}

/// Decodes once a text in which every `%` begins a valid `%XX`.
pub(super) fn unpercent_strict(text: &[u8]) -> Result<Vec<u8>, Unreadable> {
    let mut after_percents = text.split(|byte| *byte == b'%').skip(1);
    let hex = |part: &[u8]| matches!(part, [a, b, ..] if a.is_ascii_hexdigit() && b.is_ascii_hexdigit());
    if after_percents.all(hex) { Ok(unpercent(text)) } else { Err(Unreadable::Encoding) }
}

/// Decodes base64 or base64url (RFC 4648 4 and 5), with or without padding.
pub(super) fn unbase64(text: &[u8]) -> Result<Vec<u8>, Unreadable> {
    let url_safe = text.iter().any(|byte| matches!(byte, b'-' | b'_'));
    let engine = if url_safe { URL_SAFE_PAD_INDIFFERENT } else { STANDARD_PAD_INDIFFERENT };
    engine.decode(text).map_err(|_| Unreadable::Encoding)
}

/// The text as UTF-8.
pub(super) fn utf8(text: &[u8]) -> Result<&str, Unreadable> {
    std::str::from_utf8(text).map_err(|_| Unreadable::Encoding)
}
