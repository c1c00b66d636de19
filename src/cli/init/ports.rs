//! Addresses to listen on that nobody has.

use std::io::ErrorKind;
use std::net::{Ipv4Addr, Ipv6Addr, SocketAddr, TcpListener};

/// Ports that are tried, from the first on.
const TRIED: u16 = 20;

/// The wanted address, if it is free: nobody listens there at this moment.
///
/// # Errors
/// It is taken, or can't be listened on; the sentence says what to do.
pub(super) fn wanted(address: SocketAddr) -> Result<SocketAddr, String> {
    let help = match TcpListener::bind(address).map_err(|fault| fault.kind()) {
        // Who runs tamis may be allowed what who writes its configuration is not.
        Ok(_) | Err(ErrorKind::PermissionDenied) => return Ok(address),
        Err(ErrorKind::AddrInUse) => "something listens there already: stop it, or choose another port",
        Err(ErrorKind::AddrNotAvailable) => "it is no address of this machine: choose one, or [::] for all",
        Err(_) => "choose another one",
    };
    Err(format!("tamis could not listen on {address}: {help} (--listen)"))
}

/// The first free port from `first` on, but none of `but`, on every address of this machine.
pub(super) fn everywhere(first: u16, but: &[u16]) -> SocketAddr {
    // A machine without IPv6 can't listen on [::].
    let six = TcpListener::bind((Ipv6Addr::UNSPECIFIED, 0)).is_ok();
    let ip = if six { Ipv6Addr::UNSPECIFIED.into() } else { Ipv4Addr::UNSPECIFIED.into() };
    free(|port| SocketAddr::new(ip, port), first, but)
}

/// The first free port from `first` on, but none of `but`, on the loopback.
pub(super) fn here(first: u16, but: &[u16]) -> SocketAddr {
    free(|port| (Ipv4Addr::LOCALHOST, port).into(), first, but)
}

/// Where all are taken the first: `tamis run` says so then.
fn free(address: impl Fn(u16) -> SocketAddr, first: u16, but: &[u16]) -> SocketAddr {
    let mut tried = (first..first.saturating_add(TRIED)).filter(|port| !but.contains(port)).map(&address);
    tried.find(|address| TcpListener::bind(address).is_ok()).unwrap_or_else(|| address(first))
}
