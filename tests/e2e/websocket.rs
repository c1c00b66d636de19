//! WebSocket: a handshake that is sifted like any exchange, then octets that are nobody's business.

use crate::kit::{Agent, Gate, Origin, Setup, answering, gateway, origin, page, status};

const HANDSHAKE: [&str; 5] = [
    "Connection: keep-alive, Upgrade",
    "Upgrade: WebSocket",
    "Sec-WebSocket-Version: 13",
    "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==",
    "Cookie: _ga=1; sessionid=2",
];
const AGREED: &str = "HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\
    Sec-WebSocket-Accept: s3pPLMBiTxaQ9kYGzzhZRbK+xOo=\r\nSet-Cookie: _ga=1\r\nSet-Cookie: sessionid=3\r\n\r\n";

/// Agrees to the handshake and sends back what comes, until the other side has ended.
fn echoing() -> Origin {
    origin(|visit| {
        visit.request();
        visit.send(AGREED);
        loop {
            let octets = visit.wire.some();
            if octets.is_empty() || visit.wire.try_send(&octets).is_err() {
                return;
            }
        }
    })
}

fn handshake(agent: &mut Agent) {
    agent.ask("GET /socket", &HANDSHAKE);
    let answer = agent.head();
    assert_eq!((answer.status(), answer.value("upgrade")), (101, "websocket".to_owned()));
    assert_eq!(answer.value("connection").to_ascii_lowercase(), "upgrade");
    assert_eq!(answer.value("sec-websocket-accept"), "s3pPLMBiTxaQ9kYGzzhZRbK+xOo=");
    assert_eq!(answer.values("set-cookie"), ["sessionid=3"]);
}

#[test]
fn the_handshake_is_sifted_both_ways_and_the_rest_is_passed_on() {
    let origin = echoing();
    let gateway = gateway(&origin);
    let mut agent = gateway.agent();
    handshake(&mut agent);
    let heard = origin.heard();
    assert_eq!(
        (heard.value("cookie"), heard.value("upgrade")),
        ("sessionid=2".to_owned(), "websocket".to_owned())
    );
    assert_eq!(heard.value("sec-websocket-key"), "dGhlIHNhbXBsZSBub25jZQ==");
    for octets in ["\u{81}\u{5}hello", "\u{0}\u{ff}GET / HTTP/1.1\r\n\r\n", "Set-Cookie: _ga=1\r\n"] {
        agent.send(octets);
        assert_eq!(agent.wire.take(octets.chars().count()), crate::kit::octets(octets));
    }
    let text = gateway.operator().request("GET /metrics", &[]).text();
    for line in [
        "tamis_tunnels_open 1",
        // Three messages, there and back, while the exchange goes on.
        "tamis_received_bytes_total{site=\"default\"} 46",
        "tamis_sent_bytes_total{site=\"default\"} 46",
    ] {
        assert!(text.contains(&format!("{line}\n")), "{line} is not in\n{text}");
    }
    agent.wire.finish();
    assert!(agent.is_closed());
    let (_, metrics) = gateway.stop();
    assert_eq!((metrics.sum(|c| c.aborted.value()), metrics.sum(|c| c.open.total())), (0, 0));
    assert_eq!(metrics.sum(|c| c.tunnels.value()), 0);
}

#[test]
fn limits_of_requests_are_none_of_a_tunnel() {
    let origin = echoing();
    let gateway = Setup::new(&origin).top("times: {head: 50ms, idle: 50ms}").start();
    let mut socket = gateway.agent();
    handshake(&mut socket);
    for _ in 0..2 {
        socket.send("hello");
        assert_eq!(socket.wire.take(5), b"hello");
        // A connection that waits for as long without being one is closed.
        assert!(gateway.agent().is_closed());
    }
    socket.send("hello");
    assert_eq!(socket.wire.take(5), b"hello");
}

#[test]
fn nothing_goes_to_the_origin_server_before_it_has_agreed() {
    let (asked, refused) = (Gate::default(), Gate::default());
    let origin = {
        let (asked, refused) = (asked.clone(), refused.clone());
        origin(move |visit| {
            visit.request();
            asked.open();
            refused.wait();
            visit.send(&status("403 Forbidden", &["Set-Cookie: _ga=1"], "no"));
            // Whatever was sent in advance would be here now, and would be the next request.
            while let Some(request) = visit.request() {
                visit.send(&status("200 OK", &[], &request.start()));
            }
        })
    };
    let gateway = gateway(&origin);
    let mut agent = gateway.agent();
    agent.ask("GET /socket", &HANDSHAKE);
    agent.send("GET /smuggled HTTP/1.1\r\nHost: x.test\r\nX-Frame: data\r\n\r\n");
    asked.wait();
    refused.open();
    let answer = agent.answer();
    assert_eq!((answer.status(), answer.text(), answer.has("set-cookie")), (403, "no".to_owned(), false));
    assert_eq!(agent.answer().text(), "GET /smuggled HTTP/1.1", "an HTTP/1.1 request like any other");
    assert_eq!(gateway.agent().request("GET /next", &[]).text(), "GET /next HTTP/1.1");
}

#[test]
fn an_origin_server_that_does_not_agree_just_answers() {
    let origin = answering(&page(&["Set-Cookie: _ga=1"]));
    let gateway = gateway(&origin);
    let mut agent = gateway.agent();
    for _ in 0..2 {
        let answer = agent.get(&HANDSHAKE);
        assert_eq!(
            (answer.status(), answer.text(), answer.has("set-cookie")),
            (200, "page".to_owned(), false)
        );
        assert!(!answer.has("upgrade"));
    }
}

#[test]
fn another_protocol_than_the_one_asked_for_is_refused() {
    let origin = answering(&AGREED.replace("Upgrade: websocket", "Upgrade: h2c"));
    let answer = gateway(&origin).agent().get(&HANDSHAKE);
    assert_eq!((answer.status(), answer.has("set-cookie")), (502, false));
}

#[test]
fn the_end_of_either_side_ends_the_other() {
    let gone = Gate::default();
    let origin = {
        let gone = gone.clone();
        origin(move |visit| {
            visit.request();
            visit.send(AGREED);
            if visit.number == 0 {
                visit.send("bye");
                return;
            }
            visit.wire.rest();
            gone.open();
        })
    };
    let gateway = gateway(&origin);
    let mut left = gateway.agent();
    handshake(&mut left);
    assert_eq!(left.wire.take(3), b"bye");
    assert!(left.is_closed());
    let mut leaving = gateway.agent();
    handshake(&mut leaving);
    drop(leaving);
    gone.wait();
}
