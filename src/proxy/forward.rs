//! Sending a request to the origin server and waiting for the head of its answer.

use http::{Method, Request, Response, StatusCode, header};

use super::body::BodyError;
use super::upload::Upload;
use super::{Current, Error, RequestBody, Side, upgrade};
use crate::upstream::{self, Fault, Kept, Lease, Line, Lines, Outgoing, Way};

type Answer = Response<upstream::Body<RequestBody>>;

/// A request that is ready to go.
pub(super) struct Ready {
    outgoing: Outgoing<RequestBody>,
    /// It asks for another protocol.
    upgrades: bool,
    /// It may be heard twice.
    repeatable: bool,
}

impl Ready {
    /// With these lines beside its fields, over HTTP/2 or not.
    pub(super) fn new(request: Request<RequestBody>, lines: &Lines, h2: bool) -> Self {
        let upgrades = request.headers().contains_key(header::UPGRADE);
        let repeatable = is_repeatable(&request);
        Self { outgoing: Outgoing::new(request, lines, h2), upgrades, repeatable }
    }
}

/// Sends the request to the origin server of this index, a second time only where nothing can have happened to it.
///
/// # Errors
/// No connection, no answer, none in time, or one that is not HTTP; or the user agent's body failed meanwhile.
pub(super) async fn send(
    current: &Current,
    index: usize,
    Ready { mut outgoing, upgrades, repeatable }: Ready,
    upload: &Upload,
    mut field: impl FnMut(Line<'_>) -> Kept,
) -> Result<Answer, Error> {
    let mut way = current.pool.way(index);
    if way.has_to_wait() {
        Box::pin(way.queue()).await.map_err(Error::Connect)?;
        upload.begin();
    }
    let mut lease = match way.reuse().await {
        Some(lease) => lease,
        None => connect(&mut way, upload).await?,
    };
    let mut repeated = false;
    loop {
        upload.goes_to(way.address());
        let kept = lease.is_kept();
        let failed = match lease.send(outgoing, || upload.patience(), &mut field).await {
            Ok(answer) => {
                way.answered();
                return expected(answer, upgrades);
            }
            // A new connection that fails, or a second one, is a fault of the origin server's.
            Err(failed) if repeated || !(kept || failed.is_refused()) => {
                return Err(blame(failed.fault, kept, upload, &way));
            }
            Err(failed) => failed,
        };
        outgoing = match failed.unsent() {
            // Not a byte of it left, or nothing was done with it: any method, any body.
            Ok(unsent) => unsent,
            // The connection died before any byte of an answer (RFC 9110 9.2.2).
            Err(failed) if repeatable => {
                failed.unheard().map_err(|fault| blame(fault, kept, upload, &way))?
            }
            Err(failed) => return Err(blame(failed.fault, kept, upload, &way)),
        };
        current.counters.retries.increment();
        repeated = true;
        lease = connect(&mut way, upload).await?;
    }
}

/// A connection for a request that has found no idle one, or one that died. Boxed: handshakes are large, and seldom; every
/// request's future would be as large as they are, and be moved.
async fn connect<'p>(
    way: &mut Way<'p, RequestBody>,
    upload: &Upload,
) -> Result<Lease<'p, RequestBody>, Error> {
    let lease = Box::pin(way.connect()).await;
    upload.goes_to(way.address());
    upload.go_on();
    lease.map_err(Error::Connect)
}

/// What an attempt failed of, held against the address if it is the origin server's fault. That a kept connection has died
/// meanwhile is nobody's.
fn blame(fault: Fault, kept: bool, upload: &Upload, way: &Way<'_, RequestBody>) -> Error {
    let error = classify(fault, upload);
    if error.side() == Side::Upstream && (!kept || matches!(error, Error::SlowAnswer(_))) {
        way.failed(error.word(), &error);
    }
    error
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
        Fault::ClientCertificate(_) => Error::ClientCertificate(fault),
        Fault::Closed | Fault::Broken(_) | Fault::Reset | Fault::Http2(_) => Error::NoAnswer(fault),
    }
}

/// The request may be sent again: an idempotent method without a body (RFC 9110 9.2.2).
fn is_repeatable(request: &Request<RequestBody>) -> bool {
    let idempotent = [Method::GET, Method::HEAD, Method::OPTIONS, Method::PUT, Method::DELETE];
    request.body().is_empty() && idempotent.contains(request.method())
}
