//! The process lacks descriptors, or room on a disk: what is open is served on, and the operator is told once.

use std::net::TcpStream;
use std::time::Instant;

use crate::kit::{Agent, Folder, Process, Setup, answering, page, registry};

/// The value of a metric, asked for on a connection that is open already.
fn metric(operator: &mut Agent, name: &str) -> u64 {
    let metrics = operator.request("GET /metrics", &[]).text();
    let value = metrics.lines().find_map(|line| line.strip_prefix(name)?.strip_prefix(' '));
    value.unwrap_or_else(|| panic!("{name} is not in {metrics}")).parse().unwrap()
}

#[test]
fn without_descriptors_those_who_are_here_are_served_and_those_who_come_wait() {
    let (warm, cold) = (answering(&page(&[])), answering(&page(&[])));
    let folder = Folder::new();
    folder.write("site.yaml", registry());
    let site =
        |host: &str, url: &str| format!(" - {{hosts: [{host}], registry: site.yaml, upstream: \"{url}\"}}\n");
    folder.write(
        "tamis.yaml",
        &format!(
            "workers: 1\nrecords: off\nobservations: off\nlisteners: [{{address: \"127.0.0.1:0\"}}]\n\
             admin: {{address: \"127.0.0.1:0\"}}\nsites:\n{}{}",
            site("x.test", &warm.url()),
            site("cold.test", &cold.url())
        ),
    );
    let process = Process::start_after("ulimit -n 64", &folder.at("tamis.yaml"));
    let (mut here, mut operator) = (process.agent(), process.operator_agent());
    assert_eq!(here.get(&[]).status(), 200);
    let before = Instant::now();
    assert_eq!(metric(&mut operator, "tamis_accepts_failed_total"), 0);
    // The system makes these connections; some of them can't be accepted.
    let crowd: Vec<_> = (0..80).map(|_| TcpStream::connect(process.address()).unwrap()).collect();
    let told = process.logged("can't accept connections");
    assert!(told.contains("LimitNOFILE") && told.contains("ERROR"), "{told}");

    for _ in 0..20 {
        assert_eq!(here.get(&[]).status(), 200, "whoever is here is served");
    }
    // No connection to the other origin server can be made: that is said at once, and not held against it.
    let mut here = here.for_host("cold.test");
    let answer = here.request("GET /shortage", &[]);
    assert_eq!((answer.status(), cold.connections()), (503, 0));
    assert!(answer.text().contains("too many visitors"), "{}", answer.text());
    process.logged_with(&["exchange failed", "kind=\"exhausted\"", "raise the limit of open files"]);
    let sites = operator.request("GET /sites", &[]).text();
    assert!(!sites.contains("failing_since\": \""), "{sites}");

    // Waiting costs next to nothing: it tries 20 times a second at most.
    let tries = metric(&mut operator, "tamis_accepts_failed_total");
    let most = before.elapsed().as_millis() / 50 + 2;
    assert!(tries > 0 && u128::from(tries) <= most, "{tries} tries, not {most}");
    assert_eq!(process.count("can't accept connections"), 1, "once is enough");

    drop(crowd);
    assert_eq!(process.agent().get(&[]).status(), 200);
    assert_eq!(here.request("GET /", &[]).status(), 200);
}

#[test]
fn a_full_disk_under_the_access_log_fails_no_page() {
    let origin = answering(&page(&[]));
    let folder = Folder::new();
    Setup::new(&origin).top("log: {access: {to: /dev/full}}").write(&folder);
    let process = Process::start(&folder.at("tamis.yaml"));
    let mut agent = process.agent();
    for _ in 0..10 {
        assert_eq!(agent.get(&[]).status(), 200);
    }
    let told = process.logged("the access log can't be written");
    assert!(told.contains("/dev/full") && told.contains("make room"), "{told}");
    let mut operator = process.operator_agent();
    while metric(&mut operator, "tamis_log_lines_dropped_total{output=\"file\"}") < 10 {
        assert_eq!(agent.get(&[]).status(), 200);
    }
    assert_eq!(process.count("the access log can't be written"), 1, "once is enough");
}
