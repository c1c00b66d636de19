use std::io::{Read as _, Write as _};

use bytes::Bytes;
use http_body_util::{BodyExt as _, Full};

use std::sync::Arc;

use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;

use std::time::Duration;

use super::*;
use crate::config::{Limits, Times};
use crate::metrics::Counters;
use crate::metrics::Words;

/// Serves on a thread of its own while `client` runs; gives the counters back.
fn served(most: usize, client: impl FnOnce(SocketAddr, CancellationToken)) -> Arc<Counters> {
    let counters = Arc::new(Counters::new(Words::NONE));
    serving(most, &counters, client);
    counters
}

/// The same, where the client looks at the counters.
fn watched(client: impl FnOnce(SocketAddr, &Counters)) -> Arc<Counters> {
    let counters = Arc::new(Counters::new(Words::NONE));
    serving(10, &counters, |address, _| client(address, &counters));
    counters
}

fn serving(most: usize, counters: &Arc<Counters>, client: impl FnOnce(SocketAddr, CancellationToken)) {
    let listener = crate::downstream::bind("127.0.0.1:0".parse().unwrap(), 1).unwrap().remove(0);
    let address = listener.address().unwrap();
    let stop = CancellationToken::new();
    let (ours, theirs) = (Arc::clone(counters), stop.clone());
    let server = std::thread::spawn(move || {
        let runtime = tokio::runtime::Builder::new_current_thread()
            .enable_all()
            .build_local(Default::default())
            .unwrap();
        runtime.block_on(async {
            let (settings, tasks) = settings(most, ours, theirs);
            let service = |request: Request<Incoming>, _: Rc<Peer>| async move {
                assert_ne!(request.uri().path(), "/panic", "planted");
                if request.uri().path() == "/early" {
                    let mut content = request.into_body();
                    tokio::task::spawn_local(async move { while content.frame().await.is_some() {} });
                }
                Response::new(Full::new(Bytes::from_static(b"well")))
            };
            let security = Security { h2c: true, ..Security::default() };
            serve(listener, Rc::new(Terms::new(security, Rc::new(settings))), service).await;
            tasks.close();
            tasks.wait().await;
        });
    });
    client(address, stop.clone());
    stop.cancel();
    server.join().unwrap();
}

/// Settings with these counters and this end, and the tasks of connections.
fn settings(most: usize, counters: Arc<Counters>, stop: CancellationToken) -> (Settings, TaskTracker) {
    let second = Duration::from_secs(20);
    let times = Times {
        head: second,
        idle: second,
        connect: second,
        answer: second,
        progress: second,
        tunnel: second,
        drain: second,
    };
    let limits = Limits {
        fields: 20,
        head: 8192,
        cookies: 9,
        connections: most,
        measured_body: 9,
        streams: 9,
        idle_upstream: 9,
    };
    let tasks = TaskTracker::new();
    (Settings::new(&limits, &times, counters, Arc::default(), (stop, tasks.clone())), tasks)
}

fn exchange(stream: &mut std::net::TcpStream, request: &str) -> String {
    stream.write_all(request.as_bytes()).unwrap();
    let mut answer = vec![0; 4096];
    let read = stream.read(&mut answer).unwrap_or(0);
    String::from_utf8_lossy(answer.get(..read).unwrap_or_default()).into_owned()
}

#[test]
fn a_panic_ends_its_own_connection_only() {
    let counters = served(10, |address, _| {
        let mut steady = std::net::TcpStream::connect(address).unwrap();
        assert!(exchange(&mut steady, "GET / HTTP/1.1\r\nHost: x\r\n\r\n").ends_with("well"));
        let mut planted = std::net::TcpStream::connect(address).unwrap();
        assert_eq!(exchange(&mut planted, "GET /panic HTTP/1.1\r\nHost: x\r\n\r\n"), "");
        assert!(exchange(&mut steady, "GET / HTTP/1.1\r\nHost: x\r\n\r\n").ends_with("well"));
    });
    assert_eq!(counters.connection_faults.value("panic"), 1);
    assert_eq!(counters.open.total(), 0, "a panicking connection is not counted as open for ever");
}

#[test]
fn beyond_the_limit_connections_are_closed_at_once() {
    let counters = served(1, |address, _| {
        let mut first = std::net::TcpStream::connect(address).unwrap();
        assert!(exchange(&mut first, "GET / HTTP/1.1\r\nHost: x\r\n\r\n").ends_with("well"));
        let mut second = std::net::TcpStream::connect(address).unwrap();
        assert_eq!(second.read(&mut [0; 9]).unwrap_or(0), 0);
    });
    assert_eq!(counters.refused.value(), 1);
}

#[test]
fn a_resting_connection_is_closed_by_the_drain_and_a_half_closed_one_is_answered() {
    served(10, |address, stop| {
        let mut half = std::net::TcpStream::connect(address).unwrap();
        half.write_all(b"GET / HTTP/1.1\r\nHost: x\r\n\r\n").unwrap();
        half.shutdown(std::net::Shutdown::Write).unwrap();
        let mut answer = String::new();
        half.take(4096).read_to_string(&mut answer).unwrap();
        assert!(answer.ends_with("well"), "{answer}");
        let mut resting = std::net::TcpStream::connect(address).unwrap();
        assert!(exchange(&mut resting, "GET / HTTP/1.1\r\nHost: x\r\n\r\n").ends_with("well"));
        stop.cancel();
        assert_eq!(resting.read(&mut [0; 9]).unwrap(), 0);
    });
}

#[test]
fn too_many_fields_are_answered_431() {
    served(10, |address, _| {
        let mut stream = std::net::TcpStream::connect(address).unwrap();
        let fields: String = (0..21).map(|n| format!("x-{n}: y\r\n")).collect();
        let answer = exchange(&mut stream, &format!("GET / HTTP/1.1\r\nHost: x\r\n{fields}\r\n"));
        assert!(answer.starts_with("HTTP/1.1 431 "), "{answer}");
    });
}

#[test]
fn whoever_says_close_is_not_waited_for() {
    served(3, |address, _| {
        let mut kept = Vec::new();
        for _ in 0..9 {
            let mut stream = std::net::TcpStream::connect(address).unwrap();
            let mut answer = String::new();
            stream.write_all(b"GET / HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n").unwrap();
            stream.read_to_string(&mut answer).unwrap();
            assert!(answer.ends_with("well"), "{answer:?}");
            kept.push(stream);
        }
    });
}

#[test]
fn a_connection_whose_request_is_still_coming_is_not_parked() {
    let counters = watched(|address, counters| {
        let mut early = std::net::TcpStream::connect(address).unwrap();
        let head = "POST /early HTTP/1.1\r\nHost: x\r\nContent-Length: 8\r\n\r\nhalf";
        assert!(exchange(&mut early, head).ends_with("well"), "answered before it was all there");
        let mut steady = std::net::TcpStream::connect(address).unwrap();
        assert!(exchange(&mut steady, "GET / HTTP/1.1\r\nHost: x\r\n\r\n").ends_with("well"));
        let begun = Instant::now();
        while counters.parked.value() == 0 {
            assert!(begun.elapsed() < Duration::from_secs(30), "nothing is parked");
            std::thread::yield_now();
        }
        assert_eq!(counters.parked.value(), 1, "the other one");
        early.write_all(b"done").unwrap();
        // It ends in order when all of the request has come.
        assert_eq!(early.read(&mut [0; 9]).unwrap(), 0);
        assert!(exchange(&mut steady, "GET / HTTP/1.1\r\nHost: x\r\n\r\n").ends_with("well"));
    });
    assert_eq!(counters.connection_faults.total(), 0);
}

#[test]
fn a_connection_takes_little_room_by_itself() {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    runtime.block_on(async {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        let stream = TcpStream::connect(address).await.unwrap();
        let settings =
            Rc::new(settings(10, Arc::new(Counters::new(Words::NONE)), CancellationToken::new()).0);
        let service = |_: Request<Incoming>, _: Rc<Peer>| async {
            Response::new(Full::new(Bytes::from_static(b"well")))
        };
        let peer = Rc::new(Peer::new(address, false));
        let served = connection::serve(stream, Protocol::Http1, peer, settings, service);
        let octets = std::mem::size_of_val(&*served);
        assert!(octets <= 768, "{octets}, which thousands of idle connections take each");
    });
}
