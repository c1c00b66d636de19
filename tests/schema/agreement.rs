//! The description and the readers, value by value: what is described is read, with these defaults, choices and
//! bounds; and the schema refuses nothing that a reader takes, and everything that has the wrong form.

use std::collections::BTreeSet;

use serde_json::{Value, json};
use tamis::diagnostic::Severity;
use tamis::document::{Absent, Kind};

use super::described::{all, with};
use super::{CONFIGURATION, FILES, File, REGISTRY, json as yaml, validator};

/// Faults of form, which a schema can tell.
pub(crate) const STRUCTURAL: [&str; 6] =
    ["wrong-type", "unknown-value", "unknown-key", "missing-key", "empty", "bad-language"];

/// Values that some setting takes and others don't.
const VALUES: &str = r#"[
~, true, false, -1, 0, 1, 16, 65536, 1.5, [], [""], [x], [1], [[]], [{}], [{unheard: 1}], {}, {unheard: 1},
{en: x}, {en: ""}, {en: 1}, {e: x}, "", " ", x, é, a b, "true", "1", "-1", "15", "1.5", "8080", "\t", "${HOST}",
":8080", "[::]:8080", "[::1]", "::1:80", 127.0.0.1, "127.0.0.1:0", "localhost:80",
10.0.0.0/8, 10.0.0.1/8, "2001:db8::/32", "::ffff:1.2.3.4",
"*", "*.example.net", .example.org, a..b, A.Example., my_app, xn--caf-dma.example,
"http://x", "HTTPS://X/", "http://x/y", "http://u@x", "ws://x", "https://www.example.org/a?b",
1h, 1h30m, "1 hour, 3 minutes", 2 minutes, 1m 30s, "1:00", "00:01:00", PT1H, P1Y2M, p1y, "-1s", "1 day 01:00:00",
64 KiB, 64kB, 64KB, 0B, /, /a b, /a/../b, /%C3%A9, a;b, a=b, __Host-x, __Host-, '\*',
]"#;

fn values() -> Vec<Value> {
    let mut values = yaml(VALUES).unwrap().as_array().unwrap().clone();
    for described in FILES.iter().flat_map(all) {
        values.extend(
            yaml(described.setting().example).filter(|example| !example.is_object() && !example.is_array()),
        );
        values.extend(choices(&described.setting().kind).into_iter().flatten().map(|word| json!(word)));
    }
    let mut seen = BTreeSet::new();
    values.retain(|value| seen.insert(value.to_string()));
    values
}

/// The words that a value may be, where a reader takes words and no other strings.
fn choices(kind: &Kind) -> Option<&'static [&'static str]> {
    match kind {
        Kind::Choice(words) => Some(words),
        Kind::Either([first, Kind::Mapping(_)]) => choices(first),
        _ => None,
    }
}

/// The errors of a document: kinds and help.
fn faults(file: &File, document: &Value) -> Vec<(&'static str, String)> {
    let faults = (file.faults)(&document.to_string());
    let errors = faults.iter().filter(|fault| fault.severity == Severity::Error);
    errors.map(|fault| (fault.kind, fault.help.clone())).collect()
}

#[test]
fn every_example_works() {
    for file in &FILES {
        for described in all(file) {
            let setting = described.setting();
            let example = yaml(setting.example).filter(|example| !example.is_null());
            let example = example.unwrap_or_else(|| panic!("{} has no example", described.path()));
            assert_eq!(
                faults(file, &with(file, &described, Some(&example))),
                [],
                "{}: {example}",
                described.path()
            );
            assert!(setting.about.ends_with('.'), "{}: what it does, in a sentence", described.path());
        }
    }
}

#[test]
fn what_is_not_written_is_the_default() {
    for file in &FILES {
        for described in all(file) {
            let text = |value: Option<&Value>| with(file, &described, value).to_string();
            let errors = |value| (file.faults)(&text(value)).errors();
            let compiled = |value| without_columns(&(file.compiled)(&text(value)));
            match described.setting().absent {
                Absent::Default(default) => {
                    let default = yaml(default).unwrap();
                    assert_eq!((errors(Some(&default)), errors(None)), (0, 0), "{}", described.path());
                    let same = compiled(Some(&default)) == compiled(None);
                    assert!(same, "{}: {default} is not the default", described.path());
                }
                Absent::Words(words) => {
                    assert!(!words.is_empty(), "{}", described.path());
                    // The base document has the first of several keys of which it needs one.
                    let alone = described.mapping.one_of.first() == Some(&described.setting().key);
                    assert_eq!(errors(None) > 0, alone, "{}", described.path());
                }
                Absent::Fault => assert!(errors(None) > 0, "{} may be absent", described.path()),
            }
        }
    }
}

/// The columns of names differ with what stands before them.
fn without_columns(compiled: &str) -> String {
    let mut parts = compiled.split("column: ");
    let first = parts.next().unwrap_or_default().to_owned();
    parts.fold(first, |text, part| text + part.trim_start_matches(|c: char| c.is_ascii_digit()))
}

#[test]
fn choices_and_bounds_are_those_of_the_readers() {
    for file in &FILES {
        for described in all(file) {
            let help = |value: Value| {
                let faults = faults(file, &with(file, &described, Some(&value)));
                assert_eq!(faults.len(), 1, "{}: {value}", described.path());
                faults[0].1.clone()
            };
            match &described.setting().kind {
                Kind::Integer(low, high) => {
                    let wanted = format!("write a number from {low} to {high}");
                    assert_eq!(help(json!(low - 1)), wanted, "{}", described.path());
                    assert_eq!(help(json!(high + 1)), wanted, "{}", described.path());
                }
                Kind::Bounded(form, low, high) => {
                    let most = if form.name == "size" { json!("100000GiB") } else { json!("100000h") };
                    let wanted = format!("write a {} from {low} to {high}", form.name);
                    assert_eq!(help(most), wanted, "{}", described.path());
                    for bound in [low, high] {
                        assert_eq!(
                            faults(file, &with(file, &described, Some(&json!(bound)))),
                            [],
                            "{}",
                            described.path()
                        );
                    }
                }
                kind => {
                    if let Some(words) = choices(kind) {
                        let wanted = format!("write one of: {}", words.join(", "));
                        assert_eq!(help(json!("☃☃☃☃☃☃☃☃☃")), wanted, "{}", described.path());
                    }
                }
            }
        }
    }
}

#[test]
fn the_configuration_schema_refuses_what_has_the_wrong_form_and_nothing_that_is_read() {
    differences(&CONFIGURATION);
}

#[test]
fn the_registry_schema_refuses_what_has_the_wrong_form_and_nothing_that_is_read() {
    differences(&REGISTRY);
}

/// A secret that is written in the file itself is in no fault: not in its sentences, not in its excerpt.
#[test]
fn faults_about_secrets_do_not_show_them() {
    let mut shown = 0;
    for described in all(&CONFIGURATION) {
        let Some(without) = described.setting().secret else { continue };
        for value in [
            "S3CRET",
            "S3CRET, é",
            "S3CRET://x",
            "x://a:S3CRET@b/c",
            "postgres://a:S3CRET@b c",
            "postgres://:S3CRET@",
        ] {
            let faults =
                (CONFIGURATION.faults)(&with(&CONFIGURATION, &described, Some(&json!(value))).to_string());
            if !without(value).contains("S3CRET") {
                shown += faults.errors();
                assert!(!faults.render(false).contains("S3CRET"), "{}", faults.render(false));
            }
        }
    }
    assert!(shown > 7, "{shown} faults");
}

/// Puts every value at every place, and asks reader and schema.
fn differences(file: &File) {
    let (values, validator) = (values(), validator(file));
    let mut wrong = Vec::new();
    for described in all(file) {
        for value in &values {
            let document = with(file, &described, Some(value));
            let errors = faults(file, &document);
            let (valid, path) = (validator.is_valid(&document), described.path());
            let structural = errors.iter().any(|(kind, _)| {
                let bound = *kind == "out-of-range" && matches!(described.setting().kind, Kind::Integer(..));
                bound || STRUCTURAL.contains(kind)
            });
            // What a variable stands for is not known; what a new category lacks depends on the shipped ones.
            let beyond = value == "${HOST}" || path == "categories.key";
            if errors.is_empty() && !valid {
                wrong.push(format!("{path}: {value} is read, and refused by the schema"));
            } else if structural && valid && !beyond {
                wrong.push(format!("{path}: {value} is valid by the schema, and read as {errors:?}"));
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}
