//! A YAML text that a person wrote, as a tree in which every key and value knows its place.
//!
//! The one place that knows the YAML library. It reports syntax faults, bounds depth and size, and gives the typed
//! reading that the registry and the configuration share: each accessor reports what it finds wrong and goes on,
//! so that one run names every fault of the file.

mod fields;
mod node;
mod parse;
#[cfg(test)]
mod tests;

pub use fields::Fields;
pub use node::{Key, Node, Value};

use std::cell::RefCell;
use std::ops::Range;
use std::sync::Arc;

use crate::diagnostic::{Diagnostic, Diagnostics, Severity, Source};

/// One parsed text and the faults found in it so far.
#[derive(Debug)]
pub struct Document {
    source: Arc<Source>,
    root: Node,
    faults: RefCell<Diagnostics>,
}

impl Document {
    /// Parses one YAML document.
    ///
    /// # Errors
    /// The one syntax fault that stopped the reading: YAML itself, a second document, a bound exceeded.
    pub fn parse(source: Arc<Source>) -> Result<Self, Diagnostics> {
        let root = parse::root(&source)?;
        Ok(Self { source, root, faults: RefCell::default() })
    }

    /// The top of the tree.
    pub fn root(&self) -> &Node {
        &self.root
    }

    /// The top of the tree, to be changed before it is read (`${VAR}`).
    pub fn root_mut(&mut self) -> &mut Node {
        &mut self.root
    }

    /// The text.
    pub fn source(&self) -> &Arc<Source> {
        &self.source
    }

    /// All faults reported so far, sorted.
    pub fn into_faults(self) -> Diagnostics {
        let mut faults = self.faults.into_inner();
        faults.sort();
        faults
    }

    /// How many errors were reported so far.
    pub fn errors(&self) -> usize {
        self.faults.borrow().errors()
    }

    /// Reports an error about some bytes of the text.
    pub fn error(
        &self,
        span: &Range<usize>,
        kind: &'static str,
        message: impl Into<String>,
        help: impl Into<String>,
    ) {
        let fault = self.fault(span, kind, message.into(), help.into());
        self.faults.borrow_mut().push(fault);
    }

    /// Reports a warning about some bytes of the text.
    pub fn warning(
        &self,
        span: &Range<usize>,
        kind: &'static str,
        message: impl Into<String>,
        help: impl Into<String>,
    ) {
        let fault = self.fault(span, kind, message.into(), help.into());
        self.faults.borrow_mut().push(Diagnostic { severity: Severity::Warning, ..fault });
    }

    /// Reports an error that is about two places; the label says what the other one is.
    pub fn error_at_two(
        &self,
        span: &Range<usize>,
        kind: &'static str,
        texts: (impl Into<String>, impl Into<String>),
        other: (&Range<usize>, impl Into<String>),
    ) {
        let related = Some((other.0.clone(), other.1.into()));
        let fault = self.fault(span, kind, texts.0.into(), texts.1.into());
        self.faults.borrow_mut().push(Diagnostic { related, ..fault });
    }

    /// Reports an error about a value as a whole, shown at some of its bytes.
    fn error_of(
        &self,
        node: &Node,
        span: &Range<usize>,
        kind: &'static str,
        texts: (impl Into<String>, impl Into<String>),
    ) {
        let path = self.root.path_to(&node.span);
        let fault = self.fault(span, kind, texts.0.into(), texts.1.into());
        self.faults.borrow_mut().push(Diagnostic { path, ..fault });
    }

    fn fault(&self, span: &Range<usize>, kind: &'static str, message: String, help: String) -> Diagnostic {
        Diagnostic {
            severity: Severity::Error,
            kind,
            source: Arc::clone(&self.source),
            span: span.clone(),
            path: self.root.path_to(span),
            message,
            help,
            related: None,
        }
    }

    /// The fields of a mapping; repeated keys are reported here. `what` names it in messages: "a cookie".
    pub fn fields<'d>(&'d self, node: &'d Node, what: &'static str) -> Option<Fields<'d>> {
        match &node.value {
            Value::Map(entries) => Some(Fields::new(self, node, what, entries)),
            _ => self.wrong_type(node, &format!("{what}: a mapping of keys and values")),
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
            Value::String(text) if node.substituted && text == "true" => Some(true),
            Value::String(text) if node.substituted && text == "false" => Some(false),
            _ => self.wrong_type(node, &format!("{what}: true or false")),
        }
    }

    /// A whole number within bounds (inclusive).
    pub fn integer(&self, node: &Node, what: &str, bounds: std::ops::RangeInclusive<i64>) -> Option<i64> {
        let value = match &node.value {
            Value::Integer(value) => *value,
            Value::String(text) if node.substituted && text.parse::<i64>().is_ok() => {
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
        let text = self.string(node, what)?;
        let found = choices.iter().find(|(word, _)| *word == text).map(|(_, value)| *value);
        if found.is_none() {
            let words: Vec<&str> = choices.iter().map(|(word, _)| *word).collect();
            let message = format!("{what} can't be `{text}`");
            self.error(&node.span, "unknown-value", message, one_of(text, &words));
        }
        found
    }

    /// Reports that a value has another type than wanted; `wanted` reads "what: a type".
    pub fn wrong_type<T>(&self, node: &Node, wanted: &str) -> Option<T> {
        let help = match &node.value {
            Value::Integer(_) | Value::Float(_) | Value::Bool(_) if wanted.ends_with("a string") => {
                let raw = self.source.text.get(node.span.clone()).unwrap_or_default();
                format!("write it in quotes: \"{}\"", raw.trim())
            }
            Value::Null => format!("write {wanted}, or remove the key"),
            _ => format!("write {wanted}"),
        };
        self.error(&node.span, "wrong-type", format!("this is {}", node.value.kind()), help);
        None
    }
}

/// "did you mean `x`?" where one is near, else the list of what is allowed.
pub fn one_of(written: &str, allowed: &[&str]) -> String {
    match nearest(written, allowed) {
        Some(near) => format!("did you mean `{near}`?"),
        None if allowed.is_empty() => "there is nothing to choose from".to_owned(),
        None => format!("write one of: {}", allowed.join(", ")),
    }
}

/// The allowed word within an edit distance of about a third of its length: two letters swapped in five are near.
fn nearest<'a>(written: &str, allowed: &[&'a str]) -> Option<&'a str> {
    let folded = |text: &str| text.to_lowercase().replace(['-', ' '], "_");
    allowed
        .iter()
        .map(|word| (distance(&folded(written), &folded(word)), *word))
        .filter(|(distance, word)| *distance <= (word.chars().count().max(3) + 1) / 3)
        .min_by_key(|(distance, _)| *distance)
        .map(|(_, word)| word)
}

/// Levenshtein's distance in characters.
fn distance(a: &str, b: &str) -> usize {
    let b: Vec<char> = b.chars().collect();
    let mut row: Vec<usize> = (0..=b.len()).collect();
    for (i, x) in a.chars().enumerate() {
        let mut diagonal = i;
        let mut left = i + 1;
        for (cell, y) in row.iter_mut().skip(1).zip(&b) {
            let next = (diagonal + usize::from(x != *y)).min(left + 1).min(*cell + 1);
            diagonal = *cell;
            *cell = next;
            left = next;
        }
        if let Some(first) = row.first_mut() {
            *first = i + 1;
        }
    }
    row.last().copied().unwrap_or_default()
}
