//! `tamis observed`, and what a killed gateway leaves.

use std::fs;
use std::io::{Read as _, Write as _};
use std::net::TcpStream;
use std::time::{Duration, Instant};

use serde_json::Value;

use crate::place::{Place, Running, SECRET, configuration};

/// In a path, which the log may show.
const TOKEN: &str = "1t0k3n";
/// Passes only in a test that fails.
const PATIENCE: Duration = Duration::from_secs(60);

fn place() -> Place {
    let place = Place::with_site();
    place.write("tamis.yaml", configuration(0) + "    mode: observe\nobservations: {every: 1s}\n");
    place
}

/// Starts a gateway and sends it one request, which has the site's session, a stranger and some ids.
fn visited(place: &Place) -> Running {
    let mut gateway = place.start(&["run", "--config", "tamis.yaml"]);
    let line = gateway.line("listening");
    let mut agent = TcpStream::connect(line.split("address=").nth(1).unwrap().trim()).unwrap();
    let cookies = format!("sessionid={SECRET}; stranger={SECRET}; _pk_id.1.a3f2={SECRET}; =1{SECRET}");
    let request =
        format!("GET /explore/{TOKEN}?{SECRET} HTTP/1.1\r\nHost: a.example\r\nCookie: {cookies}\r\n\r\n");
    agent.write_all(request.as_bytes()).unwrap();
    agent.read_exact(&mut [0; 11]).unwrap();
    gateway
}

/// How many strangers the file tells of.
fn kept(place: &Place) -> u64 {
    let text = fs::read_to_string(place.path("observed.json")).unwrap_or_default();
    assert!(!text.contains(SECRET) && !text.contains(TOKEN), "{text}");
    let file: Value = serde_json::from_str(&text).unwrap_or_default();
    file["sites"][0]["cookies"]["stranger"]["request"]["stripped"].as_u64().unwrap_or_default()
}

#[test]
fn a_killed_gateway_loses_no_more_than_its_last_second() {
    let place = place();
    for times in 1..=2 {
        let gateway = visited(&place);
        let begun = Instant::now();
        while kept(&place) < times {
            assert!(begun.elapsed() < PATIENCE, "{times}");
            std::thread::yield_now();
        }
        assert_eq!(gateway.end("KILL").0, None);
    }
    visited(&place).end("TERM");
    assert_eq!(kept(&place), 3);
}

#[test]
fn a_report_in_every_form() {
    let place = place();
    visited(&place).end("TERM");
    let told = |arguments: &[&str]| {
        let told = place.tamis(&[&["observed", "--config", "tamis.yaml"], arguments].concat());
        assert_eq!((told.code, told.err.as_str()), (0, ""), "{arguments:?}");
        told.out
    };
    let text = told(&[]);
    assert!(text.contains("a.example, mode observe") && text.contains("registry.yaml:3:"), "{text}");
    assert!(
        text.contains("4 names: 3 not declared and would be stripped, 1 declared and would pass."),
        "{text}"
    );
    let json: Value = serde_json::from_str(&told(&["--format", "json", "--sort", "name"])).unwrap();
    let names: Vec<_> =
        json["sites"][0]["cookies"].as_array().unwrap().iter().map(|row| &row["name"]).collect();
    assert_eq!(names, ["", "_pk_id.{id}.{id}", "sessionid", "stranger"]);
    assert_eq!(json["sites"][0]["cookies"][3]["sent_to"]["some"][0], "/explore/{id}");
    let html = told(&["--format", "html"]);
    assert!(html.starts_with("<!doctype html>") && !html.contains("href=\"?"), "{html}");
    let yaml = told(&["--format", "yaml"]);
    assert!(yaml.contains("- names: [\"stranger\"]") && !yaml.contains("sessionid"), "{yaml}");

    // Without a configuration the file still tells most.
    fs::rename(place.path("observed.json"), place.path("taken.json")).unwrap();
    let alone = place.tamis(&["observed", "--file", "taken.json", "--config", "gone.yaml"]);
    assert_eq!(alone.code, 0, "{}", alone.err);
    assert!(alone.out.contains("no such site any more") && alone.out.contains("declared when it was seen"));
}

#[test]
fn what_can_not_be_read_is_said() {
    let place = Place::with_site();
    let told = place.tamis(&["observed", "--config", "tamis.yaml"]);
    assert_eq!(told.code, 3);
    assert!(told.err.contains("there is no observed.json: nothing was observed"), "{}", told.err);
    place.write("observed.json", "{");
    let told = place.tamis(&["observed", "--config", "tamis.yaml"]);
    assert_eq!(told.code, 1);
    assert!(told.err.contains("can't read observed.json: it is no file of observations"), "{}", told.err);
    let told = place.tamis(&["observed", "--config", "gone.yaml"]);
    assert_eq!(told.code, 1);
    assert!(told.err.contains("--file FILE"), "{}", told.err);
    place.write("off.yaml", configuration(0) + "observations: off\n");
    let told = place.tamis(&["observed", "--config", "off.yaml"]);
    assert_eq!(told.code, 3);
    assert!(told.err.contains("`observations: off`"), "{}", told.err);
}

#[test]
fn a_running_gateway_is_asked() {
    let place = Place::with_site();
    let token = "0123456789abcdef0123456789abcdef";
    let rest = format!(
        "    mode: observe\nobservations: {{ file: off }}\nadmin: {{ address: 'unix:admin.sock', token: {token} }}\n"
    );
    place.write("tamis.yaml", configuration(0) + &rest);
    let gateway = visited(&place);
    let told = place.tamis(&["observed", "--config", "tamis.yaml", "--format", "json", "--sort", "name"]);
    assert_eq!((told.code, told.err.as_str()), (0, ""));
    assert!(!told.out.contains(SECRET) && !told.out.contains(TOKEN), "{}", told.out);
    let report: Value = serde_json::from_str(&told.out).unwrap();
    assert_eq!(report["sites"][0]["cookies"][3]["name"], "stranger");
    let strange = place.tamis(&["observed", "--config", "gone.yaml", "--admin", "unix:admin.sock"]);
    assert_eq!(strange.code, 3);
    assert!(strange.err.contains("the gateway answers 401"), "{}", strange.err);
    gateway.end("TERM");
    assert!(!place.path("observed.json").exists());
    let late = place.tamis(&["observed", "--config", "tamis.yaml"]);
    assert_eq!(late.code, 3);
    assert!(late.err.contains("nobody answers at") && late.err.contains("--file FILE"), "{}", late.err);
}
