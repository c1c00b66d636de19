//! Whether every choice that visitors can make fits into the cookies that hold it.

use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};

use super::{Format, GrantedValue, Registry};
use crate::document::{Document, Node};

/// User agents store no cookie whose name and value have more octets (6265bis 5.6 step 5).
const MOST_BYTES: usize = 4096;
/// Members of a value that is read.
const MOST_KEYS: usize = 256;
/// Octets of the companion's value beside the registry's version and the keys: numbers, id, time and dots.
const COMPANION: usize = 40;

/// What JavaScript's `encodeURIComponent` leaves as it is (ECMA-262 19.2.6.4).
pub(crate) const UNESCAPED: &AsciiSet = &NON_ALPHANUMERIC
    .remove(b'-')
    .remove(b'_')
    .remove(b'.')
    .remove(b'!')
    .remove(b'~')
    .remove(b'*')
    .remove(b'\'')
    .remove(b'(')
    .remove(b')');

/// Reports choices that no cookie could hold.
pub(super) fn check(document: &Document, registry: &Registry, at: Option<&Node>) {
    let at = &at.unwrap_or(document.root()).span;
    let fault = |message: String, help: &str| document.error(at, "unwritable-choice", message, help);
    let mut texts = Vec::new();
    for target in registry.asked() {
        match registry.word(*target) {
            Some(word) => texts.push(word),
            None if registry.consent().format == Format::Flag => {}
            None => {
                let key = registry.key(*target);
                let message = format!("no word of the consent cookie stands for `{key}`");
                fault(
                    message,
                    "give it one under `keys:`, since its own key stands for something else there",
                );
                return;
            }
        }
    }
    let words = |value: &GrantedValue| matches!(value, GrantedValue::String(_));
    let grants = registry.consent().granted_values.iter().any(words);
    if registry.consent().format == Format::Flag && !registry.asked().is_empty() && !grants {
        fault("no word of `granted_values` grants".to_owned(), "write the word that grants everything");
    }
    let value = longest_value(registry, &texts) + registry.consent().cookie.len();
    if value > MOST_BYTES || texts.len() > MOST_KEYS {
        let message = format!(
            "a choice about all {} categories and services takes {value} octets, more than a cookie holds",
            texts.len()
        );
        fault(message, "declare fewer services, or give them shorter keys: at most 256, in 4096 octets");
    }
}

/// The octets of the longer of the two values that hold a choice about everything.
fn longest_value(registry: &Registry, words: &[&str]) -> usize {
    let text = match registry.consent().format {
        Format::Auto | Format::Json => {
            let members = words.iter().map(|word| ((*word).to_owned(), serde_json::Value::Bool(false)));
            serde_json::Value::Object(members.collect()).to_string()
        }
        Format::List => words.join(","),
        Format::Flag => String::new(),
    };
    let value = utf8_percent_encode(&text, UNESCAPED).map(str::len).sum();
    let keys: usize = registry.asked().iter().map(|target| registry.key(*target).len() + 1).sum();
    let keys = if matches!(registry.consent().format, Format::List | Format::Flag) { keys } else { 0 };
    let version: usize =
        utf8_percent_encode(registry.version(), NON_ALPHANUMERIC).map(str::len).take(64).sum();
    usize::max(value, COMPANION + version + keys)
}
