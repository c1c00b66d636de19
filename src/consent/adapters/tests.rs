//! Every manager over tests/data/consent_managers.tsv, and what holds for any octets.

use std::collections::{BTreeMap, BTreeSet};

use proptest::prelude::*;

use crate::consent::{Choice, Consent, Reading, Source};
use crate::cookie::pairs;
use crate::diagnostic::Source as File;
use crate::registry::{CategoryId, KeyTarget, Manager, Registry, ServiceId};

/// A registry whose services stand for these words; no word stands for the category `internal`.
fn registry(adapter: &str, words: &[&str]) -> Registry {
    let mut text = "version: '1'\nservices:\n".to_owned();
    for number in 0..=words.len() {
        text += &format!("  - {{key: w{number}, title: W, category: third-party}}\n");
    }
    text += &format!("consent:\n  adapters: [{adapter}]\n  keys:\n    '#': w{}\n", words.len());
    for (number, word) in words.iter().enumerate() {
        text += &format!("    '{word}': w{number}\n");
    }
    text += "cookies: []\n";
    let (registry, faults) = Registry::compile(File::new("site.yaml", text));
    registry.unwrap_or_else(|| panic!("{adapter}: {}", faults.render(false)))
}

fn word(choice: Choice) -> &'static str {
    match choice {
        Choice::Granted => "granted",
        Choice::Denied => "denied",
        Choice::Unset => "unset",
    }
}

/// What is found of the words that are expected, in the same form.
fn found(registry: &Registry, consent: &Consent, expected: &[(&str, &str)]) -> String {
    if consent.reading() != Reading::Read {
        return consent.reading().word().to_owned();
    }
    let each = expected.iter().map(|(name, _)| {
        let target = registry.key_target(if *name == "*" { "internal" } else { name });
        let choice = match target.unwrap() {
            KeyTarget::Category(id) => consent.category(id),
            KeyTarget::Service(id) => consent.service(id),
        };
        format!("{name}={}", word(choice))
    });
    each.collect::<Vec<_>>().join(" ")
}

fn rows() -> impl Iterator<Item = [&'static str; 3]> {
    let table = include_str!("../../../tests/data/consent_managers.tsv");
    let rows = table.lines().filter(|line| !line.starts_with('#'));
    rows.map(|row| row.split('\t').collect::<Vec<_>>().try_into().unwrap_or_else(|_| panic!("{row}")))
}

#[test]
fn managers() {
    let mut wrong = Vec::new();
    let mut seen: BTreeMap<&str, BTreeSet<&str>> = BTreeMap::new();
    for [adapter, cookies, expected] in rows() {
        let pairs_expected: Vec<(&str, &str)> =
            expected.split(' ').filter_map(|item| item.rsplit_once('=')).collect();
        let words: Vec<&str> =
            pairs_expected.iter().map(|(word, _)| *word).filter(|word| *word != "*").collect();
        let registry = registry(adapter, &words);
        let consent = Consent::read(&registry, pairs(cookies.as_bytes()), false);
        let found = found(&registry, &consent, &pairs_expected);
        if found != expected {
            wrong.push(format!("{adapter} {cookies}\n    expected {expected}\n    found    {found}"));
        }
        let manager = registry.consent().adapters[0].manager;
        let by = if found == "absent" { Source::Nobody } else { Source::Manager(manager) };
        assert_eq!(consent.by(), by, "{adapter} {cookies}");
        let kinds = seen.entry(manager.word()).or_default();
        kinds.extend(pairs_expected.iter().map(|(_, choice)| *choice));
        kinds.extend(pairs_expected.is_empty().then_some("nothing"));
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
    for manager in Manager::ALL {
        let kinds = &seen[manager.word()];
        assert!(
            ["granted", "denied", "nothing"].iter().all(|kind| kinds.contains(kind)),
            "{}",
            manager.word()
        );
    }
}

#[test]
fn every_cookie_of_the_table_is_one_that_is_read() {
    for [adapter, cookies, expected] in rows().filter(|[.., expected]| *expected != "absent") {
        let registry = registry(adapter, &["x", "y", "z"]);
        let read = pairs(cookies.as_bytes()).all(|pair| registry.consent().reads(pair.name()));
        assert!(read, "{adapter} {cookies} {expected}");
    }
}

/// A category that was accepted in part: its other services aren't meant.
#[test]
fn a_category_with_services_grants_those_alone() {
    let text = "
version: '1'
services:
  - {key: matomo, title: Matomo, category: statistical}
  - {key: xiti, title: XiTi, category: statistical}
consent: {adapters: [{manager: vanilla-cookieconsent, keys: {analytics: statistical}}]}
cookies: []
";
    let (registry, _) = Registry::compile(File::new("site.yaml", text));
    let registry = registry.unwrap();
    let service = |consent: &Consent, key: &str| match registry.key_target(key) {
        Some(KeyTarget::Service(id)) => consent.service(id),
        _ => panic!("{key}"),
    };
    for (services, matomo, xiti) in [
        (r#"{"analytics":["matomo"]}"#, Choice::Granted, Choice::Denied),
        (r#"{"analytics":[]}"#, Choice::Unset, Choice::Unset),
    ] {
        let field = format!(r#"cc_cookie={{"categories":["analytics"],"services":{services}}}"#);
        let consent = Consent::read(&registry, pairs(field.as_bytes()), false);
        assert_eq!((service(&consent, "matomo"), service(&consent, "xiti")), (matomo, xiti), "{services}");
    }
}

#[test]
fn of_several_sources_the_stricter_counts_and_silence_takes_no_part() {
    let registry = registry("klaro, tarteaucitron", &["a", "b"]);
    for (cookies, expected, by) in [
        ("cookies_preferences={\"a\":true}", "a=granted b=unset", "own"),
        ("klaro={\"a\":true,\"b\":true}; tarteaucitron=!a=wait", "a=granted b=granted", "klaro"),
        ("klaro={\"a\":true,\"b\":true}; tarteaucitron=!a=true!b=false", "a=granted b=denied", "several"),
        ("cookies_preferences={\"b\":true}; klaro={\"a\":true,\"b\":true}", "a=unset b=granted", "several"),
        ("cookies_preferences={\"a\":true}; klaro={", "syntax", "several"),
        ("klaro={}; tarteaucitron=!a=wait", "undecided", "tarteaucitron"),
    ] {
        let consent = Consent::read(&registry, pairs(cookies.as_bytes()), false);
        let found = found(&registry, &consent, &[("a", ""), ("b", "")]);
        assert_eq!((found.as_str(), consent.by().word()), (expected, by), "{cookies}");
    }
}

/// Categories and services that a consent agrees to, as far as a registry lists them.
fn agreed(registry: &Registry, consent: &Consent) -> BTreeSet<KeyTarget> {
    let categories = (0..).map(CategoryId).zip(registry.categories()).map(|(id, _)| KeyTarget::Category(id));
    let services = (0..).map(ServiceId).zip(registry.services()).map(|(id, _)| KeyTarget::Service(id));
    let granted = |target: &KeyTarget| match target {
        KeyTarget::Category(id) => consent.category(*id) == Choice::Granted,
        KeyTarget::Service(id) => match consent.service(*id) {
            Choice::Unset => consent.category(registry.service(*id).category) == Choice::Granted,
            choice => choice == Choice::Granted,
        },
    };
    categories.chain(services).filter(granted).collect()
}

#[test]
fn a_value_cut_short_grants_no_more_than_the_whole() {
    for [adapter, cookies, expected] in rows() {
        let words: Vec<&str> =
            expected.split(' ').filter_map(|item| Some(item.rsplit_once('=')?.0)).collect();
        let words: Vec<&str> = words.into_iter().filter(|word| *word != "*").collect();
        let registry = registry(adapter, &words);
        let all: Vec<_> = pairs(cookies.as_bytes()).collect();
        let Some((first, siblings)) = all.split_first() else { continue };
        let read = |value: &[u8]| {
            let siblings = siblings.iter().map(|pair| pair.raw().to_vec());
            let all: Vec<_> = std::iter::once([first.name(), b"=", value].concat()).chain(siblings).collect();
            agreed(&registry, &Consent::read(&registry, pairs(&all.join(&b"; "[..])), false))
        };
        let whole = read(first.value());
        for end in 0..first.value().len() {
            let cut = first.value().get(..end).unwrap();
            let part = read(cut);
            assert!(part.is_subset(&whole), "{adapter}: {}", String::from_utf8_lossy(cut));
        }
    }
}

#[test]
fn more_copies_than_any_browser_sends_are_not_read() {
    let registry = registry("onetrust", &["a"]);
    let copy = "OptanonConsent=interactionCount=1&groups=a:1";
    for (count, reading) in [(64, "read"), (65, "too-large")] {
        let consent = Consent::read(&registry, pairs(vec![copy; count].join("; ").as_bytes()), false);
        assert_eq!((consent.reading().word(), consent.grants()), (reading, count == 64));
    }
}

#[test]
fn the_size_of_a_cookie_is_bounded() {
    let registry = registry("onetrust", &["a1"]);
    let groups =
        |count: usize| (1..=count).map(|number| format!("a{number}:1")).collect::<Vec<_>>().join(",");
    let value = |count: usize| format!("interactionCount=1&groups={}", groups(count));
    let long = |octets: usize| format!("{:x<octets$}", value(1) + "&x=");
    for (value, reading) in
        [(value(256), "read"), (value(257), "too-large"), (long(4096), "read"), (long(4097), "too-large")]
    {
        let field = format!("OptanonConsent={value}");
        let consent = Consent::read(&registry, pairs(field.as_bytes()), false);
        assert_eq!(consent.reading().word(), reading, "{} octets", value.len());
    }
}

fn everything() -> &'static Registry {
    static ALL: std::sync::OnceLock<Registry> = std::sync::OnceLock::new();
    ALL.get_or_init(|| registry(&Manager::WORDS.join(", "), &["analytics", "vendor:755"]))
}

/// Names whose cookies are read, but for those of siblings.
fn name() -> impl Strategy<Value = String> {
    let names = Manager::ALL.map(|manager| match manager.is_family() {
        true => format!("{}analytics", manager.cookie()),
        false => manager.cookie().to_owned(),
    });
    prop::sample::select(names.to_vec())
}

/// Values of the table with a part changed.
fn near() -> impl Strategy<Value = (String, Vec<u8>)> {
    let values: Vec<_> = rows().filter_map(|[_, cookies, _]| pairs(cookies.as_bytes()).next()).collect();
    let values: Vec<(String, Vec<u8>)> = values
        .iter()
        .map(|pair| (String::from_utf8_lossy(pair.name()).into_owned(), pair.value().to_vec()))
        .collect();
    let change = (any::<prop::sample::Index>(), 0..4_usize, prop::collection::vec(any::<u8>(), 0..3));
    (prop::sample::select(values), change).prop_map(|((name, mut value), (at, gone, new))| {
        let at = at.index(value.len() + 1);
        value.splice(at..(at + gone).min(value.len()), new);
        (name, value)
    })
}

proptest! {
    /// No octets make a reader panic, and what is unreadable or undecided grants nothing.
    #[test]
    fn any_octets_are_read((name, value) in prop_oneof![
        (name(), prop::collection::vec(any::<u8>(), 0..200)),
        (name(), "[!{}\\[\\]\":,=|.%A-Ca-c0-2 -]{0,60}".prop_map(String::into_bytes)),
        near(),
    ]) {
        let registry = everything();
        let field = [name.as_bytes(), b"=", &value].concat();
        let consent = Consent::read(registry, pairs(&field), false);
        if consent.reading() != Reading::Read {
            prop_assert!(!consent.grants());
        }
    }

    /// No cookie is as long.
    #[test]
    fn what_is_long_is_not_read(name in name(), filler in 4097..5000_usize) {
        let field = [name.as_bytes(), b"=", "a".repeat(filler).as_bytes()].concat();
        let consent = Consent::read(everything(), pairs(&field), false);
        prop_assert!(!consent.grants());
    }
}
