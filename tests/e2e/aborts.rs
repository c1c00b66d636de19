//! User agents that leave: at each point of a request and of its answer, over HTTP/1.1, HTTP/2 and TLS. What they leave
//! behind is never a whole upload, nor a connection, nor a task.

use bytes::Bytes;
use h2::Reason;
use h2::client::SendRequest;
use http::Request;

use crate::http2::{agent, plain};
use crate::kit::{Agent, Authority, End, Gate, Gateway, Message, Origin, Setup, Visit, origin, page};

/// How a user agent leaves.
#[derive(Clone, Copy, Debug)]
enum Leave {
    Fin,
    Rst,
}

impl Leave {
    const BOTH: [Self; 2] = [Self::Fin, Self::Rst];

    fn go(self, mut agent: Agent) {
        match self {
            Self::Fin => agent.wire.finish(),
            Self::Rst => agent.wire.reset(),
        }
    }
}

/// An origin server that tells when a request's head has come, and notes what came of the rest.
fn listening() -> (Origin, Gate) {
    let begun = Gate::default();
    let gate = begun.clone();
    let origin = origin(move |visit: &mut Visit| {
        while let Some(head) = visit.request_head() {
            gate.open();
            if !visit.request_content(head).is_whole() {
                return;
            }
            visit.send(&page(&[]));
        }
    });
    (origin, begun)
}

/// A gateway with listeners for all kinds of user agents.
fn gateway_for(authority: &Authority, origin: &Origin, site: &str) -> Gateway {
    let tls = authority.issue("x.test").listener();
    let listeners = format!(
        "listeners: [{{address: \"127.0.0.1:0\", h2c: true}}, {{address: \"127.0.0.1:0\", tls: {tls}}}]"
    );
    Setup::new(origin).top(&listeners).site(site).start()
}

/// Over both kinds of connections of HTTP/1.1.
fn agents(gateway: &Gateway, authority: &Authority) -> [Agent; 2] {
    [gateway.agent(), authority.agent(gateway.addresses()[1])]
}

/// Nothing is left, and the next visitor is served.
fn is_well(gateway: Gateway, aborted: u64) {
    assert_eq!(gateway.agent().get(&[]).status(), 200);
    gateway.until(|health| health.addresses[0].in_use == 0);
    let (drained, metrics) = gateway.stop();
    assert_eq!(drained, tamis::server::Drained::Clean);
    assert_eq!(metrics.sum(|c| c.open.total()), 0, "connections are left");
    assert_eq!(metrics.sum(|c| c.aborted.value()), aborted, "exchanges that were cut");
}

#[test]
fn before_or_within_the_head_nothing_reaches_the_origin_server() {
    let authority = Authority::new();
    for leave in Leave::BOTH {
        for beginning in ["", "GE", "POST / HTTP/1.1\r\nHost: x.test\r\nContent-Le"] {
            let (origin, _) = listening();
            let gateway = gateway_for(&authority, &origin, "");
            for mut agent in agents(&gateway, &authority) {
                agent.send(beginning);
                leave.go(agent);
            }
            assert_eq!((origin.connections(), origin.heard_nothing()), (0, true), "{leave:?} {beginning:?}");
            is_well(gateway, 0);
        }
    }
}

#[test]
fn within_an_upload_the_origin_server_sees_it_break_off() {
    let authority = Authority::new();
    for leave in Leave::BOTH {
        for (framing, part) in [
            ("Content-Length: 10", "half"),
            ("Content-Length: 10", ""),
            ("Transfer-Encoding: chunked", "4\r\nhalf\r\n"),
            ("Transfer-Encoding: chunked", "4\r\nha"),
            ("Transfer-Encoding: chunked", "4\r\nhalf\r\n0"),
            ("Transfer-Encoding: chunked", "4\r\nhalf\r\n0\r\n"),
        ] {
            for tls in [false, true] {
                let (origin, begun) = listening();
                let gateway = gateway_for(&authority, &origin, "request_body: stream");
                let [plain, secure] = agents(&gateway, &authority);
                let mut agent = if tls { secure } else { plain };
                agent.ask("POST /", &[framing]);
                agent.send(part);
                begun.wait();
                leave.go(agent);
                is_cut(&origin.heard(), &format!("{leave:?} {framing} {part:?}, TLS: {tls}"));
                assert_eq!(origin.connections(), 1, "no upload is sent twice");
                drop(gateway);
            }
        }
    }
}

/// It did not end by its framing: no last chunk, or fewer octets than announced.
fn is_cut(heard: &Message, what: &str) {
    assert_eq!(heard.end, End::Truncated, "{what}: {:?}", heard.raw);
    assert!(!heard.raw.ends_with(b"0\r\n\r\n"), "{what}: a last chunk was made up");
    assert!("half".starts_with(&heard.text()), "{what}");
}

#[test]
fn while_it_waits_its_place_is_free_when_it_would_be_answered() {
    let authority = Authority::new();
    for leave in Leave::BOTH {
        let go = Gate::default();
        let origin = {
            let go = go.clone();
            origin(move |visit| {
                while visit.request().is_some() {
                    go.wait();
                    visit.send(&page(&[]));
                }
            })
        };
        let gateway = gateway_for(&authority, &origin, "");
        for mut agent in agents(&gateway, &authority) {
            agent.ask("POST /", &["Content-Length: 3"]);
            agent.send("abc");
            assert_eq!(origin.heard().text(), "abc");
            leave.go(agent);
        }
        go.open();
        gateway.until(|health| health.addresses[0].in_use == 0);
        assert_eq!(gateway.agent().get(&[]).status(), 200);
        assert_eq!(origin.heard().start(), "GET / HTTP/1.1", "none was sent twice");
        let (drained, metrics) = gateway.stop();
        assert_eq!((drained, metrics.sum(|c| c.open.total())), (tamis::server::Drained::Clean, 0));
    }
}

#[test]
fn within_the_answer_the_origin_server_is_let_go() {
    let authority = Authority::new();
    for leave in Leave::BOTH {
        let left = Gate::default();
        let origin = {
            let left = left.clone();
            origin(move |visit| {
                visit.request();
                if visit.number > 1 {
                    return visit.answers_at_once(&page(&[]));
                }
                visit.send("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n");
                let chunk = format!("10000\r\n{}\r\n", "x".repeat(65536));
                while visit.wire.try_send(chunk.as_bytes()).is_ok() {}
                if visit.number == 1 {
                    left.open();
                }
            })
        };
        let gateway = gateway_for(&authority, &origin, "");
        for mut agent in agents(&gateway, &authority) {
            agent.ask("GET /", &[]);
            agent.head();
            // Whoever half-closes may go on reading; this one goes.
            match leave {
                Leave::Fin => drop(agent),
                Leave::Rst => agent.wire.reset(),
            }
        }
        left.wait();
        is_well(gateway, 2);
    }
}

/// What one user agent of HTTP/2 does, on a connection of its own.
fn frames<F: Future>(gateway: &Gateway, play: impl FnOnce(SendRequest<Bytes>) -> F) -> F::Output {
    agent(gateway.address(), &h2::client::Builder::new(), play)
}

fn post(length: Option<&str>) -> Request<()> {
    let request = Request::post("http://x.test/");
    let request =
        length.into_iter().fold(request, |request, length| request.header("content-length", length));
    request.body(()).unwrap()
}

#[test]
fn an_upload_whose_stream_is_reset_is_not_completed() {
    for reason in [Reason::CANCEL, Reason::NO_ERROR, Reason::INTERNAL_ERROR] {
        for length in [None, Some("10")] {
            let (origin, begun) = listening();
            let gateway = plain(&origin).site("request_body: stream").start();
            frames(&gateway, async |mut sender| {
                let (answer, mut body) = sender.send_request(post(length), false).unwrap();
                body.send_data(Bytes::from_static(b"half"), false).unwrap();
                until_open(&begun).await;
                body.send_reset(reason);
                drop(answer);
                // The connection goes on.
                let mut sender = sender.ready().await.unwrap();
                let (answer, _) = crate::http2::answered(&mut sender, crate::http2::get("/", &[])).await;
                assert_eq!(answer.status(), 200);
            });
            // The other one may have been faster.
            let heard = [origin.heard(), origin.heard()];
            let upload = heard.iter().find(|heard| heard.start().starts_with("POST ")).unwrap();
            is_cut(upload, &format!("{reason:?} {length:?}"));
            is_well(gateway, 1);
        }
    }
}

/// Lets the connection work until then.
async fn until_open(gate: &Gate) {
    while !gate.is_open() {
        tokio::task::yield_now().await;
    }
}

#[test]
fn an_upload_that_is_measured_and_reset_reaches_nobody() {
    for reason in [Reason::CANCEL, Reason::NO_ERROR, Reason::INTERNAL_ERROR] {
        let (origin, _) = listening();
        let gateway = plain(&origin).start();
        frames(&gateway, async |mut sender| {
            let (answer, mut body) = sender.send_request(post(None), false).unwrap();
            body.send_data(Bytes::from_static(b"half"), false).unwrap();
            let received = || gateway.metrics().contains("tamis_received_bytes_total{site=\"default\"} 4\n");
            while !received() {
                tokio::task::yield_now().await;
            }
            body.send_reset(reason);
            drop(answer);
            let mut sender = sender.ready().await.unwrap();
            let (answer, _) = crate::http2::answered(&mut sender, crate::http2::get("/", &[])).await;
            assert_eq!(answer.status(), 200);
        });
        assert_eq!(origin.heard().start(), "GET / HTTP/1.1", "{reason:?}");
        assert!(origin.heard_nothing());
        is_well(gateway, 1);
    }
}

#[test]
fn an_upload_whose_connection_ends_is_not_completed() {
    for length in [None, Some("10")] {
        let (origin, begun) = listening();
        let gateway = plain(&origin).site("request_body: stream").start();
        frames(&gateway, async |mut sender| {
            let (_answer, mut body) = sender.send_request(post(length), false).unwrap();
            body.send_data(Bytes::from_static(b"half"), false).unwrap();
            until_open(&begun).await;
        });
        is_cut(&origin.heard(), &format!("{length:?}"));
        is_well(gateway, 1);
    }
}

#[test]
fn a_stream_that_is_reset_while_it_waits_lets_the_origin_server_go() {
    let (asked, gone) = (Gate::default(), Gate::default());
    let origin = {
        let (asked, gone) = (asked.clone(), gone.clone());
        origin(move |visit| {
            visit.request();
            if visit.number > 0 {
                return visit.answers_at_once(&page(&[]));
            }
            asked.open();
            if visit.wire.ended() {
                gone.open();
            }
        })
    };
    let gateway = plain(&origin).start();
    frames(&gateway, async |mut sender| {
        let (answer, mut body) = sender.send_request(crate::http2::get("/", &[]), true).unwrap();
        until_open(&asked).await;
        body.send_reset(Reason::CANCEL);
        drop(answer);
        until_open(&gone).await;
    });
    is_well(gateway, 1);
}

#[test]
fn a_stream_that_is_reset_within_its_answer_lets_the_origin_server_go() {
    let gone = Gate::default();
    let origin = {
        let gone = gone.clone();
        origin(move |visit| {
            visit.request();
            if visit.number > 0 {
                return visit.answers_at_once(&page(&[]));
            }
            visit.send("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n4\r\nhalf\r\n");
            if visit.wire.ended() {
                gone.open();
            }
        })
    };
    let gateway = plain(&origin).start();
    frames(&gateway, async |mut sender| {
        let (answer, mut body) = sender.send_request(crate::http2::get("/", &[]), true).unwrap();
        let mut answer = answer.await.unwrap().into_body();
        assert_eq!(answer.data().await.unwrap().unwrap().as_ref(), b"half");
        body.send_reset(Reason::CANCEL);
        drop(answer);
        until_open(&gone).await;
    });
    is_well(gateway, 1);
}

#[test]
fn http_1_0_is_told_of_a_cut_by_a_reset() {
    let authority = Authority::new();
    let cut = "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n4\r\nhalf\r\n";
    let origin = origin(move |visit| {
        visit.request();
        visit.send(cut);
    });
    let gateway = gateway_for(&authority, &origin, "");
    for mut agent in agents(&gateway, &authority) {
        agent.send("GET / HTTP/1.0\r\nHost: x.test\r\n\r\n");
        let head = agent.head();
        assert!(!head.has("content-length") && !head.has("transfer-encoding"));
        assert!(agent.wire.broke_off(), "an end without a fault is the end of the content");
    }
}
