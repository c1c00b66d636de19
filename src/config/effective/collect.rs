//! From trees and descriptions to the settings with their values.

use std::path::Path;

use serde_json::Value as Json;

use super::{Effective, Entry, Origin, Shown};
use crate::config::compile::{Compiled, Written};
use crate::config::outside::names_a_file;
use crate::config::schema::{SETTINGS, SITE};
use crate::diagnostic::Source;
use crate::document::{Absent, Document, Kind, Mapping, Node, Setting, Value};

impl Compiled {
    /// Every setting as it counts; `None` where the configuration has errors.
    pub fn effective(&self) -> Option<Effective> {
        let written = self.snapshot.is_some().then_some(self.written.as_ref())??;
        let collect = Collect { document: Some(&written.document), below: None };
        let mut entries = collect.mapping(&SETTINGS, written.document.root());
        collect.merge(&mut entries, written);
        Some(Effective { entries })
    }
}

/// Reads one tree.
#[derive(Clone, Copy)]
struct Collect<'a> {
    /// The tree; none where the values are defaults.
    document: Option<&'a Document>,
    /// The directory that its paths are relative to, as seen from the configuration's.
    below: Option<&'a Path>,
}

impl Collect<'_> {
    fn mapping(&self, mapping: &Mapping, node: &Node) -> Vec<Entry> {
        let Value::Map(written) = &node.value else { return Vec::new() };
        let entry = |setting: &'static Setting| {
            let value = written.iter().find(|(key, _)| key.name == setting.key).map(|(_, value)| value);
            value.map_or_else(|| absent(setting), |value| self.entry(setting, value))
        };
        mapping.settings.iter().map(entry).collect()
    }

    fn entry(&self, setting: &'static Setting, node: &Node) -> Entry {
        let value = self.value(setting, &setting.kind, node);
        Entry { key: setting.key, value, origin: self.origin(setting, node) }
    }

    fn value(&self, setting: &'static Setting, kind: &Kind, node: &Node) -> Shown {
        match &node.value {
            Value::List(items) => {
                Shown::List(items.iter().map(|item| self.value(setting, kind, item)).collect())
            }
            Value::Map(_) => match kind.mappings().first() {
                Some(mapping) => Shown::Mapping(self.mapping(mapping, node)),
                None => Shown::Scalar(node.json()),
            },
            _ => match short_for(kind) {
                Some((mapping, key)) => self.written_out(mapping, key, node),
                None => self.scalar(setting, kind, node),
            },
        }
    }

    /// The mapping that one value stands for: its other keys have their defaults.
    fn written_out(&self, mapping: &Mapping, key: &'static str, node: &Node) -> Shown {
        let entry = |setting: &'static Setting| {
            if setting.key == key { self.entry(setting, node) } else { absent(setting) }
        };
        Shown::Mapping(mapping.settings.iter().map(entry).collect())
    }

    fn scalar(&self, setting: &Setting, kind: &Kind, node: &Node) -> Shown {
        let Value::String(text) = &node.value else { return Shown::Scalar(node.json()) };
        if let Some(shown) = setting.secret {
            return match self.reference_alone(node) {
                Some(reference) => Shown::Reference(reference.to_owned()),
                None => Shown::Scalar(shown(text).into()),
            };
        }
        if let Some(below) = self.below.filter(|_| names_a_file(kind)) {
            return Shown::Scalar(below.join(text).display().to_string().into());
        }
        let typed = node.substituted.is_some().then(|| typed(kind, text)).flatten();
        Shown::Scalar(typed.unwrap_or_else(|| text.as_str().into()))
    }

    /// The text of a value that is one reference and nothing else: it says where the secret is, not what.
    fn reference_alone(&self, node: &Node) -> Option<&str> {
        let by = node.substituted.as_ref()?;
        let text = self.document?.source().text.get(node.span.clone())?.trim_matches(['"', '\'']);
        (by.0.len() == 1 && text.starts_with("${") && text.find('}') == Some(text.len() - 1)).then_some(text)
    }

    fn origin(&self, setting: &Setting, node: &Node) -> Origin {
        let Some(document) = self.document else { return Origin::Default };
        let (line, column) = document.source().position(node.span.start);
        let mut references = Vec::new();
        references_of(node, &mut references);
        let hidden = match (&node.value, setting.secret) {
            (Value::String(text), Some(shown)) => {
                self.reference_alone(node).is_none() && shown(text) != *text
            }
            _ => false,
        };
        Origin::Written { file: document.source().name.clone(), line, column, references, hidden }
    }

    /// Puts the sites that have files of their own behind those of `sites`.
    fn merge(&self, entries: &mut [Entry], written: &Written) {
        let Some(from) = entries.iter_mut().find(|entry| entry.key == "sites_from") else { return };
        let Shown::Scalar(Json::String(directory)) = &from.value else { return };
        let (directory, origin) = (directory.clone(), from.origin.clone());
        from.value = Shown::Merged(directory.clone());
        let site = |document| {
            let collect = Collect { document: Some(document), below: Some(Path::new(&directory)) };
            Shown::Mapping(collect.mapping(&SITE, document.root()))
        };
        let files = written.site_files.iter().filter_map(|file| file.document()).map(site);
        let Some(sites) = entries.iter_mut().find(|entry| entry.key == "sites") else { return };
        if let Shown::List(items) = &mut sites.value {
            items.extend(files);
        } else {
            *sites = Entry { key: sites.key, value: Shown::List(files.collect()), origin };
        }
    }
}

/// A setting that is not written.
fn absent(setting: &'static Setting) -> Entry {
    let default = match setting.absent {
        Absent::Default(yaml) => Document::parse(Source::new("default", yaml)).ok(),
        _ => None,
    };
    let value = match (default, setting.absent) {
        (Some(document), _) => {
            Collect { document: None, below: None }.value(setting, &setting.kind, document.root())
        }
        (None, Absent::Words(words)) => Shown::Nothing(words),
        (None, _) => Shown::Nothing("none"),
    };
    Entry { key: setting.key, value, origin: Origin::Default }
}

/// The mapping that a value of this kind may stand for, and the key that it then is: the one of the same form.
fn short_for(kind: &Kind) -> Option<(&'static Mapping, &'static str)> {
    let Kind::Either(kinds) = kind else { return None };
    let mapping = kinds.iter().find_map(|kind| match kind {
        Kind::Mapping(mapping) => Some(*mapping),
        _ => None,
    })?;
    let same = |a: &Kind, b: &Kind| match (a, b) {
        (Kind::Form(a), Kind::Form(b)) => std::ptr::eq(*a, *b),
        _ => false,
    };
    let key = mapping.settings.iter().find(|setting| kinds.iter().any(|kind| same(kind, &setting.kind)))?;
    Some((mapping, key.key))
}

/// What a text out of a variable stands for, where that is a number or a boolean.
fn typed(kind: &Kind, text: &str) -> Option<Json> {
    match kind {
        Kind::Boolean => text.parse::<bool>().ok().map(Json::from),
        Kind::Integer(..) => text.parse::<i64>().ok().map(Json::from),
        Kind::Either(kinds) => kinds.iter().find_map(|kind| typed(kind, text)),
        _ => None,
    }
}

/// The references in a value that is no mapping with settings of its own.
fn references_of(node: &Node, into: &mut Vec<crate::document::Reference>) {
    if let Some(by) = &node.substituted {
        into.extend(by.0.iter().cloned());
    }
    if let Value::List(items) = &node.value {
        items.iter().for_each(|item| references_of(item, into));
    }
}
