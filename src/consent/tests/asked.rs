//! What a registry gained after the visitor's choice: not agreed to until it is asked.

use proptest::prelude::*;

use super::site::{allowed, registry};
use crate::consent::{Choice, Choices, Companion, Consent, unanswered};
use crate::cookie::pairs;
use crate::diagnostic::Source;
use crate::registry::{KeyTarget, Registry};

const OURS: &str = "tamis_choice=1.AAAAAAAAAAAAAAAAAAAAAA.1795392000.1.";

fn compile(settings: &str) -> Registry {
    let text = format!(
        "
version: '1'
services:
  - {{key: matomo, title: Matomo, category: statistical}}
  - {{key: xiti, title: XiTi, category: statistical}}
consent: {{{settings}}}
cookies:
  - {{provider: A, names: a, purposes: Counting, category: statistical}}
  - {{provider: B, names: b, purposes: Ads, category: third-party}}
  - {{provider: C, names: matomo, purposes: Counting, service: matomo}}
  - {{provider: D, names: xiti, purposes: Counting, service: xiti}}
"
    );
    let (registry, faults) = Registry::compile(Source::new("site.yaml", text));
    registry.unwrap_or_else(|| panic!("{}", faults.render(false)))
}

/// The cookies that pass, and what is asked.
fn after(registry: &Registry, field: &str) -> (String, String) {
    let consent = Consent::read(registry, pairs(field.as_bytes()), false);
    let companion = pairs(field.as_bytes()).find_map(|pair| Companion::parse(pair.value()));
    let ask = unanswered(registry, &consent, companion.as_ref());
    let ask: Vec<&str> = ask.iter().map(|target| registry.key(*target)).collect();
    (allowed(registry, &consent).join(" "), ask.join(" "))
}

#[test]
fn a_service_that_was_not_asked_about_does_not_follow_its_category() {
    let registry = compile("adapters: klaro, keys: {Matomo: matomo}");
    let own = r#"cookies_preferences={"statistical":true,"third-party":false,"xiti":true}"#;
    for (field, passes, ask) in [
        (own.to_owned(), "a matomo xiti", ""), // another banner's
        (format!("{own}; {OURS}"), "a xiti", "matomo"),
        (format!("{OURS}; {own}"), "a xiti", "matomo"),
        (format!("{own}; {OURS}odd."), "a matomo xiti", ""),
        (format!("{own}; {OURS}; {own}"), "a xiti", "matomo"),
        (format!("{}; {OURS}", own.replace("\"xiti\"", "\"matomo\":false,\"xiti\"")), "a xiti", ""),
        (format!("{}; {OURS}", own.replace("\"xiti\"", "\"Matomo\":true,\"xiti\"")), "a matomo xiti", ""),
        // The companion is about the site's own cookie alone.
        (format!(r#"klaro={{"statistical":true}}; {OURS}"#), "a matomo xiti", "third-party matomo xiti"),
        (format!(r#"{own}; {OURS}; klaro={{"statistical":true,"Matomo":true}}"#), "a xiti", "matomo xiti"),
        (OURS.to_owned(), "", "statistical third-party matomo xiti"),
        (format!("cookies_preferences={{; {OURS}"), "", "statistical third-party matomo xiti"),
    ] {
        assert_eq!(after(&registry, &field), (passes.to_owned(), ask.to_owned()), "{field}");
    }
}

#[test]
fn a_list_and_a_flag_say_by_their_companion_what_was_asked() {
    let list = compile("format: list");
    for (field, passes, ask) in [
        ("cookies_preferences=statistical".to_owned(), "a matomo xiti", ""),
        (format!("cookies_preferences=statistical; {OURS}statistical~third-party~xiti"), "a xiti", "matomo"),
        (format!("cookies_preferences=statistical; {OURS}"), "a", "statistical third-party matomo xiti"),
        (format!("cookies_preferences=none; {OURS}statistical~third-party~xiti"), "", "matomo"),
        // Of several companions each has to list it.
        (
            format!("cookies_preferences=statistical; {OURS}matomo~statistical; {OURS}statistical~xiti"),
            "a",
            "third-party xiti",
        ),
    ] {
        assert_eq!(after(&list, &field), (passes.to_owned(), ask.to_owned()), "{field}");
    }
    let flag = compile("format: flag, granted_values: [all]");
    for (field, passes, ask) in [
        ("cookies_preferences=all".to_owned(), "a b matomo xiti", ""),
        (format!("cookies_preferences=all; {OURS}matomo~statistical~xiti"), "a matomo xiti", "third-party"),
        (format!("cookies_preferences=all; {OURS}statistical~third-party~xiti"), "a b xiti", "matomo"),
        (format!("cookies_preferences=none; {OURS}statistical~third-party~xiti"), "", "matomo"),
    ] {
        assert_eq!(after(&flag, &field), (passes.to_owned(), ask.to_owned()), "{field}");
    }
}

#[test]
fn what_was_not_asked_is_no_answer() {
    let registry = compile("adapters: klaro");
    let field = format!("cookies_preferences={{\"statistical\":true}}; {OURS}");
    let ours = Consent::read(&registry, pairs(field.as_bytes()), false);
    let Some(KeyTarget::Service(matomo)) = registry.key_target("matomo") else { panic!() };
    assert_eq!((ours.service(matomo), ours.service_answer(matomo)), (Choice::Denied, Choice::Unset));
    assert!(ours.is_unasked(matomo));
    let words: Vec<_> = Choices::of(&registry, &ours).words(&registry).collect();
    assert_eq!(words, [("statistical", true)]);
    assert!(ours.header(&registry).ends_with("matomo=?0, xiti=?0"), "{}", ours.header(&registry));
    // A refusal elsewhere is an answer, an agreement elsewhere is not enough.
    for (klaro, answer) in [("false", Choice::Denied), ("true", Choice::Unset)] {
        let field = format!("{field}; klaro={{\"statistical\":true,\"matomo\":{klaro}}}");
        let both = Consent::read(&registry, pairs(field.as_bytes()), false);
        assert_eq!((both.service(matomo), both.service_answer(matomo)), (Choice::Denied, answer), "{klaro}");
    }
}

/// Any answers about some of what visitors are asked about.
fn case() -> impl Strategy<Value = (&'static Registry, Choices)> {
    prop::sample::select(vec!["auto", "json", "list", "flag"]).prop_flat_map(|format| {
        let registry = registry(format);
        let answers = prop::collection::vec(prop::option::of(any::<bool>()), registry.asked().len());
        answers.prop_map(move |answers| {
            let answers = registry.asked().iter().zip(answers);
            (registry, answers.filter_map(|(target, answer)| Some((*target, answer?))).collect())
        })
    })
}

proptest! {
    /// A companion takes away what was not answered and no more, whatever the format; what passes was granted.
    #[test]
    fn with_its_companion_a_choice_grants_what_was_answered((registry, choices) in case()) {
        let companion = Companion::new(registry, &choices, [7; 16], 0);
        let value = choices.cookie_value(registry).unwrap();
        let field = format!("{}={value}; {}={}", registry.consent().cookie, Companion::COOKIE, companion.value());
        let with = Consent::read(registry, pairs(field.as_bytes()), false);
        let without = Consent::read(registry, pairs(field.as_bytes()).take(1), false);
        for (id, entry) in registry.rows().filter(|(_, entry)| entry.needs_consent) {
            let target = entry.service.map_or(KeyTarget::Category(entry.category), KeyTarget::Service);
            let answered = choices.get(target).is_some();
            prop_assert_eq!(with.allows(registry, id), without.allows(registry, id) && answered);
            prop_assert!(!with.allows(registry, id) || choices.get(target) == Some(true));
        }
        prop_assert_eq!(with.stricter(&without).stricter(&with), with.stricter(&with));
    }

    /// The quick look says what the reader does.
    #[test]
    fn what_is_looked_at_is_what_is_read(value in "1\\.[A-Za-z_-]{21}[AQgw]\\.(0|[1-9][0-9]{0,12})\\.[a-z0-9%.-]{0,5}\\.?[a-c~]{0,9}") {
        let read = Companion::parse(value.as_bytes());
        let looked = Companion::asked_in(value.as_bytes());
        prop_assert_eq!(read.is_some(), looked.is_some());
        if let Some((read, looked)) = read.zip(looked) {
            let again = read.value();
            prop_assert_eq!(&again, &value);
            prop_assert_eq!(again.rsplit('.').next(), Some(looked));
        }
    }
}
