//! Connections of the operator, each a task; few, and not for long.

use std::cell::Cell;
use std::convert::Infallible;
use std::rc::Rc;
use std::time::Duration;

use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper_util::rt::{TokioIo, TokioTimer};
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::net::{TcpListener, UnixListener};
use tokio_util::sync::CancellationToken;

use super::answer::answer;
use super::guard::Guard;
use super::listener::Bound;
use super::{Listener, Operator};
use crate::config::Admin;

/// Connections at once; a further one is closed.
const MOST: usize = 64;
/// A connection may wait so long for the head of a request: whoever holds all of them without asking anything keeps the
/// operator and the probes out no longer than that.
const IDLE: Duration = Duration::from_secs(10);
/// Octets of a request's head.
const HEAD: usize = 16 * 1024;

/// What every connection needs.
struct Desk {
    operator: Operator,
    guard: Guard,
    open: Cell<usize>,
}

/// Accepts until stopped, on a runtime that takes local tasks.
pub async fn serve(listener: Listener, admin: &Admin, operator: Operator, stop: CancellationToken) {
    let desk = Rc::new(Desk { operator, guard: Guard::new(admin), open: Cell::new(0) });
    let Listener { socket, .. } = &listener;
    let accepting = async {
        match socket {
            Bound::Tcp(socket) => accept_tcp(TcpListener::from_std(socket.try_clone()?)?, &desk).await,
            Bound::Unix(socket) => accept_unix(UnixListener::from_std(socket.try_clone()?)?, &desk).await,
        }
    };
    let ended: std::io::Result<()> = tokio::select! {
        ended = accepting => ended,
        () = stop.cancelled() => return,
    };
    if let Err(fault) = ended {
        tracing::error!(%fault, "the admin listener is lost");
    }
}

async fn accept_tcp(listener: TcpListener, desk: &Rc<Desk>) -> std::io::Result<()> {
    loop {
        match listener.accept().await {
            Ok((stream, _)) => begin(stream, desk),
            Err(fault) => recover(&fault).await,
        }
    }
}

async fn accept_unix(listener: UnixListener, desk: &Rc<Desk>) -> std::io::Result<()> {
    loop {
        match listener.accept().await {
            Ok((stream, _)) => begin(stream, desk),
            Err(fault) => recover(&fault).await,
        }
    }
}

/// Out of descriptors or memory: wait a little and go on accepting.
async fn recover(fault: &std::io::Error) {
    tracing::warn!(%fault, "can't accept a connection of the operator");
    tokio::time::sleep(Duration::from_millis(50)).await;
}

fn begin<T: AsyncRead + AsyncWrite + Unpin + 'static>(stream: T, desk: &Rc<Desk>) {
    if desk.open.get() >= MOST {
        return;
    }
    desk.open.set(desk.open.get() + 1);
    let desk = Rc::clone(desk);
    tokio::task::spawn_local(async move {
        let here = Rc::clone(&desk);
        let service = service_fn(move |request| {
            let desk = Rc::clone(&here);
            async move { Ok::<_, Infallible>(answer(request, &desk.operator, &desk.guard).await) }
        });
        let mut http = http1::Builder::new();
        http.timer(TokioTimer::new()).header_read_timeout(IDLE).max_header_size(HEAD);
        // How it ended matters to nobody: the operator asks again.
        let _ = http.serve_connection(TokioIo::new(stream), service).await;
        desk.open.set(desk.open.get() - 1);
    });
}
