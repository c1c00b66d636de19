//! A configuration as it can be compared with another one, in this process or in another: what differs, in the words of
//! the files.
//!
//! Made of what `tamis config show` shows, so without secrets.

mod changes;

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::{Effective, Snapshot};

pub use changes::Change;

/// Settings by their path below whatever they belong to.
type Settings = BTreeMap<String, Value>;

/// The parts of a configuration by their names.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Outline {
    /// What is neither a listener's nor a site's: `limits.head`.
    settings: Settings,
    /// Each listener by its address.
    listeners: BTreeMap<String, Settings>,
    /// Each site by its first host, or `default`.
    sites: BTreeMap<String, Settings>,
    /// Each registry by its path, as a site names it: its parts with their fingerprints.
    registries: BTreeMap<String, BTreeMap<String, String>>,
    /// Other files that settings name, by path: a fingerprint of what they hold.
    files: BTreeMap<String, String>,
}

impl Outline {
    /// Of a configuration; `files` are fingerprints of the certificates, keys and CA files that it names, by their paths.
    pub fn new(effective: &Effective, snapshot: &Snapshot, files: BTreeMap<String, String>) -> Self {
        let mut outline = Self { files, ..Self::default() };
        let settings = effective.values().filter(|(_, value)| !value.is_null());
        let (mut listeners, mut sites) = (BTreeMap::new(), BTreeMap::new());
        for (path, value) in settings {
            let (group, path) = match (item(&path, "listeners["), item(&path, "sites[")) {
                (Some((index, path)), _) => (listeners.entry(index).or_default(), path.to_owned()),
                (_, Some((index, path))) => (sites.entry(index).or_default(), path.to_owned()),
                _ => (&mut outline.settings, path),
            };
            group.insert(path, value);
        }
        for (_, settings) in listeners {
            let address = settings.get("address").map(text).unwrap_or_default();
            // Several of one address: port 0, where the system chooses.
            let free = (1..)
                .map(|number| if number == 1 { address.clone() } else { format!("{address} ({number})") });
            if let Some(name) = free.into_iter().find(|name| !outline.listeners.contains_key(name)) {
                outline.listeners.insert(name, settings);
            }
        }
        for (site, settings) in snapshot.sites.iter().zip(sites.into_values()) {
            if let Some(registry) = settings.get("registry").map(text) {
                outline.registries.entry(registry).or_insert_with(|| site.policy.registry().outline());
            }
            outline.sites.insert(site.name.clone(), settings);
        }
        outline
    }
}

/// The index and the rest of a path into a list: `sites[3].mode`.
fn item<'a>(path: &'a str, list: &str) -> Option<(usize, &'a str)> {
    let (index, rest) = path.strip_prefix(list)?.split_once("].")?;
    Some((index.parse().ok()?, rest))
}

/// A value in the words of the file, more or less: a string without quotes.
fn text(value: &Value) -> String {
    value.as_str().map_or_else(|| value.to_string(), str::to_owned)
}
