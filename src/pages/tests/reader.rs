//! Reads back the HTML that this room writes: well-formed, quoted, and so enough for a scan.

use std::sync::Arc;

use crate::diagnostic::Source;
use crate::pages::{Settings, Site, Visit};
use crate::registry::Registry;

/// The texts of all elements of a name whose opening tag has some text in it, in order, without markup.
pub(super) fn texts(html: &str, name: &str, has: &str) -> Vec<String> {
    elements(html, name, has).iter().map(|inner| text(inner)).collect()
}

/// What is between an element's tags.
pub(super) fn elements<'a>(html: &'a str, name: &str, has: &str) -> Vec<&'a str> {
    let (open, close) = (format!("<{name}"), format!("</{name}>"));
    let mut found = Vec::new();
    let mut rest = html;
    while let Some(at) = rest.find(&open) {
        rest = &rest[at + open.len()..];
        let (attributes, inner) = rest.split_once('>').unwrap();
        if !(attributes.is_empty() || attributes.starts_with(' ')) || !attributes.contains(has) {
            continue;
        }
        found.push(closed(inner, &open, &close));
    }
    found
}

/// Up to the tag that closes an element, over those of the same name within it.
fn closed<'a>(inner: &'a str, open: &str, close: &str) -> &'a str {
    let (mut depth, mut at) = (0_usize, 0);
    loop {
        let end = inner[at..].find(close).unwrap() + at;
        depth += inner[at..end].matches(open).count();
        if depth == 0 {
            return &inner[..end];
        }
        depth -= 1;
        at = end + close.len();
    }
}

/// The text of some markup.
pub(super) fn text(html: &str) -> String {
    let mut text = String::new();
    for (n, part) in html.split('<').enumerate() {
        text.push_str(if n == 0 { part } else { part.split_once('>').unwrap().1 });
    }
    let text = text.replace("&lt;", "<").replace("&gt;", ">").replace("&quot;", "\"").replace("&#39;", "'");
    text.replace("&amp;", "&").split_whitespace().collect::<Vec<_>>().join(" ")
}

pub(super) fn registry(text: &str) -> Arc<Registry> {
    let (registry, faults) = Registry::compile(Source::new("registry.yaml", text));
    Arc::new(registry.unwrap_or_else(|| panic!("{}", faults.render(false))))
}

pub(super) fn shipped(name: &str) -> Arc<Registry> {
    let path = format!("{}/config/registry/{name}.yaml", env!("CARGO_MANIFEST_DIR"));
    registry(&std::fs::read_to_string(path).unwrap())
}

pub(super) fn site(registry: &Arc<Registry>) -> Site {
    Site::compile(registry, &Settings::default())
}

pub(super) fn first_visit(language: &str) -> Visit<'_> {
    Visit {
        language,
        answers: &[],
        chosen_at: None,
        reference: None,
        back: "/explore?a=b&c",
        shown: "0123",
        notice: None,
        gpc: false,
        ask: &[],
    }
}
