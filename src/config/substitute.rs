//! `${…}` in the strings of a parsed file.
//!
//! After parsing, never before: whatever a reference stands for stays one scalar and can't add keys or lists.
//!
//! ```text
//! ${VAR}            the variable's value; a fault where it is not set
//! ${VAR:-default}   the default where it is not set or empty (as in a shell); up to the first `}`
//! ${file:PATH}      the contents of a file, for settings that may hold a secret
//! $${               the two characters `${`
//! ```
//! Any other `$` stands for itself. Keys are not substituted. A secret that
//! is written in the document itself is made unreadable in the excerpts of faults.

use std::ops::Range;
use std::path::Path;

use super::outside::{Environment, Outside, Sources};
use crate::document::{Document, Key, Mapping, Node, Reference, Setting, Substituted, Value};

/// Octets of a secret's file: a key or a token has less than a thousand.
const MOST_OCTETS: u64 = 64 << 10;

/// Substitutes every string of a document with this description, and reports what can't be. `base` is its directory.
pub(super) fn all(
    document: &mut Document,
    mapping: &'static Mapping,
    base: &Path,
    outside: Outside<'_>,
    sources: &mut Sources,
) {
    let text = document.source().clone();
    let (faults, masked) = (Vec::new(), Vec::new());
    let mut pass = Pass { source: &text.text, base, outside, sources, faults, masked };
    if let Value::Map(entries) = &mut document.root_mut().value {
        pass.entries(entries, Some(mapping));
    }
    let Pass { faults, masked, .. } = pass;
    document.mask(&masked);
    for Fault { span, wrong: (kind, message, help) } in faults {
        document.error(&span, kind, message, help);
    }
}

/// Kind, message and help.
type Wrong = (&'static str, String, String);

struct Fault {
    span: Range<usize>,
    wrong: Wrong,
}

/// One pass over a document.
struct Pass<'a> {
    source: &'a str,
    base: &'a Path,
    outside: Outside<'a>,
    sources: &'a mut Sources,
    faults: Vec<Fault>,
    /// Secrets that are written in the document itself.
    masked: Vec<Range<usize>>,
}

impl Pass<'_> {
    fn entries(&mut self, entries: &mut [(Key, Node)], mapping: Option<&'static Mapping>) {
        for (key, value) in entries {
            self.value(value, mapping.and_then(|mapping| mapping.setting(&key.name)));
        }
    }

    /// The value of a setting, or an item of it; of a key that is not described where there is none.
    fn value(&mut self, node: &mut Node, setting: Option<&'static Setting>) {
        match &mut node.value {
            Value::List(items) => items.iter_mut().for_each(|item| self.value(item, setting)),
            Value::Map(entries) => {
                let mapping = setting.and_then(|setting| setting.kind.mappings().first().copied());
                self.entries(entries, mapping);
            }
            Value::String(text) => {
                let text = std::mem::take(text);
                let mut place = Place { source: self.source, left: node.span.clone(), between: Vec::new() };
                let before = self.faults.len();
                let (expanded, references) = self.expand(&text, setting, &mut place);
                let lost = self.faults.len() > before;
                if setting.and_then(|setting| setting.secret).is_some_and(|shown| shown(&text) != text) {
                    self.masked.extend(place.literals());
                }
                node.value = if lost { Value::Lost } else { Value::String(expanded) };
                node.substituted = (!references.is_empty()).then(|| Box::new(Substituted(references)));
            }
            Value::Integer(_) | Value::Float(_) if setting.is_some_and(|it| it.secret.is_some()) => {
                self.masked.push(node.span.clone());
            }
            _ => {}
        }
    }

    /// The text with its references replaced, and what they stood for.
    fn expand(
        &mut self,
        text: &str,
        setting: Option<&Setting>,
        place: &mut Place<'_>,
    ) -> (String, Vec<Reference>) {
        let mut out = String::with_capacity(text.len());
        let mut references = Vec::new();
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
                match self.reference(inner, end.is_some(), setting) {
                    Ok((value, reference)) => {
                        out.push_str(&value);
                        references.push(reference);
                    }
                    Err(wrong) => self.faults.push(Fault { span, wrong }),
                }
                rest = tail;
            } else {
                out.push('$');
                rest = &from[1..];
            }
        }
        out.push_str(rest);
        (out, references)
    }

    /// The value of what stands between `${` and `}`.
    fn reference(
        &mut self,
        inner: &str,
        closed: bool,
        setting: Option<&Setting>,
    ) -> Result<(String, Reference), Wrong> {
        let path = inner.strip_prefix("file:").filter(|path| closed && !path.starts_with('-'));
        let Some(path) = path else { return variable(inner, closed, self.outside.environment) };
        if let Some(setting) = setting.filter(|setting| setting.secret.is_none()) {
            let message =
                format!("`{}` can't come out of a file: it is no secret, and is shown", setting.key);
            let help = "write the value here, or take it from a variable of the environment: ${NAME}";
            return Err(("misplaced-secret", message, help.to_owned()));
        }
        if path.is_empty() {
            let help = "write the path of the secret's file: ${file:/run/secrets/token}";
            return Err(("bad-variable", "`${file:}` names no file".to_owned(), help.to_owned()));
        }
        let path_there = self.base.join(path);
        let value = (self.outside.read)(&path_there, MOST_OCTETS).and_then(|text| secret(&text));
        let shown = path_there.display().to_string();
        self.sources.secrets.insert(path_there);
        match value {
            Ok(value) => Ok((value, Reference::File(path.to_owned()))),
            Err(reason) => {
                let message = format!("the secret {shown} can't be read: {reason}");
                let help =
                    "write the path of a file that tamis may read, relative to the directory of this one";
                Err(("unreadable-secret", message, help.to_owned()))
            }
        }
    }
}

/// A secret as its file has it: without the newline at its end, which editors and `echo` put there.
fn secret(text: &str) -> Result<String, String> {
    let text = text.strip_suffix('\n').map_or(text, |line| line.strip_suffix('\r').unwrap_or(line));
    let binary = |c: char| c.is_control() && !matches!(c, '\n' | '\r' | '\t');
    if text.is_empty() {
        return Err("it is empty".to_owned());
    }
    if text.chars().any(binary) {
        return Err("it has control characters in it, as files have that are no text".to_owned());
    }
    Ok(text.to_owned())
}

/// The value of `NAME` or `NAME:-default`.
fn variable(inner: &str, closed: bool, environment: Environment<'_>) -> Result<(String, Reference), Wrong> {
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
        let help =
            "write ${NAME}, ${NAME:-default} or ${file:PATH}; `$${` stands for the two characters `${`";
        return Err(("bad-variable", message, help.to_owned()));
    }
    let named = name.to_owned();
    match (environment(name), default) {
        (Some(value), None) => Ok((value, Reference::Variable(named))),
        (Some(value), Some(_)) if !value.is_empty() => Ok((value, Reference::Variable(named))),
        (_, Some(default)) => Ok((default.to_owned(), Reference::Default(named))),
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
    /// What stood before each of those found.
    between: Vec<Range<usize>>,
}

impl Place<'_> {
    /// The bytes of all that is no reference; quotes alone are nothing.
    fn literals(self) -> impl Iterator<Item = Range<usize>> {
        let text = |span: &Range<usize>| self.source.get(span.clone()).unwrap_or_default();
        let spans = self.between.into_iter().chain([self.left]);
        spans.filter(move |span| !text(span).trim_matches(['"', '\'']).is_empty())
    }

    /// The bytes of the next such reference; the rest of the scalar where it is written otherwise there
    /// (escapes, folded lines).
    fn of(&mut self, written: &str) -> Range<usize> {
        let rest = self.source.get(self.left.clone()).unwrap_or_default();
        let Some(at) = rest.find(written) else { return self.left.clone() };
        let start = self.left.start + at;
        self.between.push(self.left.start..start);
        self.left.start = start + written.len();
        start..self.left.start
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::diagnostic::Source;
    use crate::document::Kind;

    static FILE: Mapping = Mapping {
        what: "the file",
        settings: &[
            Setting::new("a", Kind::String),
            Setting::new("secret", Kind::String).secret(|_| "…".to_owned()),
        ],
        one_of: &[],
    };

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
        let outside = Outside {
            environment: &environment,
            read: &|path, _| match path.to_str() {
                Some("/etc/tamis/token") => Ok("s3cret\n".to_owned()),
                Some("/run/windows") => Ok("s3cret\r\n".to_owned()),
                Some("/run/lines") => Ok("one\ntwo\n\n".to_owned()),
                Some("/run/binary") => Ok("s3\0cret".to_owned()),
                Some("/run/empty") => Ok("\n".to_owned()),
                _ => Err("there is no such file".to_owned()),
            },
            list: &|_| Err("there is no such directory".to_owned()),
            check: &|_| Vec::new(),
        };
        all(&mut document, &FILE, Path::new("/etc/tamis"), outside, &mut Sources::default());
        let errors = document.errors();
        (document, errors)
    }

    /// The value of the first key.
    fn value(document: &Document) -> &Node {
        let Value::Map(entries) = &document.root().value else { panic!("a mapping") };
        &entries[0].1
    }

    #[track_caller]
    fn is(written: &str, wanted: &str) {
        let (document, errors) = substituted(&format!("a: '{written}'"));
        assert_eq!(errors, 0, "{written}");
        assert!(matches!(&value(&document).value, Value::String(text) if text == wanted), "{written}");
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
        let (document, errors) = substituted("a: [\"${PORT}\", \"8080\", \"$${x\"]");
        assert_eq!(errors, 0);
        let Value::List(items) = &value(&document).value else { panic!("a list") };
        let flags: Vec<bool> = items.iter().map(|item| item.substituted.is_some()).collect();
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
        let value = value(&document);
        assert_eq!(document.string(value, "a"), None);
        assert!(document.list(value, "a").is_none());
        assert_eq!(document.boolean(value, "a"), None);
        assert_eq!((errors, document.errors()), (1, 1));
    }

    #[test]
    fn what_is_no_reference_is_reported() {
        for written in ["${}", "${1A}", "${A B}", "${HOST", "${HOST:default}", "${:-x}"] {
            let (document, _) = substituted(&format!("a: '{written}'"));
            let kinds: Vec<_> = document.into_faults().iter().map(|fault| fault.kind).collect();
            assert_eq!(kinds, ["bad-variable"], "{written}");
        }
    }

    #[test]
    fn a_secret_is_the_contents_of_its_file() {
        for (written, wanted) in [
            ("${file:token}", "s3cret"),
            ("${file:/run/windows}", "s3cret"),
            ("${file:/run/lines}", "one\ntwo\n"),
            ("${HOST}:${file:token}", "example.org:s3cret"),
            ("$${file:token}", "${file:token}"),
            ("${file:-x}", "x"),
        ] {
            let (document, errors) = substituted(&format!("secret: '{written}'"));
            assert_eq!(errors, 0, "{written}");
            assert!(matches!(&value(&document).value, Value::String(text) if text == wanted), "{written}");
            assert!(!format!("{document:?}").contains("s3cret"));
        }
    }

    #[test]
    fn a_secret_that_cannot_be_had_is_a_fault_that_does_not_show_it() {
        for (written, kind) in [
            ("secret: '${file:gone}'", "unreadable-secret"),
            ("secret: '${file:/run/binary}'", "unreadable-secret"),
            ("secret: '${file:/run/empty}'", "unreadable-secret"),
            ("secret: '${file:}'", "bad-variable"),
            ("secret: '${file:token'", "bad-variable"),
            ("a: ['${file:token}']", "misplaced-secret"),
        ] {
            let (document, _) = substituted(written);
            let faults = document.into_faults();
            assert_eq!(faults.iter().map(|fault| fault.kind).collect::<Vec<_>>(), [kind], "{written}");
            assert!(!faults.render(false).contains("cret`") && !faults.render(false).contains("s3"));
        }
    }

    #[test]
    fn a_secret_in_the_document_is_not_in_the_excerpts() {
        let (document, _) = substituted("secret: \"hunter2é\"\na: ${NONE}\n");
        document.error(&value(&document).span, "bad-token", "this is no token", "write one");
        let faults = document.into_faults();
        assert!(!faults.render(false).contains("hunter2"), "{}", faults.render(false));
        assert_eq!(faults.iter().map(|fault| fault.position()).collect::<Vec<_>>(), [(1, 9), (2, 4)]);
        // One that looks like a number, where a string is wanted.
        for number in ["1234567", "1.25e7"] {
            let (document, _) = substituted(&format!("secret: {number}\n"));
            document.string(value(&document), "the secret");
            let faults = document.into_faults().render(true);
            assert!(!faults.is_empty() && !faults.contains(number), "{faults}");
        }
    }
}
