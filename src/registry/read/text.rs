//! Texts for people: a string, or one string a language.

use std::collections::HashMap;

use foldhash::fast::FixedState;

use crate::document::{Document, Node, Value};
use crate::registry::Text;

/// A text. `what` names it in messages: "`purposes`".
pub(super) fn read(document: &Document, node: &Node, what: &str) -> Option<Text> {
    match &node.value {
        Value::String(_) => document.string(node, what).map(|text| Text::Plain(text.trim().to_owned())),
        Value::Map(entries) if entries.is_empty() => {
            document.error(
                &node.span,
                "empty",
                format!("{what} is empty"),
                "write a text, or remove the key",
            );
            None
        }
        Value::Map(_) => by_language(document, node, what),
        _ => document.wrong_type(node, &format!("{what}: a text, or one text a language ({{en: …, fr: …}})")),
    }
}

fn by_language(document: &Document, node: &Node, what: &str) -> Option<Text> {
    let Value::Map(entries) = &node.value else { return None };
    let mut texts = Vec::new();
    let mut seen = HashMap::with_hasher(FixedState::default());
    let mut sound = true;
    for (key, value) in entries {
        let tag = key.name.to_ascii_lowercase();
        if !is_tag(&tag) {
            let message = format!("`{}` is no language tag", key.name);
            document.error(&key.span, "bad-language", message, "write a tag such as en, fr or pt-BR");
            sound = false;
        } else if let Some(first) = seen.insert(tag.clone(), &key.span) {
            let texts = (format!("{what} is given twice in `{tag}`"), "keep one of the two");
            document.error_at_two(&key.span, "duplicate-key", texts, (first, "first given here"));
            sound = false;
        }
        match document.string(value, &format!("{what} in `{tag}`")) {
            Some(text) => texts.push((tag, text.trim().to_owned())),
            None => sound = false,
        }
    }
    sound.then_some(Text::ByLanguage(texts))
}

/// A BCP 47 tag in shape (RFC 5646 2.1): a primary subtag of two to eight letters, then subtags of one to eight
/// letters and digits.
fn is_tag(tag: &str) -> bool {
    let mut subtags = tag.split('-');
    let primary = subtags.next().unwrap_or_default();
    (2..=8).contains(&primary.len())
        && primary.bytes().all(|byte| byte.is_ascii_alphabetic())
        && subtags.all(|subtag| {
            (1..=8).contains(&subtag.len()) && subtag.bytes().all(|byte| byte.is_ascii_alphanumeric())
        })
}

/// The languages of some texts, in the order in which they first appear.
pub(super) fn languages<'t>(texts: impl Iterator<Item = &'t Text>) -> Vec<String> {
    let mut languages: Vec<String> = Vec::new();
    for language in texts.flat_map(Text::languages) {
        if !languages.iter().any(|known| known == language) {
            languages.push(language.to_owned());
        }
    }
    languages
}
