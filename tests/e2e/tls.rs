//! TLS on both sides.

use crate::kit::{
    Authority, Certificate, Message, Origin, Setup, Visit, answering, gateway, origin, origin_over_tls, page,
};

fn answer(visit: &mut Visit) {
    while visit.request().is_some() {
        visit.send(&page(&["Set-Cookie: _ga=1", "Set-Cookie: sessionid=1; Secure"]));
    }
}

/// A gateway with a TLS listener for `x.test`.
fn listening(origin: &Origin, certificate: &Certificate) -> Setup {
    let listener = format!("listeners: [{{address: \"127.0.0.1:0\", tls: {}}}]", certificate.listener());
    Setup::new(origin).top(&listener)
}

#[test]
fn a_tls_listener_sifts_like_a_plain_one_and_says_https() {
    let authority = Authority::new();
    let origin = origin(answer);
    let gateway = listening(&origin, &authority.issue("x.test")).start();
    let mut agent = gateway.tls_agent(&authority);
    for _ in 0..2 {
        let answer = agent.get(&["Cookie: _ga=1; sessionid=2"]);
        assert_eq!(answer.values("set-cookie"), ["sessionid=1; Secure"]);
        let heard = origin.heard();
        assert_eq!(
            (heard.value("cookie"), heard.value("x-forwarded-proto")),
            ("sessionid=2".into(), "https".into())
        );
        assert_eq!(heard.value("forwarded"), "for=127.0.0.1;proto=https;host=\"x.test\"");
    }
}

#[test]
fn secure_is_neither_added_nor_removed() {
    let authority = Authority::new();
    let origin = answering(&page(&[
        "Set-Cookie: sessionid=1",
        "Set-Cookie: csrftoken=1; Secure; SameSite=None; Partitioned",
    ]));
    let expected = ["sessionid=1", "csrftoken=1; Secure; SameSite=None; Partitioned"];
    let secure = listening(&origin, &authority.issue("x.test")).start();
    assert_eq!(secure.tls_agent(&authority).get(&[]).values("set-cookie"), expected);
    assert_eq!(gateway(&origin).agent().get(&[]).values("set-cookie"), expected);
}

#[test]
fn both_versions_of_tls_are_spoken() {
    let authority = Authority::new();
    let gateway = listening(&origin(answer), &authority.issue("x.test")).start();
    for version in [&rustls::version::TLS12, &rustls::version::TLS13] {
        let mut agent = authority.agent_of(gateway.address(), &[version]);
        assert_eq!(agent.get(&[]).status(), 200);
        assert_eq!(agent.tls().protocol_version(), Some(version.version));
        assert_eq!(agent.tls().alpn_protocol(), None, "nobody offered one");
    }
}

#[test]
fn the_cheapest_suite_is_chosen_and_another_for_those_without_aes() {
    use rustls::CipherSuite as Suite;
    let authority = Authority::new();
    let gateway = listening(&origin(answer), &authority.issue("x.test")).start();
    let chosen = |version, offered: &[Suite]| {
        let mut agent = authority.agent_offering(gateway.address(), version, offered);
        assert_eq!(agent.get(&[]).status(), 200);
        agent.tls().negotiated_cipher_suite().unwrap().suite()
    };
    let (aes128, aes256) = (Suite::TLS13_AES_128_GCM_SHA256, Suite::TLS13_AES_256_GCM_SHA384);
    let (chacha, new) = (Suite::TLS13_CHACHA20_POLY1305_SHA256, &rustls::version::TLS13);
    assert_eq!(chosen(new, &[aes256, aes128]), aes128);
    assert_eq!(chosen(new, &[chacha, aes256, aes128]), chacha);
    assert_eq!(chosen(new, &[aes256]), aes256);
    let (older, old) = (Suite::TLS_ECDHE_ECDSA_WITH_AES_128_GCM_SHA256, &rustls::version::TLS12);
    assert_eq!(chosen(old, &[Suite::TLS_ECDHE_ECDSA_WITH_AES_256_GCM_SHA384, older]), older);
}

#[test]
fn a_large_upload_over_tls_arrives_whole() {
    let authority = Authority::new();
    let origin = origin(answer);
    let gateway = listening(&origin, &authority.issue("x.test")).start();
    let mut agent = gateway.tls_agent(&authority);
    let content: String = (0..200_000).map(|n| format!("{n:x} ")).collect();
    assert_eq!(agent.post(&[], &content).status(), 200);
    assert!(origin.heard().body == content.as_bytes());
}

#[test]
fn the_certificate_of_the_asked_name_is_shown() {
    let authority = Authority::new();
    let shown = ["x.test", "*.y.test", "z.test"].map(|name| authority.issue(name).listener());
    let listeners = format!("listeners: [{{address: \"127.0.0.1:0\", tls: [{}]}}]", shown.join(", "));
    let gateway = Setup::new(&origin(answer)).top(&listeners).start();
    let handshake = |name, sni| authority.handshake(gateway.address(), name, sni, &[]);
    for name in ["x.test", "a.y.test", "A.Y.TEST", "z.test"] {
        handshake(name, true).unwrap();
    }
    // Whoever asks for none of these names, or for none at all, is shown the first.
    handshake("x.test", false).unwrap();
    for (name, sni) in [("other.test", true), ("y.test", true), ("a.b.y.test", true), ("z.test", false)] {
        assert!(handshake(name, sni).unwrap_err().to_string().contains("certificate"), "{name}");
    }
}

#[test]
fn the_protocol_is_settled_in_the_handshake() {
    let authority = Authority::new();
    let gateway = listening(&origin(answer), &authority.issue("x.test")).start();
    for (offered, agreed) in [
        (&["h2", "http/1.1"][..], Some("h2")),
        (&["http/1.1", "h2"], Some("h2")),
        (&["http/1.1"], Some("http/1.1")),
        (&[], None),
    ] {
        let found = authority.handshake(gateway.address(), "x.test", true, offered).unwrap();
        assert_eq!(found.as_deref(), agreed, "{offered:?}");
    }
    assert!(authority.handshake(gateway.address(), "x.test", true, &["spdy/3"]).is_err());
}

#[test]
fn keys_are_exchanged_so_that_no_later_computer_reads_them() {
    let authority = Authority::new();
    let gateway = listening(&origin(answer), &authority.issue("x.test")).start();
    let mut agent = gateway.tls_agent(&authority);
    agent.get(&[]);
    let group = agent.tls().negotiated_key_exchange_group().unwrap().name();
    assert_eq!(group, rustls::NamedGroup::X25519MLKEM768);
}

#[test]
fn plain_http_on_a_tls_listener_is_counted_and_closed() {
    let authority = Authority::new();
    let origin = origin(answer);
    let gateway = listening(&origin, &authority.issue("x.test")).start();
    let mut agent = gateway.agent();
    agent.ask("GET /", &[]);
    agent.wire.rest();
    assert!(origin.heard_nothing());
    assert_eq!(gateway.stop().1.sum(|c| c.connection_faults.value("tls")), 1);
}

#[test]
fn a_handshake_that_never_comes_ends_the_connection() {
    let authority = Authority::new();
    let gateway = listening(&origin(answer), &authority.issue("x.test")).top("times: {head: 200ms}").start();
    assert!(gateway.agent().is_closed());
}

#[test]
fn truncation_stays_visible_over_tls() {
    let authority = Authority::new();
    let origin = origin(|visit| {
        visit.request();
        visit.send("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n4\r\nhalf\r\n");
    });
    let gateway = listening(&origin, &authority.issue("x.test")).start();
    let answer = gateway.tls_agent(&authority).get(&[]);
    assert!(!answer.is_whole() && answer.text() == "half");
}

/// What a visitor gets from a gateway whose origin server shows this certificate, verified by that authority.
fn over(certificate: &Certificate, authority: &Authority, more: &str) -> Message {
    let origin = origin_over_tls(certificate.server(), answer);
    let ca = authority.file();
    let upstream = format!("{{url: \"{}\", ca_file: {}{more}}}", origin.url(), ca.display());
    Setup::new(&origin).upstream(&upstream).start().agent().get(&[])
}

#[test]
fn an_https_origin_server_is_verified() {
    let authority = Authority::new();
    let answer = over(&authority.issue("localhost"), &authority, "");
    assert_eq!((answer.status(), answer.values("set-cookie")), (200, vec!["sessionid=1; Secure".to_owned()]));
    let named = over(&authority.issue("origin.example.org"), &authority, ", server_name: origin.example.org");
    assert_eq!(named.status(), 200);
}

#[test]
fn a_certificate_that_is_not_to_be_trusted_has_its_own_words() {
    let (authority, stranger) = (Authority::new(), Authority::new());
    for certificate in
        [stranger.issue("localhost"), authority.issue("other.test"), authority.issue_until("localhost", 2020)]
    {
        let answer = over(&certificate, &authority, "");
        assert_eq!(answer.status(), 502);
        assert!(answer.text().contains("certificate"), "{}", answer.text());
    }
}

#[test]
fn an_origin_server_may_be_named_by_the_very_certificate_that_it_shows() {
    let ask = |shown: &Certificate, named: &Certificate| {
        let origin = origin_over_tls(shown.server(), answer);
        let upstream = format!("{{url: \"{}\", ca_file: {}}}", origin.url(), named.files().0.display());
        Setup::new(&origin).upstream(&upstream).start().agent().get(&[]).status()
    };
    let ours = Certificate::of_itself("localhost", 4000);
    assert_eq!(ask(&ours, &ours), 200);
    // Neither another one of that name, nor one of another name, nor one that has expired.
    let (other, late) =
        (Certificate::of_itself("other.test", 4000), Certificate::of_itself("localhost", 2020));
    for (shown, named) in
        [(&Certificate::of_itself("localhost", 4000), &ours), (&other, &other), (&late, &late)]
    {
        assert_eq!(ask(shown, named), 502);
    }
}

#[test]
fn the_systems_authorities_do_not_know_ours() {
    let origin = origin_over_tls(Authority::new().issue("localhost").server(), answer);
    let gateway = gateway(&origin);
    assert_eq!(gateway.agent().get(&[]).status(), 502);
    assert_eq!(gateway.count(|c| c.failures.value("certificate")), 1);
}

#[test]
fn https_to_a_plain_origin_server_has_its_own_words() {
    let origin = origin(|visit| {
        visit.wire.some();
        visit.send("HTTP/1.1 400 Bad Request\r\n\r\n");
    });
    let url = format!("https://localhost:{}", origin.address.port());
    let upstream = format!("{{url: \"{url}\", ca_file: {}}}", Authority::new().file().display());
    let gateway = Setup::to(&url).upstream(&upstream).start();
    let answer = gateway.agent().get(&[]);
    assert_eq!(answer.status(), 502);
    assert!(answer.text().contains("No secure connection"), "{}", answer.text());
    assert_eq!(gateway.count(|c| c.failures.value("tls")), 1);
}

#[test]
fn http_to_an_origin_server_that_speaks_tls_has_its_own_words() {
    let origin = origin_over_tls(Authority::new().issue("localhost").server(), answer);
    let gateway = Setup::to(&format!("http://{}", origin.address)).start();
    let answer = gateway.agent().get(&[]);
    assert_eq!(answer.status(), 502);
    assert!(answer.text().contains("not proper HTTP"), "{}", answer.text());
    assert_eq!(gateway.count(|c| c.failures.value("not-http")), 1);
}

#[test]
fn an_origin_server_that_never_finishes_the_handshake_is_slow() {
    let origin = origin(|visit| {
        visit.wire.rest();
    });
    let url = format!("https://localhost:{}", origin.address.port());
    let upstream = format!("{{url: \"{url}\", ca_file: {}}}", Authority::new().file().display());
    let answer = Setup::to(&url).upstream(&upstream).top("times: {connect: 200ms}").start().agent().get(&[]);
    assert_eq!(answer.status(), 504);
    assert!(answer.text().contains("did not take the connection in time"), "{}", answer.text());
}

#[test]
fn an_https_connection_is_used_again() {
    let authority = Authority::new();
    let origin = origin_over_tls(authority.issue("localhost").server(), answer);
    let upstream = format!("{{url: \"{}\", ca_file: {}}}", origin.url(), authority.file().display());
    let gateway = Setup::new(&origin).upstream(&upstream).start();
    for _ in 0..3 {
        assert_eq!(gateway.agent().post(&[], "abc").status(), 200);
        assert_eq!(origin.heard().text(), "abc");
    }
    assert_eq!(origin.connections(), 1);
}
