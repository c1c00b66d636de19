//! The operator's listener.

use crate::kit::{answering, gateway, page};

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
fn the_rest_is_not_there() {
    let gateway = gateway(&answering(&page(&[])));
    assert_eq!(gateway.operator().request("GET /", &[]).status(), 404);
    assert_eq!(gateway.operator().request("GET /metrics/x", &[]).status(), 404);
    assert_eq!(gateway.operator().request("DELETE /metrics", &[]).status(), 405);
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
