//! Who listens where we would: as far as the system lets us look.

use std::fmt;
use std::fs;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr};

/// Processes looked at; a machine with more has a `ss` as well.
const MOST_PROCESSES: usize = 20_000;

/// Who holds an address.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Holder {
    /// A process whose files we may see.
    Process {
        /// Its number.
        pid: u32,
        /// The name of its command, without arguments: those may hold secrets.
        command: String,
    },
    /// A process of this user; no more can be seen.
    User(u32),
}

impl fmt::Display for Holder {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Process { pid, command } => write!(f, "{command} (process {pid})"),
            Self::User(uid) => write!(f, "a process of user {uid}"),
        }
    }
}

/// A listening socket, as a line of /proc/net/tcp has it.
#[derive(Debug, PartialEq, Eq)]
struct Entry {
    address: SocketAddr,
    uid: u32,
    inode: u64,
}

impl Holder {
    /// Who listens on this address, or on one that covers it; `None` if nobody is seen to.
    pub(super) fn of(address: SocketAddr) -> Option<Self> {
        let tables =
            ["/proc/net/tcp", "/proc/net/tcp6"].map(|path| fs::read_to_string(path).unwrap_or_default());
        let mut entries = tables.iter().flat_map(|table| table.lines()).filter_map(listening);
        let entry = entries.find(|entry| contends(entry.address, address))?;
        Some(process(entry.inode).unwrap_or(Self::User(entry.uid)))
    }
}

/// A line of a socket that listens (proc(5)): addresses in hexadecimal words of the machine's own order.
fn listening(line: &str) -> Option<Entry> {
    const LISTEN: &str = "0A";
    let mut fields = line.split_ascii_whitespace().skip(1);
    let (ip, port) = fields.next()?.split_once(':')?;
    let state = fields.nth(1)?;
    let uid = fields.nth(3)?.parse().ok()?;
    let inode = fields.nth(1)?.parse().ok()?;
    let address = SocketAddr::new(self::ip(ip)?, u16::from_str_radix(port, 16).ok()?);
    (state == LISTEN).then_some(Entry { address, uid, inode })
}

fn ip(text: &str) -> Option<IpAddr> {
    let word = |at: usize| Some(u32::from_str_radix(text.get(at..at + 8)?, 16).ok()?.to_ne_bytes());
    match text.len() {
        8 => Some(Ipv4Addr::from(word(0)?).into()),
        32 => {
            let words = [word(0)?, word(8)?, word(16)?, word(24)?];
            let octets: [u8; 16] = words.concat().try_into().ok()?;
            Some(Ipv6Addr::from(octets).to_canonical())
        }
        _ => None,
    }
}

/// Whether one of them keeps the other from being bound.
fn contends(taken: SocketAddr, wanted: SocketAddr) -> bool {
    let (a, b) = (taken.ip().to_canonical(), wanted.ip().to_canonical());
    taken.port() == wanted.port() && (a == b || a.is_unspecified() || b.is_unspecified())
}

/// The process that has a socket open, if we may see its files.
fn process(inode: u64) -> Option<Holder> {
    let socket = format!("socket:[{inode}]");
    let processes = fs::read_dir("/proc").ok()?.flatten().take(MOST_PROCESSES);
    for process in processes {
        let Some(pid) = process.file_name().to_str().and_then(|name| name.parse::<u32>().ok()) else {
            continue;
        };
        let Ok(files) = fs::read_dir(process.path().join("fd")) else { continue };
        let mut links = files.flatten().filter_map(|file| fs::read_link(file.path()).ok());
        if links.any(|link| link.as_os_str() == socket.as_str()) {
            let command = fs::read_to_string(process.path().join("comm")).unwrap_or_default();
            return Some(Holder::Process { pid, command: command.trim_end().to_owned() });
        }
    }
    None
}

#[cfg(test)]
mod tests {
    use std::net::TcpListener;

    use super::*;

    #[test]
    #[cfg(target_endian = "little")]
    fn lines_of_the_table() {
        fn of(line: &str) -> Option<(String, u32, u64)> {
            listening(line).map(|entry| (entry.address.to_string(), entry.uid, entry.inode))
        }
        let four = "   0: 0100007F:1F90 00000000:0000 0A 00000000:00000000 00:00000000 00000000    33        0 4711 1 0 100 0 0 10 0";
        assert_eq!(of(four), Some(("127.0.0.1:8080".to_owned(), 33, 4711)));
        let six = "   1: 00000000000000000000000000000000:0050 00000000000000000000000000000000:0000 0A 00000000:00000000 00:00000000 00000000     0        0 12 1 0";
        assert_eq!(of(six), Some(("[::]:80".to_owned(), 0, 12)));
        let mapped = "   1: 0000000000000000FFFF00000100007F:0050 00000000000000000000000000000000:0000 0A 0:0 0:0 0 0 0 12 1 0";
        assert_eq!(of(mapped), Some(("127.0.0.1:80".to_owned(), 0, 12)));
        assert_eq!(of(&four.replace(" 0A ", " 01 ")), None);
        assert_eq!(
            of(
                "  sl  local_address rem_address   st tx_queue rx_queue tr tm->when retrnsmt   uid  timeout inode"
            ),
            None
        );
        assert_eq!(of(""), None);
    }

    #[test]
    fn addresses_that_contend() {
        let contends = |a: &str, b: &str| contends(a.parse().unwrap(), b.parse().unwrap());
        assert!(contends("[::]:80", "127.0.0.1:80") && contends("127.0.0.1:80", "0.0.0.0:80"));
        assert!(contends("[::ffff:10.0.0.1]:80", "10.0.0.1:80"));
        assert!(!contends("127.0.0.1:80", "127.0.0.2:80") && !contends("[::]:80", "[::]:81"));
    }

    #[test]
    fn a_process_finds_itself() {
        let socket = TcpListener::bind("127.0.0.1:0").unwrap();
        let address = socket.local_addr().unwrap();
        let Some(Holder::Process { pid, .. }) = Holder::of(address) else { panic!("nobody is seen") };
        assert_eq!(pid, std::process::id());
        drop(socket);
        assert_eq!(Holder::of(address), None);
    }
}
