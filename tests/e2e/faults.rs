//! What goes wrong: on the origin server's side, on the user agent's, and what either is told.

use crate::kit::{
    Gate, Message, Origin, Setup, answering, gateway, logged, octets, origin, padded, page, text, unreachable,
};

/// An origin server that answers a request with these octets and closes.
fn saying(answer: &str) -> Origin {
    let answer = answer.to_owned();
    origin(move |visit| {
        visit.request();
        visit.send(&answer);
    })
}

/// What a visitor of a gateway with these times gets.
fn visit(setup: &Setup) -> Message {
    setup.start().agent().get(&[])
}

#[test]
fn nobody_listens() {
    let gateway = Setup::to(&unreachable()).start();
    let mut agent = gateway.agent();
    let answer = agent.request("GET /faults/nobody", &[]);
    assert_eq!(answer.status(), 503);
    assert!(answer.text().contains("can't be reached"), "{}", answer.text());
    assert!(!answer.text().contains("127.0.0.1"), "the inside is nobody's business");
    assert_eq!(agent.get(&[]).status(), 503, "the connection is good for another request");
    assert_eq!(gateway.count(|c| c.failures.value("connect")), 2);
    assert!(
        logged("path=\"/faults/nobody\"").contains("check that the origin server runs and listens there")
    );
}

#[test]
fn the_name_is_unknown() {
    let answer = visit(&Setup::to("http://nowhere.invalid:80"));
    assert_eq!(answer.status(), 503);
    assert!(answer.text().contains("can't be found"), "{}", answer.text());
}

#[test]
fn no_answer_comes() {
    let gate = Gate::default();
    let origin = {
        let gate = gate.clone();
        origin(move |visit| {
            visit.request();
            if visit.wire.ended() {
                gate.open();
            }
        })
    };
    let gateway = Setup::new(&origin).top("times: {answer: 200ms}").start();
    let answer = gateway.agent().get(&[]);
    assert_eq!(answer.status(), 504);
    assert!(answer.text().contains("did not answer in time"), "{}", answer.text());
    gate.wait(); // the origin server is told that nobody waits any more
}

#[test]
fn a_head_that_never_ends_is_no_answer() {
    let origin = origin(|visit| {
        visit.request();
        visit.send("HTTP/1.1 200 OK\r\nX: y\r\n");
        visit.wire.ended();
    });
    assert_eq!(visit(&Setup::new(&origin).top("times: {answer: 200ms}")).status(), 504);
}

#[test]
fn a_slow_upload_is_no_slow_answer() {
    let gates = [Gate::default(), Gate::default()];
    let origin = {
        let gates = gates.clone();
        origin(move |visit| {
            visit.request_head();
            for gate in &gates {
                visit.wire.some();
                gate.open();
            }
            visit.send(&page(&[]));
        })
    };
    let gateway = Setup::new(&origin).top("times: {answer: 10s, progress: 10s}").start();
    let mut agent = gateway.agent();
    agent.ask("POST /", &["Content-Length: 2"]);
    for gate in &gates {
        agent.send("x");
        gate.wait();
    }
    assert_eq!(agent.answer().status(), 200);
}

#[test]
fn an_upload_that_pauses_is_no_slow_answer_either() {
    for body in ["measure", "stream"] {
        let gate = Gate::default();
        let origin = {
            let gate = gate.clone();
            origin(move |visit| {
                if text(&visit.request_head().unwrap().head).starts_with("GET") {
                    visit.wire.ended();
                    return;
                }
                visit.wire.some();
                gate.open();
                visit.wire.some();
                visit.send(&page(&[]));
            })
        };
        let setup = Setup::new(&origin).top("times: {answer: 100ms}").site(&format!("request_body: {body}"));
        let gateway = setup.start();
        let mut agent = gateway.agent();
        agent.ask("POST /", &["Content-Length: 2"]);
        agent.send("x");
        gate.wait();
        // Whoever is waited for since then has had their time.
        assert_eq!(gateway.agent().get(&[]).status(), 504);
        agent.send("x");
        assert_eq!(agent.answer().status(), 200, "{body}");
        assert_eq!(gateway.count(|c| c.failures.value("slow-answer")), 1, "the other request's alone");
    }
}

#[test]
fn what_is_not_http_has_its_own_words() {
    for garbage in [
        "SSH-2.0-OpenSSH_9.2\r\n\r\n",
        "\u{15}\u{3}\u{3}\u{0}\u{2}\u{2}\u{32}",
        "HTTP/2.0 200 OK\r\n\r\n",
        "HTTP/1.1 2000 OK\r\n\r\n",
        "HTTP/1.1 200 OK\r\nno colon\r\n\r\n",
        "<html>hello</html>\r\n\r\n",
    ] {
        let answer = visit(&Setup::new(&saying(garbage)));
        assert_eq!(answer.status(), 502, "{garbage:?}");
        assert!(answer.text().contains("not proper HTTP"), "{garbage:?} {}", answer.text());
    }
}

#[test]
fn the_connection_closes_before_an_answer() {
    for beginning in ["", "HTTP/1.1 200 OK\r\n", "HTTP/1.1 200 OK\r\nContent-Length: 5\r\nX: "] {
        let answer = visit(&Setup::new(&saying(beginning)));
        assert_eq!(answer.status(), 502, "{beginning:?}");
        assert!(answer.text().contains("without an answer"), "{beginning:?} {}", answer.text());
    }
}

#[test]
fn a_switch_of_protocols_that_nobody_asked_for() {
    let switch = "HTTP/1.1 101 Switching Protocols\r\nConnection: upgrade\r\nUpgrade: websocket\r\nSet-Cookie: _ga=1\r\n\r\n";
    let origin = saying(switch);
    let gateway = gateway(&origin);
    for asked in
        [&[][..], &["Connection: Upgrade", "Upgrade: h2c"], &["Upgrade: websocket", "Sec-WebSocket-Key: a"]]
    {
        let answer = gateway.agent().get(asked);
        assert_eq!((answer.status(), answer.has("set-cookie")), (502, false), "{asked:?}");
        assert!(!origin.heard().has("upgrade"));
    }
}

#[test]
fn heads_of_answers_are_bounded() {
    let fits: String = (0..15).map(|n| padded(&format!("X-{n}"), 4000)).collect();
    assert_eq!(visit(&Setup::new(&saying(&page(&[fits.trim_end()])))).status(), 200);
    let large = "x".repeat(65 * 1024);
    assert_eq!(visit(&Setup::new(&saying(&page(&[&format!("X: {large}")])))).status(), 502);
    let many = |count: usize| (0..count).map(|n| format!("X-{n}: y")).collect::<Vec<_>>().join("\r\n");
    assert_eq!(visit(&Setup::new(&saying(&page(&[&many(255)])))).status(), 200);
    let answer = visit(&Setup::new(&saying(&page(&[&many(256)]))));
    assert_eq!(answer.status(), 502);
    assert!(answer.text().contains("too large"), "{}", answer.text());
}

#[test]
fn heads_of_requests_are_bounded() {
    let origin = answering(&page(&[]));
    let gateway = gateway(&origin);
    let many = |count: usize| (0..count).map(|n| format!("X-{n}: y\r\n")).collect::<String>();
    for (fields, status) in [
        (many(255), 200),
        (many(256), 431),
        (many(5000), 431),
        (padded("X", 60 * 1024), 200),
        (padded("X", 65 * 1024), 431),
        (padded("Cookie", 70 * 1024), 431),
    ] {
        let mut agent = gateway.agent();
        // A gateway that has seen enough may close while the rest is still on its way.
        let _ = agent.wire.try_send(&octets(&format!("GET / HTTP/1.1\r\nHost: x.test\r\n{fields}\r\n")));
        assert_eq!(agent.answer().status(), status, "{} octets", fields.len());
    }
    let mut agent = gateway.agent();
    let _ = agent
        .wire
        .try_send(&octets(&format!("GET /{} HTTP/1.1\r\nHost: x.test\r\n\r\n", "x".repeat(70 * 1024))));
    assert!(matches!(agent.answer().status(), 414 | 431));
}

#[test]
fn a_content_that_breaks_off_is_seen_to() {
    for (answer, got) in [
        ("HTTP/1.1 200 OK\r\nContent-Length: 10\r\nX: y\r\n\r\nhalf", "half"),
        ("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n4\r\nhalf\r\n", "half"),
        ("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n4\r\nhalf\r\nzz\r\n", "half"),
        ("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n4\r\nhalf\r\n0\r\n", "half"),
        ("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n4\r\nhalf\r\na\r\nrest", "half"),
    ] {
        let gateway = gateway(&saying(answer));
        let mut agent = gateway.agent();
        let answered = agent.get(&[]);
        assert!(!answered.is_whole(), "{answer:?}");
        assert!(answered.text().starts_with(got), "{answer:?}: what came is passed on: {}", answered.text());
        assert!(agent.is_closed());
        assert_eq!(gateway.stop().1.sum(|c| c.failures.value("truncated")), 1, "{answer:?}");
    }
}

#[test]
fn content_that_is_malformed_from_the_beginning_is_no_answer() {
    for chunk in ["zz\r\n", "-1\r\nx\r\n", "1\nx\n", "11111111111111111\r\n"] {
        let answer = format!("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n{chunk}");
        let answer = visit(&Setup::new(&saying(&answer)));
        assert_eq!(answer.status(), 502, "{chunk:?}");
        assert!(answer.text().contains("not proper HTTP"), "{}", answer.text());
    }
}

#[test]
fn a_content_that_stands_still_is_seen_to_break_off() {
    let origin = origin(|visit| {
        visit.request();
        visit.send("HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nhalf");
        visit.wire.ended();
    });
    let gateway = Setup::new(&origin).top("times: {progress: 200ms}").start();
    let mut agent = gateway.agent();
    let answer = agent.get(&[]);
    assert!(!answer.is_whole() && answer.text() == "half");
    assert!(agent.is_closed());
}

#[test]
fn http_1_0_sees_a_break_by_the_reset_alone() {
    let gateway = gateway(&saying("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n4\r\nhalf\r\n"));
    let mut agent = gateway.agent();
    agent.send("GET / HTTP/1.0\r\nHost: x.test\r\n\r\n");
    let head = agent.head();
    assert!(!head.has("content-length"));
    assert_eq!(agent.wire.rest(), b"half");
    assert_eq!(gateway.stop().1.sum(|c| c.failures.value("truncated")), 1);
}

#[test]
fn an_upload_that_breaks_off_is_not_completed() {
    for (site, framing, part) in [
        ("request_body: measure", "Content-Length: 10", "half"),
        ("request_body: stream", "Transfer-Encoding: chunked", "4\r\nhalf\r\n"),
        ("request_body: stream", "Transfer-Encoding: chunked", "4\r\nhalf\r\n0\r\n"),
        ("request_body: stream", "Transfer-Encoding: chunked", "4\r\nhalf\r\nzz\r\n"),
    ] {
        let begun = Gate::default();
        let origin = {
            let begun = begun.clone();
            origin(move |visit| {
                let head = visit.request_head().unwrap();
                begun.open();
                visit.request_content(head);
            })
        };
        let gateway = Setup::new(&origin).site(site).start();
        let mut agent = gateway.agent();
        agent.ask("POST /", &[framing]);
        agent.send(part);
        begun.wait();
        agent.wire.finish();
        assert_eq!(agent.answer().status(), 400, "{part:?}");
        let heard = origin.heard();
        assert!(!heard.is_whole() && "half".starts_with(&heard.text()), "{part:?}");
    }
}

#[test]
fn a_reset_upload_is_not_completed() {
    let begun = Gate::default();
    let origin = {
        let begun = begun.clone();
        origin(move |visit| {
            let head = visit.request_head().unwrap();
            begun.open();
            visit.request_content(head);
        })
    };
    let gateway = gateway(&origin);
    let mut agent = gateway.agent();
    agent.ask("PUT /", &["Content-Length: 10"]);
    agent.send("half");
    begun.wait();
    agent.wire.reset();
    assert!(!origin.heard().is_whole());
    let (_, metrics) = gateway.stop();
    assert_eq!(metrics.sum(|c| c.open.total()), 0);
}

#[test]
fn an_upload_that_never_came_reaches_nobody_when_it_is_measured() {
    let origin = answering(&page(&[]));
    let gateway = gateway(&origin);
    let mut agent = gateway.agent();
    agent.ask("POST /", &["Transfer-Encoding: chunked"]);
    agent.send("4\r\nhalf\r\n");
    agent.wire.finish();
    assert_eq!(agent.answer().status(), 400);
    assert_eq!((origin.connections(), origin.heard_nothing()), (0, true));
}

#[test]
fn an_upload_that_stands_still_is_given_up() {
    for (site, framing, part) in [
        ("request_body: measure", "Content-Length: 10", "half"),
        ("request_body: measure", "Transfer-Encoding: chunked", "4\r\nhalf\r\n"),
        ("request_body: stream", "Transfer-Encoding: chunked", "4\r\nhalf\r\n"),
    ] {
        let origin = answering(&page(&[]));
        let gateway = Setup::new(&origin).top("times: {progress: 200ms}").site(site).start();
        let mut agent = gateway.agent();
        agent.ask("POST /", &[framing]);
        agent.send(part);
        let answer = agent.answer();
        assert_eq!(
            (answer.status(), answer.value("connection")),
            (408, "close".to_owned()),
            "{site} {framing}"
        );
        assert!(agent.is_closed());
    }
}

#[test]
fn a_head_that_comes_too_slowly_ends_the_connection() {
    let origin = answering(&page(&[]));
    let gateway = Setup::new(&origin).top("times: {head: 500ms}").start();
    let mut silent = gateway.agent();
    let mut slow = gateway.agent();
    slow.send("GET / HTTP/1.1\r\nHost: x.test\r\nX-Half");
    assert!(silent.is_closed() && slow.is_closed());
    let mut second = gateway.agent();
    assert_eq!(second.get(&[]).status(), 200);
    second.send("GET /");
    assert!(second.is_closed());
    drop(origin);
    assert_eq!(gateway.stop().1.sum(|c| c.connection_faults.value("head-timeout")), 3);
}

#[test]
fn a_connection_at_rest_ends_in_the_end() {
    let origin = answering(&page(&[]));
    let gateway = Setup::new(&origin).top("times: {idle: 200ms}").start();
    let mut agent = gateway.agent();
    assert_eq!(agent.get(&[]).status(), 200);
    assert!(agent.is_closed());
}

#[test]
fn no_more_connections_than_the_limit() {
    let origin = answering(&page(&[]));
    let gateway = Setup::new(&origin).top("limits: {connections: 2}").start();
    let (mut first, mut second) = (gateway.agent(), gateway.agent());
    assert_eq!((first.get(&[]).status(), second.get(&[]).status()), (200, 200));
    assert!(gateway.agent().is_closed());
    assert_eq!((first.get(&[]).status(), second.get(&[]).status()), (200, 200));
    assert_eq!(gateway.stop().1.sum(|c| c.refused.value()), 1);
}

#[test]
fn garbage_from_a_user_agent_is_refused_and_counted() {
    let origin = answering(&page(&[]));
    let gateway = gateway(&origin);
    for garbage in [
        "\u{16}\u{3}\u{1}\u{2}\u{0}\u{1}\u{0}\u{1}\r\n\r\n",
        "hello\r\n\r\n",
        "GET / HTTP/3.0\r\n\r\n",
        "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n",
    ] {
        let mut agent = gateway.agent();
        agent.send(garbage);
        agent.wire.finish();
        let answer = agent.wire.rest();
        assert!(answer.is_empty() || answer.starts_with(b"HTTP/1.1 400 "), "{garbage:?}");
    }
    assert!(origin.heard_nothing());
    assert_eq!(gateway.stop().1.sum(|c| c.connection_faults.value("http")), 4);
}

#[test]
fn a_stop_lets_exchanges_finish() {
    let (asked, gate) = (Gate::default(), Gate::default());
    let origin = {
        let (asked, gate) = (asked.clone(), gate.clone());
        origin(move |visit| {
            visit.request();
            asked.open();
            gate.wait();
            visit.send(&page(&[]));
        })
    };
    let gateway = gateway(&origin);
    let (mut agent, mut resting) = (gateway.agent(), gateway.agent());
    agent.ask("GET /", &[]);
    asked.wait();
    let stopping = std::thread::spawn(move || gateway.stop().0);
    assert!(resting.is_closed(), "who asks for nothing is not waited for");
    gate.open();
    let answer = agent.answer();
    assert_eq!((answer.text(), answer.value("connection")), ("page".to_owned(), "close".to_owned()));
    assert_eq!(stopping.join().unwrap(), tamis::server::Drained::Clean);
}

#[test]
fn a_stop_does_not_wait_for_ever() {
    let asked = Gate::default();
    let origin = {
        let asked = asked.clone();
        origin(move |visit| {
            visit.request();
            asked.open();
            visit.wire.ended();
        })
    };
    let gateway = Setup::new(&origin).top("times: {drain: 200ms}").start();
    let mut agent = gateway.agent();
    agent.ask("GET /", &[]);
    asked.wait();
    assert_eq!(gateway.stop().0, tamis::server::Drained::Cut);
    assert!(agent.is_closed());
}

#[test]
fn a_refusal_reaches_a_user_agent_that_is_still_sending() {
    let origin = answering(&page(&[]));
    let gateway = gateway(&origin);
    let chunk = format!("100000\r\n{}\r\n", "x".repeat(1 << 20));
    for (fields, content, status) in [
        ("Transfer-Encoding: chunked", chunk.repeat(8), 411),
        ("Content-Length: 8388608\r\nHost: y.test", "x".repeat(8 << 20), 400),
        ("X-Large: 1", format!("X: {}\r\n", "x".repeat(1 << 20)).repeat(8), 431),
    ] {
        let mut agent = gateway.agent();
        agent.send(&format!("POST / HTTP/1.1\r\nHost: x.test\r\n{fields}\r\n"));
        let end = if status == 431 { "" } else { "\r\n" };
        let sent = agent.wire.try_send(&octets(&format!("{end}{content}")));
        let answer = agent.answer();
        assert_eq!(answer.status(), status, "{sent:?}");
        assert!(answer.is_whole(), "{sent:?}");
    }
}
