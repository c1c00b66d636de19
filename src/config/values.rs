//! Values that need more than their type: strings with a grammar of their own, lists that must not be empty.

use crate::document::{Document, Node, Value};

/// Why a text is refused.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Wrong {
    /// What is wrong, one sentence.
    pub(super) message: String,
    /// What would be right, one sentence.
    pub(super) help: String,
}

impl Wrong {
    pub(super) fn new(message: impl Into<String>, help: impl Into<String>) -> Self {
        Self { message: message.into(), help: help.into() }
    }
}

/// The value of a string as `parse` reads it; a fault is reported under `kind`. `wanted` says what to write,
/// for a value that is no string: "a duration such as 15s".
pub(super) fn parsed<T>(
    document: &Document,
    node: &Node,
    kind: &'static str,
    wanted: &str,
    parse: impl FnOnce(&str) -> Result<T, Wrong>,
) -> Option<T> {
    let Value::String(text) = &node.value else { return document.wrong_type(node, wanted) };
    if text.is_empty() {
        document.error(&node.span, "empty", "this is empty", format!("write {wanted}"));
        return None;
    }
    match parse(text) {
        Ok(value) => Some(value),
        Err(Wrong { message, help }) => {
            document.error(&node.span, kind, message, help);
            None
        }
    }
}

/// The items of a list that must not be empty; a fault is reported. `what` names the key, `help` says what to add.
pub(super) fn at_least_one<'d>(
    document: &Document,
    node: &'d Node,
    what: &str,
    help: &str,
) -> Option<&'d [Node]> {
    let items = document.list(node, what)?;
    if items.is_empty() {
        document.error(&node.span, "empty", format!("{what} is empty"), help);
        return None;
    }
    Some(items)
}

/// Whether a text is a path, or the beginning of one, as user agents send it; `what` names it: "a path".
pub(super) fn path(text: &str, what: &str) -> Result<(), Wrong> {
    let refused = |help: String| Err(Wrong::new(format!("`{text}` is no {what}"), help));
    if !text.starts_with('/') {
        return refused(format!("begin it with a slash: /{text}"));
    }
    if let Some((path, _)) = text.split_once(['?', '#']) {
        return refused(format!("write the path alone, without query or fragment: {path}"));
    }
    if text.bytes().any(|byte| !byte.is_ascii_graphic()) {
        return refused("write it percent-encoded, as user agents send it: /pr%C3%A9vue/".to_owned());
    }
    if text.split('/').any(|segment| segment == "." || segment == "..") {
        return refused(
            "write it without dot segments: user agents resolve them before they send a path".to_owned(),
        );
    }
    if text.contains("//") {
        return refused("write one slash between segments".to_owned());
    }
    Ok(())
}
