//! Connections that lie idle are reduced to their sockets, and nobody who speaks on one can tell.

use std::time::Instant;

use crate::kit::{
    Agent, Authority, Certificate, Gateway, Origin, PATIENCE, Setup, answering, gateway, page, registry,
};

const REQUEST: &str = "GET / HTTP/1.1\r\nHost: x.test\r\n\r\n";

/// Waits until so many connections are parked.
fn until(gateway: &Gateway, parked: u64) {
    let begun = Instant::now();
    while gateway.count(|c| c.parked.value()) != parked {
        assert!(begun.elapsed() < PATIENCE, "{} are parked", gateway.count(|c| c.parked.value()));
        std::thread::yield_now();
    }
}

/// Waits for as long as it takes to be parked, after all that was said before: another connection is, which stays open.
fn a_while(gateway: &Gateway, mut other: Agent, parked: u64) -> Agent {
    assert_eq!(other.get(&[]).status(), 200);
    until(gateway, parked);
    other
}

fn over_tls(origin: &Origin, certificate: &Certificate) -> Gateway {
    let tls = certificate.listener();
    Setup::new(origin).top(&format!("listeners: [{{address: \"127.0.0.1:0\", tls: {tls}}}]")).start()
}

#[test]
fn an_idle_connection_is_parked_and_carries_on() {
    let origin = answering(&page(&["Set-Cookie: sessionid=1"]));
    let gateway = gateway(&origin);
    let mut agent = gateway.agent();
    for _ in 0..2 {
        assert_eq!(agent.get(&[]).status(), 200);
        until(&gateway, 1);
        assert_eq!(agent.post(&[], "some content").values("set-cookie"), ["sessionid=1"]);
        until(&gateway, 1);
    }
    assert_eq!(gateway.count(|c| c.open.value("http/1.1")), 1, "it is open all the same");
    assert!(gateway.metrics().contains("\ntamis_connections_parked 1\n"));
    assert_eq!(agent.get(&[]).status(), 200);
    assert_eq!(gateway.count(|c| c.parked.value()), 0);
    drop(agent);
    let counts = gateway.stop().1;
    assert_eq!(counts.sum(|c| c.parked.value() + c.open.total() + c.connection_faults.total()), 0);
}

#[test]
fn its_user_agent_may_close_it_or_ask_and_say_no_more() {
    let origin = answering(&page(&[]));
    let gateway = gateway(&origin);
    let mut agent = gateway.agent();
    assert_eq!(agent.get(&[]).status(), 200);
    until(&gateway, 1);
    agent.wire.finish();
    assert!(agent.is_closed());
    until(&gateway, 0);
    let mut agent = gateway.agent();
    assert_eq!(agent.get(&[]).status(), 200);
    until(&gateway, 1);
    agent.send(REQUEST);
    agent.wire.finish();
    assert_eq!(agent.answer().text(), "page");
    assert!(agent.is_closed());
    let reset = gateway.agent();
    let reset = a_while(&gateway, reset, 1);
    reset.wire.reset();
    until(&gateway, 0);
}

#[test]
fn what_was_read_of_the_next_request_is_kept() {
    let origin = answering(&page(&[]));
    let gateway = gateway(&origin);
    let mut agent = gateway.agent();
    // With the end of one: two, and half of a third.
    agent.send(&format!("{REQUEST}{REQUEST}{}", &REQUEST[..20]));
    assert_eq!((agent.answer().status(), agent.answer().status()), (200, 200));
    let _other = a_while(&gateway, gateway.agent(), 1);
    agent.send(&REQUEST[20..]);
    assert_eq!(agent.answer().status(), 200);
    until(&gateway, 2);
    // By itself, while it is parked.
    agent.send(&REQUEST[..30]);
    until(&gateway, 1);
    let _another = a_while(&gateway, gateway.agent(), 2);
    agent.send(&REQUEST[30..]);
    assert_eq!(agent.answer().status(), 200);
    until(&gateway, 3);
}

#[test]
fn over_tls_it_is_the_same_session() {
    let authority = Authority::new();
    let origin = answering(&page(&[]));
    let gateway = over_tls(&origin, &authority.issue("x.test"));
    for version in [&rustls::version::TLS12, &rustls::version::TLS13] {
        let mut agent = authority.agent_of(gateway.address(), &[version]);
        for _ in 0..2 {
            assert_eq!(agent.get(&[]).status(), 200);
            until(&gateway, 1);
        }
        // Half a record, and much later the other half: what was taken of it is not lost.
        let record = agent.wire.sealed(REQUEST);
        agent.wire.send_raw(&record[..record.len() / 2]);
        let other = authority.agent_of(gateway.address(), &[version]);
        let other = a_while(&gateway, other, 2);
        agent.wire.send_raw(&record[record.len() / 2..]);
        assert_eq!(agent.answer().status(), 200);
        until(&gateway, 2);
        agent.wire.finish();
        assert!(agent.is_closed());
        drop(other);
        until(&gateway, 0);
    }
    assert_eq!(gateway.stop().1.sum(|c| c.connection_faults.total()), 0);
}

#[test]
fn keys_may_be_changed_meanwhile() {
    let authority = Authority::new();
    let origin = answering(&page(&[]));
    let gateway = over_tls(&origin, &authority.issue("x.test"));
    let mut agent = authority.agent_of(gateway.address(), &[&rustls::version::TLS13]);
    for _ in 0..3 {
        assert_eq!(agent.get(&[]).status(), 200);
        until(&gateway, 1);
        agent.wire.change_keys();
        let other = gateway.tls_agent(&authority);
        let other = a_while(&gateway, other, 2);
        drop(other);
        until(&gateway, 1);
    }
    assert_eq!(agent.get(&[]).status(), 200);
}

#[test]
fn it_ends_at_once_when_the_gateway_does() {
    let origin = answering(&page(&[]));
    let authority = Authority::new();
    let (plain, secure) = (gateway(&origin), over_tls(&origin, &authority.issue("x.test")));
    for (gateway, secure) in [(plain, false), (secure, true)] {
        let mut agents: Vec<Agent> = Vec::new();
        for parked in 1..4 {
            let agent = if secure { gateway.tls_agent(&authority) } else { gateway.agent() };
            agents.push(a_while(&gateway, agent, parked));
        }
        assert_eq!(gateway.stop().0, tamis::server::Drained::Clean);
        assert!(agents.iter_mut().all(Agent::is_closed));
    }
}

#[test]
fn it_ends_when_it_has_been_idle_for_too_long() {
    let origin = answering(&page(&[]));
    let gateway = Setup::new(&origin).top("times: {idle: 4s}").start();
    let mut agent = gateway.agent();
    assert_eq!(agent.get(&[]).status(), 200);
    until(&gateway, 1);
    assert!(agent.is_closed());
    assert_eq!(gateway.stop().1.sum(|c| c.connection_faults.value("idle-timeout")), 1);
}

#[test]
fn a_reload_is_heard_when_it_wakes() {
    let origin = answering(&page(&["Set-Cookie: _fbp=1", "Set-Cookie: sessionid=1"]));
    let (before, after) = (Setup::new(&origin), Setup::new(&origin));
    let gateway = before.start();
    let mut agent = gateway.agent();
    assert_eq!(agent.get(&[]).values("set-cookie"), ["sessionid=1"]);
    until(&gateway, 1);
    let exempt = registry().replace(
        "[_fbp], provider: Meta, purposes: Advertises., category: third-party",
        "[_fbp], provider: Portal, purposes: To work., category: necessary, exemption: Asked for.",
    );
    assert_ne!(exempt, registry());
    gateway.reload(&after.registry(&exempt)).unwrap();
    assert_eq!(gateway.count(|c| c.parked.value()), 1, "a reload wakes nobody");
    assert_eq!(agent.get(&[]).values("set-cookie"), ["_fbp=1", "sessionid=1"]);
}

#[test]
fn its_peer_is_the_one_that_was_introduced() {
    let origin = answering(&page(&[]));
    let listener = "listeners: [{address: \"127.0.0.1:0\", proxy_protocol: {from: [127.0.0.0/8]}}]";
    let gateway = Setup::new(&origin).top(listener).start();
    let mut agent = gateway.agent();
    agent.send("PROXY TCP4 192.0.2.7 198.51.100.1 56324 443\r\n");
    for _ in 0..2 {
        assert_eq!(agent.get(&[]).status(), 200);
        assert_eq!(origin.heard().value("x-forwarded-for"), "192.0.2.7");
        until(&gateway, 1);
    }
}
