//! What one configuration does otherwise than another.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;

use serde_json::Value;

use super::{Outline, Settings, text};

/// One difference.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Change {
    /// What it is about: `limits.head`, `site a.example: mode`.
    pub what: String,
    /// How it differs: `64KiB → 32KiB`, `added`.
    pub how: String,
    /// It counts after a restart alone.
    pub restart: bool,
}

/// As one line.
impl fmt::Display for Change {
    fn fmt(&self, to: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { what, how, restart } = self;
        write!(to, "{what}: {how}{}", if *restart { " (after a restart)" } else { "" })
    }
}

impl Outline {
    /// What another configuration would change. `restart` are the keys that wait for one, with all that is below them; of
    /// `listeners`, which there are.
    pub fn changes(&self, after: &Self, restart: &[&str]) -> Vec<Change> {
        let waits = |path: &str| {
            let below = |key: &&str| {
                path.strip_prefix(*key).is_some_and(|rest| rest.is_empty() || rest.starts_with('.'))
            };
            restart.iter().any(below)
        };
        let mut changes = settings("", &self.settings, &after.settings);
        for change in &mut changes {
            change.restart = waits(&change.what);
        }
        changes.extend(named("listener", (&self.listeners, &after.listeners), waits("listeners")));
        changes.extend(named("site", (&self.sites, &after.sites), false));
        for (path, before) in &self.registries {
            let parts = after.registries.get(path).map(|after| differing(before, after));
            let about = |(part, how): (&str, Difference<'_, String>)| {
                change(format!("registry {path}: {part}"), how.word())
            };
            changes.extend(parts.into_iter().flatten().map(about));
        }
        for (path, difference) in differing(&self.files, &after.files) {
            if matches!(difference, Difference::Other(..)) {
                changes.push(change(format!("file {path}"), "other content"));
            }
        }
        changes
    }
}

/// The differences of things with names: which there are, which waits for a restart or not, and the settings of those that
/// are in both.
fn named(
    kind: &str,
    (before, after): (&BTreeMap<String, Settings>, &BTreeMap<String, Settings>),
    restart: bool,
) -> Vec<Change> {
    let about = |(name, difference): (&str, Difference<'_, Settings>)| match difference {
        Difference::Other(before, after) => settings(&format!("{kind} {name}: "), before, after),
        one_has_it => vec![Change { restart, ..change(format!("{kind} {name}"), one_has_it.word()) }],
    };
    differing(before, after).into_iter().flat_map(about).collect()
}

/// The differences of settings, each with `prefix` before its path.
fn settings(prefix: &str, before: &Settings, after: &Settings) -> Vec<Change> {
    let shown = |value: Option<&Value>| value.map_or_else(|| "nothing".to_owned(), text);
    let about = |(path, _): (&str, _)| {
        change(
            format!("{prefix}{path}"),
            &format!("{} → {}", shown(before.get(path)), shown(after.get(path))),
        )
    };
    differing(before, after).into_iter().map(about).collect()
}

/// How two maps differ at a key.
enum Difference<'a, T> {
    Added,
    Removed,
    Other(&'a T, &'a T),
}

impl<T> Difference<'_, T> {
    fn word(&self) -> &'static str {
        match self {
            Self::Added => "added",
            Self::Removed => "removed",
            Self::Other(..) => "changed",
        }
    }
}

/// The keys at which two maps differ, in their order.
fn differing<'a, T: PartialEq>(
    before: &'a BTreeMap<String, T>,
    after: &'a BTreeMap<String, T>,
) -> Vec<(&'a str, Difference<'a, T>)> {
    let keys: BTreeSet<&String> = before.keys().chain(after.keys()).collect();
    let difference = |key: &'a String| {
        let difference = match (before.get(key), after.get(key)) {
            (Some(before), Some(after)) if before == after => return None,
            (Some(before), Some(after)) => Difference::Other(before, after),
            (Some(_), None) => Difference::Removed,
            (None, _) => Difference::Added,
        };
        Some((key.as_str(), difference))
    };
    keys.into_iter().filter_map(difference).collect()
}

fn change(what: String, how: &str) -> Change {
    Change { what, how: how.to_owned(), restart: false }
}

#[cfg(test)]
mod tests {
    use std::path::Path;

    use super::*;
    use crate::config::{Outside, compile};
    use crate::diagnostic::Source;

    const ROW: &str = "provider: Us, purposes: Work, category: necessary, exemption: Asked for";

    /// The outline of a configuration whose registry declares these names.
    fn outline(yaml: &str, names: &[&str]) -> Outline {
        let rows: String = names.iter().map(|name| format!("  - {{names: {name}, {ROW}}}\n")).collect();
        let read = |_: &Path, _| Ok(format!("version: '1'\ncookies:\n{rows}"));
        let compiled = compile(Source::new("tamis.yaml", yaml), Path::new("/"), Outside::of_files(&read));
        let effective = compiled.effective().unwrap_or_else(|| panic!("{}", compiled.faults.render(false)));
        let snapshot = compiled.snapshot.expect("no fault");
        let files = BTreeMap::from([("cert.pem".to_owned(), names.concat())]);
        Outline::new(&effective, &snapshot, files)
    }

    const FIRST: &str = "
listeners: [{address: '127.0.0.1:8080'}, {address: '127.0.0.1:0'}, {address: '127.0.0.1:0'}]
limits: {head: 64KiB}
workers: 2
sites:
  - {hosts: [a.example, b.example], registry: r.yaml, upstream: 'http://127.0.0.1:1'}
  - {hosts: old.example, registry: r.yaml, upstream: 'http://127.0.0.1:1'}
";
    const SECOND: &str = "
listeners: [{address: '127.0.0.1:0', h2c: true}, {address: '127.0.0.1:0'}, {address: '127.0.0.1:8081'}]
limits: {head: 32KiB}
workers: 4
admin: {address: 'unix:/run/tamis.sock'}
sites:
  - {hosts: new.example, registry: r.yaml, upstream: 'http://127.0.0.1:1'}
  - {hosts: [a.example], registry: r.yaml, upstream: 'http://127.0.0.1:1', mode: observe}
";

    #[test]
    fn differences_are_said_in_the_words_of_the_files() {
        let (first, second) = (outline(FIRST, &["one", "two"]), outline(SECOND, &["two", "three"]));
        let restart = ["listeners", "workers", "admin", "log.format"];
        let said: Vec<_> = first.changes(&second, &restart).iter().map(ToString::to_string).collect();
        let wanted = [
            "admin.access: nothing → owner (after a restart)",
            "admin.address: nothing → unix:/run/tamis.sock (after a restart)",
            "limits.head: 64KiB → 32KiB",
            "workers: 2 → 4 (after a restart)",
            "listener 127.0.0.1:0: h2c: false → true",
            "listener 127.0.0.1:8080: removed (after a restart)",
            "listener 127.0.0.1:8081: added (after a restart)",
            "site a.example: hosts: [\"a.example\",\"b.example\"] → [\"a.example\"]",
            "site a.example: mode: enforce → observe",
            "site new.example: added",
            "site old.example: removed",
            "registry r.yaml: cookie `one`: removed",
            "registry r.yaml: cookie `three`: added",
            "file cert.pem: other content",
        ];
        assert_eq!(said, wanted);
        assert_eq!(first.changes(&first, &restart), []);
    }

    #[test]
    fn the_outline_of_another_process_is_read() {
        let first = outline(FIRST, &["one"]);
        let sent = serde_json::to_string(&first).expect("JSON");
        assert_eq!(serde_json::from_str::<Outline>(&sent).expect("an outline"), first);
    }
}
