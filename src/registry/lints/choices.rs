//! The cookies that hold the visitor's choice: declared, exempt, and readable by who writes them.

use std::ops::Range;

use crate::document::{Document, Node};
use crate::registry::read::{Consent, Declared, Row, declaring};

/// Reports what is odd about the site's own cookie and those of other managers.
pub(super) fn report(document: &Document, rows: &[Row<'_>], consent: &Consent<'_>) {
    // A site that lets another manager ask, and names no cookie of its own, may well have none.
    let alone = consent.named || consent.settings.adapters.is_empty();
    if let Some(at) = consent.at {
        own(document, rows, consent, (&at.span, alone));
    }
    for (adapter, at) in consent.settings.adapters.iter().zip(&consent.adapters) {
        let names = adapter.names();
        let any = names.iter().any(|name| declaring(rows, name.as_bytes()).is_some());
        for (index, cookie) in names.into_iter().enumerate() {
            // Not every site has all categories of a family, nor every version of a manager all siblings.
            let expected = index == 0 && !(any && adapter.manager.is_family());
            if let Some((row, name)) = declared(document, rows, &cookie, (&at.span, expected)) {
                exempt(document, row, name);
            }
        }
    }
}

fn own(document: &Document, rows: &[Row<'_>], consent: &Consent<'_>, at: (&Range<usize>, bool)) {
    let Some((row, name)) = declared(document, rows, &consent.settings.cookie, at) else { return };
    let http_only = row.entry.as_ref().is_some_and(|entry| entry.attributes.http_only == Some(true));
    if let Some(node) = row.places.http_only.filter(|_| http_only) {
        // 6265bis 5.7 step 12: once it is HttpOnly, the site's own banner can't change it.
        let help = "write `http_only: false`, unless only the server reads and writes it";
        let message = "no script can read or renew this choice";
        document.warning(&node.span, "consent-cookie-http-only", message, help);
    }
    exempt(document, row, name);
}

/// The row of a cookie with a choice; that there is none is reported if one is expected.
fn declared<'r, 'd>(
    document: &Document,
    rows: &'r [Row<'d>],
    cookie: &str,
    (at, expected): (&Range<usize>, bool),
) -> Option<(&'r Row<'d>, &'r Declared)> {
    let found = declaring(rows, cookie.as_bytes());
    if found.is_none() && expected {
        let message = format!("the consent cookie `{cookie}` is not declared");
        let help = "declare it like the others: visitors read about it on the policy page";
        document.warning(at, "consent-cookie-undeclared", message, help);
    }
    found
}

fn exempt(document: &Document, row: &Row<'_>, name: &Declared) {
    if row.entry.as_ref().is_some_and(|entry| entry.needs_consent) {
        let help = "declare it in an exempt category: a refusal has to be remembered too";
        let message = "the consent cookie is declared as one that needs consent";
        let at = row.places.category.map_or(&name.span, |node: &Node| &node.span);
        document.warning(at, "consent-cookie-needs-consent", message, help);
    }
}
