//! Requests as they are written, and answers that don't wait for their end.

use std::collections::VecDeque;
use std::io;
use std::pin::Pin;
use std::rc::Rc;
use std::task::{Context, Poll};

use bytes::Bytes;
use http::{HeaderMap, HeaderValue, Request};
use http_body::{Body, Frame, SizeHint};
use http_body_util::BodyExt as _;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _, DuplexStream, duplex};
use tokio::time::{Duration, Instant};

use super::kit::{BOUNDS, connection, run, seat};
use crate::metrics::Counter;
use crate::upstream::Fault;
use crate::upstream::Lines;
use crate::upstream::body::{Body as Answer, Source};
use crate::upstream::codec::{Connection, Content, Rules, Sending, ask};
use crate::upstream::lease::{Lease, Outgoing, Road};
use crate::upstream::shelf::Shelf;
use crate::upstream::stream::Stream;
use crate::upstream::tests::counters;

type Step = Option<Result<Frame<Bytes>, io::Error>>;

/// Content that comes in these steps; `None` is a moment without any.
#[derive(Default)]
struct Script {
    steps: VecDeque<Step>,
    length: Option<u64>,
    /// It never ends.
    stuck: bool,
}

impl Body for Script {
    type Data = Bytes;
    type Error = io::Error;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, io::Error>>> {
        match self.steps.pop_front() {
            Some(None) => {
                cx.waker().wake_by_ref();
                Poll::Pending
            }
            Some(step) => Poll::Ready(step),
            None if self.stuck => Poll::Pending,
            None => Poll::Ready(None),
        }
    }

    fn is_end_stream(&self) -> bool {
        self.steps.is_empty() && !self.stuck
    }

    fn size_hint(&self) -> SizeHint {
        self.length.map_or_else(SizeHint::default, SizeHint::with_exact)
    }
}

fn data(octets: impl Into<Bytes>) -> Step {
    Some(Ok(Frame::data(octets.into())))
}

fn script(length: Option<u64>, steps: impl IntoIterator<Item = Step>) -> Script {
    Script { steps: steps.into_iter().collect(), length, stuck: false }
}

fn post(body: Script) -> Request<Script> {
    Request::post("http://ignored/a?b").header("host", "x").body(body).unwrap()
}

/// Everything that goes out for a request, through a pipe of so many octets, until an answer stops it.
fn written(request: Request<Script>, pipe: usize) -> Vec<u8> {
    let (near, mut far) = duplex(pipe);
    run(async {
        let mut connection = Connection::new(Stream::Memory(near));
        let mut sending = Sending::new(request, &Lines::default());
        let played = async {
            let mut octets = Vec::new();
            while let Ok(Ok(read)) =
                tokio::time::timeout(Duration::from_secs(1), far.read_buf(&mut octets)).await
                && read > 0
            {}
            far.write_all(b"HTTP/1.1 204 No Content\r\n\r\n").await.unwrap();
            octets
        };
        let (head, octets) = tokio::join!(head(&mut connection, &mut sending), played);
        head.unwrap();
        assert!(sending.is_done());
        octets
    })
}

async fn head(
    connection: &mut Connection,
    sending: &mut Sending<Script>,
) -> Result<super::super::head::Head, (Fault, bool)> {
    let counters = Counter::default();
    let rules = Rules { bounds: BOUNDS, informational: &counters };
    let late = Instant::now() + Duration::from_secs(60);
    ask(connection, sending, &rules, || late, |line| line.kept()).await
}

const HEAD: &str = "POST /a?b HTTP/1.1\r\nhost: x\r\n";

#[test]
fn content_with_a_length() {
    for pipe in [1, 7, 1 << 20] {
        let steps = [None, data("ab"), None, data(""), data("c")];
        let octets = written(post(script(Some(3), steps)), pipe);
        assert_eq!(octets, format!("{HEAD}content-length: 3\r\n\r\nabc").into_bytes());
    }
}

#[test]
fn content_without_a_length() {
    let mut trailers = HeaderMap::new();
    trailers.insert("sum", HeaderValue::from_static("1"));
    for pipe in [1, 7, 1 << 20] {
        let steps = [
            data("ab"),
            None,
            data(""),
            data("0123456789abcdef"),
            Some(Ok(Frame::trailers(trailers.clone()))),
        ];
        let octets = written(post(script(None, steps)), pipe);
        let chunks = "2\r\nab\r\n10\r\n0123456789abcdef\r\n0\r\nsum: 1\r\n\r\n";
        assert_eq!(octets, format!("{HEAD}transfer-encoding: chunked\r\n\r\n{chunks}").into_bytes());
    }
    let octets = written(post(script(None, [None, data("x")])), 64);
    assert!(octets.ends_with(b"\r\n\r\n1\r\nx\r\n0\r\n\r\n"));
}

#[test]
fn large_pieces_are_not_copied_and_arrive() {
    let large = vec![b'x'; 100_000];
    for pipe in [100, 1 << 20] {
        let steps = [data("a"), data(large.clone()), None, data(large.clone())];
        let octets = written(post(script(Some(200_001), steps)), pipe);
        assert!(octets.ends_with(&[b"a", &*large, &large].concat()), "{}", octets.len());
        let octets = written(post(script(None, [data(large.clone()), data(large.clone())])), pipe);
        let chunks = [b"186a0\r\n", &*large, b"\r\n186a0\r\n", &large, b"\r\n0\r\n\r\n"].concat();
        assert!(octets.ends_with(&chunks), "{}", octets.len());
    }
}

#[test]
fn a_length_is_stated_where_there_is_no_content_only_by_its_field() {
    let request = |length: Option<&str>| {
        let mut request = Request::post("/").body(Script::default()).unwrap();
        request
            .headers_mut()
            .extend(length.map(|length| (http::header::CONTENT_LENGTH, length.parse().unwrap())));
        written(request, 1 << 20)
    };
    assert_eq!(request(None), b"POST / HTTP/1.1\r\n\r\n");
    assert_eq!(request(Some("0")), b"POST / HTTP/1.1\r\ncontent-length: 0\r\n\r\n");
}

#[test]
fn targets_are_in_origin_form() {
    for (target, line) in [("*", "*"), ("http://x", "/"), ("http://x?y", "/?y"), ("/a?", "/a?")] {
        let request = Request::options(target).body(Script::default()).unwrap();
        assert_eq!(written(request, 1 << 20), format!("OPTIONS {line} HTTP/1.1\r\n\r\n").into_bytes());
    }
}

#[test]
fn content_that_fails_or_is_of_another_length_is_a_fault_of_its_own() {
    let broken = || Some(Err(io::ErrorKind::ConnectionReset.into()));
    for body in [
        script(Some(3), [data("ab"), broken()]),
        script(None, [data("ab"), None, broken()]),
        script(Some(3), [data("ab"), None]),
        script(Some(3), [data("abcd")]),
    ] {
        let (near, _far) = duplex(1 << 20);
        let mut connection = Connection::new(Stream::Memory(near));
        let failed =
            run(async { head(&mut connection, &mut Sending::new(post(body), &Lines::default())).await });
        assert!(matches!(failed, Err((Fault::Upload(_), false))), "{failed:?}");
    }
}

#[test]
fn nothing_comes_in_time() {
    let (near, _far) = duplex(1 << 20);
    let mut connection = Connection::new(Stream::Memory(near));
    let body = Script { stuck: true, length: Some(1), ..Script::default() };
    let failed = run(async { head(&mut connection, &mut Sending::new(post(body), &Lines::default())).await });
    assert!(matches!(failed, Err((Fault::Slow, false))));
}

#[test]
fn a_request_without_content_can_go_out_again() {
    let (near, far) = duplex(1 << 20);
    drop(far);
    run(async {
        let mut sending = Sending::new(Request::get("/").body(Script::default()).unwrap(), &Lines::default());
        let failed = head(&mut Connection::new(Stream::Memory(near)), &mut sending).await;
        assert!(matches!(failed, Err((Fault::Broken(_) | Fault::Closed, false))));
        let mut again = sending.again().unwrap();
        let (near, mut far) = duplex(1 << 20);
        far.write_all(b"HTTP/1.1 204 No Content\r\n\r\n").await.unwrap();
        head(&mut Connection::new(Stream::Memory(near)), &mut again).await.unwrap();
        let mut heard = [0; 18];
        far.read_exact(&mut heard).await.unwrap();
        assert_eq!(&heard, b"GET / HTTP/1.1\r\n\r\n");
    });
}

#[test]
fn a_request_of_which_nothing_was_written_goes_out_whole() {
    let counters = counters();
    run(async {
        let lease = |connection| {
            let (road, seat) = (Road::Http1(connection), seat().1);
            Lease { road, seat, bounds: BOUNDS, counters: &counters, kept: true }
        };
        let late = Instant::now() + Duration::from_secs(60);
        let (near, far) = connection();
        drop(far);
        let body = script(Some(3), [data("ab"), None, data("c")]);
        let outgoing = Outgoing::new(post(body), &Lines::default(), false);
        let failed = lease(near).send(outgoing, || late, |line| line.kept()).await.err().unwrap();
        assert!(matches!(failed.fault, Fault::Broken(_)));
        let outgoing = failed.unsent().ok().unwrap();
        let (near, mut far) = connection();
        let played = async {
            let mut heard = vec![0; HEAD.len() + 24];
            far.read_exact(&mut heard).await.unwrap();
            drop(far);
            heard
        };
        let (failed, heard) = tokio::join!(lease(near).send(outgoing, || late, |line| line.kept()), played);
        assert_eq!(heard, format!("{HEAD}content-length: 3\r\n\r\nabc").into_bytes());
        let failed = failed.err().unwrap().unsent().err().unwrap();
        assert!(failed.unheard().is_err(), "the second time it was heard");
    });
}

#[test]
fn nothing_is_asked_where_something_was_said_before() {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    let (counters, late) = (counters(), Instant::now() + Duration::from_secs(60));
    for said in ["", "HTTP/1.1 408 Request Timeout\r\nContent-Length: 0\r\n\r\n"] {
        for (what, body) in [("content", script(Some(1), [data("x")])), ("no content", Script::default())] {
            let listener = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
            let near = std::net::TcpStream::connect(listener.local_addr().unwrap()).unwrap();
            let (mut far, _) = listener.accept().unwrap();
            // Nobody tells the thread of it before it writes.
            std::io::Write::write_all(&mut far, said.as_bytes()).unwrap();
            far.shutdown(std::net::Shutdown::Write).unwrap();
            near.set_nonblocking(true).unwrap();
            let failed = tokio::task::LocalSet::new().block_on(&runtime, async {
                let near = tokio::net::TcpStream::from_std(near).unwrap();
                let (road, seat) = (Road::Http1(Connection::new(Stream::Plain(near))), seat().1);
                let lease = Lease { road, seat, bounds: BOUNDS, counters: &counters, kept: true };
                let outgoing = Outgoing::new(post(body), &Lines::default(), false);
                lease.send(outgoing, || late, |line| line.kept()).await.err().unwrap()
            });
            assert!(failed.unsent().is_ok());
            // The other side may have reset it, with octets unread.
            let heard = std::io::Read::read(&mut far, &mut [0]);
            assert!(!matches!(heard, Ok(1)), "{what}, {said:?}");
        }
    }
}

/// The body of an answer to a request whose content is still going on, and the other end.
async fn early(body: Script, answer: &str) -> (Answer<Script>, DuplexStream, Rc<Shelf>) {
    let (near, mut far) = duplex(1 << 20);
    far.write_all(answer.as_bytes()).await.unwrap();
    let (mut connection, mut sending) =
        (Connection::new(Stream::Memory(near)), Sending::new(post(body), &Lines::default()));
    let head = head(&mut connection, &mut sending).await.unwrap();
    let (shelf, seat) = seat();
    let content = Content::after(&head, connection, Box::new(sending), BOUNDS, seat).unwrap();
    (Answer(Source::Http1(content)), far, shelf)
}

#[test]
fn an_answer_and_a_request_go_on_beside_each_other() {
    run(async {
        let steps = [data("a"), None, None, data("b"), None, data("c")];
        let answer = "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nx";
        let (mut body, mut far, shelf) = early(script(Some(3), steps), answer).await;
        assert_eq!(body.frame().await.unwrap().unwrap().into_data().unwrap(), "x");
        let last = tokio::join!(body.frame(), async {
            let mut octets = vec![0; HEAD.len() + 24];
            far.read_exact(&mut octets).await.unwrap();
            assert!(octets.ends_with(b"abc"));
            far.write_all(b"y").await.unwrap();
        });
        assert_eq!(last.0.unwrap().unwrap().into_data().unwrap(), "y");
        assert!(body.is_end_stream() && !shelf.is_empty());
    });
}

#[test]
fn a_request_goes_on_after_its_answer() {
    run(async {
        let steps = [data("a"), None, None, None, data("b")];
        let (body, mut far, shelf) = early(script(Some(2), steps), "HTTP/1.1 204 No Content\r\n\r\n").await;
        assert!(body.is_end_stream() && shelf.is_empty());
        drop(body);
        let mut octets = vec![0; HEAD.len() + 23];
        far.read_exact(&mut octets).await.unwrap();
        assert!(octets.ends_with(b"ab"));
        tokio::task::yield_now().await;
        assert!(!shelf.is_empty(), "then the connection is free");
    });
}

#[test]
fn a_request_that_goes_on_is_given_up_when_the_origin_server_closes() {
    run(async {
        let body = Script { steps: [data("a")].into(), length: Some(2), stuck: true };
        let (body, mut far, shelf) =
            early(body, "HTTP/1.1 413 Content Too Large\r\nContent-Length: 0\r\n\r\n").await;
        drop(body);
        far.shutdown().await.unwrap();
        let mut octets = Vec::new();
        while far.read_buf(&mut octets).await.unwrap() > 0 {}
        assert!(octets.ends_with(b"a") && shelf.is_empty());
    });
}

#[test]
fn content_that_fails_beside_its_answer_ends_both() {
    run(async {
        let steps = [data("a"), None, None, Some(Err(io::ErrorKind::ConnectionReset.into()))];
        let answer = "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n";
        let (mut body, _far, shelf) = early(script(Some(3), steps), answer).await;
        assert!(matches!(body.frame().await, Some(Err(Fault::Upload(_)))));
        assert!(shelf.is_empty());
    });
}

#[test]
fn a_request_that_stands_still_after_its_answer_is_given_up() {
    run(async {
        let body = Script { steps: [data("a")].into(), length: Some(2), stuck: true };
        let (body, mut far, shelf) = early(body, "HTTP/1.1 204 No Content\r\n\r\n").await;
        drop(body);
        let mut octets = Vec::new();
        while far.read_buf(&mut octets).await.unwrap() > 0 {}
        assert!(octets.ends_with(b"a") && shelf.is_empty());
    });
}
