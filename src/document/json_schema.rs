//! The JSON Schema (draft 2020-12) of a description, for editors that complete and check YAML files.
//!
//! It never refuses what the reader takes. It takes some of what the reader refuses: what two keys mean together, and
//! what only a parser can tell.

use std::collections::BTreeMap;

use serde_json::{Map, Value, json};

use super::Document;
use super::schema::{Absent, Form, Kind, Mapping, Open, Setting};
use crate::diagnostic::Source;

const DRAFT: &str = "https://json-schema.org/draft/2020-12/schema";
/// Any string with a variable of the environment: what it becomes is not known before it runs.
const VARIABLE: &str = r"\$\{";

impl Mapping {
    /// The JSON Schema of a file with this mapping at its top. With `variables`, `${NAME}` may stand in any value.
    pub fn json_schema(&self, title: &str, variables: bool) -> Value {
        let mut writer = Writer { variables, definitions: BTreeMap::new() };
        let root = writer.mapping(self);
        let definitions: Map<String, Value> = writer.definitions.into_iter().collect();
        let mut schema = Map::new();
        schema.insert("$schema".to_owned(), DRAFT.into());
        schema.insert("title".to_owned(), title.into());
        schema.extend(root);
        schema.insert("$defs".to_owned(), definitions.into());
        schema.into()
    }

    /// Its name without article and quotes: `cookie` for "a cookie".
    fn name(&self) -> String {
        let words = self.what.trim_start_matches("a ").trim_start_matches("the ");
        words.replace('`', "").replace(' ', "-")
    }
}

struct Writer {
    variables: bool,
    /// Mappings and forms by name, each written once.
    definitions: BTreeMap<String, Value>,
}

impl Writer {
    fn mapping(&mut self, mapping: &Mapping) -> Map<String, Value> {
        let properties: Map<String, Value> =
            mapping.settings.iter().map(|setting| (setting.key.to_owned(), self.setting(setting))).collect();
        let required: Vec<&str> = mapping
            .settings
            .iter()
            .filter(|setting| matches!(setting.absent, Absent::Fault))
            .map(|setting| setting.key)
            .collect();
        let mut schema = Map::new();
        schema.insert("type".to_owned(), "object".into());
        schema.insert("properties".to_owned(), properties.into());
        if !required.is_empty() {
            schema.insert("required".to_owned(), required.into());
        }
        if !mapping.one_of.is_empty() {
            let one = mapping.settings.iter().filter(|setting| mapping.one_of.contains(&setting.key));
            schema.insert("anyOf".to_owned(), one.map(there).collect());
        }
        schema.insert("additionalProperties".to_owned(), false.into());
        schema
    }

    fn setting(&mut self, setting: &Setting) -> Value {
        let mut schema = Map::new();
        let mut description = setting.about.to_owned();
        if let Kind::Bounded(_, low, high) = setting.kind {
            description += &format!(" From {low} to {high}.");
        }
        match setting.absent {
            Absent::Words(words) if words.starts_with("required") => {
                description += &format!(" It is {words}.");
            }
            Absent::Words(words) => description += &format!(" Default: {words}."),
            Absent::Fault | Absent::Default(_) => {}
        }
        schema.insert("description".to_owned(), description.into());
        schema.extend(self.kind(&setting.kind));
        if let Absent::Default(yaml) = setting.absent {
            schema.insert("default".to_owned(), written(yaml));
        }
        schema.insert("examples".to_owned(), json!([written(setting.example)]));
        schema.into()
    }

    fn kind(&mut self, kind: &Kind) -> Map<String, Value> {
        match kind {
            Kind::Boolean => self.scalar(object(json!({ "type": "boolean" }))),
            Kind::Integer(low, high) => {
                let mut schema = object(json!({ "type": "integer", "minimum": low, "maximum": high }));
                // A bound that the type has by itself says nothing.
                schema.retain(|_, value| *value != json!(i64::MIN) && *value != json!(i64::MAX));
                self.scalar(schema)
            }
            Kind::String => object(json!({ "type": "string", "minLength": 1 })),
            Kind::Pattern(pattern) if self.variables => {
                object(json!({ "type": "string", "pattern": format!("(?:{pattern})|{VARIABLE}") }))
            }
            Kind::Pattern(pattern) => object(json!({ "type": "string", "pattern": pattern })),
            Kind::Choice(words) if self.variables => {
                let variable = "a variable of the environment: `${NAME}` or `${NAME:-default}`";
                let variable = json!({ "description": variable, "type": "string", "pattern": VARIABLE });
                self.definitions.insert("variable".to_owned(), variable);
                object(json!({ "anyOf": [{ "enum": words }, { "$ref": "#/$defs/variable" }] }))
            }
            Kind::Choice(words) => object(json!({ "enum": words })),
            Kind::Form(form) | Kind::Bounded(form, ..) => self.form(form),
            Kind::Mapping(mapping) => {
                let (name, schema) = (mapping.name(), self.mapping(mapping));
                self.define(name, schema)
            }
            Kind::Open(open) => self.open(open),
            Kind::List(item, least) => self.list(item, *least),
            Kind::OneOrMore(item, least) => {
                object(json!({ "anyOf": [self.kind(item), self.list(item, *least)] }))
            }
            Kind::Either(kinds) => {
                let each: Vec<_> = kinds.iter().map(|kind| self.kind(kind)).collect();
                object(json!({ "anyOf": each }))
            }
        }
    }

    /// A value that is no string may come out of a variable.
    fn scalar(&self, mut schema: Map<String, Value>) -> Map<String, Value> {
        if self.variables {
            let own = schema.get("type").cloned();
            schema.insert("type".to_owned(), json!([own, "string"]));
            schema.insert("pattern".to_owned(), VARIABLE.into());
        }
        schema
    }

    fn form(&mut self, form: &Form) -> Map<String, Value> {
        let mut schema = object(json!({ "description": form.about }));
        schema.extend(self.kind(&form.kind));
        self.define(form.name.replace(' ', "-"), schema)
    }

    fn open(&mut self, open: &Open) -> Map<String, Value> {
        let mut schema = object(json!({ "type": "object", "propertyNames": { "pattern": open.keys } }));
        schema.insert("additionalProperties".to_owned(), self.kind(&open.values).into());
        if open.least > 0 {
            schema.insert("minProperties".to_owned(), open.least.into());
        }
        schema
    }

    fn list(&mut self, item: &Kind, least: usize) -> Map<String, Value> {
        let mut schema = object(json!({ "type": "array", "items": self.kind(item) }));
        if least > 0 {
            schema.insert("minItems".to_owned(), least.into());
        }
        schema
    }

    /// Keeps a schema under its name, and gives what refers to it.
    fn define(&mut self, name: String, schema: Map<String, Value>) -> Map<String, Value> {
        let reference = json!({ "$ref": format!("#/$defs/{name}") });
        self.definitions.insert(name, schema.into());
        object(reference)
    }
}

/// A setting is there; `false` says no more than its absence.
fn there(setting: &Setting) -> Value {
    let key = setting.key;
    match setting.kind {
        Kind::Boolean => json!({ "required": [key], "properties": { key: { "not": { "const": false } } } }),
        _ => json!({ "required": [key] }),
    }
}

/// The entries of a value that was written as an object.
fn object(value: Value) -> Map<String, Value> {
    match value {
        Value::Object(entries) => entries,
        _ => Map::new(),
    }
}

/// A value as the description writes it, in YAML. What is none is a fault of the description, which
/// `tests/schema` finds: it tries every default and every example.
fn written(yaml: &str) -> Value {
    Document::parse(Source::new("the description", yaml))
        .map_or(Value::Null, |document| document.root().json())
}
