//! What whoever starts the gateway hands to it and is told by it: sockets that are open already, signs of life.

use std::io::Write as _;
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::os::unix::net::{UnixDatagram, UnixListener, UnixStream};
use std::time::Duration;

use crate::place::{Place, configuration, head};

const RUN: [&str; 3] = ["run", "--config", "tamis.yaml"];

/// A listening socket as systemd would have opened it, and a place whose configuration has its address.
fn opened() -> (Place, TcpListener, SocketAddr) {
    let place = Place::with_site();
    let socket = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = socket.local_addr().unwrap();
    place.write("tamis.yaml", configuration(address.port()));
    (place, socket, address)
}

fn ask(address: SocketAddr) -> TcpStream {
    let mut agent = TcpStream::connect(address).unwrap();
    agent.set_read_timeout(Some(Duration::from_secs(30))).unwrap();
    agent.write_all(b"GET / HTTP/1.1\r\nHost: a.example\r\nConnection: close\r\n\r\n").unwrap();
    agent
}

fn answered(mut agent: TcpStream) {
    assert!(head(&mut agent).starts_with("HTTP/1.1 503 "), "the origin server isn't there, the gateway is");
}

#[test]
fn one_gateway_takes_over_from_another_and_nobody_is_refused() {
    let (place, socket, address) = opened();
    let mut first = place.start_with_socket(&RUN, socket.try_clone().unwrap());
    assert!(first.line("listening").contains(&address.to_string()));
    (0..20).map(|_| ask(address)).collect::<Vec<_>>().into_iter().for_each(answered);
    assert_eq!(first.end("TERM").0, Some(0));
    // Nobody accepts now; the socket is open, so that user agents wait.
    let waiting: Vec<TcpStream> = (0..20).map(|_| ask(address)).collect();
    let mut second = place.start_with_socket(&RUN, socket);
    second.line("listening");
    waiting.into_iter().for_each(answered);
    assert_eq!(second.end("TERM").0, Some(0));
    assert!(TcpStream::connect(address).is_err(), "with the last that holds it the socket is gone");
}

#[test]
fn a_socket_that_nobody_would_answer_on_is_a_fault() {
    let (place, _, _) = opened();
    let other = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = other.local_addr().unwrap();
    let (code, told) = place.end_with_socket(&RUN, other);
    assert_eq!(code, 3, "{told}");
    assert!(told.contains(&format!("nobody would answer on {address}, which was inherited")), "{told}");
}

#[test]
fn a_connection_is_no_listening_socket() {
    let (place, socket, address) = opened();
    let (code, told) = place.end_with_socket(&RUN, TcpStream::connect(address).unwrap());
    assert_eq!(code, 3);
    assert!(told.contains("Accept=no"), "{told}");
    drop(socket);
}

#[test]
fn sockets_for_another_process_are_left_alone() {
    let place = Place::with_site();
    let mut gateway = place.start_in(&RUN, &[("LISTEN_PID", "1"), ("LISTEN_FDS", "1")]);
    gateway.line("listening");
    assert_eq!(gateway.end("TERM").0, Some(0));
}

#[test]
fn the_operator_s_socket_may_be_inherited_too() {
    let place = Place::with_site();
    let path = place.path("admin.sock");
    let socket = UnixListener::bind(&path).unwrap();
    let admin = format!("admin: {{address: \"unix:{}\"}}\n", path.display());
    place.write("tamis.yaml", admin + &configuration(0));
    let mut gateway = place.start_with_socket(&RUN, socket);
    gateway.line("admin listening");
    let mut operator = UnixStream::connect(&path).unwrap();
    operator.write_all(b"GET /healthz HTTP/1.1\r\nHost: admin\r\nConnection: close\r\n\r\n").unwrap();
    let mut answer = String::new();
    std::io::Read::read_to_string(&mut operator, &mut answer).unwrap();
    assert!(answer.starts_with("HTTP/1.1 200 "), "{answer}");
    assert_eq!(gateway.end("TERM").0, Some(0));
    assert!(path.exists(), "whoever made it removes it");
}

#[test]
fn the_service_manager_is_told() {
    let place = Place::with_site();
    let path = place.path("notify.sock");
    let manager = UnixDatagram::bind(&path).unwrap();
    manager.set_read_timeout(Some(Duration::from_secs(30))).unwrap();
    let told = || {
        let mut octets = [0; 512];
        let count = manager.recv(&mut octets).unwrap();
        String::from_utf8(octets[..count].to_vec()).unwrap()
    };
    // Whatever comes between the signs of life.
    let news = || std::iter::repeat_with(told).find(|text| !text.starts_with("WATCHDOG=1")).unwrap();
    let variables = [("NOTIFY_SOCKET", path.to_str().unwrap()), ("WATCHDOG_USEC", "400000")];
    let mut gateway = place.start_in(&RUN, &variables);
    gateway.line("listening");
    assert_eq!(news().trim_end(), "READY=1");
    assert_eq!(told().trim_end(), "WATCHDOG=1", "both workers are alive");
    gateway.signal("HUP");
    let reloading = news();
    assert!(reloading.starts_with("RELOADING=1\nMONOTONIC_USEC="), "{reloading}");
    assert_eq!(news().trim_end(), "READY=1");
    gateway.signal("TERM");
    assert_eq!(news().trim_end(), "STOPPING=1");
    assert_eq!(gateway.wait().0, Some(0));
}
