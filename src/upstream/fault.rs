//! Why an exchange with an origin server failed once there was a connection.

use std::error::Error as StdError;
use std::io;

use rustls::{AlertDescription, Error as TlsError};

/// How an address of an upstream can fail: [`Error::word`](super::Error::word), the words of answers that fail, and `probe`
/// for a probe that was answered otherwise than it should be.
pub const FAILURES: &[&str] = &[
    "resolve",
    "connect",
    "connect-timeout",
    "certificate",
    "client-certificate",
    "tls",
    "no-answer",
    "not-http",
    "large-answer",
    "answer-coding",
    "unasked-101",
    "slow-answer",
    "probe",
];

/// Why an answer, or its content, did not come.
#[derive(Debug, thiserror::Error)]
pub enum Fault {
    /// The connection ended before the answer did.
    #[error("it closed the connection too early")]
    Closed,
    /// The connection broke.
    #[error("{0}")]
    Broken(io::Error),
    /// The other side wants a certificate of ours, or another one: over TLS 1.3 it says so after the handshake
    /// (RFC 8446 4.4.2.4, 6.2).
    #[error("it refuses the client certificate: {0}; {CLIENT_ADVICE}")]
    ClientCertificate(TlsError),
    /// What came is not HTTP/1.1.
    #[error("{0}")]
    Malformed(#[from] Flaw),
    /// A head or trailers beyond the limits.
    #[error("a head or trailers larger than the limits")]
    Large,
    /// A transfer coding other than `chunked` (RFC 9112 6.1).
    #[error("a transfer coding other than chunked")]
    Coding,
    /// No answer within the limit.
    #[error("no answer in time")]
    Slow,
    /// The content of the request failed on its way to the origin server.
    #[error("{0}")]
    Upload(Box<dyn StdError + Send + Sync>),
    /// The stream of HTTP/2 was reset before its end (RFC 9113 8.1).
    #[error("it reset the stream too early")]
    Reset,
    /// What hyper says of an HTTP/2 connection.
    #[error("{0}")]
    Http2(hyper::Error),
}

pub(super) const CLIENT_ADVICE: &str =
    "write one that it trusts as `client_certificate:` and `client_key:` under upstream";

impl From<io::Error> for Fault {
    fn from(fault: io::Error) -> Self {
        if let Some(refused) = certificate_alert(&fault) {
            return Self::ClientCertificate(refused);
        }
        // TLS that ended without a last word (RFC 8446 6.1), for which rustls refers programmers to its manual.
        if fault.kind() == io::ErrorKind::UnexpectedEof { Self::Closed } else { Self::Broken(fault) }
    }
}

impl Fault {
    /// Its kind, one of [`FAILURES`]; of content that fails on its way to the origin server there is none.
    pub fn word(&self) -> Option<&'static str> {
        match self {
            Self::Closed | Self::Broken(_) | Self::Reset | Self::Http2(_) => Some("no-answer"),
            Self::ClientCertificate(_) => Some("client-certificate"),
            Self::Malformed(_) => Some("not-http"),
            Self::Large => Some("large-answer"),
            Self::Coding => Some("answer-coding"),
            Self::Slow => Some("slow-answer"),
            Self::Upload(_) => None,
        }
    }
}

/// The alert, if it was about our certificate.
pub(super) fn certificate_alert(fault: &io::Error) -> Option<TlsError> {
    match fault.get_ref()?.downcast_ref::<TlsError>()? {
        TlsError::AlertReceived(
            alert @ (AlertDescription::CertificateRequired
            | AlertDescription::BadCertificate
            | AlertDescription::UnsupportedCertificate
            | AlertDescription::CertificateRevoked
            | AlertDescription::CertificateExpired
            | AlertDescription::CertificateUnknown
            | AlertDescription::UnknownCA
            // The signature on it does not fit: an authority of the same name has signed it.
            | AlertDescription::DecryptError
            | AlertDescription::AccessDenied),
        ) => Some(TlsError::AlertReceived(*alert)),
        _ => None,
    }
}

/// What is wrong with the octets of an answer.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Flaw {
    /// It begins otherwise than with `HTTP/1.0` or `HTTP/1.1` and a status code (RFC 9112 4).
    #[error("it does not begin with a status line of HTTP/1.1")]
    StatusLine,
    /// A line without a field name, or with space around it (RFC 9112 5.1, 5.2).
    #[error("a field line has no proper field name")]
    FieldName,
    /// A control character (RFC 9110 5.5).
    #[error("a field value holds a control character")]
    FieldValue,
    /// Several lengths, or none that is a number (RFC 9112 6.3).
    #[error("its Content-Length is contradictory or no number")]
    Length,
    /// Chunks from a server that doesn't know them (RFC 9112 6.1).
    #[error("it is of HTTP/1.0 and has a Transfer-Encoding")]
    OldCoding,
    /// No chunk where one has to be (RFC 9112 7.1).
    #[error("its chunks are malformed")]
    Chunk,
    /// Informational answers without end.
    #[error("too many informational answers precede it")]
    Informational,
}
