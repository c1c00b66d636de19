//! The settings as lines of YAML, each with a comment that says where its value comes from.

use serde_json::Value as Json;

use super::{Effective, Entry, Origin, Shown};
use crate::document::{Reference, scalar};

/// One line of YAML.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Line {
    /// What is before the comment.
    pub text: String,
    /// The comment, without its `#`.
    pub comment: String,
    /// Somebody wrote it; it is no default.
    pub written: bool,
}

impl Effective {
    /// A YAML document of the same meaning, where no secret is left out.
    pub fn lines(&self) -> Vec<Line> {
        let mut lines = Vec::new();
        entries(&self.entries, "", &mut lines);
        lines
    }
}

/// The lines of a mapping's entries, which begin with `indent`.
fn entries(of: &[Entry], indent: &str, lines: &mut Vec<Line>) {
    of.iter().for_each(|each| entry(each, indent, lines));
}

fn entry(entry: &Entry, indent: &str, lines: &mut Vec<Line>) {
    let (key, below) = (entry.key, format!("{indent}  "));
    let mut line = |text: String, comment: String| {
        let written = matches!(entry.origin, Origin::Written { .. });
        lines.push(Line { text, comment, written });
    };
    let comment = comment(&entry.origin);
    match &entry.value {
        Shown::Nothing(words) if *words == "none" || words.starts_with("required") => {
            line(format!("{indent}# {key}:"), "not set".to_owned());
        }
        Shown::Nothing(words) => line(format!("{indent}# {key}:"), format!("not set: {words}")),
        Shown::Merged(directory) => {
            let comment = format!("{comment}; its sites stand under `sites`");
            line(format!("{indent}# {key}: {}", string(directory)), comment);
        }
        Shown::Mapping(inner) => {
            let empty = inner.iter().all(is_nothing);
            line(format!("{indent}{key}:{}", if empty { " {}" } else { "" }), comment);
            entries(inner, &below, lines);
        }
        Shown::List(items) if items.iter().any(|item| matches!(item, Shown::Mapping(_))) => {
            line(format!("{indent}{key}:"), comment);
            items.iter().for_each(|each| item(each, &below, lines));
        }
        value => line(format!("{indent}{key}: {}", flow(value)), comment),
    }
}

/// An item of a list of mappings.
fn item(item: &Shown, indent: &str, lines: &mut Vec<Line>) {
    let Shown::Mapping(inner) = item else { return };
    let start = lines.len();
    entries(inner, &format!("{indent}  "), lines);
    // The hyphen stands before the first key; what is not set may come after it.
    let first = lines.iter().skip(start).position(|line| !line.text.trim_start().starts_with('#'));
    let Some(mine) = lines.get_mut(start..) else { return };
    mine.get_mut(..=first.unwrap_or_default()).into_iter().for_each(|head| head.rotate_right(1));
    if let Some(line) = mine.first_mut() {
        line.text.replace_range(indent.len()..indent.len() + 1, "-");
    }
}

/// Nothing of it stands in the document.
fn is_nothing(entry: &Entry) -> bool {
    matches!(entry.value, Shown::Nothing(_) | Shown::Merged(_))
}

fn comment(origin: &Origin) -> String {
    let Origin::Written { file, line, references, hidden, .. } = origin else { return "default".to_owned() };
    let mut comment = format!("{file}:{line}");
    for reference in references {
        comment += &match reference {
            Reference::Variable(name) => format!(", variable {name}"),
            Reference::Default(name) => format!(", variable {name} is not set"),
            Reference::File(path) => format!(", file {path}"),
        };
    }
    comment + if *hidden { "; its secret is left out" } else { "" }
}

/// A scalar, or a list of them, on one line.
fn flow(value: &Shown) -> String {
    match value {
        Shown::Scalar(Json::String(text)) => string(text),
        Shown::Scalar(value) => value.to_string(),
        Shown::Reference(text) => scalar(text),
        Shown::List(items) => format!("[{}]", items.iter().map(flow).collect::<Vec<_>>().join(", ")),
        Shown::Mapping(_) | Shown::Nothing(_) | Shown::Merged(_) => String::new(),
    }
}

/// A string that means itself: `${` begins a reference where it is not written so.
fn string(text: &str) -> String {
    scalar(&text.replace("${", "$${"))
}
