//! The reference pages: a row for each setting with its type, unit, range and default, and an example of it; and
//! nothing that doesn't exist.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::Value;
use tamis::document::{Absent, Mapping, Setting};

use super::described::all;
use super::{CONFIGURATION, File, REGISTRY, json, read};

/// The files that have a page.
const PAGES: [&File; 2] = [&CONFIGURATION, &REGISTRY];

/// A row of a table of settings: type and default.
type Row = (String, String);

#[test]
fn every_setting_has_its_row_and_every_row_its_setting() {
    let mut wrong = Vec::new();
    for file in PAGES {
        let mut rows = rows(file);
        for described in all(file) {
            let (path, setting) = (described.path(), described.setting());
            let expected = (setting.kind.words(), default(setting));
            match rows.remove(&path) {
                None => wrong.push(format!("{}: no row for {path}: {expected:?}", file.reference)),
                Some(row) if row != expected => {
                    wrong.push(format!("{}: {path} is {row:?}, should be {expected:?}", file.reference));
                }
                Some(_) => {}
            }
        }
        wrong.extend(rows.into_keys().map(|path| format!("{}: there is no {path}", file.reference)));
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

fn default(setting: &Setting) -> String {
    match setting.absent {
        Absent::Fault => "required".to_owned(),
        Absent::Default(yaml) => format!("`{yaml}`"),
        Absent::Words(words) => words.to_owned(),
    }
}

/// The rows of all tables that have a type and a default, by the path of the setting. They are keys of the mapping
/// that the heading above names, or of the whole file.
fn rows(file: &File) -> BTreeMap<String, Row> {
    let mut mappings = all(file);
    mappings.retain(|described| !described.setting().kind.mappings().is_empty());
    // Of several keys of one name a heading means the one with the shortest path.
    mappings.sort_by_key(|described| std::cmp::Reverse(described.steps.len()));
    let holders: BTreeMap<&str, String> = mappings
        .iter()
        .map(|described| (described.setting().key, format!("{}.", described.path())))
        .collect();
    let (mut prefix, mut columns) = (String::new(), None);
    let mut rows = BTreeMap::new();
    for line in read(file.reference).lines() {
        if line.starts_with('#') {
            prefix = line.split('`').find_map(|word| holders.get(word)).cloned().unwrap_or_default();
        }
        let cells: Vec<&str> = line.split('|').map(str::trim).collect();
        let column =
            |word: &str| cells.iter().position(|cell| *cell == word || cell.starts_with(&format!("{word},")));
        if !line.starts_with('|') {
            columns = None;
        } else if let (Some(kind), Some(default)) = (column("type"), column("default")) {
            columns = Some((kind, default));
        } else if let (Some((kind, default)), Some(key)) = (columns, cells[1].strip_prefix('`')) {
            let path = format!("{prefix}{}", key.trim_end_matches('`'));
            let row = (cells[kind].to_owned(), cells[default].to_owned());
            assert_eq!(rows.insert(path.clone(), row), None, "{}: two rows for {path}", file.reference);
        }
    }
    rows
}

#[test]
fn every_setting_has_an_example_and_every_example_its_settings() {
    for file in PAGES {
        let mut mappings: BTreeMap<&str, &Mapping> = BTreeMap::from([(file.settings.what, file.settings)]);
        mappings.extend(all(file).iter().map(|described| (described.mapping.what, described.mapping)));
        let mut shown = BTreeSet::new();
        let reference = read(file.reference);
        for block in reference.split("```yaml\n").skip(1).filter_map(|rest| rest.split("```").next()) {
            let value = json(&uncommented(block)).unwrap_or_else(|| panic!("no YAML:\n{block}"));
            let keys: Vec<&String> = value.as_object().unwrap().keys().collect();
            let has =
                |mapping: &Mapping, key: &str| mapping.settings.iter().any(|setting| setting.key == key);
            let around: Vec<_> =
                mappings.values().filter(|mapping| keys.iter().all(|key| has(mapping, key))).collect();
            assert!(!around.is_empty(), "{}: no mapping has the keys {keys:?}", file.reference);
            for mapping in around {
                note(mapping, &value, &mut shown);
            }
        }
        let missing: Vec<String> = all(file)
            .iter()
            .filter(|described| !shown.contains(&(described.mapping.what, described.setting().key)))
            .map(super::described::Described::path)
            .collect();
        assert!(missing.is_empty(), "{} has no example of {missing:?}", file.reference);
    }
}

/// Notes the settings of a mapping that a value has, and those below it.
fn note(mapping: &Mapping, value: &Value, shown: &mut BTreeSet<(&'static str, &'static str)>) {
    for (key, value) in value.as_object().into_iter().flatten() {
        let setting = mapping.settings.iter().find(|setting| setting.key == key);
        let setting = setting.unwrap_or_else(|| panic!("an example: {} has no key {key}", mapping.what));
        shown.insert((mapping.what, setting.key));
        for inner in setting.kind.mappings() {
            let items = value.as_array().map_or(std::slice::from_ref(value), Vec::as_slice);
            items.iter().for_each(|item| note(inner, item, shown));
        }
    }
}

/// A block with the settings that are commented out in it: `# workers: 2`.
fn uncommented(block: &str) -> String {
    let line = |line: &str| {
        let (indent, text) = line.split_at(line.len() - line.trim_start().len());
        let key = |text: &&str| text.split_once(": ").is_some_and(|(key, _)| !key.contains(' '));
        match text.strip_prefix("# ").filter(key) {
            Some(text) => format!("{indent}{text}\n"),
            None => format!("{line}\n"),
        }
    };
    block.lines().map(line).collect()
}
