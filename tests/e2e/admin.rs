//! The operator's listener.

use std::collections::BTreeSet;

use tamis::metrics::{CONNECTION_FAULTS, STATUS};
use tamis::proxy::WORDS;

use crate::kit::{Folder, Gate, Setup, answering, gateway, origin, page, status};

const REFERENCE: &str = include_str!("../../docs/operation.md");

#[test]
fn health_is_told() {
    let origin = answering(&page(&[]));
    let gateway = gateway(&origin);
    let answer = gateway.operator().request("GET /healthz", &[]);
    assert_eq!((answer.status(), answer.text()), (200, "ok\n".to_owned()));
    assert_eq!(gateway.operator().request("HEAD /healthz", &[]).status(), 200);
    assert!(origin.heard_nothing(), "the gateway is healthy or not, whatever its origin servers are");
}

#[test]
fn metrics_have_the_verdicts() {
    let origin = answering(&page(&["Set-Cookie: _ga=1", "Set-Cookie: x=2", "Set-Cookie: sessionid=3"]));
    let gateway = gateway(&origin);
    for _ in 0..3 {
        gateway.agent().get(&["Cookie: _ga=1; sessionid=2"]);
    }
    let answer = gateway.operator().request("GET /metrics", &[]);
    assert!(answer.value("content-type").starts_with("application/openmetrics-text"));
    let text = answer.text();
    for line in [
        r#"tamis_cookies_total{direction="response",verdict="strip",reason="not-agreed"} 3"#,
        r#"tamis_cookies_total{direction="response",verdict="strip",reason="undeclared"} 3"#,
        r#"tamis_cookies_total{direction="response",verdict="forward",reason="exempt"} 3"#,
        r#"tamis_cookies_total{direction="request",verdict="strip",reason="not-agreed"} 3"#,
        r#"tamis_cookies_total{direction="request",verdict="forward",reason="exempt"} 3"#,
        r#"tamis_consent_total{reading="absent"} 3"#,
        "tamis_connections_total 3",
    ] {
        assert!(text.lines().any(|found| found == line), "{line} is not in\n{text}");
    }
    assert!(text.ends_with("# EOF\n"));
}

#[test]
fn the_reference_has_every_metric_and_every_word() {
    let folder = Folder::new();
    let gateway = Setup::new(&answering(&page(&[]))).top(&folder.records()).start();
    let text = gateway.operator().request("GET /metrics", &[]).text();
    let served = text.lines().filter_map(|line| line.strip_prefix("# TYPE ")?.split(' ').next());
    let rows = REFERENCE.lines().filter_map(|row| row.strip_prefix("| `tamis_")?.split('`').next());
    let listed: BTreeSet<String> = rows.map(|name| format!("tamis_{name}")).collect();
    assert_eq!(listed, served.map(str::to_owned).collect());
    for word in [WORDS.reasons, WORDS.readings, WORDS.failures, CONNECTION_FAULTS, STATUS].concat() {
        assert!(REFERENCE.contains(&format!("`{word}`")), "{word}");
    }
}

#[test]
fn the_rest_is_not_there() {
    let gateway = gateway(&answering(&page(&[])));
    assert_eq!(gateway.operator().request("GET /", &[]).status(), 404);
    assert_eq!(gateway.operator().request("GET /metrics/x", &[]).status(), 404);
    let answer = gateway.operator().request("DELETE /metrics", &[]);
    assert_eq!((answer.status(), answer.value("allow")), (405, "GET, HEAD".to_owned()));
}

#[test]
fn without_the_token_there_is_health_alone() {
    const TOKEN: &str = "S3CRET-0123456789";
    let admin = format!("admin: {{address: \"127.0.0.1:0\", token: {TOKEN}}}");
    let gateway = Setup::new(&answering(&page(&[]))).top(&admin).start();
    let ask = |line: &str, fields: &[&str]| gateway.operator().request(line, fields);
    for line in ["GET /metrics", "GET /sites", "POST /reload"] {
        let answer = ask(line, &[]);
        assert_eq!(
            (answer.status(), answer.value("www-authenticate").as_str()),
            (401, "Bearer realm=\"tamis\"")
        );
        assert_eq!(ask(line, &["Authorization: Bearer S3CRET-0123456788"]).status(), 401);
    }
    let bearer = format!("Authorization: Bearer {TOKEN}");
    assert_eq!(ask("GET /metrics", &[&bearer]).status(), 200);
    assert_eq!(ask("GET /healthz", &[]).text(), "ok\n");
    let ready = ask("GET /readyz", &[]);
    assert_eq!((ready.status(), ready.json()), (200, serde_json::json!({ "phase": "serving" })));
    assert_eq!(ask("GET /readyz", &[&bearer]).json()["generation"], 1);
}

#[test]
fn a_unix_socket_serves_too() {
    let folder = Folder::new();
    let path = folder.at("admin.sock");
    let gateway = Setup::new(&answering(&page(&[])))
        .top(&format!("admin: {{address: \"unix:{}\"}}", path.display()))
        .start();
    assert_eq!(gateway.operator().request("GET /healthz", &[]).text(), "ok\n");
    gateway.stop();
    assert!(!path.exists());
}

#[test]
fn the_sites_are_told() {
    let origin = answering(&page(&[]));
    let gateway = Setup::new(&origin).site("hosts: [b.test, \"*.a.test\"]").site("mode: observe").start();
    let told = gateway.operator().request("GET /sites", &[]).json();
    assert_eq!(told["generation"], 1);
    let site = &told["sites"][0];
    assert_eq!(site["site"], "b.test");
    assert_eq!(site["hosts"], serde_json::json!(["*.a.test", "b.test"]));
    assert_eq!((&site["default"], &site["mode"]), (&true.into(), &"observe".into()));
    assert_eq!(site["upstream"][0], origin.url());
    assert_eq!(site["registry"]["version"], "2026-11-23");
    assert_eq!(site["registry"]["digest"].as_str().unwrap().len(), 64);
}

#[test]
fn a_page_of_somebody_else_reaches_nothing() {
    let gateway = gateway(&answering(&page(&[])));
    let mut agent = gateway.operator();
    agent.send("GET /metrics HTTP/1.1\r\nHost: rebound.example\r\n\r\n");
    assert_eq!(agent.answer().status(), 403);
    agent.send("POST /reload HTTP/1.1\r\nHost: localhost\r\nSec-Fetch-Site: cross-site\r\n\r\n");
    assert_eq!(agent.answer().status(), 403);
}

#[test]
fn while_it_drains_it_is_not_ready() {
    let (begun, gate) = (Gate::default(), Gate::default());
    let (asked, answered) = (begun.clone(), gate.clone());
    let origin = origin(move |visit| {
        while visit.request().is_some() {
            asked.open();
            answered.wait();
            visit.send(&page(&[]));
        }
    });
    let gateway = gateway(&origin);
    let (mut agent, mut operator) = (gateway.agent(), gateway.operator());
    assert_eq!(operator.request("GET /readyz", &[]).status(), 200);
    agent.ask("GET /", &[]);
    begun.wait();
    let stopping = std::thread::spawn(move || gateway.stop());
    let ready = loop {
        let ready = operator.request("GET /readyz", &[]);
        if ready.status() != 200 {
            break ready;
        }
    };
    assert_eq!((ready.status(), &ready.json()["phase"]), (503, &"draining".into()));
    gate.open();
    assert_eq!(agent.answer().text(), "page");
    stopping.join().unwrap();
}

#[test]
fn visitors_are_not_told() {
    let origin = answering(&page(&[]));
    let gateway = gateway(&origin);
    for path in ["/metrics", "/healthz"] {
        assert_eq!(gateway.agent().request(&format!("GET {path}"), &[]).text(), "page");
        assert_eq!(origin.heard().start(), format!("GET {path} HTTP/1.1"));
    }
}

#[test]
fn no_exchange_that_ended_well_is_counted_as_aborted() {
    for answer in [
        page(&[]),
        status("200 OK", &[], ""),
        "HTTP/1.1 204 No Content\r\n\r\n".to_owned(),
        "HTTP/1.1 304 Not Modified\r\nContent-Length: 9\r\n\r\n".to_owned(),
        "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n4\r\npage\r\n0\r\n\r\n".to_owned(),
        "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n".to_owned(),
        "HTTP/1.1 200 OK\r\nConnection: close\r\n\r\n".to_owned(),
        "garbage\r\n\r\n".to_owned(),
    ] {
        let closing = answer.contains("close");
        let text = answer.clone();
        let origin = origin(move |visit| {
            while visit.request().is_some() {
                visit.send(&text);
                if closing {
                    return;
                }
            }
        });
        let gateway = gateway(&origin);
        let (mut agent, mut old) = (gateway.agent(), gateway.agent());
        agent.get(&[]);
        agent.get(&[]);
        old.send("GET / HTTP/1.0\r\nHost: x.test\r\n\r\n");
        old.answer();
        let (_, metrics) = gateway.stop();
        assert_eq!(metrics.sum(|c| c.aborted.value()), 0, "{answer:?}");
        assert_eq!(
            metrics.sum(|c| c.responses.value("2xx") + c.responses.value("3xx") + c.responses.value("5xx")),
            3
        );
    }
    let origin = answering("HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\n");
    let gateway = gateway(&origin);
    let mut agent = gateway.agent();
    agent.request("HEAD /", &[]);
    agent.request("HEAD /", &[]);
    assert_eq!(gateway.stop().1.sum(|c| c.aborted.value()), 0, "HEAD");
}

#[test]
fn workers_are_added_up() {
    let origin = answering(&page(&["Set-Cookie: _ga=1"]));
    let gateway = Setup::new(&origin).workers(4).start();
    for _ in 0..40 {
        assert!(!gateway.agent().get(&[]).has("set-cookie"));
    }
    let text = gateway.operator().request("GET /metrics", &[]).text();
    assert!(
        text.contains("reason=\"not-agreed\"} 40\n") && text.contains("tamis_connections_total 40\n"),
        "{text}"
    );
}
