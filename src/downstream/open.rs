//! Connections as they are counted.

use std::cell::Cell;
use std::rc::Rc;
use std::sync::atomic::Ordering;

use rustls::{HandshakeKind, ProtocolVersion, ServerConnection};

use super::Settings;
use super::security::Protocol;
use crate::metrics::Counters;

/// One open connection in the counts, until dropped; dropped by a panic, it says so.
pub(super) struct Open {
    settings: Rc<Settings>,
    /// What it is counted as: a word of [`PROTOCOLS`](crate::metrics::PROTOCOLS).
    counted: Cell<&'static str>,
}

impl Open {
    /// `None` where there are too many.
    pub(super) fn count(settings: &Rc<Settings>) -> Option<Self> {
        let counters = &settings.counters;
        if settings.open.fetch_add(1, Ordering::Relaxed) >= settings.most {
            settings.open.fetch_sub(1, Ordering::Relaxed);
            counters.refused.increment();
            return None;
        }
        let counted = "handshake";
        counters.connections.increment();
        counters.open.increment(counted);
        Some(Self { settings: Rc::clone(settings), counted: Cell::new(counted) })
    }

    /// The handshake is over.
    pub(super) fn speaks(&self, protocol: Protocol) {
        let word = match protocol {
            Protocol::Http1 => "http/1.1",
            Protocol::Http2 => "h2",
        };
        self.settings.counters.open.decrement(self.counted.replace(word));
        self.settings.counters.open.increment(word);
    }
}

impl Drop for Open {
    fn drop(&mut self) {
        self.settings.open.fetch_sub(1, Ordering::Relaxed);
        self.settings.counters.open.decrement(self.counted.get());
        if std::thread::panicking() {
            self.settings.counters.connection_faults.increment("panic");
        }
    }
}

/// Counts a TLS handshake that succeeded.
pub(super) fn count_handshake(counters: &Counters, connection: &ServerConnection) {
    let version = match connection.protocol_version() {
        Some(ProtocolVersion::TLSv1_2) => "1.2",
        _ => "1.3",
    };
    let alpn = match connection.alpn_protocol() {
        Some(b"h2") => "h2",
        Some(_) => "http/1.1",
        None => "none",
    };
    let resumed = connection.handshake_kind() == Some(HandshakeKind::Resumed);
    counters.handshakes.increment(version, alpn, resumed);
}
