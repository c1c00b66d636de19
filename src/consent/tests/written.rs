//! What is written is read back, and what accompanies it grants nothing.

use proptest::prelude::*;

use super::site::{FORMATS, allowed, registry};
use crate::consent::{Choices, Companion, Consent, Reading, unanswered};
use crate::cookie::pairs;
use crate::diagnostic::Source;
use crate::registry::{Format, KeyTarget, Registry};

fn reread(registry: &Registry, value: &str) -> Consent {
    let field = format!("{}={value}", registry.consent().cookie);
    let mut all = pairs(field.as_bytes());
    let consent = Consent::read(registry, all.clone(), false);
    assert_eq!(all.next().map(|pair| pair.raw().len()), Some(field.len()), "one cookie-pair: {field}");
    consent
}

/// Any answers about some of what visitors are asked about.
fn choices(registry: &'static Registry) -> impl Strategy<Value = Choices> {
    let one = prop::option::of(any::<bool>());
    prop::collection::vec(one, registry.asked().len()).prop_map(|answers| {
        let answers = registry.asked().iter().zip(answers);
        answers.filter_map(|(target, answer)| Some((*target, answer?))).collect()
    })
}

fn case() -> impl Strategy<Value = (&'static Registry, Choices)> {
    let names: Vec<&str> = FORMATS.iter().map(|(name, _)| *name).collect();
    prop::sample::select(names).prop_flat_map(|name| {
        let registry = registry(name);
        choices(registry).prop_map(move |choices| (registry, choices))
    })
}

proptest! {
    /// In JSON exactly the answers; in a list and a flag never more than was granted, and as much as they can say.
    #[test]
    fn what_is_written_is_read_back((registry, choices) in case()) {
        let value = choices.cookie_value(registry).unwrap();
        let octets = value.bytes().all(|octet| matches!(octet, 0x21 | 0x23..=0x2b | 0x2d..=0x3a | 0x3c..=0x5b | 0x5d..=0x7e));
        prop_assert!(octets, "cookie-octets of RFC 6265 4.1.1: {}", value);
        let read = reread(registry, &value);
        prop_assert_eq!(read.reading(), Reading::Read);
        let (meant, found) = (allowed(registry, &choices.consent()), allowed(registry, &read));
        match registry.consent().format {
            Format::Auto | Format::Json => prop_assert_eq!(Choices::of(registry, &read), choices),
            Format::List => {
                prop_assert!(found.iter().all(|cookie| meant.contains(cookie)), "{:?} of {:?}", found, meant);
                let refused = |target| match target {
                    KeyTarget::Service(_) => choices.get(target) == Some(false),
                    KeyTarget::Category(_) => false,
                };
                if !registry.asked().iter().any(|target| refused(*target)) {
                    prop_assert_eq!(found, meant);
                }
            }
            Format::Flag => {
                let everything = registry.asked().iter().all(|target| choices.get(*target) == Some(true));
                prop_assert_eq!(!found.is_empty(), everything);
            }
        }
    }

    /// A companion reads back as itself; it answers no question by itself.
    #[test]
    fn a_companion_is_read_back((registry, choices) in case(), id: [u8; 16], time in 0..4_000_000_000_i64) {
        let companion = Companion::new(registry, &choices, id, time);
        let value = companion.value();
        prop_assert!(value.bytes().all(|octet| octet.is_ascii_alphanumeric() || b"._~-%".contains(&octet)));
        prop_assert_eq!(Companion::parse(value.as_bytes()), Some(companion.clone()));
        prop_assert_eq!(unanswered(registry, &Consent::none(), Some(&companion)), registry.asked());
        let read = reread(registry, &choices.cookie_value(registry).unwrap());
        let open: Vec<KeyTarget> =
            registry.asked().iter().copied().filter(|target| choices.get(*target).is_none()).collect();
        prop_assert_eq!(unanswered(registry, &read, Some(&companion)), open);
    }

    #[test]
    fn no_octets_make_a_companion_panic(value in prop::collection::vec(any::<u8>(), 0..80), text in "1\\.[A-Za-z_-]{22}\\.[0-9]{0,14}\\.[a-z0-9%-]{0,8}\\.[a-z~]{0,9}") {
        for value in [value.as_slice(), text.as_bytes()] {
            if let Some(companion) = Companion::parse(value) {
                let again = companion.value();
                prop_assert_eq!(again.as_bytes(), value);
            }
        }
    }
}

#[test]
fn values_look_as_they_are_documented() {
    for (format, granted, expected) in [
        (
            "auto",
            true,
            "%7B%22mesure%22%3Atrue%2C%22ads%22%3Atrue%2C%22preferences%22%3Atrue%2C%22tracker%22%3Atrue%2C%22xiti%22%3Atrue%2C%22youtube%22%3Atrue%7D",
        ),
        (
            "json",
            false,
            "%7B%22mesure%22%3Afalse%2C%22ads%22%3Afalse%2C%22preferences%22%3Afalse%2C%22tracker%22%3Afalse%2C%22xiti%22%3Afalse%2C%22youtube%22%3Afalse%7D",
        ),
        ("list", true, "mesure%2Cads%2Cpreferences%2Ctracker%2Cxiti%2Cyoutube"),
        ("list", false, "none"),
        ("flag", true, "all"),
        ("flag+", true, "oui"),
        ("flag", false, "none"),
    ] {
        let registry = registry(format);
        assert_eq!(
            Choices::all(registry, granted).cookie_value(registry).as_deref(),
            Ok(expected),
            "{format}"
        );
    }
}

/// A switch for a category stands for its services too.
#[test]
fn a_whole_category_is_answered_with_its_services() {
    let registry = super::registry("auto");
    let Some(KeyTarget::Category(analytics)) = registry.key_target("analytics") else { panic!() };
    let mut choices = Choices::default();
    choices.set_whole(registry, analytics, true);
    let words: Vec<_> = choices.words(registry).collect();
    assert_eq!(words, [("analytics", true), ("matomo", true), ("xiti", true)]);
}

#[test]
fn companions_are_read_strictly() {
    let id = "AAAAAAAAAAAAAAAAAAAAAA";
    let sound = format!("1.{id}.1795392000.2026-11-23.ads~analytics");
    let companion = Companion::parse(sound.as_bytes()).unwrap();
    assert_eq!(
        (companion.id, companion.time, companion.version.as_str()),
        ([0; 16], 1_795_392_000, "2026-11-23")
    );
    assert!(Companion::parse(format!("1.{id}.0.v%2E1.").as_bytes()).is_some());
    let version = |characters: usize| format!("1.{id}.0.{}.", "%F0%9F%8D%AA".repeat(characters));
    assert!(Companion::parse(version(64).as_bytes()).is_some());
    assert_eq!(Companion::parse(version(65).as_bytes()), None);
    // Name and value together are as long as a user agent stores.
    let long = |octets: usize| format!("{sound:x<0$}", octets - "tamis_choice".len());
    assert!(Companion::parse(long(4096).as_bytes()).is_some());
    assert_eq!(Companion::parse(long(4097).as_bytes()), None);
    for odd in [
        "".to_owned(),
        "1".to_owned(),
        sound.replacen('1', "2", 1),
        format!("{sound}."),
        format!("{sound}~"),
        format!("\"{sound}\""),
        sound.replace("ads~analytics", "analytics~ads"),
        sound.replace("1795392000", "+1795392000"),
        sound.replace("1795392000", "01795392000"),
        sound.replace("1795392000", "-1"),
        sound.replace("1795392000", "999999999999999"),
        sound.replace(id, "AAAAAAAAAAAAAAAAAAAAAB"),
        sound.replace(id, "AAAAAAAAAAAAAAAAAAAAAA=="),
        sound.replace(id, "AAAA"),
        sound.replace("2026-11-23", "%zz"),
        sound.replace("2026-11-23", "%2e"),
        sound.replace("2026-11-23", &"v".repeat(65)),
        sound.replace("ads", &"a".repeat(5000)),
    ] {
        assert_eq!(Companion::parse(odd.as_bytes()), None, "{odd}");
    }
}

fn compile(services: &str, settings: &str) -> Registry {
    let text = format!(
        "
version: '1'
services: [{services}]
consent: {{{settings}}}
cookies:
  - {{provider: A, names: a, purposes: Counting, category: statistical}}
  - {{provider: B, names: b, purposes: Counting, category: third-party}}
  - {{provider: C, names: c, purposes: Counting, service: matomo}}
  - {{provider: D, names: d, purposes: Log-in, category: necessary}}
"
    );
    let (registry, faults) = Registry::compile(Source::new("site.yaml", text));
    registry.unwrap_or_else(|| panic!("{}", faults.render(false)))
}

const MATOMO: &str = "{key: matomo, title: Matomo, category: statistical}";

fn open(registry: &Registry, value: &str, gpc: bool, companion: Option<&Companion>) -> String {
    let field = format!("cookies_preferences={value}");
    let consent = Consent::read(registry, pairs(field.as_bytes()), gpc);
    let open = unanswered(registry, &consent, companion);
    open.into_iter().map(|target| registry.key(target)).collect::<Vec<_>>().join(" ")
}

#[test]
fn only_what_is_open_is_asked() {
    let registry = compile(MATOMO, "gpc_denies: third-party");
    let ours = Companion::new(&registry, &Choices::default(), [7; 16], 0);
    let all = "statistical third-party matomo";
    for (value, gpc, ours, expected) in [
        ("", false, None, all),
        ("{", false, Some(&ours), all),
        ("{}", false, None, all),
        ("{}", true, None, "statistical matomo"),
        (r#"{"statistical":false,"third-party":true,"matomo":false}"#, false, None, ""),
        (r#"{"statistical":true}"#, false, None, "third-party"), // another banner's, which has no services
        (r#"{"statistical":true}"#, false, Some(&ours), "third-party matomo"), // the service is new
        (r#"{"matomo":true}"#, true, Some(&ours), "statistical"),
    ] {
        assert_eq!(open(&registry, value, gpc, ours), expected, "{value} {gpc}");
    }
}

#[test]
fn a_list_needs_its_companion_to_tell_refused_from_new() {
    let registry = compile(MATOMO, "format: list");
    let category = |key| match registry.key_target(key) {
        Some(target) => target,
        None => panic!("{key}"),
    };
    let choices: Choices =
        [(category("statistical"), false), (category("matomo"), false)].into_iter().collect();
    let companion = Companion::new(&registry, &choices, [7; 16], 0);
    let value = choices.cookie_value(&registry).unwrap();
    assert_eq!(value, "none");
    assert_eq!(open(&registry, &value, false, Some(&companion)), "third-party");
    assert_eq!(open(&registry, &value, false, None), "", "another banner's list speaks of everything");
}

#[test]
fn what_sec_gpc_denies_is_no_answer() {
    let registry = compile(MATOMO, "gpc_denies: third-party");
    let consent = Consent::read(&registry, pairs(b"cookies_preferences={\"statistical\":true}"), true);
    let words: Vec<_> = Choices::of(&registry, &consent).words(&registry).collect();
    assert_eq!(words, [("statistical", true)]);
}

#[test]
fn withdrawals_are_told_by_the_cookies_that_they_hold_back() {
    let registry = compile(MATOMO, "");
    let target = |key| registry.key_target(key).unwrap();
    let (statistical, matomo, other) = (target("statistical"), target("matomo"), target("third-party"));
    let all = Choices::all(&registry, true);
    let mut fewer = all.clone();
    fewer.set(matomo, false);
    assert!(fewer.is_withdrawal_from(&registry, &all.consent()));
    assert!(!all.is_withdrawal_from(&registry, &fewer.consent()));
    assert!(!Choices::default().is_withdrawal_from(&registry, &Consent::none()));
    let by_category: Choices = [(statistical, true), (other, true)].into_iter().collect();
    assert!(!by_category.is_withdrawal_from(&registry, &all.consent()), "the service follows its category");
    let KeyTarget::Category(category) = statistical else { panic!() };
    fewer.set_whole(&registry, category, false);
    assert_eq!(
        (fewer.get(statistical), fewer.get(matomo), fewer.get(other)),
        (Some(false), Some(false), Some(true))
    );
    assert!(fewer.grants() && !Choices::all(&registry, false).grants());
}

#[test]
fn a_choice_that_fits_no_cookie_is_a_fault_of_the_registry() {
    let services = |count: usize| {
        let each = (0..count)
            .map(|n| format!("{{key: service-with-a-name-{n:03}, title: S, category: statistical}}"));
        each.collect::<Vec<_>>().join(", ")
    };
    let rows = |count: usize| {
        let each = (0..count).map(|n| {
            format!("  - {{provider: S, names: s{n}, purposes: S, service: service-with-a-name-{n:03}}}\n")
        });
        each.collect::<String>()
    };
    for (count, format, fits) in
        [(90, "json", true), (120, "json", false), (120, "list", true), (220, "list", false)]
    {
        let text = format!(
            "version: '1'\nservices: [{}]\nconsent: {{format: {format}}}\ncookies:\n{}",
            services(count),
            rows(count)
        );
        let (registry, faults) = Registry::compile(Source::new("site.yaml", text));
        let found = faults.iter().any(|fault| fault.kind == "unwritable-choice");
        assert_eq!((found, registry.is_some()), (!fits, fits), "{count} {format}");
        if let Some(registry) = registry {
            let choices = Choices::all(&registry, format == "list");
            assert!(choices.cookie_value(&registry).is_ok());
            let companion = Companion::new(&registry, &choices, [255; 16], i64::MAX);
            assert!(Companion::parse(companion.value().as_bytes()).is_some());
        }
    }
}

/// The longest choice that a user agent stores is none, in octets and in words.
#[test]
fn a_choice_may_be_as_long_as_a_cookie() {
    let compile = |count: usize, settings: &str| {
        let mut text = "version: '1'\nservices:\n".to_owned();
        for n in 0..count {
            text += &format!("  - {{key: s{n:03}, title: S, category: statistical}}\n");
        }
        text += &format!("consent: {{{settings}}}\ncookies:\n");
        for n in 0..count {
            text += &format!("  - {{provider: S, names: n{n}, purposes: S, service: s{n:03}}}\n");
        }
        let (registry, faults) = Registry::compile(Source::new("site.yaml", text));
        let long = faults.iter().any(|fault| fault.kind == "unwritable-choice");
        assert_eq!(registry.is_none(), long, "{}", faults.render(false));
        registry
    };
    let named = |octets: usize| compile(150, &format!("format: json, cookie: {}", "c".repeat(octets)));
    let registry = named(1).unwrap();
    let value = Choices::all(&registry, false).cookie_value(&registry).unwrap();
    let longest = named(4096 - value.len()).unwrap();
    assert_eq!(Choices::all(&longest, false).cookie_value(&longest).unwrap(), value);
    assert!(named(4097 - value.len()).is_none());

    let asked = compile(1, "format: list").unwrap().asked().len() - 1;
    assert_eq!(compile(256 - asked, "format: list").unwrap().asked().len(), 256);
    assert!(compile(257 - asked, "format: list").is_none());
}
