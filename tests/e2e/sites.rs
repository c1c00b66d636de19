//! Which site a request is for.

use crate::kit::{Gateway, Message, Origin, answering, page, registry};

/// Sites for an exact host, a wildcard, and perhaps all others, each with an origin server that tells its name.
fn sites(more: &str) -> (Gateway, Vec<Origin>) {
    let origins: Vec<Origin> =
        ["exact", "below", "other"].map(|name| answering(&page(&[&format!("X-Site: {name}")]))).into();
    let site = |hosts: &str, origin: &Origin| {
        format!("  - {{{hosts}, registry: r.yaml, upstream: \"{}\"}}\n", origin.url())
    };
    let mut yaml = format!("workers: 1\nlisteners: [{{address: \"[::1]:0\"}}]\n{more}\nsites:\n");
    yaml += &site("hosts: [a.example.net, \"[::1]\"]", &origins[0]);
    yaml += &site("hosts: \"*.example.net\"", &origins[1]);
    if more.is_empty() {
        yaml += &site("default: true", &origins[2]);
    }
    (Gateway::start(&yaml, registry()), origins)
}

fn ask(gateway: &Gateway, host: &str) -> Message {
    let mut agent = gateway.agent();
    agent.send(&format!("GET / HTTP/1.1\r\nHost: {host}\r\n\r\n"));
    agent.answer()
}

#[test]
fn the_exact_host_then_the_wildcard_then_the_default() {
    let (gateway, _origins) = sites("");
    for (host, site) in [
        ("a.example.net", "exact"),
        ("A.Example.NET:8080", "exact"),
        ("a.example.net.", "exact"),
        ("[::1]:80", "exact"),
        ("[0:0::1]", "exact"),
        ("b.example.net", "below"),
        ("a.b.example.net", "below"),
        ("example.net", "other"),
        ("xexample.net", "other"),
        ("127.0.0.1", "other"),
    ] {
        assert_eq!(ask(&gateway, host).value("x-site"), site, "{host}");
    }
}

#[test]
fn an_unknown_host_is_misdirected() {
    let (gateway, origins) = sites("unknown_host: reject");
    let answer = ask(&gateway, "c.test");
    assert_eq!((answer.status(), answer.value("connection")), (421, "close".to_owned()));
    assert_eq!(ask(&gateway, "b.example.net").status(), 200);
    assert!(origins[0].heard_nothing());
}

#[test]
fn an_unknown_host_may_be_not_found() {
    let (gateway, _origins) = sites("unknown_host: not_found");
    assert_eq!(ask(&gateway, "c.test").status(), 404);
}

#[test]
fn without_a_host_http_1_0_gets_the_default_site() {
    let (gateway, origins) = sites("");
    let mut agent = gateway.agent();
    agent.send("GET / HTTP/1.0\r\n\r\n");
    let answer = agent.answer();
    assert_eq!((answer.start(), answer.value("x-site")), ("HTTP/1.0 200 OK".to_owned(), "other".to_owned()));
    assert!(agent.is_closed());
    assert_eq!(origins[2].heard().value("via"), "1.0 tamis");
    let (gateway, _origins) = sites("unknown_host: reject");
    let mut agent = gateway.agent();
    agent.send("GET / HTTP/1.0\r\n\r\n");
    assert_eq!(agent.answer().status(), 421);
}

#[test]
fn an_ipv6_user_agent_is_announced_as_such() {
    let (gateway, origins) = sites("");
    ask(&gateway, "a.example.net");
    let heard = origins[0].heard();
    assert_eq!(heard.value("x-forwarded-for"), "::1");
    assert_eq!(heard.value("forwarded"), "for=\"[::1]\";proto=http;host=\"a.example.net\"");
}

#[test]
fn each_site_has_its_own_upstream_connections() {
    let (gateway, origins) = sites("");
    let mut agent = gateway.agent();
    for host in ["a.example.net", "b.example.net", "a.example.net", "c.test", "b.example.net"] {
        agent.send(&format!("GET / HTTP/1.1\r\nHost: {host}\r\n\r\n"));
        assert_eq!(agent.answer().status(), 200);
    }
    assert_eq!(origins.iter().map(Origin::connections).collect::<Vec<_>>(), [1, 1, 1]);
}
