//! The files of certificates and keys that the settings name: what is wrong with them is told where they are named, with
//! all other faults.

use std::path::Path;

use super::outside::{Check, Part, Pem, Unusable};
use super::{Certificate, schema};
use crate::document::{Document, Key, Kind, Mapping, Node, Value};

/// One document whose files are looked into.
pub(super) struct Checking<'a> {
    pub(super) document: &'a Document,
    /// The directory that its paths are relative to.
    pub(super) base: &'a Path,
    pub(super) check: Check<'a>,
}

impl Checking<'_> {
    /// Reports what is wrong with the files that this mapping names, or one below it.
    pub(super) fn mapping(&self, node: &Node, mapping: &'static Mapping) {
        let Value::Map(entries) = &node.value else { return };
        if std::ptr::eq(mapping, &schema::CERTIFICATE)
            && let (Some(certificate), Some(key)) = (text(entries, "certificate"), text(entries, "key"))
        {
            self.pair(certificate, key, |files| Pem::Server(files));
        }
        if std::ptr::eq(mapping, &schema::UPSTREAM) {
            let (certificate, key) = (text(entries, "client_certificate"), text(entries, "client_key"));
            // One file may hold both.
            if let (Some(certificate), Some(key)) = (certificate.or(key), key.or(certificate)) {
                self.pair(certificate, key, |files| Pem::Client(files));
            }
            if let Some((node, path)) = text(entries, "ca_file") {
                self.report((self.check)(Pem::Authorities(&self.base.join(path))), node, node);
            }
        }
        for (key, value) in entries {
            if let Some(setting) = mapping.setting(&key.name) {
                self.value(value, &setting.kind);
            }
        }
    }

    fn value(&self, node: &Node, kind: &Kind) {
        match &node.value {
            Value::List(items) => items.iter().for_each(|item| self.value(item, kind)),
            Value::Map(_) => {
                if let Some(mapping) = kind.mappings().first() {
                    self.mapping(node, mapping);
                }
            }
            _ => {}
        }
    }

    fn pair(&self, certificate: Named<'_>, key: Named<'_>, pem: fn(&Certificate) -> Pem<'_>) {
        let files = Certificate { certificate: self.base.join(certificate.1), key: self.base.join(key.1) };
        self.report((self.check)(pem(&files)), certificate.0, key.0);
    }

    fn report(&self, faults: Vec<Unusable>, certificates: &Node, key: &Node) {
        for Unusable { part, kind, message, help } in faults {
            let node = if part == Part::Key { key } else { certificates };
            self.document.error(&node.span, kind, message, help);
        }
    }
}

/// A value and the path that it is.
type Named<'a> = (&'a Node, &'a str);

/// The value of a key, if it is a text; what else it may be is reported by its reader.
fn text<'a>(entries: &'a [(Key, Node)], key: &str) -> Option<Named<'a>> {
    let (_, node) = entries.iter().find(|(name, _)| name.name == key)?;
    match &node.value {
        Value::String(text) if !text.is_empty() => Some((node, text)),
        _ => None,
    }
}
