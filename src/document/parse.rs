//! From text to tree: the only lines that know the YAML library (docs/adr/0001).

use std::fmt;
use std::ops::Range;
use std::sync::Arc;

use serde::de::{self, Deserialize, Deserializer, MapAccess, SeqAccess, Visitor};
use serde_yaml::Spanned;
use serde_yaml::options::{DuplicateKeyPolicy, MergeKeyPolicy};

use super::{Key, Node, Value};
use crate::diagnostic::{Diagnostic, Diagnostics, Severity, Source};

/// Nothing that people write goes deeper; what does is an attack or an accident.
const MAX_DEPTH: usize = 32;
/// Values in one file: a registry of 100,000 cookies has about two millions.
const MAX_NODES: usize = 8_000_000;
/// What aliases may add: enough for a text written once and used often, too little for a bomb.
const MAX_REPLAYED: usize = 20_000;

/// The tree of the one document in the text.
pub(super) fn root(source: &Arc<Source>) -> Result<Node, Diagnostics> {
    let options = serde_yaml::options! {
        duplicate_keys: DuplicateKeyPolicy::PassThrough,
        merge_keys: MergeKeyPolicy::Error,
        strict_booleans: true,
        reject_unsupported_tags: true,
        alias_limits: serde_yaml::alias_limits! { max_total_replayed_events: MAX_REPLAYED, },
        budget: serde_yaml::budget! {
            max_depth: MAX_DEPTH,
            max_nodes: MAX_NODES,
            max_events: 4 * MAX_NODES,
            max_total_scalar_bytes: 256 << 20,
            max_aliases: 1000,
            max_anchors: 1000,
            max_recorded_anchor_events: MAX_REPLAYED,
        },
    };
    let tree: Spanned<Tree> =
        serde_yaml::from_str_with_options(&source.text, options).map_err(|error| fault(source, &error))?;
    Ok(tree.into())
}

fn fault(source: &Arc<Source>, error: &serde_yaml::Error) -> Diagnostics {
    let at = error.location().map_or(0, |location| {
        let known = location.span().byte_offset().map(|offset| offset as usize);
        known.unwrap_or_else(|| source.offset(location.line() as usize, location.column() as usize))
    });
    let (kind, message, help) = explain(&error.without_snippet().to_string());
    let before = source.text.get(..at).unwrap_or(&source.text);
    let at = match kind {
        // The library points behind the line that begins it.
        "second-document" => before.rfind("\n---").map_or(before.len(), |newline| newline + 1),
        _ => before.len(),
    };
    let span = at..(at + 1).min(source.text.len());
    let (source, path) = (Arc::clone(source), String::new());
    let help = help.to_owned();
    let mut faults = Diagnostics::default();
    faults.push(Diagnostic {
        severity: Severity::Error,
        kind,
        source,
        span,
        path,
        message,
        help,
        related: None,
    });
    faults
}

/// Kind, sentence and advice for what the library says (its place is told apart, so it is cut off here).
fn explain(text: &str) -> (&'static str, String, &'static str) {
    let text = text.lines().next().unwrap_or_default();
    let text = text.split(" at line ").next().unwrap_or_default();
    let has = |word: &str| text.to_lowercase().contains(word);
    if has("multiple") && has("document") {
        let help = "keep one document a file: remove the line `---` and what follows";
        ("second-document", "a second document begins here".to_owned(), help)
    } else if has("budget") || has("limit") || has("recursion") {
        let message = "the file is nested too deep, too large, or grows too much by aliases".to_owned();
        ("too-large", message, "write it flatter, and repeat values instead of aliases")
    } else if has("merge key") {
        let message = "merge keys (`<<`) are not read".to_owned();
        ("merge-key", message, "write the values out where they belong")
    } else {
        let help = "check the indentation, quotes, brackets and colons here and in the line before";
        ("yaml-syntax", format!("this is not YAML: {text}"), help)
    }
}

/// A value with the places of its parts, before the spans are plain.
enum Tree {
    Scalar(Value),
    List(Vec<Spanned<Tree>>),
    Map(Vec<(Spanned<String>, Spanned<Tree>)>),
}

impl From<Spanned<Tree>> for Node {
    fn from(tree: Spanned<Tree>) -> Self {
        let mut span = bytes(&tree.referenced);
        let value = match tree.value {
            Tree::Scalar(value) => value,
            Tree::List(items) => Value::List(items.into_iter().map(Node::from).collect()),
            Tree::Map(entries) => Value::Map(
                entries
                    .into_iter()
                    .map(|(key, value)| (Key { span: bytes(&key.referenced), name: key.value }, value.into()))
                    .collect(),
            ),
        };
        match &value {
            Value::List(items) => span.end = items.iter().fold(span.end, |end, item| end.max(item.span.end)),
            Value::Map(entries) => {
                span.end = entries.iter().fold(span.end, |end, (_, v)| end.max(v.span.end));
            }
            _ => {}
        }
        Node { span, value, substituted: false }
    }
}

fn bytes(location: &serde_yaml::Location) -> Range<usize> {
    let start = location.span().byte_offset().unwrap_or(0) as usize;
    start..start + location.span().byte_len().unwrap_or(0) as usize
}

impl<'de> Deserialize<'de> for Tree {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(TreeVisitor)
    }
}

struct TreeVisitor;

impl<'de> Visitor<'de> for TreeVisitor {
    type Value = Tree;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a string, a number, a boolean, a list or a mapping")
    }

    fn visit_bool<E>(self, value: bool) -> Result<Tree, E> {
        Ok(Tree::Scalar(Value::Bool(value)))
    }

    fn visit_i64<E>(self, value: i64) -> Result<Tree, E> {
        Ok(Tree::Scalar(Value::Integer(value)))
    }

    fn visit_u64<E>(self, value: u64) -> Result<Tree, E> {
        let whole = i64::try_from(value).map(Value::Integer);
        Ok(Tree::Scalar(whole.unwrap_or(Value::Float(value as f64))))
    }

    fn visit_f64<E>(self, value: f64) -> Result<Tree, E> {
        Ok(Tree::Scalar(Value::Float(value)))
    }

    fn visit_str<E: de::Error>(self, value: &str) -> Result<Tree, E> {
        Ok(Tree::Scalar(Value::String(value.to_owned())))
    }

    fn visit_string<E>(self, value: String) -> Result<Tree, E> {
        Ok(Tree::Scalar(Value::String(value)))
    }

    fn visit_unit<E>(self) -> Result<Tree, E> {
        Ok(Tree::Scalar(Value::Null))
    }

    fn visit_none<E>(self) -> Result<Tree, E> {
        Ok(Tree::Scalar(Value::Null))
    }

    fn visit_some<D: Deserializer<'de>>(self, deserializer: D) -> Result<Tree, D::Error> {
        Tree::deserialize(deserializer)
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut access: A) -> Result<Tree, A::Error> {
        let mut items = Vec::new();
        while let Some(item) = access.next_element()? {
            items.push(item);
        }
        Ok(Tree::List(items))
    }

    fn visit_map<A: MapAccess<'de>>(self, mut access: A) -> Result<Tree, A::Error> {
        let mut entries = Vec::new();
        while let Some(entry) = access.next_entry()? {
            entries.push(entry);
        }
        Ok(Tree::Map(entries))
    }
}
