//! The log of `tamis run`, as whoever collects it meets it.

use std::fs;
use std::io::{Read as _, Write as _};
use std::net::TcpStream;
use std::os::unix::net::UnixStream;
use std::time::Duration;

use serde_json::Value;

use crate::place::{Place, configuration, head};

/// A configuration with an admin listener, before an origin server that nobody runs.
fn watched(log: &str) -> String {
    let admin = "admin: {address: \"unix:admin.sock\"}\nrecords: off\n";
    format!("{admin}{}", configuration(0).replace("log: {level: trace}", log))
}

/// A connection to the gateway that `listening` tells of.
fn visit(listening: &str) -> TcpStream {
    TcpStream::connect(listening.split("address=").nth(1).unwrap().trim()).unwrap()
}

/// Sends a request for `a.example` and reads the head of its answer.
fn ask(agent: &mut TcpStream, path: &str) -> String {
    agent.write_all(format!("GET {path} HTTP/1.1\r\nHost: a.example\r\n\r\n").as_bytes()).unwrap();
    let head = head(agent);
    let length = head.lines().find_map(|line| line.strip_prefix("content-length: ")).unwrap();
    let mut content = vec![0; length.parse().unwrap()];
    agent.read_exact(&mut content).unwrap();
    head
}

/// The operator's request, and all of its answer.
fn operate(place: &Place, line: &str) -> String {
    let mut operator = UnixStream::connect(place.path("admin.sock")).unwrap();
    operator
        .write_all(format!("{line} HTTP/1.1\r\nHost: tamis\r\nConnection: close\r\n\r\n").as_bytes())
        .unwrap();
    let mut answer = String::new();
    operator.read_to_string(&mut answer).unwrap();
    answer
}

#[test]
fn the_level_of_the_log_changes_while_it_runs() {
    let place = Place::with_site();
    place.write("tamis.yaml", watched("log: {level: info}"));
    let mut gateway = place.start(&["run", "--config", "tamis.yaml"]);
    let mut agent = visit(&gateway.line(" listening"));
    ask(&mut agent, "/one");
    assert!(gateway.line("access").contains("path=\"/one\""));
    assert!(operate(&place, "PUT /log?level=error").contains("\"level\": \"error\""));
    ask(&mut agent, "/two");
    assert!(operate(&place, "PUT /log?level=debug").contains("\"level\": \"debug\""));
    ask(&mut agent, "/three");
    let (code, rest) = gateway.end("TERM");
    assert_eq!(code, Some(0));
    assert!(!rest.contains("/two") && rest.contains("path=\"/three\""), "{rest}");
    assert!(rest.contains("request refused") || rest.contains("exchange failed"), "{rest}");
}

#[test]
fn a_reload_changes_the_level_where_the_files_do() {
    let place = Place::with_site();
    place.write("tamis.yaml", watched("log: {level: info}"));
    let mut gateway = place.start(&["run", "--config", "tamis.yaml"]);
    gateway.line("admin listening");
    let level = || operate(&place, "GET /log");
    operate(&place, "PUT /log?level=debug");
    // What the files don't change, the operator's word holds for.
    place.write("tamis.yaml", watched("log: {level: info, access: false}"));
    assert!(operate(&place, "POST /reload").contains("\"applied\": true"));
    assert!(level().contains("\"debug\""));
    place.write("tamis.yaml", watched("log: {level: warn, access: false}"));
    operate(&place, "POST /reload");
    assert!(level().contains("\"warn\""));
    assert_eq!(gateway.end("TERM").0, Some(0));
}

#[test]
fn the_access_log_has_a_file_that_a_rotation_moves() {
    let place = Place::with_site();
    place.write("tamis.yaml", watched("log: {access: {to: access.log, format: json}}"));
    let mut gateway = place.start(&["run", "--config", "tamis.yaml"]);
    let mut agent = visit(&gateway.line(" listening"));
    assert!(operate(&place, "PUT /log?level=error").contains("200 OK"));
    ask(&mut agent, "/one");
    let now = |name: &str| fs::read_to_string(place.path(name)).unwrap_or_default();
    let until = |name: &str, word: &str| {
        while !now(name).contains(word) {
            std::thread::yield_now();
        }
    };
    until("access.log", "\"/one\"");
    fs::rename(place.path("access.log"), place.path("access.log.1")).unwrap();
    ask(&mut agent, "/two");
    until("access.log.1", "\"/two\"");
    gateway.signal("USR1");
    while !place.path("access.log").exists() {
        std::thread::yield_now();
    }
    ask(&mut agent, "/three");
    until("access.log", "\"/three\"");
    let (code, rest) = gateway.end("TERM");
    assert_eq!(code, Some(0));
    assert!(!rest.contains("/three"), "lines of exchanges are in their file alone: {rest}");
    let lines = format!("{}{}", now("access.log.1"), now("access.log"));
    let paths: Vec<Value> =
        lines.lines().map(|line| serde_json::from_str::<Value>(line).unwrap()["path"].clone()).collect();
    assert_eq!(paths, ["/one", "/two", "/three"]);
}

#[test]
fn an_access_log_that_cant_be_written_is_code_3_and_said() {
    let place = Place::with_site();
    place.write("tamis.yaml", watched("log: {access: {to: gone/access.log}}"));
    let told = place.tamis(&["run", "--config", "tamis.yaml"]);
    assert_eq!(told.code, 3);
    assert!(
        told.err.contains("can't write the access log to ") && told.err.contains("access.log: "),
        "{}",
        told.err
    );
}

#[test]
fn a_reader_that_takes_nothing_slows_nobody() {
    let place = Place::with_site();
    place.write("tamis.yaml", watched("log: {level: info, format: json}"));
    let mut gateway = place.start(&["run", "--config", "tamis.yaml"]);
    let listening: Value = serde_json::from_str(&gateway.line("\"listening\"")).unwrap();
    // From here on nobody reads standard output: a pipe holds 64 KiB, the queue 8192 lines.
    let mut agent = TcpStream::connect(listening["address"].as_str().unwrap()).unwrap();
    agent.set_read_timeout(Some(Duration::from_secs(30))).unwrap();
    for _ in 0..12_000 {
        assert!(ask(&mut agent, "/").starts_with("HTTP/1.1 503"));
    }
    let metrics = operate(&place, "GET /metrics");
    let dropped = metrics
        .lines()
        .find_map(|line| line.strip_prefix("tamis_log_lines_dropped_total{output=\"stdout\"} "));
    assert!(dropped.unwrap().parse::<u64>().unwrap() > 1000, "{dropped:?}");
    assert!(metrics.contains("tamis_requests_total{site=\"a.example\",class=\"5xx\"} 12000"), "{metrics}");
    let (code, rest) = gateway.end("TERM");
    assert_eq!(code, Some(0));
    assert!(rest.lines().count() > 1000);
}
