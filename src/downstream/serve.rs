//! Accepting connections on one listener until told to stop.

use std::error::Error as StdError;
use std::future::Future;
use std::net::SocketAddr;
use std::pin::Pin;
use std::rc::Rc;

use bytes::Bytes;
use http::{Request, Response};
use http_body::Body;
use hyper::body::Incoming;
use tokio::net::{TcpListener, TcpStream};
use tokio::time::{Instant, timeout_at};

use super::listener::BACKLOG;
use super::open::{Open, count_handshake};
use super::security::{Greeted, Protocol, Security};
use super::shortage::Shortage;
use super::{Listening, Peer, Settings, Terms, connection};

/// Accepts on one listener until stopped, each connection a task of this thread. Connections that the kernel has made by
/// then and that nobody else would get are accepted still; then the socket is closed.
///
/// Each begins on the terms of the moment, and ends on them. `service` answers one request; it is the proxy's or the
/// admin's one closure.
pub async fn serve<S, A, B>(listening: Listening, terms: Rc<Terms>, service: S)
where
    B: Body<Data = Bytes> + Unpin + 'static,
    B::Error: Into<Box<dyn StdError + Send + Sync>>,
    S: Fn(Request<Incoming>, Rc<Peer>) -> A + Clone + 'static,
    A: Future<Output = Response<B>> + 'static,
{
    let Listening { socket, ours } = listening;
    let listener = match TcpListener::from_std(socket) {
        Ok(listener) => listener,
        Err(fault) => {
            tracing::error!(%fault, "a listener is lost");
            return;
        }
    };
    let stop = terms.stop();
    let admit = |stream, address| {
        let (security, settings) = terms.now();
        admit(stream, address, security, &settings, service.clone());
    };
    let mut shortage = Shortage::default();
    loop {
        let accepted = tokio::select! {
            accepted = listener.accept() => accepted,
            () = stop.cancelled() => break,
        };
        match accepted {
            Ok((stream, address)) => admit(stream, address),
            Err(fault) => shortage.wait(&fault, &terms.now().1.counters).await,
        }
    }
    if ours {
        waiting(listener).into_iter().for_each(|(stream, address)| admit(stream, address));
    }
}

/// The connections that wait to be accepted; the socket is closed when all are.
fn waiting(listener: TcpListener) -> Vec<(TcpStream, SocketAddr)> {
    let mut accepted = Vec::new();
    // Asked of the system itself, since tokio knows only what it was told when it last looked.
    let Ok(socket) = listener.into_std() else { return accepted };
    while accepted.len() < BACKLOG
        && let Ok((stream, address)) = socket.accept()
    {
        let stream = stream.set_nonblocking(true).and_then(|()| TcpStream::from_std(stream));
        accepted.extend(stream.map(|stream| (stream, address)));
    }
    accepted
}

fn admit<S, A, B>(
    stream: TcpStream,
    address: SocketAddr,
    security: Security,
    settings: &Rc<Settings>,
    service: S,
) where
    B: Body<Data = Bytes> + Unpin + 'static,
    B::Error: Into<Box<dyn StdError + Send + Sync>>,
    S: Fn(Request<Incoming>, Rc<Peer>) -> A + Clone + 'static,
    A: Future<Output = Response<B>> + 'static,
{
    let Some(open) = Open::count(settings) else { return };
    let tasks = settings.tasks.clone();
    // Boxed: the room that its beginning takes is not kept for as long as the connection.
    let beginning = Box::pin(begin(stream, address, security, Rc::clone(settings), service));
    let task = async move {
        if let Some((protocol, serving)) = beginning.await {
            open.speaks(protocol);
            serving.await;
        }
        drop(open);
    };
    tokio::task::spawn_local(tasks.track_future(task));
}

/// What comes before the first request; then how the connection is served, and what it speaks.
async fn begin<S, A, B>(
    mut stream: TcpStream,
    address: SocketAddr,
    security: Security,
    settings: Rc<Settings>,
    service: S,
) -> Option<(Protocol, Pin<Box<dyn Future<Output = ()>>>)>
where
    B: Body<Data = Bytes> + Unpin + 'static,
    B::Error: Into<Box<dyn StdError + Send + Sync>>,
    S: Fn(Request<Incoming>, Rc<Peer>) -> A + Clone + 'static,
    A: Future<Output = Response<B>> + 'static,
{
    let deadline = Instant::now() + settings.patience.head;
    let Some(address) = introduced(&security, &mut stream, address, deadline).await else {
        settings.counters.connection_faults.increment("proxy-protocol");
        return None;
    };
    let peer = Peer::new(address, security.tls.is_some());
    let peer = Rc::new(peer.led(security.redirect.clone()));
    match timeout_at(deadline, security.greet(stream)).await {
        Ok(Ok(Greeted::Plain(stream, protocol))) => {
            Some((protocol, connection::serve(stream, protocol, peer, settings, service)))
        }
        Ok(Ok(Greeted::Tls(stream, protocol))) => {
            count_handshake(&settings.counters, stream.get_ref().1);
            Some((protocol, connection::serve(*stream, protocol, peer, settings, service)))
        }
        _ => {
            settings.counters.connection_faults.increment("tls");
            None
        }
    }
}

/// The address of whoever a connection is for, which says so in time where it has to.
async fn introduced(
    security: &Security,
    stream: &mut TcpStream,
    address: SocketAddr,
    deadline: Instant,
) -> Option<SocketAddr> {
    if security.proxy_protocol.is_none() {
        return Some(address);
    }
    match timeout_at(deadline, security.introduce(stream, address)).await {
        Ok(Ok(address)) => Some(address),
        Ok(Err(stranger)) => {
            tracing::debug!(peer = %address, %stranger, "closed: no header of the PROXY protocol");
            None
        }
        Err(_) => {
            tracing::debug!(peer = %address, "closed: no header of the PROXY protocol in time");
            None
        }
    }
}

#[cfg(test)]
mod tests;
