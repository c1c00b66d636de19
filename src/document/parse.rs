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
    let tree: Spanned<Raw> =
        serde_yaml::from_str_with_options(&source.text, options).map_err(|error| fault(source, &error))?;
    Ok(node(tree))
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
    let span = source.character(at);
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

/// A value on its way into the tree: what the library hands over beside its place.
struct Raw(Value);

/// A value with its place; lists and mappings reach to the end of their last value.
fn node(raw: Spanned<Raw>) -> Node {
    let mut span = bytes(&raw.referenced);
    let value = raw.value.0;
    match &value {
        Value::List(items) => span.end = items.iter().fold(span.end, |end, item| end.max(item.span.end)),
        Value::Map(entries) => {
            span.end = entries.iter().fold(span.end, |end, (_, value)| end.max(value.span.end));
        }
        _ => {}
    }
    Node { span, value, substituted: None }
}

fn bytes(location: &serde_yaml::Location) -> Range<usize> {
    let start = location.span().byte_offset().unwrap_or(0) as usize;
    start..start + location.span().byte_len().unwrap_or(0) as usize
}

impl<'de> Deserialize<'de> for Raw {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(RawVisitor)
    }
}

struct RawVisitor;

impl<'de> Visitor<'de> for RawVisitor {
    type Value = Raw;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a string, a number, a boolean, a list or a mapping")
    }

    fn visit_bool<E>(self, value: bool) -> Result<Raw, E> {
        Ok(Raw(Value::Bool(value)))
    }

    fn visit_i64<E>(self, value: i64) -> Result<Raw, E> {
        Ok(Raw(Value::Integer(value)))
    }

    fn visit_u64<E>(self, value: u64) -> Result<Raw, E> {
        let whole = i64::try_from(value).map(Value::Integer);
        Ok(Raw(whole.unwrap_or(Value::Float(value as f64))))
    }

    fn visit_f64<E>(self, value: f64) -> Result<Raw, E> {
        Ok(Raw(Value::Float(value)))
    }

    fn visit_str<E: de::Error>(self, value: &str) -> Result<Raw, E> {
        Ok(Raw(Value::String(value.to_owned())))
    }

    fn visit_string<E>(self, value: String) -> Result<Raw, E> {
        Ok(Raw(Value::String(value)))
    }

    fn visit_unit<E>(self) -> Result<Raw, E> {
        Ok(Raw(Value::Null))
    }

    fn visit_none<E>(self) -> Result<Raw, E> {
        Ok(Raw(Value::Null))
    }

    fn visit_some<D: Deserializer<'de>>(self, deserializer: D) -> Result<Raw, D::Error> {
        Raw::deserialize(deserializer)
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut access: A) -> Result<Raw, A::Error> {
        let mut items = Vec::new();
        while let Some(item) = access.next_element()? {
            items.push(node(item));
        }
        Ok(Raw(Value::List(items)))
    }

    fn visit_map<A: MapAccess<'de>>(self, mut access: A) -> Result<Raw, A::Error> {
        let mut entries = Vec::new();
        while let Some((key, value)) = access.next_entry::<Spanned<String>, _>()? {
            entries.push((Key { span: bytes(&key.referenced), name: key.value }, node(value)));
        }
        Ok(Raw(Value::Map(entries)))
    }
}
