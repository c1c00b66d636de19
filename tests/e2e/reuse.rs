//! Connections to the origin server: kept while they are good, never trusted beyond that.

use crate::kit::{Gate, Setup, answering, gateway, origin, page, status, text};

#[test]
fn one_connection_carries_many_requests() {
    let origin = answering(&page(&[]));
    let gateway = gateway(&origin);
    for _ in 0..5 {
        assert_eq!(gateway.agent().get(&[]).status(), 200);
        assert_eq!(gateway.agent().post(&[], "abc").status(), 200);
    }
    assert_eq!(origin.connections(), 1);
    assert_eq!(gateway.count(|c| c.upstream_reuses.value()), 9);
}

#[test]
fn a_connection_carries_on_after_an_answer_of_any_framing() {
    let head = "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\nTrailer: X-Sum\r\n\r\n";
    for answer in [
        format!("{head}4\r\npage\r\n0\r\n\r\n"),
        format!("{head}0\r\n\r\n"),
        format!("{head}4\r\npage\r\n0\r\nX-Sum: 1\r\n\r\n"),
        status("200 OK", &[], ""),
        "HTTP/1.1 204 No Content\r\n\r\n".to_owned(),
        "HTTP/1.1 304 Not Modified\r\nContent-Length: 9\r\n\r\n".to_owned(),
    ] {
        let origin = answering(&answer);
        let gateway = gateway(&origin);
        for fields in [&[][..], &["TE: trailers"], &["Connection: close"]] {
            gateway.agent().get(fields);
        }
        let mut old = gateway.agent();
        old.send("GET / HTTP/1.0\r\nHost: x.test\r\n\r\n");
        old.answer();
        assert_eq!(origin.connections(), 1, "{answer:?}");
    }
}

#[test]
fn a_connection_that_the_origin_server_closes_is_not_used_again() {
    let origin = origin(|visit| {
        visit.request();
        visit.send(&page(&["Connection: close"]));
    });
    let gateway = gateway(&origin);
    let mut agent = gateway.agent();
    for _ in 0..4 {
        let answer = agent.get(&[]);
        assert_eq!((answer.status(), answer.has("connection")), (200, false));
    }
    assert_eq!((origin.connections(), gateway.count(|c| c.retries.value())), (4, 0));
}

/// An origin server whose first connection dies at its second request, in a way of its own.
fn dying(last: &'static str) -> crate::kit::Origin {
    origin(move |visit| {
        visit.request();
        visit.send(&page(&[&format!("X-Connection: {}", visit.number)]));
        while visit.request().is_some() {
            if visit.number == 0 {
                return visit.send(last);
            }
            visit.send(&page(&[]));
        }
    })
}

#[test]
fn an_idempotent_request_is_sent_again_if_the_kept_connection_died_without_a_word() {
    for line in ["GET /", "HEAD /", "OPTIONS /", "DELETE /", "PUT /"] {
        let origin = dying("");
        let gateway = gateway(&origin);
        let mut agent = gateway.agent();
        assert_eq!(agent.get(&[]).value("x-connection"), "0");
        agent.ask(line, &["Cookie: sessionid=1; _ga=2"]);
        assert_eq!(agent.head().value("x-connection"), "1", "{line}");
        origin.heard();
        let (first, second) = (origin.heard(), origin.heard());
        assert_eq!(text(&first.head), text(&second.head));
        assert!(origin.heard_nothing());
        assert_eq!(gateway.count(|c| c.retries.value()), 1);
    }
}

#[test]
fn no_other_request_is_seen_twice() {
    for (line, fields, body) in [
        ("POST /", &["Content-Length: 3"][..], "abc"),
        ("POST /", &["Content-Length: 0"], ""),
        ("PATCH /", &[], ""),
        ("PUT /", &["Content-Length: 3"], "abc"),
        ("POST /", &["Transfer-Encoding: chunked"], "3\r\nabc\r\n0\r\n\r\n"),
    ] {
        let origin = dying("");
        let gateway = gateway(&origin);
        let mut agent = gateway.agent();
        agent.get(&[]);
        agent.ask(line, fields);
        agent.send(body);
        let answer = agent.answer();
        assert_eq!(answer.status(), 502, "{line} {fields:?}");
        assert!(answer.text().contains("without an answer"));
        origin.heard();
        origin.heard();
        assert!(origin.heard_nothing() && origin.connections() == 1);
        assert_eq!(agent.get(&[]).status(), 200, "the user agent may go on");
    }
}

#[test]
fn after_a_single_octet_of_an_answer_nothing_is_sent_again() {
    for word in ["H", "HTTP/1.1 200 OK\r\nContent-Le", "HTTP/1.1 100 Continue\r\n\r\n"] {
        let origin = dying(word);
        let gateway = gateway(&origin);
        let mut agent = gateway.agent();
        agent.get(&[]);
        assert_eq!(agent.get(&[]).status(), 502, "{word}");
        assert_eq!(origin.connections(), 1);
    }
}

#[test]
fn a_new_connection_that_dies_is_not_tried_again() {
    let origin = origin(|visit| {
        visit.request();
    });
    let gateway = gateway(&origin);
    assert_eq!(gateway.agent().get(&[]).status(), 502);
    assert_eq!(origin.connections(), 1);
}

#[test]
fn octets_after_an_answer_are_never_the_next_one() {
    for stray in [
        page(&["X-Stray: 1"]),
        status("200 OK", &["Set-Cookie: sessionid=stray"], "stray"),
        "\r\n".to_owned(),
        "x".to_owned(),
    ] {
        let first = format!("{}{stray}", page(&[]));
        let origin = origin(move |visit| {
            visit.request();
            visit.send(&first);
            while visit.request().is_some() {
                visit.send(&first);
            }
        });
        let gateway = gateway(&origin);
        let mut agent = gateway.agent();
        for _ in 0..5 {
            let answer = agent.get(&[]);
            assert_eq!((answer.text(), answer.has("x-stray")), ("page".to_owned(), false), "{stray:?}");
        }
    }
}

#[test]
fn content_where_none_may_be_is_never_the_next_answer() {
    let stray = page(&["X-Stray: 1"]);
    for of in ["204 No Content", "304 Not Modified"] {
        let answer = format!("HTTP/1.1 {of}\r\nContent-Length: {}\r\n\r\n{stray}", stray.len());
        let origin = answering(&answer);
        let gateway = gateway(&origin);
        let mut agent = gateway.agent();
        for _ in 0..3 {
            assert_eq!(agent.get(&[]).start(), format!("HTTP/1.1 {of}"));
        }
    }
}

#[test]
fn an_answer_left_in_the_middle_ends_its_connection() {
    let (gone, going) = (Gate::default(), Gate::default());
    let origin = {
        let (gone, going) = (gone.clone(), going.clone());
        origin(move |visit| {
            visit.request();
            if visit.number > 0 {
                return visit.send(&page(&[]));
            }
            visit.send("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n");
            going.open();
            let chunk = format!("10000\r\n{}\r\n", "x".repeat(65536));
            while visit.wire.try_send(chunk.as_bytes()).is_ok() {}
            gone.open();
        })
    };
    let gateway = gateway(&origin);
    let mut agent = gateway.agent();
    agent.ask("GET /", &[]);
    agent.head();
    going.wait();
    agent.wire.reset();
    gone.wait();
    assert_eq!(gateway.agent().get(&[]).text(), "page");
    let (_, metrics) = gateway.stop();
    assert_eq!((metrics.sum(|c| c.open.total()), metrics.sum(|c| c.aborted.value())), (0, 1));
}

#[test]
fn an_idle_connection_that_was_closed_meanwhile_is_not_noticed_by_visitors() {
    let closed = Gate::default();
    let origin = {
        let closed = closed.clone();
        origin(move |visit| {
            visit.request();
            visit.send(&page(&[]));
            if visit.number == 0 {
                visit.wire.finish();
                visit.wire.rest();
                closed.open();
            } else {
                visit.request();
                visit.send(&page(&[]));
            }
        })
    };
    let gateway = gateway(&origin);
    assert_eq!(gateway.agent().get(&[]).status(), 200);
    closed.wait();
    assert_eq!(gateway.agent().post(&[], "abc").status(), 200);
}

#[test]
fn no_more_connections_are_kept_than_the_limit_says() {
    let gate = Gate::default();
    let origin = {
        let gate = gate.clone();
        origin(move |visit| {
            while visit.request().is_some() {
                gate.wait();
                visit.send(&page(&[]));
            }
        })
    };
    let gateway = Setup::new(&origin).top("limits: {idle_upstream_connections: 1}").start();
    let mut agents: Vec<_> = (0..4).map(|_| gateway.agent()).collect();
    agents.iter_mut().for_each(|agent| agent.ask("GET /", &[]));
    (0..4).for_each(|_| drop(origin.heard()));
    gate.open();
    agents.iter_mut().for_each(|agent| assert_eq!(agent.answer().status(), 200));
    assert_eq!(origin.connections(), 4);
    agents.iter_mut().for_each(|agent| agent.ask("GET /", &[]));
    agents.iter_mut().for_each(|agent| assert_eq!(agent.answer().status(), 200));
    assert!(origin.connections() >= 5);
}

#[test]
fn a_connection_with_half_an_upload_in_it_carries_nothing_else() {
    let origin = origin(|visit| {
        if visit.number == 0 {
            visit.request_head();
            visit.send(&page(&[]));
            visit.wire.rest();
        }
        while visit.request().is_some() {
            visit.send(&page(&[]));
        }
    });
    let gateway = gateway(&origin);
    let mut hasty = gateway.agent();
    hasty.ask("POST /", &["Content-Length: 60"]);
    hasty.send("half");
    assert_eq!(hasty.answer().status(), 200);
    for _ in 0..2 {
        assert_eq!(gateway.agent().request("GET /next", &[]).status(), 200);
    }
    assert_eq!(origin.connections(), 2);
    assert_eq!(
        (origin.heard().start(), origin.heard().start()),
        ("GET /next HTTP/1.1".into(), "GET /next HTTP/1.1".into())
    );
}
