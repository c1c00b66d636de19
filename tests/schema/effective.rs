//! What `tamis config show` shows: every setting that is described, and a configuration of the same meaning.

use serde_json::Value;
use tamis::config::{Compiled, Effective};

use super::described::{Described, all, with};
use super::{CONFIGURATION, compiled, json as yaml};

const SITE: &str = r#"{"hosts": "b.example", "registry": "r.yaml", "upstream": "http://127.0.0.1:8000"}"#;

/// A configuration that has the example of a setting.
fn example(described: &Described) -> Compiled {
    let example = yaml(described.setting().example).unwrap();
    compiled(&with(&CONFIGURATION, described, Some(&example)).to_string(), SITE)
}

fn effective(compiled: &Compiled) -> Effective {
    compiled.effective().unwrap_or_else(|| panic!("{}", compiled.faults.render(false)))
}

#[test]
fn every_setting_is_shown() {
    for described in all(&CONFIGURATION) {
        let shown = effective(&example(&described)).json();
        let paths = shown.as_array().unwrap().iter().map(|object| object["path"].as_str().unwrap());
        let without_indices = |path: &str| {
            path.split('.').map(|step| step.split('[').next().unwrap()).collect::<Vec<_>>().join(".")
        };
        let wanted = described.path();
        let found = paths.map(without_indices).any(|path| {
            path.strip_prefix(&wanted).is_some_and(|rest| rest.is_empty() || rest.starts_with('.'))
        });
        assert!(found, "{wanted}: {shown:#}");
    }
}

#[test]
fn what_is_shown_means_the_same() {
    for described in all(&CONFIGURATION) {
        let written = example(&described);
        let shown = effective(&written);
        let text: String =
            shown.lines().iter().map(|line| format!("{} # {}\n", line.text, line.comment)).collect();
        let hidden =
            shown.json().as_array().unwrap().iter().any(|object| object["hidden"] == Value::Bool(true));
        if hidden {
            continue;
        }
        let read = compiled(&text, SITE);
        assert!(read.faults.errors() == 0, "{}:\n{text}\n{}", described.path(), read.faults.render(false));
        let same = parts(&format!("{:?}", read.snapshot)) == parts(&format!("{:?}", written.snapshot));
        assert!(same, "{}:\n{text}", described.path());
    }
}

/// The parts of a dump, in an order of their own: maps have none.
fn parts(dump: &str) -> Vec<&str> {
    let mut parts: Vec<&str> = dump.split(['{', '}', ',']).map(str::trim).collect();
    parts.sort_unstable();
    parts
}
