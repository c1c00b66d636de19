//! Parts of a registry by themselves.

use crate::diagnostic::Source;
use crate::registry::known::known_cookie;
use crate::registry::pattern::Pattern;
use crate::registry::settings::Format;
use crate::registry::{Lifetime, Registry, SameSite, SetBy, lifetime};

const ROW: &str = "provider: Us, purposes: To work, category: necessary, exemption: asked for";

/// The registry, and the codes of what is said of it.
fn compile(text: &str) -> (Option<Registry>, String) {
    let (registry, faults) = Registry::compile(Source::new("site.yaml", text));
    (registry, faults.render(false))
}

#[test]
fn rows_are_counted_and_the_text_is_kept() {
    let text = format!("version: '1'\ncookies:\n- {{names: a, {ROW}}}\n- {{names: b, {ROW}}}\n");
    let registry = compile(&text).0.unwrap();
    assert_eq!((registry.file(), registry.text()), ("site.yaml", text.as_str()));
    let place = |name: &[u8]| registry.lookup(name).map(|entry| entry.index());
    assert_eq!((place(b"a"), place(b"b"), place(b"c")), (Some(0), Some(1), None));
    // tamis's own row goes behind them.
    assert_eq!(place(Registry::COMPANION.as_bytes()), Some(2));
    let own = registry.entry(registry.lookup(Registry::COMPANION.as_bytes()).unwrap());
    assert_eq!((own.attributes.http_only, own.attributes.same_site), (Some(true), Some(SameSite::Lax)));
    assert_eq!((own.set_by, own.needs_consent), (Some(SetBy::Server), false));
}

#[test]
fn who_sets_well_known_names() {
    for (name, expected) in [
        ("sessionid", Some(("Django", true))),
        ("__Host-csrftoken", Some(("Django", true))),
        ("_ga", Some(("Google Analytics", false))),
        ("_pk_id.1.1fff", Some(("Matomo", false))),
        ("sessionid2", None),
        ("", None),
    ] {
        assert_eq!(known_cookie(name.as_bytes()), expected, "{name}");
    }
}

#[test]
fn lifetimes_are_whole_seconds() {
    const DAY: u64 = 86_400;
    for (text, seconds) in [
        ("1 second", Some(1)),
        ("1 minute 1 second", Some(61)),
        ("1 hour", Some(3600)),
        ("1 day", Some(DAY)),
        ("2 weeks", Some(14 * DAY)),
        ("6 months", Some(182 * DAY)),
        ("13 months", Some(395 * DAY)),
        ("1 year 2 days", Some(367 * DAY)),
        ("P1Y", Some(365 * DAY)),
        ("0 seconds", None),
        ("-1 day", None),
        ("1 second 1 millisecond", None),
        ("1 second 1 microsecond", None),
        ("1 second 1 nanosecond", None),
        ("soon", None),
    ] {
        assert_eq!(lifetime::parse(text), seconds.map(Lifetime::Seconds), "{text}");
    }
    assert_eq!(lifetime::parse("session"), Some(Lifetime::Session));
}

#[test]
fn words_that_a_format_can_hold() {
    for (word, json, list) in [
        ("matomo", true, true),
        ("a_b.c-d1", true, true),
        ("-a", true, false),
        ("a b", true, false),
        ("a,b", true, false),
        ("caf\u{e9}", true, false),
        ("a%62", false, false),
        ("", true, false),
    ] {
        let found = [Format::Auto, Format::Json, Format::List, Format::Flag].map(|format| format.holds(word));
        assert_eq!(found, [json, json, list, false], "{word}");
    }
}

#[test]
fn a_name_that_is_read_may_begin_with_its_octet() {
    let beginnings = |consent: &str| {
        let text = format!("version: '1'\nconsent: {{{consent}}}\ncookies: []\n");
        let registry = compile(&text).0.unwrap();
        let settings = registry.consent();
        assert!(settings.names().iter().all(|name| settings.reads_beginning(name.as_bytes()[0])));
        (b' '..=b'~').filter(|octet| settings.reads_beginning(*octet)).map(char::from).collect::<String>()
    };
    assert_eq!(beginnings("cookie: choice"), "ct");
    assert_eq!(beginnings("cookie: tc"), "t");
    assert_eq!(beginnings("cookie: choice, adapters: [klaro]").len(), 95);
}

#[test]
fn only_managers_that_suppose_a_consent_can_have_it_accepted() {
    for (adapter, warned) in [
        ("{manager: klaro, accept_implied: true}", true),
        ("{manager: klaro, accept_implied: false}", false),
        ("{manager: cookiebot, accept_implied: true}", false),
        ("{manager: cookiebot, accept_implied: false}", false),
        ("{manager: osano-cookieconsent, accept_implied: true}", false),
        ("{manager: onetrust, accept_implied: true}", true),
        ("klaro", false),
    ] {
        let text = format!("version: '1'\nconsent: {{adapters: [{adapter}]}}\ncookies: []\n");
        let (registry, said) = compile(&text);
        assert!(registry.is_some());
        assert_eq!(said.contains("never writes a consent that nobody gave"), warned, "{adapter}: {said}");
    }
}

#[test]
fn what_user_agents_refuse_is_told() {
    for (row, refused) in [
        ("names: a, attributes: {partitioned: true}", true),
        ("names: a, attributes: {partitioned: false}", false),
        ("names: a, attributes: {partitioned: true, secure: true}", false),
        ("names: a, attributes: {same_site: none}", true),
        ("names: a, attributes: {same_site: none, secure: true}", false),
        ("names: __Host-a", false),
        ("names: __Host-a, paths: [/]", false),
        ("names: __Host-a, paths: [/, /b]", true),
        ("names: __Host-a, domains: [example.org]", true),
        ("names: __Secure-a, paths: [/b]", false),
        ("names: __Secure-a, attributes: {secure: false}", true),
    ] {
        let (_, said) = compile(&format!("version: '1'\ncookies:\n- {{{row}, {ROW}}}\n"));
        assert_eq!(said.contains("user agents refuse"), refused, "{row}: {said}");
    }
}

#[test]
fn a_name_has_a_kibibyte_at_most() {
    let longest = "a".repeat(1024);
    assert!(Pattern::parse(&longest).is_ok_and(|pattern| pattern.matches(longest.as_bytes())));
    assert!(Pattern::parse(&format!("{longest}a")).is_err());
}

/// Many patterns with one beginning, for several beginnings.
#[test]
fn patterns_are_found_by_their_ends() {
    let name = |at: usize| format!("{}*-{}", ["_a", "_b", "c"][at % 3], at);
    let rows: String = (0..90).map(|at| format!("- {{names: '{}', {ROW}}}\n", name(at))).collect();
    let registry = compile(&format!("version: '1'\ncookies:\n{rows}")).0.unwrap();
    for at in 0..90 {
        let sent = name(at).replace('*', "x");
        assert_eq!(registry.lookup(sent.as_bytes()).map(|entry| entry.index()), Some(at), "{sent}");
        assert_eq!(registry.lookup(format!("{sent}x").as_bytes()), None, "{sent}x");
    }
}

#[test]
fn which_cookies_hold_a_managers_choice() {
    for (manager, names) in [
        ("axeptio", &["axeptio_cookies", "axeptio_authorized_vendors", "axeptio_all_vendors"][..]),
        ("klaro", &["klaro"]),
        ("onetrust", &["OptanonConsent", "OptanonAlertBoxClosed"]),
        ("trustarc", &["cmapi_cookie_privacy", "notice_gdpr_prefs", "notice_preferences"]),
    ] {
        let text = format!("version: '1'\nconsent: {{adapters: [{manager}]}}\ncookies: []\n");
        let registry = compile(&text).0.unwrap();
        assert_eq!(registry.consent().names()[1..], *names, "{manager}");
        assert!(names.iter().all(|name| registry.consent().holds(name.as_bytes())), "{manager}");
        assert!(!registry.consent().holds(b"klar") && !registry.consent().holds(b"klaro2"), "{manager}");
    }
}

/// A manager's main cookie should be declared; its siblings, and of a family the other categories, may be.
#[test]
fn which_cookies_of_a_manager_should_be_declared() {
    for (manager, names, expected) in [
        ("onetrust", "x", 1),
        ("onetrust", "OptanonConsent", 0),
        ("onetrust", "OptanonAlertBoxClosed", 1),
        ("complianz", "x", 1),
        ("complianz", "cmplz_marketing", 0),
        ("complianz", "cmplz_functional", 0),
    ] {
        let text = format!(
            "version: '1'\nconsent: {{adapters: [{manager}]}}\ncookies:\n- {{names: {names}, {ROW}}}\n"
        );
        let (_, faults) = Registry::compile(Source::new("site.yaml", text));
        let count = faults.iter().filter(|fault| fault.kind == "consent-cookie-undeclared").count();
        assert_eq!(count, expected, "{manager}: {names}");
    }
}

/// `format: flag` has one word for all; the companion lists what it is about.
#[test]
fn a_flag_grants_by_a_word_and_its_companion_has_room() {
    let services = |count: usize| {
        let mut text = "services:\n".to_owned();
        for n in 0..count {
            text += &format!("  - {{key: service-with-name-{n:03}, title: S, category: statistical}}\n");
        }
        text += "cookies:\n";
        for n in 0..count {
            text += &format!(
                "  - {{provider: S, names: n{n}, purposes: S, service: service-with-name-{n:03}}}\n"
            );
        }
        text
    };
    let dots = ".".repeat(64);
    for (version, granted, rest, fits) in [
        ("1", "all", services(1), true),
        (dots.as_str(), "all", services(1), true),
        ("1", "true", services(1), false),
        ("1", "true", "cookies: []\n".to_owned(), true),
        ("1", "all", services(180), true),
        ("1", "all", services(182), true),
        ("1", "all", services(183), false),
    ] {
        let text =
            format!("version: '{version}'\nconsent: {{format: flag, granted_values: [{granted}]}}\n{rest}");
        let (_, faults) = Registry::compile(Source::new("site.yaml", text));
        let found = faults.iter().any(|fault| fault.kind == "unwritable-choice");
        assert_eq!(!found, fits, "{version} {granted}: {}", faults.render(false));
    }
}

#[test]
fn useless_names_are_told_up_to_a_hundred() {
    let told = |names: &str| {
        let text = format!("version: '1'\ncookies:\n- {{names: [{names}], {ROW}}}\n");
        let (_, faults) = Registry::compile(Source::new("site.yaml", text));
        faults.iter().filter(|fault| fault.kind == "unreachable-pattern").count()
    };
    let covered = |count: usize| (0..count).map(|n| format!(", a{n}")).collect::<String>();
    for (count, expected) in [(0, 0), (1, 1), (100, 100), (101, 100), (150, 100)] {
        assert_eq!(told(&format!("'a*'{}", covered(count))), expected, "{count}");
    }
    // As specific as the other.
    assert_eq!(told("'a*', 'a{id}'"), 0);
}

/// A key that stands for something else in the cookie leaves its own service without a word, which `flag` doesn't need.
#[test]
fn a_service_without_a_word() {
    for (format, fits) in [("flag, granted_values: [all]", true), ("list", false), ("json", false)] {
        let text = format!(
            "
version: '1'
services:
  - {{key: a, title: A, category: statistical}}
  - {{key: b, title: B, category: statistical}}
consent: {{format: {format}, keys: {{a: b}}}}
cookies:
  - {{provider: A, names: a, purposes: Counting, service: a}}
  - {{provider: B, names: b, purposes: Counting, service: b}}
"
        );
        let (_, faults) = Registry::compile(Source::new("site.yaml", text));
        let found = faults.iter().any(|fault| fault.kind == "unwritable-choice");
        assert_eq!(!found, fits, "{format}: {}", faults.render(false));
    }
}

#[test]
fn which_values_can_grant() {
    for (format, value, fits) in [
        ("flag", "all", true),
        ("flag", "true", false),
        ("flag", "1", false),
        ("auto", "yes", true),
        ("auto", "true", true),
        ("auto", "1", true),
        ("auto", "1.5", false),
    ] {
        let text =
            format!("version: '1'\nconsent: {{format: {format}, granted_values: [{value}]}}\ncookies: []\n");
        let (_, faults) = Registry::compile(Source::new("site.yaml", text));
        let found = faults.iter().find(|fault| fault.kind == "wrong-type");
        assert_eq!(found.is_none(), fits, "{format} {value}: {}", faults.render(false));
        let wanted = if format == "flag" { "write it in quotes: " } else { "a value that grants" };
        assert!(found.is_none_or(|fault| fault.help.contains(wanted)), "{}", faults.render(false));
    }
}

/// What is said of a registry with these lines, by its kinds.
#[track_caller]
fn is_said(lines: &str, kind: &str, expected: bool) {
    let version = if lines.contains("version:") { "" } else { "version: '1'\n" };
    let cookies = if lines.contains("cookies:") { "" } else { "cookies: []\n" };
    let (_, faults) = Registry::compile(Source::new("site.yaml", format!("{version}{cookies}{lines}")));
    let found = faults.iter().any(|fault| fault.kind == kind);
    assert_eq!(found, expected, "{lines}: {}", faults.render(false));
}

#[test]
fn a_shipped_category_may_ask_for_more_and_not_for_less() {
    for (rule, laxer) in [("exempt", true), ("unless-anonymised", true), ("required", false)] {
        is_said(&format!("categories: [{{key: third-party, consent: {rule}}}]\n"), "laxer-consent", laxer);
    }
    for (rule, laxer) in [("exempt", true), ("unless-anonymised", false), ("required", false)] {
        is_said(&format!("categories: [{{key: statistical, consent: {rule}}}]\n"), "laxer-consent", laxer);
    }
}

#[test]
fn what_is_the_address_of_a_site() {
    for (site, sound) in [
        ("https://a.example", true),
        ("http://a.example/b?c", true),
        ("https://", false),
        ("https:///b", false),
        ("a.example", false),
        ("https://a.example/b c", false),
        ("https://a.example/\u{a0}", false),
        ("https://a.example/\\u0001", false),
    ] {
        is_said(&format!("site: \"{site}\"\n"), "bad-site", !sound);
    }
}

#[test]
fn what_is_the_tag_of_a_language() {
    for (tag, sound) in [
        ("fr", true),
        ("pt-BR", true),
        ("es-419", true),
        ("de-CH-1901", true),
        ("sl-rozaj-biske", true),
        ("f", false),
        ("'12'", false),
        ("f1", false),
        ("francaise", false),
        ("fr-", false),
        ("fr-francaise", false),
        ("fr_CH", false),
    ] {
        is_said(&format!("page: {{title: {{{tag}: T}}}}\n"), "bad-language", !sound);
    }
}

#[test]
fn a_cookie_with_a_path_gets_no_prefix_that_forbids_it() {
    for (row, fits) in [
        ("rewrite: {rename: __Host-a}", true),
        ("paths: [/], rewrite: {rename: __Host-a}", true),
        ("paths: [/, /b], rewrite: {rename: __Host-a}", false),
        ("paths: [/b], rewrite: {rename: __Secure-a}", true),
        ("domains: [example.org], rewrite: {rename: __Host-a}", false),
        ("domains: [example.org], rewrite: {rename: __Secure-a}", true),
    ] {
        is_said(&format!("cookies:\n- {{names: a, {row}, {ROW}}}\n"), "bad-rename", !fits);
    }
}
