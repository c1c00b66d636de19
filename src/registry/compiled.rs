//! The compiled registry: what the other rooms ask.

use std::collections::HashMap;
use std::sync::Arc;

use foldhash::fast::FixedState;
use jiff::civil::Date;

use super::index::Index;
use super::{
    Adapter, Category, CategoryId, ConsentSettings, Entry, EntryId, Key, KeyTarget, Name, Page, Phrase,
    Service, ServiceId, Text, read,
};
use crate::diagnostic::{Diagnostics, Source};

/// The declared cookies of one site, consistent and indexed.
#[derive(Debug)]
pub struct Registry {
    pub(super) source: Arc<Source>,
    pub(super) version: String,
    pub(super) site: Option<String>,
    pub(super) date: Option<Date>,
    pub(super) page: Page,
    pub(super) texts: Vec<(Phrase, Text)>,
    pub(super) languages: Vec<String>,
    pub(super) categories: Vec<Category>,
    pub(super) services: Vec<Service>,
    pub(super) consent: ConsentSettings,
    pub(super) targets: HashMap<String, KeyTarget, FixedState>,
    pub(super) entries: Vec<Entry>,
    pub(super) index: Index,
    pub(super) asked: Vec<KeyTarget>,
}

impl Registry {
    /// Reads a registry file (docs/registry.md): every fault and every lint of it, and the registry if none is an
    /// error.
    pub fn compile(source: Arc<Source>) -> (Option<Self>, Diagnostics) {
        read::registry(source)
    }

    /// The row that covers a cookie-name: the exact name, else the pattern with most literal bytes. The `__Host-` or
    /// `__Secure-` name that a row's cookie is renamed to counts as one of its own. Allocates nothing.
    pub fn lookup(&self, name: &[u8]) -> Option<EntryId> {
        self.index.find(name).map(|(entry, _)| entry)
    }

    /// The row that covers a cookie-name, with the declared name that does.
    pub fn declaration(&self, name: &[u8]) -> Option<(EntryId, &Name)> {
        let (entry, name) = self.index.find(name)?;
        Some((entry, self.entry(entry).names.get(name)?))
    }

    /// A row, by the id that this registry gave.
    ///
    /// # Panics
    /// If the id came from a larger registry.
    pub fn entry(&self, id: EntryId) -> &Entry {
        &self.entries[id.0 as usize]
    }

    /// A category, by the id that this registry gave.
    ///
    /// # Panics
    /// If the id came from a larger registry.
    pub fn category(&self, id: CategoryId) -> &Category {
        &self.categories[usize::from(id.0)]
    }

    /// A service, by the id that this registry gave.
    ///
    /// # Panics
    /// If the id came from a larger registry.
    pub fn service(&self, id: ServiceId) -> &Service {
        &self.services[usize::from(id.0)]
    }

    /// All rows, in the file's order; [`EntryId`] counts them.
    pub fn entries(&self) -> &[Entry] {
        &self.entries
    }

    /// All rows with their ids.
    pub fn rows(&self) -> impl Iterator<Item = (EntryId, &Entry)> {
        (0..).map(EntryId).zip(&self.entries)
    }

    /// All categories: the shipped ones, then the site's own; [`CategoryId`] counts them.
    pub fn categories(&self) -> &[Category] {
        &self.categories
    }

    /// All services, in the file's order; [`ServiceId`] counts them.
    pub fn services(&self) -> &[Service] {
        &self.services
    }

    /// Where and how the visitor's choice is written.
    pub fn consent(&self) -> &ConsentSettings {
        &self.consent
    }

    /// The file's name, as it was given.
    pub fn file(&self) -> &str {
        &self.source.name
    }

    /// The file's text, as it was given: what a digest of the registry is of.
    pub fn text(&self) -> &str {
        &self.source.text
    }

    /// The version of the policy, as written.
    pub fn version(&self) -> &str {
        &self.version
    }

    /// The address of the site, as written.
    pub fn site(&self) -> Option<&str> {
        self.site.as_deref()
    }

    /// The day of that version, where it is known.
    pub fn date(&self) -> Option<Date> {
        self.date
    }

    /// A text of the interface as the site wants it, where it wants it otherwise than shipped.
    pub fn phrase(&self, phrase: Phrase) -> Option<&Text> {
        self.texts.iter().find(|(other, _)| *other == phrase).map(|(_, text)| text)
    }

    /// The prose of the policy page.
    pub fn page(&self) -> &Page {
        &self.page
    }

    /// The languages of the file's own texts, in the order in which they first appear (lower-case BCP 47 tags); none
    /// where every text is a plain one.
    pub fn languages(&self) -> &[String] {
        &self.languages
    }

    /// The name of the cookie that accompanies a choice made through tamis; declared in every registry.
    pub const COMPANION: &str = "tamis_choice";

    /// What visitors are asked about, categories first, each in the registry's order: the categories and services that
    /// some declared cookie waits for. A service also makes its category one, since that is its choice by default.
    pub fn asked(&self) -> &[KeyTarget] {
        &self.asked
    }

    /// The key of a category or service.
    ///
    /// # Panics
    /// If the id came from a larger registry.
    pub fn key(&self, target: KeyTarget) -> &str {
        match target {
            KeyTarget::Category(id) => &self.category(id).key,
            KeyTarget::Service(id) => &self.service(id).key,
        }
    }

    /// The word that stands for a category or service when a choice is written into the consent cookie: the first of
    /// `keys:` that does and that the format can hold, else its key. `None` if that means something else there.
    pub fn word(&self, target: KeyTarget) -> Option<&str> {
        let mut words = self.consent.keys.iter().filter(|key| key.target == target);
        let fits = |key: &&Key| self.consent.format.holds(&key.word);
        let word = words.find(fits).map_or(self.key(target), |key| &key.word);
        (self.key_target(word) == Some(target)).then_some(word)
    }

    /// What a word of the consent cookie chooses: `keys:` first, then categories' and services' keys.
    pub fn key_target(&self, word: &str) -> Option<KeyTarget> {
        self.targets.get(word).copied()
    }

    /// What a word of another manager's cookie chooses: its own `keys:` first.
    pub fn adapter_target(&self, adapter: &Adapter, word: &str) -> Option<KeyTarget> {
        let own = adapter.keys.binary_search_by(|key| key.word.as_str().cmp(word)).ok();
        own.and_then(|at| adapter.keys.get(at)).map(|key| key.target).or_else(|| self.key_target(word))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::registry::Text;

    const SMALL: &str = "
version: \"1\"
services: [{key: matomo, title: Matomo, category: statistical}]
consent: {keys: {analytics: statistical}, gpc_denies: [third-party]}
cookies:
  - {provider: Us, names: [sessionid, '_s*'], purposes: {en: Log in, fr: Connexion}, category: necessary, exemption: asked for}
  - {provider: Matomo, names: '_pk_id.{id}.{id}', purposes: Counting, service: matomo, lifetime: 13 months}
";

    fn compile(text: &str) -> Registry {
        let (registry, faults) = Registry::compile(Source::new("registry.yaml", text));
        registry.unwrap_or_else(|| panic!("{}", faults.render(false)))
    }

    #[test]
    fn a_small_registry_answers() {
        let registry = compile(SMALL);
        let row = |name: &str| registry.lookup(name.as_bytes()).map(|id| id.0);
        assert_eq!(row("sessionid"), Some(0));
        assert_eq!(row("Sessionid"), None);
        assert_eq!(row("_s"), Some(0));
        assert_eq!(row("_pk_id.1.abcd"), Some(1));
        assert_eq!(row("_pk_id.1."), None);
        let (id, name) = registry.declaration(b"_pk_id.1.abcd").unwrap();
        assert_eq!((name.pattern.as_str(), name.line, name.column), ("_pk_id.{id}.{id}", 7, 31));
        let entry = registry.entry(id);
        assert!(entry.needs_consent);
        assert_eq!(registry.category(entry.category).key, "statistical");
        assert_eq!(registry.service(entry.service.unwrap()).title, Text::Plain("Matomo".to_owned()));
        assert_eq!(registry.key_target("analytics"), registry.key_target("statistical"));
        assert_eq!(registry.key_target("matomo"), entry.service.map(KeyTarget::Service));
        assert_eq!(registry.languages(), ["en", "fr"]);
        assert_eq!(registry.consent().cookie, "cookies_preferences");
    }
}
