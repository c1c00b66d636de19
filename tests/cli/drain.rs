//! SIGTERM while exchanges go on: what may finish does, what can't is cut at the limit, and nobody new is let in.

use std::io::{ErrorKind, Read as _, Write as _};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::time::{Duration, Instant};

use http::Request;

use crate::place::{Place, Running, head};

/// How long anything may take that must come; it passes only in a test that fails.
const PATIENCE: Duration = Duration::from_secs(30);

/// A gateway before an origin server that the test plays itself.
struct Stage {
    _place: Place,
    gateway: Running,
    address: SocketAddr,
    admin: SocketAddr,
    origin: TcpListener,
}

impl Stage {
    fn new(workers: usize, drain: &str, listener: &str) -> Self {
        let place = Place::with_site();
        let origin = TcpListener::bind("127.0.0.1:0").unwrap();
        let upstream = origin.local_addr().unwrap();
        place.write(
            "tamis.yaml",
            format!(
                "listeners: [{{address: \"127.0.0.1:0\"{listener}}}]\nworkers: {workers}\nrecords: off\ntimes: {{drain: {drain}}}\nadmin: {{address: \"127.0.0.1:0\"}}\n\
                 sites: [{{hosts: [a.example], registry: registry.yaml, upstream: \"http://{upstream}\"}}]\n"
            ),
        );
        let mut gateway = place.start(&["run", "--config", "tamis.yaml"]);
        let address =
            |line: String| -> SocketAddr { line.split("address=").nth(1).unwrap().trim().parse().unwrap() };
        let (agents, admin) = (gateway.line("listening"), gateway.line("admin listening"));
        let (admin, address) = (address(admin), address(agents));
        Self { _place: place, gateway, address, admin, origin }
    }

    /// A user agent that has asked for something, and the origin server's connection on which it came.
    fn asked(&self, target: &str, fields: &str) -> (TcpStream, TcpStream) {
        let agent = self.ask(target, fields);
        let (mut server, _) = self.origin.accept().unwrap();
        server.set_read_timeout(Some(PATIENCE)).unwrap();
        assert!(head(&mut server).starts_with(&format!("GET {target} ")));
        (agent, server)
    }

    fn ask(&self, target: &str, fields: &str) -> TcpStream {
        let mut agent = TcpStream::connect(self.address).unwrap();
        agent.set_read_timeout(Some(PATIENCE)).unwrap();
        agent
            .write_all(format!("GET {target} HTTP/1.1\r\nHost: a.example\r\n{fields}\r\n").as_bytes())
            .unwrap();
        agent
    }

    /// As the operator reads them.
    fn metrics(&self) -> String {
        let mut operator = TcpStream::connect(self.admin).unwrap();
        operator.set_read_timeout(Some(PATIENCE)).unwrap();
        operator.write_all(b"GET /metrics HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n").unwrap();
        rest(&mut operator)
    }

    /// Asks the gateway to end; returns when it has begun to, and lets nobody in any more.
    fn terminate(&mut self) {
        self.gateway.signal("TERM");
        self.gateway.line("stopping");
        let begun = Instant::now();
        // A connection may still be made until the last worker has closed its socket; it is served then.
        let refused = |fault: std::io::Error| fault.kind() == ErrorKind::ConnectionRefused;
        while !TcpStream::connect(self.address).is_err_and(refused) {
            assert!(begun.elapsed() < PATIENCE, "connections are still let in");
        }
    }
}

/// Everything until the connection ends, in whatever way.
fn rest(stream: &mut TcpStream) -> String {
    let mut all = Vec::new();
    let mut octets = [0; 4096];
    loop {
        match stream.read(&mut octets) {
            Ok(0) => break,
            Ok(count) => all.extend_from_slice(&octets[..count]),
            Err(fault) if fault.kind() == ErrorKind::Interrupted => {}
            Err(fault) => {
                assert_eq!(fault.kind(), ErrorKind::ConnectionReset, "{fault}");
                break;
            }
        }
    }
    String::from_utf8(all).unwrap()
}

fn some(stream: &mut TcpStream, expected: &str) {
    let mut octets = vec![0; expected.len()];
    stream.read_exact(&mut octets).unwrap();
    assert_eq!(String::from_utf8(octets).unwrap(), expected);
}

#[test]
fn a_download_finishes_and_what_never_ends_is_cut_at_the_limit() {
    let mut stage = Stage::new(2, "2s", "");
    let (mut download, mut file) = stage.asked("/download", "");
    file.write_all(b"HTTP/1.1 200 OK\r\nContent-Length: 8\r\n\r\nhalf").unwrap();
    head(&mut download);
    some(&mut download, "half");
    let (mut stream, mut events) = stage.asked("/events", "");
    let event = |events: &mut TcpStream| events.write_all(b"9\r\ndata: 1\n\n\r\n").unwrap();
    events
        .write_all(
            b"HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\nTransfer-Encoding: chunked\r\n\r\n",
        )
        .unwrap();
    event(&mut events);
    head(&mut stream);
    some(&mut stream, "9\r\ndata: 1\n\n\r\n");
    let upgrade = "Connection: Upgrade\r\nUpgrade: websocket\r\n";
    let (mut socket, mut other) = stage.asked("/socket", &format!("{upgrade}Sec-WebSocket-Key: a\r\n"));
    other.write_all(format!("HTTP/1.1 101 Switching Protocols\r\n{upgrade}\r\n").as_bytes()).unwrap();
    assert!(head(&mut socket).starts_with("HTTP/1.1 101 "));

    stage.terminate();
    // All of them go on meanwhile, both ways.
    event(&mut events);
    some(&mut stream, "9\r\ndata: 1\n\n\r\n");
    socket.write_all(b"ping").unwrap();
    some(&mut other, "ping");
    other.write_all(b"pong").unwrap();
    some(&mut socket, "pong");
    file.write_all(b"done").unwrap();
    assert_eq!(rest(&mut download), "done", "and the connection is not kept");
    // The end of these two is in sight: neither a last chunk nor a close frame (RFC 6455 7.1.5: 1006).
    assert_eq!((rest(&mut stream).as_str(), rest(&mut socket).as_str()), ("", ""));
    let (code, log) = stage.gateway.wait();
    assert_eq!(code, Some(0), "{log}");
    assert!(log.contains("connections that were still open were cut"), "{log}");
    let line = |path: &str| log.lines().find(|line| line.contains(path)).unwrap_or_default();
    for path in ["/events", "/socket"] {
        assert!(line(path).contains("error=\"aborted\""), "{log}");
    }
}

#[test]
fn kept_connections_are_closed_and_answers_on_their_way_say_so() {
    let mut stage = Stage::new(1, "20s", "");
    let (mut late, mut server) = stage.asked("/late", "");
    let (mut idle, mut other) = stage.asked("/idle", "");
    other.write_all(b"HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n").unwrap();
    assert!(!head(&mut idle).contains("connection: close"));
    stage.terminate();
    // The one that came later has heard of the end, so the other one has as well.
    assert_eq!(rest(&mut idle), "");
    server.write_all(b"HTTP/1.1 200 OK\r\nContent-Length: 4\r\n\r\npage").unwrap();
    let answer = head(&mut late);
    assert!(answer.starts_with("HTTP/1.1 200 ") && answer.contains("connection: close\r\n"), "{answer}");
    assert_eq!(rest(&mut late), "page");
    let (code, log) = stage.gateway.wait();
    assert!(code == Some(0) && !log.contains("were cut"), "{log}");
}

#[test]
fn http_2_is_told_to_go_away_and_its_streams_finish() {
    let mut stage = Stage::new(2, "20s", ", h2c: true");
    let address = stage.address;
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    let request = || Request::get("http://a.example/stream").body(()).unwrap();
    let (mut sender, answer, connection) = runtime.block_on(async {
        let stream = tokio::net::TcpStream::connect(address).await.unwrap();
        let (sender, connection) = h2::client::handshake(stream).await.unwrap();
        let connection = tokio::spawn(connection);
        let mut sender = sender.ready().await.unwrap();
        let (answer, _) = sender.send_request(request(), true).unwrap();
        // The head is on its way once somebody runs the connection; the accept below waits for it.
        tokio::task::yield_now().await;
        (sender, answer, connection)
    });
    let origin = stage.origin.try_clone().unwrap();
    let accepting = std::thread::spawn(move || {
        let (mut server, _) = origin.accept().unwrap();
        head(&mut server);
        server
    });
    let mut server =
        runtime.block_on(async { tokio::task::spawn_blocking(|| accepting.join().unwrap()).await }).unwrap();
    stage.terminate();
    server.write_all(b"HTTP/1.1 200 OK\r\nContent-Length: 4\r\n\r\npage").unwrap();
    runtime.block_on(async {
        let answer = answer.await.unwrap();
        assert_eq!(answer.status(), 200);
        assert_eq!(answer.into_body().data().await.unwrap().unwrap(), "page");
        connection.await.unwrap().expect("GOAWAY without an error");
        assert!(std::future::poll_fn(|cx| sender.poll_ready(cx)).await.is_err(), "no further request");
    });
    assert_eq!(stage.gateway.wait().0, Some(0));
}

#[test]
fn whoever_waits_to_be_accepted_is_answered() {
    let stage = Stage::new(2, "20s", "");
    drop(stage.origin);
    // The kernel makes connections for a process that stands still. It wakes to the end that was asked for.
    stage.gateway.signal("STOP");
    let request = b"GET / HTTP/1.1\r\nHost: a.example\r\n\r\n";
    let mut agents: Vec<TcpStream> = (0..50).map(|_| TcpStream::connect(stage.address).unwrap()).collect();
    agents.iter_mut().for_each(|agent| agent.write_all(request).unwrap());
    stage.gateway.signal("TERM");
    stage.gateway.signal("CONT");
    for agent in &mut agents {
        agent.set_read_timeout(Some(PATIENCE)).unwrap();
        assert!(head(agent).starts_with("HTTP/1.1 503 "), "the origin server isn't there, the gateway is");
    }
    assert_eq!(stage.gateway.wait().0, Some(0));
}

#[test]
fn a_parked_connection_on_which_a_request_waits_is_answered() {
    let stage = Stage::new(1, "20s", "");
    let (mut agent, mut server) = stage.asked("/", "");
    server.write_all(b"HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n").unwrap();
    head(&mut agent);
    let mut quiet = stage.ask("/", "");
    head(&mut server);
    server.write_all(b"HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n").unwrap();
    head(&mut quiet);
    let begun = Instant::now();
    while !stage.metrics().contains("\ntamis_connections_parked 2\n") {
        assert!(begun.elapsed() < PATIENCE, "{}", stage.metrics());
    }
    drop((server, stage.origin));
    // It wakes to both at once.
    stage.gateway.signal("STOP");
    agent.write_all(b"GET / HTTP/1.1\r\nHost: a.example\r\n\r\n").unwrap();
    stage.gateway.signal("TERM");
    stage.gateway.signal("CONT");
    let answer = rest(&mut agent);
    assert!(answer.starts_with("HTTP/1.1 503 "), "the origin server isn't there, the gateway is: {answer}");
    assert_eq!(rest(&mut quiet), "");
    assert_eq!(stage.gateway.wait().0, Some(0));
}
