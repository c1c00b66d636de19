//! The whole file: its sections in order, then what no section can see by itself.

use std::collections::BTreeSet;
use std::sync::Arc;

use super::super::index::Index;
use super::super::pattern::Pattern;
use super::super::{Entry, EntryId, KeyTarget, Registry, Service, ServiceId, companion, lints, written};
use super::{categories, consent, cookies, names, page, rewrite, text, texts};
use crate::diagnostic::{Diagnostics, Source};
use crate::document::{Document, Fields};
use crate::registry::schema;

/// Reads the whole file.
pub(in crate::registry) fn registry(source: Arc<Source>) -> (Option<Registry>, Diagnostics) {
    let document = match Document::parse(source) {
        Ok(document) => document,
        Err(faults) => return (None, faults),
    };
    let registry =
        document.fields(document.root(), &schema::SETTINGS).and_then(|fields| sections(&document, fields));
    let faults = document.into_faults();
    (registry.filter(|_| faults.errors() == 0), faults)
}

fn sections(document: &Document, mut fields: Fields<'_>) -> Option<Registry> {
    let version =
        fields.required("version", "write the policy's version, in quotes: version: \"2026-11-23\"");
    let version = version.and_then(|node| document.string(node, "the version"));
    let date = fields
        .optional("date")
        .map_or_else(|| version.and_then(page::calendar), |node| page::date(document, node));
    let site = fields.optional("site").and_then(|node| page::site(document, node));
    let page = fields.optional("page").map(|node| page::read(document, node)).unwrap_or_default();
    let wording = fields.optional("texts");
    let wording = (wording.unwrap_or(document.root()), texts::read(document, wording));
    let keys = categories::read(document, fields.optional("categories"), fields.optional("services"));
    let consent = consent::read(document, fields.optional("consent"), &keys);
    let cookies = fields.required("cookies", "list the declared cookies; cookies: [] declares none");
    let rows = cookies::read(document, cookies, &keys);
    fields.finish();
    names::check(document, &rows);
    rewrite::check(document, &rows, &consent);
    lints::report(document, &rows, &consent, &keys);
    let in_rows = rows.iter().filter_map(|row| row.entry.as_ref()).flat_map(Entry::texts);
    let languages = text::languages(page.texts().chain(&keys.written).chain(in_rows));
    texts::unshipped(document, wording.0, &wording.1, &languages);

    let mut entries = Vec::with_capacity(rows.len());
    let mut names = Vec::with_capacity(rows.len());
    for row in rows {
        entries.push(row.entry?);
        let renamed = row.rewriting.and_then(|rewriting| rewriting.rename);
        let all = row.names.into_iter().chain(renamed);
        names.extend(all.map(|name| (name.pattern, (name.entry, name.place))));
    }
    let companion = Pattern::parse(Registry::COMPANION).ok();
    if let (Some(pattern), Ok(id)) =
        (companion.filter(|name| !names.iter().any(|(other, _)| other == name)), u32::try_from(entries.len()))
    {
        names.push((pattern, (EntryId(id), 0)));
        entries.push(companion::entry());
    }
    let asked = asked(&entries, &keys.services);
    let mut targets = keys.targets;
    targets.extend(consent.settings.keys.iter().map(|key| (key.word.clone(), key.target)));
    let at = consent.at;
    let registry = Registry {
        source: Arc::clone(document.source()),
        version: version?.to_owned(),
        date,
        site,
        page,
        texts: wording.1,
        categories: keys.categories,
        services: keys.services,
        consent: consent.settings,
        targets,
        index: Index::new(names.into_iter()),
        entries,
        languages,
        asked,
    };
    written::check(document, &registry, at);
    Some(registry)
}

/// The categories and services that a cookie waits for.
fn asked(entries: &[Entry], services: &[Service]) -> Vec<KeyTarget> {
    let waiting = || entries.iter().filter(|entry| entry.needs_consent);
    let own = waiting().map(|entry| entry.category);
    let of_service = |id: ServiceId| services.get(usize::from(id.0)).map(|service| service.category);
    let of_services = waiting().filter_map(|entry| of_service(entry.service?));
    let categories: BTreeSet<_> = own.chain(of_services).map(KeyTarget::Category).collect();
    let services: BTreeSet<_> = waiting().filter_map(|entry| entry.service).map(KeyTarget::Service).collect();
    categories.into_iter().chain(services).collect()
}
