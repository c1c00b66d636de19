//! Listening sockets that are open already: whoever started the process has opened them and keeps them open, systemd
//! above all (socket activation, sd_listen_fds(3)).

use std::io;
use std::net::{SocketAddr, TcpListener};
use std::os::unix::net::UnixListener;
use std::path::{Path, PathBuf};

use listenfd::ListenFd;
use socket2::SockRef;

/// Those that nobody has asked for yet.
#[derive(Debug, Default)]
pub struct Inherited {
    tcp: Vec<(SocketAddr, TcpListener)>,
    unix: Vec<(PathBuf, UnixListener)>,
}

impl Inherited {
    /// Takes over what LISTEN_PID and LISTEN_FDS speak of; nothing where they don't name this process. To be called
    /// once, before anything else opens a file.
    ///
    /// # Errors
    /// A descriptor that is no listening socket of TCP or of a Unix socket with a path.
    pub fn take() -> io::Result<Self> {
        let mut given = ListenFd::from_env();
        let mut inherited = Self::default();
        for index in 0..given.len() {
            if let Ok(Some(socket)) = given.take_tcp_listener(index) {
                listens(&SockRef::from(&socket))?;
                inherited.tcp.push((socket.local_addr()?, socket));
            } else if let Some(socket) = given.take_unix_listener(index)? {
                listens(&SockRef::from(&socket))?;
                let path = socket.local_addr()?.as_pathname().map(Path::to_path_buf);
                let path = path.ok_or_else(|| io::Error::other("a Unix socket has no path"))?;
                inherited.unix.push((path, socket));
            }
        }
        Ok(inherited)
    }

    /// The socket that listens on exactly this address.
    pub fn tcp(&mut self, address: SocketAddr) -> Option<TcpListener> {
        let place = self.tcp.iter().position(|(of, _)| *of == address)?;
        Some(self.tcp.remove(place).1)
    }

    /// The Unix socket at exactly this path.
    pub fn unix(&mut self, path: &Path) -> Option<UnixListener> {
        let place = self.unix.iter().position(|(of, _)| of == path)?;
        Some(self.unix.remove(place).1)
    }

    /// Where those listen that nobody has asked for.
    pub fn left(&self) -> Vec<String> {
        let unix = self.unix.iter().map(|(path, _)| format!("unix:{}", path.display()));
        self.tcp.iter().map(|(address, _)| address.to_string()).chain(unix).collect()
    }
}

fn listens(socket: &SockRef<'_>) -> io::Result<()> {
    socket.set_nonblocking(true)?;
    if socket.is_listener()? {
        return Ok(());
    }
    Err(io::Error::other("a socket is a connection, and listens to none; write Accept=no in its unit"))
}
