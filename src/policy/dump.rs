//! Cookies in the text that `curl -i` and `curl -v` print.

use super::{Direction, Explanation, Policy, explain_cookie_field, explain_set_cookie};
use crate::consent::Consent;

/// Explains every `Set-Cookie` and `Cookie` line of a dump, in its order; `now` in Unix seconds.
///
/// Of `curl -v` the lines that start with `< ` or `> ` count; otherwise the lines of each head, up to its empty line.
/// A text without a status line is read as a head. Lines may end in CRLF or LF, field names have any case.
pub fn explain_dump(policy: &Policy, dump: &[u8], consent: &Consent, now: i64) -> Vec<Explanation> {
    let mut told = Vec::new();
    for (direction, value) in fields(dump) {
        match direction {
            Direction::Response => told.push(explain_set_cookie(policy, value, consent, now)),
            Direction::Request => told.extend(explain_cookie_field(policy, value, consent)),
        }
    }
    told
}

/// The values of the `Cookie` fields that [`explain_dump`] reads.
pub fn cookie_fields(dump: &[u8]) -> impl Iterator<Item = &[u8]> {
    fields(dump).filter(|(direction, _)| *direction == Direction::Request).map(|(_, value)| value)
}

/// The cookie fields of a dump.
fn fields(dump: &[u8]) -> impl Iterator<Item = (Direction, &[u8])> {
    let lines = || dump.split(|octet| *octet == b'\n').map(|line| line.strip_suffix(b"\r").unwrap_or(line));
    let verbose = lines().any(|line| line.starts_with(b"< HTTP/"));
    let mut head = true;
    lines().filter_map(move |line| {
        if verbose {
            return line.strip_prefix(b"< ").or_else(|| line.strip_prefix(b"> ")).and_then(field);
        }
        head = line.starts_with(b"HTTP/") || (head && !line.is_empty());
        if head { field(line) } else { None }
    })
}

/// The direction and the value of a line that is a cookie field.
pub(super) fn field(line: &[u8]) -> Option<(Direction, &[u8])> {
    [Direction::Response, Direction::Request].into_iter().find_map(|direction| {
        let (name, rest) = line.split_at_checked(direction.field().len())?;
        let value =
            rest.strip_prefix(b":").filter(|_| name.eq_ignore_ascii_case(direction.field().as_bytes()))?;
        Some((direction, value))
    })
}
