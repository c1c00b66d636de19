//! HTTP Strict Transport Security of a site (`hsts:`, RFC 6797).

use super::schema;
use super::values::{Wrong, parsed};
use crate::document::{Document, Node, Value};
use crate::registry::Lifetime;

/// Seconds of a year, which is also what browsers' lists ask for at least (hstspreload.org).
const YEAR: u64 = 365 * 24 * 3600;

/// The value of a site's `Strict-Transport-Security`, ready to be sent (RFC 6797 6.1); `None` where tamis sends none.
pub(super) fn read(document: &Document, node: Option<&Node>) -> Option<String> {
    let node = node?;
    if !matches!(node.value, Value::Map(_)) {
        let words = [("off", None), ("withdraw", Some("max-age=0"))];
        return document.choice(node, "`hsts`", &words).flatten().map(str::to_owned);
    }
    let mut fields = document.fields(node, &schema::HSTS)?;
    let max_age = fields.optional("max_age");
    let subdomains = fields.optional("subdomains");
    let preload = fields.optional("preload");
    fields.finish();
    let max_age = max_age.map_or(Some(YEAR), |node| seconds(document, node));
    let subdomains = subdomains.map_or(Some(false), |node| document.boolean(node, "`subdomains`"));
    let listed = preload.map_or(Some(false), |node| document.boolean(node, "`preload`"));
    let (max_age, subdomains, listed) = (max_age?, subdomains?, listed?);
    if listed && !(subdomains && max_age >= YEAR) {
        let message = "no browser's list takes a site with these settings";
        let help = "write subdomains: true and a max_age of 1 year or more, or remove `preload`";
        document.error(&preload.unwrap_or(node).span, "bad-hsts", message, help);
        return None;
    }
    let subdomains = if subdomains { "; includeSubDomains" } else { "" };
    Some(format!("max-age={max_age}{subdomains}{}", if listed { "; preload" } else { "" }))
}

fn seconds(document: &Document, node: &Node) -> Option<u64> {
    parsed(document, node, "bad-period", "a period such as 1 year", |text| {
        // The library reads ISO 8601 and clock times too; one notation is enough for people.
        let friendly = text.starts_with(|first: char| first.is_ascii_digit()) && !text.contains(':');
        match Lifetime::parse(text).filter(|_| friendly) {
            Some(Lifetime::Seconds(seconds)) => Ok(seconds),
            _ => {
                let help = "write 5 minutes, 400 days or 1 year; to take it back, hsts: withdraw";
                Err(Wrong::new(format!("`{text}` is no period"), help))
            }
        }
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::diagnostic::Source;

    fn read(yaml: &str) -> (Option<String>, Vec<&'static str>) {
        let document = Document::parse(Source::new("t", yaml)).unwrap();
        let read = super::read(&document, Some(document.root()));
        (read, document.into_faults().iter().map(|fault| fault.kind).collect())
    }

    #[test]
    fn values() {
        for (yaml, value) in [
            ("off", None),
            ("withdraw", Some("max-age=0")),
            ("{}", Some("max-age=31536000")),
            ("{max_age: 5 minutes}", Some("max-age=300")),
            ("{max_age: 30 days, subdomains: true}", Some("max-age=2592000; includeSubDomains")),
            (
                "{max_age: 2 years, subdomains: true, preload: true}",
                Some("max-age=63072000; includeSubDomains; preload"),
            ),
        ] {
            assert_eq!(read(yaml), (value.map(str::to_owned), vec![]), "{yaml}");
        }
    }

    #[test]
    fn faults() {
        for (yaml, kind) in [
            ("on", "unknown-value"),
            ("true", "wrong-type"),
            ("{max_age: 0s}", "bad-period"),
            ("{max_age: 31536000}", "wrong-type"),
            ("{max_age: session}", "bad-period"),
            ("{preload: true}", "bad-hsts"),
            ("{subdomains: true, preload: true, max_age: 300 days}", "bad-hsts"),
        ] {
            assert_eq!(read(yaml).1, [kind], "{yaml}");
        }
    }
}
