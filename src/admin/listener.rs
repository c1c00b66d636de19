//! The operator's socket: TCP, or a file of the operator's own.

use std::fs::{self, Permissions};
use std::io;
use std::net::{SocketAddr, TcpListener};
use std::os::unix::fs::{FileTypeExt as _, MetadataExt as _, PermissionsExt as _};
use std::os::unix::net::{UnixListener, UnixStream};
use std::path::{Path, PathBuf};

use socket2::{Domain, SockAddr, Socket, Type};

use crate::config::{Access, Admin, AdminAddress};

/// Connections that the kernel keeps for us between two accepts.
const BACKLOG: i32 = 64;

/// Why the operator's address can't be listened on.
#[derive(Debug, thiserror::Error)]
pub enum BindError {
    /// What the system says.
    #[error(transparent)]
    System(#[from] io::Error),
    /// Another process answers on the Unix socket.
    #[error("another process answers there: stop it, or choose another path")]
    Answered,
    /// A file that is no socket has its path.
    #[error("there is a file that is no socket: remove it, or choose another path")]
    NoSocket,
}

/// A bound address; dropped, a Unix socket's file goes too.
pub struct Listener {
    pub(super) socket: Bound,
    address: AdminAddress,
    _file: Option<SocketFile>,
}

/// Either kind of socket, non-blocking.
pub(super) enum Bound {
    Tcp(TcpListener),
    Unix(UnixListener),
}

impl Listener {
    /// Binds and listens. A Unix socket that a process left behind is replaced, if nobody answers on it.
    ///
    /// # Errors
    /// The address is taken, not of this machine, or not permitted.
    pub fn bind(admin: &Admin) -> Result<Self, BindError> {
        match &admin.address {
            AdminAddress::Tcp(address) => {
                let socket = tcp(*address)?;
                let address = AdminAddress::Tcp(socket.local_addr()?);
                Ok(Self { socket: Bound::Tcp(socket), address, _file: None })
            }
            AdminAddress::Unix(path) => {
                let (socket, file) = unix(path, admin.access)?;
                Ok(Self { socket: Bound::Unix(socket), address: admin.address.clone(), _file: Some(file) })
            }
        }
    }

    /// Over a socket that listens already.
    ///
    /// # Errors
    /// The system doesn't say where.
    pub fn over_tcp(socket: TcpListener) -> io::Result<Self> {
        let address = AdminAddress::Tcp(socket.local_addr()?);
        Ok(Self { socket: Bound::Tcp(socket), address, _file: None })
    }

    /// Over a Unix socket that listens already at this path. Its file and who may use it are the business of whoever
    /// made it.
    pub fn over_unix(socket: UnixListener, path: PathBuf) -> Self {
        Self { socket: Bound::Unix(socket), address: AdminAddress::Unix(path), _file: None }
    }

    /// Where it listens; a configured port 0 is the one that was given.
    pub fn address(&self) -> &AdminAddress {
        &self.address
    }
}

fn tcp(address: SocketAddr) -> io::Result<TcpListener> {
    let socket = Socket::new(Domain::for_address(address), Type::STREAM, None)?;
    if address.is_ipv6() {
        socket.set_only_v6(false)?;
    }
    socket.set_reuse_address(true)?;
    socket.set_nonblocking(true)?;
    socket.bind(&address.into())?;
    socket.listen(BACKLOG)?;
    Ok(socket.into())
}

fn unix(path: &Path, access: Access) -> Result<(UnixListener, SocketFile), BindError> {
    let socket = Socket::new(Domain::UNIX, Type::STREAM, None)?;
    socket.set_nonblocking(true)?;
    let address = SockAddr::unix(path)?;
    match socket.bind(&address) {
        Err(taken) if taken.kind() == io::ErrorKind::AddrInUse => {
            remove_stale(path)?;
            socket.bind(&address)?;
        }
        bound => bound?,
    }
    let file = SocketFile::at(path)?;
    // Nobody gets in between: until `listen` a connection is refused.
    let mode = match access {
        Access::Owner => 0o600,
        Access::Group => 0o660,
    };
    fs::set_permissions(path, Permissions::from_mode(mode))?;
    socket.listen(BACKLOG)?;
    Ok((socket.into(), file))
}

/// Removes the socket of a process that is gone.
fn remove_stale(path: &Path) -> Result<(), BindError> {
    if !fs::symlink_metadata(path)?.file_type().is_socket() {
        return Err(BindError::NoSocket);
    }
    match UnixStream::connect(path) {
        // Nobody listens (connect(2)).
        Err(fault) if fault.kind() == io::ErrorKind::ConnectionRefused => Ok(fs::remove_file(path)?),
        Err(fault) if fault.kind() == io::ErrorKind::NotFound => Ok(()),
        Err(fault) if fault.kind() != io::ErrorKind::WouldBlock => Err(fault.into()),
        // A full backlog is somebody too.
        _ => Err(BindError::Answered),
    }
}

/// The file of a Unix socket, removed when dropped, unless another process has put its own there.
struct SocketFile {
    path: PathBuf,
    /// Device and inode.
    identity: (u64, u64),
}

impl SocketFile {
    fn at(path: &Path) -> io::Result<Self> {
        Ok(Self { path: path.to_owned(), identity: identity(path)? })
    }
}

impl Drop for SocketFile {
    fn drop(&mut self) {
        if identity(&self.path).is_ok_and(|identity| identity == self.identity) {
            // The next start removes it as well.
            let _ = fs::remove_file(&self.path);
        }
    }
}

fn identity(path: &Path) -> io::Result<(u64, u64)> {
    let metadata = fs::symlink_metadata(path)?;
    Ok((metadata.dev(), metadata.ino()))
}

#[cfg(test)]
mod tests {
    use super::*;

    struct Folder(PathBuf);

    impl Folder {
        fn new(name: &str) -> Self {
            let folder = std::env::temp_dir().join(format!("tamis-admin-{}-{name}", std::process::id()));
            fs::create_dir_all(&folder).unwrap();
            Self(folder)
        }

        fn admin(&self, access: Access) -> Admin {
            Admin { address: AdminAddress::Unix(self.0.join("admin.sock")), access, token: None }
        }
    }

    impl Drop for Folder {
        fn drop(&mut self) {
            let _ = fs::remove_dir_all(&self.0);
        }
    }

    #[test]
    fn a_socket_has_the_permissions_of_its_access_and_goes_with_its_listener() {
        let folder = Folder::new("access");
        let path = folder.0.join("admin.sock");
        for (access, mode) in [(Access::Owner, 0o600), (Access::Group, 0o660)] {
            let listener = Listener::bind(&folder.admin(access)).unwrap();
            assert_eq!(fs::metadata(&path).unwrap().permissions().mode() & 0o777, mode);
            drop(listener);
            assert!(!path.exists());
        }
    }

    #[test]
    fn a_socket_is_replaced_only_if_nobody_answers() {
        let folder = Folder::new("stale");
        let admin = folder.admin(Access::Owner);
        let path = folder.0.join("admin.sock");
        drop(UnixListener::bind(&path).unwrap());
        assert!(path.exists(), "left behind");
        let first = Listener::bind(&admin).unwrap();
        assert!(matches!(Listener::bind(&admin), Err(BindError::Answered)));
        UnixStream::connect(&path).expect("the first is still there");
        fs::remove_file(&path).unwrap();
        let second = Listener::bind(&admin).unwrap();
        drop(first);
        UnixStream::connect(&path).expect("the first leaves the second's file alone");
        drop(second);
        fs::write(&path, "precious").unwrap();
        assert!(matches!(Listener::bind(&admin), Err(BindError::NoSocket)));
        assert_eq!(fs::read_to_string(&path).unwrap(), "precious");
    }
}
