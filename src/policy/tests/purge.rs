//! What is expired, as a table and properties.

use std::sync::Arc;

use proptest::prelude::*;

use super::rewrite::registry;
use super::{NOW, consent, octets};
use crate::consent::Consent;
use crate::cookie::{SetCookie, pairs};
use crate::diagnostic::Source;
use crate::policy::purge::{domains, lowered};
use crate::policy::{Expiry, Policy, Purge, PurgeUndeclared, Undeclared};
use crate::registry::Registry;

fn policy() -> Policy {
    Policy::new(registry(), Undeclared::Block, Undeclared::Block, 180)
}

fn purge(policy: &Policy, cookie: &[u8], purge: Purge<'_>) -> Vec<Expiry> {
    policy.purge(pairs(cookie), purge, |_| false)
}

#[test]
fn purge_table() {
    let policy = policy();
    for (number, line) in (1..).zip(include_str!("../../../tests/data/purges.tsv").lines()) {
        if line.is_empty() || line.starts_with('#') {
            continue;
        }
        let columns: Vec<&str> = line.split('\t').collect();
        let [cookie, choice, host, connection, undeclared, purged] = columns[..] else {
            panic!("line {number}: {} columns", columns.len());
        };
        let choice = if choice == "-" { Consent::none() } else { consent(policy.registry(), choice) };
        let undeclared = match undeclared {
            "never" => PurgeUndeclared::Never,
            "host-only" => PurgeUndeclared::HostOnly,
            other => panic!("line {number}: {other}"),
        };
        let request = Purge { consent: &choice, host, secure: connection == "secure", undeclared, now: NOW };
        let found = purge(&policy, &octets(cookie), request);
        let short = |expiry: &Expiry| {
            let field = String::from_utf8(expiry.field.clone()).unwrap();
            field.replace("=; Max-Age=0; Expires=Thu, 01 Jan 1970 00:00:00 GMT;", "")
        };
        let found = found.iter().map(short).collect::<Vec<_>>().join(" | ");
        assert_eq!(if found.is_empty() { "-" } else { &found }, purged, "line {number}");
    }
}

/// As many as a response carries keep their order; of more, each gets its turn.
#[test]
fn as_many_as_fit_are_expired_in_their_order() {
    let names: Vec<String> = (0..=Policy::MOST_EXPIRIES).map(|number| format!("_ga_{number}")).collect();
    let found = |names: &[String]| {
        let cookies: Vec<String> = names.iter().map(|name| format!("{name}=1")).collect();
        let request = Purge {
            consent: &Consent::none(),
            host: "localhost",
            secure: true,
            undeclared: PurgeUndeclared::Never,
            now: NOW + 1,
        };
        let found = purge(&policy(), cookies.join("; ").as_bytes(), request);
        let name = |expiry: &Expiry| SetCookie::parse(&expiry.field).name().to_vec();
        found.iter().map(|expiry| String::from_utf8(name(expiry)).unwrap()).collect::<Vec<_>>()
    };
    let fit = names.get(1..).unwrap();
    assert_eq!(found(fit), fit);
    let more = found(&names);
    assert_eq!(more.len(), Policy::MOST_EXPIRIES);
    assert_ne!(more.first(), names.first());
}

#[test]
fn a_host_that_could_write_attributes_has_no_domains() {
    for (host, expected) in [
        ("www.example.org", "www.example.org example.org"),
        ("WWW.example.org.", "www.example.org example.org"),
        ("a;b.example", ""),
        ("a b.example", ""),
        ("a..example", ""),
        ("", ""),
        ("127.0.0.1", ""),
        ("a.1", ""),
        ("localhost", ""),
    ] {
        assert_eq!(domains(&[], true, &lowered(host)).join(" "), expected, "{host}");
    }
}

#[test]
fn what_the_response_sets_stays() {
    let request = Purge {
        consent: &Consent::none(),
        host: "localhost",
        secure: true,
        undeclared: PurgeUndeclared::Never,
        now: NOW,
    };
    let found = policy().purge(pairs(b"_ga=1; _ga_X=2"), request, |name| name == b"_ga");
    assert_eq!(found.len(), 1);
    assert!(found[0].field.starts_with(b"_ga_X=;") && found[0].reason.word() == "not-agreed");
}

#[test]
fn what_exceeds_one_response_follows_page_by_page() {
    let policy = policy();
    let mut left: Vec<String> = (0..40).map(|number| format!("_ga_{number}=1")).collect();
    let mut pages = 0;
    while !left.is_empty() {
        pages += 1;
        let request = Purge {
            consent: &Consent::none(),
            host: "www.example.org",
            secure: true,
            undeclared: PurgeUndeclared::Never,
            now: NOW + pages,
        };
        let found = purge(&policy, left.join("; ").as_bytes(), request);
        assert!(found.len() <= Policy::MOST_EXPIRIES);
        // The cookies are those of the registrable domain.
        let gone = |name: &String| {
            let name = name.replace("=1", "");
            found.iter().any(|expiry| {
                let cookie = SetCookie::parse(&expiry.field);
                cookie.name() == name.as_bytes() && cookie.domain() == Some(b"example.org")
            })
        };
        left.retain(|name| !gone(name));
        assert!(pages < 12);
    }
}

#[test]
fn a_cookie_that_cannot_be_found_keeps_no_other_waiting() {
    let policy = policy();
    let field: Vec<String> = (0..30).map(|number| format!("_ga_{number}=1")).collect();
    let mut tried = std::collections::BTreeSet::new();
    for now in 0..30 {
        let request = Purge {
            consent: &Consent::none(),
            host: "www.example.org",
            secure: true,
            undeclared: PurgeUndeclared::Never,
            now,
        };
        for expiry in purge(&policy, field.join("; ").as_bytes(), request) {
            tried.insert(SetCookie::parse(&expiry.field).name().to_vec());
        }
    }
    assert_eq!(tried.len(), 30);
}

/// However evenly the pages follow one another.
#[test]
fn every_form_of_one_cookie_has_its_turn() {
    let yaml = "
version: '1'
cookies: [{provider: A, names: a, purposes: Counting, category: statistical, set_by: script, paths: [/, /b, /c, /d, /e]}]
";
    let (registry, _) = Registry::compile(Source::new("site.yaml", yaml));
    let policy = Policy::new(Arc::new(registry.unwrap()), Undeclared::Block, Undeclared::Block, 180);
    let consent = Consent::none();
    for gap in [1, 2, 6, 12, 30, 60, 600] {
        let mut tried = std::collections::BTreeSet::new();
        for page in 0..12 {
            let undeclared = PurgeUndeclared::Never;
            let (host, now) = ("w.v.u.example.org", NOW + page * gap);
            let found =
                purge(&policy, b"a=1", Purge { consent: &consent, host, secure: true, undeclared, now });
            assert_eq!(found.len(), Policy::MOST_EXPIRIES);
            tried.extend(found.into_iter().map(|expiry| expiry.field));
        }
        assert_eq!(tried.len(), 5 * 5, "{gap}");
    }
}

/// Of a manager with several cookies the response may set one: the others stay as they were.
#[test]
fn a_choice_in_several_cookies_is_read_as_they_will_be() {
    let yaml = "
version: '1'
consent: {adapters: complianz, keys: {statistics: statistical, marketing: third-party}}
cookies: [{provider: A, names: a, purposes: Counting, category: statistical}]
";
    let (registry, _) = Registry::compile(Source::new("site.yaml", yaml));
    let policy = Policy::new(Arc::new(registry.unwrap()), Undeclared::Block, Undeclared::Block, 180);
    let a = policy.registry().lookup(b"a").unwrap();
    let request = || pairs(b"cmplz_statistics=allow; cmplz_marketing=allow");
    let before = Consent::read(policy.registry(), request(), false);
    for (field, expected) in [
        ("cmplz_marketing=deny; Path=/", Some(true)),
        ("cmplz_statistics=deny; Path=/", Some(false)),
        ("cmplz_statistics=; Max-Age=0", Some(false)),
        ("other=deny", None),
    ] {
        let after = policy.choice_after(&[SetCookie::parse(field.as_bytes())], request(), &before, NOW);
        assert_eq!(after.map(|choice| choice.allows(policy.registry(), a)), expected, "{field}");
    }
}

/// The companion grants nothing, so that its deletion withdraws nothing.
#[test]
fn a_companion_in_the_response_is_no_choice() {
    let policy = policy();
    let registry = policy.registry();
    let request = || pairs(br#"cookies_preferences={"statistical":true}"#);
    let before = Consent::read(registry, request(), false);
    let ga = registry.lookup(b"_ga").unwrap();
    for field in ["tamis_choice=; Max-Age=0", "tamis_choice=x", "tamis_choice=1.AAAAAAAAAAAAAAAAAAAAAA.0.1."]
    {
        let after = policy.choice_after(&[SetCookie::parse(field.as_bytes())], request(), &before, NOW);
        assert_eq!(after.map(|choice| choice.allows(registry, ga)), Some(true), "{field}");
    }
}

#[test]
fn a_choice_in_the_response_counts_at_once_if_it_is_stricter() {
    let policy = policy();
    let granted = consent(policy.registry(), r#"{"statistical":true}"#);
    let ga = policy.registry().lookup(b"_ga").unwrap();
    let after = |before: &Consent, fields: &[&str]| {
        let lines: Vec<_> = fields.iter().map(|field| SetCookie::parse(field.as_bytes())).collect();
        policy
            .choice_after(&lines, std::iter::empty(), before, NOW)
            .map(|choice| choice.allows(policy.registry(), ga))
    };
    let (yes, no) = (
        r#"cookies_preferences={"statistical":true}; Path=/"#,
        r#"cookies_preferences={"statistical":false}"#,
    );
    let table: &[(&Consent, &[&str], Option<bool>)] = &[
        (&granted, &["sessionid=1", "xcookies_preferences=1", ""], None),
        (&granted, &["sessionid=1", yes], Some(true)),
        (&granted, &[no], Some(false)),
        (&granted, &[yes, no], Some(false)),
        (&granted, &[no, yes], Some(false)),
        (&granted, &[&format!("{yes}; Max-Age=0")], Some(false)),
        (&granted, &["cookies_preferences=nonsense"], Some(false)),
        (&granted, &["cookies_preferences=\u{1}"], None),
        (&Consent::none(), &[yes], Some(false)),
    ];
    for (before, fields, expected) in table {
        assert_eq!(after(before, fields), *expected, "{fields:?}");
    }
}

proptest! {
    #[test]
    fn every_field_deletes_one_cookie_that_came(
        field in super::field(),
        ours in prop::collection::vec("(_ga_[0-9]{1,2}|widget|_pk_id\\.1\\.[a-z\u{e9} ]|__Secure-map|x{0,2})=1", 0..30),
        host in "([a-z;.]{0,4}\\.){0,5}[a-z]{1,3}",
        secure in any::<bool>(),
        all in any::<bool>(),
    ) {
        let policy = policy();
        let field = [field, ours.join(";").into_bytes()].join(b";".as_slice());
        let undeclared = if all { PurgeUndeclared::HostOnly } else { PurgeUndeclared::Never };
        let consent = Consent::none();
        let found = purge(&policy, &field, Purge { consent: &consent, host: &host, secure, undeclared, now: NOW });
        prop_assert!(found.len() <= Policy::MOST_EXPIRIES);
        for Expiry { field: expiry, reason } in &found {
            let cookie = SetCookie::parse(expiry);
            prop_assert_eq!(cookie.refusal(), None);
            prop_assert!(cookie.is_deletion(0) && cookie.value().is_empty() && cookie.path().is_some());
            prop_assert!(!cookie.name().is_empty());
            prop_assert!(pairs(&field).any(|pair| pair.name() == cookie.name()));
            let entry = policy.registry().lookup(cookie.name());
            prop_assert_eq!(entry, reason.entry());
            prop_assert!(entry.is_none_or(|entry| policy.registry().entry(entry).needs_consent));
            let takes_in = |domain: &[u8]| {
                let host = host.as_bytes().strip_suffix(domain);
                host.is_some_and(|rest| rest.is_empty() || rest.ends_with(b"."))
            };
            prop_assert!(cookie.domain().is_none_or(takes_in));
        }
    }
}
