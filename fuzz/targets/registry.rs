//! A registry file: all its faults with their places, or a registry that does what it says.
#![no_main]

use libfuzzer_sys::{Corpus, fuzz_target};
use tamis::consent::{Choices, Consent};
use tamis::cookie::pairs;
use tamis::diagnostic::Source;
use tamis::pages::{Export, export};
use tamis::registry::Registry;

fuzz_target!(|data: &[u8]| -> Corpus {
    let Ok(text) = std::str::from_utf8(data) else { return Corpus::Reject };
    let (registry, faults) = Registry::compile(Source::new("site.yaml", text));
    tamis_fuzz::faults::are_sound(&faults);
    assert_eq!(registry.is_some(), faults.errors() == 0);
    if let Some(registry) = registry {
        rows_are_found(&registry);
        choices_are_written(&registry);
        for format in [Export::Html, Export::Json, Export::Csv] {
            assert!(export(&registry, None, format).is_ok_and(|page| !page.is_empty()));
        }
    }
    Corpus::Keep
});

/// Every declared name without a wildcard leads to its row, or to the one that renames to it.
fn rows_are_found(registry: &Registry) {
    for (id, entry) in registry.rows() {
        assert!(!registry.category(entry.category).key.is_empty());
        for name in entry.names.iter().map(|name| &name.pattern) {
            if !name.contains(['*', '{', '\\']) {
                assert_eq!(registry.lookup(name.as_bytes()), Some(id), "{name:?}");
            }
        }
    }
    assert!(registry.lookup(&[b'x'; 5000]).is_none());
}

/// All that visitors are asked can be answered with yes and with no, and is read as it was answered.
fn choices_are_written(registry: &Registry) {
    for granted in [true, false] {
        let choices = Choices::all(registry, granted);
        let value = choices.cookie_value(registry);
        let value =
            value.unwrap_or_else(|fault| panic!("a sound registry whose choices can't be written: {fault}"));
        let field = format!("{}={value}", registry.consent().cookie);
        let consent = Consent::read(registry, pairs(field.as_bytes()), false);
        for (id, _) in registry.rows().filter(|(_, entry)| entry.needs_consent) {
            assert_eq!(consent.allows(registry, id), granted, "row {} by {field}", id.index());
        }
    }
}
