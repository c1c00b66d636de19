//! Where messages end: resolved once, written anew, never ambiguous.

use crate::kit::{Setup, answering, gateway, origin, page, status, text, unreachable};

#[test]
fn a_length_is_a_length_both_ways() {
    let origin = answering(&page(&[]));
    let gateway = gateway(&origin);
    let answer = gateway.agent().post(&[], "a body\0\u{ff}\r\n");
    assert_eq!((answer.value("content-length"), answer.text()), ("4".to_owned(), "page".to_owned()));
    let heard = origin.heard();
    assert_eq!(
        (heard.value("content-length"), heard.text()),
        ("10".to_owned(), "a body\0\u{ff}\r\n".to_owned())
    );
}

#[test]
fn an_empty_body_with_a_length_still_says_so() {
    let origin = answering(&page(&[]));
    let gateway = gateway(&origin);
    let mut agent = gateway.agent();
    agent.post(&[], "");
    assert_eq!(origin.heard().value("content-length"), "0");
    agent.request("DELETE /", &[]);
    assert!(!origin.heard().has("content-length"), "none is made up");
}

#[test]
fn a_get_may_have_a_body() {
    let origin = answering(&page(&[]));
    let gateway = gateway(&origin);
    let mut agent = gateway.agent();
    agent.ask("GET /", &["Content-Length: 3"]);
    agent.send("abc");
    assert_eq!(agent.answer().status(), 200);
    assert_eq!(origin.heard().text(), "abc");
    let gateway = Setup::new(&origin).site("request_body: stream").start();
    let mut agent = gateway.agent();
    agent.ask("GET /", &["Transfer-Encoding: chunked"]);
    agent.send("3\r\nabc\r\n0\r\n\r\n");
    assert_eq!(agent.answer().status(), 200);
    assert_eq!(origin.heard().text(), "abc");
}

#[test]
fn a_chunked_answer_stays_chunked() {
    let chunks = "3;ext=\"a\"\r\nabc\r\n0a\r\n0123456789\r\n0\r\n\r\n";
    let gateway =
        gateway(&answering(&format!("HTTP/1.1 200 OK\r\nTransfer-Encoding: Chunked\r\n\r\n{chunks}")));
    let mut agent = gateway.agent();
    for _ in 0..3 {
        let answer = agent.get(&[]);
        assert_eq!(answer.value("transfer-encoding"), "chunked");
        assert!(answer.is_whole() && answer.text() == "abc0123456789", "{}", text(&answer.raw));
    }
}

#[test]
fn an_answer_that_ends_with_the_connection_is_framed_for_the_user_agent() {
    let origin = origin(|visit| {
        visit.request();
        visit.send("HTTP/1.1 200 OK\r\nContent-Type: text/plain\r\n\r\nuntil the end");
    });
    let gateway = gateway(&origin);
    let mut agent = gateway.agent();
    for _ in 0..2 {
        let answer = agent.get(&[]);
        assert!(answer.is_whole() && answer.text() == "until the end");
    }
    assert_eq!(origin.connections(), 2);
}

#[test]
fn an_answer_of_http_1_0_is_framed_for_the_user_agent() {
    let origin = origin(|visit| {
        visit.request();
        visit.send("HTTP/1.0 200 OK\r\nSet-Cookie: _ga=1\r\n\r\nold");
    });
    let answer = gateway(&origin).agent().get(&[]);
    assert_eq!((answer.start(), answer.text()), ("HTTP/1.1 200 OK".to_owned(), "old".to_owned()));
    assert!(answer.is_whole() && !answer.has("set-cookie"));
}

#[test]
fn head_and_304_keep_the_length_of_what_they_speak_of() {
    let origin = origin(|visit| {
        while let Some(request) = visit.request() {
            let is_head = request.start().starts_with("HEAD ");
            let status = if is_head { "200 OK" } else { "304 Not Modified" };
            visit.send(&format!("HTTP/1.1 {status}\r\nContent-Length: 64000000\r\nETag: \"x\"\r\n\r\n"));
        }
    });
    let gateway = gateway(&origin);
    let mut agent = gateway.agent();
    for line in ["HEAD /", "GET /", "HEAD /"] {
        let answer = agent.request(line, &["If-None-Match: \"x\""]);
        assert_eq!(
            (answer.value("content-length"), answer.value("etag")),
            ("64000000".into(), "\"x\"".into()),
            "{line}"
        );
    }
    assert_eq!(origin.connections(), 1);
}

#[test]
fn head_of_a_chunked_answer_has_no_content() {
    let gateway = gateway(&answering("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\nX-A: b\r\n\r\n"));
    let mut agent = gateway.agent();
    for _ in 0..2 {
        let answer = agent.request("HEAD /", &[]);
        assert_eq!(
            (answer.status(), answer.value("x-a"), answer.has("content-length")),
            (200, "b".to_owned(), false)
        );
    }
}

#[test]
fn statuses_without_content_have_none() {
    for of in ["204 No Content", "304 Not Modified"] {
        let gateway = gateway(&answering(&format!("HTTP/1.1 {of}\r\n\r\n")));
        let mut agent = gateway.agent();
        for _ in 0..3 {
            let answer = agent.get(&[]);
            assert_eq!(answer.start(), format!("HTTP/1.1 {of}"));
            assert!(!answer.has("content-length") && !answer.has("transfer-encoding"));
        }
    }
    let gateway = gateway(&answering("HTTP/1.1 204 No Content\r\nContent-Length: 0\r\n\r\n"));
    assert!(!gateway.agent().get(&[]).has("content-length"), "RFC 9110 8.6");
}

#[test]
fn of_length_and_chunks_one_goes_upstream_and_the_connection_closes() {
    for fields in
        ["Content-Length: 6\r\nTransfer-Encoding: chunked", "Transfer-Encoding: chunked\r\nContent-Length: 6"]
    {
        for mode in ["measure", "stream"] {
            let origin = answering(&page(&[]));
            let gateway = Setup::new(&origin).site(&format!("request_body: {mode}")).start();
            let mut agent = gateway.agent();
            agent.send(&format!("POST / HTTP/1.1\r\nHost: x.test\r\n{fields}\r\n\r\n3\r\nabc\r\n0\r\n\r\nGET /smuggled HTTP/1.1\r\nHost: x.test\r\n\r\n"));
            assert_eq!(agent.answer().status(), 200);
            assert!(agent.is_closed());
            let heard = origin.heard();
            assert_eq!(heard.text(), "abc");
            assert_eq!(heard.values("content-length").len() + heard.values("transfer-encoding").len(), 1);
            assert!(origin.heard_nothing());
        }
    }
}

#[test]
fn framing_in_doubt_is_refused_and_the_connection_closed() {
    let origin = answering(&page(&[]));
    let gateway = gateway(&origin);
    for (version, fields, content) in [
        ("1.1", "Content-Length: 3\r\nContent-Length: 4", "abcd"),
        ("1.1", "Content-Length: 3, 4", "abcd"),
        ("1.1", "Content-Length: +3", "abc"),
        ("1.1", "Content-Length: 0x3", "abc"),
        ("1.1", "Content-Length: -1", ""),
        ("1.1", "Content-Length:", ""),
        ("1.1", "Content-Length: 99999999999999999999", ""),
        ("1.1", "Transfer-Encoding: gzip", "abc"),
        ("1.1", "Transfer-Encoding: chunked, gzip", "0\r\n\r\n"),
        ("1.1", "Transfer-Encoding: gzip, chunked", "0\r\n\r\n"),
        ("1.1", "Transfer-Encoding: chunked\r\nTransfer-Encoding: chunked", "0\r\n\r\n"),
        ("1.1", "Transfer-Encoding: gzip\r\nTransfer-Encoding: chunked", "0\r\n\r\n"),
        ("1.1", "Transfer-Encoding: xchunked", "0\r\n\r\n"),
        ("1.1", "Transfer-Encoding: chunked;q=1", "0\r\n\r\n"),
        ("1.1", "Transfer-Encoding:", "0\r\n\r\n"),
        ("1.1", "Transfer-Encoding : chunked", "0\r\n\r\n"),
        ("1.1", "Transfer-Encoding: \u{b}chunked", "0\r\n\r\n"),
        ("1.0", "Transfer-Encoding: chunked", "0\r\n\r\n"),
        ("1.1", "Transfer-Encoding: chunked", "zz\r\nabc\r\n0\r\n\r\n"),
        ("1.1", "Transfer-Encoding: chunked", "3\r\nabcdef\r\n0\r\n\r\n"),
        ("1.1", "Transfer-Encoding: chunked", "3\nabc\n0\n\n"),
        ("1.1", "Transfer-Encoding: chunked", "3;\nabc\r\n0\r\n\r\n"),
        ("1.1", "Transfer-Encoding: chunked", "fffffffffffffffff\r\nabc"),
        ("1.1", "Transfer-Encoding: chunked", "-3\r\nabc\r\n0\r\n\r\n"),
    ] {
        let mut agent = gateway.agent();
        agent.send(&format!("POST / HTTP/{version}\r\nHost: x.test\r\n{fields}\r\n\r\n{content}"));
        agent.wire.finish();
        let status = agent.answer().status();
        assert!(matches!(status, 400 | 501), "{status} for {fields:?} {content:?}");
        assert!(agent.is_closed(), "{fields:?} {content:?}");
        assert!(origin.heard_nothing(), "{fields:?} {content:?}");
    }
}

#[test]
fn an_answer_in_a_coding_that_is_not_undone_is_refused() {
    for coding in
        ["gzip, chunked", "gzip", "chunked, chunked", "chunked\r\nTransfer-Encoding: chunked", "identity"]
    {
        let origin = origin(move |visit| {
            visit.request();
            visit.send(&format!(
                "HTTP/1.1 200 OK\r\nTransfer-Encoding: {coding}\r\n\r\n3\r\n\u{1f}\u{8b}\u{8}\r\n0\r\n\r\n"
            ));
        });
        assert_eq!(gateway(&origin).agent().get(&[]).status(), 502, "{coding}");
    }
}

#[test]
fn an_answer_with_faulty_framing_is_refused() {
    for (version, fields) in [
        ("1.1", "Content-Length: 3\r\nContent-Length: 4"),
        ("1.1", "Content-Length: +4"),
        ("1.1", "Content-Length: x"),
        ("1.0", "Transfer-Encoding: chunked"),
        ("1.1", "Transfer-Encoding : chunked"),
    ] {
        let origin = origin(move |visit| {
            visit.request();
            visit.send(&format!("HTTP/{version} 200 OK\r\n{fields}\r\n\r\n4\r\npage\r\n0\r\n\r\n"));
        });
        assert_eq!(gateway(&origin).agent().get(&[]).status(), 502, "{version} {fields}");
    }
}

#[test]
fn of_an_answer_with_length_and_chunks_the_chunks_count() {
    let chunks = "4\r\npage\r\n0\r\n\r\n";
    let gateway = gateway(&answering(&format!(
        "HTTP/1.1 200 OK\r\nContent-Length: 2\r\nTransfer-Encoding: chunked\r\n\r\n{chunks}"
    )));
    let mut agent = gateway.agent();
    for _ in 0..2 {
        assert_eq!(agent.get(&[]).text(), "page");
    }
}

#[test]
fn a_length_beside_chunks_says_nothing_of_an_answer_without_content() {
    let framing = "Content-Length: 2\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n";
    let gateway = gateway(&answering(&format!("HTTP/1.1 200 OK\r\n{framing}")));
    let mut agent = gateway.agent();
    for _ in 0..2 {
        let answer = agent.get(&[]);
        assert_eq!((answer.status(), answer.text()), (200, String::new()));
    }
}

#[test]
fn a_length_that_a_signed_number_cant_hold_is_refused() {
    let origin = answering(&page(&[]));
    let mut agent = gateway(&origin).agent();
    agent.ask("POST /", &["Content-Length: 9223372036854775808"]);
    assert_eq!(agent.answer().status(), 413);
    assert!(agent.is_closed() && origin.heard_nothing());
}

#[test]
fn the_upload_is_asked_for_once_and_only_when_somebody_takes_it() {
    let origin = answering(&page(&[]));
    let gateway = gateway(&origin);
    for (framing, body) in
        [("Content-Length: 3", "abc"), ("Transfer-Encoding: chunked", "3\r\nabc\r\n0\r\n\r\n")]
    {
        let mut agent = gateway.agent();
        agent.ask("POST /", &["Expect: 100-continue", framing]);
        assert_eq!(agent.head().start(), "HTTP/1.1 100 Continue");
        agent.send(body);
        assert_eq!(agent.answer().status(), 200);
        let heard = origin.heard();
        assert_eq!((heard.text(), heard.has("expect")), ("abc".to_owned(), false));
    }
    let dead = Setup::to(&unreachable()).start();
    let mut agent = dead.agent();
    agent.ask("POST /", &["Expect: 100-continue", "Content-Length: 3"]);
    assert_eq!(agent.head().status(), 503, "nobody asked for a body that nobody takes");
}

#[test]
fn an_upload_that_was_announced_and_sent_at_once_is_not_lost() {
    let origin = answering(&page(&[]));
    let gateway = gateway(&origin);
    let mut agent = gateway.agent();
    agent.ask("POST /", &["Expect: 100-Continue", "Content-Length: 3"]);
    agent.send("abc");
    let mut answer = agent.answer();
    if answer.status() == 100 {
        answer = agent.answer();
    }
    assert_eq!((answer.status(), origin.heard().text()), (200, "abc".to_owned()));
}

#[test]
fn other_expectations_are_not_met() {
    let origin = answering(&page(&[]));
    let answer = gateway(&origin).agent().post(&["Expect: 200-ok"], "abc");
    assert_eq!(answer.status(), 417);
    assert!(origin.heard_nothing());
}

#[test]
fn a_body_without_a_length_is_measured() {
    let origin = answering(&page(&[]));
    let gateway = gateway(&origin);
    let mut agent = gateway.agent();
    for (chunks, body) in [
        ("3\r\nabc\r\n3;ext=1\r\ndef\r\n0\r\nX-Sum: 1\r\nCookie: _ga=1\r\n\r\n", "abcdef"),
        ("0\r\n\r\n", ""),
    ] {
        agent.ask("POST /", &["Transfer-Encoding: chunked", "Trailer: X-Sum"]);
        agent.send(chunks);
        assert_eq!(agent.answer().status(), 200);
        let heard = origin.heard();
        assert_eq!((heard.value("content-length"), heard.text()), (body.len().to_string(), body.to_owned()));
        assert!(!heard.has("trailer") && !heard.has("transfer-encoding"));
    }
}

#[test]
fn a_body_too_large_to_be_measured_needs_a_length() {
    let origin = answering(&page(&[]));
    let gateway = Setup::new(&origin).top("limits: {measured_body: 10}").start();
    let mut agent = gateway.agent();
    agent.ask("POST /", &["Transfer-Encoding: chunked"]);
    agent.send("a\r\n0123456789\r\n0\r\n\r\n");
    assert_eq!(agent.answer().status(), 200);
    assert_eq!(origin.heard().text(), "0123456789");
    agent.ask("POST /", &["Transfer-Encoding: chunked"]);
    agent.send("a\r\n0123456789\r\n1\r\n0\r\n0\r\n\r\n");
    let answer = agent.answer();
    assert_eq!((answer.status(), answer.value("connection")), (411, "close".to_owned()));
    assert!(agent.is_closed() && origin.heard_nothing());
    assert_eq!(gateway.agent().post(&[], &"x".repeat(100)).status(), 200, "one with a length is streamed");
}

#[test]
fn a_body_without_a_length_is_streamed_where_the_site_says_so() {
    let origin = answering(&page(&[]));
    let gateway = Setup::new(&origin).site("request_body: stream").start();
    let mut agent = gateway.agent();
    agent.ask(
        "POST /",
        &[
            "Transfer-Encoding: chunked",
            "Connection: X-Hop",
            "Trailer: X-Sum, Cookie, X-Forwarded-For, X-Consent",
        ],
    );
    agent.send(
        "3;ext=1\r\nabc\r\n3\r\ndef\r\n0\r\nX-Hop: 2\r\nX-Sum: 1\r\nCookie: _ga=1\r\nX-Forwarded-For: 1.2.3.4\r\nX-Consent: all\r\n\r\n",
    );
    assert_eq!(agent.answer().status(), 200);
    let heard = origin.heard();
    assert_eq!((heard.value("transfer-encoding"), heard.text()), ("chunked".to_owned(), "abcdef".to_owned()));
    assert_eq!(heard.trailers, [("x-sum".to_owned(), "1".to_owned())]);
}

#[test]
fn http_1_0_is_answered_in_kind() {
    let gateway =
        gateway(&answering("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n4\r\npage\r\n0\r\n\r\n"));
    let mut agent = gateway.agent();
    agent.send("GET / HTTP/1.0\r\nHost: x.test\r\n\r\n");
    let answer = agent.answer();
    assert_eq!((answer.start(), answer.text()), ("HTTP/1.0 200 OK".to_owned(), "page".to_owned()));
    assert!(!answer.has("transfer-encoding"));
}

#[test]
fn http_1_0_may_keep_its_connection() {
    let gateway = gateway(&answering(&page(&[])));
    let mut agent = gateway.agent();
    for _ in 0..3 {
        agent.send("GET / HTTP/1.0\r\nHost: x.test\r\nConnection: keep-alive\r\n\r\n");
        let answer = agent.answer();
        assert_eq!((answer.text(), answer.value("connection")), ("page".to_owned(), "keep-alive".to_owned()));
    }
    agent.send("GET / HTTP/1.0\r\nHost: x.test\r\n\r\n");
    assert_eq!(agent.answer().text(), "page");
    assert!(agent.is_closed());
}

#[test]
fn requests_sent_in_advance_are_answered_in_their_order() {
    let origin = origin(|visit| {
        while let Some(request) = visit.request() {
            visit.send(&status("200 OK", &[], request.start().split(' ').nth(1).unwrap()));
        }
    });
    let gateway = gateway(&origin);
    let mut agent = gateway.agent();
    let requests: String = (0..20)
        .map(|n| format!("POST /{n} HTTP/1.1\r\nHost: x.test\r\nContent-Length: 2\r\n\r\n{n:02}"))
        .collect();
    agent.send(&requests);
    for n in 0..20 {
        assert_eq!(agent.answer().text(), format!("/{n}"));
        assert_eq!(origin.heard().text(), format!("{n:02}"));
    }
}

#[test]
fn ranges_pass_as_they_are() {
    let parts = "--b\r\nContent-Range: bytes 0-0/9\r\n\r\na\r\n--b\r\nContent-Range: bytes 2-2/9\r\n\r\nc\r\n--b--\r\n";
    let origin = answering(&status(
        "206 Partial Content",
        &["Content-Type: multipart/byteranges; boundary=b", "Set-Cookie: _ga=1"],
        parts,
    ));
    let answer = gateway(&origin).agent().get(&["Range: bytes=0-0,2-2", "If-Range: \"x\""]);
    assert_eq!((answer.status(), answer.text(), answer.has("set-cookie")), (206, parts.to_owned(), false));
    assert_eq!(origin.heard().value("range"), "bytes=0-0,2-2");
}

#[test]
fn a_user_agent_that_has_said_everything_is_still_answered() {
    let origin = answering(&page(&[]));
    let gateway = gateway(&origin);
    let mut agent = gateway.agent();
    agent.ask("POST /", &["Content-Length: 3"]);
    agent.send("abc");
    agent.wire.finish();
    assert_eq!(agent.answer().text(), "page");
    assert!(agent.is_closed());
}

#[test]
fn an_answer_before_the_end_of_the_upload_is_passed_on() {
    let origin = origin(|visit| {
        visit.request_head();
        visit.send(&status("413 Content Too Large", &["Connection: close"], "enough"));
        visit.wire.finish();
        visit.wire.rest();
    });
    let gateway = gateway(&origin);
    let mut agent = gateway.agent();
    agent.ask("POST /", &["Content-Length: 1000000"]);
    agent.send("the beginning");
    let answer = agent.answer();
    assert_eq!((answer.status(), answer.text()), (413, "enough".to_owned()));
}
