//! What happens on a connection before the first request: the PROXY protocol, the TLS handshake, and which HTTP is
//! spoken.

use std::io;
use std::net::{IpAddr, SocketAddr};
use std::sync::Arc;

use tokio::io::Interest;
use tokio::net::TcpStream;
use tokio_rustls::server::TlsStream;

use super::Tls;
use super::cork::Corked;
use super::proxy_protocol::{self, Header};
use crate::config::{ProxyProtocol, Redirect};

/// How the connections of a listener begin.
#[derive(Clone, Default)]
pub struct Security {
    /// Every connection begins with a header of the PROXY protocol, and comes from where they may.
    pub proxy_protocol: Option<Arc<ProxyProtocol>>,
    /// TLS, and by ALPN the protocol; plain where `None`.
    pub tls: Option<Tls>,
    /// A plain connection may begin with HTTP/2's preface (prior knowledge, RFC 9113 3.3).
    pub h2c: bool,
    /// Requests are led to https; for whoever answers them.
    pub redirect: Option<Arc<Redirect>>,
}

/// The HTTP of a connection.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Protocol {
    Http1,
    Http2,
}

/// A connection that is ready for requests.
pub(super) enum Greeted {
    Plain(TcpStream, Protocol),
    Tls(Box<TlsStream<Corked>>, Protocol),
}

/// The first octets of HTTP/2's preface: no HTTP/1.1 request begins so (RFC 9113 3.4).
const PREFACE: &[u8] = b"PRI * HTTP/2.0";

/// Why a connection of a listener with the PROXY protocol is closed.
#[derive(Debug, thiserror::Error)]
pub(super) enum Stranger {
    /// It comes from an address that may not say for whom it is.
    #[error("{0} is not in `proxy_protocol.from`")]
    Network(IpAddr),
    /// It has no header.
    #[error("{0}")]
    Header(#[from] proxy_protocol::Fault),
}

impl Security {
    /// Takes the header of the PROXY protocol where there has to be one; the address that counts from now on.
    ///
    /// # Errors
    /// There is none, or whoever sent it may not.
    pub(super) async fn introduce(
        &self,
        stream: &mut TcpStream,
        address: SocketAddr,
    ) -> Result<SocketAddr, Stranger> {
        let Some(wanted) = &self.proxy_protocol else { return Ok(address) };
        if !wanted.may_come_from(address.ip()) {
            return Err(Stranger::Network(address.ip().to_canonical()));
        }
        Ok(match proxy_protocol::take(stream).await? {
            Header::Unsaid => address,
            Header::Relayed { source, .. } => source,
        })
    }

    /// Makes the handshake and finds out the protocol.
    ///
    /// # Errors
    /// The handshake failed, or the user agent went away.
    pub(super) async fn greet(&self, stream: TcpStream) -> io::Result<Greeted> {
        let Some(tls) = &self.tls else {
            let prior = self.h2c && begins_http2(&stream).await?;
            return Ok(Greeted::Plain(stream, if prior { Protocol::Http2 } else { Protocol::Http1 }));
        };
        // Boxed, since every plain connection would keep room for it.
        let stream = Box::pin(tls.accept(stream)).await?;
        let chosen = stream.get_ref().1.alpn_protocol();
        let protocol = if chosen == Some(b"h2") { Protocol::Http2 } else { Protocol::Http1 };
        Ok(Greeted::Tls(Box::new(stream), protocol))
    }
}

/// Looks at the first octets without taking them.
async fn begins_http2(stream: &TcpStream) -> io::Result<bool> {
    let mut begun = [0; PREFACE.len()];
    loop {
        let came = stream.peek(&mut begun).await?;
        let (begun, wanted) =
            (begun.get(..came).unwrap_or_default(), PREFACE.get(..came).unwrap_or_default());
        if came == 0 || begun != wanted || came == PREFACE.len() {
            return Ok(came == PREFACE.len() && begun == wanted);
        }
        if stream.ready(Interest::READABLE).await?.is_read_closed() {
            return Ok(false);
        }
        // What came is still there. Told that there is nothing, tokio waits until more has come.
        let _ = stream.try_io(Interest::READABLE, || Err::<(), _>(io::ErrorKind::WouldBlock.into()));
    }
}
