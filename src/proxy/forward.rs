//! Sending a request to the origin server and waiting for the head of its answer.

use http::{Method, Request, Response, StatusCode, header};
use tokio::time::Instant;

use super::body::BodyError;
use super::upload::Upload;
use super::{Current, Error, RequestBody, upgrade};
use crate::upstream::{self, Fault, Kept, Line, Lines, Outgoing};

type Answer = Response<upstream::Body<RequestBody>>;

/// Sends the request to the origin server of this index, a second time only where nothing can have happened to it.
///
/// # Errors
/// No connection, no answer, none in time, or one that is not HTTP; or the user agent's body failed meanwhile.
pub(super) async fn send(
    current: &Current,
    index: usize,
    (request, lines): (Request<RequestBody>, Lines),
    upload: &Upload,
    mut field: impl FnMut(Line<'_>) -> Kept,
) -> Result<Answer, Error> {
    // From when the upload last moved on: one that moves is no origin server that is slow to answer.
    let limit = upload.answer();
    let asked = request.headers().contains_key(header::UPGRADE);
    let repeatable = is_repeatable(&request);
    let mut outgoing = Outgoing::new(request, lines);
    if let Some(lease) = current.pool.reuse(index).await {
        outgoing = match lease.send(outgoing, || upload.last() + limit, &mut field).await {
            Ok(answer) => return expected(answer, asked),
            // Not a byte of it left: any method, any body.
            Err(failed) => match failed.unsent() {
                Ok(unsent) => unsent,
                // The connection died before any byte of an answer (RFC 9110 9.2.2).
                Err(failed) if repeatable => failed.unheard().map_err(|fault| classify(fault, upload))?,
                Err(failed) => return Err(classify(failed.fault, upload)),
            },
        };
        current.counters.retries.increment();
    }
    // Boxed: handshakes are large, and seldom; every request's future would be as large as they are, and be moved.
    let lease = Box::pin(current.pool.connect(index)).await.map_err(Error::Connect)?;
    let begun = Instant::now();
    match lease.send(outgoing, || begun.max(upload.last()) + limit, field).await {
        Ok(answer) => expected(answer, asked),
        Err(failed) => Err(classify(failed.fault, upload)),
    }
}

/// The answer, unless it switches protocols without having been asked, or to another one than WebSocket.
fn expected(answer: Answer, asked: bool) -> Result<Answer, Error> {
    let switches = answer.status() == StatusCode::SWITCHING_PROTOCOLS;
    if switches && !(asked && upgrade::names_websocket(answer.headers())) {
        return Err(Error::Unasked101);
    }
    Ok(answer)
}

/// Whose fault a failed attempt is.
fn classify(fault: Fault, upload: &Upload) -> Error {
    if let Some(most) = upload.too_large() {
        return Error::LargeBody(most);
    }
    match fault {
        Fault::Slow => Error::SlowAnswer(upload.answer()),
        _ if upload.slow() => Error::SlowRequest,
        Fault::Upload(_) => Error::RequestBody(BodyError::Origin(fault)),
        _ if upload.broken() => Error::RequestBody(BodyError::Origin(fault)),
        Fault::Large => Error::LargeAnswer,
        Fault::Coding => Error::AnswerCoding,
        Fault::Malformed(_) => Error::NotHttp(fault),
        Fault::Closed | Fault::Broken(_) | Fault::Http2(_) => Error::NoAnswer(fault),
    }
}

/// The request may be sent again: an idempotent method without a body (RFC 9110 9.2.2).
fn is_repeatable(request: &Request<RequestBody>) -> bool {
    let idempotent = [Method::GET, Method::HEAD, Method::OPTIONS, Method::PUT, Method::DELETE];
    request.body().is_empty() && idempotent.contains(request.method())
}
