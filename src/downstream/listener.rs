//! Listening sockets: one a worker on the same address, so that the kernel spreads the connections.

use std::io;
use std::net::{SocketAddr, TcpListener};

use socket2::{Domain, Protocol, Socket, Type};

/// Connections that the kernel keeps for us between two accepts.
const BACKLOG: i32 = 4096;

/// Binds one listening socket for each worker to the same address; `[::]` takes IPv4 too. With port 0 the first
/// socket's port is used for all.
///
/// # Errors
/// What the system says: address in use, not permitted, not an address of this machine.
pub fn bind(address: SocketAddr, workers: usize) -> io::Result<Vec<TcpListener>> {
    let first = listen(address)?;
    let mut sockets = Vec::with_capacity(workers);
    let bound = first.local_addr()?;
    sockets.push(first);
    while sockets.len() < workers {
        sockets.push(listen(bound)?);
    }
    Ok(sockets)
}

fn listen(address: SocketAddr) -> io::Result<TcpListener> {
    let socket = Socket::new(Domain::for_address(address), Type::STREAM, Some(Protocol::TCP))?;
    if address.is_ipv6() {
        socket.set_only_v6(false)?;
    }
    socket.set_reuse_address(true)?;
    socket.set_reuse_port(true)?;
    socket.set_nonblocking(true)?;
    socket.bind(&address.into())?;
    socket.listen(BACKLOG)?;
    Ok(socket.into())
}
