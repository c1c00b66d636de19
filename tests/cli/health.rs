//! `tamis health`.

use std::io::{Read as _, Write as _};
use std::net::TcpListener;

use crate::place::{Place, configuration};

const ADMIN: &str = "admin: {address: \"127.0.0.1:0\"}\n";

#[test]
fn a_running_gateway_is_well_and_a_stopped_one_is_not() {
    let place = Place::with_site();
    place.write("tamis.yaml", configuration(0) + ADMIN);
    let mut gateway = place.start(&["run", "--config", "tamis.yaml"]);
    let line = gateway.line("admin listening");
    let address = line.split("address=").nth(1).unwrap().trim().to_owned();
    for asked in [&["health", "--admin", &address][..], &["health", "--alive", "--admin", &address]] {
        let told = place.tamis(asked);
        assert_eq!((told.code, told.err.as_str()), (0, ""), "{asked:?}");
    }
    assert_eq!(gateway.end("TERM").0, Some(0));
    let told = place.tamis(&["health", "--admin", &address]);
    assert_eq!(told.code, 1);
    assert!(told.err.contains("nobody answers at") && told.err.contains(&address), "{}", told.err);
}

#[test]
fn the_configuration_says_where_to_ask() {
    let place = Place::with_site();
    let socket = format!("admin: {{address: \"unix:{}\"}}\n", place.path("admin.sock").display());
    place.write("tamis.yaml", configuration(0) + &socket);
    let told = place.tamis(&["health", "--config", "tamis.yaml"]);
    assert_eq!(told.code, 1);
    assert!(told.err.contains("nobody answers at unix:"), "{}", told.err);
    let mut gateway = place.start(&["run", "--config", "tamis.yaml"]);
    gateway.line("admin listening");
    let told = place.tamis(&["health", "--config", "tamis.yaml"]);
    assert_eq!((told.code, told.err.as_str()), (0, ""));
    assert_eq!(gateway.end("TERM").0, Some(0));
}

#[test]
fn what_is_in_the_way_is_said() {
    let place = Place::with_site();
    for (asked, sentence) in [
        (&["health", "--config", "tamis.yaml"][..], "has no `admin`"),
        (&["health", "--config", "nowhere.yaml"], "there is no such file"),
        (&["health", "--config", "registry.yaml"], "has errors (tamis check)"),
    ] {
        let told = place.tamis(asked);
        assert_eq!(told.code, 1, "{asked:?}");
        assert!(told.err.contains(sentence), "{asked:?}: {}", told.err);
    }
}

/// A stranger on the port: its first answer is given to the first who asks, and so on.
#[test]
fn another_answer_is_no_health() {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = listener.local_addr().unwrap().to_string();
    let answers =
        ["HTTP/1.1 503 Service Unavailable\r\n\r\n{\"phase\": \"draining\"}", "SSH-2.0-OpenSSH_9.2\r\n", ""];
    let stranger = std::thread::spawn(move || {
        for answer in answers {
            let (mut stream, _) = listener.accept().unwrap();
            let mut asked = [0; 1024];
            let length = stream.read(&mut asked).unwrap();
            assert!(asked[..length].starts_with(b"GET /readyz HTTP/1.0\r\n"));
            stream.write_all(answer.as_bytes()).unwrap();
        }
    });
    let place = Place::new();
    for sentence in ["/readyz answers 503: {\"phase\": \"draining\"}", "is no HTTP", "is no HTTP"] {
        let told = place.tamis(&["health", "--admin", &address]);
        assert_eq!(told.code, 1);
        assert!(told.err.contains(sentence), "{}", told.err);
    }
    stranger.join().unwrap();
}

#[test]
fn what_is_no_address_is_a_wrong_argument() {
    let place = Place::with_site();
    for asked in [
        &["health", "--admin"][..],
        &["reload", "--admin"],
        &["observed", "--admin"],
        &["check", "--against"],
    ] {
        let told = place.tamis(&[asked, &["foo"]].concat());
        assert_eq!(told.code, 2, "{asked:?}: {}", told.err);
        assert!(told.err.contains("unix:PATH") && !told.err.contains("to listen on"), "{}", told.err);
    }
}
