//! A registry part by part, to see what another one does otherwise.

use std::collections::BTreeMap;

use super::Registry;
use crate::document::{Document, Node, Value};

impl Registry {
    /// The parts of the file with a fingerprint of each: every row by its names (``cookie `_ga`, `_gid` ``), every other key
    /// by its name (`` `version` ``). Where and how a part is written doesn't count.
    pub fn outline(&self) -> BTreeMap<String, String> {
        let mut parts = BTreeMap::new();
        // It has been read before.
        let Ok(document) = Document::parse(self.source.clone()) else { return parts };
        let Value::Map(entries) = &document.root().value else { return parts };
        for (key, value) in entries {
            match &value.value {
                Value::List(rows) if key.name == "cookies" => {
                    parts.extend(rows.iter().map(|row| (names(row), fingerprint(row))));
                }
                _ => {
                    parts.insert(format!("`{}`", key.name), fingerprint(value));
                }
            }
        }
        parts
    }
}

/// A row by its names.
fn names(row: &Node) -> String {
    let Value::Map(entries) = &row.value else { return String::new() };
    let names = entries.iter().find(|(key, _)| key.name == "names").map(|(_, value)| &value.value);
    let text = |node: &Node| match &node.value {
        Value::String(text) => format!("`{text}`"),
        _ => format!("`{}`", node.json()),
    };
    let names = match names {
        Some(Value::List(names)) => names.iter().map(text).collect::<Vec<_>>().join(", "),
        Some(Value::String(name)) => format!("`{name}`"),
        _ => String::new(),
    };
    format!("cookie {names}")
}

/// FNV-1a (draft-eastlake-fnv 2), the same in every version of tamis: what differs by mistake differs here, and
/// nobody gains anything by a collision.
fn fingerprint(node: &Node) -> String {
    let text = node.json().to_string();
    let hash = text.bytes().fold(0xcbf2_9ce4_8422_2325_u64, |hash, octet| {
        (hash ^ u64::from(octet)).wrapping_mul(0x0100_0000_01b3)
    });
    format!("{hash:016x}")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::diagnostic::Source;

    fn outline(yaml: &str) -> BTreeMap<String, String> {
        let (registry, faults) = Registry::compile(Source::new("site.yaml", yaml));
        registry.unwrap_or_else(|| panic!("{}", faults.render(false))).outline()
    }

    const ROW: &str = "provider: Us, purposes: Work, category: necessary, exemption: Asked for";

    #[test]
    fn parts_have_names_and_fingerprints() {
        let one = outline(&format!(
            "version: '1'\ncookies:\n  - {{names: a, {ROW}}}\n  - {{names: [b, 'c_{{id}}'], {ROW}}}\n"
        ));
        assert_eq!(one.keys().collect::<Vec<_>>(), ["`version`", "cookie `a`", "cookie `b`, `c_{id}`"]);
        let other = outline(&format!(
            "cookies:\n- names: a # the same\n  {}\n- {{names: [b, 'c_{{id}}'], lifetime: session, {ROW}}}\nversion: \"1\"\n",
            ROW.replace(", ", "\n  ")
        ));
        // FNV-1a of `"1"`: what another version of tamis kept is compared with it.
        assert_eq!(one["`version`"], "d536c417d8ae0efa");
        let differ = |part: &str| one[part] != other[part];
        assert!(!differ("`version`") && !differ("cookie `a`") && differ("cookie `b`, `c_{id}`"));
        let services = outline(
            "version: '1'\nservices: [{key: matomo, title: Matomo, category: statistical}]\ncookies: []\n",
        );
        assert_eq!(services.keys().collect::<Vec<_>>(), ["`services`", "`version`"]);
    }
}
