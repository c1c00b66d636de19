//! Opening a connection to an origin server: name, TCP, TLS, each fault in its own words.

use std::io;
use std::time::Duration;

use rustls::{CertificateError, Error as TlsError};
use tokio::net::TcpStream;
use tokio_rustls::TlsConnector;

use super::Origin;
use super::stream::Stream;

/// Why there is no connection.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// The name has no address.
    #[error("can't resolve {host}: {source}; check the name in `upstream`")]
    Resolve {
        /// As configured.
        host: String,
        /// What the resolver says.
        source: io::Error,
    },
    /// Nobody listens, or the network is not there.
    #[error("can't connect to {host}:{port}: {source}; check that the origin server runs and listens there")]
    Connect {
        /// As configured.
        host: String,
        /// As configured.
        port: u16,
        /// What the system says.
        source: io::Error,
    },
    /// No connection within the limit.
    #[error("no connection to {host}:{port} within {limit:?}")]
    Slow {
        /// As configured.
        host: String,
        /// As configured.
        port: u16,
        /// `times.connect`.
        limit: Duration,
    },
    /// The certificate is not to be trusted.
    #[error("the certificate of {host} is refused: {source}; {advice}")]
    Certificate {
        /// As configured.
        host: String,
        /// What the verifier says.
        source: TlsError,
        /// What to do.
        advice: &'static str,
    },
    /// The other side doesn't speak TLS, or not with us.
    #[error("no TLS with {host}:{port}: {source}; if it speaks plain HTTP, write `http://` in `upstream`")]
    Tls {
        /// As configured.
        host: String,
        /// As configured.
        port: u16,
        /// What the handshake says.
        source: io::Error,
    },
    /// The origin server does not agree to HTTP/2.
    #[error("{host}:{port} does not speak HTTP/2 over TLS; remove `h2: true` under upstream")]
    NoHttp2 {
        /// As configured.
        host: String,
        /// As configured.
        port: u16,
    },
    /// The connection ended before it was used.
    #[error("the connection to {host} ended at once: {source}")]
    Handshake {
        /// As configured.
        host: String,
        /// What hyper says.
        source: hyper::Error,
    },
}

/// Connects within the limit, name resolution and TLS included.
pub(super) async fn connect(origin: &Origin, limit: Duration) -> Result<Stream, Error> {
    let slow = |_| Error::Slow { host: origin.host.clone(), port: origin.port, limit };
    tokio::time::timeout(limit, open(origin)).await.map_err(slow)?
}

async fn open(origin: &Origin) -> Result<Stream, Error> {
    let tcp = tcp(origin).await?;
    // A request's head leaves at once; a socket that can't do it works all the same.
    let _ = tcp.set_nodelay(true);
    let Some((config, name)) = &origin.tls else { return Ok(Stream::Plain(tcp)) };
    match TlsConnector::from(config.clone()).connect(name.clone(), tcp).await {
        Ok(stream) if origin.h2 && stream.get_ref().1.alpn_protocol() != Some(b"h2") => {
            Err(Error::NoHttp2 { host: origin.host.clone(), port: origin.port })
        }
        Ok(stream) => Ok(Stream::Tls(Box::new(stream))),
        Err(fault) => Err(tls_error(origin, fault)),
    }
}

/// Tries every address of the name, in the resolver's order.
async fn tcp(origin: &Origin) -> Result<TcpStream, Error> {
    let resolve = |source| Error::Resolve { host: origin.host.clone(), source };
    let addresses = tokio::net::lookup_host((origin.host.as_str(), origin.port)).await.map_err(resolve)?;
    let mut last = io::Error::new(io::ErrorKind::NotFound, "the name has no address");
    for address in addresses {
        match TcpStream::connect(address).await {
            Ok(stream) => return Ok(stream),
            Err(fault) => last = fault,
        }
    }
    Err(Error::Connect { host: origin.host.clone(), port: origin.port, source: last })
}

fn tls_error(origin: &Origin, source: io::Error) -> Error {
    let host = origin.host.clone();
    let tls = source.get_ref().and_then(|inner| inner.downcast_ref::<TlsError>());
    match tls {
        Some(TlsError::InvalidCertificate(reason)) => Error::Certificate {
            host,
            source: TlsError::InvalidCertificate(reason.clone()),
            advice: advice(reason),
        },
        _ => Error::Tls { host, port: origin.port, source },
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
