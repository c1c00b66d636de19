//! `${VAR}` in the strings of a parsed file.
//!
//! After parsing, never before: whatever a variable holds stays one scalar and can't add keys or lists.
//!
//! ```text
//! ${VAR}            the variable's value; a fault where it is not set
//! ${VAR:-default}   the default where it is not set or empty (as in a shell); up to the first `}`
//! $${               the two characters `${`
//! ```
//! Any other `$` stands for itself. Keys are not substituted.

use std::ops::Range;

use crate::document::{Document, Node, Value};

/// Looks a variable up; `None` where it is not set.
pub type Environment<'a> = &'a dyn Fn(&str) -> Option<String>;

/// Substitutes every string of the document and reports what can't be.
pub(super) fn all(document: &mut Document, environment: Environment<'_>) {
    let text = document.source().clone();
    let mut faults = Vec::new();
    node(document.root_mut(), &text.text, environment, &mut faults);
    for fault in faults {
        document.error(&fault.span, fault.kind, fault.message, fault.help);
    }
}

struct Fault {
    span: Range<usize>,
    kind: &'static str,
    message: String,
    help: String,
}

fn node(node: &mut Node, source: &str, environment: Environment<'_>, faults: &mut Vec<Fault>) {
    match &mut node.value {
        Value::List(items) => items.iter_mut().for_each(|item| self::node(item, source, environment, faults)),
        Value::Map(entries) => {
            entries.iter_mut().for_each(|(_, value)| self::node(value, source, environment, faults));
        }
        Value::String(text) if text.contains("${") => {
            let before = faults.len();
            let mut place = Place { source, left: node.span.clone() };
            let (expanded, substituted) = expand(text, environment, &mut place, faults);
            node.substituted = substituted;
            node.value = if faults.len() == before { Value::String(expanded) } else { Value::Lost };
        }
        _ => {}
    }
}

/// The text with its references replaced, and whether there was one.
fn expand(
    text: &str,
    environment: Environment<'_>,
    place: &mut Place<'_>,
    faults: &mut Vec<Fault>,
) -> (String, bool) {
    let mut out = String::with_capacity(text.len());
    let mut substituted = false;
    let mut rest = text;
    while let Some(dollar) = rest.find('$') {
        let (before, from) = rest.split_at(dollar);
        out.push_str(before);
        if let Some(after) = from.strip_prefix("$${") {
            out.push_str("${");
            rest = after;
        } else if let Some(after) = from.strip_prefix("${") {
            let end = after.find('}');
            let (inner, tail) = end.map_or((after, ""), |end| (&after[..end], &after[end + 1..]));
            let length = from.len() - tail.len();
            let span = place.of(&from[..length]);
            let closed = end.is_some();
            substituted = true;
            match reference(inner, closed, environment) {
                Ok(value) => out.push_str(&value),
                Err((kind, message, help)) => faults.push(Fault { span, kind, message, help }),
            }
            rest = tail;
        } else {
            out.push('$');
            rest = &from[1..];
        }
    }
    out.push_str(rest);
    (out, substituted)
}

/// The value of what stands between `${` and `}`.
fn reference(
    inner: &str,
    closed: bool,
    environment: Environment<'_>,
) -> Result<String, (&'static str, String, String)> {
    let (name, default) =
        inner.split_once(":-").map_or((inner, None), |(name, default)| (name, Some(default)));
    let valid = !name.starts_with(|first: char| first.is_ascii_digit())
        && name.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'_');
    if name.is_empty() || !valid || !closed {
        let message = if closed {
            format!("`{name}` is no name of a variable")
        } else {
            "`${` begins a variable that no `}` ends".to_owned()
        };
        let help = "write ${NAME} or ${NAME:-default}; `$${` stands for the two characters `${`";
        return Err(("bad-variable", message, help.to_owned()));
    }
    match (environment(name), default) {
        (Some(value), None) => Ok(value),
        (Some(value), Some(_)) if !value.is_empty() => Ok(value),
        (_, Some(default)) => Ok(default.to_owned()),
        (None, None) => Err((
            "unset-variable",
            format!("the environment variable {name} is not set"),
            format!("set {name}, or write a default: ${{{name}:-…}}"),
        )),
    }
}

/// Where the references of one scalar stand in the file: searched left to right.
struct Place<'a> {
    source: &'a str,
    left: Range<usize>,
}

impl Place<'_> {
    /// The bytes of the next such reference; the rest of the scalar where it is written otherwise there
    /// (escapes, folded lines).
    fn of(&mut self, written: &str) -> Range<usize> {
        let rest = self.source.get(self.left.clone()).unwrap_or_default();
        let Some(at) = rest.find(written) else { return self.left.clone() };
        let start = self.left.start + at;
        self.left.start = start + written.len();
        start..self.left.start
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::diagnostic::Source;
    use crate::document::{Kind, Mapping, Setting};

    fn environment(name: &str) -> Option<String> {
        match name {
            "HOST" => Some("example.org".to_owned()),
            "PORT" => Some("8080".to_owned()),
            "EMPTY" => Some(String::new()),
            "INJECT" => Some("a: b\n- ${HOST}".to_owned()),
            _ => None,
        }
    }

    fn substituted(yaml: &str) -> (Document, usize) {
        let mut document = Document::parse(Source::new("t.yaml", yaml)).expect("YAML");
        all(&mut document, &environment);
        let errors = document.errors();
        (document, errors)
    }

    #[track_caller]
    fn is(written: &str, wanted: &str) {
        let (document, errors) = substituted(&format!("'{written}'"));
        assert_eq!(errors, 0, "{written}");
        assert!(matches!(&document.root().value, Value::String(text) if text == wanted), "{written}");
    }

    #[test]
    fn references_become_values() {
        is("${HOST}", "example.org");
        is("http://${HOST}:${PORT}/", "http://example.org:8080/");
        is("${NONE:-http://a:1}", "http://a:1");
        is("${HOST:-other}", "example.org");
        is("${EMPTY:-other}", "other");
        is("${NONE:-}", "");
        is("${EMPTY}", "");
        is("${NONE:-a:-b}", "a:-b");
    }

    #[test]
    fn other_dollars_stand_for_themselves() {
        is("$${HOST}", "${HOST}");
        is("$HOST $ $$", "$HOST $ $$");
        is("$$${HOST}", "$${HOST}");
        is("a$${b${PORT}", "a${b8080");
    }

    #[test]
    fn a_value_is_not_read_again() {
        is("${INJECT}", "a: b\n- ${HOST}");
    }

    #[test]
    fn only_a_substituted_string_stands_for_a_number() {
        let (document, errors) = substituted("[\"${PORT}\", \"8080\", \"$${x\"]");
        assert_eq!(errors, 0);
        let Value::List(items) = &document.root().value else { panic!("a list") };
        let flags: Vec<bool> = items.iter().map(|item| item.substituted).collect();
        assert_eq!(flags, [true, false, false]);
        assert_eq!(document.integer(&items[0], "a port", 0..=9000), Some(8080));
        assert_eq!(document.integer(&items[1], "a port", 0..=9000), None);
    }

    #[test]
    fn each_unset_variable_is_one_fault_at_its_place() {
        let (document, _) = substituted("a: x\nb: \"${NONE} ${HOST} ${NADA} ${NONE}\"\n");
        let at: Vec<_> = document
            .into_faults()
            .iter()
            .map(|fault| (fault.kind, fault.position().1, fault.span.len()))
            .collect();
        assert_eq!(at, [("unset-variable", 5, 7), ("unset-variable", 21, 7), ("unset-variable", 29, 7)]);
    }

    #[test]
    fn a_lost_value_is_no_second_fault() {
        let (document, errors) = substituted("a: ${NONE}\n");
        static FILE: Mapping =
            Mapping { what: "the file", settings: &[Setting::new("a", Kind::String)], one_of: &[] };
        let mut fields = document.fields(document.root(), &FILE).expect("a mapping");
        let value = fields.optional("a").expect("there");
        assert_eq!(document.string(value, "a"), None);
        assert!(document.list(value, "a").is_none());
        assert_eq!(document.boolean(value, "a"), None);
        assert_eq!((errors, document.errors()), (1, 1));
    }

    #[test]
    fn what_is_no_reference_is_reported() {
        for written in ["${}", "${1A}", "${A B}", "${HOST", "${HOST:default}", "${:-x}"] {
            let (document, _) = substituted(&format!("'{written}'"));
            let kinds: Vec<_> = document.into_faults().iter().map(|fault| fault.kind).collect();
            assert_eq!(kinds, ["bad-variable"], "{written}");
        }
    }
}
