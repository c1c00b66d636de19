//! The fields around the cookies: what ends at this hop, what is said anew, what is believed.

use std::collections::BTreeSet;

use crate::kit::{Setup, answering, gateway, page, text};

#[test]
fn what_belongs_to_the_connection_does_not_go_upstream() {
    let origin = answering(&page(&[]));
    let answer = gateway(&origin).agent().get(&[
        "Connection: keep-alive, X-One",
        "Connection: x-two",
        "X-One: 1",
        "X-Two: 2",
        "X-Three: 3",
        "Keep-Alive: timeout=5",
        "Proxy-Connection: keep-alive",
        "Upgrade: h2c, websocket",
        "HTTP2-Settings: AAMAAABkAARAAAAAAAIAAAAA",
        "TE: gzip",
    ]);
    assert_eq!(answer.status(), 200, "an Upgrade is an offer, which is not taken");
    let heard = origin.heard();
    for gone in
        ["connection", "x-one", "x-two", "keep-alive", "proxy-connection", "upgrade", "http2-settings", "te"]
    {
        assert!(!heard.has(gone), "{gone} in {}", text(&heard.head));
    }
    assert_eq!(heard.value("x-three"), "3");
}

#[test]
fn what_belongs_to_the_connection_does_not_come_downstream() {
    let lines = [
        "Connection: x-hop",
        "X-Hop: 1",
        "Keep-Alive: timeout=5",
        "Proxy-Connection: close",
        "Upgrade: h2c",
        "X-End: 2",
    ];
    let gateway = gateway(&answering(&page(&lines)));
    let answer = gateway.agent().get(&[]);
    for gone in ["connection", "x-hop", "keep-alive", "proxy-connection", "upgrade"] {
        assert!(!answer.has(gone), "{gone}");
    }
    assert_eq!(answer.value("x-end"), "2");
}

#[test]
fn connection_can_not_take_away_what_the_gateway_says() {
    let origin = answering(&page(&[]));
    let ours = "Connection: host, x-forwarded-for, x-forwarded-proto, x-forwarded-host, forwarded, via, x-consent, content-length";
    let gateway = gateway(&origin);
    assert_eq!(gateway.agent().post(&[ours], "body").status(), 200);
    let heard = origin.heard();
    assert_eq!(
        (heard.value("host"), heard.value("x-forwarded-for")),
        ("x.test".to_owned(), "127.0.0.1".to_owned())
    );
    assert_eq!((heard.value("via"), heard.text()), ("1.1 tamis".to_owned(), "body".to_owned()));
    for kept in ["x-forwarded-proto", "x-forwarded-host", "forwarded", "x-consent"] {
        assert!(heard.has(kept), "{kept}");
    }
}

#[test]
fn connection_can_not_take_away_what_a_trusted_proxy_said() {
    let origin = answering(&page(&[]));
    let gateway = Setup::new(&origin).top("trusted_proxies: [127.0.0.1]").start();
    gateway.agent().get(&[
        "Connection: x-forwarded-for, x-forwarded-proto",
        "X-Forwarded-For: 192.0.2.1",
        "X-Forwarded-Proto: https",
    ]);
    let heard = origin.heard();
    assert_eq!(heard.value("x-forwarded-for"), "192.0.2.1, 127.0.0.1");
    assert_eq!(heard.value("x-forwarded-proto"), "https");
}

#[test]
fn a_stranger_is_not_believed() {
    let origin = answering(&page(&[]));
    let gateway = gateway(&origin);
    gateway.agent().get(&[
        "X-Forwarded-For: 1.2.3.4",
        "X-Forwarded-Proto: https",
        "X-Forwarded-Host: evil.test",
        "X-Forwarded-Port: 443",
        "X-Forwarded-Prefix: /evil",
        "Forwarded: for=1.2.3.4;proto=https",
        "X-Real-IP: 1.2.3.4",
        "Via: 1.1 cdn",
    ]);
    let heard = origin.heard();
    assert_eq!(heard.value("x-forwarded-for"), "127.0.0.1");
    assert_eq!(heard.value("x-forwarded-proto"), "http");
    assert_eq!(heard.value("x-forwarded-host"), "x.test");
    assert_eq!(heard.value("forwarded"), "for=127.0.0.1;proto=http;host=\"x.test\"");
    assert_eq!(heard.value("via"), "1.1 cdn, 1.1 tamis");
    assert!(!heard.has("x-forwarded-port") && !heard.has("x-forwarded-prefix") && !heard.has("x-real-ip"));
}

#[test]
fn a_listed_proxy_is_believed_and_continued() {
    let origin = answering(&page(&[]));
    let gateway = Setup::new(&origin).top("trusted_proxies: [127.0.0.0/8]").start();
    gateway.agent().get(&[
        "X-Forwarded-For: 192.0.2.1",
        "X-Forwarded-For: 192.0.2.2",
        "X-Forwarded-Proto: https",
        "X-Forwarded-Host: www.x.test",
        "Forwarded: for=192.0.2.1;proto=https",
    ]);
    let heard = origin.heard();
    assert_eq!(heard.value("x-forwarded-for"), "192.0.2.1, 192.0.2.2, 127.0.0.1");
    assert_eq!(
        (heard.value("x-forwarded-proto"), heard.value("x-forwarded-host")),
        ("https".into(), "www.x.test".into())
    );
    assert_eq!(
        heard.value("forwarded"),
        "for=192.0.2.1;proto=https, for=127.0.0.1;proto=http;host=\"x.test\""
    );
}

#[test]
fn names_with_other_marks_do_not_pass_for_others() {
    let origin = answering(&page(&[]));
    let twins = [
        "X_Forwarded_For: 1.2.3.4",
        "x-forwarded_proto: https",
        "X_Forwarded-Host: evil.test",
        "X_Real_IP: 1.2.3.4",
        "Content_Length: 3",
        "Transfer_Encoding: chunked",
        "Content_Type: text/evil",
        "Sec_GPC: 0",
        "X_CONSENT: all",
        "X.Consent: all",
        "X!Forwarded~For: 1.2.3.4",
        "X*Real'IP: 1.2.3.4",
        "Sec.GPC: 0",
        "Proxy: http://evil.test",
    ];
    gateway(&origin).agent().get(&[&twins[..], &["api_key: stays", "x.request.id: stays"]].concat());
    let heard = origin.heard();
    let ours = ["1.2.3.4", "all", "https", "evil", "chunked"];
    let stays = |(name, value): &(String, String)| {
        name.contains(['_', '.', '!', '*']) || ours.iter().any(|ours| value.contains(ours))
    };
    let marked: BTreeSet<String> = heard.fields().into_iter().filter(stays).map(|(name, _)| name).collect();
    assert_eq!(marked, BTreeSet::from(["api_key", "x.request.id"].map(String::from)));
}

#[test]
fn gateways_that_options_may_still_pass_are_counted() {
    let origin = answering(&page(&[]));
    let gateway = gateway(&origin);
    let ask = |left: &str| gateway.agent().request("OPTIONS /", &[left]).status();
    assert_eq!(ask("Max-Forwards: 0"), 204);
    assert!(origin.heard_nothing());
    assert_eq!(ask("Max-Forwards: 2"), 200);
    assert_eq!(origin.heard().values("max-forwards"), ["1"]);
}

#[test]
fn connect_and_trace_are_refused() {
    let origin = answering(&page(&[]));
    let gateway = gateway(&origin);
    for request in [
        "CONNECT x.test:443 HTTP/1.1\r\nHost: x.test:443\r\n\r\n",
        "TRACE / HTTP/1.1\r\nHost: x.test\r\nCookie: sessionid=1\r\n\r\n",
    ] {
        let mut agent = gateway.agent();
        agent.send(request);
        let answer = agent.answer();
        assert_eq!((answer.status(), answer.value("connection")), (501, "close".to_owned()));
        assert!(agent.is_closed());
    }
    assert!(origin.heard_nothing());
}

#[test]
fn host_is_kept_octet_by_octet() {
    let origin = answering(&page(&[]));
    let gateway = gateway(&origin);
    let mut agent = gateway.agent();
    for host in ["x.test", "X.Test:8080", "x.test.", "[::1]:9", "127.0.0.1"] {
        agent.send(&format!("GET / HTTP/1.1\r\nHost: {host}\r\n\r\n"));
        assert_eq!(agent.answer().status(), 200);
        let heard = origin.heard();
        assert_eq!(
            (heard.value("host"), heard.value("x-forwarded-host")),
            (host.to_owned(), host.to_owned())
        );
    }
}

#[test]
fn host_is_set_where_the_site_says_so() {
    let origin = answering(&page(&[]));
    Setup::new(&origin).site("host: \"inner.test:8000\"").start().agent().get(&["Origin: http://x.test"]);
    let heard = origin.heard();
    assert_eq!(heard.value("host"), "inner.test:8000");
    assert_eq!(
        (heard.value("x-forwarded-host"), heard.value("origin")),
        ("x.test".into(), "http://x.test".into())
    );
}

#[test]
fn an_absolute_target_is_sent_in_origin_form() {
    let origin = answering(&page(&[]));
    let gateway = gateway(&origin);
    let mut agent = gateway.agent();
    agent.send("GET http://x.test:80/a?b HTTP/1.1\r\nHost: x.test:80\r\n\r\n");
    assert_eq!(agent.answer().status(), 200);
    let heard = origin.heard();
    assert_eq!(
        (heard.start(), heard.value("host")),
        ("GET /a?b HTTP/1.1".to_owned(), "x.test:80".to_owned())
    );
    agent.send("OPTIONS * HTTP/1.1\r\nHost: x.test\r\n\r\n");
    assert_eq!(agent.answer().status(), 200);
    assert_eq!(origin.heard().start(), "OPTIONS * HTTP/1.1");
}

#[test]
fn a_request_names_one_host() {
    let origin = answering(&page(&[]));
    let gateway = gateway(&origin);
    for request in [
        "GET / HTTP/1.1\r\n\r\n",
        "GET / HTTP/1.1\r\nHost: a.test\r\nHost: b.test\r\n\r\n",
        "GET / HTTP/1.1\r\nHost: a.test\r\nHost: a.test\r\n\r\n",
        "GET / HTTP/1.1\r\nHost: a.test, b.test\r\n\r\n",
        "GET / HTTP/1.1\r\nHost: a.test/b\r\n\r\n",
        "GET / HTTP/1.1\r\nHost: u@a.test\r\n\r\n",
        "GET http://a.test/ HTTP/1.1\r\nHost: b.test\r\n\r\n",
        "GET http://a.test/ HTTP/1.1\r\n\r\n",
    ] {
        let mut agent = gateway.agent();
        agent.send(request);
        assert_eq!(agent.answer().status(), 400, "{request}");
        assert!(agent.is_closed(), "{request}");
    }
    assert!(origin.heard_nothing());
}

#[test]
fn a_circle_is_found_by_via() {
    let origin = answering(&page(&[]));
    let gateway = Setup::new(&origin).top("name: edge-1").start();
    let answer = gateway.agent().get(&["Via: 1.0 cdn, 1.1 EDGE-1 (x)"]);
    assert_eq!(answer.status(), 508);
    assert!(answer.text().contains("leads back to itself"), "{}", answer.text());
    assert!(origin.heard_nothing());
    assert_eq!(gateway.count(|c| c.failures.value("loop")), 1);
    assert_eq!(gateway.agent().get(&["Via: 1.1 edge-10"]).status(), 200);
}

#[test]
fn an_upstream_that_leads_back_is_named_as_that() {
    use std::io::{Read as _, Write as _};
    let home = std::sync::Arc::new(std::sync::OnceLock::new());
    let back = std::sync::Arc::clone(&home);
    let relay = crate::kit::origin(move |visit| {
        // Another name for the gateway itself: whatever comes goes back to it.
        let request = visit.request_head().unwrap();
        let mut stream = std::net::TcpStream::connect(back.wait()).unwrap();
        stream.write_all(&request.head).unwrap();
        let mut answer = vec![0; 4096];
        let read = stream.read(&mut answer).unwrap();
        visit.send(&text(&answer[..read]));
    });
    let gateway = gateway(&relay);
    home.set(gateway.address()).unwrap();
    let answer = gateway.agent().get(&[]);
    assert_eq!(answer.status(), 508);
    assert!(answer.text().contains("leads back to itself"), "{}", answer.text());
}

#[test]
fn what_can_not_be_a_field_is_refused() {
    let origin = answering(&page(&[]));
    let gateway = gateway(&origin);
    for line in
        ["X\0: 1", "X: a\0b", "X: a\u{1}b", "X : 1", ": 1", " X: 1", "X: 1\r\n folded", "X: a\rY: b", "X"]
    {
        let mut agent = gateway.agent();
        agent.send(&format!("GET / HTTP/1.1\r\nHost: x.test\r\n{line}\r\n\r\n"));
        assert_eq!(agent.answer().status(), 400, "{line:?}");
        assert!(agent.is_closed(), "{line:?}");
    }
    assert!(origin.heard_nothing());
}

#[test]
fn a_client_that_offers_h2c_with_every_request_is_answered() {
    let origin = answering(&page(&[]));
    let offer = [
        "Connection: Upgrade, HTTP2-Settings",
        "Upgrade: h2c",
        "HTTP2-Settings: AAEAAEAAAAIAAAABAAMAAABkAAQBAAAAAAUAAEAA",
    ];
    let gateway = gateway(&origin);
    let mut agent = gateway.agent();
    for _ in 0..2 {
        assert_eq!(agent.post(&offer, "abc").status(), 200);
        let heard = origin.heard();
        assert_eq!(
            (heard.text(), heard.has("upgrade"), heard.has("http2-settings")),
            ("abc".to_owned(), false, false)
        );
    }
}

#[test]
fn targets_are_sent_as_they_came() {
    let origin = answering(&page(&[]));
    let gateway = gateway(&origin);
    let mut agent = gateway.agent();
    for (sent, heard) in [
        ("//evil.test/a", "//evil.test/a"),
        ("/a/../b/./c", "/a/../b/./c"),
        ("/%2e%2E/%zz", "/%2e%2E/%zz"),
        ("/?", "/?"),
        ("/a?b?c=d&e", "/a?b?c=d&e"),
        ("/a#fragment", "/a"),
        ("http://x.test?q", "/?q"),
        ("http://x.test", "/"),
    ] {
        assert_eq!(agent.request(&format!("GET {sent}"), &[]).status(), 200, "{sent}");
        assert_eq!(origin.heard().start(), format!("GET {heard} HTTP/1.1"));
    }
}

#[test]
fn an_ipv4_user_agent_of_a_dual_stack_listener_is_ipv4() {
    let origin = answering(&page(&[]));
    let setup =
        Setup::new(&origin).top("listeners: [{address: \"[::]:0\"}]").top("trusted_proxies: [127.0.0.0/8]");
    let gateway = setup.start();
    let address = std::net::SocketAddr::from(([127, 0, 0, 1], gateway.address().port()));
    crate::kit::Agent::connect(address).get(&["X-Forwarded-For: 192.0.2.1"]);
    assert_eq!(origin.heard().value("x-forwarded-for"), "192.0.2.1, 127.0.0.1");
}
