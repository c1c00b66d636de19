//! Rewriting, renaming and renewal, as tables and properties.

use std::sync::{Arc, OnceLock};

use proptest::prelude::*;

use super::{NOW, compile, consent, octets};
use crate::consent::Consent;
use crate::cookie::{SetCookie, pairs};
use crate::diagnostic::Source;
use crate::document::Document;
use crate::policy::{
    LONGEST, Occasion, Policy, Reason, Sifted, Undeclared, Verdict, explain_cookie_field, explain_set_cookie,
};
use crate::registry::{LifetimeChange, Registry, Rewrite};

pub(super) fn registry() -> Arc<Registry> {
    static REGISTRY: OnceLock<Arc<Registry>> = OnceLock::new();
    let compiled = || compile(include_str!("../../../tests/data/rewrites.yaml")).unwrap();
    Arc::clone(REGISTRY.get_or_init(compiled))
}

/// The site of the tables with this `rewrite`.
fn policy(rewrite: &str) -> Policy {
    let block = Undeclared::Block;
    let document = Document::parse(Source::new("site", format!("{{{rewrite}}}"))).unwrap();
    let mut fields = document.fields(document.root(), &crate::registry::SITE_REWRITE).unwrap();
    let rewrite = Rewrite::read(&document, &mut fields);
    fields.finish();
    assert_eq!(document.errors(), 0);
    Policy::new(registry(), block, block, 180).rewriting(rewrite)
}

/// `[x*N]` as N times x.
fn repeated(text: &str) -> String {
    let Some((before, rest)) = text.split_once('[') else { return text.to_owned() };
    let (repeat, after) = rest.split_once(']').unwrap();
    let (what, times) = repeat.split_once('*').unwrap();
    format!("{before}{}{after}", what.repeat(times.parse().unwrap()))
}

#[test]
fn rewriting_table() {
    for (number, line) in (1..).zip(include_str!("../../../tests/data/rewrites.tsv").lines()) {
        if line.is_empty() || line.starts_with('#') {
            continue;
        }
        let columns: Vec<&str> = line.split('\t').collect();
        let [cookie, choice, connection, request, site, verdict, reason, becomes] = columns[..] else {
            panic!("line {number}: {} columns", columns.len());
        };
        let policy = policy(if site == "-" { "" } else { site });
        let choice = if choice == "-" { Consent::none() } else { consent(policy.registry(), choice) };
        let line = octets(&repeated(cookie));
        let cookie = SetCookie::parse(&line);
        let carried = |name: &[u8], value: &[u8]| {
            pairs(request.as_bytes()).any(|pair| pair.name() == name && pair.value() == value)
        };
        let occasion = Occasion { consent: &choice, now: NOW, secure: connection == "secure" };
        let (judged, field) = policy.sift_set_cookie(&cookie, occasion, carried);
        let field = field.map_or("-".to_owned(), |field| String::from_utf8(field).unwrap());
        let got = (judged.word(), judged.reason().word(), field.as_str());
        assert_eq!(got, (verdict, reason, becomes), "line {number}");
        if judged.forwards() && field != "-" {
            // What was rewritten needs no rewriting.
            let again = SetCookie::parse(field.as_bytes());
            let (judged, field) = policy.sift_set_cookie(&again, occasion, |_, _| false);
            assert!(matches!(judged, Verdict::Forward(_)) && field.is_none(), "line {number}");
        }
    }
}

/// An anonymised cookie that needs no consent lives 13 months at most, any other 400 days.
#[test]
fn lifetimes_where_none_is_declared() {
    let yaml = "
version: '1'
cookies:
  - {provider: A, names: exempt, purposes: P, category: statistical, anonymised: true, exemption: E}
  - {provider: A, names: asked, purposes: P, category: third-party, anonymised: true}
  - {provider: A, names: plain, purposes: P, category: necessary, exemption: E}
";
    let policy = Policy::new(compile(yaml).unwrap(), Undeclared::Block, Undeclared::Block, 180);
    let clamp = Rewrite { lifetime: Some(LifetimeChange::Clamp), ..Rewrite::default() };
    let policy = policy.rewriting(clamp);
    let agreed = consent(policy.registry(), r#"{"third-party":true}"#);
    for (name, days) in [("exempt", 395), ("asked", 400), ("plain", 400)] {
        let line = format!("{name}=1; Max-Age=99999999");
        let occasion = Occasion { consent: &agreed, now: NOW, secure: true };
        let (_, field) = policy.sift_set_cookie(&SetCookie::parse(line.as_bytes()), occasion, |_, _| false);
        let expected = format!("{name}=1; Max-Age={}", days * 86_400);
        assert_eq!(String::from_utf8(field.unwrap_or_default()).unwrap(), expected);
    }
}

#[test]
fn the_row_of_a_refused_renewal_is_told() {
    let entry = registry().lookup(b"atuserid");
    assert!(entry.is_some());
    assert_eq!(Reason::Renewal(entry).entry(), entry);
}

#[test]
fn names_back_in_requests() {
    let sift = |secure: bool, fields: &[&str]| {
        let mut words = Vec::new();
        let sifted = policy("").filter_request(
            fields.iter().map(|field| field.as_bytes()),
            &Consent::none(),
            secure,
            |_, verdict| words.push(format!("{} {}", verdict.word(), verdict.reason().word())),
        );
        let field = match sifted {
            Sifted::Unchanged => "unchanged".to_owned(),
            Sifted::Empty => "empty".to_owned(),
            Sifted::Fewer(field) => String::from_utf8(field).unwrap(),
        };
        (field, words.join(", "))
    };
    let table: &[(bool, &[&str], &str, &str)] = &[
        (true, &["__Host-sessionid=a"], "sessionid=a", "rewrite exempt"),
        (true, &["x=1;__Host-sessionid = \"a=b\" ;csrftoken=c"], "sessionid=\"a=b\"; csrftoken=c", ""),
        (true, &["sessionid=old; __Host-sessionid=a"], "sessionid=a", "strip superseded, rewrite exempt"),
        (true, &["__Host-sessionid=a; sessionid=old; sessionid=older"], "sessionid=a", ""),
        (true, &["__Host-sessionid=a", "sessionid=old"], "sessionid=a", ""),
        (
            true,
            &["__Host-sessionid=a; __Host-sessionid=b"],
            "sessionid=a",
            "rewrite exempt, strip superseded",
        ),
        (true, &["sessionid=old; csrftoken=c"], "csrftoken=c", "strip superseded, forward exempt"),
        (true, &["sessionid=old"], "empty", "strip superseded"),
        (true, &["__host-sessionid=a"], "empty", "strip undeclared"),
        (true, &["sso=1; __Secure-sso=2; csrftoken=c"], "sso=2; csrftoken=c", ""),
        (false, &["sessionid=a; csrftoken=c"], "unchanged", "forward exempt, forward exempt"),
        (false, &["sessionid=old; __Host-sessionid=a"], "sessionid=a", ""),
        (true, &["__Secure-poll=1"], "empty", "strip not-agreed"),
    ];
    for (secure, fields, expected, words) in table {
        let (field, verdicts) = sift(*secure, fields);
        assert_eq!(field, *expected, "{fields:?}");
        assert!(words.is_empty() || verdicts == *words, "{fields:?}: {verdicts}");
    }
}

#[test]
fn people_are_told_what_it_becomes() {
    let policy = policy("secure: set");
    let told =
        explain_set_cookie(&policy, b"sessionid=secret; Path=/; Max-Age=99999999", &Consent::none(), NOW);
    let text = told.to_string();
    assert!(text.starts_with("Set-Cookie: sessionid: passes rewritten (exempt)\n"), "{text}");
    let becomes = "__Host-sessionid=…; Path=/; Max-Age=1209600; Secure; SameSite=Lax";
    assert!(text.contains(&format!("\n  It becomes: {becomes}\n")), "{text}");
    assert!(!text.contains("secret"));
    assert_eq!((&told.json()["verdict"], &told.json()["rewritten"]), (&"rewrite".into(), &becomes.into()));

    let told = explain_cookie_field(&policy, b"__Host-sessionid=secret; sessionid=secret", &Consent::none());
    let text: Vec<_> = told.iter().map(ToString::to_string).collect();
    assert!(
        text[0].contains("passes rewritten (exempt)") && text[0].contains("It becomes: sessionid=…"),
        "{text:?}"
    );
    assert!(text[1].contains("stripped (superseded)") && text[1].contains("`__Host-sessionid`"), "{text:?}");
    assert!(text.iter().all(|text| text.contains("declared as `sessionid`") && !text.contains("secret")));
}

/// Lines with many attributes, known and unknown, some repeated or broken.
fn line() -> impl Strategy<Value = String> {
    let name = prop::sample::select(vec![
        "sessionid",
        "sso",
        "csrftoken",
        "cart",
        "theme",
        "old-1",
        "widget",
        "atuserid",
        "_ga",
        "cookies_preferences",
        "__Host-sessionid",
        "__Host-poll",
        "unknown",
    ]);
    let attribute = prop_oneof![
        prop::sample::select(vec![
            "Secure",
            " secure",
            " HttpOnly",
            "httponly=1",
            " SameSite=None",
            "samesite=Lax",
            " SameSite=x",
            " Partitioned",
            " Path=/",
            "path=/app",
            " Domain=example.org",
            " domain=.x.org",
            " Priority=High",
            "",
            " ",
            " Max-Age=0",
            " max-age=-1",
            "Expires=Thu, 01 Jan 1970 00:00:00 GMT",
            " Max-Age=x",
            "X=\"y\"",
        ])
        .prop_map(str::to_owned),
        any::<i64>().prop_map(|seconds| format!(" Max-Age={seconds}")),
        (1..70_000_000_i64).prop_map(|seconds| format!("max-age={seconds}")),
        (NOW..NOW + 70_000_000).prop_map(|time| format!(" Expires={}", crate::cookie::imf_fixdate(time))),
    ];
    (name, "[a-z=\" ]{0,6}", prop::collection::vec(attribute, 0..7)).prop_map(|(name, value, attributes)| {
        [vec![format!("{name}={value}")], attributes].concat().join(";")
    })
}

fn site() -> impl Strategy<Value = &'static str> {
    prop::sample::select(vec![
        "",
        "secure: set, http_only: set, same_site: strict, lifetime: clamp",
        "same_site: none, partitioned: set, lifetime: clamp",
        "secure: remove, http_only: remove, same_site: remove, partitioned: remove",
        "lifetime: clamp, renewal: refuse",
    ])
}

/// How long a browser keeps it, from now; `None` until it is closed.
fn life(cookie: &SetCookie<'_>) -> Option<i64> {
    cookie.max_age().or(cookie.expires().map(|time| time - NOW))
}

proptest! {
    #[test]
    fn what_a_rewriting_never_does(line in line(), site in site(), secure in any::<bool>(), all in any::<bool>()) {
        let policy = policy(site);
        let choice = if all { r#"{"statistical":true,"internal":true}"# } else { "" };
        let consent = consent(policy.registry(), choice);
        let cookie = SetCookie::parse(line.as_bytes());
        let occasion = Occasion { consent: &consent, now: NOW, secure };
        let (verdict, field) = policy.sift_set_cookie(&cookie, occasion, |_, _| false);
        prop_assert_eq!(matches!(verdict, Verdict::Rewrite(_)), field.is_some());
        let alone = policy.judge_set_cookie(&cookie, &consent, NOW);
        prop_assert!(alone.forwards() || !verdict.forwards(), "nothing passes by being rewritten");
        let Some(field) = field else { return Ok(()) };
        let after = SetCookie::parse(&field);
        prop_assert_ne!(&field, line.as_bytes());
        prop_assert_eq!(after.refusal(), None);
        prop_assert_eq!(after.value(), cookie.value());
        prop_assert!(secure || after.name() == cookie.name());
        prop_assert!(secure || !after.secure() || cookie.secure(), "no Secure on an insecure connection");
        prop_assert!(after.secure() || !after.partitioned() || !cookie.secure());
        if after.name() == b"csrftoken" || after.name() == b"theme" || after.name() == b"cookies_preferences" {
            prop_assert!(!after.http_only() || cookie.http_only());
        }
        match (life(&cookie), life(&after)) {
            (Some(before), Some(after)) => prop_assert!(after <= before, "{after} after {before}"),
            (None, Some(_)) => prop_assert!(false, "a session became a lifetime"),
            (_, None) => {}
        }
        if after.is_deletion(NOW) != cookie.is_deletion(NOW) {
            // `Max-Age=9999999; Max-Age=0; Max-Age=x`: over at once by the standard, but not for every browser.
            prop_assert!(after.is_deletion(NOW) && life(&cookie).is_some_and(|seconds| seconds <= 0));
        }
        if site.contains("clamp") && !cookie.is_deletion(NOW) {
            prop_assert!(life(&after).is_none_or(|seconds| seconds <= LONGEST));
        }
        // What no rule is about keeps its octets and its order.
        let known = ["Secure", "HttpOnly", "SameSite", "Partitioned", "Max-Age", "Expires", "Domain", "Path"];
        let others = |cookie: &SetCookie<'_>| -> Vec<Vec<u8>> {
            let attributes = cookie.attributes().filter(|attribute| !known.iter().any(|name| attribute.is(name)));
            attributes.map(|attribute| attribute.raw().to_vec()).collect()
        };
        prop_assert_eq!(others(&after), others(&cookie));
    }

    #[test]
    fn one_plain_name_remains(names in prop::collection::vec(0..4_usize, 0..8), secure in any::<bool>()) {
        let all = ["__Host-sessionid=new", "sessionid=old", "csrftoken=c", "_ga=1"];
        let field = names.iter().map(|name| all[*name]).collect::<Vec<_>>().join("; ");
        let sifted = policy("").filter_request(
            std::iter::once(field.as_bytes()), &Consent::none(), secure, |_, _| {},
        );
        let got = match &sifted {
            Sifted::Unchanged => field.as_bytes(),
            Sifted::Fewer(field) => field,
            Sifted::Empty => b"",
        };
        let values: Vec<_> = pairs(got).filter(|pair| pair.name() == b"sessionid").map(|pair| pair.value()).collect();
        prop_assert!(pairs(got).all(|pair| pair.name() != b"__Host-sessionid"));
        if names.contains(&0) {
            prop_assert_eq!(values, [b"new".as_slice()]);
        } else {
            prop_assert!(!secure || values.is_empty());
        }
    }
}
