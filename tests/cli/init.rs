//! `tamis init`, as who meets tamis for the first time calls it, and every way on which that goes wrong.

use std::fs;
use std::io::{Read as _, Write as _};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::os::unix::fs::PermissionsExt as _;

use crate::place::Place;
use crate::terminal::Terminal;

/// An origin server that answers everybody with these field lines, until the test ends.
fn origin(fields: &'static str) -> SocketAddr {
    answering("200 OK", fields)
}

fn answering(status: &'static str, fields: &'static str) -> SocketAddr {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = listener.local_addr().unwrap();
    std::thread::spawn(move || {
        for stream in listener.incoming() {
            let mut stream = stream.unwrap();
            let request = head(&mut stream);
            assert!(request.starts_with("GET / HTTP/1.1\r\n"), "{request}");
            let answer = format!("HTTP/1.1 {status}\r\nConnection: close\r\n{fields}\r\na page\n");
            // Who only looks leaves before the end.
            let _ = stream.write_all(answer.as_bytes());
        }
    });
    address
}

/// The octets of a message until its empty line.
fn head(stream: &mut TcpStream) -> String {
    let mut head = Vec::new();
    while !head.ends_with(b"\r\n\r\n") {
        let mut octet = [0];
        stream.read_exact(&mut octet).unwrap();
        head.extend(octet);
    }
    String::from_utf8(head).unwrap()
}

/// An address that nobody listens on, as far as one can know.
fn nobody() -> SocketAddr {
    TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap()
}

const COOKIES: &str = "Set-Cookie: csrftoken=s3cr3t; Path=/\r\nSet-Cookie: mystery*=s3cr3t\r\n";

#[test]
fn three_questions_lead_to_files_in_order() {
    let (place, site) = (Place::new(), origin(COOKIES));
    let mut terminal = Terminal::start(&place, &["init", "--listen", "127.0.0.1:0"]);
    terminal.sees("Host names that visitors type, with spaces between them [localhost]: ");
    terminal.types("https://opendata.example.org/\n");
    terminal.sees("write the host alone, without scheme or path: opendata.example.org");
    terminal.sees("[localhost]: ");
    terminal.types("opendata.example.org, localhost\n");
    terminal.sees("The URL at which the site itself answers [http://127.0.0.1:8000]: ");
    terminal.types(&format!("{site}\n"));
    terminal.sees(&format!("the URL has no scheme; write http://{site}"));
    terminal.sees(": ");
    terminal.types(&format!("http://{site}\n"));
    terminal.sees(&format!("http://{site} answers 200 OK, and sets csrftoken, mystery*."));
    terminal.sees("It is made with: django, opendatasoft, none of them [django]: ");
    terminal.types("typo3\n");
    terminal.sees("`typo3` is none of them; write django, opendatasoft or none");
    terminal.sees("[django]: ");
    terminal.types("\n");
    let (code, shown) = terminal.end();
    assert_eq!(code, 0, "{shown}");
    for text in
        ["config/tamis.yaml ", "config/registry/site.yaml ", " check ", " run ", "http://127.0.0.1:0/"]
    {
        assert!(shown.contains(text), "{text}: {shown}");
    }
    let checked = place.tamis(&["check", "--strict"]);
    assert_eq!((checked.code, checked.out.as_str()), (0, "config/tamis.yaml is in order\n"));
    let configuration = fs::read_to_string(place.path("config/tamis.yaml")).unwrap();
    assert!(
        configuration.contains("hosts: [opendata.example.org, localhost]")
            && configuration.contains("mode: observe")
    );
    let registry = fs::read_to_string(place.path("config/registry/site.yaml")).unwrap();
    // What the site sets and the preset doesn't know is proposed, as a name that means itself; values are nowhere.
    assert!(registry.contains(r#"  # - names: ["mystery\\*"]"#), "{registry}");
    assert!(registry.contains("- names: [csrftoken]") && !registry.contains("s3cr3t"));
    place.write(
        "config/registry/site.yaml",
        registry.replace("\n  # ", "\n  ").replace("\n  Set by", "\n  # Set by"),
    );
    assert_eq!(place.tamis(&["check"]).code, 0, "the proposals are rows once the # is away");
}

#[test]
fn init_check_and_run_lead_to_the_site() {
    let (place, site) = (Place::new(), origin(COOKIES));
    let upstream = format!("http://{site}");
    let told = place.tamis(&["init", "--upstream", &upstream, "--listen", "127.0.0.1:0", "--yes"]);
    assert_eq!((told.code, told.err.as_str()), (0, ""));
    // The port that was free may be taken when another test runs.
    let configuration = fs::read_to_string(place.path("config/tamis.yaml")).unwrap();
    let admin = configuration.lines().find(|line| line.starts_with("  address: ")).unwrap();
    place.write("config/tamis.yaml", configuration.replace(admin, "  address: 127.0.0.1:0"));
    assert_eq!(place.tamis(&["check", "--strict"]).code, 0);
    let mut gateway = place.start(&["run"]);
    let line = gateway.line("listening");
    let mut agent = TcpStream::connect(line.split("address=").nth(1).unwrap().trim()).unwrap();
    agent.write_all(b"GET / HTTP/1.1\r\nHost: localhost\r\n\r\n").unwrap();
    let answer = head(&mut agent);
    assert!(answer.starts_with("HTTP/1.1 200 OK\r\n") && answer.contains("mystery*=s3cr3t"), "{answer}");
    gateway.line("tamis::undeclared");
    gateway.line(r#"names: ["mystery\\*"]"#);
    assert_eq!(gateway.end("TERM").0, Some(0));
}

#[test]
fn every_preset_is_in_order() {
    for preset in ["django", "opendatasoft", "none"] {
        let place = Place::new();
        let host = ["--host", "*.example.org", "--host", "[2001:db8::1]"];
        let rest = ["--preset", preset, "--upstream", "https://a.example", "--no-probe"];
        let told = place.tamis(&[&["init", "etc"][..], &host, &rest].concat());
        assert_eq!((told.code, told.err.as_str()), (0, ""), "{}", told.out);
        assert!(told.out.contains(" check --config etc/tamis.yaml "), "{}", told.out);
        assert!(told.out.contains("curl -i -H 'Host: www.example.org' http://localhost:"), "{}", told.out);
        let checked = place.tamis(&["check", "--strict", "--config", "etc/tamis.yaml"]);
        assert_eq!(checked.out, "etc/tamis.yaml is in order\n");
        for file in ["tamis.yaml", "registry/site.yaml"] {
            let text = fs::read_to_string(place.path("etc").join(file)).unwrap();
            assert!(!text.contains('@') && text.lines().all(|line| line.chars().count() <= 125), "{text}");
        }
    }
}

#[test]
fn what_is_there_is_never_touched() {
    for there in ["config/tamis.yaml", "config/registry/site.yaml"] {
        let place = Place::new();
        fs::create_dir_all(place.path("config/registry")).unwrap();
        place.write(there, "mine");
        let told = place.tamis(&["init", "--yes", "--no-probe"]);
        assert_eq!((told.code, told.out.as_str()), (1, ""));
        assert!(
            told.err.contains(&format!("error: {there} is there already; name another directory")),
            "{}",
            told.err
        );
        assert!(told.err.contains("Nothing was written."));
        assert_eq!(fs::read_to_string(place.path(there)).unwrap(), "mine");
        let files = [place.path("config/tamis.yaml"), place.path("config/registry/site.yaml")];
        assert_eq!(files.iter().filter(|path| path.exists()).count(), 1);
    }
}

#[test]
fn nobody_to_ask_is_said_with_what_to_add() {
    let place = Place::new();
    let told = place.tamis(&["init", "--host", "a.example"]);
    let wanted = "error: there is no terminal to ask on: add --upstream URL --preset django|opendatasoft|none, \
                  or --yes to take what would be proposed\nNothing was written.\n";
    assert_eq!((told.code, told.err.as_str()), (2, wanted));
    assert!(!place.path("config").exists());
}

#[test]
fn who_leaves_leaves_nothing() {
    let place = Place::new();
    let mut terminal = Terminal::start(&place, &["init", "a/b/c"]);
    terminal.sees("[localhost]: ");
    terminal.types("\n");
    terminal.sees("[http://127.0.0.1:8000]: ");
    terminal.types("\u{4}");
    let (code, shown) = terminal.end();
    assert_eq!(code, 2);
    assert!(shown.contains("there is no answer\r\nNothing was written."), "{shown}");
    assert!(!place.path("a").exists());
}

#[test]
fn a_directory_that_cannot_be_written_to() {
    let place = Place::new();
    place.write("file", "");
    for directory in ["file", "file/below"] {
        let told = place.tamis(&["init", directory, "--yes", "--no-probe"]);
        assert_eq!(told.code, 1);
        assert!(told.err.contains("a part of its path is a file; name another directory"), "{}", told.err);
    }
    fs::create_dir(place.path("locked")).unwrap();
    fs::set_permissions(place.path("locked"), fs::Permissions::from_mode(0o500)).unwrap();
    // Root may write everywhere.
    if fs::write(place.path("locked/probe"), "").is_err() {
        let told = place.tamis(&["init", "locked", "--yes", "--no-probe"]);
        assert!(told.code == 1 && told.err.contains("this user may not write there"), "{}", told.err);
    }
    let told = place.tamis(&["init", "/proc/tamis", "--yes", "--no-probe"]);
    assert!(told.code == 1 && told.err.contains("can't make the directory /proc/tamis: "), "{}", told.err);
}

#[test]
fn answers_that_are_none_are_refused_at_once() {
    let place = Place::new();
    for (arguments, sentence) in [
        (["--host", "http://a.example"], "write the host alone, without scheme or path: a.example"),
        (["--host", "*"], "`*` is no host"),
        (["--upstream", "127.0.0.1:8000"], "the URL has no scheme; write http://127.0.0.1:8000"),
        (["--upstream", "http://a.example/app"], "the URL has a path; write http://a.example"),
        (["--upstream", "http://user:s3cr@t"], "the URL has user information"),
        (["--listen", "8080"], "`8080` is no address to listen on"),
        (["--preset", "wordpress"], "possible values: django, opendatasoft, none"),
    ] {
        let told = place.tamis(&[&["init", "--yes"][..], &arguments].concat());
        assert_eq!(told.code, 2, "{arguments:?}");
        assert!(told.err.contains(sentence), "{}", told.err);
    }
    assert!(!place.path("config").exists());
}

#[test]
fn a_port_that_is_taken_and_a_loop() {
    let (place, taken) = (Place::new(), TcpListener::bind("127.0.0.1:0").unwrap());
    let address = taken.local_addr().unwrap().to_string();
    let told = place.tamis(&["init", "--yes", "--listen", &address]);
    assert_eq!(told.code, 1);
    let sentence = format!(
        "tamis could not listen on {address}: something listens there already: stop it, or choose another"
    );
    assert!(told.err.contains(&sentence), "{}", told.err);
    let told = place.tamis(&["init", "--yes", "--listen", "192.0.2.1:8080"]);
    assert!(told.code == 1 && told.err.contains("it is no address of this machine"), "{}", told.err);

    let address = nobody().to_string();
    let upstream = format!("http://{address}");
    let told = place.tamis(&["init", "--yes", "--listen", &address, "--upstream", &upstream]);
    assert_eq!(told.code, 2);
    assert!(
        told.err.contains(&format!("{address} is tamis itself: it listens on {address}")),
        "{}",
        told.err
    );
    assert!(!place.path("config").exists());
}

#[test]
fn a_site_that_does_not_answer_is_said_and_no_obstacle() {
    let (place, address) = (Place::new(), nobody());
    let upstream = format!("http://{address}");
    let told = place.tamis(&["init", "a", "--yes", "--upstream", &upstream]);
    assert_eq!(told.code, 0);
    assert!(told.out.contains(&format!("{upstream} doesn't answer (nothing listens there)")), "{}", told.out);
    let told = place.tamis(&["init", "b", "--yes", "--upstream", "http://name.invalid"]);
    assert!(told.code == 0 && told.out.contains("http://name.invalid doesn't answer ("), "{}", told.out);
    let upstream = format!("http://{}", origin("Via: 1.1 tamis\r\n"));
    let told = place.tamis(&["init", "c", "--yes", "--upstream", &upstream]);
    assert!(told.code == 0 && told.out.contains("answers through a tamis already"), "{}", told.out);
    let upstream = format!("http://{}", answering("400 Bad Request", ""));
    let told = place.tamis(&["init", "e", "--yes", "--host", "a.example", "--upstream", &upstream]);
    let sentence = "answers 400 Bad Request when it is asked for a.example: does it know that name";
    assert!(told.code == 0 && told.out.contains(sentence), "{}", told.out);
    let upstream = format!("https://{}", origin(""));
    let told = place.tamis(&["init", "d", "--yes", "--upstream", &upstream, "--no-probe"]);
    assert!(told.code == 0 && !told.out.contains("answer"), "{}", told.out);
}
