//! Bounds of a worker's connections and how they end.

use std::net::SocketAddr;
use std::sync::Arc;
use std::sync::atomic::AtomicUsize;

use hyper::server::conn::http1;
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;

use super::pace::Patience;
use crate::config::{Limits, Redirect, Times};
use crate::metrics::Counters;

/// What is known of a user agent's connection.
#[derive(Clone, Debug)]
pub struct Peer {
    /// The other end of the connection: the user agent's, where the PROXY protocol names it.
    pub address: SocketAddr,
    /// The connection is TLS.
    pub secure: bool,
    /// Its requests are led to https.
    pub redirect: Option<Arc<Redirect>>,
    /// The other end's address as text, an IPv4 one as such.
    node: Node,
}

/// The text of an IP address: octets, and how many count. The longest has 45 (RFC 4291 2.2).
#[derive(Clone, Copy, Debug)]
struct Node([u8; 45], u8);

impl Peer {
    /// Of one connection.
    pub fn new(address: SocketAddr, secure: bool) -> Self {
        let mut node = Node([0; 45], 0);
        let text = address.ip().to_canonical().to_string();
        if let Some(place) = node.0.get_mut(..text.len()) {
            place.copy_from_slice(text.as_bytes());
            node.1 = u8::try_from(text.len()).unwrap_or_default();
        }
        Self { address, secure, redirect: None, node }
    }

    /// The same, over a listener that may lead to https.
    #[must_use]
    pub fn led(self, redirect: Option<Arc<Redirect>>) -> Self {
        Self { redirect, ..self }
    }

    /// The address of the other end as text, written once a connection; without zone.
    pub fn node(&self) -> &str {
        let text = self.node.0.get(..usize::from(self.node.1)).unwrap_or_default();
        std::str::from_utf8(text).unwrap_or_default()
    }
}

/// How a worker serves connections.
#[derive(Clone)]
pub struct Settings {
    pub(super) http1: http1::Builder,
    /// Octets of a head.
    pub(super) head: u32,
    /// Concurrent streams of one HTTP/2 connection.
    pub(super) streams: u32,
    pub(super) patience: Patience,
    /// Connections of all workers.
    pub(super) most: usize,
    pub(super) open: Arc<AtomicUsize>,
    pub(super) counters: Arc<Counters>,
    pub(super) stop: CancellationToken,
    pub(super) tasks: TaskTracker,
}

impl Settings {
    /// `open` counts the connections of all workers; `stop` ends accepting and asks connections to finish; `tasks`
    /// knows those that haven't yet.
    pub fn new(
        limits: &Limits,
        times: &Times,
        counters: Arc<Counters>,
        open: Arc<AtomicUsize>,
        stop: (CancellationToken, TaskTracker),
    ) -> Self {
        let mut http1 = http1::Builder::new();
        // A user agent that has sent its request may close its sending side and still reads (RFC 9112 9.6).
        http1
            .half_close(true)
            .header_read_timeout(None)
            .max_headers(limits.fields)
            .max_header_size(limits.head);
        Self {
            http1,
            head: u32::try_from(limits.head).unwrap_or(u32::MAX),
            streams: limits.streams,
            patience: Patience { idle: times.idle, head: times.head, write: times.progress },
            most: limits.connections,
            open,
            counters,
            stop: stop.0,
            tasks: stop.1,
        }
    }
}
