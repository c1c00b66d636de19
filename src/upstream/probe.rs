//! Asking an address how it is, on a connection of its own (`health`).

use std::sync::{Arc, Weak};

use bytes::Bytes;
use http::header::{self, HeaderValue};
use http::{Request, StatusCode, Version};
use http_body_util::Empty;
use hyper_util::rt::{TokioExecutor, TokioIo};
use tokio::time::{Instant, MissedTickBehavior};

use super::codec::{Bounds, Connection, Kept, Rules, Sending, ask};
use super::connect::{Error, connect};
use super::roster::Endpoint;
use super::stream::Stream;
use super::{FAILURES, Fault, Lines, Origin};
use crate::config::Probe;
use crate::metrics::{AddressCounters, Counter};

/// What the head of an answer to a probe may be; nobody reads it but us.
const BOUNDS: Bounds = Bounds { fields: 256, head: 64 * 1024 };

/// Why an address is not in order.
#[derive(Debug, thiserror::Error)]
enum Unwell {
    #[error("{0}")]
    Connect(#[from] Error),
    #[error("{0}")]
    Answer(#[from] Fault),
    #[error("no answer to {path} within {limit:?}")]
    Late { path: String, limit: std::time::Duration },
    #[error("{path} is answered with {status}, and not with {} to {}", wanted.start(), wanted.end())]
    Status { path: String, status: u16, wanted: std::ops::RangeInclusive<u16> },
}

impl Unwell {
    fn word(&self) -> &'static str {
        match self {
            Self::Connect(fault) => fault.word(),
            Self::Answer(fault) => fault.word().unwrap_or("no-answer"),
            Self::Late { .. } => "slow-answer",
            Self::Status { .. } => "probe",
        }
    }
}

/// Probes all addresses of an upstream, now and then, until nobody uses it any more.
pub(super) async fn keep_asking(origin: Weak<Origin>) {
    let Some((every, tallies)) = origin.upgrade().and_then(|origin| {
        let tallies: Vec<_> = origin.counters.addresses.iter().map(|row| row.part(FAILURES)).collect();
        Some((origin.settings.probe.as_ref()?.every, tallies))
    }) else {
        return;
    };
    let mut clock = tokio::time::interval(every);
    clock.set_missed_tick_behavior(MissedTickBehavior::Delay);
    loop {
        clock.tick().await;
        let Some(origin) = origin.upgrade() else { return };
        let endpoints = origin.roster.borrow().endpoints.clone();
        let asked = endpoints.into_iter().filter_map(|endpoint| {
            let tally = Arc::clone(tallies.get(endpoint.of)?);
            Some(tokio::task::spawn_local(look_after(Arc::clone(&origin), endpoint, tally)))
        });
        let asked: Vec<_> = asked.collect();
        drop(origin);
        for one in asked {
            // One that panicked has said so.
            let _ = one.await;
        }
    }
}

async fn look_after(origin: Arc<Origin>, endpoint: Arc<Endpoint>, tally: Arc<AddressCounters>) {
    let Some(probe) = &origin.settings.probe else { return };
    let late = |_| Unwell::Late { path: probe.path.clone(), limit: probe.within };
    let asked = tokio::time::timeout(probe.within, status(&origin, &endpoint, probe)).await;
    let answered = asked.map_err(late).flatten().and_then(|status| match status.as_u16() {
        status if probe.status.contains(&status) => Ok(()),
        status => Err(Unwell::Status { path: probe.path.clone(), status, wanted: probe.status.clone() }),
    });
    let (site, address) = (&origin.counters.site, &endpoint.label);
    match answered {
        Ok(()) if endpoint.condition.is_well() => origin.welcome(&endpoint),
        Ok(()) => {}
        Err(why) => {
            tally.failures.increment(why.word());
            if endpoint.condition.is_unwell(why.word(), origin.settings.failures) {
                let kind = why.word();
                tracing::warn!(
                    site, address, kind, error = %why,
                    "an address of the upstream is not in order, its probes say; it is left out while there is another one"
                );
                origin.review(endpoint.of);
            } else {
                tracing::debug!(site, address, error = %why, "a probe failed");
            }
        }
    }
}

/// The status of the answer.
async fn status(origin: &Origin, endpoint: &Endpoint, probe: &Probe) -> Result<StatusCode, Unwell> {
    let stream = connect(origin, endpoint, probe.within).await?;
    if origin.settings.h2 {
        return multiplexed(request(probe, true, origin.settings.tls()), stream, endpoint).await;
    }
    let mut connection = Connection::new(stream);
    let mut sending = Sending::new(request(probe, false, false), &Lines::none());
    let informational = Counter::default();
    let rules = Rules { bounds: BOUNDS, informational: &informational };
    let deadline = Instant::now() + probe.within;
    let head = ask(&mut connection, &mut sending, &rules, || deadline, |_| Kept::Drop).await;
    Ok(head.map_err(|(fault, _)| fault)?.status)
}

async fn multiplexed(
    request: Request<Empty<Bytes>>,
    stream: Stream,
    endpoint: &Endpoint,
) -> Result<StatusCode, Unwell> {
    let fault = |source| Error::Handshake { at: endpoint.label.clone(), source };
    let handshake = hyper::client::conn::http2::handshake(TokioExecutor::new(), TokioIo::new(stream));
    let (mut sender, connection) = handshake.await.map_err(fault)?;
    // It ends with the handle.
    tokio::task::spawn_local(async move { drop(connection.await) });
    Ok(sender.send_request(request).await.map_err(Fault::Http2)?.status())
}

fn request(probe: &Probe, h2: bool, tls: bool) -> Request<Empty<Bytes>> {
    let mut request = Request::new(Empty::new());
    let scheme = if tls { "https" } else { "http" };
    let target = if h2 { format!("{scheme}://{}{}", probe.host, probe.path) } else { probe.path.clone() };
    *request.uri_mut() = target.parse().unwrap_or_default();
    let fields = request.headers_mut();
    fields.insert(header::USER_AGENT, HeaderValue::from_static("tamis"));
    fields.insert(header::ACCEPT, HeaderValue::from_static("*/*"));
    if h2 {
        *request.version_mut() = Version::HTTP_2;
    } else {
        let host = HeaderValue::try_from(&probe.host);
        request.headers_mut().insert(header::HOST, host.unwrap_or(HeaderValue::from_static("localhost")));
        request.headers_mut().insert(header::CONNECTION, HeaderValue::from_static("close"));
    }
    request
}
