//! `date:`, `site:` and `page:`.

use jiff::civil::Date;

use super::text;
use crate::document::{Document, Node};
use crate::registry::schema;
use crate::registry::{Page, Passage};

/// The day of the version: a date of the calendar, as ISO 8601 writes it.
pub(super) fn date(document: &Document, node: &Node) -> Option<Date> {
    let text = document.string(node, "the date")?;
    let date = calendar(text);
    if date.is_none() {
        let help = "write year, month and day, in quotes: date: \"2026-11-23\"";
        document.error(&node.span, "bad-date", format!("`{text}` is no date"), help);
    }
    date
}

/// `2026-11-23` and no other way to write it.
pub(super) fn calendar(text: &str) -> Option<Date> {
    // The library reads times, and dates without hyphens, too.
    if text.len() == "2026-11-23".len() { text.parse().ok() } else { None }
}

/// The address of the site: scheme and host at least.
pub(super) fn site(document: &Document, node: &Node) -> Option<String> {
    let address = document.string(node, "the site")?;
    let after = address.strip_prefix("https://").or_else(|| address.strip_prefix("http://"));
    let host = after.and_then(|rest| rest.split(['/', '?', '#']).next()).unwrap_or_default();
    if host.is_empty() || address.contains(|c: char| c.is_whitespace() || c.is_control()) {
        let help = "write its address with the scheme: https://www.example.org";
        document.error(&node.span, "bad-site", format!("`{address}` is no address of a site"), help);
        return None;
    }
    Some(address.to_owned())
}

/// The prose of the policy page.
pub(super) fn read(document: &Document, node: &Node) -> Page {
    let Some(mut fields) = document.fields(node, &schema::PAGE) else { return Page::default() };
    let mut text =
        |key: &'static str, what| fields.optional(key).and_then(|node| text::read(document, node, what));
    let page = Page {
        title: text("title", "`title`"),
        introduction: text("introduction", "`introduction`"),
        definition: None,
        kinds: text("kinds", "`kinds`"),
        cookies: text("cookies", "`cookies`"),
    };
    let definition = fields.optional("definition").and_then(|node| passage(document, node));
    fields.finish();
    Page { definition, ..page }
}

fn passage(document: &Document, node: &Node) -> Option<Passage> {
    let mut fields = document.fields(node, &schema::DEFINITION)?;
    let title = fields.required("title", "write its heading: title: What is a cookie?");
    let title = title.and_then(|node| text::read(document, node, "`title`"));
    let body = fields.required("text", "write the paragraph under the heading");
    let body = body.and_then(|node| text::read(document, node, "`text`"));
    fields.finish();
    Some(Passage { title: title?, text: body? })
}
