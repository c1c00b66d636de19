//! All settings of a file with their places, and documents that have one of them.

use serde_json::{Map, Value, json};
use tamis::document::{Absent, Kind, Mapping, Setting};

use super::{File, json as yaml};

/// A setting and the mappings around it.
pub(crate) struct Described {
    /// The settings that lead to it, from the top, then itself.
    pub(crate) steps: Vec<&'static Setting>,
    /// The mapping that it is a key of.
    pub(crate) mapping: &'static Mapping,
}

impl Described {
    pub(crate) fn setting(&self) -> &'static Setting {
        self.steps.last().unwrap()
    }

    /// `sites.upstream.url`.
    pub(crate) fn path(&self) -> String {
        self.steps.iter().map(|step| step.key).collect::<Vec<_>>().join(".")
    }
}

/// Every setting of a file, depth first.
pub(crate) fn all(file: &File) -> Vec<Described> {
    fn below(mapping: &'static Mapping, above: &[&'static Setting], into: &mut Vec<Described>) {
        for setting in mapping.settings {
            let steps = [above, &[setting]].concat();
            into.push(Described { steps: steps.clone(), mapping });
            for inner in setting.kind.mappings() {
                below(inner, &steps, into);
            }
        }
    }
    let mut settings = Vec::new();
    below(file.settings, &[], &mut settings);
    settings
}

/// The base document with a value for one setting, or without the setting.
pub(crate) fn with(file: &File, described: &Described, value: Option<&Value>) -> Value {
    let mut document = yaml(file.base).unwrap();
    let (last, above) = described.steps.split_last().unwrap();
    let mut here = &mut document;
    for step in above {
        let mapping = step.kind.mappings()[0];
        let slot = here.as_object_mut().unwrap().entry(step.key).or_insert(Value::Null);
        let is_there = |value: &Value| value.is_object() || value.get(0).is_some_and(Value::is_object);
        if !is_there(slot) {
            *slot = minimal(mapping);
            if matches!(step.kind, Kind::List(..)) {
                *slot = json!([slot]);
            }
        }
        here = if slot.is_array() { &mut slot[0] } else { slot };
    }
    let entries = here.as_object_mut().unwrap();
    entries.shift_remove(last.key);
    if let Some(value) = value {
        entries.insert(last.key.to_owned(), value.clone());
    }
    document
}

/// A mapping with what it must have.
fn minimal(mapping: &Mapping) -> Value {
    let must = |setting: &&Setting| {
        matches!(setting.absent, Absent::Fault) || mapping.one_of.first() == Some(&setting.key)
    };
    let settings = mapping.settings.iter().filter(must);
    let entries = settings.map(|setting| (setting.key.to_owned(), yaml(setting.example).unwrap()));
    Value::Object(entries.collect::<Map<_, _>>())
}
