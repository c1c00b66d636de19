//! What is written down, and what never is.

use crate::http2::plain;
use crate::kit::{Setup, answering, gateway, logged, page, status};

const REFERENCE: &str = include_str!("../../docs/operation.md");

/// The line of the access log about a path.
fn line_of(path: &str) -> String {
    let mark = format!("path=\"{path}\"");
    logged(&mark).lines().find(|line| line.contains(&mark)).unwrap().to_owned()
}

#[test]
fn no_value_and_no_query_is_ever_logged() {
    let answer = page(&[
        "Set-Cookie: sessionid=S3CRET-a; Path=/S3CRET-b",
        "Set-Cookie: _ga=S3CRET-c",
        "Set-Cookie: newcomer=S3CRET-d",
        "Set-Cookie: S3CRET-e",
        "Location: /S3CRET-f",
    ]);
    let gateway = gateway(&answering(&answer));
    gateway.agent().request("GET /log/values;jsessionid=S3CRET-v?S3CRET-g=S3CRET-h", &[
        "Cookie: sessionid=S3CRET-i; _ga=S3CRET-j; unheard=S3CRET-k; cookies_preferences=S3CRET-l; S3CRET-m",
        "Authorization: S3CRET-n",
        "Referer: http://x.test/?S3CRET-o",
    ]);
    let mut agent = gateway.agent();
    agent
        .send("GET http://x.test/log/absolute?S3CRET-p HTTP/1.1\r\nHost: x.test\r\nCookie: S3CRET-q\r\n\r\n");
    agent.answer();
    let log = logged("path=\"/log/absolute\"");
    assert!(!log.contains("S3CRET"), "{}", log.lines().find(|line| line.contains("S3CRET")).unwrap());
    let line = line_of("/log/values");
    for part in [
        "stripped=_ga,unheard,(nameless),newcomer",
        "request_stripped=3",
        "response_stripped=3",
        "request_forwarded=2",
    ] {
        assert!(line.contains(part), "{part} is not in {line}");
    }
}

#[test]
fn a_failure_tells_no_value_either() {
    let origin = answering(&page(&["Set-Cookie: sessionid=S3CRET-r", "X-Note: S3CRET-\u{1}r"]));
    let gateway = gateway(&origin);
    assert_eq!(
        gateway.agent().request("GET /log/failure?S3CRET-s", &["Cookie: sessionid=S3CRET-t"]).status(),
        502
    );
    gateway.agent().post(&["Host: S3CRET-u", "Cookie: sessionid=S3CRET-v"], "S3CRET-w");
    let line = line_of("/log/failure");
    assert!(line.contains("error=\"not-http\"") && line.contains("status=502"), "{line}");
    assert!(!logged("/log/failure").contains("S3CRET"));
}

#[test]
fn what_is_answered_before_anybody_is_asked_is_counted_and_logged() {
    let gateway = plain(&answering(&page(&[]))).start();
    let malformed = "GET /log/S3CRET-x HTTP/1.1\r\nHost: x.test\r\nContent-Length: S3CRET-y\r\n\r\n";
    // A frame of DATA on the stream that is the connection's own.
    let frames = "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n\0\0\0\u{4}\0\0\0\0\0\0\0\u{1}\0\0\0\0\0\0x";
    for octets in [malformed, frames] {
        let mut agent = gateway.agent();
        let peer = agent.wire.tcp().local_addr().unwrap();
        agent.send(octets);
        agent.wire.rest();
        let log = logged(&format!("closed: no HTTP as it must be peer={peer}"));
        assert!(!log.contains("S3CRET-x") && !log.contains("S3CRET-y"));
    }
    assert_eq!(gateway.stop().1.sum(|counters| counters.connection_faults.value("http")), 2);
}

#[test]
fn an_exchange_is_one_line() {
    let origin = answering(&status("404 Not Found", &[], "nowhere"));
    let gateway = Setup::new(&origin).site("mode: observe").start();
    gateway.agent().request("DELETE /log/one", &[r#"Cookie: cookies_preferences={"analytics":true}"#]);
    let line = line_of("/log/one");
    for part in
        ["method=\"DELETE\"", "status=404", "sent=7", "consent=\"read\"", "mode=\"observe\"", "error=\"\""]
    {
        assert!(line.contains(part), "{part} is not in {line}");
    }
    assert_eq!(logged("/log/one").matches("/log/one").count(), 1);
    let (_, fields) = line.split_once("access: ").unwrap();
    for field in fields.split(' ').filter_map(|field| Some(field.split_once('=')?.0)) {
        assert!(REFERENCE.contains(&format!("`{field}`")), "{field} is not in docs/operation.md");
    }
}

#[test]
fn an_undeclared_name_is_hinted_at_once_with_what_to_paste() {
    let gateway = gateway(&answering(&page(&["Set-Cookie: hinted{x}=1", "Set-Cookie: hinted{x}=2"])));
    gateway.agent().request("GET /log/hint/1", &[]);
    gateway.agent().request("GET /log/hint/2", &[]);
    let log = logged("path=\"/log/hint/2\"");
    assert_eq!(log.matches("cookie=hinted{x}").count(), 1);
    assert!(log.contains("- names: [\"hinted\\\\{x}\"]"), "the lines to paste");
}

#[test]
fn hints_come_to_an_end_which_is_told() {
    let gateway = gateway(&answering(&page(&[])));
    let pairs: Vec<_> = (0..201).map(|number| format!("unheard-{number}=1")).collect();
    gateway.agent().request("GET /log/hints", &[&format!("Cookie: {}", pairs.join("; "))]);
    let log = logged("path=\"/log/hints\"");
    assert!(log.contains("cookie=unheard-199 ") && !log.contains("cookie=unheard-200 "));
    assert!(log.contains("no more undeclared cookies are told one by one"));
}
