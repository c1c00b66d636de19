//! W3C Trace Context: passed on, logged, begun where that is wanted.

use crate::kit::{Setup, answering, gateway, logged, page};

const TRACE: &str = "0af7651916cd43dd8448eb211c80319c";

/// The line of the access log about a path.
fn line_of(path: &str) -> String {
    let mark = format!("path=\"{path}\"");
    logged(&mark).lines().find(|line| line.contains(&mark)).unwrap().to_owned()
}

#[test]
fn a_trace_is_passed_on_and_logged() {
    let origin = answering(&page(&[]));
    let gateway = gateway(&origin);
    let parent = format!("00-{TRACE}-b7ad6b7169203331-01");
    let fields = [format!("traceparent: {parent}"), "tracestate: a=1, b=2".into(), "tracestate: c=3".into()];
    gateway.agent().request("GET /trace/valid", &fields.each_ref().map(String::as_str));
    let heard = origin.heard();
    assert_eq!(
        (heard.value("traceparent"), heard.values("tracestate")),
        (parent, vec!["a=1, b=2".to_owned(), "c=3".to_owned()])
    );
    assert!(line_of("/trace/valid").contains(&format!(" trace={TRACE}")));
    // A policy page belongs to it too.
    let field = format!("traceparent: 00-{TRACE}-b7ad6b7169203331-00");
    assert_eq!(gateway.agent().request("GET /.tamis/consent?trace", &[&field]).status(), 200);
}

#[test]
fn what_is_no_trace_is_passed_on_and_not_logged() {
    let origin = answering(&page(&[]));
    let gateway = gateway(&origin);
    gateway.agent().request("GET /trace/invalid", &["traceparent: 00-S3CRET", "tracestate: a=1"]);
    let heard = origin.heard();
    assert_eq!((heard.value("traceparent"), heard.value("tracestate")), ("00-S3CRET".into(), "a=1".into()));
    gateway.agent().request("GET /trace/none", &[]);
    assert!(!origin.heard().has("traceparent"));
    for path in ["/trace/invalid", "/trace/none"] {
        let line = line_of(path);
        assert!(!line.contains("trace=") && !line.contains("S3CRET"), "{line}");
    }
}

#[test]
fn a_trace_begins_where_that_is_wanted() {
    let origin = answering(&page(&[]));
    let gateway = Setup::new(&origin).top("trace_context: generate").start();
    let mut seen = Vec::new();
    for path in ["/trace/begun/1", "/trace/begun/2"] {
        gateway.agent().request(&format!("GET {path}"), &["traceparent: no", "tracestate: a=1"]);
        let heard = origin.heard();
        assert!(!heard.has("tracestate"), "it spoke of a trace that nobody can read");
        let parent = heard.value("traceparent");
        let parts: Vec<&str> = parent.split('-').collect();
        assert_eq!(
            (parts.len(), parts[0], parts[1].len(), parts[2].len(), parts[3]),
            (4, "00", 32, 16, "01")
        );
        assert!(line_of(path).contains(&format!(" trace={}", parts[1])));
        seen.push(parent);
    }
    assert_ne!(seen[0], seen[1]);
    let parent = format!("00-{TRACE}-b7ad6b7169203331-00");
    gateway.agent().request("GET /trace/theirs", &[&format!("traceparent: {parent}")]);
    assert_eq!(origin.heard().value("traceparent"), parent);
}
