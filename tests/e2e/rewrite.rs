//! Set-Cookie that passes, changed as its row and its site say, and renamed cookies on their way back.

use crate::kit::{Authority, Setup, answering, page};

const REGISTRY: &str = r#"
version: "2026-11-23"
cookies:
  - { names: [cookies_preferences], provider: Portal, purposes: Holds the choice., category: necessary, exemption: Asked for. }
  - names: [sessionid]
    provider: Portal
    purposes: To work.
    category: necessary
    exemption: Asked for.
    lifetime: 2 weeks
    rewrite: { lifetime: clamp, rename: __Host-sessionid }
  - { names: [csrftoken, plain], provider: Portal, purposes: To work., category: necessary, exemption: Asked for. }
  - { names: [_ga], provider: Google, purposes: Counts visits., category: statistical, rewrite: { renewal: refuse } }
"#;

/// Connections from here are of a load balancer that ends TLS.
const TRUSTED: &str = "trusted_proxies: [127.0.0.0/8]";
const SECURE: &str = "X-Forwarded-Proto: https";
const AGREED: &str = r#"Cookie: cookies_preferences={"statistical":true}; _ga=GA1.1"#;

#[test]
fn a_cookie_goes_out_renamed_and_comes_back_under_its_own_name() {
    let origin = answering(&page(&["Set-Cookie: sessionid=\"a:b\"; Path=/; Max-Age=31536000; HttpOnly"]));
    let gateway = Setup::new(&origin).registry(REGISTRY).top(TRUSTED).start();
    let mut agent = gateway.agent();
    let answer = agent.get(&[SECURE, "Cookie: sessionid=old; __Host-sessionid=\"a:b\"; plain=1"]);
    let renamed = "__Host-sessionid=\"a:b\"; Path=/; Max-Age=1209600; HttpOnly; Secure";
    assert_eq!(answer.value("set-cookie"), renamed);
    assert_eq!(origin.heard().value("cookie"), "sessionid=\"a:b\"; plain=1");
    assert_eq!(gateway.count(|c| c.request_rewritten.value("exempt")), 1);
    assert_eq!(gateway.count(|c| c.request_stripped.value("superseded")), 1);
    assert_eq!(gateway.count(|c| c.response_rewritten.value("exempt")), 1);

    let answer = agent.get(&["Cookie: sessionid=old"]);
    assert_eq!(answer.value("set-cookie"), "sessionid=\"a:b\"; Path=/; Max-Age=1209600; HttpOnly");
    assert_eq!(origin.heard().value("cookie"), "sessionid=old");
}

#[test]
fn only_a_trusted_proxy_makes_a_connection_secure() {
    let origin = answering(&page(&["Set-Cookie: plain=1"]));
    let site = "rewrite: {secure: set, http_only: set}";
    let gateway = Setup::new(&origin).registry(REGISTRY).site(site).start();
    assert_eq!(gateway.agent().get(&[SECURE]).value("set-cookie"), "plain=1; HttpOnly");
    let gateway = Setup::new(&origin).registry(REGISTRY).site(site).top(TRUSTED).start();
    let mut agent = gateway.agent();
    assert_eq!(agent.get(&[SECURE]).value("set-cookie"), "plain=1; Secure; HttpOnly");
    assert_eq!(agent.get(&[]).value("set-cookie"), "plain=1; HttpOnly");
    assert_eq!(agent.get(&["X-Forwarded-Proto: http"]).value("set-cookie"), "plain=1; HttpOnly");
}

#[test]
fn tls_is_a_secure_connection() {
    let origin = answering(&page(&["Set-Cookie: plain=1", "Set-Cookie: csrftoken=1"]));
    let authority = Authority::new();
    let tls = authority.issue("x.test").listener();
    let gateway = Setup::new(&origin)
        .registry(REGISTRY)
        .site("rewrite: {secure: set, http_only: set}")
        .top(&format!("listeners: [{{address: \"127.0.0.1:0\", tls: {tls}}}]"))
        .start();
    let answer = gateway.tls_agent(&authority).get(&[]);
    assert_eq!(answer.values("set-cookie"), ["plain=1; Secure; HttpOnly", "csrftoken=1; Secure"]);
}

#[test]
fn the_same_value_is_not_set_again() {
    let origin =
        answering(&page(&["Set-Cookie: _ga=GA1.1; Max-Age=60", "Set-Cookie: _ga=GA1.2; Max-Age=60"]));
    let gateway = Setup::new(&origin).registry(REGISTRY).start();
    assert_eq!(gateway.agent().get(&[AGREED]).values("set-cookie"), ["_ga=GA1.2; Max-Age=60"]);
    assert_eq!(gateway.count(|c| c.response_stripped.value("renewal")), 1);
}

#[test]
fn the_others_keep_every_octet_and_their_order() {
    let origin = answering(&page(&[
        "Set-Cookie: plain=\u{e9};PATH=/;;x",
        "Set-Cookie: sessionid=1; Path=/",
        "Set-Cookie: csrftoken = 2 ;samesite=lax",
    ]));
    let gateway = Setup::new(&origin).registry(REGISTRY).top(TRUSTED).start();
    let expected =
        ["plain=\u{e9};PATH=/;;x", "__Host-sessionid=1; Path=/; Secure", "csrftoken = 2 ;samesite=lax"];
    assert_eq!(gateway.agent().get(&[SECURE]).values("set-cookie"), expected);
}

#[test]
fn who_observes_rewrites_nothing() {
    let sent = "sessionid=1; Max-Age=31536000";
    let origin = answering(&page(&[&format!("Set-Cookie: {sent}"), "Cache-Control: public"]));
    let gateway = Setup::new(&origin).registry(REGISTRY).top(TRUSTED).site("mode: observe").start();
    let answer = gateway.agent().get(&[SECURE, "Cookie: __Host-sessionid=1; sessionid=2"]);
    assert_eq!((answer.value("set-cookie"), answer.value("cache-control")), (sent.into(), "public".into()));
    assert_eq!(origin.heard().value("cookie"), "__Host-sessionid=1; sessionid=2");
    assert_eq!(gateway.count(|c| c.response_rewritten.value("exempt")), 1);
}
