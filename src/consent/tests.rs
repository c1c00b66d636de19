//! The room as its callers see it: tables of values, copies, GPC, the field, and properties of the readers.

mod asked;
mod properties;
mod site;
mod table;
mod written;

use site::{allowed, read, registry};

use super::json::{self, Json};
use super::{Choice, Consent, Reading, Unreadable};
use crate::cookie::pairs;
use crate::registry::{KeyTarget, Registry};

fn choice(registry: &Registry, consent: &Consent, word: &str) -> Choice {
    match registry.key_target(word) {
        Some(KeyTarget::Category(id)) => consent.category(id),
        Some(KeyTarget::Service(id)) => consent.service(id),
        None => panic!("{word} is not declared"),
    }
}

fn read_all(copies: &[&str], gpc: bool) -> Consent {
    let field: Vec<String> = copies.iter().map(|copy| format!("cookies_preferences={copy}")).collect();
    Consent::read(registry("auto"), pairs(field.join("; ").as_bytes()), gpc)
}

#[test]
fn without_a_cookie_nothing_is_chosen() {
    let none = read_all(&[], false);
    assert_eq!(none, Consent::none());
    assert_eq!(none.reading(), Reading::Absent);
    assert_eq!(allowed(registry("auto"), &none), Vec::<&str>::new());
}

#[test]
fn exempt_cookies_pass_whatever_was_chosen() {
    let registry = registry("auto");
    for value in ["{\"necessary\":false,\"statistical\":false}", "", "{"] {
        let consent = read(registry, value.as_bytes());
        for name in ["sessionid", "anonymous"] {
            assert!(consent.allows(registry, registry.lookup(name.as_bytes()).unwrap()), "{name}: {value}");
        }
    }
}

/// Cookies of one name for several domains or paths.
#[test]
fn of_copies_the_stricter_counts() {
    let registry = registry("auto");
    let yes = "{\"analytics\":true}";
    for (copies, expected) in [
        (vec![yes, yes], "analytics matomo xiti"),
        (vec![yes, "%7B%22analytics%22%3Atrue%7D"], "analytics matomo xiti"),
        (vec![yes, "{\"analytics\":false}"], ""),
        (vec!["{\"analytics\":false}", yes], ""),
        (vec![yes, "{}"], ""),
        (vec![yes, ""], ""),
        (vec![yes, "{"], ""),
        (vec!["{", yes], ""),
        (vec![yes, "{\"ads\":true}"], ""),
        (vec![yes, "{\"analytics\":true,\"matomo\":false}"], "analytics xiti"),
        (vec!["{\"analytics\":true,\"matomo\":true}", yes], "analytics matomo xiti"),
        (vec!["{\"matomo\":true}", yes], ""),
        (vec!["{\"matomo\":true}", "{\"matomo\":true,\"ads\":true}"], "matomo"),
        (vec![yes, yes, "{\"matomo\":false,\"analytics\":true}", yes], "analytics xiti"),
    ] {
        let consent = read_all(&copies, false);
        assert_eq!(allowed(registry, &consent).join(" "), expected, "{copies:?}");
        let unreadable = copies.iter().any(|copy| copy.len() < 2);
        assert_eq!(matches!(consent.reading(), Reading::Unreadable(_)), unreadable, "{copies:?}");
    }
}

#[test]
fn global_privacy_control_yields_to_an_explicit_choice() {
    let registry = registry("auto"); // gpc_denies: [ads]
    let of = |copies: &[&str]| {
        let consent = read_all(copies, true);
        let (ads, youtube) = (choice(registry, &consent, "ads"), choice(registry, &consent, "youtube"));
        (ads, youtube, allowed(registry, &consent).join(" "))
    };
    assert_eq!(of(&[]), (Choice::Denied, Choice::Unset, String::new()));
    assert_eq!(of(&["{\"ads\":true}"]), (Choice::Granted, Choice::Unset, "ads youtube".to_owned()));
    assert_eq!(of(&["{\"youtube\":true}"]), (Choice::Denied, Choice::Granted, "youtube".to_owned()));
    assert_eq!(of(&["{\"ads\":true}", "{}"]), (Choice::Denied, Choice::Unset, String::new()));
    let analytics = read_all(&["{\"analytics\":true}"], true);
    assert_eq!(allowed(registry, &analytics).join(" "), "analytics matomo xiti");
    assert_eq!(read_all(&[], true).reading(), Reading::Absent);
}

#[test]
fn the_field_tells_the_decision() {
    let registry = registry("auto");
    let fixed = "necessary, statistical=?0, internal=?0, third-party=?0";
    for (value, rest) in [
        ("", "analytics=?0, ads=?0, preferences=?0"),
        ("{\"analytics\":true}", "analytics, ads=?0, preferences=?0"),
        (
            "{\"analytics\":true,\"matomo\":false,\"xiti\":true}",
            "analytics, ads=?0, preferences=?0, matomo=?0",
        ),
        ("{\"analytics\":false,\"matomo\":true}", "analytics=?0, ads=?0, preferences=?0, matomo"),
        ("{\"necessary\":false,\"login\":false}", "analytics=?0, ads=?0, preferences=?0"),
    ] {
        assert_eq!(read(registry, value.as_bytes()).header(registry), format!("{fixed}, {rest}"), "{value}");
    }
    let statistical = read(registry, b"{\"statistical\":true}").header(registry);
    assert!(statistical.starts_with("necessary, statistical, internal=?0"), "{statistical}");
}

#[test]
fn bytes_that_are_no_text() {
    for (value, fault) in [
        (&b"{\"analytics\":true,\"caf\xe9\":1}"[..], Unreadable::Encoding),
        (b"\xff", Unreadable::Encoding),
        (b"{\"analytics\":true,\"a\":\"\x00\"}", Unreadable::Syntax),
        (b"{\"analytics\":true}\x00", Unreadable::Trailing),
        (b"{\"analytics\":true,\"a\":\"\x0b\"}", Unreadable::Syntax),
        ("\u{feff}{\"analytics\":true}".as_bytes(), Unreadable::Syntax),
    ] {
        assert_eq!(read(registry("auto"), value).reading(), Reading::Unreadable(fault), "{value:?}");
    }
    assert_eq!(
        allowed(registry("auto"), &read(registry("auto"), "{\"analytics\":true,\"é\":1}".as_bytes())).len(),
        3
    );
}

#[test]
fn size_is_bounded() {
    let padded = |spaces: usize| format!("{{\"analytics\":true{}}}", " ".repeat(spaces));
    let keys = |count: usize| {
        let others: Vec<String> = (1..count).map(|n| format!("\"k{n}\":1")).collect();
        format!("{{\"analytics\":true,{}}}", others.join(","))
    };
    let too_large = Reading::Unreadable(Unreadable::TooLarge);
    for format in ["auto", "json"] {
        let of = |value: &str| read(registry(format), value.as_bytes()).reading();
        assert_eq!(of(&padded(4096 - 18)), Reading::Read);
        assert_eq!(of(&padded(4097 - 18)), too_large);
        assert_eq!(of(&keys(256)), Reading::Read);
        assert_eq!(of(&keys(257)), too_large);
    }
    assert_eq!(read(registry("list"), "a,".repeat(256).as_bytes()).reading(), Reading::Read);
    assert_eq!(read(registry("list"), "a,".repeat(257).as_bytes()).reading(), too_large);
}

#[test]
fn json_as_rfc_8259_has_it() {
    let escapes = json::parse(r#"["\"\\\/\b\f\n\r\t\u00e9\ud83c\udf6a"]"#);
    let text = "\"\\/\u{8}\u{c}\n\r\té🍪";
    assert!(escapes.is_ok_and(|json| json == Json::Array(vec![Json::String(text.into())])));
    for (text, ok) in [
        ("[0, -1, 10, 1.5, 1e5, 1E5, 1e+5, 1e-5, 1.5E-10]", true),
        ("[01]", false),
        ("[1.]", false),
        ("[1e]", false),
        ("[1e+-5]", false),
        ("[+1]", false),
    ] {
        assert_eq!(json::parse(text).is_ok(), ok, "{text}");
    }
}

/// What a choice denies and `Sec-GPC` denies too was chosen.
#[test]
fn of_two_choices_the_signal_counts_where_neither_chose() {
    let registry = registry("auto");
    let Some(KeyTarget::Category(ads)) = registry.key_target("ads") else { panic!() };
    let (signal, choice) = (read_all(&[], true), read_all(&["{\"ads\":false}"], true));
    let granted = read_all(&["{\"ads\":true}"], false);
    for (a, b, by_signal) in [
        (&signal, &signal, true),
        (&signal, &granted, true),
        (&granted, &signal, true),
        (&signal, &choice, false),
        (&choice, &signal, false),
        (&choice, &choice, false),
        (&granted, &granted, false),
    ] {
        let both = a.stricter(b);
        assert_eq!(both.denied_by_signal(ads), by_signal, "{a:?} {b:?}");
        assert_eq!(both.category(ads) == Choice::Granted, a == &granted && b == &granted, "{a:?} {b:?}");
    }
    let own = read_all(&["{}"], false).by();
    assert_eq!((signal.stricter(&granted).by(), granted.stricter(&signal).by()), (own, own));
}

/// What is kept of a choice must not carry the cookie's words into a log.
#[test]
fn debug_shows_no_value() {
    let consent = read(registry("auto"), b"{\"analytics\":true,\"visitor\":\"4242-secret\"}");
    assert!(!format!("{consent:?}").contains("4242"));
}

#[test]
fn reasons_have_words_of_their_own() {
    let mut words = Unreadable::ALL.map(Unreadable::word).to_vec();
    words.sort_unstable();
    words.dedup();
    assert_eq!(words.len(), Unreadable::ALL.len());
}
