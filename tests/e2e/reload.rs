//! Another configuration while the gateway runs: at once for what begins, never for what has begun.

use std::fs;

use crate::kit::{Authority, Certificate, Folder, Gate, Origin, Setup, answering, origin, page};

/// A registry in which this cookie alone is declared, and exempt.
fn declaring(name: &str) -> String {
    format!(
        "version: '1'\ncookies:\n  - {{names: {name}, provider: Us, purposes: Work, category: necessary, exemption: Asked for}}\n"
    )
}

fn setup(origin: &Origin, declared: &str) -> Setup {
    Setup::new(origin).registry(&declaring(declared))
}

#[test]
fn what_begins_is_judged_anew_and_what_has_begun_as_before() {
    let (asked, go) = (Gate::default(), Gate::default());
    let origin = {
        let (asked, go) = (asked.clone(), go.clone());
        origin(move |visit| {
            while let Some(request) = visit.request() {
                if request.start().starts_with("GET /slow") {
                    asked.open();
                    go.wait();
                }
                visit.send(&page(&["Set-Cookie: one=1", "Set-Cookie: two=2"]));
            }
        })
    };
    let gateway = setup(&origin, "one").workers(2).start();
    let mut kept = gateway.agent();
    let mut slow = gateway.agent();
    assert_eq!(kept.get(&[]).values("set-cookie"), ["one=1"]);
    slow.ask("GET /slow", &[]);
    asked.wait();
    let applied = gateway.reload(&setup(&origin, "two").workers(2)).unwrap();
    assert_eq!((applied.generation, applied.restart), (2, vec![]));
    // Every worker has it when the reload is over, on connections old and new.
    assert_eq!(kept.get(&["Cookie: one=1; two=2"]).values("set-cookie"), ["two=2"]);
    for _ in 0..8 {
        assert_eq!(gateway.agent().get(&[]).values("set-cookie"), ["two=2"]);
    }
    go.open();
    assert_eq!(slow.answer().values("set-cookie"), ["one=1"]);
    assert_eq!(slow.get(&[]).values("set-cookie"), ["two=2"]);
}

#[test]
fn connections_to_the_same_origin_server_go_on_and_those_to_another_end() {
    let (ours, other) = (answering(&page(&["X-Whose: ours"])), answering(&page(&["X-Whose: other"])));
    let gateway = setup(&ours, "one").start();
    for _ in 0..3 {
        assert_eq!(gateway.agent().get(&[]).value("x-whose"), "ours");
        gateway.reload(&setup(&ours, "one")).unwrap();
    }
    assert_eq!((ours.connections(), gateway.count(|c| c.upstream_reuses.value())), (1, 2));
    gateway.reload(&setup(&other, "one")).unwrap();
    assert_eq!(gateway.agent().get(&[]).value("x-whose"), "other");
    gateway.reload(&setup(&ours, "one")).unwrap();
    assert_eq!(gateway.agent().get(&[]).value("x-whose"), "ours");
    assert_eq!((ours.connections(), other.connections()), (2, 1));
}

#[test]
fn the_idle_connection_of_an_origin_server_that_is_gone_is_closed_at_once() {
    let closed = Gate::default();
    let gone = {
        let closed = closed.clone();
        origin(move |visit| {
            while visit.request().is_some() {
                visit.send(&page(&[]));
            }
            closed.open();
        })
    };
    let gateway = setup(&gone, "one").start();
    assert_eq!(gateway.agent().get(&[]).status(), 200);
    gateway.reload(&Setup::new(&answering(&page(&[])))).unwrap();
    closed.wait();
}

#[test]
fn limits_are_those_of_the_configuration_that_a_connection_began_with() {
    let origin = answering(&page(&[]));
    let gateway = setup(&origin, "one").start();
    let long = format!("X-Long: {}", "x".repeat(20_000));
    let mut before = gateway.agent();
    assert_eq!(before.get(&[&long]).status(), 200);
    gateway.reload(&setup(&origin, "one").top("limits: {head: 8KiB}")).unwrap();
    assert_eq!(gateway.agent().get(&[&long]).status(), 431);
    assert_eq!(before.get(&[&long]).status(), 200);
}

#[test]
fn what_waits_for_a_restart_is_named_and_the_rest_applies() {
    let origin = answering(&page(&["Set-Cookie: two=2"]));
    let gateway = setup(&origin, "one").start();
    let next = setup(&origin, "two")
        .workers(2)
        .top("listeners: [{address: \"127.0.0.1:0\"}, {address: \"127.0.0.2:0\"}]")
        .top("log: {format: json}");
    let applied = gateway.reload(&next).unwrap();
    assert_eq!(applied.restart, ["listeners", "workers", "log.format"]);
    assert_eq!(gateway.agent().get(&[]).values("set-cookie"), ["two=2"]);
    // Compared with what runs, not with what was asked for last.
    assert_eq!(gateway.reload(&next).unwrap().restart, ["listeners", "workers", "log.format"]);
    assert_eq!(gateway.reload(&setup(&origin, "two")).unwrap().restart, [""; 0]);
}

/// The files of a certificate, whose content changes.
struct Files(Folder);

impl Files {
    fn new(certificate: &Certificate) -> Self {
        let files = Self(Folder::new());
        files.put(certificate);
        files
    }

    fn put(&self, certificate: &Certificate) {
        fs::write(self.0.at("cert.pem"), &certificate.certificate).unwrap();
        fs::write(self.0.at("key.pem"), &certificate.key).unwrap();
    }

    fn setup(&self, origin: &Origin) -> Setup {
        let at = |name: &str| self.0.at(name).display().to_string();
        let tls = format!("{{certificate: {}, key: {}}}", at("cert.pem"), at("key.pem"));
        Setup::new(origin).top(&format!("listeners: [{{address: \"127.0.0.1:0\", tls: {tls}}}]"))
    }
}

#[test]
fn a_new_certificate_is_shown_to_those_who_come_and_old_connections_live_on() {
    let (old, new) = (Authority::new(), Authority::new());
    let origin = answering(&page(&[]));
    let files = Files::new(&old.issue("x.test"));
    let gateway = files.setup(&origin).start();
    let handshake = |by: &Authority| by.handshake(gateway.address(), "x.test", true, &[]);
    let mut kept = gateway.tls_agent(&old);
    assert_eq!(kept.get(&[]).status(), 200);
    files.put(&new.issue("x.test"));
    gateway.reload(&files.setup(&origin)).unwrap();
    handshake(&new).unwrap();
    handshake(&old).unwrap_err();
    assert_eq!(kept.get(&[]).status(), 200);
}

#[test]
fn where_certificates_stay_tickets_stay_good() {
    let authority = Authority::new();
    let origin = answering(&page(&[]));
    let files = Files::new(&authority.issue("x.test"));
    let gateway = files.setup(&origin).start();
    let browser = authority.browser();
    let visit = || browser.visit(gateway.address());
    assert_eq!((visit(), visit()), (false, true));
    gateway.reload(&files.setup(&origin).registry(&declaring("one"))).unwrap();
    assert!(visit());
    files.put(&authority.issue("x.test"));
    gateway.reload(&files.setup(&origin)).unwrap();
    assert_eq!((visit(), visit()), (false, true));
}

#[test]
fn a_certificate_that_cannot_be_used_changes_nothing_at_all() {
    let authority = Authority::new();
    let origin = answering(&page(&["Set-Cookie: one=1", "Set-Cookie: sessionid=1"]));
    let files = Files::new(&authority.issue("x.test"));
    let gateway = files.setup(&origin).start();
    let broken = || files.setup(&origin).registry(&declaring("one"));
    // The key of another certificate.
    fs::write(files.0.at("key.pem"), authority.issue("x.test").key).unwrap();
    let told = gateway.reload(&broken()).unwrap_err();
    assert!(told.contains("key.pem does not fit the certificate"), "{told}");
    fs::remove_file(files.0.at("cert.pem")).unwrap();
    let told = gateway.reload(&broken()).unwrap_err();
    assert!(told.contains("can't read the certificate from"), "{told}");
    let mut agent = gateway.tls_agent(&authority);
    assert_eq!(agent.get(&[]).values("set-cookie"), ["sessionid=1"]);
    files.put(&authority.issue("x.test"));
    assert_eq!(gateway.reload(&broken()).unwrap().generation, 2);
    assert_eq!(agent.get(&[]).values("set-cookie"), ["one=1"]);
}

#[test]
fn a_download_and_a_websocket_live_through_reloads() {
    const PIECES: usize = 20;
    let gates: Vec<Gate> = (0..PIECES).map(|_| Gate::default()).collect();
    let origin = {
        let gates = gates.clone();
        origin(move |visit| {
            let Some(request) = visit.request() else { return };
            if request.start().starts_with("GET /socket") {
                visit.send(
                    "HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\r\n",
                );
                loop {
                    let octets = visit.wire.some();
                    if octets.is_empty() || visit.wire.try_send(&octets).is_err() {
                        return;
                    }
                }
            }
            visit.send(&format!("HTTP/1.1 200 OK\r\nContent-Length: {PIECES}\r\n\r\n"));
            for gate in &gates {
                gate.wait();
                visit.send("x");
            }
        })
    };
    let elsewhere = answering(&page(&[]));
    let gateway = Setup::new(&origin).start();
    let (mut download, mut socket) = (gateway.agent(), gateway.agent());
    socket.ask(
        "GET /socket",
        &["Connection: Upgrade", "Upgrade: websocket", "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ=="],
    );
    assert_eq!(socket.head().status(), 101);
    download.ask("GET /download", &[]);
    assert_eq!(download.head().status(), 200);
    for (index, gate) in gates.iter().enumerate() {
        gateway.reload(&Setup::new(if index % 2 == 0 { &elsewhere } else { &origin })).unwrap();
        gate.open();
        assert_eq!(download.wire.take(1), b"x");
        socket.send("hello");
        assert_eq!(socket.wire.take(5), b"hello");
    }
    gateway.reload(&Setup::new(&elsewhere)).unwrap();
    assert_eq!(download.get(&[]).status(), 200, "the connection is good for the next request");
}
