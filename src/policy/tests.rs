//! Verdicts as tables, the filter against its naive reconstruction, and what people are told.

mod familiar;
mod purge;
mod rewrite;

use std::sync::Arc;

use proptest::prelude::*;

use super::*;
use crate::consent::Consent;
use crate::cookie::{SetCookie, pairs, reads_alike};
use crate::diagnostic::Source;
use crate::registry::{self, Registry};

/// 2026-11-23 00:00:00 UTC.
const NOW: i64 = 1_795_392_000;

fn compile(yaml: &str) -> Result<Arc<Registry>, String> {
    let (registry, faults) = Registry::compile(Source::new("verdicts.yaml", yaml));
    registry.map(Arc::new).ok_or_else(|| faults.render(false))
}

fn registry() -> Arc<Registry> {
    compile(include_str!("../../tests/data/verdicts.yaml")).unwrap()
}

fn policy(undeclared: Undeclared) -> Policy {
    Policy::new(registry(), undeclared, undeclared, 180)
}

fn consent(registry: &Registry, value: &str) -> Consent {
    let field = format!("{}={value}", registry.consent().cookie);
    Consent::read(registry, pairs(field.as_bytes()), false)
}

/// `\xNN` as an octet, all else as it stands.
fn octets(text: &str) -> Vec<u8> {
    let mut parts = text.split("\\x");
    let mut out = parts.next().unwrap().as_bytes().to_vec();
    for part in parts {
        out.push(u8::from_str_radix(&part[..2], 16).unwrap());
        out.extend_from_slice(&part.as_bytes()[2..]);
    }
    out
}

#[test]
fn the_row_of_a_family_says_who_sets_it() {
    let rows = family_yaml(&registry(), "_x_{id}", Some("Example: Inc"), Some(registry::SetBy::Server));
    let lines: Vec<&str> = rows.lines().collect();
    assert_eq!(lines[..2], ["  - names: [\"_x_{id}\"]", "    provider: \"Example: Inc\" # who provides it"]);
    assert_eq!(lines.last(), Some(&"    set_by: server"));
    assert!(!family_yaml(&registry(), "_x_{id}", None, None).contains("set_by"));
}

/// The choice that a dump holds counts for its cookies, unless another one is given.
#[test]
fn an_inquiry_reads_the_choice_where_it_is() {
    let policy = policy(Undeclared::Block);
    let cookie = &policy.registry().consent().cookie;
    let choice = r#"{"statistical":true}"#;
    let dump = format!(
        "GET / HTTP/1.1\r\nCookie: {cookie}={choice}\r\n\r\nHTTP/1.1 200 OK\r\nSet-Cookie: {cookie}=x\r\n\r\n"
    );
    let told = |dump: &str, consent: Option<&[u8]>| {
        let (cookies, set_cookies) = (Vec::new(), Vec::new());
        let inquiry = Inquiry {
            policy: &policy,
            cookies,
            set_cookies,
            dump: dump.as_bytes(),
            consent,
            gpc: false,
            now: NOW,
        };
        inquiry.answer().json(&policy, Some("www"), "observe")
    };
    let agreed = "statistical";
    let of = |told: &serde_json::Value| {
        let field = told["consent"]["x_consent"].as_str().unwrap().to_owned();
        (told["consent"]["reading"].clone(), field.split(", ").any(|member| member == agreed))
    };
    let dumped = told(&dump, None);
    assert_eq!(of(&dumped), ("read".into(), true));
    assert_eq!((&dumped["site"], &dumped["mode"]), (&"www".into(), &"observe".into()));
    assert_eq!(dumped["cookies"].as_array().map(Vec::len), Some(2));
    assert_eq!(of(&told("", None)), ("absent".into(), false));
    assert_eq!(of(&told("", Some(choice.as_bytes()))), ("read".into(), true));
    assert!(!of(&told(&dump, Some(b"{}"))).1);
}

/// Whatever the registry says of them, cookies with a choice pass both ways, and scripts can read them.
#[test]
fn cookies_of_consent_managers_are_never_filtered() {
    let yaml = "
version: '1'
consent: {adapters: [onetrust, complianz, {manager: klaro, cookie: site_klaro}]}
cookies: [{provider: A, names: [OptanonConsent, cmplz_marketing], purposes: Ads, category: third-party}]
";
    let policy = Policy::new(compile(yaml).unwrap(), Undeclared::Block, Undeclared::Block, 2);
    let rewrite = registry::Rewrite { http_only: Some(registry::Presence::Set), ..Default::default() };
    let policy = policy.rewriting(rewrite);
    let names = ["OptanonConsent", "OptanonAlertBoxClosed", "cmplz_marketing", "cmplz_id", "site_klaro"];
    for name in names {
        let line = format!("{name}=1; Path=/");
        let pair = pairs(line.as_bytes()).next().unwrap();
        let forward = Verdict::Forward(Reason::ConsentCookie);
        assert_eq!(policy.judge_pair(&pair, &Consent::none()), forward, "{name}");
        let occasion = Occasion { consent: &Consent::none(), now: NOW, secure: true };
        let sifted = policy.sift_set_cookie(&SetCookie::parse(line.as_bytes()), occasion, |_, _| false);
        assert_eq!(sifted, (forward, None), "{name}");
    }
    let field = format!("{}=1; a=1; klaro=1; tamis_choice=1", names.join("=1; "));
    let sifted = policy.filter_request(std::iter::once(field.as_bytes()), &Consent::none(), true, |_, _| {});
    assert_eq!(sifted, Sifted::Fewer(format!("{}=1; tamis_choice=1", names.join("=1; ")).into_bytes()));
    let few = policy.filter_request(
        std::iter::once(b"tamis_choice=1; klaro=1".as_slice()),
        &Consent::none(),
        true,
        |_, _| {},
    );
    assert_eq!(few, Sifted::Fewer(b"tamis_choice=1".to_vec()));
}

#[test]
fn verdict_table() {
    let registry = registry();
    let mut judged = std::collections::BTreeSet::new();
    for (number, line) in (1..).zip(include_str!("../../tests/data/verdicts.tsv").lines()) {
        if line.is_empty() || line.starts_with('#') {
            continue;
        }
        let columns: Vec<&str> = line.split('\t').collect();
        let [direction, cookie, choice, undeclared, verdict, reason] = columns[..] else {
            panic!("line {number}: {} columns", columns.len());
        };
        let undeclared = match undeclared {
            "block" => Undeclared::Block,
            "report" => Undeclared::Report,
            "allow" => Undeclared::Allow,
            other => panic!("line {number}: {other}"),
        };
        let consent = if choice == "-" { Consent::none() } else { consent(&registry, choice) };
        let policy = Policy::new(registry.clone(), undeclared, undeclared, 180);
        let cookie = octets(cookie);
        let judged_as = match direction {
            "response" => policy.judge_set_cookie(&SetCookie::parse(&cookie), &consent, NOW),
            "request" => policy.judge_pair(&pairs(&cookie).next().unwrap(), &consent),
            other => panic!("line {number}: {other}"),
        };
        let got = (judged_as.word(), judged_as.reason().word());
        assert_eq!(got, (verdict, reason), "line {number}: {line}");
        judged.insert(reason);
    }
    let missing: Vec<_> = Reason::WORDS.into_iter().filter(|word| !judged.contains(word)).collect();
    assert_eq!(
        missing,
        ["renewal", "superseded", "too-large", "too-many", "ambiguous"],
        "these have tests of their own"
    );
}

#[test]
fn each_direction_has_its_setting() {
    let policy = Policy::new(registry(), Undeclared::Allow, Undeclared::Block, 180);
    let pair = pairs(b"x=1").next().unwrap();
    assert_eq!(policy.judge_pair(&pair, &Consent::none()), Verdict::Forward(Reason::UndeclaredAllowed));
    let verdict = policy.judge_set_cookie(&SetCookie::parse(b"x=1"), &Consent::none(), NOW);
    assert_eq!(verdict, Verdict::Strip(Reason::Undeclared));
}

#[test]
fn over_the_size_of_browsers() {
    let line = format!("sessionid={}", "x".repeat(4096));
    let verdict =
        policy(Undeclared::Allow).judge_set_cookie(&SetCookie::parse(line.as_bytes()), &Consent::none(), NOW);
    assert_eq!(verdict, Verdict::Strip(Reason::TooLarge));
}

fn sift(policy: &Policy, fields: &[&str]) -> String {
    let fields = fields.iter().map(|field| field.as_bytes());
    match policy.filter_request(fields, &Consent::none(), true, |_, _| {}) {
        Sifted::Unchanged => "unchanged".to_owned(),
        Sifted::Empty => "empty".to_owned(),
        Sifted::Fewer(field) => String::from_utf8(field).unwrap(),
    }
}

#[test]
fn cookie_fields_sifted() {
    let table: &[(&[&str], &str)] = &[
        (&[], "unchanged"),
        (&["sessionid=a"], "unchanged"),
        (&["sessionid=a;csrftoken=b ;;  sessionid=c;"], "unchanged"),
        (&[""], "unchanged"),
        (&["; ;"], "unchanged"),
        (&["_ga=1"], "empty"),
        (&["_ga=1; justvalue; =x"], "empty"),
        (&["_ga=1; sessionid=a"], "sessionid=a"),
        (&["sessionid=a; _ga=1"], "sessionid=a"),
        (&["sessionid=a; _ga=1; csrftoken=b"], "sessionid=a; csrftoken=b"),
        (&["sessionid=a;_ga=1;;csrftoken = \"b c\" ;x"], "sessionid=a; csrftoken = \"b c\""),
        (&["sessionid=m3; _ga=1; sessionid=m1"], "sessionid=m3; sessionid=m1"),
        (&["sessionid=a", "csrftoken=b"], "sessionid=a; csrftoken=b"),
        (&["sessionid=a", "_ga=1", "csrftoken=b"], "sessionid=a; csrftoken=b"),
        (&["_ga=1", "_fbp=2"], "empty"),
        (&["", ";"], "empty"),
        (&["cookies_preferences=%7B; _ga=1"], "cookies_preferences=%7B"),
    ];
    for (fields, expected) in table {
        assert_eq!(sift(&policy(Undeclared::Block), fields), *expected, "{fields:?}");
    }
}

#[test]
fn a_cookie_within_a_cookie_is_explained() {
    let told =
        explain_cookie_field(&policy(Undeclared::Block), b"Cookie: sessionid=a _ga=secret", &Consent::none());
    let text: Vec<_> = told.iter().map(ToString::to_string).collect();
    assert_eq!(
        text,
        ["Cookie: sessionid: stripped (ambiguous)
  Servers that end a cookie at white space, a comma or a quote read a further one in it, which would not pass.
  Encode the value, or declare what is read in it, in a category that the visitor agreed to."]
    );
}

#[test]
fn more_pairs_than_a_request_may_carry() {
    let policy = Policy::new(registry(), Undeclared::Allow, Undeclared::Allow, 2);
    let field = "sessionid=a; x=1; sessionid=b; cookies_preferences=c; y=2; =z";
    assert_eq!(sift(&policy, &[field]), "sessionid=a; x=1; cookies_preferences=c");
    let mut words = Vec::new();
    let fields = [field.as_bytes()];
    policy.filter_request(fields.into_iter(), &Consent::none(), true, |name, verdict| {
        words.push(format!("{} {}", name.escape_ascii(), verdict.reason().word()));
    });
    let expected = [
        "sessionid exempt",
        "x undeclared-allowed",
        "sessionid too-many",
        "cookies_preferences consent-cookie",
        "y too-many",
        " too-many",
    ];
    assert_eq!(words, expected);
}

#[test]
fn an_explanation_for_people() {
    let policy = policy(Undeclared::Block);
    let registry = policy.registry();
    let told = |line: &str, choice: &str| {
        let consent = if choice == "-" { Consent::none() } else { consent(registry, choice) };
        explain_set_cookie(&policy, line.as_bytes(), &consent, NOW).to_string()
    };
    let cases = [
        ("Set-Cookie: _ga=secret; Path=/", "-"),
        ("_ga_X=secret; Path=/", r#"{"statistical":true}"#),
        ("_pk_id.1.a=secret", r#"{"statistical":false}"#),
        ("_pk_id.1.a=secret", r#"{"matomo":false}"#),
        ("_ga=secret", "nonsense"),
        ("_ga=secret", r#"{"internal":true}"#),
        ("set-cookie:sessionid=secret\r\n", "-"),
        ("atuserid=secret", "-"),
        ("cookies_preferences=secret", "-"),
        ("_fbp=secret; Max-Age=0", "-"),
        ("_fbp=secret", "-"),
        ("SessionID=secret", "-"),
        ("=secret", "-"),
        ("a\u{1b}[31m=secret", "-"),
        ("__Host-theme=secret; Secure", "-"),
        ("__http-x=secret", "-"),
    ];
    let text: Vec<_> = cases.iter().map(|(line, choice)| told(line, choice)).collect();
    for told in &text {
        assert!(!told.contains("secret") && !told.contains('\u{1b}') && told.lines().count() <= 4, "{told}");
    }
    golden("explanations.txt", &(text.join("\n\n") + "\n"));
}

/// Compares with tests/golden/explain/`name`; `TAMIS_BLESS=1` renews the file first.
fn golden(name: &str, text: &str) {
    let path = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/golden/explain").join(name);
    if std::env::var_os("TAMIS_BLESS").is_some() {
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::fs::write(&path, text).unwrap();
    }
    let expected = std::fs::read_to_string(&path).unwrap_or_default();
    assert_eq!(text, expected, "{} differs; TAMIS_BLESS=1 renews it", path.display());
}

#[test]
fn an_explanation_for_tools() {
    let policy = policy(Undeclared::Block);
    let told = explain_set_cookie(&policy, b"_pk_id.1.a=secret; Path=/", &Consent::none(), NOW).json();
    assert_eq!(told["direction"], "response");
    assert_eq!(told["name"], "_pk_id.1.a");
    assert_eq!((&told["verdict"], &told["reason"]), (&"strip".into(), &"not-agreed".into()));
    assert_eq!(told["rule"]["file"], "verdicts.yaml");
    assert_eq!(told["rule"]["pattern"], "_pk_id.{id}.{id}");
    assert_eq!((&told["rule"]["line"], &told["rule"]["column"]), (&37.into(), &13.into()));
    assert_eq!(told["category"]["key"], "statistical");
    assert_eq!(told["service"], "matomo");
    assert!(told["declaration"].is_null());
    assert!(!told.to_string().contains("secret"));

    let told = explain_cookie_field(&policy, b"Cookie: sessionid=secret; _fbp=secret", &Consent::none());
    assert_eq!(told.len(), 2);
    assert!(told[0].verdict.forwards() && told[0].declaration.is_none());
    assert_eq!(told[1].json()["reason"], "undeclared");
    assert!(told[1].declaration.as_deref().unwrap().contains("names: [\"_fbp\"]"));
}

#[test]
fn dumps_of_curl() {
    let policy = policy(Undeclared::Block);
    let names = |dump: &str| {
        let told = explain_dump(&policy, dump.as_bytes(), &Consent::none(), NOW);
        told.iter()
            .map(|told| format!("{} {}", told.direction.word(), told.name))
            .collect::<Vec<_>>()
            .join(", ")
    };
    let plain = "HTTP/1.1 302 Found\r\nSet-Cookie: a=1\r\nLocation: /\r\nset-cookie: b=2\r\n\r\n\
                 HTTP/2 200 \r\nSET-COOKIE:c=3; Path=/\r\nX-Set-Cookie: no=1\r\n\r\n\
                 <pre>\r\nSet-Cookie: body=1\r\nCookie: body=2\r\n</pre>";
    assert_eq!(names(plain), "response a, response b, response c");
    assert_eq!(names(&plain.replace('\r', "")), "response a, response b, response c");
    let verbose = "*   Trying 127.0.0.1:80...\n> GET / HTTP/1.1\n> Cookie: a=1; b=2\n> \n< HTTP/1.1 200 OK\n\
                   < Set-Cookie: c=3\n< \n{ [5 bytes data]\nSet-Cookie: body=1\n* Connection #0 left intact\n";
    assert_eq!(names(verbose), "request a, request b, response c");
    assert_eq!(names("Set-Cookie: a=1\nSet-Cookie: b=2"), "response a, response b");
    assert_eq!(names("GET / HTTP/1.1\r\nHost: x\r\nCookie: a=1\r\n\r\n"), "request a");
    assert_eq!(names(""), "");
}

/// A registry with that row alone.
fn declared(row: &str) -> Arc<Registry> {
    compile(&format!("version: \"1\"\ncookies:\n{row}")).unwrap_or_else(|faults| panic!("{row}\n{faults}"))
}

#[test]
fn what_to_paste() {
    let registry = registry();
    let yaml = declaration_yaml(&registry, b"sl/ash*{x}\\", Direction::Request);
    let expected = r#"  - names: ["sl/ash\\*\\{x}\\\\"] # write * or {id} for a part that differs between visitors
    provider: "?" # who provides it
    purposes: "?" # what it is for, in the visitors' words
    category: internal # or: necessary, statistical, third-party
    set_by: script # or: server
"#;
    assert_eq!(yaml, expected);
    assert!(!declaration_yaml(&registry, b"a", Direction::Response).contains("set_by"));
    assert!(
        declaration_yaml(&registry, b"caf\xe9", Direction::Response).starts_with("  # caf\\xe9: not UTF-8")
    );
    for name in
        ["true", "1", "- a", "#", "a: b", "[a]", "'", "\"", "*", "{id}", "\\*", "&a", "a b", "é", "\u{2028}"]
    {
        let row = declaration_yaml(&registry, name.as_bytes(), Direction::Response);
        let registry = declared(&row);
        assert!(registry.lookup(name.as_bytes()).is_some(), "{row}");
        assert!(registry.entries()[0].needs_consent);
        assert!(registry.lookup(format!("{name}x").as_bytes()).is_none(), "{row}");
    }
}

/// Fields in which declared, undeclared, nameless and broken pairs are frequent.
fn field() -> impl Strategy<Value = Vec<u8>> {
    let name = prop::sample::select(vec![
        "sessionid",
        "csrftoken",
        "cookies_preferences",
        "_ga",
        "_ga_X",
        "_pk_id.1.a",
        "_fbp",
        "",
        "é",
        "Sessionid",
    ]);
    let pair = (name, "[ -~]{0,6}", prop::sample::select(vec!["=", " = ", ""]))
        .prop_map(|(name, value, sign)| format!("{name}{sign}{value}").into_bytes());
    let piece = prop_oneof![4 => pair, 1 => prop::collection::vec(any::<u8>(), 0..6)];
    prop::collection::vec(piece, 0..8).prop_map(|pieces| pieces.join(b"; ".as_slice()))
}

fn choice() -> impl Strategy<Value = &'static str> {
    prop::sample::select(vec![
        "",
        "{}",
        "nonsense",
        r#"{"statistical":true}"#,
        r#"{"matomo":true}"#,
        r#"{"statistical":true,"matomo":false}"#,
    ])
}

fn undeclared() -> impl Strategy<Value = Undeclared> {
    prop::sample::select(vec![Undeclared::Block, Undeclared::Report, Undeclared::Allow])
}

proptest! {
    #[test]
    fn sifting_is_filtering_the_parse(
        fields in prop::collection::vec(field(), 0..4),
        choice in choice(),
        undeclared in undeclared(),
        most in prop::sample::select(vec![0_usize, 3, 180]),
    ) {
        let policy = Policy::new(registry(), undeclared, undeclared, most);
        let consent = consent(policy.registry(), choice);
        let mut seen = Vec::new();
        let sifted = policy.filter_request(fields.iter().map(Vec::as_slice), &consent, true, |name, verdict| {
            seen.push((name.to_vec(), verdict));
        });

        let all: Vec<_> = fields.iter().flat_map(|field| pairs(field)).collect();
        prop_assert_eq!(all.len(), seen.len());
        let mut kept: Vec<&[u8]> = Vec::new();
        for (at, (pair, (name, verdict))) in all.iter().zip(&seen).enumerate() {
            prop_assert_eq!(pair.name(), name.as_slice());
            if *verdict == Verdict::Strip(Reason::Ambiguous) {
                let field = fields.join(b"; ".as_slice());
                prop_assert!(policy.judge_pair(pair, &consent).forwards() && !reads_alike(&field));
            } else if at < most {
                prop_assert_eq!(policy.judge_pair(pair, &consent), *verdict);
            } else {
                prop_assert_eq!(verdict.forwards(), pair.name() == b"cookies_preferences");
            }
            if verdict.forwards() {
                kept.push(pair.raw());
            }
        }
        let expected = match kept.join(b"; ".as_slice()) {
            _ if fields.len() < 2 && kept.len() == all.len() => Sifted::Unchanged,
            field if field.is_empty() => Sifted::Empty,
            field => Sifted::Fewer(field),
        };
        prop_assert_eq!(&sifted, &expected);
        if let (Sifted::Fewer(field), 180) = (sifted, most) {
            let again = policy.filter_request(std::iter::once(field.as_slice()), &consent, true, |_, _| {});
            prop_assert_eq!(again, Sifted::Unchanged, "what passed once passes again");
        }
    }

    #[test]
    fn what_always_holds_for_a_response(
        line in field(),
        tail in prop::sample::select(vec!["", "; Max-Age=0", "; Expires=Thu, 01 Jan 1970 00:00:00 GMT", "; Path=/"]),
        choice in choice(),
        undeclared in undeclared(),
    ) {
        let policy = Policy::new(registry(), undeclared, undeclared, 180);
        let consent = consent(policy.registry(), choice);
        let line = [line.as_slice(), tail.as_bytes()].concat();
        let cookie = SetCookie::parse(&line);
        let verdict = policy.judge_set_cookie(&cookie, &consent, NOW);
        let storable = cookie.refusal().is_none();
        if !storable {
            prop_assert!(!verdict.forwards());
        } else if cookie.is_deletion(NOW) || cookie.name() == b"cookies_preferences" {
            prop_assert!(verdict.forwards());
        } else if cookie.name() == b"sessionid" {
            prop_assert_eq!(verdict.reason().word(), "exempt");
        }
        let nothing = policy.judge_set_cookie(&cookie, &Consent::none(), NOW);
        prop_assert!(verdict.forwards() || !nothing.forwards(), "a choice takes nothing away");
        explain_set_cookie(&policy, &line, &consent, NOW).to_string();
    }

    #[test]
    fn explaining_anything_never_panics(text in prop::collection::vec(any::<u8>(), 0..80), dump in field()) {
        let policy = policy(Undeclared::Block);
        let text = [b"Set-Cookie: ".as_slice(), &text, b"\nCookie: ", &dump].concat();
        for told in explain_dump(&policy, &text, &Consent::none(), NOW) {
            let shown = told.to_string();
            prop_assert!(shown.chars().all(|c| c == '\n' || !c.is_control()), "{}", shown);
            told.json();
        }
    }

    #[test]
    fn what_is_pasted_declares_that_name(name in "[!-:<>-~é€]{1,12}") {
        let row = declaration_yaml(&registry(), name.as_bytes(), Direction::Request);
        let registry = declared(&row);
        prop_assert!(registry.lookup(name.as_bytes()).is_some());
        let longer = format!("{name}~");
        prop_assert!(registry.lookup(longer.as_bytes()).is_none());
    }
}

/// Each of these pairs keeps Python's http.cookies from reading the ones behind it, so that one at a time is found out.
/// Beyond a few no pair passes that anybody could read in another way.
#[test]
fn what_hides_behind_the_ambiguous_does_not_pass() {
    let policy = policy(Undeclared::Block);
    for count in 1..=8 {
        let field = format!("{}sessionid=2", "sessionid=1 =c=2 \"; ".repeat(count));
        let sifted =
            policy.filter_request([field.as_bytes()].into_iter(), &Consent::none(), false, |_, _| ());
        assert_eq!(sifted, Sifted::Fewer(b"sessionid=2".to_vec()), "{count}");
    }
}
