//! The settings as JSON, for tools: one object for each value.

use serde_json::{Value as Json, json};

use super::{Effective, Entry, Origin, Shown};
use crate::document::Reference;

impl Effective {
    /// Every value with its path (`listeners[0].address`); null where nothing holds.
    pub fn values(&self) -> impl Iterator<Item = (String, Json)> {
        let mut settings = Vec::new();
        entries(&self.entries, "", &mut |path, value, _| settings.push((path.to_owned(), value)));
        settings.into_iter()
    }

    /// A list of objects: `path` (`listeners[0].address`), `value` (null where nothing holds), and where it comes from:
    /// `origin` (`default` or `file`), `file`, `line`, `column`, `variables`, `secret_files`, `hidden`.
    pub fn json(&self) -> Json {
        let mut settings = Vec::new();
        entries(&self.entries, "", &mut |path, value, origin| settings.push(object(path, &value, origin)));
        settings.into()
    }
}

/// Says every value with its path and its origin.
fn entries(of: &[Entry], above: &str, say: &mut dyn FnMut(&str, Json, &Origin)) {
    for entry in of {
        let dot = if above.is_empty() { "" } else { "." };
        value(&entry.value, &format!("{above}{dot}{}", entry.key), &entry.origin, say);
    }
}

fn value(of: &Shown, path: &str, origin: &Origin, say: &mut dyn FnMut(&str, Json, &Origin)) {
    match of {
        Shown::Mapping(inner) => entries(inner, path, say),
        Shown::List(items) if items.iter().any(|item| matches!(item, Shown::Mapping(_))) => {
            for (index, item) in items.iter().enumerate() {
                value(item, &format!("{path}[{index}]"), origin, say);
            }
        }
        _ => say(path, scalar(of), origin),
    }
}

fn scalar(of: &Shown) -> Json {
    match of {
        Shown::Scalar(value) => value.clone(),
        Shown::List(items) => items.iter().map(scalar).collect(),
        Shown::Merged(text) | Shown::Reference(text) => text.as_str().into(),
        Shown::Nothing(_) | Shown::Mapping(_) => Json::Null,
    }
}

fn object(path: &str, value: &Json, origin: &Origin) -> Json {
    let Origin::Written { file, line, column, references, hidden } = origin else {
        return json!({ "path": path, "value": value, "origin": "default" });
    };
    let (mut variables, mut files) = (Vec::new(), Vec::new());
    for reference in references {
        match reference {
            Reference::Variable(name) | Reference::Default(name) => variables.push(name),
            Reference::File(path) => files.push(path),
        }
    }
    json!({
        "path": path, "value": value, "origin": "file", "file": file, "line": line, "column": column,
        "variables": variables, "secret_files": files, "hidden": hidden,
    })
}
