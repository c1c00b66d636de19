//! The lines that would declare a cookie, with what was seen of it filled in.

use super::report::{Cookie, Setter};
use super::{ELSEWHERE, Sent};
use crate::diagnostic::Source;
use crate::pages::lifetime_words;
use crate::policy::family_yaml;
use crate::registry::{Lifetime, Registry, SetBy};

/// A row for the registry's `cookies:`, to be completed; `None` where no pattern of its own declares the cookie.
pub(super) fn yaml(cookie: &Cookie, registry: Option<&Registry>) -> Option<String> {
    if !is_declarable(&cookie.name) {
        return None;
    }
    // A session is the site's own, whoever wrote the software.
    let provider = cookie.known.filter(|(_, session)| !session).map(|(software, _)| software);
    let set_by = match cookie.set_by? {
        Setter::Server => SetBy::Server,
        Setter::Script => SetBy::Script,
        Setter::Choice => return None,
    };
    let shipped;
    let registry = match registry {
        Some(registry) => registry,
        // For its categories.
        None => {
            shipped = Registry::compile(Source::new("", "version: '1'\ncookies: []")).0?;
            &shipped
        }
    };
    let mut text = family_yaml(registry, &cookie.name, provider, Some(set_by));
    if let Some((_, true)) = cookie.known {
        text += "    # A session's or a CSRF token's name: where the site can't do without it, write\n";
        text += "    # category: necessary, and by exemption: why it needs no consent.\n";
    }
    let sent = &cookie.facts.sent;
    if !sent.more {
        text += &attributes(&sent.some);
    }
    Some(text)
}

/// Whether a pattern has a literal letter or digit, and so stands for some cookies and not for all.
fn is_declarable(pattern: &str) -> bool {
    let literals = pattern.replace("{id}", "");
    literals.chars().any(char::is_alphanumeric) && !literals.contains([' ', '\t'])
}

/// What all combinations agree on.
fn attributes(sent: &[Sent]) -> String {
    let Some(first) = sent.first() else { return String::new() };
    let mut text = String::new();
    if sent.iter().all(|one| one.lifetime == first.lifetime) {
        let lifetime = first.lifetime.map_or(Lifetime::Session, Lifetime::Seconds);
        if lifetime != Lifetime::Seconds(0) {
            text += &format!("    lifetime: {}\n", lifetime_words(lifetime));
        }
    }
    if let Some(domain) = agreed(sent, |one| one.domain.as_deref())
        && domain != ELSEWHERE
    {
        text += &format!("    domains: .{domain}\n");
    }
    if let Some(path) = agreed(sent, |one| one.path.as_deref())
        && path != "/"
        && path.bytes().all(|octet| octet.is_ascii_alphanumeric() || b"/-_.".contains(&octet))
    {
        let cut = if path.matches('/').count() > 1 { " # or longer: two segments are kept" } else { "" };
        text += &format!("    paths: {path}{cut}\n");
    }
    let same = |of: fn(&Sent) -> bool| sent.iter().all(|one| of(one) == of(first));
    if same(|one| one.secure) && same(|one| one.http_only) {
        let Sent { secure, http_only, .. } = first;
        let site = agreed(sent, |one| one.same_site.as_deref());
        let site = site.map(|site| format!(", same_site: {}", site.to_ascii_lowercase())).unwrap_or_default();
        let partitioned = if sent.iter().all(|one| one.partitioned) { ", partitioned: true" } else { "" };
        text += &format!("    attributes: {{secure: {secure}, http_only: {http_only}{site}{partitioned}}}\n");
    }
    text
}

/// What every combination has.
fn agreed<'a>(sent: &'a [Sent], of: impl Fn(&'a Sent) -> Option<&'a str>) -> Option<&'a str> {
    let first = of(sent.first()?)?;
    sent.iter().all(|one| of(one) == Some(first)).then_some(first)
}
