//! What is counted: every name and label as the reference has it, and never more of them than the configuration has.

use std::collections::{BTreeMap, BTreeSet};

use tamis::metrics::{ALPN, CONNECTION_FAULTS, PROTOCOLS, STATUS, TLS_VERSIONS};
use tamis::proxy::WORDS;

use crate::kit::{Agent, Authority, Folder, Gateway, Setup, answering, gateway, origin, page, registry};

const REFERENCE: &str = include_str!("../../docs/operation.md");
const DASHBOARD: &str = include_str!("../../docker/grafana/dashboard.json");
const ALERTS: &str = include_str!("../../docker/prometheus/alerts.yaml");

/// What a scrape says.
fn scrape(gateway: &Gateway) -> String {
    gateway.operator().request("GET /metrics", &["Accept: application/openmetrics-text"]).text()
}

/// Every metric by its name as it is asked for, with the labels of its samples.
fn metrics(text: &str) -> BTreeMap<String, BTreeSet<String>> {
    let mut metrics: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
    for declared in text.lines().filter_map(|line| line.strip_prefix("# TYPE ")) {
        let (name, kind) = declared.split_once(' ').unwrap();
        let total = if kind == "counter" { "_total" } else { "" };
        metrics.insert(format!("{name}{total}"), BTreeSet::new());
    }
    for sample in text.lines().filter(|line| !line.starts_with('#')) {
        let (name, labels) = sample.split_once(['{', ' ']).unwrap();
        let parts = ["_bucket", "_sum", "_count"];
        let base =
            parts.iter().find_map(|part| name.strip_suffix(part)).filter(|base| metrics.contains_key(*base));
        let known = metrics.get_mut(base.unwrap_or(name)).unwrap_or_else(|| panic!("{name} has no TYPE"));
        let inside = labels.rsplit_once('}').map(|(inside, _)| inside).unwrap_or_default();
        // No value of this test holds a quote or a comma.
        let names = inside.split(',').filter_map(|label| label.split_once('=')).map(|(name, _)| name);
        known.extend(names.filter(|name| *name != "le").map(str::to_owned));
    }
    metrics
}

/// The rows of the reference's table of metrics.
fn listed() -> BTreeMap<String, BTreeSet<String>> {
    let table = REFERENCE.lines().skip_while(|line| !line.starts_with("| metric | labels |")).skip(2);
    let quoted = |cell: &str| cell.split('`').skip(1).step_by(2).map(str::to_owned).collect::<Vec<_>>();
    let row = |line: &str| {
        let cells: Vec<&str> = line.split('|').collect();
        (quoted(cells[1]).remove(0), quoted(cells[2]).into_iter().collect())
    };
    table.take_while(|line| line.starts_with('|')).map(row).collect()
}

#[test]
fn the_reference_has_every_metric_and_every_word() {
    let folder = Folder::new();
    let gateway = Setup::new(&answering(&page(&[]))).top(&folder.records()).start();
    gateway.agent().get(&["Cookie: sessionid=1"]);
    let (served, listed) = (metrics(&scrape(&gateway)), listed());
    let missing: Vec<_> = served.iter().filter(|(name, labels)| listed.get(*name) != Some(labels)).collect();
    let invented: Vec<_> = listed.iter().filter(|(name, labels)| served.get(*name) != Some(labels)).collect();
    assert!(missing.is_empty(), "docs/operation.md needs these rows: {missing:?}; it has {invented:?}");
    assert!(invented.is_empty(), "docs/operation.md lists what there isn't: {invented:?}");
    let words = [
        WORDS.reasons,
        WORDS.readings,
        WORDS.failures,
        CONNECTION_FAULTS,
        STATUS,
        PROTOCOLS,
        &TLS_VERSIONS,
        &ALPN,
    ];
    for word in words.concat() {
        assert!(REFERENCE.contains(&format!("`{word}`")), "{word}");
    }
}

#[test]
fn dashboard_and_alerts_name_metrics_that_exist() {
    let listed = listed();
    let mut named = BTreeSet::new();
    for text in [DASHBOARD, ALERTS] {
        let words = text.split(|c: char| !(c.is_ascii_alphanumeric() || c == '_'));
        let ours = |word: &&str| ["tamis_", "process_"].iter().any(|prefix| word.starts_with(prefix));
        for word in words.filter(ours) {
            let base =
                ["_bucket", "_sum", "_count"].iter().find_map(|part| word.strip_suffix(part)).unwrap_or(word);
            assert!(listed.contains_key(base), "{word} is not counted");
            named.insert(base);
        }
    }
    assert!(named.len() >= 20, "{named:?}");
    let dashboard: serde_json::Value = serde_json::from_str(DASHBOARD).unwrap();
    assert!(dashboard["panels"].as_array().unwrap().len() >= 10);
}

#[test]
fn a_site_and_the_rows_of_its_registry_are_counted() {
    let origin = origin(|visit| {
        while let Some(request) = visit.request() {
            assert!(request.body.len() <= 5);
            visit.send(&page(&["Set-Cookie: _ga=1", "Set-Cookie: sessionid=2", "Set-Cookie: unheard=3"]));
        }
    });
    let gateway = gateway(&origin);
    gateway.agent().post(&["Cookie: csrftoken=1; _ga=2"], "12345");
    gateway.agent().get(&[]);
    let text = scrape(&gateway);
    let row = |row: &str, direction: &str, verdict: &str| {
        format!(
            "tamis_registry_cookies_total{{site=\"default\",row=\"{row}\",direction=\"{direction}\",verdict=\"{verdict}\"}}"
        )
    };
    for line in [
        "tamis_requests_total{site=\"default\",class=\"2xx\"} 2".to_owned(),
        "tamis_received_bytes_total{site=\"default\"} 5".to_owned(),
        "tamis_sent_bytes_total{site=\"default\"} 8".to_owned(),
        "tamis_request_duration_seconds_count{site=\"default\"} 2".to_owned(),
        "tamis_upstream_duration_seconds_count{site=\"default\"} 2".to_owned(),
        format!("{} 1", row("sessionid", "request", "forward")),
        format!("{} 1", row("_ga", "request", "strip")),
        format!("{} 2", row("sessionid", "response", "forward")),
        format!("{} 2", row("_ga", "response", "strip")),
    ] {
        assert!(text.contains(&format!("{line}\n")), "{line} is not in\n{text}");
    }
    assert!(!text.contains("unheard") && !text.contains("csrftoken"), "{text}");
}

#[test]
fn nothing_that_visitors_send_makes_a_series() {
    let gateway = Setup::new(&answering(&page(&["Set-Cookie: _ga=1"]))).site("hosts: [x.test]").start();
    let ask = |agent: &mut Agent, number: u64| {
        // Spread well enough, and the same in every run.
        let word = number.wrapping_mul(0x9e37_79b9_7f4a_7c15);
        agent.send(&format!(
            "GET /{word:x}?{word:x} HTTP/1.1\r\nHost: h{word:x}.test\r\nX-{word:x}: 1\r\n\
             traceparent: 00-{word:032x}-{word:016x}-01\r\nCookie: _ga_{word:x}=1; c{word:x}=2; sessionid=3\r\n\r\n"
        ));
        assert_eq!(agent.answer().status(), 200);
    };
    let mut agent = gateway.agent();
    ask(&mut agent, 1);
    let series = |text: &str| {
        text.lines().map(|line| line.rsplit_once(' ').unwrap().0.to_owned()).collect::<BTreeSet<_>>()
    };
    let before = series(&scrape(&gateway));
    for number in 2..10_000 {
        ask(&mut agent, number);
    }
    let text = scrape(&gateway);
    assert_eq!(series(&text), before);
    assert!(text.contains("tamis_requests_total{site=\"x.test\",class=\"2xx\"} 9999\n"), "{text}");
}

#[test]
fn handshakes_and_what_is_open_are_counted() {
    let authority = Authority::new();
    let listener = authority.issue("x.test").listener();
    let listeners = format!("listeners: [{{address: \"127.0.0.1:0\", tls: {listener}}}]");
    let gateway = Setup::new(&answering(&page(&[]))).top(&listeners).start();
    let mut open = Vec::new();
    for version in [&rustls::version::TLS12, &rustls::version::TLS13] {
        let agent = authority.regular(&[version]);
        for _ in 0..3 {
            let mut agent = agent(gateway.address());
            assert_eq!(agent.get(&[]).status(), 200);
            open.push(agent);
        }
    }
    authority.handshake(gateway.address(), "x.test", true, &["h2"]).unwrap();
    let text = scrape(&gateway);
    let count = |labels: &str| {
        let start = format!("tamis_tls_handshakes_total{{{labels}}} ");
        text.lines().find_map(|line| line.strip_prefix(&start)).unwrap().to_owned()
    };
    for version in ["1.2", "1.3"] {
        let of = |resumed: &str| count(&format!("version=\"{version}\",alpn=\"none\",resumed=\"{resumed}\""));
        assert_eq!((of("no").as_str(), of("yes").as_str()), ("1", "2"), "{version}");
    }
    assert!(text.contains("tamis_connections_open{protocol=\"http/1.1\"} 6\n"), "{text}");
}

#[test]
fn a_reload_takes_no_count_away() {
    let origin = answering(&page(&["Set-Cookie: _ga=1", "Set-Cookie: _fbp=1"]));
    let setup = Setup::new(&origin);
    let gateway = setup.start();
    gateway.agent().get(&[]);
    let without = registry().lines().filter(|line| !line.contains("_fbp")).collect::<Vec<_>>().join("\n");
    gateway.reload(&Setup::new(&origin).registry(&without)).unwrap();
    gateway.agent().get(&[]);
    let text = scrape(&gateway);
    let strips = "direction=\"response\",verdict=\"strip\"";
    assert!(text.contains(&format!("row=\"_ga\",{strips}}} 2\n")), "{text}");
    assert!(!text.contains("_fbp"), "{text}");
    assert!(text.contains("tamis_requests_total{site=\"default\",class=\"2xx\"} 2\n"), "{text}");
}
