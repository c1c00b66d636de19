//! Sending a request to the origin server and waiting for the head of its answer.

use std::rc::Rc;
use std::sync::Arc;

use http::{HeaderValue, Method, Request, Response, StatusCode, header};
use hyper::body::Incoming;

use super::body::Upload;
use super::{Error, RequestBody, Worker, fields, upgrade};
use crate::upstream::Lease;

type Answer = (Response<Incoming>, Lease<RequestBody>);

/// Sends the request to the origin server of this index, a second time only where nothing can have happened to it.
///
/// # Errors
/// No connection, no answer, none in time, or one that is not HTTP; or the user agent's body failed meanwhile.
pub(super) async fn send(
    worker: &Rc<Worker>,
    index: usize,
    mut request: Request<RequestBody>,
    upload: &Upload,
) -> Result<Answer, Error> {
    count_informational(&mut request, worker);
    if let Some(lease) = worker.pool.reuse(index) {
        let spare = spare(&request);
        match attempt(worker, lease, request, upload).await {
            Ok(answer) => return Ok(answer),
            Err(Failed { error, unsent, heard }) => match (unsent, spare) {
                // Not a byte of it left: any method, any body.
                (Some(unsent), _) => request = *unsent,
                // The connection died before any byte of an answer (RFC 9110 9.2.2).
                (None, Some(spare)) if !heard && died(&error) => request = spare,
                _ => return Err(error),
            },
        }
        worker.counters.retries.increment();
    }
    // Boxed: handshakes are large, and seldom; every request's future would be as large as they are, and be moved.
    let lease = Box::pin(worker.pool.connect(index)).await.map_err(Error::Connect)?;
    attempt(worker, lease, request, upload).await.map_err(|failed| failed.error)
}

/// An attempt that came to nothing.
struct Failed {
    error: Error,
    /// The request, if not a byte of it was sent.
    unsent: Option<Box<Request<RequestBody>>>,
    /// Something came back.
    heard: bool,
}

async fn attempt(
    worker: &Rc<Worker>,
    mut lease: Lease<RequestBody>,
    request: Request<RequestBody>,
    upload: &Upload,
) -> Result<Answer, Failed> {
    let limit = worker.gateway.snapshot.times.answer;
    let asked = request.headers().get(header::UPGRADE).cloned();
    let begun = tokio::time::Instant::now();
    let sent = {
        let mut sending = std::pin::pin!(lease.send(request));
        loop {
            // An upload that moves is no origin server that is slow to answer.
            let moved = begun.max(upload.last());
            tokio::select! {
                biased;
                sent = &mut sending => break Some(sent),
                () = tokio::time::sleep_until(moved + limit) => {
                    if upload.last() <= moved {
                        break None;
                    }
                }
            }
        }
    };
    let failed = |error, unsent| Failed { error, unsent, heard: false };
    match sent {
        None => Err(failed(Error::SlowAnswer(limit), None)),
        Some(Ok(answer))
            if answer.status() == StatusCode::SWITCHING_PROTOCOLS && !websocket(&asked, &answer) =>
        {
            Err(failed(Error::Unasked101, None))
        }
        Some(Ok(answer)) if !fields::is_coded_plainly(answer.headers()) => {
            Err(failed(Error::AnswerCoding, None))
        }
        Some(Ok(answer)) => Ok((answer, lease)),
        Some(Err(mut fault)) => {
            let unsent = fault.take_message().map(Box::new);
            let error = classify(fault.into_error(), upload);
            Err(Failed { error, unsent, heard: lease.heard() })
        }
    }
}

/// The answer switches to WebSocket, and that was asked for.
fn websocket(asked: &Option<HeaderValue>, answer: &Response<Incoming>) -> bool {
    asked.is_some() && upgrade::names_websocket(answer.headers())
}

/// Whose fault a failed attempt is.
fn classify(fault: hyper::Error, upload: &Upload) -> Error {
    if upload.slow() {
        Error::SlowRequest
    } else if upload.broken() {
        Error::RequestBody(fault)
    } else if fault.is_parse_too_large() {
        Error::LargeAnswer
    } else if fault.is_parse() {
        Error::NotHttp(fault)
    } else {
        Error::NoAnswer(fault)
    }
}

fn died(error: &Error) -> bool {
    matches!(error, Error::NoAnswer(_))
}

/// A copy of a request that may be sent again: an idempotent method without a body (RFC 9110 9.2.2).
fn spare(request: &Request<RequestBody>) -> Option<Request<RequestBody>> {
    let idempotent = [Method::GET, Method::HEAD, Method::OPTIONS, Method::PUT, Method::DELETE];
    if !request.body().is_empty() || !idempotent.contains(request.method()) {
        return None;
    }
    let mut spare = Request::new(RequestBody::Empty);
    *spare.method_mut() = request.method().clone();
    *spare.uri_mut() = request.uri().clone();
    *spare.headers_mut() = request.headers().clone();
    *spare.extensions_mut() = request.extensions().clone();
    Some(spare)
}

/// Informational answers end here: hyper's server can't pass them on. They are counted, with whatever they carried.
fn count_informational(request: &mut Request<RequestBody>, worker: &Worker) {
    let counters = Arc::clone(&worker.counters);
    hyper::ext::on_informational(request, move |_| counters.informational.increment());
}
