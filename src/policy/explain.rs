//! One verdict, told to people. Cookie-names appear, escaped; values never do.

use std::fmt;

use super::sentences::{change, sentence};
use super::{Direction, Occasion, Policy, Reason, Verdict, declaration_yaml};
use crate::consent::Consent;
use crate::cookie::{Pairs, SetCookie, pairs, shown};

/// A verdict with all that a person needs to agree or to change it.
///
/// Its `Display` is one to five lines without a final newline.
#[derive(Clone, Debug)]
pub struct Explanation {
    /// Which way the cookie travels.
    pub direction: Direction,
    /// The cookie-name, printable on any terminal; empty for a nameless cookie.
    pub name: String,
    /// The decision.
    pub verdict: Verdict,
    /// Why, in one sentence.
    pub sentence: String,
    /// The line of the registry that decided.
    pub declared: Option<Declared>,
    /// What it becomes on a secure connection, without the value, where it is rewritten.
    pub rewritten: Option<String>,
    /// What would turn the verdict round, in one sentence; nothing for what never changes.
    pub change: Option<String>,
    /// For an undeclared cookie: the YAML that would declare it, for the registry's `cookies:` list.
    pub declaration: Option<String>,
}

/// A declared name, where it stands and what it belongs to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Declared {
    /// The registry's file.
    pub file: String,
    /// Line of the name, from 1.
    pub line: usize,
    /// Column of the name, from 1.
    pub column: usize,
    /// The name or pattern as declared.
    pub pattern: String,
    /// The key of the row's category.
    pub category: String,
    /// The category's title in English, or in its first language.
    pub title: String,
    /// The key of the row's service, if it has one.
    pub service: Option<String>,
}

/// Explains a `Set-Cookie` field: its value, or the whole line with the field name. `now` in Unix seconds.
pub fn explain_set_cookie(policy: &Policy, line: &[u8], consent: &Consent, now: i64) -> Explanation {
    let set_cookie = SetCookie::parse(field_value(line, Direction::Response));
    let occasion = Occasion { consent, now, secure: true };
    let (verdict, rewritten) = policy.sift_set_cookie(&set_cookie, occasion, |_, _| false);
    let told = explain(policy, consent, Direction::Response, set_cookie.name(), verdict);
    Explanation { rewritten: rewritten.as_deref().map(without_value), ..told }
}

/// Explains every cookie-pair of a `Cookie` field: its value, or the whole line with the field name.
pub fn explain_cookie_field(policy: &Policy, line: &[u8], consent: &Consent) -> Vec<Explanation> {
    let mut told = Vec::new();
    let field = std::iter::once(field_value(line, Direction::Request));
    policy.filter_request(field, consent, true, |name, verdict| {
        let entry = verdict.reason().entry().map(|id| policy.registry().entry(id));
        let plain =
            entry.and_then(|entry| entry.names.first()).filter(|_| matches!(verdict, Verdict::Rewrite(_)));
        let rewritten = plain.map(|name| format!("{}=…", shown(name.pattern.as_bytes())));
        told.push(Explanation { rewritten, ..explain(policy, consent, Direction::Request, name, verdict) });
    });
    told
}

/// A set-cookie-string for people: all but the value.
fn without_value(field: &[u8]) -> String {
    let cookie = SetCookie::parse(field);
    let mut text = format!("{}=…", shown(cookie.name()));
    for attribute in cookie.attributes() {
        text += &format!(";{}", shown(attribute.raw()));
    }
    text
}

/// The cookie-pairs of a `Cookie` field: its value, or the whole line with the field name.
pub fn cookie_pairs(line: &[u8]) -> Pairs<'_> {
    pairs(field_value(line, Direction::Request))
}

/// What follows the field's own name and colon, or all of it where the line does not start with them; without the
/// line end that pasting may leave.
fn field_value(line: &[u8], direction: Direction) -> &[u8] {
    let line = line.strip_suffix(b"\n").unwrap_or(line);
    let line = line.strip_suffix(b"\r").unwrap_or(line);
    super::dump::field(line).filter(|(of, _)| *of == direction).map_or(line, |(_, value)| value)
}

fn explain(
    policy: &Policy,
    consent: &Consent,
    direction: Direction,
    name: &[u8],
    verdict: Verdict,
) -> Explanation {
    let undeclared = matches!(
        verdict.reason(),
        Reason::Undeclared | Reason::UndeclaredReported | Reason::UndeclaredAllowed
    );
    Explanation {
        direction,
        name: shown(name),
        verdict,
        sentence: sentence(policy, consent, name, verdict.reason()),
        rewritten: None,
        declared: verdict.reason().entry().and_then(|_| declared(policy, name)),
        change: change(policy, consent, name, verdict.reason()),
        declaration: undeclared.then(|| declaration_yaml(policy.registry(), name, direction)),
    }
}

/// The declared name that covers this one.
fn declared(policy: &Policy, name: &[u8]) -> Option<Declared> {
    let registry = policy.registry();
    let (entry, written) = registry.declaration(name)?;
    let entry = Some(registry.entry(entry)).filter(|entry| !entry.shipped)?;
    let category = registry.category(entry.category);
    Some(Declared {
        file: registry.file().to_owned(),
        line: written.line,
        column: written.column,
        pattern: written.pattern.clone(),
        category: category.key.clone(),
        title: category.title.in_language("en").to_owned(),
        service: entry.service.map(|service| registry.service(service).key.clone()),
    })
}

impl Explanation {
    /// The same as a JSON object; what does not apply is `null`.
    pub fn json(&self) -> serde_json::Value {
        let declared = self.declared.as_ref();
        serde_json::json!({
            "direction": self.direction.word(),
            "field": self.direction.field(),
            "name": self.name,
            "verdict": self.verdict.word(),
            "reason": self.verdict.reason().word(),
            "sentence": self.sentence,
            "rule": declared.map(|rule| serde_json::json!({
                "file": rule.file, "line": rule.line, "column": rule.column, "pattern": rule.pattern,
            })),
            "category": declared.map(|rule| serde_json::json!({ "key": rule.category, "title": rule.title })),
            "service": declared.and_then(|rule| rule.service.as_deref()),
            "rewritten": self.rewritten,
            "change": self.change,
            "declaration": self.declaration,
        })
    }
}

impl fmt::Display for Explanation {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let verdict = match self.verdict {
            Verdict::Forward(_) => "passes",
            Verdict::Rewrite(_) => "passes rewritten",
            Verdict::Strip(_) => "stripped",
        };
        let name = if self.name.is_empty() { "(nameless)" } else { self.name.as_str() };
        write!(f, "{}: {name}: {verdict} ({})", self.direction.field(), self.verdict.reason().word())?;
        write!(f, "\n  {}", self.sentence)?;
        if let Some(rewritten) = &self.rewritten {
            write!(f, "\n  It becomes: {rewritten}")?;
        }
        if let Some(declared) = &self.declared {
            write!(f, "\n  {declared}")?;
        }
        if let Some(change) = &self.change {
            write!(f, "\n  {change}")?;
        }
        Ok(())
    }
}

impl fmt::Display for Declared {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { file, line, column, pattern, category, title, .. } = self;
        write!(f, "{file}:{line}:{column}: declared as `{pattern}` in category `{category}` ({title})")?;
        match &self.service {
            Some(service) => write!(f, ", service `{service}`"),
            None => Ok(()),
        }
    }
}
