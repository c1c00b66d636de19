//! Version 2: a signature, two octets of what, a length, addresses, and then what else the proxy likes to say (TLVs).

use std::net::{IpAddr, SocketAddr};

use super::header::{Fault, Header, Step};

/// How every header begins: no text does, and no protocol that is known.
pub(super) const MARK: &[u8] = b"\r\n\r\n\0\r\nQUIT\n";
/// Octets before the addresses.
const FIXED: usize = 16;

/// How it goes on after the beginning of a header. What follows the addresses is passed over.
pub(super) fn step(begun: &[u8]) -> Result<Step, Fault> {
    let Some(([.., command, family, high, low], addresses)) = begun.split_first_chunk::<FIXED>() else {
        return Ok(Step::More(FIXED - begun.len()));
    };
    let length = usize::from(u16::from_be_bytes([*high, *low]));
    match command {
        // LOCAL: the proxy's own connection, such as a health check. What it says of addresses is to be ignored.
        0x20 => return Ok(Step::Done(Header::Unsaid, length)),
        0x21 => {}
        other => return Err(Fault::Command(*other)),
    }
    // By family and transport. Datagrams that somebody made a stream of came from somewhere as well.
    let size = match family {
        0x00 => return Ok(Step::Done(Header::Unsaid, length)),
        0x11 | 0x12 => 4,
        0x21 | 0x22 => 16,
        // Unix sockets: two paths of 108 octets.
        0x31 | 0x32 => return skipped(length, 216),
        other => return Err(Fault::Family(*other)),
    };
    let size = 2 * (size + 2);
    skipped(length, size)?;
    if addresses.len() < size {
        return Ok(Step::More(size - addresses.len()));
    }
    parse(addresses).map(|header| Step::Done(header, length - size)).ok_or(Fault::Short(length))
}

/// Nothing of the addresses is wanted, but they have to be there.
fn skipped(length: usize, size: usize) -> Result<Step, Fault> {
    if length < size { Err(Fault::Short(length)) } else { Ok(Step::Done(Header::Unsaid, length)) }
}

/// Source, destination, their ports; IPv4 or IPv6 by how many octets there are.
fn parse(addresses: &[u8]) -> Option<Header> {
    let (source, destination, ports) = if addresses.len() == 12 {
        let (source, rest) = addresses.split_first_chunk::<4>()?;
        let (destination, ports) = rest.split_first_chunk::<4>()?;
        (IpAddr::from(*source), IpAddr::from(*destination), ports)
    } else {
        let (source, rest) = addresses.split_first_chunk::<16>()?;
        let (destination, ports) = rest.split_first_chunk::<16>()?;
        (IpAddr::from(*source), IpAddr::from(*destination), ports)
    };
    let [a, b, c, d] = ports.try_into().ok()?;
    Some(Header::Relayed {
        source: SocketAddr::new(source, u16::from_be_bytes([a, b])),
        destination: SocketAddr::new(destination, u16::from_be_bytes([c, d])),
    })
}
