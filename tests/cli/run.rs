//! `tamis run`.

use std::io::{Read as _, Write as _};
use std::net::{TcpListener, TcpStream};

use crate::place::{Place, configuration};

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
fn a_taken_port_is_code_3_and_said() {
    let place = Place::with_site();
    let taken = TcpListener::bind("127.0.0.1:0").unwrap();
    let port = taken.local_addr().unwrap().port();
    place.write("tamis.yaml", configuration(port));
    let told = place.tamis(&["run", "--config", "tamis.yaml"]);
    assert_eq!(told.code, 3);
    let sentence = format!("error: can't listen on 127.0.0.1:{port}: ");
    assert!(told.err.contains(&sentence) && told.err.contains("choose another port"), "{}", told.err);
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
