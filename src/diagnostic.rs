//! A fault in a file that a person wrote: where (file:line:column), what is wrong, what would be right.
//!
//! Nothing here knows what the file was for. A [`Diagnostic`] carries its [`Source`], so it can show the excerpt
//! by itself; [`Diagnostics`] is all that one run found, in the order of the files' text.

use std::fmt::{self, Write as _};
use std::ops::Range;
use std::sync::{Arc, OnceLock};

use annotate_snippets::{Annotation, AnnotationKind, Group, Level, Renderer, Snippet};

/// A text with the name under which its author knows it (a path, mostly).
pub struct Source {
    /// Shown before line and column.
    pub name: String,
    /// The whole text, UTF-8.
    pub text: String,
    /// Where each line begins, found when first asked for: a large file has many places to tell.
    lines: OnceLock<Vec<usize>>,
}

/// By its name: the text may be long, and is the author's.
impl fmt::Debug for Source {
    fn fmt(&self, to: &mut fmt::Formatter<'_>) -> fmt::Result {
        to.debug_tuple("Source").field(&self.name).finish()
    }
}

impl Source {
    /// A source that diagnostics can share.
    pub fn new(name: impl Into<String>, text: impl Into<String>) -> Arc<Self> {
        Arc::new(Self { name: name.into(), text: text.into(), lines: OnceLock::new() })
    }

    /// The byte offset of a line and a column, both from 1, the column in characters.
    pub fn offset(&self, line: usize, column: usize) -> usize {
        let start = self.line_start(line);
        let text = self.text.get(start..).unwrap_or_default();
        start + text.chars().take(column.saturating_sub(1)).map(char::len_utf8).sum::<usize>()
    }

    /// Line and column of a byte offset, both from 1, the column in characters; a byte order mark is none.
    pub fn position(&self, offset: usize) -> (usize, usize) {
        let offset = offset.min(self.text.len());
        let line = self.line(offset);
        let start = self.line_start(line);
        let before = self.text.get(start..offset).unwrap_or_default();
        (line, before.chars().filter(|c| *c != '\u{feff}').count() + 1)
    }

    /// The bytes of the character that begins there; none at the end of the text.
    pub fn character(&self, at: usize) -> Range<usize> {
        let there = self.text.get(at..).unwrap_or_default().chars().next();
        at..at + there.map_or(0, char::len_utf8)
    }

    /// The same text with some of its bytes made unreadable, each by a `*`, so that all others keep their place.
    pub fn masked(&self, spans: &[Range<usize>]) -> Arc<Self> {
        let hidden = |at: usize| spans.iter().any(|span| span.contains(&at));
        let mut text = String::with_capacity(self.text.len());
        for (at, character) in self.text.char_indices() {
            if hidden(at) && character != '\n' {
                text.extend(std::iter::repeat_n('*', character.len_utf8()));
            } else {
                text.push(character);
            }
        }
        Self::new(self.name.clone(), text)
    }

    /// A span on character boundaries, within one line, so that an excerpt stays short.
    fn visible(&self, span: &Range<usize>) -> Range<usize> {
        let text = &self.text;
        let start = (0..=span.start.min(text.len())).rev().find(|at| text.is_char_boundary(*at)).unwrap_or(0);
        let rest = text.get(start..).unwrap_or_default();
        let line = rest.find('\n').unwrap_or(rest.len());
        let wanted = span.len().min(line);
        let len = (wanted..=line).find(|len| rest.is_char_boundary(*len)).unwrap_or(line);
        start..start + len
    }

    /// The line (from 1) of a byte offset.
    fn line(&self, offset: usize) -> usize {
        self.lines().partition_point(|start| *start <= offset)
    }

    /// The byte offset at which a line (from 1) begins; the text's end after the last one.
    fn line_start(&self, line: usize) -> usize {
        self.lines().get(line.saturating_sub(1)).copied().unwrap_or(self.text.len())
    }

    fn lines(&self) -> &[usize] {
        self.lines.get_or_init(|| {
            let breaks = self.text.bytes().enumerate().filter(|(_, byte)| *byte == b'\n');
            std::iter::once(0).chain(breaks.map(|(at, _)| at + 1)).collect()
        })
    }
}

/// Whether the file can be used in spite of the fault.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Severity {
    /// The file is refused.
    Error,
    /// The file is used; `--strict` refuses it.
    Warning,
}

/// One fault, with all that its author needs to mend it.
#[derive(Clone, Debug)]
pub struct Diagnostic {
    /// Error or warning.
    pub severity: Severity,
    /// The kind of fault: a stable word such as `unknown-key`, listed in the reference.
    pub kind: &'static str,
    /// The text it is in.
    pub source: Arc<Source>,
    /// The bytes it is about.
    pub span: Range<usize>,
    /// Where in the document: `cookies[2].names[0]`; empty at the top.
    pub path: String,
    /// What is wrong, one sentence.
    pub message: String,
    /// What would be right, one sentence.
    pub help: String,
    /// The other place that a fault of two places is about.
    pub related: Option<Related>,
}

/// The other place that a fault is about.
#[derive(Clone, Debug)]
pub struct Related {
    /// The text it is in: the fault's own, or another file's.
    pub source: Arc<Source>,
    /// Its bytes there.
    pub span: Range<usize>,
    /// What it is: "first given here".
    pub label: String,
}

impl Diagnostic {
    /// Line and column, both from 1.
    pub fn position(&self) -> (usize, usize) {
        self.source.position(self.span.start)
    }

    /// The fault with its excerpt, as the Rust compiler shows one; ANSI colours if asked.
    pub fn render(&self, colours: bool) -> String {
        let level = match self.severity {
            Severity::Error => Level::ERROR,
            Severity::Warning => Level::WARNING,
        };
        let primary = (self.span.clone(), AnnotationKind::Primary, None);
        let related = self.related.as_ref();
        let context =
            related.map(|other| (other.span.clone(), AnnotationKind::Context, Some(other.label.as_str())));
        let title = Group::with_title(level.primary_title(self.message.as_str()).id(self.kind));
        let mut group = match (related, context) {
            (Some(other), Some(context)) if !Arc::ptr_eq(&other.source, &self.source) => title
                .element(excerpt(&self.source, vec![primary]))
                .element(excerpt(&other.source, vec![context])),
            (_, Some(context)) => title.element(excerpt(&self.source, vec![primary, context])),
            (_, None) => title.element(excerpt(&self.source, vec![primary])),
        };
        if !self.path.is_empty() {
            group = group.element(Level::NOTE.message(format!("at {}", self.path)));
        }
        if !self.help.is_empty() {
            group = group.element(Level::HELP.message(self.help.as_str()));
        }
        let renderer = if colours { Renderer::styled() } else { Renderer::plain() };
        renderer.render(&[group])
    }

    /// One line for tools: `file:line:column: severity[kind]: message; help`.
    pub fn line(&self) -> String {
        let (line, column) = self.position();
        let severity = match self.severity {
            Severity::Error => "error",
            Severity::Warning => "warning",
        };
        let mut out =
            format!("{}:{line}:{column}: {severity}[{}]: {}", self.source.name, self.kind, self.message);
        if !self.help.is_empty() {
            let _ = write!(out, "; {}", self.help);
        }
        on_one_line(out)
    }

    /// The fault as a JSON object.
    pub fn json(&self) -> serde_json::Value {
        let (line, column) = self.position();
        serde_json::json!({
            "file": self.source.name, "line": line, "column": column,
            "severity": if self.severity == Severity::Error { "error" } else { "warning" },
            "kind": self.kind, "path": self.path, "message": self.message, "help": self.help,
            "related": self.related.as_ref().map(Related::json),
        })
    }
}

impl Related {
    /// The place and what it is, as a JSON object.
    fn json(&self) -> serde_json::Value {
        let (line, column) = self.source.position(self.span.start);
        serde_json::json!({
            "file": self.source.name, "line": line, "column": column, "message": self.label,
        })
    }
}

/// The same without a control character, of which a file may hold any, and a message quotes files.
fn on_one_line(text: String) -> String {
    if !text.contains(char::is_control) {
        return text;
    }
    let mut line = String::with_capacity(text.len() + 16);
    for character in text.chars() {
        if character.is_control() {
            line.extend(character.escape_default());
        } else {
            line.push(character);
        }
    }
    line
}

/// Bytes of a text, how they are marked, and what is written beside them.
type Mark<'a> = (Range<usize>, AnnotationKind, Option<&'a str>);

/// The lines that some marks are about, and no others: the renderer looks at all of the text that it gets.
fn excerpt<'a>(source: &'a Source, marks: Vec<Mark<'a>>) -> Snippet<'a, Annotation<'a>> {
    let marks: Vec<Mark<'_>> =
        marks.into_iter().map(|(span, kind, label)| (source.visible(&span), kind, label)).collect();
    let start = marks.iter().map(|(span, ..)| span.start).min().unwrap_or_default();
    let end = marks.iter().map(|(span, ..)| span.end).max().unwrap_or_default();
    let (first, last) = (source.line(start), source.line(end));
    let base = source.line_start(first);
    let end = source.line_start(last + 1).max(end);
    let lines = Snippet::source(source.text.get(base..end).unwrap_or_default());
    let lines = lines.path(source.name.as_str()).line_start(first);
    lines.annotations(
        marks
            .into_iter()
            .map(|(span, kind, label)| kind.span(span.start - base..span.end - base).label(label)),
    )
}

/// All faults of one run.
#[derive(Clone, Debug, Default)]
pub struct Diagnostics(Vec<Diagnostic>);

impl Diagnostics {
    /// Adds one.
    pub fn push(&mut self, diagnostic: Diagnostic) {
        self.0.push(diagnostic);
    }

    /// Adds those of another file or pass.
    pub fn extend(&mut self, others: Diagnostics) {
        self.0.extend(others.0);
    }

    /// In the order of each file's text; the files stay in the order in which they were read.
    pub fn sort(&mut self) {
        let mut names: Vec<String> = Vec::new();
        for diagnostic in &self.0 {
            if !names.contains(&diagnostic.source.name) {
                names.push(diagnostic.source.name.clone());
            }
        }
        self.0.sort_by_key(|d| {
            (names.iter().position(|name| *name == d.source.name), d.span.start, d.span.end, d.kind)
        });
    }

    /// The faults, one by one.
    pub fn iter(&self) -> std::slice::Iter<'_, Diagnostic> {
        self.0.iter()
    }

    /// No fault at all.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// How many are errors.
    pub fn errors(&self) -> usize {
        self.0.iter().filter(|d| d.severity == Severity::Error).count()
    }

    /// How many are warnings.
    pub fn warnings(&self) -> usize {
        self.0.len() - self.errors()
    }

    /// Makes every warning an error (`--strict`).
    pub fn strict(&mut self) {
        for diagnostic in &mut self.0 {
            diagnostic.severity = Severity::Error;
        }
    }

    /// Every fault with its excerpt, an empty line between.
    pub fn render(&self, colours: bool) -> String {
        self.0.iter().map(|d| d.render(colours)).collect::<Vec<_>>().join("\n\n")
    }
}

impl IntoIterator for Diagnostics {
    type Item = Diagnostic;
    type IntoIter = std::vec::IntoIter<Diagnostic>;

    fn into_iter(self) -> Self::IntoIter {
        self.0.into_iter()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn fault(source: &Arc<Source>, span: Range<usize>, kind: &'static str) -> Diagnostic {
        let (severity, source) = (Severity::Error, Arc::clone(source));
        let (path, message, help) = ("a[0]".to_owned(), "wrong".to_owned(), String::new());
        Diagnostic { severity, kind, source, span, path, message, help, related: None }
    }

    #[test]
    fn on_one_line_and_as_json() {
        let (one, other) = (Source::new("one.yaml", "a:\n  - é: b\n"), Source::new("other.yaml", "c"));
        let bare = fault(&one, 9..10, "kind");
        assert_eq!(bare.line(), "one.yaml:2:6: error[kind]: wrong");
        let related = Related { source: other, span: 0..1, label: "first".to_owned() };
        let (severity, help) = (Severity::Warning, "mend it".to_owned());
        let full = Diagnostic { severity, help, related: Some(related), ..bare.clone() };
        assert_eq!(full.line(), "one.yaml:2:6: warning[kind]: wrong; mend it");
        let json = serde_json::json!({
            "file": "one.yaml", "line": 2, "column": 6, "severity": "error", "kind": "kind", "path": "a[0]",
            "message": "wrong", "help": "", "related": null,
        });
        assert_eq!(bare.json(), json);
        let related = serde_json::json!({ "file": "other.yaml", "line": 1, "column": 1, "message": "first" });
        assert_eq!((&full.json()["related"], &full.json()["severity"]), (&related, &"warning".into()));
    }

    /// Files as they were read, in each the order of its text.
    #[test]
    fn in_order() {
        let (b, a) = (Source::new("b", "0123"), Source::new("a", "0123"));
        let mut faults = Diagnostics::default();
        assert!(faults.is_empty());
        let mut others = Diagnostics::default();
        for (source, span, kind) in [
            (&b, 2..3, "e"),
            (&a, 1..2, "g"),
            (&b, 0..2, "b"),
            (&a, 0..1, "f"),
            (&b, 2..2, "d"),
            (&b, 0..1, "a"),
            (&b, 0..2, "c"),
        ] {
            others.push(fault(source, span, kind));
        }
        faults.extend(others);
        faults.sort();
        assert!(!faults.is_empty());
        assert_eq!(faults.iter().map(|fault| fault.kind).collect::<String>(), "abcdefg");
    }

    #[test]
    fn a_warning_is_an_error_where_that_is_asked_for() {
        let source = Source::new("a", "b");
        let warning = Diagnostic { severity: Severity::Warning, ..fault(&source, 0..1, "w") };
        let mut faults = Diagnostics(vec![fault(&source, 0..1, "e"), warning.clone(), warning]);
        assert_eq!((faults.errors(), faults.warnings()), (1, 2));
        faults.strict();
        assert_eq!((faults.errors(), faults.warnings()), (3, 0));
    }
}
