//! One request over a stream in memory, and what is made of the octets that answer it.

use std::rc::Rc;
use std::sync::Arc;

use bytes::Bytes;
use http::{HeaderMap, Method, Request, StatusCode};
use http_body::Body as _;
use http_body_util::{BodyExt as _, Empty};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _, DuplexStream, duplex};
use tokio::sync::Notify;
use tokio::time::{Duration, Instant};

use crate::metrics::{AddressCounters, Counter};
use crate::upstream::Lines;
use crate::upstream::body::{Body, Source};
use crate::upstream::codec::{Bounds, Connection, Content, Kept, Line, Rules, Sending, ask};
use crate::upstream::shelf::{Seat, Shelf};
use crate::upstream::stream::Stream;
use crate::upstream::{Fault, Flaw};

pub(super) const BOUNDS: Bounds = Bounds { fields: 20, head: 8 * 1024 };

/// What came of an answer.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Seen {
    pub(super) status: StatusCode,
    pub(super) headers: HeaderMap,
    /// What came before the end, or before the fault.
    pub(super) content: Vec<u8>,
    pub(super) trailers: Option<HeaderMap>,
    /// Why it isn't whole.
    pub(super) fault: Option<String>,
    /// The connection may carry another request.
    pub(super) kept: bool,
}

/// Runs something on a thread as the workers are, with time that jumps.
pub(super) fn run<T>(future: impl Future<Output = T>) -> T {
    let runtime =
        tokio::runtime::Builder::new_current_thread().enable_time().start_paused(true).build().unwrap();
    tokio::task::LocalSet::new().block_on(&runtime, future)
}

/// An empty shelf, and a seat that gives its connection to it.
pub(super) fn seat() -> (Rc<Shelf>, Seat) {
    let shelf = Rc::new(Shelf::new(1, &Arc::new(Notify::new()), Arc::new(AddressCounters::new(&[]))));
    let seat = Seat::take(&shelf, None);
    (shelf, seat)
}

/// A connection, and its other end.
pub(super) fn connection() -> (Connection, DuplexStream) {
    let (near, far) = duplex(1 << 20);
    (Connection::new(Stream::Memory(near)), far)
}

/// Asks and reads the answer whole, which comes in these pieces and is followed by the end of the connection if
/// `closes`.
pub(super) async fn exchange(method: Method, pieces: &[&[u8]], closes: bool) -> Result<Seen, Fault> {
    let (connection, mut far) = connection();
    let played = async {
        let mut request = vec![0; 4096];
        let _ = far.read(&mut request).await.unwrap();
        for piece in pieces {
            // A reader that has seen enough may be gone.
            let _ = far.write_all(piece).await;
            tokio::task::yield_now().await;
        }
        if !closes {
            let _ = far.read(&mut request).await;
        }
        drop(far);
    };
    let request = Request::builder().method(method).uri("/").body(Empty::<Bytes>::new()).unwrap();
    let (seen, ()) = tokio::join!(read(connection, request), played);
    seen
}

/// Sends a request and reads the answer to its end.
pub(super) async fn read(mut connection: Connection, request: Request<Empty<Bytes>>) -> Result<Seen, Fault> {
    let counters = Counter::default();
    let rules = Rules { bounds: BOUNDS, informational: &counters };
    let mut sending = Sending::new(request, &Lines::default());
    let late = Instant::now() + Duration::from_secs(60);
    let (shelf, seat) = seat();
    let field = |line: Line<'_>| {
        if *line.name == http::header::SET_COOKIE && line.value().is_none() {
            Kept::Drop
        } else {
            line.kept()
        }
    };
    let head =
        ask(&mut connection, &mut sending, &rules, || late, field).await.map_err(|(fault, _)| fault)?;
    let (status, headers) = (head.status, head.headers.clone());
    let content = Content::after(&head, connection, Box::new(sending), BOUNDS, seat)?;
    let mut body = Body(Source::Http1(content));
    let exact = body.size_hint().exact();
    let mut seen = Seen { status, headers, content: Vec::new(), trailers: None, fault: None, kept: false };
    while let Some(frame) = body.frame().await {
        match frame.map(http_body::Frame::into_data) {
            Ok(Ok(data)) => seen.content.extend_from_slice(&data),
            Ok(Err(frame)) => seen.trailers = frame.into_trailers().ok(),
            Err(fault) => {
                seen.fault = Some(fault.to_string());
                break;
            }
        }
    }
    if let (Some(exact), None) = (exact, &seen.fault) {
        assert_eq!(exact, seen.content.len() as u64);
    }
    assert!(seen.fault.is_some() || body.is_end_stream());
    seen.kept = !shelf.is_empty();
    Ok(seen)
}

/// The flaw of an answer that is refused.
pub(super) fn flaw(answer: &[u8]) -> Option<Flaw> {
    match run(exchange(Method::GET, &[answer], true)) {
        Err(Fault::Malformed(flaw)) => Some(flaw),
        _ => None,
    }
}
