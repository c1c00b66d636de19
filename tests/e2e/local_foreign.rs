//! Other sites can't choose for the visitor, and a choice leads nowhere but back into the site.

use crate::kit::{Setup, answering, gateway, page};

const FORM: &str = "Content-Type: application/x-www-form-urlencoded";

fn posted(fields: &[&str], form: &str) -> crate::kit::Message {
    let origin = answering(&page(&[]));
    let gateway = gateway(&origin);
    let mut agent = gateway.agent();
    agent
        .ask("POST /.tamis/consent", &[&[FORM, &format!("Content-Length: {}", form.len())], fields].concat());
    agent.send(form);
    let answer = agent.answer();
    assert!(origin.heard_nothing());
    answer
}

#[test]
fn only_pages_of_the_site_may_choose() {
    for (fields, accepted) in [
        (&["Sec-Fetch-Site: same-origin"][..], true),
        (&["Sec-Fetch-Site: same-origin", "Origin: null"], true),
        (&["Sec-Fetch-Site: cross-site", "Origin: http://x.test"], false),
        (&["Sec-Fetch-Site: same-site"], false),
        (&["Sec-Fetch-Site: none"], false),
        (&["Origin: http://x.test"], true),
        (&["Origin: http://x.test:80"], true),
        (&["Origin: https://x.test"], false),
        (&["Origin: http://evil.test"], false),
        (&["Origin: http://x.test.evil.test"], false),
        (&["Origin: null"], false),
        (&["Origin: null", "Referer: http://x.test/"], false),
        (&["Referer: http://x.test/a"], true),
        (&["Referer: http://evil.test/?http://x.test/"], false),
        (&[], false),
    ] {
        let answer = posted(fields, "action=accept-all");
        assert_eq!(answer.status(), if accepted { 303 } else { 403 }, "{fields:?}");
        assert_eq!(answer.has("set-cookie"), accepted, "{fields:?}");
        assert!(!answer.fields().iter().any(|(name, _)| name.starts_with("access-control-")));
        if !accepted {
            assert!(answer.text().contains("another site"), "{}", answer.text());
        }
    }
}

#[test]
fn the_scheme_is_that_of_the_user_agents_connection() {
    let origin = answering(&page(&[]));
    let gateway = Setup::new(&origin).top("trusted_proxies: [127.0.0.1]").start();
    for (claimed, status) in [("https", 303), ("http", 403)] {
        let mut agent = gateway.agent();
        let proto = format!("X-Forwarded-Proto: {claimed}");
        agent.ask("POST /.tamis/consent", &[FORM, "Content-Length: 17", "Origin: https://x.test", &proto]);
        agent.send("action=refuse-all");
        assert_eq!(agent.answer().status(), status, "{claimed}");
    }
}

#[test]
fn json_is_guarded_too() {
    let origin = answering(&page(&[]));
    let gateway = gateway(&origin);
    for (method, body) in [("PUT", r#"{"choices":{}}"#), ("DELETE", "")] {
        for fields in [&[][..], &["Sec-Fetch-Site: cross-site"], &["Origin: http://evil.test"]] {
            let mut agent = gateway.agent();
            let length = format!("Content-Length: {}", body.len());
            let own = ["Content-Type: application/json", &length];
            agent.ask(&format!("{method} /.tamis/consent"), &[&own, fields].concat());
            agent.send(body);
            let answer = agent.answer();
            assert_eq!((answer.status(), answer.has("set-cookie")), (403, false), "{method} {fields:?}");
            assert!(answer.text().contains("\"cross-site\""));
        }
    }
    let answer = gateway.agent().request("OPTIONS /.tamis/consent", &["Origin: http://evil.test"]);
    assert_eq!((answer.status(), answer.value("allow").as_str()), (405, "GET, HEAD, POST, PUT, DELETE"));
    assert!(!answer.has("access-control-allow-origin"));
}

#[test]
fn nowhere_but_back_into_the_site() {
    let ours = "Sec-Fetch-Site: same-origin";
    let encoded = |back: &str| back.bytes().map(|octet| format!("%{octet:02X}")).collect::<String>();
    for (back, location) in [
        ("/a?b=c#d", "/a?b=c#d"),
        ("/", "/"),
        ("/cookies-policy?lang=fr", "/cookies-policy?lang=fr&notice=saved"),
        ("/cookies-policy#tamis-form", "/cookies-policy?notice=saved#tamis-form"),
        ("/.tamis/preferences", "/.tamis/preferences?notice=saved"),
        ("//evil.test", "/.tamis/preferences?notice=saved"),
        ("/\\evil.test", "/.tamis/preferences?notice=saved"),
        ("\\\\evil.test", "/.tamis/preferences?notice=saved"),
        ("/\t/evil.test", "/.tamis/preferences?notice=saved"),
        ("/a\r\nSet-Cookie: x=1", "/.tamis/preferences?notice=saved"),
        ("https://evil.test/", "/.tamis/preferences?notice=saved"),
        ("javascript:alert(1)", "/.tamis/preferences?notice=saved"),
        ("evil", "/.tamis/preferences?notice=saved"),
        ("/.//evil.test", "/.tamis/preferences?notice=saved"),
        ("/.tamis/consent", "/.tamis/preferences?notice=saved"),
        ("/\u{e9}", "/.tamis/preferences?notice=saved"),
    ] {
        let answer = posted(&[ours], &format!("action=refuse-all&back={}", encoded(back)));
        assert_eq!((answer.status(), answer.value("location").as_str()), (303, location), "{back:?}");
        assert_eq!(answer.values("set-cookie").len(), 2);
    }
}

#[test]
fn a_form_without_a_way_back_goes_where_it_came_from() {
    let ours = "Sec-Fetch-Site: same-origin";
    for (referer, location) in [
        ("Referer: http://x.test/a?b", "/a?b"),
        ("Referer: http://evil.test/a?b", "/.tamis/preferences?notice=saved"),
        ("Referer: http://x.test//evil.test/", "/.tamis/preferences?notice=saved"),
        ("Referer: http://x.test/.tamis/preferences", "/.tamis/preferences?notice=saved"),
        ("X: y", "/.tamis/preferences?notice=saved"),
    ] {
        for back in ["", "&back="] {
            let answer = posted(&[ours, referer], &format!("action=refuse-all{back}"));
            assert_eq!(answer.value("location"), location, "{referer}");
        }
    }
}
