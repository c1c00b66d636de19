//! Leading visitors to https, and keeping them there.

use crate::http2;
use crate::kit::{Authority, Message, Origin, Setup, answering, origin, page};

fn redirecting(origin: &Origin, redirect: &str) -> Setup {
    let listener = format!("listeners: [{{address: \"127.0.0.1:0\", h2c: true, redirect: {redirect}}}]");
    Setup::new(origin).top(&listener)
}

fn location(answer: &Message) -> (u16, String) {
    (answer.status(), answer.value("location"))
}

#[test]
fn a_request_by_http_is_led_to_https_with_all_that_it_has() {
    let origin = answering(&page(&[]));
    let gateway = redirecting(&origin, "https").start();
    let mut agent = gateway.agent();
    for (line, status) in [("GET", 301), ("HEAD", 301), ("DELETE", 308), ("OPTIONS", 308)] {
        let answer = agent.request(&format!("{line} /a/b%20c?d=e&f"), &["Cookie: _ga=1"]);
        assert_eq!(location(&answer), (status, "https://x.test/a/b%20c?d=e&f".to_owned()), "{line}");
        assert_eq!(answer.value("cache-control"), "max-age=3600");
        assert!(answer.body.is_empty() && !answer.has("strict-transport-security"));
    }
    // The port was that of http.
    agent.send("GET / HTTP/1.1\r\nHost: X.test:8080\r\n\r\n");
    assert_eq!(agent.answer().value("location"), "https://X.test/");
    agent.send("OPTIONS * HTTP/1.1\r\nHost: x.test\r\n\r\n");
    assert_eq!(agent.answer().value("location"), "https://x.test/");
    let answer = gateway.agent().post(&[], "content");
    assert_eq!(location(&answer), (308, "https://x.test/".to_owned()));
    assert!(origin.heard_nothing());
}

#[test]
fn http_2_is_led_there_too() {
    let origin = answering(&page(&[]));
    let gateway = redirecting(&origin, "{port: 8443}").start();
    let (answer, _) = http2::agent(gateway.address(), &h2::client::Builder::new(), async |mut sender| {
        http2::answered(&mut sender, http2::get("/a?b", &[])).await
    });
    assert_eq!(answer.status(), 301);
    assert_eq!(http2::values(&answer, "location"), ["https://x.test:8443/a?b"]);
}

#[test]
fn the_port_is_that_of_the_listener_with_tls() {
    let origin = answering(&page(&[]));
    let authority = Authority::new();
    let tls = authority.issue("x.test").listener();
    let listeners = format!(
        "listeners:\n  - {{address: \"127.0.0.1:0\", redirect: https}}\n  - {{address: \"127.0.0.1:0\", tls: {tls}}}"
    );
    // The system's choice is not known when the file is read.
    let gateway = Setup::new(&origin).top(&listeners).start();
    assert_eq!(gateway.agent().get(&[]).value("location"), "https://x.test/");
    let mut secure = authority.agent_of(gateway.addresses()[1], rustls::ALL_VERSIONS);
    assert_eq!(secure.get(&[]).status(), 200);
}

#[test]
fn no_host_but_a_site_s_is_led_anywhere() {
    let origin = answering(&page(&[]));
    let yaml = format!(
        "workers: 1\nrecords: off\nlisteners: [{{address: \"127.0.0.1:0\", redirect: https}}]\n\
         sites: [{{hosts: [x.test], registry: r.yaml, upstream: \"{}\"}}]",
        origin.url()
    );
    let gateway = crate::kit::Gateway::start(&yaml, crate::kit::registry());
    for (host, status) in
        [("x.test", 301), ("evil.test", 421), ("x.test@evil.test", 400), ("evil.test/x.test", 400)]
    {
        let mut agent = gateway.agent();
        agent.send(&format!("GET / HTTP/1.1\r\nHost: {host}\r\n\r\n"));
        let answer = agent.answer();
        assert_eq!((answer.status(), answer.has("location")), (status, status == 301), "{host}");
    }
    let any = redirecting(&origin, "https").start();
    let mut old = any.agent();
    old.send("GET / HTTP/1.0\r\n\r\n");
    assert_eq!(old.answer().status(), 400, "there is no host to be led to");
}

#[test]
fn certificates_are_asked_for_by_http() {
    let origin = answering(&page(&[]));
    let gateway = redirecting(&origin, "{except: [/.well-known/acme-challenge/]}").start();
    let mut agent = gateway.agent();
    assert_eq!(agent.request("GET /.well-known/acme-challenge/token", &[]).status(), 200);
    assert_eq!(origin.heard().start(), "GET /.well-known/acme-challenge/token HTTP/1.1");
    for path in ["/.well-known/acme-challenges", "/.well-known/", "/%2Ewell-known/acme-challenge/token"] {
        assert_eq!(agent.request(&format!("GET {path}"), &[]).status(), 301, "{path}");
    }
}

#[test]
fn who_came_by_https_to_a_trusted_proxy_has_arrived() {
    let origin = answering(&page(&[]));
    let gateway = redirecting(&origin, "https").top("trusted_proxies: [127.0.0.1]").start();
    let mut agent = gateway.agent();
    assert_eq!(agent.get(&["X-Forwarded-Proto: https"]).status(), 200);
    assert_eq!(agent.get(&["X-Forwarded-Proto: http"]).status(), 301);
    assert_eq!(agent.get(&[]).status(), 301);
    let stranger = redirecting(&origin, "https").start();
    assert_eq!(stranger.agent().get(&["X-Forwarded-Proto: https"]).status(), 301);
}

#[test]
fn pages_of_tamis_are_behind_the_redirect_too() {
    let gateway = redirecting(&answering(&page(&[])), "https").start();
    let answer = gateway.agent().request("GET /.tamis/preferences?back=/", &[]);
    assert_eq!(answer.value("location"), "https://x.test/.tamis/preferences?back=/");
}

#[test]
fn strict_transport_security_is_said_by_https_alone_and_once() {
    const NAME: &str = "strict-transport-security";
    let authority = Authority::new();
    let origin =
        answering(&page(&["Strict-Transport-Security: max-age=1", "Strict-Transport-Security: max-age=2"]));
    let tls = authority.issue("x.test").listener();
    let listeners =
        format!("listeners: [{{address: \"127.0.0.1:0\", tls: {tls}}}, {{address: \"127.0.0.1:0\"}}]");
    let said = |hsts: &str, path: &str| {
        let gateway = Setup::new(&origin).top(&listeners).site(hsts).start();
        let request = format!("GET {path}");
        let secure = gateway.tls_agent(&authority).request(&request, &[]);
        let plain = crate::kit::Agent::connect(gateway.addresses()[1]).request(&request, &[]);
        (secure.values(NAME), plain.values(NAME))
    };
    let ours = "max-age=31536000; includeSubDomains".to_owned();
    for path in ["/", "/cookies-policy", "/.tamis/nothing"] {
        assert_eq!(said("hsts: {subdomains: true}", path), (vec![ours.clone()], vec![]), "{path}");
    }
    assert_eq!(said("hsts: withdraw", "/"), (vec!["max-age=0".to_owned()], vec![]));
    let theirs = vec!["max-age=1".to_owned(), "max-age=2".to_owned()];
    assert_eq!(said("hsts: off", "/"), (theirs.clone(), theirs), "the origin server's own is its own");
}

#[test]
fn strict_transport_security_goes_with_failures_and_over_http_2() {
    let origin = origin(|visit| {
        visit.request();
    });
    let gateway = Setup::new(&origin)
        .top("trusted_proxies: [127.0.0.1]\nlisteners: [{address: \"127.0.0.1:0\", h2c: true}]")
        .site("hsts: {max_age: 1 day}")
        .start();
    let answer = gateway.agent().get(&["X-Forwarded-Proto: https"]);
    assert_eq!(
        (answer.status(), answer.value("strict-transport-security")),
        (502, "max-age=86400".to_owned())
    );
    let (answer, _) = http2::agent(gateway.address(), &h2::client::Builder::new(), async |mut sender| {
        http2::answered(&mut sender, http2::get("/", &[("x-forwarded-proto", "https")])).await
    });
    assert_eq!(http2::values(&answer, "strict-transport-security"), ["max-age=86400"]);
}
