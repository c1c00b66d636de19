//! The tables under tests/data.

use super::site::{allowed, compile, read, registry};
use crate::consent::{Choice, Reading};
use crate::diagnostic::Source;
use crate::document::{Document, Node, Value};
use crate::registry::{Manager, Registry};

#[test]
fn values() {
    let table = include_str!("../../../tests/data/consent_values.tsv");
    let rows = table.lines().filter(|line| !line.starts_with('#'));
    let mut wrong = Vec::new();
    for row in rows {
        let [format, value, expected] = row.split('\t').collect::<Vec<_>>()[..] else { panic!("{row}") };
        let registry = registry(format);
        let consent = read(registry, value.as_bytes());
        let found = match consent.reading() {
            Reading::Unreadable(fault) => format!("unreadable {}", fault.word()),
            _ if allowed(registry, &consent).is_empty() => "nothing".to_owned(),
            _ => allowed(registry, &consent).join(" "),
        };
        if found != expected {
            wrong.push(format!("{format} {value}\n    expected {expected}\n    found    {found}"));
        }
        if found.starts_with("unreadable") {
            assert!(allowed(registry, &consent).is_empty(), "unreadable, yet it grants: {row}");
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

/// The examples of docs/consent.md are true.
#[test]
fn documented_values() {
    let documentation = include_str!("../../../docs/consent.md");
    for (fence, passing) in [("\n```accepted\n", "analytics matomo xiti"), ("\n```refused\n", "")] {
        let blocks = documentation.split(fence).skip(1).filter_map(|block| block.split("\n```").next());
        let mut values = blocks.flat_map(str::lines).peekable();
        assert!(values.peek().is_some(), "no block{fence}");
        for value in values {
            let registry = registry("auto");
            assert_eq!(allowed(registry, &read(registry, value.as_bytes())).join(" "), passing, "{value}");
        }
    }
}

/// The settings of docs/consent.md are sound.
#[test]
fn documented_settings() {
    let documentation = include_str!("../../../docs/consent.md");
    let blocks = documentation.split("\n```yaml\n").skip(1).filter_map(|block| block.split("\n```").next());
    let base = "version: '1'\nservices: [{key: matomo, title: Matomo, category: statistical}]\ncookies: []\n";
    let mut settings: Vec<String> = blocks.map(str::to_owned).collect();
    assert!(settings.len() >= 2);
    let rows = documentation.lines().filter_map(|row| row.strip_prefix("| `"));
    let managers = rows.filter_map(|row| Some((row.split('`').next()?, row.split('|').nth(4)?)));
    for (manager, words) in managers.filter(|(manager, _)| Manager::WORDS.contains(manager)) {
        let keys = words.split('`').find(|part| part.starts_with('{')).unwrap_or("{}");
        settings.push(format!("consent: {{adapters: {{manager: {manager}, keys: {keys}}}}}"));
    }
    assert!(settings.len() >= 2 + Manager::ALL.len(), "a row for each manager");
    for settings in settings {
        let (registry, faults) = Registry::compile(Source::new("site.yaml", format!("{base}{settings}\n")));
        assert!(registry.is_some(), "{}", faults.render(false));
    }
}

fn member<'d>(node: &'d Node, name: &str) -> Option<&'d Node> {
    let Value::Map(entries) = &node.value else { return None };
    entries.iter().find(|(key, _)| key.name == name).map(|(_, value)| value)
}

fn text<'d>(node: &'d Node, name: &str) -> &'d str {
    match member(node, name).map(|node| &node.value) {
        Some(Value::String(text)) => text,
        other => panic!("{name}: {other:?}"),
    }
}

/// Each vector under its adapter's format, and those of `json` under the strict format too: there the double-encoded,
/// base64 and nested ones are no choice.
#[test]
fn wire_vectors() {
    let source = Source::new("consent_wire.yaml", include_str!("../../../tests/data/consent_wire.yaml"));
    let document = Document::parse(source).unwrap();
    let Some(Value::List(vectors)) = member(document.root(), "vectors").map(|node| &node.value) else {
        panic!()
    };
    for vector in vectors {
        let (adapter, value, note) = (text(vector, "adapter"), text(vector, "value"), text(vector, "note"));
        let listed = if member(vector, "settings").is_some() { ", granted_values: [true, '1']" } else { "" };
        let unset = value.starts_with("%257B") || value.starts_with("eyJ") || value.contains("categories");
        let expected = member(vector, "expect").unwrap();
        match adapter {
            "json" => {
                expect(&format!("format: auto{listed}"), value, Some(expected), note);
                expect(&format!("format: json{listed}"), value, Some(expected).filter(|_| !unset), note);
            }
            _ => expect(&format!("format: {adapter}"), value, Some(expected), note),
        }
    }
    assert_eq!(vectors.len(), 8);
}

fn expect(settings: &str, value: &str, expected: Option<&Node>, note: &str) {
    let registry = compile(settings);
    let consent = read(&registry, value.as_bytes());
    let Some(Value::Map(words)) = expected.map(|node| &node.value) else {
        assert!(allowed(&registry, &consent).is_empty(), "{settings} {value} ({note})");
        return;
    };
    for (word, choice) in words {
        let choice = match &choice.value {
            Value::String(text) if text == "granted" => Choice::Granted,
            _ => Choice::Denied,
        };
        if word.name == "*" {
            assert_eq!(allowed(&registry, &consent).len(), 6, "{settings} {value} ({note})");
        } else {
            assert_eq!(super::choice(&registry, &consent, &word.name), choice, "{settings} {value} ({note})");
        }
    }
    if words.is_empty() {
        assert!(allowed(&registry, &consent).is_empty(), "{settings} {value} ({note})");
    }
}
