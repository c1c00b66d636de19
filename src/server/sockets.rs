//! The sockets of a server: those that it was given, and those that it binds itself.

use std::io;
use std::net::SocketAddr;

use super::holder::Holder;
use super::start::StartError;
use crate::admin::{self, BindError};
use crate::config::{Admin, AdminAddress, Snapshot};
use crate::downstream::{self, Inherited, Listening};

/// Everything that is listened on.
pub(super) struct Sockets {
    /// For each listener one for each worker.
    pub(super) listeners: Vec<Vec<Listening>>,
    pub(super) operator: Option<admin::Listener>,
}

impl Sockets {
    /// Those of a configuration: each that was inherited under its address, the others bound now.
    ///
    /// # Errors
    /// What is in the way, or an inherited socket that the configuration doesn't have: nobody would answer on it.
    pub(super) fn open(
        snapshot: &Snapshot,
        workers: usize,
        mut inherited: Inherited,
    ) -> Result<Self, StartError> {
        let mut listeners = Vec::with_capacity(snapshot.listeners.len());
        for listener in &snapshot.listeners {
            listeners.push(visitors(listener.address, workers, &mut inherited)?);
        }
        let operator = snapshot.admin.as_ref().map(|admin| operator(admin, &mut inherited)).transpose()?;
        match inherited.left() {
            left if left.is_empty() => Ok(Self { listeners, operator }),
            left => Err(StartError::Inherited { left: left.join(", ") }),
        }
    }
}

fn visitors(
    address: SocketAddr,
    workers: usize,
    inherited: &mut Inherited,
) -> Result<Vec<Listening>, StartError> {
    let opened = match inherited.tcp(address) {
        Some(socket) => downstream::share(&socket, workers),
        None => downstream::bind(address, workers),
    };
    opened.map_err(|source| StartError::Listen { address, hint: hint(address, &source), source })
}

fn operator(admin: &Admin, inherited: &mut Inherited) -> Result<admin::Listener, StartError> {
    let given = match &admin.address {
        AdminAddress::Tcp(address) => inherited.tcp(*address).map(admin::Listener::over_tcp),
        AdminAddress::Unix(path) => {
            inherited.unix(path).map(|socket| Ok(admin::Listener::over_unix(socket, path.clone())))
        }
    };
    let bound = match given {
        Some(given) => given.map_err(BindError::System),
        None => admin::Listener::bind(admin),
    };
    bound.map_err(|source| {
        let hint = match (&admin.address, &source) {
            (AdminAddress::Tcp(address), BindError::System(fault)) => hint(*address, fault),
            _ => String::new(),
        };
        StartError::Admin { address: admin.address.clone(), source, hint }
    })
}

/// What to do about an address that can't be listened on.
fn hint(address: SocketAddr, source: &io::Error) -> String {
    match source.kind() {
        io::ErrorKind::AddrInUse => taken(Holder::of(address), address.port()),
        io::ErrorKind::PermissionDenied => low_port(first_free_port()),
        io::ErrorKind::AddrNotAvailable => "; choose an address of this machine, or [::] for all".to_owned(),
        _ => String::new(),
    }
}

fn taken(holder: Option<Holder>, port: u16) -> String {
    let ask = format!("`ss -ltnp 'sport = :{port}'`");
    match holder {
        Some(holder @ Holder::Process { .. }) => {
            format!("; {holder} listens there: stop it, or choose another port")
        }
        Some(holder) => {
            format!("; {holder} listens there, and {ask} tells root which: stop it, or choose another port")
        }
        None => format!("; see by {ask} what listens there and stop it, or choose another port"),
    }
}

fn low_port(first: u16) -> String {
    format!(
        "; choose a port from {first} up, or have a lower one without root: let systemd open it (socket activation), \
         grant CAP_NET_BIND_SERVICE, or lower net.ipv4.ip_unprivileged_port_start"
    )
}

/// The first port that needs no right (ip(7)).
fn first_free_port() -> u16 {
    let read = std::fs::read_to_string("/proc/sys/net/ipv4/ip_unprivileged_port_start");
    read.ok().and_then(|text| text.trim().parse().ok()).unwrap_or(1024)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn hints_say_what_to_do() {
        let process = Holder::Process { pid: 7, command: "nginx".to_owned() };
        assert_eq!(
            taken(Some(process), 80),
            "; nginx (process 7) listens there: stop it, or choose another port"
        );
        assert_eq!(
            taken(Some(Holder::User(33)), 80),
            "; a process of user 33 listens there, and `ss -ltnp 'sport = :80'` tells root which: stop it, or choose \
             another port"
        );
        assert!(taken(None, 80).contains("`ss -ltnp 'sport = :80'`"));
        let low = low_port(1024);
        for way in ["socket activation", "CAP_NET_BIND_SERVICE", "ip_unprivileged_port_start", "1024"] {
            assert!(low.contains(way), "{way}");
        }
        let denied = io::ErrorKind::PermissionDenied.into();
        assert!(hint("127.0.0.1:80".parse().unwrap(), &denied).contains("CAP_NET_BIND_SERVICE"));
    }
}
