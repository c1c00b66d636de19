//! `tamis run`.

use std::fs;
use std::io::{Read as _, Write as _};
use std::net::{TcpListener, TcpStream};

use serde_json::Value;

use crate::place::{Place, configuration, head};

#[test]
fn a_signal_ends_it_in_good_order() {
    for signal in ["TERM", "INT"] {
        let place = Place::with_site();
        let mut gateway = place.start(&["run", "--config", "tamis.yaml"]);
        let line = gateway.line("listening");
        let address = line.split("address=").nth(1).unwrap().trim().to_owned();
        // The origin server is not there: everything that is said of that names no value.
        let mut agent = TcpStream::connect(address).unwrap();
        agent
            .write_all(
                b"GET /?s3cr3t HTTP/1.1\r\nHost: a.example\r\nCookie: foo=s3cr3t; sessionid=s3cr3t\r\n\r\n",
            )
            .unwrap();
        let mut answer = [0; 11];
        agent.read_exact(&mut answer).unwrap();
        assert_eq!(&answer, b"HTTP/1.1 50");
        assert!(gateway.line("tamis::verdict").contains("cookie=\"foo\""));
        drop(agent);
        let (code, rest) = gateway.end(signal);
        assert_eq!(code, Some(0), "{signal}: {rest}");
        assert!(rest.contains("access") && rest.contains("stopped"), "{rest}");
    }
}

#[test]
fn a_second_signal_ends_it_at_once_with_code_3() {
    let place = Place::with_site();
    let silent = TcpListener::bind("127.0.0.1:0").unwrap();
    let upstream = format!("http://{}", silent.local_addr().unwrap());
    place.write("tamis.yaml", configuration(0).replace("http://127.0.0.1:1", &upstream));
    let mut gateway = place.start(&["run", "--config", "tamis.yaml"]);
    let line = gateway.line("listening");
    let mut agent = TcpStream::connect(line.split("address=").nth(1).unwrap().trim()).unwrap();
    agent.write_all(b"GET / HTTP/1.1\r\nHost: a.example\r\n\r\n").unwrap();
    let (mut waiting, _) = silent.accept().unwrap();
    assert!(head(&mut waiting).starts_with("GET / "));
    gateway.signal("TERM");
    gateway.line("stopping");
    assert_eq!(gateway.end("INT").0, Some(3));
}

#[test]
fn a_taken_port_is_code_3_and_said() {
    let place = Place::with_site();
    let taken = TcpListener::bind("127.0.0.1:0").unwrap();
    let port = taken.local_addr().unwrap().port();
    place.write("tamis.yaml", configuration(port));
    let told = place.tamis(&["run", "--config", "tamis.yaml"]);
    assert_eq!(told.code, 3);
    let sentence = format!("error: can't listen on 127.0.0.1:{port}: ");
    assert!(told.err.contains(&sentence) && told.err.contains("choose another port"), "{}", told.err);
    // It is this test that holds it.
    let holder = format!("(process {}) listens there", std::process::id());
    assert!(told.err.contains(&holder), "{}", told.err);
}

#[test]
fn two_gateways_do_not_share_a_port_unawares() {
    let place = Place::with_site();
    let mut first = place.start(&["run", "--config", "tamis.yaml"]);
    let line = first.line("listening");
    let port = line.trim().rsplit(':').next().unwrap().parse().unwrap();
    place.write("second.yaml", configuration(port));
    let told = place.tamis(&["run", "--config", "second.yaml"]);
    assert_eq!(told.code, 3, "{}", told.err);
    assert_eq!(first.end("TERM").0, Some(0));
}

#[test]
fn files_at_fault_are_code_1_and_shown() {
    let place = Place::with_site();
    let told = place.tamis(&["run", "--config", "gone.yaml"]);
    assert_eq!(told.code, 1);
    assert!(told.err.contains("error: can't read gone.yaml: there is no such file; name"), "{}", told.err);
    place.write("bad.yaml", "listeners: [\n");
    let told = place.tamis(&["run", "--config", "bad.yaml"]);
    assert_eq!(told.code, 1);
    assert!(told.err.contains("yaml-syntax") && told.err.contains("bad.yaml:"), "{}", told.err);
}

#[test]
fn the_shipped_files_work_before_any_site_from_any_directory() {
    let place = Place::new();
    let origin = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = origin.local_addr().unwrap();
    let heard = std::thread::spawn(move || {
        let (mut gateway, _) = origin.accept().unwrap();
        let request = head(&mut gateway);
        let cookies = "Set-Cookie: sessionid=s3cr3t; Path=/\r\nSet-Cookie: mystery=s3cr3t\r\n";
        gateway.write_all(format!("HTTP/1.0 200 OK\r\n{cookies}\r\nany site").as_bytes()).unwrap();
        request
    });
    fs::create_dir_all(place.path("etc/registry")).unwrap();
    place.write("etc/registry/lille.yaml", include_str!("../../config/registry/lille.yaml"));
    let edited = [
        ("hosts: [localhost, opendata.example.org]", "hosts: [www.example.net]".to_owned()),
        ("upstream: http://127.0.0.1:8000 ", format!("upstream: http://{address} ")),
        // The ports may be taken where this runs.
        ("\"[::]:8080\"", "127.0.0.1:0".to_owned()),
        ("address: 127.0.0.1:9180", "address: 127.0.0.1:0".to_owned()),
    ];
    let shipped = include_str!("../../config/tamis.yaml").to_owned();
    let configuration = edited.iter().fold(shipped, |text, (from, to)| {
        assert_eq!(text.matches(from).count(), 1, "{from}");
        text.replace(from, to)
    });
    place.write("etc/tamis.yaml", configuration);
    let mut gateway = place.start(&["run", "--config", place.path("etc/tamis.yaml").to_str().unwrap()]);
    let line = gateway.line("listening");
    let mut agent = TcpStream::connect(line.split("address=").nth(1).unwrap().trim()).unwrap();
    let cookie = "Cookie: sessionid=s3cr3t; mystery=s3cr3t";
    agent
        .write_all(format!("GET / HTTP/1.1\r\nHost: www.example.net\r\n{cookie}\r\n\r\n").as_bytes())
        .unwrap();
    let answer = head(&mut agent);
    assert!(answer.starts_with("HTTP/1.1 200 OK\r\n"), "{answer}");
    assert!(
        answer.contains("set-cookie: sessionid=s3cr3t; Path=/\r\n") && !answer.contains("mystery"),
        "{answer}"
    );
    let request = heard.join().unwrap();
    assert!(request.contains("cookie: sessionid=s3cr3t\r\n") && !request.contains("mystery"), "{request}");
    assert!(gateway.line("tamis::undeclared").contains("declare it in the registry"));
    gateway.line("names: [\"mystery\"]");
    assert_eq!(gateway.end("TERM").0, Some(0));
}

#[test]
fn a_json_log_is_one_object_a_line() {
    let place = Place::with_site();
    place.write("tamis.yaml", configuration(0).replace("{level: trace}", "{format: json}"));
    let mut gateway = place.start(&["run", "--config", "tamis.yaml"]);
    let object = |line: String| serde_json::from_str::<Value>(&line).expect("a JSON object");
    let listening = object(gateway.line("listening"));
    let mut agent = TcpStream::connect(listening["address"].as_str().unwrap()).unwrap();
    agent
        .write_all(b"GET /a;b=s3cr3t?s3cr3t HTTP/1.1\r\nHost: a.example\r\nCookie: foo=s3cr3t\r\n\r\n")
        .unwrap();
    head(&mut agent);
    assert_eq!(object(gateway.line("tamis::undeclared"))["cookie"], "foo");
    let access = object(gateway.line("\"access\""));
    assert_eq!(
        [&access["method"], &access["path"], &access["stripped"], &access["error"]],
        ["GET", "/a", "foo", "connect"]
    );
    assert_eq!((&access["status"], &access["request_stripped"]), (&503.into(), &1.into()));
    let (_, rest) = gateway.end("TERM");
    rest.lines().for_each(|line| drop(object(line.to_owned())));
}
