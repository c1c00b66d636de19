//! Rules by path: how large a request may be there, and how long its answer may take.

use bytes::Bytes;

use crate::http2;
use crate::kit::{Gate, Setup, answering, gateway, origin, page};

const LIMITED: &str = "paths: [{prefix: /small, body_limit: 5}, {prefix: /small/large, body_limit: 1MiB}]";

fn upload(path: &str, content: &str) -> String {
    let length = content.len();
    format!("POST {path} HTTP/1.1\r\nHost: x.test\r\nContent-Length: {length}\r\n\r\n{content}")
}

fn chunked(path: &str, chunks: &[&str]) -> String {
    let chunks: String = chunks.iter().map(|chunk| format!("{:x}\r\n{chunk}\r\n", chunk.len())).collect();
    format!("POST {path} HTTP/1.1\r\nHost: x.test\r\nTransfer-Encoding: chunked\r\n\r\n{chunks}0\r\n\r\n")
}

#[test]
fn a_length_beyond_the_limit_is_refused_before_a_word_is_heard() {
    let origin = answering(&page(&[]));
    let gateway = Setup::new(&origin).site(LIMITED).start();
    for (path, content, status) in [
        ("/", "123456789", 200),
        ("/small", "12345", 200),
        ("/small/", "123456", 413),
        ("/small/large/x", "123456", 200),
        ("/smaller", "123456", 200),
    ] {
        let mut agent = gateway.agent();
        agent.send(&upload(path, content));
        assert_eq!(agent.answer().status(), status, "{path} {content}");
        if status == 200 {
            assert_eq!(origin.heard().text(), content);
        } else {
            assert!(agent.is_closed(), "what follows is not read");
        }
    }
    assert!(origin.heard_nothing());
    let mut patient = gateway.agent();
    patient.ask("PUT /small", &["Content-Length: 6", "Expect: 100-continue"]);
    assert_eq!(patient.answer().status(), 413, "it need not send it at all");
    assert_eq!(gateway.stop().1.sum(|c| c.failures.value("large-body")), 2);
}

#[test]
fn a_body_without_a_length_is_counted() {
    for body in ["measure", "stream"] {
        let origin = origin(|visit| {
            while visit.request_head().is_some() {
                // It may come in pieces, and not to its end.
                let mut all = Vec::new();
                while !all.ends_with(b"0\r\n\r\n") && all != b"12345" {
                    let more = visit.wire.some();
                    if more.is_empty() {
                        return;
                    }
                    all.extend(more);
                }
                visit.send(&page(&[]));
            }
        });
        let setup = Setup::new(&origin).site(&format!("request_body: {body}")).site(LIMITED);
        let gateway = setup.start();
        let status = |request: &str| {
            let mut agent = gateway.agent();
            let _ = agent.wire.try_send(&crate::kit::octets(request));
            agent.answer().status()
        };
        assert_eq!(status(&chunked("/small", &["12", "345"])), 200, "{body}");
        assert_eq!(status(&chunked("/small", &["12", "345", "6"])), 413, "{body}");
        assert_eq!(status(&chunked("/small", &["123456"])), 413, "{body}");
    }
}

#[test]
fn what_cannot_be_measured_has_still_another_answer() {
    let gateway =
        Setup::new(&answering(&page(&[]))).top("limits: {measured_body: 4}").site("body_limit: 6").start();
    let status = |chunks: &[&str]| {
        let mut agent = gateway.agent();
        let _ = agent.wire.try_send(&crate::kit::octets(&chunked("/", chunks)));
        agent.answer().status()
    };
    assert_eq!((status(&["1234"]), status(&["12345"]), status(&["1234567"])), (200, 411, 413));
}

#[test]
fn an_upload_that_grows_too_large_never_seems_whole_to_the_origin_server() {
    let (begun, broken) = (Gate::default(), Gate::default());
    let origin = {
        let (begun, broken) = (begun.clone(), broken.clone());
        origin(move |visit| {
            visit.request_head();
            visit.wire.take("3\r\n123".len());
            begun.open();
            assert!(!visit.wire.rest().ends_with(b"0\r\n\r\n"));
            broken.open();
        })
    };
    let gateway = Setup::new(&origin).site("request_body: stream").site("body_limit: 5").start();
    let mut agent = gateway.agent();
    agent.send("POST / HTTP/1.1\r\nHost: x.test\r\nTransfer-Encoding: chunked\r\n\r\n3\r\n123\r\n");
    begun.wait();
    agent.send("3\r\n456\r\n");
    assert_eq!(agent.answer().status(), 413);
    broken.wait();
}

#[test]
fn the_limit_is_the_same_over_http_2() {
    let origin = answering(&page(&[]));
    let gateway = http2::plain(&origin).site(LIMITED).site("request_body: stream").start();
    let statuses = http2::agent(gateway.address(), &h2::client::Builder::new(), async |mut sender| {
        let mut statuses = Vec::new();
        for (path, length, pieces) in [
            ("/small", None, &["123", "45"][..]),
            ("/small", None, &["123", "456"]),
            ("/small", Some("6"), &["123", "456"]),
            ("/small/large", Some("6"), &["123456"]),
        ] {
            let mut request = http::Request::post(format!("http://x.test{path}"));
            if let Some(length) = length {
                request = request.header("content-length", length);
            }
            let (answer, mut body) = sender.send_request(request.body(()).unwrap(), false).unwrap();
            for (number, piece) in (1..).zip(pieces) {
                // It may have been refused meanwhile.
                let _ = body.send_data(Bytes::from_static(piece.as_bytes()), number == pieces.len());
            }
            statuses.push(answer.await.unwrap().status().as_u16());
        }
        statuses
    });
    assert_eq!(statuses, [200, 413, 413, 200]);
}

#[test]
fn a_path_may_have_more_time_or_less_to_answer() {
    let origin = origin(|visit| {
        while let Some(request) = visit.request() {
            if !request.start().contains("/never") {
                visit.send(&page(&[]));
            }
        }
    });
    let paths =
        "paths: [{prefix: /never, times: {answer: 100ms}}, {prefix: /never/b, times: {progress: 1s}}]";
    let gateway = Setup::new(&origin).site("times: {answer: 1h}").site(paths).start();
    assert_eq!(gateway.agent().get(&[]).status(), 200);
    for path in ["/never", "/never/b"] {
        assert_eq!(gateway.agent().request(&format!("GET {path}"), &[]).status(), 504, "{path}");
    }
}

#[test]
fn a_body_may_stand_still_as_long_as_its_path_allows() {
    let origin = origin(|visit| {
        let request = visit.request_head().unwrap();
        if request.start().starts_with("GET") {
            visit.send("HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhalf");
        }
        visit.wire.rest();
    });
    let gateway = Setup::new(&origin).site("paths: [{prefix: /still, times: {progress: 100ms}}]").start();
    let answer = gateway.agent().request("GET /still", &[]);
    assert!(!answer.is_whole() && answer.text() == "half");
    let mut agent = gateway.agent();
    agent.ask("POST /still", &["Content-Length: 9"]);
    agent.send("half");
    assert_eq!(agent.answer().status(), 408);
}

#[test]
fn without_a_limit_anything_passes() {
    let origin = answering(&page(&[]));
    let content = "x".repeat(3 << 20);
    assert_eq!(gateway(&origin).agent().post(&[], &content).status(), 200);
    assert_eq!(origin.heard().body.len(), content.len());
}
