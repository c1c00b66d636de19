//! Listening sockets: one a worker on the same address, so that the kernel spreads the connections; or one for all that
//! was inherited.

use std::io;
use std::net::{SocketAddr, TcpListener};

use socket2::{Domain, Protocol, SockRef, Socket, Type};

/// Connections that the kernel keeps for us between two accepts.
pub(super) const BACKLOG: usize = 4096;

/// What a worker accepts from.
#[derive(Debug)]
pub struct Listening {
    pub(super) socket: TcpListener,
    /// It closes with us, and what waits in it is lost then. One that was inherited stays open for those who come after.
    pub(super) ours: bool,
}

impl Listening {
    /// Where it listens.
    ///
    /// # Errors
    /// The system doesn't say.
    pub fn address(&self) -> io::Result<SocketAddr> {
        self.socket.local_addr()
    }
}

/// Shares one socket among the workers: each accepts from the same queue. All are woken by a connection, and one gets
/// it (tokio can't ask for EPOLLEXCLUSIVE).
///
/// # Errors
/// The system gives no descriptor.
pub fn share(socket: &TcpListener, workers: usize) -> io::Result<Vec<Listening>> {
    prompt(&SockRef::from(socket));
    (0..workers).map(|_| Ok(Listening { socket: socket.try_clone()?, ours: false })).collect()
}

/// Binds one listening socket for each worker to the same address; `[::]` takes IPv4 too. With port 0 the first
/// socket's port is used for all.
///
/// SO_REUSEPORT would let another process of the same user share the address, each getting a part of the connections
/// unknown to the other, so the address is first bound once without it.
///
/// # Errors
/// What the system says: address in use, not permitted, not an address of this machine.
pub fn bind(address: SocketAddr, workers: usize) -> io::Result<Vec<Listening>> {
    if address.port() != 0 {
        drop(socket(address, false)?);
    }
    let first = listen(address)?;
    let mut sockets = Vec::with_capacity(workers);
    let bound = first.address()?;
    sockets.push(first);
    while sockets.len() < workers {
        sockets.push(listen(bound)?);
    }
    Ok(sockets)
}

fn listen(address: SocketAddr) -> io::Result<Listening> {
    let socket = socket(address, true)?;
    prompt(&socket);
    socket.listen(i32::try_from(BACKLOG).unwrap_or(i32::MAX))?;
    Ok(Listening { socket: socket.into(), ours: true })
}

/// Has small answers leave at once (TCP_NODELAY): connections inherit it from the socket that they come from, which
/// saves each a system call. A socket that can't do it works all the same.
fn prompt(socket: &Socket) {
    let _ = socket.set_tcp_nodelay(true);
}

/// A bound socket that does not listen yet.
fn socket(address: SocketAddr, shared: bool) -> io::Result<Socket> {
    let socket = Socket::new(Domain::for_address(address), Type::STREAM, Some(Protocol::TCP))?;
    if address.is_ipv6() {
        socket.set_only_v6(false)?;
    }
    socket.set_reuse_address(true)?;
    socket.set_reuse_port(shared)?;
    socket.set_nonblocking(true)?;
    socket.bind(&address.into())?;
    Ok(socket)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_taken_address_is_refused_even_where_it_could_be_shared() {
        let any: SocketAddr = "127.0.0.1:0".parse().unwrap();
        let ours = bind(any, 2).unwrap();
        let address = ours[0].address().unwrap();
        assert_eq!(ours[1].address().unwrap(), address);
        assert_eq!(bind(address, 1).unwrap_err().kind(), io::ErrorKind::AddrInUse);
        drop(ours);
        assert!(bind(address, 2).is_ok());
    }

    #[test]
    fn connections_send_small_answers_at_once() {
        let any: SocketAddr = "127.0.0.1:0".parse().unwrap();
        let accepted = |listening: &Listening| {
            let _agent = std::net::TcpStream::connect(listening.address().unwrap()).unwrap();
            listening.socket.set_nonblocking(false).unwrap();
            listening.socket.accept().unwrap().0.nodelay().unwrap()
        };
        assert!(accepted(&bind(any, 1).unwrap()[0]));
        let inherited = TcpListener::bind(any).unwrap();
        assert!(accepted(&share(&inherited, 1).unwrap()[0]));
    }
}
