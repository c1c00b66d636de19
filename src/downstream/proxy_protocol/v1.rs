//! Version 1: one line of text.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr};

use super::header::{Fault, Header, Step};

/// How every line begins.
pub(super) const MARK: &[u8] = b"PROXY ";
/// Octets of the longest line with its end.
const LONGEST: usize = 107;

/// How it goes on after the beginning of a line.
pub(super) fn step(begun: &[u8]) -> Result<Step, Fault> {
    match memchr::memchr(b'\n', begun) {
        None if begun.len() >= LONGEST => Err(Fault::Long),
        None => Ok(Step::Line(LONGEST - begun.len())),
        Some(at) if at + 1 == begun.len() => {
            let line = begun.strip_suffix(b"\r\n").ok_or(Fault::Line)?;
            Ok(Step::Done(parse(line).ok_or(Fault::Line)?, 0))
        }
        Some(_) => Err(Fault::Line),
    }
}

/// A line without its end: `PROXY TCP4 192.0.2.7 198.51.100.1 56324 443`, each space single.
fn parse(line: &[u8]) -> Option<Header> {
    let rest = std::str::from_utf8(line).ok()?.strip_prefix("PROXY ")?;
    let (family, rest) = rest.split_once(' ').unwrap_or((rest, ""));
    let address: fn(&str) -> Option<IpAddr> = match family {
        // Whatever follows is to be ignored.
        "UNKNOWN" => return Some(Header::Unsaid),
        "TCP4" => |text| Some(text.parse::<Ipv4Addr>().ok()?.into()),
        "TCP6" => |text| Some(text.parse::<Ipv6Addr>().ok()?.into()),
        _ => return None,
    };
    let mut fields = rest.split(' ');
    let (source, destination) = (address(fields.next()?)?, address(fields.next()?)?);
    let (from, to) = (port(fields.next()?)?, port(fields.next()?)?);
    let header = Header::Relayed {
        source: SocketAddr::new(source, from),
        destination: SocketAddr::new(destination, to),
    };
    fields.next().is_none().then_some(header)
}

/// Decimal, with neither sign nor leading zeros.
fn port(text: &str) -> Option<u16> {
    let canonical = text == "0" || text.starts_with(|first: char| ('1'..='9').contains(&first));
    text.parse().ok().filter(|_| canonical)
}
