//! Everything that can end an exchange early, whose fault it is, and what the visitor and the operator are told.

use std::time::Duration;

use http::StatusCode;

use super::BodyError;
use crate::{config, upstream};

/// On whose side an exchange failed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Side {
    /// The user agent's.
    Downstream,
    /// The origin server's.
    Upstream,
    /// The gateway's configuration.
    Gateway,
}

/// Why an exchange failed.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// No Host, several, one that is none (RFC 9112 3.2), or one that can't be told to an origin server of HTTP/2.
    #[error(
        "the request's Host is missing, repeated or malformed, or none that HTTP/2 carries to the origin server"
    )]
    Host,
    /// More fields than a head may have.
    #[error("the request has more fields than limits.fields allows")]
    Fields,
    /// Two fields disagree about the request's target.
    #[error("the request's target and its Host name different sites")]
    Target,
    /// A target that isn't encoded as URIs are (RFC 3986 2.1).
    #[error(
        "the request's target has characters beyond ASCII, which no URI has; they have to be percent-encoded"
    )]
    TargetOctets,
    /// CONNECT, TRACE.
    #[error("the method {0} is not forwarded")]
    Method(http::Method),
    /// No site has this host.
    #[error("no site is configured for this host")]
    UnknownHost(config::UnknownHost),
    /// Via names this gateway.
    #[error("the request has passed here before: the upstream leads back to this gateway (Via names it)")]
    Loop,
    /// An `Expect` other than 100-continue.
    #[error("the request expects something other than 100-continue")]
    Expectation,
    /// A transfer coding other than `chunked` (RFC 9112 6.1).
    #[error("the request's body comes in a transfer coding other than chunked")]
    RequestCoding,
    /// A body without a length that is larger than what may be held to measure it.
    #[error(
        "the request's body has no Content-Length and is larger than {0} octets; set `request_body: stream` if the origin server reads chunked bodies"
    )]
    Unmeasured(usize),
    /// A body larger than the path's `body_limit`, or than any number for it (2^63-1).
    #[error("the request's body is larger than the {0} octets of `body_limit`")]
    LargeBody(usize),
    /// The user agent's body broke off or was malformed.
    #[error("the request's body broke off: {0}")]
    RequestBody(BodyError),
    /// The user agent sent nothing for too long.
    #[error("the request's body came too slowly")]
    SlowRequest,
    /// No connection to the origin server.
    #[error("{0}")]
    Connect(upstream::Error),
    /// The origin server wants a certificate of ours, or another one, and says so after the handshake.
    #[error("the origin server ended the connection: {0}")]
    ClientCertificate(upstream::Fault),
    /// The origin server closed or broke the connection before an answer.
    #[error(
        "the origin server ended the connection before its answer was complete: {0}; its own log should say why"
    )]
    NoAnswer(upstream::Fault),
    /// What came is not an HTTP/1.1 answer.
    #[error(
        "the origin server's answer is not HTTP/1.1 as it must be: {0}; if it speaks TLS on this port, write `https://` in `upstream`"
    )]
    NotHttp(upstream::Fault),
    /// The head of the answer is larger than the limits.
    #[error(
        "the head of the origin server's answer is larger than `limits.head` or has more fields than `limits.fields`; raise them if it has to be"
    )]
    LargeAnswer,
    /// The answer comes in a transfer coding other than `chunked`, which nobody asked for.
    #[error("the origin server's answer comes in a transfer coding other than chunked")]
    AnswerCoding,
    /// 101 to a request that asked for no upgrade.
    #[error("the origin server switched protocols without being asked; WebSocket alone is passed on")]
    Unasked101,
    /// No answer within the limit.
    #[error("the origin server gave no answer within {0:?}; if it needs longer, raise `times.answer`")]
    SlowAnswer(Duration),
}

/// An upstream with as many requests as it may have: it was not asked.
pub(super) const BUSY: &str = "upstream-busy";

/// The words of [`Error::word`], for the metrics.
pub const FAILURES: &[&str] = &[
    "host",
    "fields",
    "target",
    "target-octets",
    "method",
    "unknown-host",
    "loop",
    "expectation",
    "request-coding",
    "unmeasured",
    "large-body",
    "request-body",
    "slow-request",
    "resolve",
    "connect",
    "exhausted",
    "connect-timeout",
    "certificate",
    "client-certificate",
    "tls",
    BUSY,
    "no-answer",
    "not-http",
    "large-answer",
    "answer-coding",
    "unasked-101",
    "slow-answer",
    "maintenance",
    "truncated",
    "tunnel-timeout",
];

impl Error {
    /// Its kind, one of [`FAILURES`].
    pub fn word(&self) -> &'static str {
        match self {
            Self::Host => "host",
            Self::Fields => "fields",
            Self::Target => "target",
            Self::TargetOctets => "target-octets",
            Self::Method(_) => "method",
            Self::UnknownHost(_) => "unknown-host",
            Self::Loop => "loop",
            Self::Expectation => "expectation",
            Self::RequestCoding => "request-coding",
            Self::Unmeasured(_) => "unmeasured",
            Self::LargeBody(_) => "large-body",
            Self::RequestBody(_) => "request-body",
            Self::SlowRequest => "slow-request",
            Self::Connect(fault) => fault.word(),
            Self::ClientCertificate(_) => "client-certificate",
            Self::NoAnswer(_) => "no-answer",
            Self::NotHttp(_) => "not-http",
            Self::LargeAnswer => "large-answer",
            Self::AnswerCoding => "answer-coding",
            Self::Unasked101 => "unasked-101",
            Self::SlowAnswer(_) => "slow-answer",
        }
    }

    /// Whose fault it is.
    pub fn side(&self) -> Side {
        match self {
            Self::Loop => Side::Gateway,
            Self::Connect(_)
            | Self::ClientCertificate(_)
            | Self::NoAnswer(_)
            | Self::NotHttp(_)
            | Self::LargeAnswer
            | Self::AnswerCoding
            | Self::Unasked101
            | Self::SlowAnswer(_) => Side::Upstream,
            _ => Side::Downstream,
        }
    }

    /// The status that says so (RFC 9110 15).
    pub fn status(&self) -> StatusCode {
        match self {
            Self::Fields => StatusCode::REQUEST_HEADER_FIELDS_TOO_LARGE,
            Self::Host | Self::Target | Self::TargetOctets | Self::RequestBody(_) => StatusCode::BAD_REQUEST,
            Self::Method(_) | Self::RequestCoding => StatusCode::NOT_IMPLEMENTED,
            Self::UnknownHost(config::UnknownHost::Reject) => StatusCode::MISDIRECTED_REQUEST,
            Self::UnknownHost(config::UnknownHost::NotFound) => StatusCode::NOT_FOUND,
            Self::Loop => StatusCode::LOOP_DETECTED,
            Self::Expectation => StatusCode::EXPECTATION_FAILED,
            Self::Unmeasured(_) => StatusCode::LENGTH_REQUIRED,
            Self::LargeBody(_) => StatusCode::PAYLOAD_TOO_LARGE,
            Self::SlowRequest => StatusCode::REQUEST_TIMEOUT,
            Self::Connect(fault) => match fault.last() {
                upstream::Error::Slow { .. } => StatusCode::GATEWAY_TIMEOUT,
                upstream::Error::Connect { .. }
                | upstream::Error::Exhausted { .. }
                | upstream::Error::Resolve { .. }
                | upstream::Error::SlowName { .. }
                | upstream::Error::Busy { .. } => StatusCode::SERVICE_UNAVAILABLE,
                _ => StatusCode::BAD_GATEWAY,
            },
            Self::SlowAnswer(_) => StatusCode::GATEWAY_TIMEOUT,
            Self::ClientCertificate(_)
            | Self::NoAnswer(_)
            | Self::NotHttp(_)
            | Self::LargeAnswer
            | Self::AnswerCoding
            | Self::Unasked101 => StatusCode::BAD_GATEWAY,
        }
    }

    /// What a visitor is told: the cause without addresses, names of files or anything of the inside.
    pub fn text(&self) -> &'static str {
        match self {
            Self::Fields => "The request has too many fields.",
            Self::Host => "The request does not name one host.",
            Self::Target => "The request names two different hosts.",
            Self::TargetOctets => "The address has characters that have to be encoded.",
            Self::Method(_) => "This method is not available here.",
            Self::UnknownHost(_) => "No site is served here under this name.",
            Self::Loop => "The request came round in a circle: the site's gateway leads back to itself.",
            Self::Expectation => "The request expects something that is not offered here.",
            Self::RequestCoding => "The upload comes in an encoding that is not available here.",
            Self::Unmeasured(_) => "The upload has to say its length beforehand.",
            Self::LargeBody(_) => "The upload is larger than this site takes.",
            Self::RequestBody(_) => "The upload broke off.",
            Self::SlowRequest => "The upload came too slowly.",
            Self::Connect(fault) => unreached(fault.last()),
            Self::ClientCertificate(_) => CLIENT_CERTIFICATE,
            Self::NoAnswer(_) => "The site's server ended the connection without an answer.",
            Self::NotHttp(_) => "The site's server answered with something that is not proper HTTP.",
            Self::LargeAnswer => "The head of the answer of the site's server is too large.",
            Self::AnswerCoding => "The site's server answered in an encoding that was not asked for.",
            Self::Unasked101 => "The site's server answered in a protocol that was not asked for.",
            Self::SlowAnswer(_) => "The site's server did not answer in time.",
        }
    }

    /// When another try is worth while, where that is known.
    pub fn retry_after(&self) -> Option<Duration> {
        match self {
            Self::Connect(upstream::Error::Busy { patience, .. }) => Some(*patience),
            _ => None,
        }
    }

    /// After this the rest of the connection's bytes can't be trusted, or are not worth reading.
    pub fn closes(&self) -> bool {
        self.side() == Side::Downstream
    }
}

const CLIENT_CERTIFICATE: &str = "The site's server does not take this gateway for one that it knows.";

/// What a visitor is told where there is no connection.
fn unreached(fault: &upstream::Error) -> &'static str {
    match fault {
        upstream::Error::Resolve { .. } | upstream::Error::SlowName { .. } => {
            "The site's server can't be found at the moment."
        }
        upstream::Error::Connect { .. } | upstream::Error::All { .. } => {
            "The site's server can't be reached at the moment."
        }
        upstream::Error::Slow { .. } => "The site's server did not take the connection in time.",
        upstream::Error::Certificate { .. } => {
            "The certificate of the site's server is missing or not to be trusted."
        }
        upstream::Error::ClientCertificate { .. } => CLIENT_CERTIFICATE,
        upstream::Error::Tls { .. } | upstream::Error::NoHttp2 { .. } => {
            "No secure connection with the site's server could be made."
        }
        upstream::Error::Handshake { .. } => "The site's server ended the connection at once.",
        upstream::Error::Busy { .. } | upstream::Error::Exhausted { .. } => {
            "The site has too many visitors at the moment. Please try again in a moment."
        }
    }
}
