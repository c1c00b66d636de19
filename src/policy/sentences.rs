//! The wording of explanations: why, and what would change it.

use super::{Policy, Reason};
use crate::consent::{Choice, Consent, Reading};
use crate::cookie::shown;
use crate::registry::{Entry, EntryId, Registry};

/// Why, in one sentence.
pub(super) fn sentence(policy: &Policy, consent: &Consent, name: &[u8], reason: Reason) -> String {
    let registry = policy.registry();
    match reason {
        Reason::ConsentCookie => "It holds the visitor's choice, and is never filtered.".into(),
        Reason::Exempt(entry) => exempt(registry, registry.entry(entry)),
        Reason::Agreed(entry) => format!("The visitor agreed to {}.", chosen(registry, consent, entry)),
        Reason::NotAgreed(entry) => not_agreed(registry, consent, entry),
        Reason::Renewal(_) => "The request came with this very value, and its renewal is refused.".into(),
        Reason::Superseded(entry) => {
            let new = registry.entry(entry).rename.as_deref().unwrap_or_default();
            format!("On a secure connection only the first cookie named `{new}` stands for it.")
        }
        Reason::Deletion => {
            "It removes the cookie from the browser: the site's own removals always pass.".into()
        }
        Reason::Undeclared => format!("{}, and undeclared cookies are blocked.", undeclared(registry, name)),
        Reason::UndeclaredReported => {
            format!("{}; undeclared cookies pass and are reported.", undeclared(registry, name))
        }
        Reason::UndeclaredAllowed => format!("{}; undeclared cookies pass.", undeclared(registry, name)),
        Reason::Nameless => "It has no name, so browsers may return it as a cookie of any name.".into(),
        Reason::Disguised => {
            "White space around its name is trimmed by servers: it may be taken for a cookie of another name."
                .into()
        }
        Reason::ControlCharacter => "It holds a control character: browsers ignore such a cookie.".into(),
        Reason::TooLarge => "Name and value exceed 4096 octets: browsers ignore such a cookie.".into(),
        Reason::Prefix => {
            "Its attributes do not keep what the prefix of its name promises: browsers ignore such a cookie."
                .into()
        }
        Reason::TooMany => format!("{} cookies of the same request came before it.", policy.most_pairs()),
        Reason::Ambiguous => {
            "Servers that end a cookie at white space, a comma or a quote read a further one in it, which would not pass."
                .into()
        }
    }
}

/// What would turn the verdict round, in one sentence.
pub(super) fn change(policy: &Policy, consent: &Consent, name: &[u8], reason: Reason) -> Option<String> {
    let registry = policy.registry();
    match reason {
        Reason::ConsentCookie | Reason::Deletion | Reason::Exempt(_) => None,
        Reason::Agreed(entry) => {
            Some(format!("It is stripped once the visitor withdraws {}.", chosen(registry, consent, entry)))
        }
        Reason::Renewal(_) => {
            Some("It passes with another value, or with `renewal: allow` in its row or its site.".into())
        }
        Reason::Superseded(_) => Some("It passes without `rename` in its row.".into()),
        Reason::NotAgreed(entry) => {
            Some(format!("It passes once the visitor grants {}.", grantable(registry, consent, entry)))
        }
        Reason::Undeclared => {
            Some(format!("It may pass once {} declares it under `cookies:`.", registry.file()))
        }
        Reason::UndeclaredReported | Reason::UndeclaredAllowed => {
            Some(format!("Declare it under `cookies:` of {}, so that its category decides.", registry.file()))
        }
        Reason::Nameless => Some("Send it as `name=value`.".into()),
        Reason::Disguised => Some("Leave the white space around the name out.".into()),
        Reason::ControlCharacter => Some("Encode the value, or leave the control character out.".into()),
        Reason::TooLarge => Some("Send at most 4096 octets of name and value.".into()),
        Reason::Prefix => Some(format!("Send it with {}.", promise(name))),
        Reason::Ambiguous => Some(
            "Encode the value, or declare what is read in it, in a category that the visitor agreed to."
                .into(),
        ),
        Reason::TooMany => {
            Some("Let the site set fewer cookies, or raise the limit of cookies per request.".into())
        }
    }
}

fn exempt(registry: &Registry, entry: &Entry) -> String {
    let category = &registry.category(entry.category).key;
    if entry.anonymised {
        format!("It is declared in category `{category}` as anonymised, which needs no consent.")
    } else {
        format!("It is declared in category `{category}`, which needs no consent.")
    }
}

fn not_agreed(registry: &Registry, consent: &Consent, id: EntryId) -> String {
    let entry = registry.entry(id);
    let choice = match entry.service.map(|service| (consent.service(service), service)) {
        None | Some((Choice::Unset, _)) => consent.category(entry.category),
        Some((_, service)) => consent.service_answer(service),
    };
    let what = chosen(registry, consent, id);
    match (choice, consent.reading()) {
        (Choice::Denied, _) => format!("The visitor did not agree to {what}."),
        (_, Reading::Absent) => {
            format!("It needs consent to {what}, and the visitor has made no choice yet.")
        }
        (_, Reading::Unreadable(_)) => {
            format!("It needs consent to {what}, and the consent cookie cannot be read, which counts as no.")
        }
        _ => format!("It needs consent to {what}, and the visitor's choice does not mention it."),
    }
}

/// What the choice that counts for a row is about: its service where the visitor chose for that, else its category.
fn chosen(registry: &Registry, consent: &Consent, entry: EntryId) -> String {
    let entry = registry.entry(entry);
    match entry.service.filter(|service| consent.service(*service) != Choice::Unset) {
        Some(service) => format!("service `{}`", registry.service(service).key),
        None => format!("category `{}`", registry.category(entry.category).key),
    }
}

/// What the visitor could grant: a choice for the service always counts, one for the category only without it.
fn grantable(registry: &Registry, consent: &Consent, entry: EntryId) -> String {
    let row = registry.entry(entry);
    match row.service {
        Some(service) if consent.service(service) == Choice::Unset => {
            let category = &registry.category(row.category).key;
            format!("category `{category}`, or service `{}` alone", registry.service(service).key)
        }
        _ => chosen(registry, consent, entry),
    }
}

/// That no row covers the name; with the declared name that differs from it in case alone, if there is one.
fn undeclared(registry: &Registry, name: &[u8]) -> String {
    let declared = registry.entries().iter().flat_map(|entry| &entry.names);
    match declared.into_iter().find(|declared| declared.pattern.as_bytes().eq_ignore_ascii_case(name)) {
        Some(near) => {
            format!("`{}` is declared, but names are case-sensitive", shown(near.pattern.as_bytes()))
        }
        None => "The registry does not declare it".into(),
    }
}

/// What the prefix of the name promises, the longest first.
fn promise(name: &[u8]) -> &'static str {
    let promises = [
        ("__Host-Http-", "`Secure`, `HttpOnly` and `Path=/`, without `Domain`"),
        ("__Host-", "`Secure` and `Path=/`, without `Domain`"),
        ("__Http-", "`Secure` and `HttpOnly`"),
    ];
    let starts = |prefix: &str| {
        name.get(..prefix.len()).is_some_and(|start| start.eq_ignore_ascii_case(prefix.as_bytes()))
    };
    promises.into_iter().find(|(prefix, _)| starts(prefix)).map_or("`Secure`", |(_, promise)| promise)
}
