//! The list of steps of a request.

use std::rc::Rc;

use bytes::Bytes;
use http::header::{self, HeaderMap, HeaderName, HeaderValue};
use http::request::Parts;
use http::uri::PathAndQuery;
use http::{Method, Request, Response, StatusCode, Uri, Version};
use http_body::Body as _;
use hyper::body::Incoming;

use super::exchange::Exchange;
use super::present::Present;
use super::target::Target;
use super::upload::Upload;
use super::visit::Visit;
use super::{
    Error, RequestBody, ResponseBody, Worker, answer, date, fields, forward, forwarded, forwards, https,
    local, reply, sift, target, trace, upgrade,
};
use crate::config::{self, HostField, Maintenance, Site, Snapshot};
use crate::downstream::Peer;
use crate::upstream::{self, Line, Lines};

/// What the origin server answers.
type Answer = Response<upstream::Body<RequestBody>>;

/// Answers one request: the origin server's response, sifted, or a page that says why there is none.
pub async fn handle(
    worker: Rc<Worker>,
    mut request: Request<Incoming>,
    peer: Rc<Peer>,
) -> Response<ResponseBody> {
    let mut exchange = Exchange::begin(&worker, &request);
    let present = Present::among(request.headers());
    let wish = upgrade::wish(&mut request, present);
    let passed = pass(&mut exchange, (request, present), peer, wish.is_some()).await;
    let policy = https::Policy::of(&exchange);
    let dated = exchange.dated && matches!(passed, Ok(Passed::Origin(_)));
    let mut response = match (passed, wish) {
        (Ok(Passed::Origin(answer)), Some(wish)) if answer.status() == StatusCode::SWITCHING_PROTOCOLS => {
            exchange.status = answer.status().as_u16();
            upgrade::tunnel(answer, wish, exchange)
        }
        (Ok(Passed::Own(answer)), _) => {
            exchange.status = answer.status().as_u16();
            answer.map(|text| ResponseBody::own(text, exchange))
        }
        (Ok(Passed::Origin(answer)), _) => {
            exchange.status = answer.status().as_u16();
            let stated = stated_length(&answer, false);
            answer.map(|body| ResponseBody::origin(body, exchange, stated))
        }
        (Err(error), _) => reply::failure(&error, exchange),
    };
    if !dated {
        response.headers_mut().entry(header::DATE).or_insert_with(date::now);
    }
    policy.apply(response.headers_mut());
    response
}

/// Who answered.
enum Passed {
    Origin(Answer),
    Own(Box<Response<Bytes>>),
}

/// Down once, back once.
async fn pass(
    exchange: &mut Exchange,
    (request, present): (Request<Incoming>, Present),
    peer: Rc<Peer>,
    websocket: bool,
) -> Result<Passed, Error> {
    let current = Rc::clone(&exchange.current);
    let snapshot = current.snapshot();
    let (mut parts, body) = request.into_parts();

    in_order(&parts, present, snapshot.limits.fields)?;
    let target = target::read(&mut parts)?;
    let site = snapshot.sites.find(target.host()).ok_or(Error::UnknownHost(snapshot.unknown_host))?;
    exchange.site = Some(site.id);
    let rule = site.rule(parts.uri.path());
    (exchange.mode, exchange.progress) = (rule.mode, rule.progress);
    exchange.trace = trace::context(&mut parts.headers, present, snapshot.trace_context);
    let hop = forwarded::Hop::begin((&parts.headers, present), &peer, snapshot)?;
    exchange.secure = hop.proto == "https";
    if let Some(answer) = no_further(&mut parts, &target, &peer, exchange.secure)? {
        return Ok(Passed::Own(Box::new(answer)));
    }
    if parts.version == Version::HTTP_2 {
        fields::join_crumbs(&mut parts.headers);
    }
    let mut visit = Visit::begin(exchange, site, (&parts, present), &target.authority);
    if let Some(local) = current.gateway.local(site, parts.uri.path()) {
        let asked = local::Asked { local, site, visit: &visit, parts: &parts };
        return Ok(Passed::Own(Box::pin(local::answer(exchange, asked, body)).await));
    }
    if let Some(closed) = rule.maintenance.as_deref().filter(|is| !is_let_in(is, snapshot, &parts, &peer)) {
        let pages = current.gateway.pages(site);
        let asked = pages.map(|local| local::Asked { local, site, visit: &visit, parts: &parts });
        exchange.error = "maintenance";
        return Ok(Passed::Own(Box::new(local::closed(closed, asked, &parts.method))));
    }
    let trailers = present.has(Present::TE) && fields::accepts_trailers(&parts.headers);
    let named = fields::clean_request((&mut parts.headers, present), hop.trusted);
    let mut lines = Lines::default();
    sift::request(exchange, site, &mut visit, (&mut parts.headers, &mut lines));
    let ours = (&target.authority, snapshot.name.as_str(), parts.version);
    forwarded::announce(&mut parts.headers, &mut lines, &hop, ours);

    let upload = Upload::new(&current, site.id, rule, named, parts.version);
    exchange.upload = Some(Rc::clone(&upload));
    let body = request_body(exchange, site, (&mut parts, present), body, &upload).await?;
    address(&mut parts, site, target, trailers)?;
    if websocket {
        upgrade::ask(&mut parts.headers);
    }
    let head = parts.method == Method::HEAD;
    upload.begin();
    let ready = forward::Ready::new(Request::from_parts(parts, body), &lines, site.upstream.h2);
    exchange.asked = true;
    let mut set_cookies = Vec::new();
    let field = |line: Line<'_>| answer::field(exchange, site, &mut set_cookies, line);
    let mut answer = forward::send(&current, site.id.index(), ready, &upload, field).await?;
    exchange.upstream = upload.lasts();

    let status = answer.status();
    exchange.named = end_hop(&mut answer, head, exchange.coded);
    sift::response(exchange, site, &visit, status, (set_cookies, answer.headers_mut()));
    if status == StatusCode::SWITCHING_PROTOCOLS {
        upgrade::ask(answer.headers_mut());
    }
    Ok(Passed::Origin(answer))
}

/// The answer to a request that goes to no site: it is led to https, or may pass no gateway any more.
fn no_further(
    parts: &mut Parts,
    target: &Target,
    peer: &Peer,
    secure: bool,
) -> Result<Option<Response<Bytes>>, Error> {
    if let Some(port) = elsewhere(parts, peer).filter(|_| !secure) {
        return https::redirect(parts, target, port).map(Some);
    }
    let last = parts.method == Method::OPTIONS && !forwards::count(&mut parts.headers);
    Ok(last.then(forwards::last))
}

/// The port of https, where the listener leads there.
fn elsewhere(parts: &Parts, peer: &Peer) -> Option<u16> {
    let redirect = peer.redirect.as_ref()?;
    (!redirect.spares(parts.uri.path())).then_some(redirect.port)
}

/// Whether a visitor passes while the site is being worked on.
fn is_let_in(maintenance: &Maintenance, snapshot: &Snapshot, parts: &Parts, peer: &Peer) -> bool {
    !maintenance.is_for_everyone()
        && forwarded::visitor(&parts.headers, peer, snapshot).is_some_and(|visitor| maintenance.lets(visitor))
}

/// What neither hyper nor the target says of a head: how many fields it has (HTTP/2 bounds their size alone, and has a
/// field for each cookie-pair, which count as one), and that its content is coded as it can be passed on.
fn in_order(parts: &Parts, present: Present, most: usize) -> Result<(), Error> {
    let crumbs = || parts.headers.get_all(header::COOKIE).iter().count();
    if parts.headers.len() > most
        && (parts.version != Version::HTTP_2 || parts.headers.len() > most + crumbs().saturating_sub(1))
    {
        return Err(Error::Fields);
    }
    if present.has(Present::TRANSFER_ENCODING) && !fields::is_coded_plainly(&parts.headers) {
        return Err(Error::RequestCoding);
    }
    Ok(())
}

/// The body for the origin server, with a length where the site's origin server needs one.
async fn request_body(
    exchange: &Exchange,
    site: &Site,
    (parts, present): (&mut Parts, Present),
    body: Incoming,
    upload: &Rc<Upload>,
) -> Result<RequestBody, Error> {
    let snapshot = exchange.current.snapshot();
    if present.has(Present::EXPECT) {
        let mut expected = parts.headers.get_all(header::EXPECT).iter();
        if !expected.all(|expected| expected.as_bytes().eq_ignore_ascii_case(b"100-continue")) {
            return Err(Error::Expectation);
        }
        parts.headers.remove(header::EXPECT);
    }
    let sized = body.size_hint().exact().is_some();
    let stated =
        present.has(Present::CONTENT_LENGTH) && parts.headers.remove(header::CONTENT_LENGTH).is_some();
    let announced = stated || !sized;
    if let Some(most) = upload.refuses(body.size_hint().lower()) {
        return Err(Error::LargeBody(most));
    }
    let body = if body.is_end_stream() {
        RequestBody::Empty
    } else if sized || site.request_body == config::RequestBody::Stream {
        RequestBody::stream(body, upload)
    } else {
        parts.headers.remove(header::TRAILER);
        RequestBody::measure(body, upload, snapshot.limits.measured_body).await?
    };
    if announced && body.is_end_stream() {
        // Of content alone the length is written from what is sent (RFC 9110 8.6: a POST without any should say so).
        parts.headers.insert(header::CONTENT_LENGTH, HeaderValue::from_static("0"));
    }
    Ok(body)
}

/// The parts of the head that are this hop's: version, Host, trailers.
///
/// # Errors
/// A Host that HTTP/2 can't carry, to an origin server that speaks it.
fn address(parts: &mut Parts, site: &Site, target: Target, trailers: bool) -> Result<(), Error> {
    let host = match &site.host {
        HostField::Keep => target.authority,
        HostField::Set(host) => HeaderValue::try_from(host).unwrap_or(target.authority),
    };
    parts.version = if site.upstream.h2 { Version::HTTP_2 } else { Version::HTTP_11 };
    if trailers {
        fields::ask_for_trailers(&mut parts.headers, parts.version);
    }
    if !site.upstream.h2 {
        parts.headers.insert(header::HOST, host);
        return Ok(());
    }
    // The authority says it (RFC 9113 8.3.1), and may be another one.
    parts.headers.remove(header::HOST);
    if host.is_empty() && !site.upstream.tls() {
        // There is no authority then. To a target without one h2 adds the scheme, `http`, if it is given as one of HTTP/1.1.
        parts.version = Version::HTTP_11;
        return Ok(());
    }
    // What is a Host by the grammar of RFC 3986 need not be one for the library: it takes no percent sign.
    parts.uri = absolute(&parts.uri, site.upstream.tls(), &host).ok_or(Error::Host)?;
    Ok(())
}

/// Takes from an answer what spoke of the connection that it came over; the names that its `Connection` gave.
fn end_hop(answer: &mut Answer, head: bool, coded: bool) -> Vec<HeaderName> {
    let length = if coded { None } else { stated_length(answer, head) };
    let headers = answer.headers_mut();
    let named = fields::remove_connection(headers);
    headers.remove(header::CONTENT_LENGTH);
    if let Some(length) = length {
        headers.insert(header::CONTENT_LENGTH, length.into());
    }
    *answer.version_mut() = Version::HTTP_11;
    named
}

/// The target as HTTP/2 has it: scheme and authority beside the path (RFC 9113 8.3.1).
fn absolute(target: &Uri, tls: bool, host: &HeaderValue) -> Option<Uri> {
    let scheme = if tls { "https" } else { "http" };
    let path = target.path_and_query().cloned().unwrap_or_else(|| PathAndQuery::from_static("/"));
    Uri::builder().scheme(scheme).authority(host.as_bytes()).path_and_query(path).build().ok()
}

/// The length that a response without content speaks of (RFC 9110 8.6): HEAD, 304, and one that is empty. That of a
/// response with content is written anew from its framing.
fn stated_length(answer: &Answer, head: bool) -> Option<u64> {
    let empty = answer.body().is_end_stream() && answer.status() != StatusCode::NO_CONTENT;
    if !head && !empty && answer.status() != StatusCode::NOT_MODIFIED {
        return None;
    }
    let mut lengths = HeaderMap::get_all(answer.headers(), header::CONTENT_LENGTH).iter();
    let length = lengths.next()?.to_str().ok()?;
    let digits = !length.is_empty() && length.bytes().all(|b| b.is_ascii_digit());
    (digits && lengths.next().is_none()).then(|| length.parse().ok()).flatten()
}
