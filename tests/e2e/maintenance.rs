//! A site that is being worked on.

use crate::http2;
use crate::kit::{Message, Setup, answering, page};

fn closed(answer: &Message) {
    assert_eq!(answer.status(), 503);
    assert!(answer.value("cache-control").contains("no-store"));
}

#[test]
fn the_origin_server_is_not_asked() {
    let origin = answering(&page(&[]));
    let gateway = Setup::new(&origin).site("maintenance: true").start();
    let mut agent = gateway.agent();
    let answer = agent.get(&["Accept-Language: de, fr;q=0.5"]);
    closed(&answer);
    assert_eq!((answer.value("retry-after"), answer.value("content-language")), ("300".into(), "en".into()));
    assert!(answer.text().contains("Under maintenance") && answer.text().contains("/.tamis/preferences"));
    let head = agent.request("HEAD /any", &[]);
    closed(&head);
    assert_eq!(head.value("content-length"), agent.request("GET /any", &[]).value("content-length"));
    closed(&gateway.agent().post(&[], "content"));
    assert!(origin.heard_nothing());
    let metrics = gateway.stop().1;
    assert_eq!(metrics.sum(|c| c.failures.value("maintenance")), 4);
}

#[test]
fn the_page_is_in_the_visitor_s_language() {
    let registry = format!("page: {{title: {{fr: Cookies, en: Cookies}}}}\n{}", crate::kit::registry());
    let gateway =
        Setup::new(&answering(&page(&[]))).registry(&registry).site("maintenance: {retry_after: 2h}").start();
    let answer = gateway.agent().get(&["Accept-Language: fr-FR"]);
    assert_eq!((answer.value("retry-after"), answer.value("content-language")), ("7200".into(), "fr".into()));
    assert!(answer.text().contains("Site en maintenance"), "{}", answer.text());
}

#[test]
fn policy_and_preferences_stay_where_they_are() {
    let gateway = Setup::new(&answering(&page(&[]))).site("maintenance: true").start();
    let mut agent = gateway.agent();
    for path in ["/cookies-policy", "/.tamis/preferences", "/.tamis/banner.js", "/.tamis/consent"] {
        assert_eq!(agent.request(&format!("GET {path}"), &[]).status(), 200, "{path}");
    }
    let without = Setup::new(&answering(&page(&[]))).site("maintenance: true").site("pages: off").start();
    let answer = without.agent().request("GET /cookies-policy", &[]);
    closed(&answer);
    assert!(answer.text().contains("being worked on") && !answer.text().contains("/.tamis/"));
}

#[test]
fn one_path_may_be_closed_and_another_open() {
    let origin = answering(&page(&[]));
    let setup = Setup::new(&origin).site("maintenance: true");
    let gateway = setup.site("paths: [{prefix: /status, maintenance: false}]").start();
    assert_eq!(gateway.agent().request("GET /status/", &[]).status(), 200);
    assert_eq!(gateway.agent().request("GET /statuses", &[]).status(), 503);
    let shop = Setup::new(&origin).site("paths: [{prefix: /shop, maintenance: true}]").start();
    assert_eq!(shop.agent().request("GET /shop/cart", &[]).status(), 503);
    assert_eq!(shop.agent().request("GET /", &[]).status(), 200);
}

#[test]
fn the_site_s_own_page_is_shown_as_it_is() {
    // The kit reads the same text for every file: it stands for the page here.
    let gateway = Setup::new(&answering(&page(&[])))
        .site("maintenance: {page: soon.html, retry_after: 2099-01-01T00:00Z}")
        .start();
    let answer = gateway.agent().get(&[]);
    closed(&answer);
    assert_eq!(
        (answer.text(), answer.value("content-type")),
        (crate::kit::registry().to_owned(), "text/html; charset=utf-8".into())
    );
    assert!(!answer.has("content-security-policy"), "it may load what it likes");
    assert!(answer.value("retry-after").parse::<u64>().unwrap() > 1_000_000);
}

#[test]
fn some_visitors_pass() {
    let origin = answering(&page(&[]));
    let own = |allow: &str| Setup::new(&origin).site(&format!("maintenance: {{allow: [{allow}]}}")).start();
    assert_eq!(own("127.0.0.0/8").agent().get(&[]).status(), 200);
    let claimed = own("192.0.2.0/24").agent().get(&["X-Forwarded-For: 192.0.2.1"]).status();
    assert_eq!(claimed, 503, "who isn't trusted is who they are");

    let trusting = Setup::new(&origin)
        .top("trusted_proxies: [127.0.0.1, 10.0.0.0/8]")
        .site("maintenance: {allow: [192.0.2.0/24, \"2001:db8::/32\"]}")
        .start();
    for (fields, status) in [
        (&["X-Forwarded-For: 192.0.2.1"][..], 200),
        (&["X-Forwarded-For: [2001:db8::1]:443"], 200),
        (&["X-Forwarded-For: 192.0.2.1, 10.1.2.3"], 200),
        (&["X-Forwarded-For: 192.0.2.1", "X-Forwarded-For: 10.1.2.3 , 10.9.9.9"], 200),
        (&["X-Forwarded-For: 192.0.2.1, 203.0.113.9"], 503),
        (&["X-Forwarded-For: 192.0.2.1, unknown"], 503),
        (&["X-Forwarded-For: 203.0.113.9"], 503),
        (&["X-Forwarded-For:"], 503),
        (&[], 503),
    ] {
        assert_eq!(trusting.agent().get(fields).status(), status, "{fields:?}");
    }
}

#[test]
fn it_is_the_same_over_http_2() {
    let origin = answering(&page(&[]));
    let gateway = http2::plain(&origin).site("maintenance: true").start();
    let (answer, body) = http2::agent(gateway.address(), &h2::client::Builder::new(), async |mut sender| {
        http2::answered(&mut sender, http2::get("/", &[])).await
    });
    assert_eq!(
        (answer.status().as_u16(), http2::values(&answer, "retry-after")),
        (503, vec!["300".to_owned()])
    );
    assert!(crate::kit::text(&body).contains("Under maintenance"));
}

#[test]
fn a_reload_switches_it_on_and_off() {
    let origin = answering(&page(&[]));
    let gateway = Setup::new(&origin).workers(2).start();
    let mut kept = gateway.agent();
    assert_eq!(kept.get(&[]).status(), 200);
    gateway.reload(&Setup::new(&origin).workers(2).site("maintenance: true")).unwrap();
    assert_eq!((kept.get(&[]).status(), gateway.agent().get(&[]).status()), (503, 503));
    gateway.reload(&Setup::new(&origin).workers(2)).unwrap();
    assert_eq!((kept.get(&[]).status(), gateway.agent().get(&[]).status()), (200, 200));
}
