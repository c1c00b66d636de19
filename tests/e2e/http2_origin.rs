//! Origin servers that are spoken to in HTTP/2: what becomes of a request on its way to one.

use std::net::SocketAddr;
use std::sync::mpsc::{Receiver, sync_channel};

use bytes::Bytes;
use http::{Request, Response};
use tokio::net::TcpListener;

use crate::http2::{agent, answered, get};
use crate::kit::{Gateway, Setup};

/// An origin server that takes down the heads that it reads, and answers each with a page.
pub(crate) struct Http2Origin {
    pub(crate) address: SocketAddr,
    heard: Receiver<Request<()>>,
}

impl Http2Origin {
    pub(crate) fn start() -> Self {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
        let listener = runtime.block_on(TcpListener::bind("127.0.0.1:0")).unwrap();
        let address = listener.local_addr().unwrap();
        let (hears, heard) = sync_channel(1000);
        std::thread::spawn(move || {
            runtime.block_on(async move {
                while let Ok((stream, _)) = listener.accept().await {
                    let hears = hears.clone();
                    tokio::spawn(async move {
                        let mut connection = h2::server::handshake(stream).await.unwrap();
                        while let Some(Ok((request, mut respond))) = connection.accept().await {
                            let _ = hears.try_send(request.map(|_| ()));
                            let mut body = respond.send_response(Response::new(()), false).unwrap();
                            body.send_data(Bytes::from_static(b"page"), true).unwrap();
                        }
                    });
                }
            });
        });
        Self { address, heard }
    }

    /// The head of the next request.
    fn heard(&self) -> Request<()> {
        self.heard.recv_timeout(crate::kit::PATIENCE).unwrap()
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
