//! Origin servers that are spoken to in HTTP/2: what becomes of a request on its way to one.

use std::future::poll_fn;
use std::net::SocketAddr;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::mpsc::{Receiver, sync_channel};
use std::task::Poll;

use bytes::Bytes;
use http::{Request, Response};
use tokio::net::{TcpListener, TcpStream};

use crate::http2::{agent, answered, get, whole};
use crate::kit::{Gateway, PATIENCE, Setup};

/// An origin server that takes down the heads that it reads, and answers each with a page, or a large one.
pub(crate) struct Http2Origin {
    pub(crate) address: SocketAddr,
    heard: Receiver<Request<()>>,
    connections: Arc<AtomicUsize>,
    /// Connections that have ended.
    ended: Receiver<()>,
}

const LARGE: usize = 1024 * 1024;

impl Http2Origin {
    pub(crate) fn start() -> Self {
        Self::allowing(100)
    }

    /// One that takes so many requests at once on a connection.
    fn allowing(streams: u32) -> Self {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
        let listener = runtime.block_on(TcpListener::bind("127.0.0.1:0")).unwrap();
        let address = listener.local_addr().unwrap();
        let ((hears, heard), (ends, ended)) = (sync_channel(1000), sync_channel(1000));
        let connections = Arc::new(AtomicUsize::new(0));
        let count = Arc::clone(&connections);
        let mut builder = h2::server::Builder::new();
        builder.max_concurrent_streams(streams);
        let serve = move |stream: TcpStream| {
            let (hears, ends, handshake) = (hears.clone(), ends.clone(), builder.handshake(stream));
            async move {
                let mut connection = handshake.await.unwrap();
                while let Some(Ok((request, mut respond))) = connection.accept().await {
                    let content = match request.uri().path() {
                        "/large" => Bytes::from(vec![b'x'; LARGE]),
                        _ => Bytes::from_static(b"page"),
                    };
                    let _ = hears.try_send(request.map(|_| ()));
                    let mut body = respond.send_response(Response::new(()), false).unwrap();
                    body.send_data(content, true).unwrap();
                }
                let _ = ends.try_send(());
            }
        };
        std::thread::spawn(move || {
            runtime.block_on(async move {
                while let Ok((stream, _)) = listener.accept().await {
                    count.fetch_add(1, Ordering::SeqCst);
                    tokio::spawn(serve(stream));
                }
            });
        });
        Self { address, heard, connections, ended }
    }

    fn connections(&self) -> usize {
        self.connections.load(Ordering::SeqCst)
    }

    /// The head of the next request.
    fn heard(&self) -> Request<()> {
        self.heard.recv_timeout(PATIENCE).unwrap()
    }

    /// No request has come but those that were asked for.
    fn heard_nothing(&self) -> bool {
        self.heard.try_recv().is_err()
    }

    /// What is set up before it; user agents may speak HTTP/2, too.
    pub(crate) fn before(&self, more: &str) -> Setup {
        Setup::to("http://unused")
            .upstream(&format!("{{url: \"http://{}\", h2: true{more}}}", self.address))
            .top("listeners: [{address: \"127.0.0.1:0\", h2c: true}]")
    }
}

/// Sends a head of HTTP/1 as it stands, and says what came.
fn says(gateway: &Gateway, head: &str) -> u16 {
    let mut agent = gateway.agent();
    agent.send(head);
    agent.answer().status()
}

#[test]
fn the_host_is_the_authority_and_no_field_beside_it() {
    let origin = Http2Origin::start();
    let gateway = origin.before("").start();
    let named = |request: Request<()>| {
        assert!(!request.headers().contains_key("host"), "{request:?}");
        request.uri().to_string()
    };
    assert_eq!(says(&gateway, "GET /a HTTP/1.1\r\nHost: x.test\r\n\r\n"), 200);
    assert_eq!(named(origin.heard()), "http://x.test/a");
    assert_eq!(says(&gateway, "GET http://x.test/b HTTP/1.1\r\nHost: x.test\r\n\r\n"), 200);
    assert_eq!(named(origin.heard()), "http://x.test/b");
    agent(gateway.address(), &h2::client::Builder::new(), async |mut sender| {
        assert_eq!(answered(&mut sender, get("/c", &[("host", "x.test")])).await.0.status(), 200);
    });
    assert_eq!(named(origin.heard()), "http://x.test/c");
    let gateway = origin.before("").site("host: app.internal").start();
    assert_eq!(says(&gateway, "GET /d HTTP/1.1\r\nHost: x.test\r\n\r\n"), 200);
    assert_eq!(named(origin.heard()), "http://app.internal/d");
    assert!(origin.heard_nothing());
}

#[test]
fn a_host_that_http_2_can_not_carry_is_the_fault_of_who_sent_it() {
    let origin = Http2Origin::start();
    let gateway = origin.before("").start();
    for host in ["a%41.wild.test", "a;b=c!$&'()*+_~%41"] {
        assert_eq!(says(&gateway, &format!("GET / HTTP/1.1\r\nHost: {host}\r\n\r\n")), 400, "{host}");
    }
    assert_eq!(gateway.count(|counters| counters.failures.value("host")), 2);
    assert!(origin.heard_nothing() && gateway.health().is_up());
    // Without any it is sent without any, over http.
    for head in ["GET /none HTTP/1.0\r\n\r\n", "GET /none HTTP/1.1\r\nHost:\r\n\r\n"] {
        assert_eq!(says(&gateway, head), 200, "{head}");
        let heard = origin.heard();
        assert_eq!((heard.uri().authority(), heard.uri().path()), (None, "/none"));
        assert!(!heard.headers().contains_key("host"));
    }
    let https = format!("{{url: \"https://{}\", h2: true}}", origin.address);
    let gateway = origin.before("").upstream(&https).start();
    assert_eq!(says(&gateway, "GET / HTTP/1.0\r\n\r\n"), 400);
    assert_eq!(origin.connections(), 1);
}

#[test]
fn who_reads_trailers_says_so_to_the_origin_server() {
    let origin = Http2Origin::start();
    let gateway = origin.before("").start();
    agent(gateway.address(), &h2::client::Builder::new(), async |mut sender| {
        answered(&mut sender, get("/", &[("te", "trailers")])).await;
    });
    let heard = origin.heard();
    assert_eq!(heard.headers()["te"], "trailers");
    assert_eq!(
        says(&gateway, "GET / HTTP/1.1\r\nHost: x.test\r\nTE: trailers\r\nConnection: TE\r\n\r\n"),
        200
    );
    let heard = origin.heard();
    assert_eq!(heard.headers()["te"], "trailers");
    assert_eq!(says(&gateway, "GET / HTTP/1.1\r\nHost: x.test\r\nTE: gzip\r\nConnection: TE\r\n\r\n"), 200);
    assert!(!origin.heard().headers().contains_key("te"));
}

/// Downloads that stop at once, more than fit into the windows of a connection, and a page beside them.
fn stops_and_asks(gateway: &Gateway, downloads: usize) {
    let mut builder = h2::client::Builder::new();
    builder.initial_window_size(1000);
    agent(gateway.address(), &builder, async |mut sender| {
        let mut stopped = Vec::new();
        for _ in 0..downloads {
            let (answer, _) = sender.send_request(get("/large", &[]), true).unwrap();
            stopped.push(answer.await.unwrap().into_body());
        }
        assert_eq!(answered(&mut sender, get("/", &[])).await.1, b"page");
        for download in &mut stopped {
            // What came before is read first, and no window is given back for it.
            let polled = poll_fn(|cx| {
                let mut polled = download.poll_data(cx);
                while matches!(polled, Poll::Ready(Some(Ok(_)))) {
                    polled = download.poll_data(cx);
                }
                Poll::Ready(polled)
            });
            assert!(polled.await.is_pending(), "the page waited for its end");
        }
    });
}

#[test]
fn who_takes_an_answer_slowly_keeps_nobody_waiting() {
    let origin = Http2Origin::start();
    let gateway = origin.before("").top("times: {progress: 10s}").start();
    stops_and_asks(&gateway, 20);
    assert_eq!(origin.connections(), 1);
}

#[test]
fn where_a_connection_has_as_many_requests_as_it_may_another_one_is_opened() {
    let origin = Http2Origin::allowing(3);
    let gateway = origin.before("").top("times: {progress: 10s}").start();
    stops_and_asks(&gateway, 8);
    assert_eq!(origin.connections(), 3);
}

#[test]
fn of_connections_that_were_opened_at_once_one_is_kept() {
    let origin = Http2Origin::start();
    let gateway = origin.before("").start();
    agent(gateway.address(), &h2::client::Builder::new(), async |mut sender| {
        let answers = [(); 3].map(|()| sender.send_request(get("/", &[]), true).unwrap().0);
        for answer in answers {
            assert_eq!(whole(answer.await.unwrap().body_mut()).await.unwrap(), b"page");
        }
        assert_eq!(origin.connections(), 3);
        (0..2).for_each(|_| origin.ended.recv_timeout(PATIENCE).unwrap());
        assert_eq!(answered(&mut sender, get("/", &[])).await.1, b"page");
    });
    assert_eq!(origin.connections(), 3);
    assert!(origin.ended.try_recv().is_err());
}
