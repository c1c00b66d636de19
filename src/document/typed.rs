//! Typed reading: each accessor gives a value, or reports what would be right and gives nothing.

use super::{Document, Fields, Mapping, Node, Value, one_of};

impl Document {
    /// The fields of a mapping, to be asked for by the keys of its description; repeated keys are reported here.
    pub fn fields<'d>(&'d self, node: &'d Node, mapping: &'static Mapping) -> Option<Fields<'d>> {
        match &node.value {
            Value::Map(entries) => Some(Fields::new(self, node, mapping, entries)),
            _ => self.wrong_type(node, &format!("{}: a mapping of keys and values", mapping.what)),
        }
    }

    /// A non-empty string.
    pub fn string<'d>(&self, node: &'d Node, what: &str) -> Option<&'d str> {
        match &node.value {
            Value::String(text) if text.is_empty() => {
                self.error(
                    &node.span,
                    "empty",
                    format!("{what} is empty"),
                    "write a value, or remove the key",
                );
                None
            }
            Value::String(text) => Some(text),
            _ => self.wrong_type(node, &format!("{what}: a string")),
        }
    }

    /// `true` or `false`.
    pub fn boolean(&self, node: &Node, what: &str) -> Option<bool> {
        match &node.value {
            Value::Bool(value) => Some(*value),
            Value::String(text) if node.substituted.is_some() && text == "true" => Some(true),
            Value::String(text) if node.substituted.is_some() && text == "false" => Some(false),
            _ => self.wrong_type(node, &format!("{what}: true or false")),
        }
    }

    /// A whole number within bounds (inclusive).
    pub fn integer(&self, node: &Node, what: &str, bounds: std::ops::RangeInclusive<i64>) -> Option<i64> {
        let value = match &node.value {
            Value::Integer(value) => *value,
            Value::String(text) if node.substituted.is_some() && text.parse::<i64>().is_ok() => {
                text.parse().unwrap_or_default()
            }
            _ => return self.wrong_type(node, &format!("{what}: a whole number")),
        };
        if bounds.contains(&value) {
            return Some(value);
        }
        let (low, high) = (bounds.start(), bounds.end());
        self.error(
            &node.span,
            "out-of-range",
            format!("{what} is {value}"),
            format!("write a number from {low} to {high}"),
        );
        None
    }

    /// A sequence.
    pub fn list<'d>(&self, node: &'d Node, what: &str) -> Option<&'d [Node]> {
        match &node.value {
            Value::List(items) => Some(items),
            _ => self.wrong_type(node, &format!("{what}: a list")),
        }
    }

    /// A sequence, or one item that stands for a list of one.
    pub fn one_or_more<'d>(&self, node: &'d Node) -> &'d [Node] {
        match &node.value {
            Value::List(items) => items,
            _ => std::slice::from_ref(node),
        }
    }

    /// One of a few words.
    pub fn choice<T: Copy>(&self, node: &Node, what: &str, choices: &[(&str, T)]) -> Option<T> {
        let words = || choices.iter().map(|(word, _)| *word).collect::<Vec<_>>();
        if !matches!(node.value, Value::String(_)) {
            return self.wrong_type(node, &format!("one of: {}", words().join(", ")));
        }
        let text = self.string(node, what)?;
        let found = choices.iter().find(|(word, _)| *word == text).map(|(_, value)| *value);
        if found.is_none() {
            let message = format!("{what} can't be `{text}`");
            self.error(&node.span, "unknown-value", message, one_of(text, &words()));
        }
        found
    }

    /// Reports that a value has another type than wanted; `wanted` reads "what: a type".
    pub fn wrong_type<T>(&self, node: &Node, wanted: &str) -> Option<T> {
        let help = match &node.value {
            Value::Lost => return None,
            Value::Integer(_) | Value::Float(_) | Value::Bool(_) if wanted.ends_with("a string") => {
                let raw = self.source().text.get(node.span.clone()).unwrap_or_default();
                format!("write it in quotes: \"{}\"", raw.trim())
            }
            Value::Null if !std::ptr::eq(node, self.root()) => format!("write {wanted}, or remove the key"),
            _ => format!("write {wanted}"),
        };
        self.error(&node.span, "wrong-type", format!("this is {}", node.value.kind()), help);
        None
    }
}
