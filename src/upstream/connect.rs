//! Opening a connection to one address: TCP or a Unix socket, TLS; each fault in its own words.

use std::io;
use std::sync::Arc;
use std::time::Duration;

use rustls::{AlertDescription, CertificateError, Error as TlsError};
use tokio::net::{TcpStream, UnixStream};
use tokio_rustls::TlsConnector;

use super::fault::certificate_alert;
use super::gate::Busy;
use super::roster::{Endpoint, Spot};
use super::stream::Stream;
use super::{Origin, fault};

/// Why there is no connection.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// The name has no address.
    #[error("can't resolve {host}: {source}; check the name in `upstream`")]
    Resolve {
        /// As configured.
        host: String,
        /// What the resolver says.
        source: Arc<io::Error>,
    },
    /// The resolver says nothing.
    #[error(
        "{host} was not resolved within {limit:?}; check the name in `upstream`, and the resolver of this machine"
    )]
    SlowName {
        /// As configured.
        host: String,
        /// `times.connect`.
        limit: Duration,
    },
    /// Nobody listens, or the network is not there.
    #[error("can't connect to {at}: {source}; {advice}")]
    Connect {
        /// Host and port, or the socket.
        at: String,
        /// What the system says.
        source: io::Error,
        /// What to do.
        advice: &'static str,
    },
    /// This process has no descriptor or port left for it: no fault of the address.
    #[error(
        "can't connect to {at}: {source}; raise the limit of open files (`LimitNOFILE=`, `ulimit -n`) or that of local ports, \
         or lower `limits.connections`"
    )]
    Exhausted {
        /// Host and port, or the socket.
        at: String,
        /// What the system says.
        source: io::Error,
    },
    /// No connection within the limit.
    #[error(
        "no connection to {at} within {limit:?}; check the address, and whether a firewall or a full queue of connections \
         keeps it silent"
    )]
    Slow {
        /// Host and port, or the socket.
        at: String,
        /// `times.connect`, or the part of it that one of several addresses has.
        limit: Duration,
    },
    /// The certificate is not to be trusted.
    #[error("the certificate of {at} is refused: {source}; {advice}")]
    Certificate {
        /// Host and port.
        at: String,
        /// What the verifier says.
        source: TlsError,
        /// What to do.
        advice: &'static str,
    },
    /// The other side wants a certificate of ours, or another one.
    #[error("{at} refuses the client certificate: {source}; {}", fault::CLIENT_ADVICE)]
    ClientCertificate {
        /// Host and port.
        at: String,
        /// The alert that it sent.
        source: TlsError,
    },
    /// The other side doesn't speak TLS, or not with us.
    #[error("no TLS with {at}: {source}; {advice}")]
    Tls {
        /// Host and port.
        at: String,
        /// What the handshake says.
        source: io::Error,
        /// What to do.
        advice: &'static str,
    },
    /// The origin server does not agree to HTTP/2.
    #[error("{at} does not speak HTTP/2 over TLS; remove `h2: true` under upstream")]
    NoHttp2 {
        /// Host and port.
        at: String,
    },
    /// The connection ended before it was used.
    #[error("the connection to {at} ended at once: {source}")]
    Handshake {
        /// Host and port, or the socket.
        at: String,
        /// What hyper says.
        source: hyper::Error,
    },
    /// Several addresses were tried.
    #[error("none of {tried} addresses of the upstream takes a connection; the last one: {last}")]
    All {
        /// How many.
        tried: usize,
        /// What is wrong with the last one.
        last: Box<Error>,
    },
    /// It has as many requests as it may have.
    #[error("{why}")]
    Busy {
        /// The queue is full, or doesn't move.
        why: Busy,
        /// How long to wait before another try is worth while.
        patience: Duration,
    },
}

impl Error {
    /// Its kind, one of [`FAILURES`](super::FAILURES), or `upstream-busy`.
    pub fn word(&self) -> &'static str {
        match self {
            Self::Resolve { .. } | Self::SlowName { .. } => "resolve",
            Self::Connect { .. } | Self::Handshake { .. } => "connect",
            Self::Exhausted { .. } => "exhausted",
            Self::Slow { .. } => "connect-timeout",
            Self::Certificate { .. } => "certificate",
            Self::ClientCertificate { .. } => "client-certificate",
            Self::Tls { .. } | Self::NoHttp2 { .. } => "tls",
            Self::All { last, .. } => last.word(),
            Self::Busy { .. } => "upstream-busy",
        }
    }

    /// Of several addresses, what was wrong with the last one.
    pub fn last(&self) -> &Self {
        if let Self::All { last, .. } = self { last.last() } else { self }
    }
}

/// Connects within the limit, TLS included.
pub(super) async fn connect(origin: &Origin, endpoint: &Endpoint, limit: Duration) -> Result<Stream, Error> {
    let slow = |_| Error::Slow { at: endpoint.label.clone(), limit };
    tokio::time::timeout(limit, open(origin, endpoint)).await.map_err(slow)?
}

async fn open(origin: &Origin, endpoint: &Endpoint) -> Result<Stream, Error> {
    let at = || endpoint.label.clone();
    let refused = |source| match is_ours(&source) {
        true => Error::Exhausted { at: at(), source },
        false => Error::Connect { at: at(), advice: advice_on_place(&source, &endpoint.at), source },
    };
    let tcp = match &endpoint.at {
        Spot::Unix(path) => return UnixStream::connect(path).await.map(Stream::Unix).map_err(refused),
        Spot::Tcp(address) => TcpStream::connect(address).await.map_err(refused)?,
    };
    // A request's head leaves at once; a socket that can't do it works all the same.
    let _ = tcp.set_nodelay(true);
    let Some((config, name)) = origin.tls(endpoint) else { return Ok(Stream::Plain(tcp)) };
    match TlsConnector::from(Arc::clone(config)).connect(name.clone(), tcp).await {
        Ok(stream) if origin.settings.h2 && stream.get_ref().1.alpn_protocol() != Some(b"h2") => {
            Err(Error::NoHttp2 { at: at() })
        }
        Ok(stream) => Ok(Stream::Tls(Box::new(stream))),
        Err(fault) => Err(tls_error(at(), fault)),
    }
}

/// Whether it is this process, or its machine, that lacks something.
fn is_ours(source: &io::Error) -> bool {
    // ENFILE and EMFILE, for which there is no kind.
    matches!(source.raw_os_error(), Some(23 | 24))
        || matches!(source.kind(), io::ErrorKind::AddrNotAvailable | io::ErrorKind::OutOfMemory)
}

fn advice_on_place(source: &io::Error, at: &Spot) -> &'static str {
    match (at, source.kind()) {
        (Spot::Unix(_), io::ErrorKind::PermissionDenied) => {
            "let the user that tamis runs as write to the socket: its owner, group and mode, and those of its folders"
        }
        (Spot::Unix(_), io::ErrorKind::NotFound) => {
            "check that the origin server runs, and that this is the path of its socket"
        }
        _ => "check that the origin server runs and listens there",
    }
}

fn tls_error(at: String, source: io::Error) -> Error {
    let tls = source.get_ref().and_then(|inner| inner.downcast_ref::<TlsError>());
    match tls {
        Some(TlsError::InvalidCertificate(reason)) => Error::Certificate {
            at,
            source: TlsError::InvalidCertificate(reason.clone()),
            advice: advice(reason),
        },
        _ => match certificate_alert(&source) {
            Some(source) => Error::ClientCertificate { at, source },
            None => {
                // Over TLS 1.2 it also says that it wants a certificate (RFC 5246 7.4.6).
                let refused =
                    matches!(tls, Some(TlsError::AlertReceived(AlertDescription::HandshakeFailure)));
                let advice = if refused {
                    "it may want a client certificate (`client_certificate:` under upstream), or speak only old versions"
                } else {
                    "if it speaks plain HTTP, write `http://` in `upstream`"
                };
                Error::Tls { at, source, advice }
            }
        },
    }
}

fn advice(reason: &CertificateError) -> &'static str {
    match reason {
        CertificateError::UnknownIssuer => "write its CA's file as `ca_file:` under upstream",
        CertificateError::NotValidForName | CertificateError::NotValidForNameContext { .. } => {
            "write the name that it holds as `server_name:` under upstream"
        }
        CertificateError::Expired | CertificateError::ExpiredContext { .. } => "renew it",
        _ => "ask whoever issued it",
    }
}
