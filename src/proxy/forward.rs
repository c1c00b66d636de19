//! Sending a request to the origin server and waiting for the head of its answer.

use std::rc::Rc;

use http::header::{self, HeaderName};
use http::{Method, Request, Response, StatusCode};
use tokio::time::Instant;

use super::body::{BodyError, Upload};
use super::{Error, RequestBody, Worker, upgrade};
use crate::upstream::{self, Failed, Fault, Kept, Lease, Outgoing};

type Answer = Response<upstream::Body<RequestBody>>;

/// Sends the request, as of now, to the origin server of this index, a second time only where nothing can have happened to it.
///
/// # Errors
/// No connection, no answer, none in time, or one that is not HTTP; or the user agent's body failed meanwhile.
pub(super) async fn send(
    worker: &Rc<Worker>,
    index: usize,
    request: Request<RequestBody>,
    upload: &Upload,
    begun: Instant,
) -> Result<Answer, Error> {
    let asked = request.headers().contains_key(header::UPGRADE);
    let repeatable = is_repeatable(&request);
    let mut outgoing = Outgoing::new(request);
    if let Some(lease) = worker.pool.reuse(index).await {
        outgoing = match attempt(worker, lease, outgoing, upload, begun).await {
            Ok(answer) => return expected(answer, asked),
            // Not a byte of it left: any method, any body.
            Err(failed) => match failed.unsent() {
                Ok(unsent) => unsent,
                // The connection died before any byte of an answer (RFC 9110 9.2.2).
                Err(failed) if repeatable => {
                    failed.unheard().map_err(|fault| classify(fault, worker, upload))?
                }
                Err(failed) => return Err(classify(failed.fault, worker, upload)),
            },
        };
        worker.counters.retries.increment();
    }
    // Boxed: handshakes are large, and seldom; every request's future would be as large as they are, and be moved.
    let lease = Box::pin(worker.pool.connect(index)).await.map_err(Error::Connect)?;
    match attempt(worker, lease, outgoing, upload, Instant::now()).await {
        Ok(answer) => expected(answer, asked),
        Err(failed) => Err(classify(failed.fault, worker, upload)),
    }
}

async fn attempt(
    worker: &Worker,
    lease: Lease<RequestBody>,
    outgoing: Outgoing<RequestBody>,
    upload: &Upload,
    begun: Instant,
) -> Result<Answer, Failed<RequestBody>> {
    let limit = worker.gateway.snapshot.times.answer;
    // An upload that moves is no origin server that is slow to answer.
    lease.send(outgoing, || begun.max(upload.last()) + limit, field).await
}

/// What becomes of a field line of the answer. A cookie with a control character, which no browser takes, is no reason
/// to refuse a page; in any other field it is. What says nothing but of this connection ends here, so that `end_hop`
/// finds nothing to do in most answers.
fn field(name: &HeaderName, value: &[u8]) -> Kept {
    if *name == header::SET_COOKIE {
        return Kept::KeepValid;
    }
    if *name == header::CONNECTION && is_plain(value) || *name == header::TRANSFER_ENCODING {
        return Kept::Drop;
    }
    if name.as_str() == "keep-alive" { Kept::Drop } else { Kept::Keep }
}

/// `Connection` with one of the two options that name no field.
fn is_plain(connection: &[u8]) -> bool {
    connection.eq_ignore_ascii_case(b"keep-alive") || connection.eq_ignore_ascii_case(b"close")
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
fn classify(fault: Fault, worker: &Worker, upload: &Upload) -> Error {
    match fault {
        Fault::Slow => Error::SlowAnswer(worker.gateway.snapshot.times.answer),
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
