//! The description of the YAML files (`SETTINGS` and `SITE` of `config`, `SETTINGS` of `registry`), held against everything that says what
//! may be written: the readers, the JSON Schemas, the shipped and the golden files, the reference pages.
//!
//! That a reader asks for exactly the described keys is held where it reads: `document::Fields::finish`.

#![expect(clippy::panic, clippy::unwrap_used, reason = "a test's helpers; what fails here fails the test")]

mod agreement;
mod described;
mod effective;
mod files;
mod reference;

use std::fs;
use std::path::Path;

use jsonschema::Validator;
use serde_json::Value;
use tamis::config::{Compiled, Outside, Snapshot};
use tamis::diagnostic::{Diagnostics, Source};
use tamis::document::{Document, Mapping};
use tamis::registry::Registry;
use tamis::{config, registry};

/// One of the kinds of file.
struct File {
    settings: &'static Mapping,
    schema: fn() -> Value,
    /// The faults of a text.
    faults: fn(&str) -> Diagnostics,
    /// What a text was compiled to, in a form to be compared.
    compiled: fn(&str) -> String,
    /// `config/schema/<name>.schema.json`.
    name: &'static str,
    reference: &'static str,
    /// The directory of golden files.
    golden: &'static str,
    /// A document in order, into which settings are put one by one.
    base: fn() -> Value,
}

const CONFIGURATION: File = File {
    settings: &config::SETTINGS,
    schema: config::schema,
    faults: |text| configuration(text).1,
    compiled: |text| format!("{:?}", configuration(text).0),
    name: "tamis",
    reference: "docs/configuration.md",
    golden: "tests/golden/config",
    base: || {
        serde_json::json!({
            "listeners": [{ "address": ":8080" }],
            "sites": [{ "hosts": "a.example", "registry": "r.yaml", "upstream": "http://127.0.0.1:8000" }],
        })
    },
};

const REGISTRY: File = File {
    settings: &registry::SETTINGS,
    schema: registry::schema,
    faults: |text| Registry::compile(Source::new("registry.yaml", text)).1,
    compiled: |text| format!("{:?}", Registry::compile(Source::new("registry.yaml", text)).0),
    name: "registry",
    reference: "docs/registry.md",
    golden: "tests/golden/registry",
    base: || {
        serde_json::json!({
            "version": "1",
            "services": [{ "key": "matomo", "title": "Matomo", "category": "statistical" }],
            "cookies": [{ "provider": "Us", "names": "sid", "purposes": "Log-in", "category": "statistical" }],
        })
    },
};

/// A file of `sites_from`; its settings have their rows with those of `sites`.
const SITE: File = File {
    settings: &config::SITE,
    schema: config::site_schema,
    faults: |text| site(text).1,
    compiled: |text| format!("{:?}", site(text).0),
    name: "site",
    reference: "",
    golden: "tests/golden/config/sites/faulty",
    base: || serde_json::json!({ "hosts": "a.example", "registry": "r.yaml", "upstream": "http://127.0.0.1:8000" }),
};

const FILES: [File; 3] = [CONFIGURATION, REGISTRY, SITE];

fn configuration(text: &str) -> (Option<Snapshot>, Diagnostics) {
    let site = r#"{"hosts": "b.example", "registry": "r.yaml", "upstream": "http://127.0.0.1:8000"}"#;
    let compiled = compiled(text, site);
    (compiled.snapshot, compiled.faults)
}

fn site(text: &str) -> (Option<Snapshot>, Diagnostics) {
    let compiled = compiled(r#"{"listeners": [{"address": ":8080"}], "sites_from": "sites"}"#, text);
    (compiled.snapshot, compiled.faults)
}

/// A configuration beside which there is one file of a site, whatever directory it is looked for in.
fn compiled(text: &str, site: &str) -> Compiled {
    let environment = |name: &str| (name == "HOST").then(|| "a.example".to_owned());
    let read = |path: &Path, _| match path.to_str() {
        Some(path) if path.ends_with("a.yaml") => Ok(site.to_owned()),
        _ => Ok("version: '1'\ncookies: []\n".to_owned()),
    };
    let list = |_: &Path| Ok(vec!["a.yaml".to_owned()]);
    let outside = Outside { environment: &environment, read: &read, list: &list, check: &|_| Vec::new() };
    config::compile(Source::new("tamis.yaml", text), Path::new(""), outside)
}

fn validator(file: &File) -> Validator {
    jsonschema::draft202012::new(&(file.schema)()).unwrap()
}

fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

fn read(path: impl AsRef<Path>) -> String {
    let path = root().join(path);
    fs::read_to_string(&path).unwrap_or_else(|fault| panic!("{}: {fault}", path.display()))
}

/// YAML as JSON; `None` where it is no YAML.
fn json(yaml: &str) -> Option<Value> {
    Document::parse(Source::new("text", yaml)).ok().map(|document| document.root().json())
}
