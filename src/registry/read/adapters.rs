//! `consent.adapters`: other consent managers whose cookies are read.

use super::categories::Keys;
use super::consent;
use crate::document::{Document, Node, Value};
use crate::registry::schema;
use crate::registry::{Adapter, Manager, Revision, unix_time};

/// Managers that people name and that write no cookie which could be read, with the reason.
const OUT_OF_REACH: [(&str, &str); 5] = [
    ("usercentrics", "Usercentrics keeps the choice in the browser's localStorage"),
    ("silktide", "Silktide keeps the choice in the browser's localStorage"),
    ("osano", "Osano's consent manager writes a value that only Osano can read"),
    ("osano-consentmanager", "Osano's consent manager writes a value that only Osano can read"),
    ("osano_consentmanager", "Osano's consent manager writes a value that only Osano can read"),
];

/// Every sound adapter with its place; `own` is the name of the site's own cookie.
pub(super) fn read<'d>(
    document: &'d Document,
    node: &'d Node,
    keys: &Keys,
    own: &str,
) -> Vec<(Adapter, &'d Node)> {
    let mut adapters: Vec<(Adapter, &Node)> = Vec::new();
    for node in document.one_or_more(node) {
        let Some(adapter) = one(document, node, keys) else { continue };
        let same = adapters.iter().find(|(other, _)| other.cookie == adapter.cookie);
        if same.is_some() || adapter.cookie == own {
            let message = format!("the cookie `{}` would be read twice", adapter.cookie);
            let help = "name each cookie with a choice once, with the manager that writes it";
            document.error(&node.span, "duplicate-cookie", message, help);
            continue;
        }
        adapters.push((adapter, node));
    }
    adapters
}

fn one(document: &Document, node: &Node, keys: &Keys) -> Option<Adapter> {
    if let Value::String(_) = &node.value {
        let manager = manager_of(document, node)?;
        let cookie = manager.cookie().to_owned();
        return Some(Adapter { manager, cookie, revision: None, accept_implied: false, keys: Vec::new() });
    }
    let mut fields = document.fields(node, &schema::ADAPTER)?;
    let manager = fields.required("manager", "name the consent manager: manager: klaro");
    let manager = manager.and_then(|node| manager_of(document, node));
    let cookie = fields.optional("cookie").and_then(|node| consent::cookie(document, node));
    let revision_node = fields.optional("revision");
    let revision = revision_node.and_then(|node| revision(document, node, manager));
    let implied_node = fields.optional("accept_implied");
    let accept_implied = implied_node.and_then(|node| document.boolean(node, "accept_implied"));
    let mut words = consent::words(document, fields.optional("keys"), keys);
    fields.finish();
    let manager = manager?;
    if let Some(node) = implied_node.filter(|_| accept_implied == Some(true) && !manager.implies()) {
        let message = format!("{} never writes a consent that nobody gave", manager.word());
        document.warning(&node.span, "without-effect", message, "remove the key");
    }
    words.sort_by(|a, b| a.word.cmp(&b.word));
    Some(Adapter {
        manager,
        cookie: cookie.unwrap_or_else(|| manager.cookie().to_owned()),
        revision,
        accept_implied: accept_implied.unwrap_or(false),
        keys: words,
    })
}

fn manager_of(document: &Document, node: &Node) -> Option<Manager> {
    if let Value::String(text) = &node.value
        && let Some((_, reason)) = OUT_OF_REACH.iter().find(|(word, _)| word == text)
    {
        let help = "mirror the choice into `cookies_preferences` by a script of the site (docs/consent.md)";
        document.error(&node.span, "unknown-value", format!("{reason}: tamis can't read it"), help);
        return None;
    }
    let choices = Manager::ALL.map(|manager| (manager.word(), manager));
    document.choice(node, "the consent manager", &choices)
}

/// A number, or a date; each only where the manager writes one, since otherwise no choice could ever count.
fn revision(document: &Document, node: &Node, manager: Option<Manager>) -> Option<Revision> {
    let (revision, written, what) = match &node.value {
        Value::String(text) => {
            let Some(since) = unix_time(text) else {
                let help = "write a whole number, or a date: \"2026-11-23\", \"2026-11-23T10:42:03Z\"";
                document.error(&node.span, "bad-revision", format!("`{text}` is no revision"), help);
                return None;
            };
            (Revision::Since(since), manager.is_none_or(Manager::is_dated), "when the choice was made")
        }
        _ => {
            let number = document.integer(node, "the revision", 0..=i64::MAX)?;
            (Revision::Number(number), manager.is_none_or(Manager::is_numbered), "the number of a revision")
        }
    };
    if !written {
        let word = manager.map_or("", Manager::word);
        let message = format!("{word} does not write {what}: no choice would ever count");
        document.error(&node.span, "bad-revision", message, "remove the key");
    }
    written.then_some(revision)
}
