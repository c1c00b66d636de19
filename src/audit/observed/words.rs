//! Numbers, days and attributes as people read them.

use jiff::Timestamp;

use super::report::{Cookie, Site, Standing};
use super::{Counts, Examples, Sent};
use crate::config::Mode;
use crate::cookie::shown;
use crate::pages::lifetime_words;
use crate::registry::Lifetime;

/// A minute in UTC: `2026-11-23 10:42 UTC`.
pub(super) fn minute(seconds: i64) -> String {
    let time = Timestamp::from_second(seconds).map(|time| time.strftime("%Y-%m-%d %H:%M UTC").to_string());
    time.unwrap_or_else(|_| "an unknown time".to_owned())
}

/// The same for tools (RFC 3339).
pub(super) fn stamp(seconds: i64) -> String {
    Timestamp::from_second(seconds).map(|time| time.to_string()).unwrap_or_default()
}

/// A number with its thousands apart: `1,204`.
pub(super) fn number(count: u64) -> String {
    let digits = count.to_string();
    let mut text = String::with_capacity(digits.len() * 4 / 3);
    for (at, digit) in digits.chars().enumerate() {
        if at > 0 && (digits.len() - at).is_multiple_of(3) {
            text.push(',');
        }
        text.push(digit);
    }
    text
}

/// `1 name`, `2 names`.
pub(super) fn count(count: usize, one: &str, many: &str) -> String {
    format!("{} {}", number(u64::try_from(count).unwrap_or(u64::MAX)), if count == 1 { one } else { many })
}

/// One combination of attributes, as it would stand in a `Set-Cookie`: the lifetime in words.
pub(super) fn sent(sent: &Sent) -> String {
    let mut parts = Vec::new();
    let about = if sent.rounded { "about " } else { "" };
    parts.push(match sent.lifetime {
        Some(seconds) => format!("{about}{}", lifetime_words(Lifetime::Seconds(seconds))),
        None => "until the browser closes".to_owned(),
    });
    let flags = [(sent.secure, "Secure"), (sent.http_only, "HttpOnly"), (sent.partitioned, "Partitioned")];
    parts.extend(flags.into_iter().filter(|(set, _)| *set).map(|(_, flag)| flag.to_owned()));
    parts.push(sent.same_site.as_ref().map_or("no SameSite".to_owned(), |site| format!("SameSite={site}")));
    parts.push(match &sent.domain {
        Some(domain) => format!("Domain={}", shown(domain.as_bytes())),
        None => "host-only".to_owned(),
    });
    parts.push(match &sent.path {
        Some(path) => format!("Path={}", shown(path.as_bytes())),
        None => "no Path".to_owned(),
    });
    parts.join(", ")
}

/// Examples on one line.
pub(super) fn examples(examples: &Examples<String>) -> String {
    let mut some: Vec<_> = examples.some.iter().map(|one| shown(one.as_bytes())).collect();
    some.sort();
    if examples.more {
        some.push("…".to_owned());
    }
    some.join(", ")
}

/// Why, with how often: `undeclared 1,204, deletion 2`.
pub(super) fn reasons(cookie: &Cookie) -> String {
    let words = cookie.facts.reasons.iter().map(|(word, count)| format!("{word} {}", number(count)));
    words.collect::<Vec<_>>().join(", ")
}

/// Where a name is declared: `registry/site.yaml:12:9`.
pub(super) fn place(cookie: &Cookie) -> String {
    match &cookie.standing {
        Standing::Declared(declared) => format!("{}:{}:{}", declared.file, declared.line, declared.column),
        Standing::Own => "by tamis itself".to_owned(),
        Standing::Before => "declared when it was seen".to_owned(),
        Standing::Undeclared => "not declared".to_owned(),
    }
}

/// The category of a declared name, and its service.
pub(super) fn category(cookie: &Cookie) -> Option<String> {
    let Standing::Declared(declared) = &cookie.standing else { return None };
    Some(match &declared.service {
        Some(service) => format!("{}, {service}", declared.category),
        None => declared.category.clone(),
    })
}

/// Whose cookie it is known to be.
pub(super) fn known(cookie: &Cookie) -> Option<String> {
    let (software, session) = cookie.known?;
    Some(if session { format!("{software}: a session or CSRF token") } else { software.to_owned() })
}

/// What the numbers of a site mean.
pub(super) fn meaning(site: &Site) -> &'static str {
    match site.mode {
        Mode::Observe => "Nothing was changed: the numbers say what `mode: enforce` would have done.",
        Mode::Enforce => "Verdicts were carried out.",
    }
}

/// `would be stripped` where nothing was, else `stripped`.
pub(super) fn done(mode: Mode, verb: &str) -> String {
    match mode {
        Mode::Observe => format!("would be {verb}"),
        Mode::Enforce => verb.to_owned(),
    }
}

/// The same of what passes.
pub(super) fn passed(mode: Mode) -> &'static str {
    match mode {
        Mode::Observe => "would pass",
        Mode::Enforce => "passed",
    }
}

/// One way of a cookie: `1,200 would be stripped, 4 would pass`.
pub(super) fn ways(mode: Mode, counts: Counts) -> String {
    let parts = [
        (counts.stripped, done(mode, "stripped")),
        (counts.rewritten, done(mode, "rewritten")),
        (counts.forwarded, passed(mode).to_owned()),
    ];
    let parts = parts.into_iter().filter(|(count, _)| *count > 0);
    parts.map(|(count, what)| format!("{} {what}", number(count))).collect::<Vec<_>>().join(", ")
}

/// A site in one sentence.
pub(super) fn summary(site: &Site) -> String {
    let names = |undeclared: bool, stripped: bool| {
        let alike =
            |cookie: &&Cookie| cookie.is_undeclared() == undeclared && (cookie.stripped() > 0) == stripped;
        site.cookies.iter().filter(alike).count()
    };
    let (stripped, passed) = (done(site.mode, "stripped"), passed(site.mode));
    let parts = [
        (names(true, true), format!("not declared and {stripped}")),
        (names(true, false), format!("not declared and {passed}")),
        (names(false, true), format!("declared and {stripped}")),
        (names(false, false), format!("declared and {passed}")),
    ];
    let parts = parts.into_iter().filter(|(names, _)| *names > 0);
    let parts: Vec<_> = parts.map(|(names, what)| format!("{names} {what}")).collect();
    format!("{}: {}.", count(site.cookies.len(), "name", "names"), parts.join(", "))
}

/// What has no row of its own.
pub(super) fn other(site: &Site) -> String {
    let (seen, stripped) = (site.other.seen(), site.other.request.stripped + site.other.response.stripped);
    let done = done(site.mode, "stripped");
    format!(
        "Other names, too many to be listed: {} seen, of which {} {done}.",
        number(seen),
        number(stripped)
    )
}
