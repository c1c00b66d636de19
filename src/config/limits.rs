//! Bounds: how much of each thing one user agent or origin may make tamis hold, and how long it may take.

use std::ops::RangeInclusive;
use std::time::Duration;

use super::schema;
use super::units::{self, KIB, MIB};
use crate::document::{Document, Node};

/// How much (`limits:`).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Limits {
    /// Field lines in one head, on both sides.
    pub fields: usize,
    /// Octets in one head, on both sides.
    pub head: usize,
    /// Cookie-pairs of one request that are judged; the rest is stripped.
    pub cookies: usize,
    /// Open connections of user agents, all listeners and workers together.
    pub connections: usize,
    /// Octets of a request body without a length that are held to measure it (`request_body: measure`).
    pub measured_body: usize,
    /// Streams going on at once on one HTTP/2 connection of a user agent.
    pub streams: u32,
    /// Open unused connections to one upstream, a worker.
    pub idle_upstream: usize,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            fields: 256,
            head: 64 * KIB,
            cookies: 256,
            connections: 10_000,
            streams: 128,
            measured_body: MIB,
            idle_upstream: 64,
        }
    }
}

impl Limits {
    /// The section; the defaults where it is missing.
    pub(super) fn read(document: &Document, node: Option<&Node>) -> Self {
        let mut limits = Self::default();
        let Some(mut fields) = node.and_then(|node| document.fields(node, &schema::LIMITS)) else {
            return limits;
        };
        // HeaderMap refuses more than 24,576 names, HTTP/1 buffers in hyper are no smaller than 8 KiB.
        let counts: [(&'static str, RangeInclusive<i64>, &mut usize); 4] = [
            ("fields", 16..=10_000, &mut limits.fields),
            ("cookies", 1..=10_000, &mut limits.cookies),
            ("connections", 1..=1_000_000, &mut limits.connections),
            ("idle_upstream_connections", 0..=10_000, &mut limits.idle_upstream),
        ];
        for (key, bounds, slot) in counts {
            let read =
                fields.optional(key).and_then(|node| document.integer(node, &format!("`{key}`"), bounds));
            *slot = read.and_then(|value| usize::try_from(value).ok()).unwrap_or(*slot);
        }
        let streams =
            fields.optional("streams").and_then(|node| document.integer(node, "`streams`", 1..=10_000));
        limits.streams = streams.and_then(|value| u32::try_from(value).ok()).unwrap_or(limits.streams);
        let sizes: [(&'static str, RangeInclusive<usize>, &mut usize); 2] = [
            ("head", 8 * KIB..=MIB, &mut limits.head),
            ("measured_body", 0..=256 * MIB, &mut limits.measured_body),
        ];
        for (key, bounds, slot) in sizes {
            let read = fields
                .optional(key)
                .and_then(|node| units::size(document, node, &format!("`{key}`"), &bounds));
            *slot = read.unwrap_or(*slot);
        }
        fields.finish();
        limits
    }
}

/// How long (`times:`).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Times {
    /// From the first octet awaited to the whole head of a request (a TLS handshake has as long).
    pub head: Duration,
    /// A kept connection without a request, on both sides.
    pub idle: Duration,
    /// Name look-up, TCP and TLS handshake with an upstream.
    pub connect: Duration,
    /// From a request sent to the head of its answer.
    pub answer: Duration,
    /// Between two octets of a body, in either direction.
    pub progress: Duration,
    /// A WebSocket over which nothing comes, in either direction.
    pub tunnel: Duration,
    /// From SIGTERM to the end of the last exchange.
    pub drain: Duration,
}

impl Default for Times {
    fn default() -> Self {
        Self {
            head: Duration::from_secs(15),
            idle: Duration::from_secs(60),
            connect: Duration::from_secs(5),
            answer: Duration::from_secs(60),
            progress: Duration::from_secs(60),
            tunnel: Duration::from_secs(3600),
            drain: Duration::from_secs(30),
        }
    }
}

impl Times {
    /// The section; the defaults where it is missing.
    pub(super) fn read(document: &Document, node: Option<&Node>) -> Self {
        const SHORTEST: Duration = Duration::from_millis(1);
        const LONGEST: Duration = Duration::from_secs(24 * 3600);
        let mut times = Self::default();
        let Some(mut fields) = node.and_then(|node| document.fields(node, &schema::TIMES)) else {
            return times;
        };
        let durations = [
            ("head", SHORTEST, &mut times.head),
            ("idle", SHORTEST, &mut times.idle),
            ("connect", SHORTEST, &mut times.connect),
            ("answer", SHORTEST, &mut times.answer),
            ("progress", SHORTEST, &mut times.progress),
            ("tunnel", SHORTEST, &mut times.tunnel),
            // At once is a sensible way to stop; no time at all is not one to work.
            ("drain", Duration::ZERO, &mut times.drain),
        ];
        for (key, shortest, slot) in durations {
            let bounds = shortest..=LONGEST;
            let read = fields
                .optional(key)
                .and_then(|node| units::duration(document, node, &format!("`{key}`"), &bounds));
            *slot = read.unwrap_or(*slot);
        }
        fields.finish();
        times
    }
}
