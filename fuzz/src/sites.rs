//! Registries that the targets judge by: those of the tests, compiled once.

use std::sync::{Arc, OnceLock};

use tamis::consent::{Choice, Consent};
use tamis::diagnostic::Source;
use tamis::policy::{Policy, Undeclared};
use tamis::registry::{EntryId, KeyTarget, Manager, Registry};

/// Rows of every kind; nothing is rewritten.
pub const PLAIN: &str = include_str!("../../tests/data/verdicts.yaml");
/// Rows that rewrite and rename.
pub const REWRITING: &str = include_str!("../../tests/data/rewrites.yaml");
/// How many cookie-pairs of one request are judged.
pub const MOST_PAIRS: usize = 12;

/// A registry of text that is known to be sound.
///
/// # Panics
/// If it isn't.
pub fn registry(text: &str) -> Arc<Registry> {
    let (registry, faults) = Registry::compile(Source::new("site.yaml", text));
    Arc::new(registry.unwrap_or_else(|| panic!("{}", faults.render(false))))
}

/// The plain registry, and that which rewrites.
pub fn registries() -> &'static [Arc<Registry>; 2] {
    static BOTH: OnceLock<[Arc<Registry>; 2]> = OnceLock::new();
    BOTH.get_or_init(|| [registry(PLAIN), registry(REWRITING)])
}

/// A policy on one of them: `rewriting`, and what becomes of undeclared cookies.
pub fn policy(rewriting: bool, undeclared: Undeclared) -> Policy {
    let registry = &registries()[usize::from(rewriting)];
    Policy::new(Arc::clone(registry), undeclared, undeclared, MOST_PAIRS)
}

/// Sites that differ in how a choice is written: each format of the own cookie, then every other manager's at once.
pub fn formats() -> &'static [Arc<Registry>] {
    static ALL: OnceLock<Vec<Arc<Registry>>> = OnceLock::new();
    ALL.get_or_init(|| {
        let own = ["auto", "json", "list", "flag"];
        let own = own.map(|format| {
            let granted = if format == "flag" { ", granted_values: [all]" } else { "" };
            site(&format!("format: {format}{granted}"))
        });
        let generous = site("format: auto, granted_values: [true, 1, 'yes'], gpc_denies: [statistical]");
        let others = site(&format!("adapters: [{}]", Manager::WORDS.join(", ")));
        own.into_iter().chain([generous, others]).collect()
    })
}

/// A site with services of its own and of a category, words for them in `keys`, and cookies that wait for each.
fn site(consent: &str) -> Arc<Registry> {
    registry(&format!(
        "version: '1'
services:
  - {{ key: matomo, title: Matomo, category: statistical }}
  - {{ key: xiti, title: XiTi, category: statistical }}
  - {{ key: youtube, title: YouTube, category: third-party }}
consent: {{ {consent}, keys: {{ analytics: statistical, ads: third-party, 'vendor:755': xiti, '2': youtube }} }}
cookies:
  - {{ provider: Us, names: [sid, cookies_preferences], purposes: Login, category: necessary, exemption: asked for }}
  - {{ provider: Matomo, names: [_pk], purposes: Counts, service: matomo }}
  - {{ provider: XiTi, names: [xt], purposes: Counts, service: xiti }}
  - {{ provider: Google, names: [_ga], purposes: Counts, category: statistical }}
  - {{ provider: YouTube, names: [yt], purposes: Shows, service: youtube }}
  - {{ provider: Maps, names: [map], purposes: Shows, category: third-party }}
"
    ))
}

/// The rows that need consent and have it.
pub fn agreed(registry: &Registry, consent: &Consent) -> Vec<EntryId> {
    let rows = registry.rows().filter(|(id, entry)| entry.needs_consent && consent.allows(registry, *id));
    rows.map(|(id, _)| id).collect()
}

/// The keys of all categories and services that a consent says are granted.
pub fn granted<'r>(registry: &'r Registry, consent: &Consent) -> Vec<&'r str> {
    let categories = registry.categories().iter().map(|category| category.key.as_str());
    let services = registry.services().iter().map(|service| service.key.as_str());
    let choice = |key: &&str| match registry.key_target(key) {
        Some(KeyTarget::Category(id)) => consent.category(id) == Choice::Granted,
        Some(KeyTarget::Service(id)) => consent.service(id) == Choice::Granted,
        None => false,
    };
    categories.chain(services).filter(choice).collect()
}
