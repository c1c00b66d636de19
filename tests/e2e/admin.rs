//! The operator's listener.

use crate::kit::{Folder, Gate, Gateway, Setup, answering, gateway, origin, page, registry, status};

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
    assert_eq!(answer.value("content-type"), "text/plain; version=0.0.4; charset=utf-8");
    let text = answer.text();
    assert!(text.contains("\n# TYPE tamis_connections_total counter\n") && !text.contains("# EOF"), "{text}");
    let open =
        gateway.operator().request("GET /metrics", &["Accept: application/openmetrics-text;version=1.0.0"]);
    assert_eq!(open.value("content-type"), "application/openmetrics-text; version=1.0.0; charset=utf-8");
    let open = open.text();
    assert!(open.contains("\n# TYPE tamis_connections counter\n") && open.ends_with("# EOF\n"), "{open}");
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
    for line in [
        "GET /metrics",
        "GET /sites",
        "GET /explain?name=a",
        "GET /log",
        "PUT /log?level=debug",
        "POST /reload",
    ] {
        let answer = ask(line, &[]);
        assert_eq!(
            (answer.status(), answer.value("www-authenticate").as_str()),
            (401, "Bearer realm=\"tamis\"")
        );
        assert_eq!(ask(line, &["Authorization: Bearer S3CRET-0123456788"]).status(), 401);
    }
    // What is not there is not told from what is by a token.
    assert_eq!((ask("GET /x", &[]).status(), ask("DELETE /metrics", &[]).status()), (404, 405));
    let bearer = format!("Authorization: Bearer {TOKEN}");
    assert_eq!(ask("GET /metrics", &[&bearer]).status(), 200);
    assert_eq!(ask("GET /healthz", &[]).text(), "ok\n");
    let ready = ask("GET /readyz", &[]);
    assert_eq!((ready.status(), ready.json()), (200, serde_json::json!({ "phase": "serving" })));
    assert_eq!(ask("GET /readyz", &[&bearer]).json()["generation"], 1);
}

#[test]
fn readiness_has_its_details() {
    let folder = Folder::new();
    let gateway = Setup::new(&answering(&page(&[]))).top(&folder.records()).start();
    let ready = gateway.operator().request("GET /readyz", &[]).json();
    let expected = serde_json::json!({
        "phase": "serving", "generation": 1, "refused": null, "upstreams": [{ "site": "default", "up": true }],
        "records": { "state": "written", "queued": 0 },
    });
    assert_eq!(ready, expected);
    let without = self::gateway(&answering(&page(&[])));
    assert_eq!(without.operator().request("GET /readyz", &[]).json()["records"]["state"], "off");
}

#[test]
fn a_cookie_is_explained_by_the_rules_that_are_served() {
    let gateway = Setup::new(&answering(&page(&[]))).site("mode: observe").start();
    let explain = |query: &str| gateway.operator().request(&format!("GET /explain?{query}"), &[]);
    let told =
        explain("name=_ga&set_cookie=_ga%3DS3CRET%3B+Path%3D%2F&cookie=sessionid%3DS3CRET;%20x%3D1").json();
    assert_eq!((&told["site"], &told["mode"]), (&"default".into(), &"observe".into()));
    assert_eq!(told["consent"]["reading"], "absent");
    let cookies = told["cookies"].as_array().unwrap();
    let words =
        |cookie: &serde_json::Value| ["field", "name", "verdict", "reason"].map(|key| cookie[key].clone());
    let expected = [
        ["Cookie", "_ga", "strip", "not-agreed"],
        ["Cookie", "sessionid", "forward", "exempt"],
        ["Cookie", "x", "strip", "undeclared"],
        ["Set-Cookie", "_ga", "strip", "not-agreed"],
    ];
    assert_eq!(cookies.iter().map(words).collect::<Vec<_>>(), expected);
    assert!(!told.to_string().contains("S3CRET"));
    let granted = explain("name=_ga&consent=%7B%22statistical%22%3Atrue%7D").json();
    assert_eq!(
        (&granted["consent"]["reading"], &granted["cookies"][0]["reason"]),
        (&"read".into(), &"agreed".into())
    );
    for (query, sentence) in [
        ("", "ask for at least one of"),
        ("consent=a", "ask for at least one of"),
        ("name=a&colour=red", "not known"),
    ] {
        let answer = explain(query);
        assert_eq!(answer.status(), 400, "{query}");
        assert!(answer.text().contains(sentence), "{}", answer.text());
    }
}

#[test]
fn which_site_is_meant_is_asked() {
    let origin = answering(&page(&[]));
    let site = |host: &str, mode: &str| {
        format!(
            "  - hosts: [{host}]\n    registry: site.yaml\n    upstream: {}\n    mode: {mode}\n",
            origin.url()
        )
    };
    let yaml = format!(
        "records: off\nlisteners: [{{address: \"127.0.0.1:0\"}}]\nadmin: {{address: \"127.0.0.1:0\"}}\nsites:\n{}{}",
        site("a.test", "enforce"),
        site("b.test", "observe")
    );
    let gateway = Gateway::start(&yaml, registry());
    let explain = |query: &str| gateway.operator().request(&format!("GET /explain?name=_ga&{query}"), &[]);
    assert_eq!(explain("site=b.test").json()["mode"], "observe");
    for query in ["", "site=c.test"] {
        let answer = explain(query);
        assert_eq!(answer.status(), 400);
        assert!(answer.text().contains("a.test, b.test"), "{}", answer.text());
    }
}

#[test]
fn the_level_of_the_log_is_told_and_set() {
    let gateway = gateway(&answering(&page(&[])));
    // The log is the process's, and the other tests look for what is logged at this level.
    assert_eq!(gateway.operator().request("PUT /log?level=debug", &[]).json()["level"], "debug");
    assert_eq!(gateway.operator().request("GET /log", &[]).json()["level"], "debug");
    for query in ["", "?level=", "?level=loud", "?level=info&level=debug"] {
        let answer = gateway.operator().request(&format!("PUT /log{query}"), &[]);
        assert_eq!(answer.status(), 400, "{query}");
        assert!(answer.text().contains("off, error, warn, info, debug, trace"), "{}", answer.text());
    }
    assert_eq!(gateway.operator().request("GET /log", &[]).json()["level"], "debug");
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
    let upstream = serde_json::json!({
        "up": true, "waiting": null, "addresses": [{
            "url": origin.url(), "up": true, "failing_since": null, "last_failure": null, "in_use": 0, "idle": 0,
            "places": [{
                "address": origin.address.to_string(), "up": true, "failing_since": null, "last_failure": null,
            }],
        }],
    });
    assert_eq!(site["upstream"], upstream);
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
        assert_eq!(metrics.sum(|c| c.answered("2xx") + c.answered("3xx") + c.answered("5xx")), 3);
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
