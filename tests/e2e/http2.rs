//! HTTP/2 on both sides: the same sieve, and bounds of its own.

use std::future::poll_fn;
use std::net::SocketAddr;

use bytes::Bytes;
use h2::client::SendRequest;
use h2::{Reason, RecvStream};
use http::{HeaderMap, HeaderName, HeaderValue, Request, Response};
use tokio::io::AsyncWriteExt as _;
use tokio::net::{TcpListener, TcpStream};

use crate::kit::{Gateway, Origin, Setup, answering, logged, origin, page, text};

/// A gateway that takes HTTP/2 on a plain connection.
pub(crate) fn plain(origin: &Origin) -> Setup {
    Setup::new(origin).top("listeners: [{address: \"127.0.0.1:0\", h2c: true}]")
}

/// Plays one user agent on a connection of its own.
pub(crate) fn agent<F: Future>(
    address: SocketAddr,
    builder: &h2::client::Builder,
    play: impl FnOnce(SendRequest<Bytes>) -> F,
) -> F::Output {
    agent_after(address, b"", builder, play)
}

/// The same, on a connection on which something else is said before.
pub(crate) fn agent_after<F: Future>(
    address: SocketAddr,
    before: &[u8],
    builder: &h2::client::Builder,
    play: impl FnOnce(SendRequest<Bytes>) -> F,
) -> F::Output {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    runtime.block_on(async {
        let mut stream = TcpStream::connect(address).await.unwrap();
        stream.write_all(before).await.unwrap();
        let (sender, connection) = builder.handshake(stream).await.unwrap();
        tokio::spawn(async move { drop(connection.await) });
        play(sender.ready().await.unwrap()).await
    })
}

pub(crate) fn get(path: &str, fields: &[(&str, &str)]) -> Request<()> {
    let mut request = Request::get(format!("http://x.test{path}"));
    for (name, value) in fields {
        request = request.header(*name, *value);
    }
    request.body(()).unwrap()
}

/// Sends a request without content and reads its answer whole.
pub(crate) async fn answered(
    sender: &mut SendRequest<Bytes>,
    request: Request<()>,
) -> (Response<()>, Vec<u8>) {
    let (answer, _) = sender.send_request(request, true).unwrap();
    let (parts, mut body) = answer.await.unwrap().into_parts();
    let content = whole(&mut body).await.unwrap();
    (Response::from_parts(parts, ()), content)
}

pub(crate) async fn whole(body: &mut RecvStream) -> Result<Vec<u8>, h2::Error> {
    let mut content = Vec::new();
    while let Some(data) = body.data().await {
        let data = data?;
        body.flow_control().release_capacity(data.len())?;
        content.extend_from_slice(&data);
    }
    Ok(content)
}

pub(crate) fn values(answer: &Response<()>, name: &str) -> Vec<String> {
    answer.headers().get_all(name).iter().map(|value| value.to_str().unwrap().to_owned()).collect()
}

#[test]
fn crumbs_are_joined_before_they_are_judged_and_sent() {
    let origin =
        answering(&page(&["Set-Cookie: sessionid=1; Path=/", "Set-Cookie: _ga=1", "Set-Cookie: mystery=1"]));
    let gateway = plain(&origin).start();
    let crumbs = [("cookie", "sessionid=a"), ("cookie", "_ga=b"), ("cookie", "csrftoken=c; mystery=d")];
    let (answer, _) = agent(gateway.address(), &h2::client::Builder::new(), async |mut sender| {
        answered(&mut sender, get("/", &crumbs)).await
    });
    assert_eq!(values(&answer, "set-cookie"), ["sessionid=1; Path=/"]);
    let heard = origin.heard();
    assert_eq!(heard.values("cookie"), ["sessionid=a; csrftoken=c"]);
    assert_eq!((heard.value("host").as_str(), heard.value("via").as_str()), ("x.test", "2 tamis"));
}

#[test]
fn empty_crumbs_leave_nothing_behind() {
    let origin = answering(&page(&[]));
    let gateway = plain(&origin).start();
    let crumbs = [("cookie", "sessionid=a"), ("cookie", ""), ("cookie", "csrftoken=c")];
    agent(gateway.address(), &h2::client::Builder::new(), async |mut sender| {
        answered(&mut sender, get("/", &crumbs)).await
    });
    assert_eq!(origin.heard().values("cookie"), ["sessionid=a; csrftoken=c"]);
}

#[test]
fn observing_joins_crumbs_too_since_http_1_has_none() {
    let origin = answering(&page(&[]));
    let gateway = plain(&origin).site("mode: observe").start();
    let crumbs = [("cookie", "sessionid=a"), ("cookie", "_ga=b")];
    agent(gateway.address(), &h2::client::Builder::new(), async |mut sender| {
        answered(&mut sender, get("/", &crumbs)).await
    });
    assert_eq!(origin.heard().values("cookie"), ["sessionid=a; _ga=b"]);
}

#[test]
fn a_signal_counts_with_white_space_around_it() {
    let origin = answering(&page(&[]));
    let gateway = plain(&origin).start();
    let (_, content) = agent(gateway.address(), &h2::client::Builder::new(), async |mut sender| {
        answered(&mut sender, get("/.tamis/consent", &[("sec-gpc", " 1\t")])).await
    });
    assert!(text(&content).contains(r#""gpc":true"#));
}

#[test]
fn http_2_is_spoken_on_a_plain_connection_only_where_it_is_set() {
    let origin = answering(&page(&[]));
    let gateway = Setup::new(&origin).start();
    let refused = agent(gateway.address(), &h2::client::Builder::new(), async |mut sender| {
        let (answer, _) = sender.send_request(get("/", &[]), true)?;
        answer.await
    });
    assert!(refused.is_err() && origin.connections() == 0);
    let gateway = plain(&origin).start();
    assert_eq!(gateway.agent().get(&[]).status(), 200, "HTTP/1.1 is spoken there as well");
}

#[test]
fn fields_and_heads_are_bounded() {
    let origin = answering(&page(&[]));
    let gateway = plain(&origin).top("limits: {fields: 32}").start();
    agent(gateway.address(), &h2::client::Builder::new(), async |mut sender| {
        let many: Vec<(String, String)> = (0..40).map(|n| (format!("x-{n}"), String::new())).collect();
        let many: Vec<(&str, &str)> =
            many.iter().map(|(name, value)| (name.as_str(), value.as_str())).collect();
        assert_eq!(answered(&mut sender, get("/", &many)).await.0.status(), 431);
        let crumbs = vec![("cookie", "a=b"); 40];
        assert_eq!(answered(&mut sender, get("/", &crumbs)).await.0.status(), 200, "crumbs are one field");
        let both = [&crumbs[..], &many[..32]].concat();
        assert_eq!(answered(&mut sender, get("/", &both)).await.0.status(), 431);
        let large = "x".repeat(9000);
        let large = vec![("x-large", large.as_str()); 8];
        assert_eq!(answered(&mut sender, get("/", &large)).await.0.status(), 431);
        assert_eq!(answered(&mut sender, get("/", &[])).await.0.status(), 200, "the connection goes on");
    });
    assert_eq!(origin.connections(), 1);
}

#[test]
fn a_stream_that_takes_nothing_is_reset_while_others_go_on() {
    let content = "x".repeat(300_000);
    let origin = answering(&format!("HTTP/1.1 200 OK\r\nContent-Length: 300000\r\n\r\n{content}"));
    let gateway = plain(&origin).top("times: {progress: 2s}").start();
    let mut builder = h2::client::Builder::new();
    builder.initial_window_size(1000);
    agent(gateway.address(), &builder, async |mut sender| {
        let (stuck, _) = sender.send_request(get("/stuck", &[]), true).unwrap();
        let mut stuck = stuck.await.unwrap().into_body();
        let reset = loop {
            // The other streams keep the connection alive; of this one nothing is given back to its window.
            assert_eq!(answered(&mut sender, get("/lively", &[])).await.1.len(), 300_000);
            match poll_fn(|cx| std::task::Poll::Ready(stuck.poll_data(cx))).await {
                std::task::Poll::Ready(Some(Err(reset))) => break reset,
                std::task::Poll::Ready(None) => panic!("the stream ended as if it were whole"),
                _ => {}
            }
        };
        assert_eq!(reset.reason(), Some(Reason::CANCEL));
    });
    let (_, metrics) = gateway.stop();
    assert_eq!(metrics.sum(|counters| counters.open.total()), 0);
}

#[test]
fn an_answer_cut_short_is_a_stream_that_is_reset() {
    let origin = origin(|visit| {
        visit.request();
        visit.send("HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nhalf");
    });
    let gateway = plain(&origin).start();
    let fault = agent(gateway.address(), &h2::client::Builder::new(), async |mut sender| {
        let (answer, _) = sender.send_request(get("/", &[]), true).unwrap();
        whole(&mut answer.await.unwrap().into_body()).await.unwrap_err()
    });
    assert!(fault.is_reset(), "{fault}");
}

#[test]
fn http_2_to_the_origin_server() {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    let listener = runtime.block_on(TcpListener::bind("127.0.0.1:0")).unwrap();
    let address = listener.local_addr().unwrap();
    let served = std::thread::spawn(move || {
        runtime.block_on(async {
            let (stream, _) = listener.accept().await.unwrap();
            let mut connection = h2::server::handshake(stream).await.unwrap();
            let mut heard = Vec::new();
            while let Some(Ok((request, mut respond))) = connection.accept().await {
                heard.push(request);
                let answer =
                    Response::builder().header("set-cookie", "sessionid=1").header("set-cookie", "_ga=1");
                let mut body = respond.send_response(answer.body(()).unwrap(), false).unwrap();
                body.send_data(Bytes::from_static(b"over h2"), true).unwrap();
            }
            heard
        })
    });
    let gateway =
        Setup::to("http://unused").upstream(&format!("{{url: \"http://{address}\", h2: true}}")).start();
    for _ in 0..3 {
        let answer = gateway.agent().get(&["Cookie: sessionid=1; _ga=2", "X-Odd: 1"]);
        assert_eq!((answer.status(), answer.text()), (200, "over h2".to_owned()));
        assert_eq!(answer.values("set-cookie"), ["sessionid=1"]);
    }
    gateway.stop();
    let heard = served.join().unwrap();
    assert_eq!(heard.len(), 3, "one connection carried all");
    assert_eq!(heard[0].uri().to_string(), "http://x.test/");
    assert_eq!(heard[0].headers()["cookie"], "sessionid=1");
    assert!(!heard[0].headers().contains_key("connection"));
}

#[test]
fn cookies_beside_the_answer_of_an_origin_server_over_http_2_are_removed() {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    let listener = runtime.block_on(TcpListener::bind("127.0.0.1:0")).unwrap();
    let address = listener.local_addr().unwrap();
    let served =
        std::thread::spawn(move || {
            runtime.block_on(async {
                let (stream, _) = listener.accept().await.unwrap();
                let mut connection = h2::server::handshake(stream).await.unwrap();
                while let Some(Ok((_, mut respond))) = connection.accept().await {
                    let hints = Response::builder().status(103).header("set-cookie", "_ga=1");
                    respond.send_informational(hints.body(()).unwrap()).unwrap();
                    let mut body = respond.send_response(Response::new(()), false).unwrap();
                    body.send_data(Bytes::from_static(b"over h2"), false).unwrap();
                    let fields = [("set-cookie", "sessionid=1"), ("x-sum", "9")];
                    body.send_trailers(HeaderMap::from_iter(fields.map(|(name, value)| {
                        (HeaderName::from_static(name), HeaderValue::from_static(value))
                    })))
                    .unwrap();
                }
            });
        });
    let gateway = Setup::to("http://unused")
        .upstream(&format!("{{url: \"http://{address}\", h2: true}}"))
        .top("listeners: [{address: \"127.0.0.1:0\", h2c: true}]")
        .start();
    let (answer, trailers) = agent(gateway.address(), &h2::client::Builder::new(), async |mut sender| {
        let (mut answer, _) = sender.send_request(get("/", &[("te", "trailers")]), true).unwrap();
        assert!(poll_fn(|cx| answer.poll_informational(cx)).await.is_none(), "nothing before the answer");
        let (head, mut body) = answer.await.unwrap().into_parts();
        assert_eq!(whole(&mut body).await.unwrap(), b"over h2");
        (head, body.trailers().await.unwrap().unwrap())
    });
    assert!(!answer.headers.contains_key("set-cookie"), "{answer:?}");
    assert_eq!((trailers.len(), trailers["x-sum"].as_bytes()), (1, &b"9"[..]));
    assert_eq!(gateway.count(|counters| counters.trailer_cookies.value()), 1);
    gateway.stop();
    served.join().unwrap();
}

#[test]
fn both_versions_are_sifted_alike() {
    let origin = answering(&page(&[
        "Set-Cookie: sessionid=1; Path=/",
        "Set-Cookie: _ga=\u{e9};PATH=/;;x",
        "Set-Cookie: =sessionid=2",
        "Set-Cookie: mystery=1",
        "Set-Cookie: mystery=; Max-Age=0",
        "Set-Cookie: csrftoken = 2 ;samesite=lax",
    ]));
    let gateway = plain(&origin).start();
    for pairs in [
        &["sessionid=a", "_ga=b", "sessionid=c"][..],
        &["_ga=b", "mystery=c"],
        &["=sessionid=a", "x", "csrftoken=\"a b\""],
        &["_ga=b", "cookies_preferences={\"analytics\":true}", "_fbp=c"],
        &["cookies_preferences={\"analytics\":true}", "cookies_preferences={\"analytics\":false}", "_ga=b"],
    ] {
        let line = gateway.agent().get(&[&format!("Cookie: {}", pairs.join("; "))]);
        let heard = origin.heard();
        let crumbs: Vec<_> = pairs.iter().map(|pair| ("cookie", *pair)).collect();
        let (frames, _) = agent(gateway.address(), &h2::client::Builder::new(), async |mut sender| {
            answered(&mut sender, get("/", &crumbs)).await
        });
        let again = origin.heard();
        for name in ["cookie", "x-consent"] {
            assert_eq!(again.values(name), heard.values(name), "{name}, {pairs:?}");
        }
        let octets = frames.headers().get_all("set-cookie").iter().map(|value| text(value.as_bytes()));
        assert_eq!(octets.collect::<Vec<_>>(), line.values("set-cookie"), "{pairs:?}");
    }
}

#[test]
fn connect_is_refused_and_other_upgrades_end_here() {
    let origin = answering(&page(&[]));
    let gateway = plain(&origin).start();
    agent(gateway.address(), &h2::client::Builder::new(), async |mut sender| {
        let connect = Request::connect("x.test:443").body(()).unwrap();
        assert_eq!(answered(&mut sender, connect).await.0.status(), 501);
        let settings = [("http2-settings", "AAMAAABkAAQAAP__"), ("te", "trailers")];
        assert_eq!(answered(&mut sender, get("/", &settings)).await.0.status(), 200);
    });
    let heard = origin.heard();
    assert_eq!(heard.start(), "GET / HTTP/1.1");
    assert!(!heard.has("http2-settings") && !heard.has("upgrade"));
    assert_eq!(origin.connections(), 1);
}

#[test]
fn cookies_in_trailers_are_removed() {
    let origin = answering(
        "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\nTrailer: X-Sum\r\n\r\n\
         4\r\npage\r\n0\r\nSet-Cookie: sessionid=1\r\nX-Sum: 9\r\n\r\n",
    );
    let gateway = plain(&origin).start();
    let trailers = agent(gateway.address(), &h2::client::Builder::new(), async |mut sender| {
        let (answer, _) = sender.send_request(get("/", &[("te", "trailers")]), true).unwrap();
        let mut body = answer.await.unwrap().into_body();
        assert_eq!(whole(&mut body).await.unwrap(), b"page");
        body.trailers().await.unwrap().unwrap()
    });
    assert_eq!((trailers.len(), trailers["x-sum"].as_bytes()), (1, &b"9"[..]));
    assert_eq!(gateway.count(|counters| counters.trailer_cookies.value()), 1);
}

#[test]
fn no_value_and_no_query_is_logged_of_http_2_either() {
    let gateway =
        plain(&answering(&page(&["Set-Cookie: _ga=S3CRET-a", "Set-Cookie: sessionid=S3CRET-b"]))).start();
    let crumbs =
        [("cookie", "sessionid=S3CRET-c"), ("cookie", "_ga=S3CRET-d"), ("authorization", "S3CRET-e")];
    agent(gateway.address(), &h2::client::Builder::new(), async |mut sender| {
        answered(&mut sender, get("/log/frames?S3CRET-f", &crumbs)).await
    });
    let log = logged("path=\"/log/frames\"");
    assert!(!log.contains("S3CRET"), "{}", log.lines().find(|line| line.contains("S3CRET")).unwrap());
}

/// Says frames on a connection of its own, each in its stream, and waits for its end; what came back.
fn says(gateway: &Gateway, frames: &[(u8, u8, &[u8])]) -> Vec<u8> {
    let mut octets = b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n\0\0\0\x04\0\0\0\0\0".to_vec();
    for (kind, flags, payload) in frames {
        let [_, length @ ..] = u32::try_from(payload.len()).unwrap().to_be_bytes();
        octets.extend([&length[..], &[*kind, *flags, 0, 0, 0, 1], payload].concat());
    }
    let mut agent = gateway.agent();
    agent.wire.try_send(&octets).unwrap();
    agent.wire.rest()
}

#[test]
fn what_the_library_says_of_a_malformed_head_is_not_logged() {
    let gateway = plain(&answering(&page(&[]))).start();
    // GET, http, `x.test`, and a path in which a space stands; then a frame that ends the connection.
    let head = b"\x82\x86\x41\x06x.test\x44\x0e/S3CRET?S3CR x";
    assert!(!says(&gateway, &[(1, 5, head), (7, 0, &[0; 8])]).is_empty());
    agent(gateway.address(), &h2::client::Builder::new(), async |mut sender| {
        answered(&mut sender, get("/log/malformed", &[])).await
    });
    let log = logged("path=\"/log/malformed\"");
    assert!(!log.contains("S3CR"), "{}", log.lines().find(|line| line.contains("S3CR")).unwrap());
}

#[test]
fn trailers_with_pseudo_header_fields_are_refused() {
    let origin = origin(|visit| while visit.request().is_some() {});
    // POST, http, `/`, and `x.test` as authority; `:path` by its entry.
    let head = b"\x83\x86\x84\x41\x06x.test";
    let frames: [(u8, u8, &[u8]); 3] = [(1, 4, head), (0, 0, b"abc"), (1, 5, b"\x84")];
    for body in ["measure", "stream"] {
        let gateway = plain(&origin).site(&format!("request_body: {body}")).start();
        let goaway = b"\x07\0\0\0\0\0";
        let came = says(&gateway, &frames);
        assert!(came.windows(goaway.len()).any(|octets| octets == goaway), "{body}: {came:02x?}");
        assert_eq!(gateway.stop().1.sum(|counters| counters.connection_faults.value("http")), 1, "{body}");
    }
    assert!(origin.heard_nothing(), "no upload was whole");
}

#[test]
fn what_is_malformed_is_refused_across_frames_too() {
    let origin = answering(&page(&[]));
    let gateway = plain(&origin).start();
    // `connection: close`, then the first half of another line; its rest in a CONTINUATION frame.
    let head = b"\x82\x86\x84\x41\x06x.test\0\x0aconnection\x05close\0\x03x-";
    let frames: [(u8, u8, &[u8]); 2] = [(1, 1, head), (9, 4, b"a\x01b")];
    says(&gateway, &frames);
    assert_eq!(gateway.stop().1.sum(|counters| counters.connection_faults.value("http")), 1);
    assert!(origin.heard_nothing());
}

#[test]
fn an_answer_has_its_date_or_the_time_of_this_moment() {
    let said = "Thu, 01 Jan 2004 00:00:00 GMT";
    for (fields, kept) in [(vec![format!("Date: {said}")], true), (vec![], false)] {
        let fields: Vec<&str> = fields.iter().map(String::as_str).collect();
        let gateway = plain(&answering(&page(&fields))).start();
        let answer = agent(gateway.address(), &h2::client::Builder::new(), async |mut sender| {
            answered(&mut sender, get("/", &[])).await.0
        });
        for dates in [values(&answer, "date"), gateway.agent().get(&[]).values("date")] {
            let [date] = &dates[..] else { panic!("{dates:?}") };
            assert_eq!(date == said, kept, "{date}");
            assert!(jiff::fmt::rfc2822::parse(date).is_ok(), "{date}");
        }
        let own = gateway.agent().request("GET /cookies-policy", &[]).values("date");
        assert_eq!(own.len(), 1, "{own:?}");
    }
}

#[test]
fn a_preface_may_come_in_pieces_and_nobody_waits_for_the_rest_of_one_behind_an_end() {
    let origin = answering(&page(&[]));
    // Nothing but the end of either side ends it.
    let gateway = plain(&origin).top("times: {head: 24h, idle: 24h}").start();
    let whole = b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n\0\0\0\x04\0\0\0\0\0";
    for cut in [1, 5, 13, 14, 23, 24] {
        let mut agent = gateway.agent();
        agent.wire.try_send(&whole[..cut]).unwrap();
        // Over another connection: what came of the first was looked at by then.
        assert_eq!(gateway.agent().get(&[]).status(), 200, "HTTP/1.1 over the same listener");
        agent.wire.try_send(&whole[cut..]).unwrap();
        agent.wire.finish();
        let came = agent.wire.rest();
        assert_eq!(came.get(3..5), Some(&b"\x04\0"[..]), "SETTINGS, at {cut}: {came:02x?}");
    }
    let mut gone = gateway.agent();
    gone.wire.try_send(&whole[..10]).unwrap();
    assert_eq!(gateway.agent().get(&[]).status(), 200);
    gone.wire.finish();
    assert!(gone.is_closed());
}
