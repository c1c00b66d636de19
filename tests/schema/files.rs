//! The committed schemas, the files that name them, and the golden files.

use std::fs;

use jsonschema::Validator;
use serde_json::Value;
use tamis::diagnostic::Severity;

use super::agreement::STRUCTURAL;
use super::{FILES, File, json, read, root, validator};

#[test]
fn the_committed_schemas_are_current() {
    for file in &FILES {
        let path = root().join(format!("config/schema/{}.schema.json", file.name));
        let current = format!("{:#}\n", (file.schema)());
        if std::env::var_os("TAMIS_BLESS").is_some() {
            fs::write(&path, &current).unwrap();
        }
        let committed = fs::read_to_string(&path).unwrap_or_default();
        assert!(committed == current, "{} is old: renew it with TAMIS_BLESS=1", path.display());
        jsonschema::draft202012::meta::validate(&json(&current).unwrap()).unwrap();
    }
}

/// Whatever refers to something in a schema refers to something that is there, and everything there is referred to.
#[test]
fn references_and_definitions_match() {
    for file in &FILES {
        let schema = (file.schema)();
        let text = schema.to_string();
        for name in schema["$defs"].as_object().unwrap().keys() {
            assert!(text.contains(&format!("\"#/$defs/{name}\"")), "{name}");
        }
        for reference in text.split("\"#/$defs/").skip(1).filter_map(|rest| rest.split('"').next()) {
            assert!(schema["$defs"].get(reference).is_some(), "{reference}");
        }
    }
}

#[test]
fn the_shipped_files_name_their_schema_and_agree_with_it() {
    let [configuration, registry, _] = FILES.each_ref().map(validator);
    let shipped = [
        ("config/tamis.yaml", "schema/tamis.schema.json", &configuration),
        ("config/registry/lille.yaml", "../schema/registry.schema.json", &registry),
        ("config/registry/lille-analytics.yaml", "../schema/registry.schema.json", &registry),
    ];
    for (path, schema, validator) in shipped {
        let text = read(path);
        let first = text.lines().next().unwrap();
        assert_eq!(first, format!("# yaml-language-server: $schema={schema}"), "{path}");
        assert!(root().join(path).parent().unwrap().join(schema).is_file(), "{path}");
        assert_eq!(refused(validator, &json(&text).unwrap()), [""; 0], "{path}");
    }
    let shipped_registries = fs::read_dir(root().join("config/registry")).unwrap().count();
    assert_eq!(shipped_registries, 2, "each is listed above");
}

/// Where the validator sees a fault of form, there is one; and it sees each of them, at its place or around it.
#[test]
fn golden_files_are_refused_where_they_are_faulty() {
    let mut wrong = Vec::new();
    for file in &FILES {
        let validator = validator(file);
        for entry in fs::read_dir(root().join(file.golden)).unwrap() {
            let path = entry.unwrap().path();
            if path.extension().is_none_or(|extension| extension != "yaml") {
                continue;
            }
            let (text, name) = (fs::read_to_string(&path).unwrap(), path.display());
            let Some(document) = json(&text) else { continue };
            let refused = refused(&validator, &document);
            let faults = faults(file, &text);
            let near = |fault: &str, place: &str| {
                fault.starts_with(place) || place.starts_with(fault) || place.is_empty()
            };
            for place in &refused {
                if !faults.iter().any(|(_, fault)| near(fault, place)) {
                    wrong.push(format!("{name}: refused at {place:?}, where nothing is wrong"));
                }
            }
            for (kind, fault) in faults.iter().filter(|(kind, _)| STRUCTURAL.contains(kind)) {
                // What a new category lacks depends on the shipped ones.
                let beyond = *kind == "missing-key" && fault.starts_with("categories");
                if !beyond && !refused.iter().any(|place| fault.starts_with(place.as_str())) {
                    wrong.push(format!("{name}: {kind} at {fault} is not refused"));
                }
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

fn faults(file: &File, text: &str) -> Vec<(&'static str, String)> {
    let faults = (file.faults)(text);
    let errors = faults.iter().filter(|fault| fault.severity == Severity::Error);
    errors.map(|fault| (fault.kind, fault.path.clone())).collect()
}

/// Where a document is refused, as diagnostics write places: `cookies[2].names[0]`.
fn refused(validator: &Validator, document: &Value) -> Vec<String> {
    let place = |pointer: &str| {
        pointer.split('/').skip(1).fold(String::new(), |path, step| match step.parse::<usize>() {
            Ok(index) => format!("{path}[{index}]"),
            Err(_) if path.is_empty() => step.to_owned(),
            Err(_) => format!("{path}.{step}"),
        })
    };
    validator.iter_errors(document).map(|error| place(&error.instance_path().to_string())).collect()
}
