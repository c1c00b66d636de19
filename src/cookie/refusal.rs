//! Why no browser stores a cookie.

use super::octets::holds_control;
use super::{Promise, SetCookie};

/// The reason for which browsers ignore a set-cookie-string whatever the site wants, the first that applies.
///
/// Nameless cookies are the exception: browsers do store most of them. They are refused here because they come back
/// as `Cookie: value`, where the value may spell another cookie's name.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Refusal {
    /// A control character other than HTAB, anywhere (6265bis 5.6, step 1).
    ControlCharacter,
    /// No `=` before the first semicolon, or nothing before it.
    Nameless,
    /// Name and value together exceed 4096 octets (6265bis 5.6, step 5).
    TooLarge,
    /// The name starts with `__Secure-`, `__Host-`, `__Http-` or `__Host-Http-`, in any case, but the attributes do
    /// not keep what the prefix promises (6265bis 5.7, steps 20 and 21; layered-cookies 5.6).
    Prefix,
}

impl Refusal {
    /// Octets of name and value together (6265bis 5.6, step 5).
    pub const MOST_OCTETS: usize = 4096;

    /// The first reason against a parsed set-cookie-string.
    pub(super) fn of(cookie: &SetCookie<'_>) -> Option<Self> {
        if holds_control(cookie.raw()) {
            Some(Self::ControlCharacter)
        } else if cookie.name().is_empty() {
            Some(Self::Nameless)
        } else if cookie.name().len() + cookie.value().len() > Self::MOST_OCTETS {
            Some(Self::TooLarge)
        } else if breaks_prefix(cookie) {
            Some(Self::Prefix)
        } else {
            None
        }
    }
}

/// The name makes a promise that the attributes break. `Path` must be spelt out: as browsers do, and unlike the
/// letter of 6265bis, a default-path that happens to be `/` does not count.
fn breaks_prefix(cookie: &SetCookie<'_>) -> bool {
    let promise = Promise::of(cookie.name());
    (promise.secure && !cookie.secure())
        || (promise.http_only && !cookie.http_only())
        || (promise.host && (cookie.domain().is_some() || cookie.path() != Some(b"/")))
}
