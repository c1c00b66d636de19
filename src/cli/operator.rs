//! A running gateway, asked over its admin listener as its operator would: one request, one answer, no thread.

use std::io::{self, ErrorKind, Read, Write as _};
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr};
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use socket2::{Domain, SockAddr, Socket, Type};

use super::load;
use crate::config::{Admin, AdminAddress, Secret};

/// Octets of an answer.
const MOST_OCTETS: u64 = 16 << 20;

/// Which gateway is meant.
#[derive(Debug, clap::Args)]
pub(super) struct Place {
    /// The configuration, whose `admin` says where the gateway answers and which token it wants
    #[arg(long, short, env = "TAMIS_CONFIG", default_value_os_t = load::default_path())]
    pub(super) config: PathBuf,
    /// The admin listener itself, instead of the configuration's: IP:port or unix:PATH
    #[arg(long, env = "TAMIS_ADMIN", value_name = "ADDRESS", value_parser = address)]
    pub(super) admin: Option<AdminAddress>,
}

/// An admin listener as an argument names it.
pub(super) fn address(text: &str) -> Result<AdminAddress, String> {
    AdminAddress::parse(text, Path::new("")).map_err(|(_, help)| {
        if text.starts_with("unix:") { help } else { format!("{help}; or unix:PATH for a Unix socket") }
    })
}

/// The admin listener of a gateway.
#[derive(Debug)]
pub(super) struct Operator {
    address: AdminAddress,
    token: Option<Secret>,
}

/// What the gateway answered.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Answer {
    /// 200 to 599.
    pub(super) status: u16,
    /// Its content.
    pub(super) text: String,
}

impl Operator {
    /// The listener that `--admin` names, without a token, or else the configuration's.
    ///
    /// # Errors
    /// There is none: a sentence that says why and what to do.
    pub(super) fn find(place: &Place) -> Result<Self, String> {
        if let Some(address) = place.admin.clone() {
            return Ok(Self { address, token: None });
        }
        let named = place.config.display();
        let snapshot = load::load(&place.config)?.snapshot;
        let broken =
            || format!("{named} has errors (tamis check): name the admin listener by --admin ADDRESS");
        let without =
            || format!("{named} has no `admin`: add admin: {{ address: 127.0.0.1:9180 }} and restart tamis");
        let Admin { address, token, .. } = snapshot.ok_or_else(broken)?.admin.ok_or_else(without)?;
        Ok(Self { address, token })
    }

    /// The same with a token: that of `TAMIS_ADMIN_TOKEN`, or the configuration's, which is given to this machine alone or to the
    /// address that the configuration has.
    ///
    /// # Errors
    /// There is none: a sentence that says why and what to do.
    pub(super) fn admitted(place: &Place) -> Result<Self, String> {
        let found = Self::find(place)?;
        if let Ok(token) = std::env::var("TAMIS_ADMIN_TOKEN")
            && !token.is_empty()
        {
            return Ok(Self { token: Some(Secret::new(token)), ..found });
        }
        if found.token.is_some() || place.admin.is_none() {
            return Ok(found);
        }
        let configured = load::load(&place.config).ok().and_then(|compiled| compiled.snapshot?.admin);
        let ours = configured.filter(|admin| found.address.is_local() || admin.address == found.address);
        Ok(Self { token: ours.and_then(|admin| admin.token), ..found })
    }

    /// Sends a request without content, and reads the whole answer, all within a time limit.
    ///
    /// # Errors
    /// Nobody answers there, or not in time, or no HTTP: a sentence that says so.
    pub(super) fn ask(&self, method: &str, target: &str, within: Duration) -> Result<Answer, String> {
        let fault = |fault: io::Error| {
            let address = &self.address;
            match fault.kind() {
                ErrorKind::ConnectionRefused | ErrorKind::NotFound => {
                    format!("nobody answers at {address}: does tamis run, with this address as `admin`?")
                }
                ErrorKind::PermissionDenied => {
                    format!("this user may not connect to {address}: ask as the user of tamis, or its group")
                }
                ErrorKind::WouldBlock | ErrorKind::TimedOut => {
                    format!("{address} doesn't answer within {within:?}")
                }
                _ => format!("can't ask {address}: {fault}"),
            }
        };
        let octets = self.exchange(&self.request(method, target), within).map_err(fault)?;
        read(&octets).ok_or_else(|| format!("what {} answers is no HTTP", self.address))
    }

    /// HTTP/1.0: the answer is neither chunked nor kept open, so it ends where the connection does (RFC 9112 6.3).
    fn request(&self, method: &str, target: &str) -> Vec<u8> {
        let bearer = self.token.as_ref().map(|token| format!("Authorization: Bearer {}\r\n", token.expose()));
        format!(
            "{method} {target} HTTP/1.0\r\nHost: localhost\r\nContent-Length: 0\r\n{}\r\n",
            bearer.unwrap_or_default()
        )
        .into_bytes()
    }

    #[expect(clippy::disallowed_methods, reason = "bounded by take")]
    fn exchange(&self, request: &[u8], within: Duration) -> io::Result<Vec<u8>> {
        let (domain, address) = match &self.address {
            AdminAddress::Tcp(address) => (Domain::for_address(*address), reachable(*address).into()),
            AdminAddress::Unix(path) => (Domain::UNIX, SockAddr::unix(path)?),
        };
        let end = Instant::now() + within;
        let mut socket = Socket::new(domain, Type::STREAM, None)?;
        socket.connect_timeout(&address, within)?;
        socket.set_write_timeout(Some(within))?;
        socket.write_all(request)?;
        let mut octets = Vec::new();
        let mut answer = Timed { socket, end }.take(MOST_OCTETS);
        answer.read_to_end(&mut octets)?;
        Ok(octets)
    }
}

/// A socket that is read until a moment, however slowly the answer drips.
struct Timed {
    socket: Socket,
    end: Instant,
}

impl Read for Timed {
    fn read(&mut self, to: &mut [u8]) -> io::Result<usize> {
        let left = self.end.saturating_duration_since(Instant::now());
        if left.is_zero() {
            return Err(ErrorKind::TimedOut.into());
        }
        self.socket.set_read_timeout(Some(left))?;
        self.socket.read(to)
    }
}

/// Where to connect to a listener on every address of this machine: loopback.
fn reachable(listener: SocketAddr) -> SocketAddr {
    let ip = match listener.ip() {
        IpAddr::V4(ip) if ip.is_unspecified() => Ipv4Addr::LOCALHOST.into(),
        IpAddr::V6(ip) if ip.is_unspecified() => Ipv6Addr::LOCALHOST.into(),
        ip => ip,
    };
    SocketAddr::new(ip, listener.port())
}

/// The status and the content (RFC 9112 4 and 6.3).
fn read(octets: &[u8]) -> Option<Answer> {
    let end = memchr::memmem::find(octets, b"\r\n\r\n")?;
    let (head, content) = octets.split_at_checked(end + 4)?;
    let status = std::str::from_utf8(head).ok()?.strip_prefix("HTTP/1.")?.split(' ').nth(1)?;
    let status = status.get(..3)?.parse().ok()?;
    Some(Answer { status, text: String::from_utf8_lossy(content).into_owned() })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_answer_is_read() {
        let answer = |octets: &[u8]| read(octets).map(|answer| (answer.status, answer.text));
        assert_eq!(answer(b"HTTP/1.0 200 OK\r\nA: b\r\n\r\nok\n"), Some((200, "ok\n".to_owned())));
        assert_eq!(answer(b"HTTP/1.1 503 \r\n\r\n"), Some((503, String::new())));
        assert_eq!(answer(b"HTTP/1.1 503\r\n\r\n"), Some((503, String::new())));
        for wrong in [&b""[..], b"HTTP/1.1 200 OK\r\n", b"SSH-2.0\r\n\r\n", b"HTTP/1.1 ok\r\n\r\n"] {
            assert_eq!(answer(wrong), None, "{wrong:?}");
        }
    }

    #[test]
    fn every_address_is_reached_by_loopback() {
        let reach = |text: &str| reachable(text.parse().unwrap()).to_string();
        assert_eq!(reach("[::]:9180"), "[::1]:9180");
        assert_eq!(reach("0.0.0.0:9180"), "127.0.0.1:9180");
        assert_eq!(reach("192.0.2.1:9180"), "192.0.2.1:9180");
    }
}
