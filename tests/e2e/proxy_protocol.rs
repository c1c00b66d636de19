//! The PROXY protocol: the header says who the user agent is, and nothing behind it is lost.

use std::io::Write as _;
use std::net::TcpStream;

use crate::http2;
use crate::kit::{Agent, Authority, Gateway, Origin, Setup, answering, origin, page};

const FIRST: &[u8] = b"PROXY TCP4 192.0.2.7 198.51.100.1 56324 443\r\n";
const SECOND: &[u8] =
    b"\r\n\r\n\0\r\nQUIT\n\x21\x11\0\x0f\xc0\0\x02\x07\xc6\x33\x64\x01\xdc\x04\x01\xbb\x04\0\0";
const LOCAL: &[u8] = b"\r\n\r\n\0\r\nQUIT\n\x20\0\0\0";
const UNIX: &[u8] = b"\r\n\r\n\0\r\nQUIT\n\x21\x31\0\xd8";

fn listening(origin: &Origin, listener: &str) -> Setup {
    Setup::new(origin).top(&format!("listeners: [{{address: \"127.0.0.1:0\", {listener}}}]"))
}

fn refused(gateway: Gateway) -> u64 {
    gateway.stop().1.sum(|c| c.connection_faults.value("proxy-protocol"))
}

/// An agent whose connection begins so.
fn after(gateway: &Gateway, header: &[u8]) -> Agent {
    let mut agent = gateway.agent();
    agent.wire.try_send(header).unwrap();
    agent
}

#[test]
fn the_header_says_who_the_user_agent_is() {
    let origin = answering(&page(&[]));
    let gateway = listening(&origin, "proxy_protocol: {from: [127.0.0.0/8]}").start();
    let six = b"PROXY TCP6 2001:db8::7 2001:db8::1 1 2\r\n";
    let unix = [UNIX, &[b'/'; 216]].concat();
    for (header, address) in [
        (FIRST, "192.0.2.7"),
        (SECOND, "192.0.2.7"),
        (six, "2001:db8::7"),
        (LOCAL, "127.0.0.1"),
        (b"PROXY UNKNOWN\r\n", "127.0.0.1"),
        (b"PROXY UNKNOWN 192.0.2.7 192.0.2.7 1 2\r\n", "127.0.0.1"),
        (&unix, "127.0.0.1"),
    ] {
        let mut agent = after(&gateway, header);
        for _ in 0..2 {
            assert_eq!(agent.get(&["X-Forwarded-For: 203.0.113.9"]).status(), 200);
            let heard = origin.heard();
            assert_eq!(heard.value("x-forwarded-for"), address);
            assert!(heard.value("forwarded").contains(address), "{}", heard.value("forwarded"));
        }
    }
    assert_eq!(refused(gateway), 0);
}

#[test]
fn header_and_request_may_come_in_any_pieces() {
    let origin = answering(&page(&[]));
    let gateway = listening(&origin, "proxy_protocol: {from: [\"::1\", 127.0.0.1]}").start();
    let request = b"GET / HTTP/1.1\r\nHost: x.test\r\n\r\n";
    for header in [FIRST, SECOND] {
        let all = [header, request].concat();
        // All at once, each octet by itself, and cut in the middle of both.
        let pieces: Vec<Vec<&[u8]>> =
            vec![vec![&all], all.chunks(1).collect(), all.chunks(header.len() + 5).collect()];
        for pieces in pieces {
            let mut agent = gateway.agent();
            pieces.iter().for_each(|piece| agent.wire.try_send(piece).unwrap());
            assert_eq!(agent.answer().status(), 200);
            assert_eq!(origin.heard().value("x-forwarded-for"), "192.0.2.7");
        }
    }
}

#[test]
fn a_connection_without_a_valid_header_is_closed_and_counted() {
    let origin = answering(&page(&[]));
    let gateway = listening(&origin, "h2c: true, proxy_protocol: true").start();
    let bad: [&[u8]; 6] = [
        b"GET / HTTP/1.1\r\nHost: x.test\r\n\r\n",
        b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n",
        b"PROXY TCP4 192.0.2.7 198.51.100.1 56324 443\nGET / HTTP/1.1\r\nHost: x.test\r\n\r\n",
        b"PROXY TCP4 x 198.51.100.1 56324 443\r\nGET / HTTP/1.1\r\nHost: x.test\r\n\r\n",
        b"\r\n\r\n\0\r\nQUIT\n\x31\x11\0\x0cGET / HTTP/1.1\r\nHost: x.test\r\n\r\n",
        b"\r\n\r\n\0\r\nQUIT\n\x21\x11\0\x04GET / HTTP/1.1\r\nHost: x.test\r\n\r\n",
    ];
    for octets in bad {
        let mut agent = gateway.agent();
        // It may be closed while some is on its way.
        let _ = agent.wire.try_send(octets);
        assert_eq!(agent.wire.rest(), b"", "{octets:?}");
    }
    let mut leaving = after(&gateway, b"PROXY TCP4 1");
    leaving.wire.finish();
    assert!(leaving.is_closed() && origin.heard_nothing());
    assert_eq!(refused(gateway), 7);
}

#[test]
fn a_connection_from_elsewhere_is_closed_and_counted() {
    let origin = answering(&page(&[]));
    let gateway = listening(&origin, "proxy_protocol: {from: [10.0.0.0/8]}").start();
    let mut agent = after(&gateway, FIRST);
    assert!(agent.is_closed() && origin.heard_nothing());
    assert_eq!(refused(gateway), 1);
}

#[test]
fn a_header_that_does_not_come_in_time_ends_the_connection() {
    let origin = answering(&page(&[]));
    let gateway = listening(&origin, "proxy_protocol: true").top("times: {head: 200ms}").start();
    assert!(after(&gateway, b"PROXY TCP4 192.0").is_closed());
    assert_eq!(refused(gateway), 1);
}

#[test]
fn it_comes_before_tls() {
    let authority = Authority::new();
    let origin = answering(&page(&[]));
    let tls = authority.issue("x.test").listener();
    let gateway = listening(&origin, &format!("tls: {tls}, proxy_protocol: true")).start();
    for header in [FIRST, SECOND] {
        let mut stream = TcpStream::connect(gateway.address()).unwrap();
        stream.write_all(header).unwrap();
        let mut agent = authority.agent_over(stream, rustls::ALL_VERSIONS);
        assert_eq!(agent.get(&[]).status(), 200);
        assert_eq!(origin.heard().value("forwarded"), "for=192.0.2.7;proto=https;host=\"x.test\"");
    }
}

#[test]
fn it_comes_before_http_2() {
    let origin = answering(&page(&[]));
    let gateway = listening(&origin, "h2c: true, proxy_protocol: true").start();
    for header in [FIRST, SECOND] {
        http2::agent_after(gateway.address(), header, &h2::client::Builder::new(), async |mut sender| {
            http2::answered(&mut sender, http2::get("/", &[])).await
        });
        let heard = origin.heard();
        assert_eq!(
            (heard.value("x-forwarded-for").as_str(), heard.value("via").as_str()),
            ("192.0.2.7", "2 tamis")
        );
    }
}

#[test]
fn the_address_in_the_header_is_what_trust_is_about() {
    let origin = answering(&page(&[]));
    let claims = ["X-Forwarded-For: 203.0.113.9", "X-Forwarded-Proto: https"];
    let told = |trusted: &str| {
        let listener = listening(&origin, "proxy_protocol: true");
        let gateway = listener.top(&format!("trusted_proxies: [{trusted}]")).start();
        after(&gateway, FIRST).get(&claims);
        let heard = origin.heard();
        (heard.value("x-forwarded-for"), heard.value("x-forwarded-proto"))
    };
    let believed = ("203.0.113.9, 192.0.2.7".to_owned(), "https".to_owned());
    assert_eq!(told("192.0.2.0/24"), believed);
    assert_eq!(told("127.0.0.0/8"), ("192.0.2.7".to_owned(), "http".to_owned()), "the load balancer itself");
}

#[test]
fn a_websocket_may_follow() {
    let origin = origin(|visit| {
        visit.request();
        visit.send("HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\r\nhi");
        visit.wire.rest();
    });
    let gateway = listening(&origin, "proxy_protocol: true").start();
    let mut agent = after(&gateway, SECOND);
    agent.ask("GET /", &["Connection: Upgrade", "Upgrade: websocket", "Sec-WebSocket-Key: a"]);
    assert_eq!(agent.head().status(), 101);
    assert_eq!(agent.wire.take(2), b"hi");
}
