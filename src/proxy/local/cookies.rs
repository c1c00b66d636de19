//! The `Set-Cookie` fields of a choice.

use http::HeaderValue;

use crate::registry::{Lifetime, Registry};

/// Six months as a registry reckons them (twelfths of 365 days), in seconds: a choice, refusal or agreement, is
/// remembered so long at most (CNIL, deliberation 2020-092).
const SIX_MONTHS: u64 = 182 * 24 * 60 * 60;

/// The choice or its companion, kept for its time; `None` where no field can hold it.
///
/// `Lax`: the visitor who comes from another site has chosen as well. Without `HttpOnly` scripts of the site read the
/// choice; nobody but tamis needs the companion.
pub(super) fn kept(
    registry: &Registry,
    cookie: (&str, &str),
    secure: bool,
    hidden: bool,
) -> Option<HeaderValue> {
    let (name, value) = cookie;
    let seconds = lifetime(registry);
    HeaderValue::try_from(format!("{name}={value}; Path=/; Max-Age={seconds}{}", attributes(secure, hidden)))
        .ok()
}

/// The same, removed.
pub(super) fn removed(name: &str, secure: bool, hidden: bool) -> Option<HeaderValue> {
    let expired = "Max-Age=0; Expires=Thu, 01 Jan 1970 00:00:00 GMT";
    HeaderValue::try_from(format!("{name}=; Path=/; {expired}{}", attributes(secure, hidden))).ok()
}

fn attributes(secure: bool, hidden: bool) -> String {
    let flags = [("; SameSite=Lax", true), ("; Secure", secure), ("; HttpOnly", hidden)];
    flags.into_iter().filter(|(_, there)| *there).map(|(flag, _)| flag).collect()
}

/// How long a choice is kept: as declared, at most six months.
fn lifetime(registry: &Registry) -> u64 {
    let declared = registry.lookup(registry.consent().cookie.as_bytes());
    match declared.and_then(|id| registry.entry(id).lifetime) {
        Some(Lifetime::Seconds(seconds)) => seconds.min(SIX_MONTHS),
        Some(Lifetime::Session) | None => SIX_MONTHS,
    }
}
