//! The `Set-Cookie` fields of a choice.

use http::HeaderValue;

use crate::registry::{Lifetime, Registry};

/// Six months as a registry reckons them (twelfths of 365 days), in seconds: a choice, refusal or agreement, is
/// remembered so long at most (CNIL, deliberation 2020-092).
const SIX_MONTHS: u64 = 182 * 24 * 60 * 60;

/// The choice or its companion, kept for so many seconds; `None` where no field can hold it.
///
/// `Lax`: the visitor who comes from another site has chosen as well. Without `HttpOnly` scripts of the site read the
/// choice; nobody but tamis needs the companion.
pub(super) fn kept(cookie: (&str, &str), seconds: i64, secure: bool, hidden: bool) -> Option<HeaderValue> {
    let (name, value) = cookie;
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

/// For how many seconds from `now` a choice is kept whose oldest agreement is of `since`, both in Unix seconds; 0 where
/// its time is over.
pub(super) fn left(registry: &Registry, since: i64, now: i64) -> i64 {
    let lifetime = i64::try_from(lifetime(registry)).unwrap_or(i64::MAX);
    since.saturating_add(lifetime).saturating_sub(now).clamp(0, lifetime)
}

/// How long a choice is kept: as declared, at most six months.
fn lifetime(registry: &Registry) -> u64 {
    let declared = registry.lookup(registry.consent().cookie.as_bytes());
    match declared.and_then(|id| registry.entry(id).lifetime) {
        Some(Lifetime::Seconds(seconds)) => seconds.min(SIX_MONTHS),
        Some(Lifetime::Session) | None => SIX_MONTHS,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::diagnostic::Source;

    #[test]
    fn a_choice_ends_six_months_after_it_began_or_as_declared() {
        let registry = |lifetime: &str| {
            let text = format!(
                "version: '1'\ncookies: [{{names: [cookies_preferences], provider: P, purposes: C., \
                 category: necessary, exemption: E., lifetime: {lifetime}}}]\n"
            );
            Registry::compile(Source::new("registry.yaml", text)).0.unwrap()
        };
        for (lifetime, seconds) in [("30 days", 2_592_000), ("2 years", 15_724_800), ("session", 15_724_800)]
        {
            let registry = registry(lifetime);
            for (since, now, expected) in [
                (1000, 1000, seconds),
                (1000, 1500, seconds - 500),
                (1000, 999 + seconds, 1),
                (1000, 1000 + seconds, 0),
                (0, i64::MAX, 0),
                (1300, 1000, seconds), // another instance's clock
            ] {
                assert_eq!(left(&registry, since, now), expected, "{lifetime} {since} {now}");
            }
        }
    }
}
