//! What the visitor agreed to: how it is written, what it lets pass, what the origin server is told.

use crate::kit::{Setup, answering, gateway, page};

/// As `_ga` (analytics) and `_fbp` (marketing) come through, and X-Consent, for a request with these lines.
fn decided(fields: &[&str]) -> (bool, bool, String) {
    let origin = answering(&page(&["Set-Cookie: _ga=1", "Set-Cookie: _fbp=1"]));
    let answer = gateway(&origin).agent().get(fields);
    let came = |name: &str| answer.values("set-cookie").contains(&format!("{name}=1"));
    (came("_ga"), came("_fbp"), origin.heard().value("x-consent"))
}

const ANALYTICS: &str = "necessary, statistical, internal=?0, third-party=?0";
const NOTHING: &str = "necessary, statistical=?0, internal=?0, third-party=?0";

#[test]
fn every_spelling_of_an_object_of_booleans_is_read() {
    for value in [
        // Django's set_cookie(json.dumps(…)), with spaces and compact.
        r#""{\"analytics\": true\054 \"marketing\": false}""#,
        r#""{\"analytics\":true\054\"marketing\":false}""#,
        // quote(json.dumps(…)), encodeURIComponent, every octet, half encoded.
        "%7B%22analytics%22%3A%20true%2C%20%22marketing%22%3A%20false%7D",
        "%7B%22analytics%22%3Atrue%2C%22marketing%22%3Afalse%7D",
        "%7B%22%61%6E%61%6C%79%74%69%63%73%22%3A%20%74%72%75%65%2C%20%22%6D%61%72%6B%65%74%69%6E%67%22%3A%20%66%61%6C%73%65%7D",
        "{%22analytics%22:true%2C%22marketing%22:false}",
        "%257B%2522analytics%2522%253Atrue%257D",
        r#"{"analytics":true,"marketing":false}"#,
        "eyJhbmFseXRpY3MiOnRydWV9",
    ] {
        let decided = decided(&[&format!("Cookie: cookies_preferences={value}")]);
        assert_eq!(decided, (true, false, ANALYTICS.to_owned()), "{value}");
    }
}

#[test]
fn every_doubt_is_a_no() {
    for value in [
        "",
        "all",
        "true",
        "{}",
        // str(dict), which is no JSON.
        r#""{'analytics': True\054 'marketing': False}""#,
        r#"{"analytics":"true"}"#,
        r#"{"analytics":"false"}"#,
        r#"{"analytics":1}"#,
        r#"{"analytics":true}x"#,
        r#"{"analytics":true,"analytics":false}"#,
        r#"{"analytics":tru"#,
        r#"{"rejected":{"analytics":true}}"#,
        r#"{"denied":["analytics"]}"#,
        r#"{"sessionid":true,"unknown":true}"#,
        "!labads=wait!labanalytics=wait",
        &format!("{{\"analytics\":true,\"x\":{}1{}}}", "[".repeat(100), "]".repeat(100)),
        &format!("{{\"analytics\":true,\"x\":\"{}\"}}", "x".repeat(5000)),
        &format!("{{{}\"analytics\":true}}", (0..300).map(|n| format!("\"{n}\":true,")).collect::<String>()),
    ] {
        let decided = decided(&[&format!("Cookie: cookies_preferences={value}; sessionid=1")]);
        assert_eq!(decided, (false, false, NOTHING.to_owned()), "{value}");
    }
    assert_eq!(decided(&[]), (false, false, NOTHING.to_owned()), "no cookie is no consent");
}

#[test]
fn of_copies_that_disagree_the_stricter_counts() {
    let (yes, no) =
        (r#"cookies_preferences={"analytics":true}"#, r#"cookies_preferences={"analytics":false}"#);
    for (cookies, granted) in [
        (vec![format!("{yes}; {yes}")], true),
        (vec![format!("{yes}; {no}")], false),
        (vec![format!("{no}; {yes}")], false),
        (vec![yes.to_owned(), no.to_owned()], false),
        (vec![format!("{yes}; cookies_preferences=garbage")], false),
        (vec![format!("{yes}; cookies_preferences=")], false),
    ] {
        let lines: Vec<String> = cookies.iter().map(|cookie| format!("Cookie: {cookie}")).collect();
        let decided = decided(&lines.iter().map(String::as_str).collect::<Vec<_>>());
        assert_eq!(decided.0, granted, "{cookies:?}");
    }
}

#[test]
fn consent_is_read_before_the_request_is_filtered() {
    let origin = answering(&page(&[]));
    let sent = r#"_ga=1; _fbp=2; cookies_preferences={"analytics":true}"#;
    gateway(&origin).agent().get(&[&format!("Cookie: {sent}")]);
    assert_eq!(origin.heard().value("cookie"), r#"_ga=1; cookies_preferences={"analytics":true}"#);
}

#[test]
fn a_choice_never_takes_an_exempt_cookie_away() {
    let origin = answering(&page(&["Set-Cookie: sessionid=1"]));
    let refusal = r#"Cookie: sessionid=1; cookies_preferences={"necessary":false,"sessionid":false}"#;
    let answer = gateway(&origin).agent().get(&[refusal]);
    assert_eq!(answer.value("set-cookie"), "sessionid=1");
    let heard = origin.heard();
    assert!(heard.value("cookie").starts_with("sessionid=1; "));
    assert_eq!(heard.value("x-consent"), NOTHING);
}

#[test]
fn a_service_has_a_choice_of_its_own() {
    let origin = answering(&page(&["Set-Cookie: _ga=1", "Set-Cookie: _pk_id.1.c7ea=2"]));
    let gateway = gateway(&origin);
    let mut agent = gateway.agent();
    let without = agent.get(&[r#"Cookie: cookies_preferences={"analytics":true,"matomo":false}"#]);
    assert_eq!(without.values("set-cookie"), ["_ga=1"]);
    assert_eq!(origin.heard().value("x-consent"), format!("{ANALYTICS}, matomo=?0"));
    let alone = agent.get(&[r#"Cookie: cookies_preferences={"matomo":true}"#]);
    assert_eq!(alone.values("set-cookie"), ["_pk_id.1.c7ea=2"]);
    assert_eq!(origin.heard().value("x-consent"), format!("{NOTHING}, matomo"));
}

#[test]
fn what_a_client_says_in_our_name_is_removed() {
    let claims = [
        "X-Consent: statistical",
        "x-consent: third-party",
        "X_Consent: statistical",
        "X-Consent-Id: 7",
        "x_consent_id: 7",
    ];
    let origin = answering(&page(&[]));
    gateway(&origin).agent().get(&claims);
    let heard = origin.heard();
    assert_eq!(heard.value("x-consent"), NOTHING);
    let others = heard.fields().into_iter().filter(|(name, _)| name.contains("consent")).count();
    assert_eq!(others, 1);
}

#[test]
fn global_privacy_control_denies_what_the_site_names_and_goes_on_as_it_came() {
    let origin = answering(&page(&["Set-Cookie: _fbp=1"]));
    let gateway = gateway(&origin);
    let mut agent = gateway.agent();
    assert!(!agent.get(&["Sec-GPC: 1"]).has("set-cookie"));
    let heard = origin.heard();
    assert_eq!((heard.value("sec-gpc"), heard.value("x-consent")), ("1".to_owned(), NOTHING.to_owned()));
    // An explicit choice for it counts more.
    let explicit = r#"Cookie: cookies_preferences={"marketing":true}"#;
    assert!(agent.get(&["Sec-GPC: 1", explicit]).has("set-cookie"));
    assert!(origin.heard().value("x-consent").ends_with("third-party"));
    assert!(agent.get(&["Sec-GPC: 0", explicit]).has("set-cookie"));
    assert_eq!(origin.heard().value("sec-gpc"), "0");
}

#[test]
fn the_format_of_the_site_is_kept_to() {
    let origin = answering(&page(&["Set-Cookie: _ga=1"]));
    let registry = |format: &str| {
        format!(
            "version: \"1\"\nconsent: {{cookie: choice, format: {format}}}\ncookies:\n\
             \x20 - {{names: [choice], provider: P, purposes: C., category: necessary, exemption: E.}}\n\
             \x20 - {{names: [_ga], provider: P, purposes: C., category: statistical}}\n"
        )
    };
    for (format, value, granted) in [
        ("json", "%7B%22statistical%22%3Atrue%7D", true),
        ("json", "%257B%2522statistical%2522%253Atrue%257D", false),
        ("json", "eyJzdGF0aXN0aWNhbCI6dHJ1ZX0", false),
        ("flag", "all", true),
        ("flag", "none", false),
        ("list", "necessary,statistical", true),
        ("list", "necessary", false),
        ("auto", "statistical", false),
    ] {
        let gateway = Setup::new(&origin).registry(&registry(format)).start();
        let answer = gateway.agent().get(&[&format!("Cookie: choice={value}")]);
        assert_eq!(answer.has("set-cookie"), granted, "{format} {value}");
        assert_eq!(origin.heard().value("cookie"), format!("choice={value}"));
    }
}

#[test]
fn readings_are_counted() {
    let origin = answering(&page(&[]));
    let gateway = gateway(&origin);
    let mut agent = gateway.agent();
    agent.get(&[]);
    agent.get(&["Cookie: sessionid=1"]);
    agent.get(&["Cookie: cookies_preferences={\"analytics\":false}"]);
    agent.get(&["Cookie: cookies_preferences=x"]);
    let count = |word: &str| gateway.count(|c| c.consent.value(word));
    assert_eq!((count("absent"), count("read")), (2, 1));
}
