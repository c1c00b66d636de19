//! The tree: values with their bytes' place in the text.

use std::fmt;
use std::ops::Range;

/// A value and where it stands. `Debug` shows nothing of a value that references were put into: it may hold a secret.
#[derive(Clone)]
pub struct Node {
    /// Its bytes in the text; of a mapping or sequence, from its first to its last value.
    pub span: Range<usize>,
    /// What it is.
    pub value: Value,
    /// What `${…}` stood for in the string, which may then stand for a number or a boolean; `None` where none was in it.
    pub substituted: Option<Box<Substituted>>,
}

/// What `${…}` stood for in a string, from left to right.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Substituted(pub Vec<Reference>);

/// What one `${…}` stood for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Reference {
    /// This variable of the environment.
    Variable(String),
    /// The default written beside this variable, which is not set or empty.
    Default(String),
    /// The contents of this file, its path as it is written.
    File(String),
}

impl fmt::Debug for Node {
    fn fmt(&self, to: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.substituted {
            None => to.debug_struct("Node").field("span", &self.span).field("value", &self.value).finish(),
            Some(by) => to.debug_struct("Node").field("span", &self.span).field("substituted", by).finish(),
        }
    }
}

/// What YAML can say here. Numbers that fit no `i64` are floats.
#[derive(Clone, Debug)]
pub enum Value {
    /// `null`, `~` or nothing.
    Null,
    /// `true` or `false`, and no other word.
    Bool(bool),
    /// A whole number.
    Integer(i64),
    /// Any other number.
    Float(f64),
    /// A plain or quoted string.
    String(String),
    /// A sequence.
    List(Vec<Node>),
    /// A mapping in its written order, repeated keys included.
    Map(Vec<(Key, Node)>),
    /// Nothing that can be read, and reported already (`${VAR}` without a value): accessors pass over it in
    /// silence, so that one mistake is one fault.
    Lost,
}

/// A key of a mapping.
#[derive(Clone, Debug)]
pub struct Key {
    /// Its bytes in the text.
    pub span: Range<usize>,
    /// Its text.
    pub name: String,
}

impl Value {
    /// The type in plain words, for messages.
    pub fn kind(&self) -> &'static str {
        match self {
            Self::Null | Self::Lost => "empty",
            Self::Bool(_) => "a boolean",
            Self::Integer(_) | Self::Float(_) => "a number",
            Self::String(_) => "a string",
            Self::List(_) => "a list",
            Self::Map(_) => "a mapping",
        }
    }
}

impl Node {
    /// The value as JSON. Of a key given twice the last one counts; what JSON has no number for is null.
    pub fn json(&self) -> serde_json::Value {
        match &self.value {
            Value::Null | Value::Lost => serde_json::Value::Null,
            Value::Bool(value) => (*value).into(),
            Value::Integer(value) => (*value).into(),
            Value::Float(value) => (*value).into(),
            Value::String(text) => text.as_str().into(),
            Value::List(items) => items.iter().map(Self::json).collect(),
            Value::Map(entries) => {
                let entries = entries.iter().map(|(key, value)| (key.name.clone(), value.json()));
                serde_json::Value::Object(entries.collect())
            }
        }
    }

    /// The path from here to the innermost value that holds a span: `cookies[2].names[0]`.
    pub fn path_to(&self, span: &Range<usize>) -> String {
        let mut path = String::new();
        let mut here = self;
        loop {
            // Values stand in the order of the text: the last that begins before the span is the one that can hold it.
            let next = match &here.value {
                Value::List(items) => {
                    let index = items.partition_point(|item| item.span.start <= span.start).wrapping_sub(1);
                    let item = items.get(index).filter(|item| holds(&item.span, span));
                    item.map(|item| (format!("[{index}]"), item))
                }
                Value::Map(entries) => {
                    let index =
                        entries.partition_point(|(key, _)| key.span.start <= span.start).wrapping_sub(1);
                    let found = entries.get(index);
                    let found =
                        found.filter(|(key, value)| holds(&key.span, span) || holds(&value.span, span));
                    let dot = if path.is_empty() { "" } else { "." };
                    found.map(|(key, value)| (format!("{dot}{}", key.name), value))
                }
                _ => None,
            };
            let Some((step, node)) = next else { return path };
            path.push_str(&step);
            here = node;
        }
    }
}

fn holds(outer: &Range<usize>, inner: &Range<usize>) -> bool {
    outer.start <= inner.start && inner.end <= outer.end
}
