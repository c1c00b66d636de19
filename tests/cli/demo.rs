//! `tamis demo`.

use std::io::{Read as _, Write as _};
use std::net::{TcpListener, TcpStream};

use crate::place::Place;

/// How the portal's own values begin.
const VALUE: &str = "demo-value-";

#[test]
fn the_scripted_visit_shows_what_is_kept_and_stripped() {
    let place = Place::new();
    let told = place.tamis(&["demo", "--script", "--port", "0"]);
    assert_eq!((told.code, told.err.as_str()), (0, ""));
    assert!(
        !told.out.contains(VALUE) && !told.out.contains("%7B") && !told.out.contains("{\\\""),
        "{}",
        told.out
    );
    let steps: Vec<&str> = (1..=10).map(|number| step(&told.out, number)).collect();
    for (number, way, verdict, name) in [
        (1, "browser", "kept", "sessionid"),
        (1, "browser", "kept", "csrftoken"),
        (1, "browser", "stripped", "_ga"),
        (1, "browser", "stripped", "_ga_DEMO"),
        (1, "browser", "stripped", "mystery"),
        (2, "origin", "kept", "sessionid"),
        (2, "origin", "stripped", "_pk_id.1.abcd"),
        (2, "browser", "kept", "django_language"),
        (2, "browser", "expired", "_pk_id.1.abcd"),
        (4, "browser", "kept", "cookies_preferences"),
        (4, "browser", "kept", "tamis_choice"),
        (5, "origin", "kept", "cookies_preferences"),
        (5, "origin", "kept", "tamis_choice"),
        (5, "browser", "stripped", "_ga"),
        (6, "browser", "kept", "cookies_preferences"),
        (6, "browser", "kept", "tamis_choice"),
        (7, "origin", "kept", "_pk_id.1.abcd"),
        (7, "browser", "kept", "_ga"),
        (7, "browser", "stripped", "mystery"),
        (9, "browser", "kept", "cookies_preferences"),
        (9, "browser", "expired", "_ga"),
        (9, "browser", "expired", "_pk_id.1.abcd"),
        (10, "browser", "stripped", "_ga"),
    ] {
        let found = row(steps[number - 1], way, name);
        assert_eq!(found, Some(verdict), "step {number}, {way}, {name}: {}", told.out);
    }
    for name in ["_ga", "_pk_id.1.abcd", "mystery"] {
        assert_eq!(row(steps[9], "origin", name), None, "{name} is not in the browser");
    }
    for (number, seen) in
        [(3, "it asks for: statistical, "), (8, "switched on: statistical, matomo, xiti, google-analytics\n")]
    {
        assert!(format!("{}\n", steps[number - 1]).contains(seen), "step {number}: {}", told.out);
    }
    for number in [3, 4, 6, 8, 9] {
        assert!(steps[number - 1].contains("tamis answers by itself"), "step {number}: {}", told.out);
    }
}

/// The part of the output that begins with `number. `.
fn step(out: &str, number: usize) -> &str {
    let (_, rest) = out.split_once(&format!("\n{number}. ")).unwrap();
    rest.split("\n\n").next().unwrap()
}

/// The verdict on a name in one direction of a block.
fn row<'a>(block: &'a str, way: &str, name: &str) -> Option<&'a str> {
    let mut current = "";
    for line in block.lines() {
        let line = line.trim();
        let line =
            ["→ origin", "← browser"].into_iter().fold(line, |line, mark| match line.strip_prefix(mark) {
                Some(rest) => {
                    current = mark;
                    rest
                }
                None => line,
            });
        let mut words = line.split_whitespace();
        let (verdict, named) = (words.next(), words.next());
        if current.ends_with(way) && named == Some(name) {
            return verdict;
        }
    }
    None
}

#[test]
fn it_serves_until_it_is_told_to_stop() {
    let place = Place::new();
    let mut demo = place.start(&["demo", "--port", "0"]);
    let line = demo.line("Now open");
    let address = line.split("http://").nth(1).unwrap().split('/').next().unwrap().to_owned();
    let mut agent = TcpStream::connect(&address).unwrap();
    let request =
        format!("GET / HTTP/1.1\r\nHost: {address}\r\nCookie: theirs=s3cr3t\r\nConnection: close\r\n\r\n");
    agent.write_all(request.as_bytes()).unwrap();
    let mut answer = String::new();
    agent.read_to_string(&mut answer).unwrap();
    assert!(answer.starts_with("HTTP/1.1 200") && answer.contains("/.tamis/banner.js"), "{answer}");
    assert!(
        answer.contains("set-cookie: sessionid=demo-value-") && !answer.contains("set-cookie: mystery"),
        "{answer}"
    );
    // The form's token is the one of the cookie that comes with the page.
    let token = answer.split("csrftoken=").nth(1).unwrap().split(';').next().unwrap();
    assert!(answer.contains(&format!("value=\"{token}\"")), "{answer}");
    demo.line("GET /");
    assert!(demo.line("theirs").contains("stripped"));
    let (code, rest) = demo.end("INT");
    assert_eq!(code, Some(0), "{rest}");
}

#[test]
fn a_taken_port_is_code_3_and_says_how_to_choose_another() {
    let place = Place::new();
    let taken = TcpListener::bind("127.0.0.1:0").unwrap();
    let port = taken.local_addr().unwrap().port().to_string();
    let told = place.tamis(&["demo", "--script", "--port", &port]);
    assert_eq!((told.code, told.out.as_str()), (3, ""));
    assert!(
        told.err.contains("can't listen on") && told.err.contains("tamis demo --port PORT"),
        "{}",
        told.err
    );
}
