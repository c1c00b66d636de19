//! What is allowed and most likely a mistake: warnings, and the one contradiction that is an error.

mod choices;

use std::ops::Range;

use super::overlap::{covers, witness};
use super::read::{Consent, Declared, Keys, Row};
use super::{Entry, Lifetime, Rule, SameSite, SetBy, known};
use crate::document::Document;

/// Audience measurement is exempt for at most 13 months (CNIL, cnil.fr/fr/node/167364): 395 whole days.
const MOST_ANONYMOUS: u64 = 395 * 24 * 60 * 60;
/// Rows with more names were not written by hand: nobody reads warnings about names that say the same.
const MOST_COMPARED: usize = 200;
/// Warnings about names without effect: each one looks at all other names.
const MOST_USELESS: usize = 100;

/// Reports what is odd in the rows that are sound.
pub(super) fn report(document: &Document, rows: &[Row<'_>], consent: &Consent<'_>, keys: &Keys) {
    for row in rows {
        if let Some(entry) = &row.entry {
            let rule = keys.categories.get(usize::from(entry.category.0)).map(|category| category.rule);
            exemption(document, row, entry, rule);
            attributes(document, row, entry);
            known_names(document, row, entry);
        }
    }
    choices::report(document, rows, consent);
    unreachable(document, rows);
}

/// Exempt without a reason; a reason or an `anonymised` that changes nothing; an exemption that is too long.
fn exemption(document: &Document, row: &Row<'_>, entry: &Entry, rule: Option<Rule>) {
    if !entry.needs_consent && row.places.exemption.is_none() {
        let help = "say why under `exemption:`; \"keeps the visitor logged in\", for example";
        document.warning(
            &row.at,
            "exempt-without-reason",
            "this needs no consent, and nothing says why",
            help,
        );
    }
    if let Some(node) = row.places.exemption.filter(|_| entry.needs_consent) {
        let message = "a cookie that needs consent has no reason for an exemption";
        let help = match rule {
            Some(Rule::UnlessAnonymised) => "remove it, or declare the cookie `anonymised: true` if it is",
            _ => "remove it, or choose a category that is exempt",
        };
        document.warning(&node.span, "without-effect", message, help);
    }
    let Some(node) = row.places.anonymised.filter(|_| entry.anonymised) else { return };
    if rule != Some(Rule::UnlessAnonymised) {
        let help = "remove it: it counts in categories with `consent: unless-anonymised` only";
        document.warning(&node.span, "without-effect", "this changes nothing in this category", help);
    } else if let (Some(Lifetime::Seconds(seconds)), Some(node)) = (entry.lifetime, row.places.lifetime)
        && seconds > MOST_ANONYMOUS
    {
        let help = "shorten it to 13 months, or ask for consent (remove `anonymised`)";
        let message = "audience measurement without consent may last 13 months at most";
        document.warning(&node.span, "anonymised-too-long", message, help);
    }
}

/// Attributes with which the cookie can't do its work, or is refused.
fn attributes(document: &Document, row: &Row<'_>, entry: &Entry) {
    let attributes = &entry.attributes;
    if let Some(node) = row
        .places
        .http_only
        .filter(|_| entry.set_by == Some(SetBy::Script) && attributes.http_only == Some(true))
    {
        // 6265bis 5.7 step 12: a script can neither write nor overwrite an HttpOnly cookie.
        let help = "write `http_only: false`, or `set_by: server`";
        document.error(&node.span, "script-http-only", "no script can write an HttpOnly cookie", help);
    }
    let insecure = attributes.secure != Some(true);
    let none = attributes.same_site == Some(SameSite::None);
    if let Some(node) = row.places.same_site.filter(|_| insecure && none) {
        refused(document, &node.span, "`SameSite=None` without `Secure`", "write `secure: true` beside it");
    }
    if let Some(node) = row.places.partitioned.filter(|_| insecure && attributes.partitioned == Some(true)) {
        refused(document, &node.span, "`Partitioned` without `Secure`", "write `secure: true` beside it");
    }
    for name in &row.names {
        if let Some((what, help)) = prefix(name, entry) {
            refused(document, &name.span, what, help);
        }
    }
}

fn refused(document: &Document, span: &Range<usize>, what: &str, help: &str) {
    document.warning(span, "refused-by-browsers", format!("user agents refuse {what}"), help);
}

/// What a cookie-name prefix asks for and the row denies (6265bis 4.1.3; compared in any case, 5.6 step 20).
fn prefix(name: &Declared, entry: &Entry) -> Option<(&'static str, &'static str)> {
    let beginning = name.pattern.prefix().to_ascii_lowercase();
    let host = beginning.starts_with(b"__host-");
    if entry.attributes.secure == Some(false) && (host || beginning.starts_with(b"__secure-")) {
        return Some(("this prefix without `Secure`", "write `secure: true`"));
    }
    let elsewhere = !entry.domains.is_empty() || entry.paths.iter().any(|path| path != "/");
    (host && elsewhere)
        .then_some(("`__Host-` with a Domain or a Path other than `/`", "remove `domains` and `paths`"))
}

/// Sessions held back, trackers let pass.
fn known_names(document: &Document, row: &Row<'_>, entry: &Entry) {
    for name in &row.names {
        if entry.needs_consent {
            let Some(known) = known::session(&name.pattern) else { continue };
            let message = format!(
                "this holds back `{}`, which {} needs to keep visitors logged in or to accept their forms",
                known.name, known.software
            );
            let help = "declare it in an exempt category; without it log-in and every POST fail";
            document.warning(&name.span, "session-needs-consent", message, help);
        } else if !entry.anonymised
            && let Some(known) = known::tracker(&name.pattern)
        {
            let message = format!("this lets `{}` of {} pass without consent", known.name, known.software);
            let help = "choose a category that needs consent; or another name, if this is no tracker";
            document.warning(&name.span, "tracker-marked-necessary", message, help);
        }
    }
}

/// Names that decide nothing: another name of the same row covers all that they match, and no name of another row
/// comes between the two.
///
/// A more specific pattern of another row can't take all names from a pattern: put bytes that it lacks into the
/// wildcards, and it needs as many literal bytes. What covers all of it is as specific or less.
fn unreachable(document: &Document, rows: &[Row<'_>]) {
    let mut found = 0;
    for row in rows.iter().filter(|row| row.names.len() <= MOST_COMPARED) {
        for name in &row.names {
            let wider = row.names.iter().find(|other| {
                other.place != name.place
                    && other.pattern.exact().is_none()
                    && other.pattern.prefix().first() == name.pattern.prefix().first()
                    && specificity(other) < specificity(name)
                    && covers(&other.pattern, &name.pattern)
            });
            let Some(wider) = wider else { continue };
            found += 1;
            if found > MOST_USELESS {
                return;
            }
            if rows.iter().flat_map(|row| &row.names).any(|other| comes_between(wider, other, name)) {
                continue;
            }
            let wider = document.source().text.get(wider.span.clone()).unwrap_or_default();
            let message =
                format!("`{}` of the same row covers this name already", wider.trim_matches(['"', '\'']));
            document.warning(&name.span, "unreachable-pattern", message, "remove one of the two");
        }
    }
}

fn specificity(name: &Declared) -> (bool, usize) {
    (name.pattern.exact().is_some(), name.pattern.literals())
}

/// A name of another row takes from `wider` some of what `name` takes back.
fn comes_between(wider: &Declared, other: &Declared, name: &Declared) -> bool {
    other.entry != name.entry
        && (specificity(wider)..=specificity(name)).contains(&specificity(other))
        && witness(&other.pattern, &name.pattern).is_some()
}
