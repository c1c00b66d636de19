//! An upstream that has as many requests as it may have: who waits, who is turned away.

use std::sync::mpsc::{SyncSender, sync_channel};
use std::sync::{Arc, Mutex};

use crate::kit::{Agent, Gateway, Origin, Setup, logged, origin, page};

/// An origin server that answers when it is told to, one answer a word.
struct Slow {
    origin: Origin,
    go: SyncSender<()>,
}

fn slow() -> Slow {
    let (go, gone) = sync_channel(16);
    let gone = Arc::new(Mutex::new(gone));
    let origin = origin(move |visit| {
        while let Some(request) = visit.request() {
            let _ = gone.lock().unwrap().recv();
            visit.send(&page(&[&format!("X-Asked: {}", request.start())]));
        }
    });
    Slow { origin, go }
}

impl Slow {
    /// In front of it, with more of `upstream`.
    fn start(&self, more: &str, workers: usize) -> Gateway {
        let upstream = format!("{{url: \"{}\", {more}}}", self.origin.url());
        Setup::new(&self.origin).upstream(&upstream).workers(workers).start()
    }
}

fn asking(gateway: &Gateway, path: &str) -> Agent {
    let mut agent = gateway.agent();
    agent.ask(&format!("GET {path}"), &[]);
    agent
}

#[test]
fn who_comes_first_is_served_first_and_who_is_too_many_is_turned_away() {
    let slow = slow();
    let gateway = slow.start("connections: 1, queue: 2", 2);
    let mut first = asking(&gateway, "/1");
    assert_eq!(slow.origin.heard().start(), "GET /1 HTTP/1.1");
    let mut second = asking(&gateway, "/2");
    gateway.until(|health| health.waiting == Some(1));
    let mut third = asking(&gateway, "/3");
    gateway.until(|health| health.waiting == Some(2));
    let answer = gateway.agent().request("GET /busy/full", &[]);
    assert_eq!((answer.status(), answer.value("retry-after")), (503, "5".to_owned()));
    assert!(answer.text().contains("too many visitors"), "{}", answer.text());
    assert!(slow.origin.heard_nothing(), "one at a time");
    for (agent, path, next) in
        [(&mut first, "/1", Some("/2")), (&mut second, "/2", Some("/3")), (&mut third, "/3", None)]
    {
        slow.go.send(()).unwrap();
        assert_eq!(agent.answer().value("x-asked"), format!("GET {path} HTTP/1.1"));
        if let Some(next) = next {
            assert_eq!(slow.origin.heard().start(), format!("GET {next} HTTP/1.1"));
        }
    }
    assert_eq!(gateway.health().waiting, Some(0));
    assert_eq!(gateway.count(|c| c.failures.value("upstream-busy")), 1);
    let metrics = gateway.metrics();
    for line in [
        "tamis_upstream_queued_total{site=\"default\"} 2",
        "tamis_upstream_busy_total{site=\"default\"} 1",
        "tamis_upstream_waiting{site=\"default\"} 0",
    ] {
        assert!(metrics.lines().any(|found| found == line), "{line} is not in\n{metrics}");
    }
    let text = logged("path=\"/busy/full\"");
    assert!(
        text.contains("the upstream has 1 requests at once (`connections`) and 2 more wait (`queue`)"),
        "{text}"
    );
    assert!(gateway.health().is_up(), "a busy upstream is not a broken one");
}

#[test]
fn nobody_waits_longer_than_the_limit() {
    let slow = slow();
    let gateway = slow.start("connections: 1, queue_time: 200ms", 1);
    let mut first = asking(&gateway, "/");
    slow.origin.heard();
    let answer = gateway.agent().request("GET /busy/late", &[]);
    assert_eq!((answer.status(), answer.value("retry-after")), (503, "1".to_owned()));
    assert!(
        logged("path=\"/busy/late\"")
            .contains("no place at the upstream was free within 200ms (`queue_time`)")
    );
    slow.go.send(()).unwrap();
    assert_eq!(first.answer().status(), 200);
}

#[test]
fn a_place_is_free_again_however_its_request_ends() {
    let origin = origin(|visit| {
        visit.request();
        match visit.number {
            0 => {}
            1 => visit.send("HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nhalf"),
            2 => visit.send("SSH-2.0-OpenSSH_9.2\r\n\r\n"),
            3 => drop(visit.wire.rest()),
            _ => visit.send(&page(&[])),
        }
    });
    let upstream = format!("{{url: \"{}\", connections: 1, queue: 0}}", origin.url());
    let gateway = Setup::new(&origin).upstream(&upstream).top("times: {answer: 200ms}").start();
    let statuses: Vec<_> = (0..5).map(|_| gateway.agent().get(&[]).status()).collect();
    assert_eq!(statuses, [502, 200, 502, 504, 200]);
    assert_eq!(gateway.health().addresses[0].in_use, 0);
}

#[test]
fn a_websocket_has_its_place_as_long_as_it_lasts() {
    let origin = origin(|visit| {
        while let Some(request) = visit.request() {
            if request.has("upgrade") {
                visit.send(
                    "HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\r\n",
                );
                visit.wire.rest();
                return;
            }
            visit.send(&page(&[]));
        }
    });
    let upstream = format!("{{url: \"{}\", connections: 1, queue: 0}}", origin.url());
    let gateway = Setup::new(&origin).upstream(&upstream).start();
    let mut socket = gateway.agent();
    let key = "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==";
    socket.ask("GET /", &["Connection: Upgrade", "Upgrade: websocket", "Sec-WebSocket-Version: 13", key]);
    assert_eq!(socket.head().status(), 101);
    assert_eq!((gateway.agent().get(&[]).status(), gateway.health().addresses[0].in_use), (503, 1));
    socket.wire.finish();
    assert!(socket.is_closed());
    gateway.until(|health| health.addresses[0].in_use == 0);
    assert_eq!(gateway.agent().get(&[]).status(), 200);
}
