//! What flows: as it comes, and no more of it than the slower side takes.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use crate::kit::{Gate, Setup, Visit, Wire, answering, gateway, origin, page};

/// Larger than all buffers of the system between two connections on this machine, and of the gateway.
const LARGE: usize = 64 << 20;
/// More than those buffers hold: what is written beyond it has been held by the gateway.
const BUFFERS: usize = 24 << 20;
/// How long a write has to stand still to be called stuck.
const STUCK: Duration = Duration::from_millis(200);

/// The octet at a place of the large content.
fn octet(at: usize) -> u8 {
    u8::try_from((at ^ (at >> 8) ^ (at >> 16)) & 0xff).unwrap()
}

/// Writes the large content from a place on until its end, or until nobody has taken anything for a while.
fn write_until_stuck(wire: &mut Wire, from: usize) -> usize {
    wire.write_limit(STUCK);
    let mut written = from;
    while written < LARGE {
        let block: Vec<u8> = (written..LARGE.min(written + 65536)).map(octet).collect();
        match wire.write(&block) {
            Ok(count) => written += count,
            Err(_) => break,
        }
    }
    wire.write_limit(crate::kit::PATIENCE);
    written
}

fn write_on(wire: &mut Wire, from: usize) {
    let mut from = from;
    while from < LARGE {
        let block: Vec<u8> = (from..LARGE.min(from + 65536)).map(octet).collect();
        wire.try_send(&block).unwrap();
        from += block.len();
    }
}

/// Reads the large content to its end, and whether it is that.
fn is_large(wire: &mut Wire) -> bool {
    let mut at = 0;
    while at < LARGE {
        let some = wire.some();
        if some.is_empty() || some.iter().enumerate().any(|(index, found)| *found != octet(at + index)) {
            return false;
        }
        at += some.len();
    }
    at == LARGE
}

#[test]
fn a_download_of_64_mib_waits_for_its_reader() {
    let (stuck, held) = (Gate::default(), Arc::new(AtomicUsize::new(0)));
    let origin = {
        let (stuck, held) = (stuck.clone(), Arc::clone(&held));
        origin(move |visit: &mut Visit| {
            visit.request();
            visit.send(&format!("HTTP/1.1 200 OK\r\nContent-Length: {LARGE}\r\n\r\n"));
            let written = write_until_stuck(&mut visit.wire, 0);
            held.store(written, Ordering::SeqCst);
            stuck.open();
            write_on(&mut visit.wire, written);
        })
    };
    let gateway = gateway(&origin);
    let mut agent = gateway.agent();
    agent.ask("GET /", &[]);
    assert_eq!(agent.head().value("content-length"), LARGE.to_string());
    stuck.wait();
    let held = held.load(Ordering::SeqCst);
    assert!(held < BUFFERS, "{held} octets are on their way to somebody who reads none");
    assert!(is_large(&mut agent.wire));
}

#[test]
fn an_upload_of_64_mib_waits_for_its_reader() {
    let (stuck, whole) = (Gate::default(), Gate::default());
    let origin = {
        let (stuck, whole) = (stuck.clone(), whole.clone());
        origin(move |visit: &mut Visit| {
            let head = visit.request_head().unwrap();
            assert_eq!(head.value("content-length"), LARGE.to_string());
            stuck.wait();
            if is_large(&mut visit.wire) {
                whole.open();
            }
            visit.send(&page(&[]));
        })
    };
    let gateway = gateway(&origin);
    let mut agent = gateway.agent();
    agent.ask("PUT /", &[&format!("Content-Length: {LARGE}")]);
    let held = write_until_stuck(&mut agent.wire, 0);
    assert!(held < BUFFERS, "{held} octets are on their way to somebody who reads none");
    stuck.open();
    write_on(&mut agent.wire, held);
    assert_eq!(agent.answer().status(), 200);
    whole.wait();
}

#[test]
fn events_arrive_while_the_stream_goes_on() {
    let gates = [Gate::default(), Gate::default(), Gate::default()];
    let origin = {
        let gates = gates.clone();
        origin(move |visit| {
            visit.request();
            visit.send("HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\nSet-Cookie: _ga=1\r\nTransfer-Encoding: chunked\r\n\r\n");
            for gate in &gates {
                visit.send("9\r\ndata: 1\n\n\r\n");
                gate.wait();
            }
            visit.send("0\r\n\r\n");
        })
    };
    let gateway = gateway(&origin);
    let mut agent = gateway.agent();
    agent.ask("GET /events", &[]);
    let head = agent.head();
    assert_eq!((head.value("content-type"), head.has("set-cookie")), ("text/event-stream".to_owned(), false));
    for gate in &gates {
        assert_eq!(agent.wire.take(14), b"9\r\ndata: 1\n\n\r\n");
        gate.open();
    }
    assert_eq!(agent.wire.take(5), b"0\r\n\r\n");
    assert_eq!(agent.get(&[]).status(), 200, "a stream that ended leaves a connection to go on with");
}

#[test]
fn events_arrive_from_a_stream_that_ends_with_its_connection() {
    let gate = Gate::default();
    let origin = {
        let gate = gate.clone();
        origin(move |visit| {
            visit.request();
            visit.send("HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\n\r\ndata: 1\n\n");
            gate.wait();
        })
    };
    let gateway = gateway(&origin);
    let mut agent = gateway.agent();
    agent.ask("GET /events", &[]);
    agent.head();
    assert_eq!(agent.wire.take(14), b"9\r\ndata: 1\n\n\r\n");
    gate.open();
    assert_eq!(agent.wire.take(5), b"0\r\n\r\n");
}

#[test]
fn an_upload_arrives_while_it_goes_on() {
    for (site, framing, parts) in [
        ("request_body: measure", "Content-Length: 6", ["abc", "def"]),
        ("request_body: stream", "Transfer-Encoding: chunked", ["3\r\nabc\r\n", "3\r\ndef\r\n0\r\n\r\n"]),
    ] {
        let gate = Gate::default();
        let origin = {
            let gate = gate.clone();
            origin(move |visit| {
                visit.request_head();
                let part = visit.wire.some();
                assert!(part.starts_with(b"abc") || part.starts_with(b"3\r\nabc"));
                gate.open();
                visit.wire.some();
                visit.send(&page(&[]));
            })
        };
        let gateway = Setup::new(&origin).site(site).start();
        let mut agent = gateway.agent();
        agent.ask("POST /", &[framing]);
        agent.send(parts[0]);
        gate.wait();
        agent.send(parts[1]);
        assert_eq!(agent.answer().status(), 200, "{site}");
    }
}

#[test]
fn a_reader_who_takes_nothing_is_let_go() {
    let gone = Gate::default();
    let origin = {
        let gone = gone.clone();
        origin(move |visit| {
            visit.request();
            visit.send("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n");
            let chunk = format!("10000\r\n{}\r\n", "x".repeat(65536));
            while visit.wire.try_send(chunk.as_bytes()).is_ok() {}
            gone.open();
        })
    };
    let gateway = Setup::new(&origin).top("times: {progress: 300ms}").start();
    let mut agent = gateway.agent();
    agent.ask("GET /", &[]);
    gone.wait();
    let (_, metrics) = gateway.stop();
    assert_eq!(metrics.sum(|c| c.open.total()), 0);
    assert_eq!(metrics.sum(|c| c.connection_faults.value("write-timeout")), 1);
    assert_eq!(metrics.sum(|c| c.aborted.value()), 1);
}

#[test]
fn many_user_agents_at_once() {
    let origin = answering(&page(&["Set-Cookie: sessionid=1", "Set-Cookie: _ga=1"]));
    let gateway = gateway(&origin);
    let mut agents: Vec<_> = (0..50).map(|_| gateway.agent()).collect();
    for _ in 0..3 {
        agents.iter_mut().for_each(|agent| agent.ask("GET /", &["Cookie: _ga=1; sessionid=1"]));
        for agent in &mut agents {
            assert_eq!(agent.answer().values("set-cookie"), ["sessionid=1"]);
            assert_eq!(origin.heard().value("cookie"), "sessionid=1");
        }
    }
}
