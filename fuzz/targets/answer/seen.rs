//! One request, and what is made of the octets that answer it.

use std::cell::Cell;
use std::future::{Future, poll_fn};
use std::pin::pin;
use std::rc::Rc;
use std::sync::LazyLock;
use std::task::{Context, Poll, Waker};
use std::time::Duration;

use bytes::Bytes;
use http::header::SET_COOKIE;
use http::{HeaderMap, Method, Request, StatusCode};
use http_body_util::Empty;
use tokio::runtime::{Builder, Runtime};
use tokio::time::Instant;

use super::codec::{Bounds, Connection, Content, Kept, Line, Rules, Sending, ask};
use super::shelf::Seat;
use super::stream::Stream;
use super::{Fault, Lines};
use crate::metrics::Counter;

const BOUNDS: Bounds = Bounds { fields: 20, head: 4 * 1024 };

/// What came of an answer.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Seen {
    pub status: Option<StatusCode>,
    pub fields: HeaderMap,
    /// What came before the end, or before the fault.
    pub content: Vec<u8>,
    pub trailers: Option<HeaderMap>,
    /// Why it isn't whole.
    pub fault: Option<String>,
    /// The connection may carry another request.
    pub kept: bool,
}

/// Asks with HEAD or GET, and reads the answer as far as it comes in these pieces.
pub fn exchange(head: bool, pieces: Vec<Vec<u8>>, closes: bool) -> Seen {
    // Only its clock is asked for.
    static RUNTIME: LazyLock<Runtime> = LazyLock::new(|| {
        Builder::new_current_thread().enable_time().build().unwrap_or_else(|fault| panic!("{fault}"))
    });
    let _entered = RUNTIME.enter();
    let looks = 4 * pieces.len() + 16;
    let mut seen = Seen::default();
    let kept = Rc::new(Cell::new(false));
    let ended = {
        let mut reading = pin!(read(head, Stream::new(pieces, closes), Seat::new(&kept), &mut seen));
        let mut cx = Context::from_waker(Waker::noop());
        (0..looks).find_map(|_| match reading.as_mut().poll(&mut cx) {
            Poll::Ready(read) => Some(read),
            Poll::Pending => None,
        })
    };
    seen.fault = match ended {
        Some(read) => read.err().map(|fault| fault.to_string()),
        None => Some("more is to come".to_owned()),
    };
    seen.kept = kept.get();
    seen
}

async fn read(head: bool, stream: Stream, seat: Seat, seen: &mut Seen) -> Result<(), Fault> {
    let mut connection = Connection::new(stream);
    let method = if head { Method::HEAD } else { Method::GET };
    let mut request = Request::new(Empty::<Bytes>::new());
    *request.method_mut() = method;
    let mut sending = Sending::new(request, &Lines::default());
    let counter = Counter::default();
    let rules = Rules { bounds: BOUNDS, informational: &counter };
    let late = Instant::now() + Duration::from_secs(3600);
    // As the proxy has it: a cookie with a control character is no reason to refuse the answer.
    let field = |line: Line<'_>| match line.value() {
        None if *line.name == SET_COOKIE => Kept::Drop,
        _ => line.kept(),
    };
    let head =
        ask(&mut connection, &mut sending, &rules, || late, field).await.map_err(|(fault, _)| fault)?;
    // Content whose beginning is malformed is refused at once, or when it comes.
    let content = Content::after(&head, connection, Box::new(sending), BOUNDS, seat);
    let response = head.into_response(());
    seen.status = Some(response.status());
    seen.fields.clone_from(response.headers());
    let mut content = content?;
    let announced = content.size().exact();
    while let Some(frame) = poll_fn(|cx| content.poll(cx)).await {
        match frame?.into_data() {
            Ok(data) => seen.content.extend_from_slice(&data),
            Err(frame) => seen.trailers = frame.into_trailers().ok(),
        }
    }
    assert!(announced.is_none_or(|length| length == seen.content.len() as u64));
    Ok(())
}
