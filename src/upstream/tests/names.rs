//! Names that lead elsewhere after a while. What a resolver would say is said here.

use std::net::SocketAddr;
use std::rc::Rc;
use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;
use http::Request;
use http_body_util::{BodyExt as _, Empty};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpListener;
use tokio::sync::oneshot;
use tokio::task::LocalSet;
use tokio::time::Instant;

use super::{counters, failing, origin, upstream};
use crate::config::{Limits, Times};
use crate::upstream::{Error, Lines, Origin, Outgoing, Pool};

type Requests = Empty<Bytes>;

/// An origin server that answers with its word, one connection after the other; and the end of its first connection.
async fn server(word: &'static str) -> (SocketAddr, oneshot::Receiver<()>) {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    let (end, ended) = oneshot::channel();
    tokio::task::spawn_local(async move {
        let mut end = Some(end);
        while let Ok((mut stream, _)) = listener.accept().await {
            let answer = format!("HTTP/1.1 200 OK\r\nContent-Length: {}\r\n\r\n{word}", word.len());
            while stream.read(&mut [0; 4096]).await.is_ok_and(|read| read > 0) {
                stream.write_all(answer.as_bytes()).await.unwrap();
            }
            end.take().map(|end| end.send(()));
        }
    });
    (address, ended)
}

fn pool(origin: &Arc<Origin>) -> Rc<Pool<Requests>> {
    Pool::new(&[Arc::clone(origin)], &Limits::default(), &Times::default(), counters(), None)
}

/// What the upstream answers.
async fn ask(pool: &Pool<Requests>) -> Result<Bytes, Error> {
    let mut way = pool.way(0);
    let lease = match way.reuse().await {
        Some(lease) => lease,
        None => way.connect().await?,
    };
    let late = Instant::now() + Duration::from_secs(60);
    let outgoing = Outgoing::new(Request::get("/").body(Empty::new()).unwrap(), &Lines::none(), false);
    let answer = lease.send(outgoing, || late, |line| line.kept()).await;
    let answer = answer.unwrap_or_else(|failed| panic!("{}", failed.fault));
    Ok(answer.into_body().frame().await.unwrap().unwrap().into_data().unwrap())
}

fn run<T>(future: impl Future<Output = T>) -> T {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    LocalSet::new().block_on(&runtime, future)
}

#[test]
fn a_changed_address_is_used_and_idle_connections_to_the_old_one_end() {
    run(async {
        let ((old, ended), (new, _end)) = (server("old").await, server("new").await);
        let origin = origin(upstream(&["http://web"]));
        let pool = pool(&origin);
        origin.learn(0, Ok(vec![old]));
        for _ in 0..2 {
            assert_eq!(ask(&pool).await.unwrap(), "old");
        }
        assert_eq!(origin.health().addresses[0].idle, 1);
        origin.learn(0, Ok(vec![new]));
        for _ in 0..2 {
            assert_eq!(ask(&pool).await.unwrap(), "new");
        }
        ended.await.expect("the end of the connection");
        let health = origin.health();
        assert_eq!((health.addresses[0].idle, health.addresses[0].in_use), (1, 0));
        assert_eq!(health.addresses[0].places.len(), 1);
    });
}

#[test]
fn without_a_request_too() {
    run(async {
        let ((old, ended), (new, _end)) = (server("old").await, server("new").await);
        let origin = origin(upstream(&["http://web"]));
        let times = Times { idle: Duration::from_millis(400), ..Times::default() };
        let pool: Rc<Pool<Requests>> =
            Pool::new(&[Arc::clone(&origin)], &Limits::default(), &times, counters(), None);
        pool.sweep();
        origin.learn(0, Ok(vec![old]));
        ask(&pool).await.unwrap();
        origin.learn(0, Ok(vec![new]));
        ended.await.expect("the end of the connection");
    });
}

#[test]
fn a_failing_resolver_changes_nothing() {
    run(async {
        let (address, _end) = server("same").await;
        let origin = origin(upstream(&["http://web"]));
        let pool = pool(&origin);
        origin.learn(0, Ok(vec![address]));
        ask(&pool).await.unwrap();
        origin.learn(0, failing());
        assert_eq!(ask(&pool).await.unwrap(), "same");
        let health = &origin.health().addresses[0];
        assert!(health.up && health.idle == 1);
        assert_eq!(origin.counters().addresses[0].sum(|part| part.connects.value()), 1);
    });
}

#[test]
fn who_comes_before_the_resolver_waits_for_it() {
    run(async {
        let (address, _end) = server("there").await;
        let origin = origin(upstream(&["http://web"]));
        let pool = pool(&origin);
        let learn = async {
            origin.wanted[0].notified().await;
            origin.learn(0, Ok(vec![address]));
        };
        let (answer, ()) = tokio::join!(ask(&pool), learn);
        assert_eq!(answer.unwrap(), "there");
    });
}

#[test]
fn who_waits_for_a_resolver_that_fails_is_told_each_time() {
    run(async {
        let origin = origin(upstream(&["http://web:81"]));
        let pool = pool(&origin);
        for _ in 0..2 {
            let learn = async {
                origin.wanted[0].notified().await;
                origin.learn(0, failing());
            };
            let (answer, ()) = tokio::join!(ask(&pool), learn);
            let fault = answer.unwrap_err();
            assert_eq!(
                fault.to_string(),
                "can't resolve web:81: no name server; check the name in `upstream`"
            );
            assert_eq!(fault.word(), "resolve");
        }
        let health = origin.health();
        assert!(!health.is_up());
        assert_eq!(health.addresses[0].trouble.as_ref().unwrap().last, "resolve");
    });
}

#[test]
fn nobody_waits_for_a_resolver_for_ever() {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_time().start_paused(true).build();
    LocalSet::new().block_on(&runtime.unwrap(), async {
        let origin = origin(upstream(&["http://web"]));
        let fault = ask(&pool(&origin)).await.unwrap_err();
        assert!(fault.to_string().starts_with("web was not resolved within 5s;"), "{fault}");
    });
}

#[test]
fn several_addresses_of_a_name_are_all_used_and_one_that_refuses_is_passed_over() {
    run(async {
        let ((one, _), (two, _)) = (server("1").await, server("2").await);
        let nobody = TcpListener::bind("127.0.0.1:0").await.unwrap().local_addr().unwrap();
        let origin = origin(upstream(&["http://web"]));
        let pool = pool(&origin);
        origin.learn(0, Ok(vec![one, two, nobody]));
        let mut answers = String::new();
        for _ in 0..12 {
            answers += str::from_utf8(&ask(&pool).await.unwrap()).unwrap();
        }
        let of = |word| answers.matches(word).count();
        assert!(of("1") >= 4 && of("2") >= 4, "{answers}");
        let row = &origin.counters().addresses[0];
        assert_eq!(row.sum(|part| part.failures.value("connect")), 3, "then it is left out");
        assert_eq!(row.sum(|part| part.connects.value()), 5, "what is idle is used first");
        assert!(origin.health().is_up());
    });
}
