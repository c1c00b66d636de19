use proptest::prelude::*;

use super::*;

/// Reads a header as a connection would, a piece of so many octets at a time; the header, and how many octets it took.
fn read(octets: &[u8], piece: usize) -> Result<(Header, usize), Option<Fault>> {
    let mut count = 0;
    loop {
        let left = &octets[count..];
        let most = match step(&octets[..count]).map_err(Some)? {
            Step::More(most) => most,
            Step::Line(most) => {
                let seen = &left[..most.min(left.len()).min(piece)];
                seen.iter().position(|octet| *octet == b'\n').map_or(seen.len(), |at| at + 1)
            }
            Step::Done(_, rest) if rest > left.len() => return Err(None),
            Step::Done(header, rest) => return Ok((header, count + rest)),
        };
        if left.is_empty() {
            return Err(None);
        }
        count += most.min(left.len()).min(piece);
    }
}

/// The header of these octets, whole and in every partition into equal pieces; nothing of what follows is taken.
#[track_caller]
fn header(octets: &[u8]) -> Option<Header> {
    let mut longer = octets.to_vec();
    longer.extend_from_slice(b"GET / HTTP/1.1\r\n\r\n");
    let whole = read(&longer, usize::MAX).ok();
    for piece in [1, 2, 7, 15, 16, 28] {
        assert_eq!(read(&longer, piece).ok(), whole, "in pieces of {piece}");
    }
    whole.map(|(header, count)| {
        assert_eq!(count, octets.len(), "it ends where the header does");
        header
    })
}

fn relayed(source: &str, destination: &str) -> Option<Header> {
    let (source, destination) = (source.parse().unwrap(), destination.parse().unwrap());
    Some(Header::Relayed { source, destination })
}

fn v2(command: u8, family: u8, content: &[u8]) -> Vec<u8> {
    let length = u16::try_from(content.len()).unwrap().to_be_bytes();
    [v2::MARK, &[command, family], &length, content].concat()
}

const FOUR: &[u8] = &[192, 0, 2, 7, 198, 51, 100, 1, 0xdc, 4, 1, 0xbb];

#[test]
fn a_line_of_version_1() {
    for (line, expected) in [
        ("PROXY TCP4 192.0.2.7 198.51.100.1 56324 443\r\n", relayed("192.0.2.7:56324", "198.51.100.1:443")),
        (
            "PROXY TCP4 255.255.255.255 255.255.255.255 65535 65535\r\n",
            relayed("255.255.255.255:65535", "255.255.255.255:65535"),
        ),
        ("PROXY TCP4 0.0.0.0 0.0.0.0 0 0\r\n", relayed("0.0.0.0:0", "0.0.0.0:0")),
        ("PROXY TCP6 2001:db8::1 ::1 1 80\r\n", relayed("[2001:db8::1]:1", "[::1]:80")),
        (
            "PROXY TCP6 ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff 65535 65535\r\n",
            relayed(
                "[ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff]:65535",
                "[ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff]:65535",
            ),
        ),
        ("PROXY UNKNOWN\r\n", Some(Header::Unsaid)),
        ("PROXY UNKNOWN ffff::1 ffff::2 what ever\r\n", Some(Header::Unsaid)),
    ] {
        assert_eq!(header(line.as_bytes()), expected, "{line}");
    }
    let longest = format!("PROXY UNKNOWN {}\r\n", "x".repeat(91));
    assert_eq!((longest.len(), header(longest.as_bytes())), (107, Some(Header::Unsaid)));
}

#[test]
fn what_is_no_line_of_version_1() {
    for line in [
        "GET / HTTP/1.1\r\nHost: x.test\r\n",
        "\r\n",
        "proxy TCP4 192.0.2.7 198.51.100.1 1 2\r\n",
        "PROXY TCP4 192.0.2.7 198.51.100.1 1 2\n",
        "PROXY TCP4 192.0.2.7 198.51.100.1 1 2 \r\n",
        "PROXY TCP4 192.0.2.7 198.51.100.1 1 2 3\r\n",
        "PROXY TCP4  192.0.2.7 198.51.100.1 1 2\r\n",
        "PROXY TCP4\t192.0.2.7 198.51.100.1 1 2\r\n",
        "PROXY TCP4 192.0.2.7 198.51.100.1 1\r\n",
        "PROXY TCP4 192.0.2.7 198.51.100.1 01 2\r\n",
        "PROXY TCP4 192.0.2.7 198.51.100.1 +1 2\r\n",
        "PROXY TCP4 192.0.2.7 198.51.100.1 1 65536\r\n",
        "PROXY TCP4 192.0.2.07 198.51.100.1 1 2\r\n",
        "PROXY TCP4 192.0.2 198.51.100.1 1 2\r\n",
        "PROXY TCP4 ::1 ::1 1 2\r\n",
        "PROXY TCP6 192.0.2.7 198.51.100.1 1 2\r\n",
        "PROXY TCP6 [::1] ::1 1 2\r\n",
        "PROXY TCP6 fe80::1%eth0 ::1 1 2\r\n",
        "PROXY UDP4 192.0.2.7 198.51.100.1 1 2\r\n",
        "PROXY UNKNOWNS abc\r\n",
        "PROXY UNKNOWN \u{0}\n",
        "PROXY TCP4 192.0.2.7\r 198.51.100.1 1 2\r\n",
    ] {
        assert_eq!(header(line.as_bytes()), None, "{line:?}");
    }
    let long = format!("PROXY UNKNOWN {}\r\n", "x".repeat(92));
    assert!(matches!(read(long.as_bytes(), usize::MAX), Err(Some(Fault::Long))));
}

#[test]
fn a_header_of_version_2() {
    let four = relayed("192.0.2.7:56324", "198.51.100.1:443");
    assert_eq!(header(&v2(0x21, 0x11, FOUR)), four);
    assert_eq!(header(&v2(0x21, 0x12, FOUR)), four, "made of datagrams");
    let extended = [FOUR, &[0x20, 0, 3, b'a', b'b', b'\n'], &[0; 3000]].concat();
    assert_eq!(header(&v2(0x21, 0x11, &extended)), four, "what follows the addresses is passed over");
    assert_eq!(header(&v2(0x21, 0x11, &[FOUR, &[10; 65535 - 12]].concat())), four);
    let mut six = [0; 36];
    (six[0], six[15], six[31], six[33], six[35]) = (0x20, 7, 1, 9, 80);
    assert_eq!(header(&v2(0x21, 0x21, &six)), relayed("[2000::7]:9", "[::1]:80"));
    for (command, family, content) in [
        (0x20, 0x00, &[][..]),
        (0x20, 0x11, FOUR),
        (0x20, 0xff, b"any\nthing"),
        (0x21, 0x00, &[]),
        (0x21, 0x00, b"any\nthing"),
        (0x21, 0x31, &[b'/'; 216]),
        (0x21, 0x32, &[b'/'; 300]),
    ] {
        assert_eq!(header(&v2(command, family, content)), Some(Header::Unsaid), "{command:x} {family:x}");
    }
}

#[test]
fn what_is_no_header_of_version_2() {
    for (command, family, content) in [
        (0x11, 0x11, FOUR),
        (0x22, 0x11, FOUR),
        (0x31, 0x11, FOUR),
        (0x21, 0x10, FOUR),
        (0x21, 0x13, FOUR),
        (0x21, 0x41, FOUR),
        (0x21, 0x01, FOUR),
        (0x21, 0x11, &FOUR[..11]),
        (0x21, 0x21, FOUR),
        (0x21, 0x31, &[b'/'; 215]),
    ] {
        let octets = v2(command, family, content);
        assert!(matches!(read(&octets, usize::MAX), Err(Some(_))), "{command:x} {family:x}");
    }
    let mut spoilt = v2(0x21, 0x11, FOUR);
    spoilt[11] = b'\r';
    assert!(matches!(read(&spoilt, usize::MAX), Err(Some(Fault::Missing))));
}

#[test]
fn a_stranger_is_known_by_the_first_octet_that_tells() {
    for begun in ["G", "PRI * HTTP/2.0", "\u{16}", "PROXY\t", "\r\n\r\n\r"] {
        assert!(matches!(step(begun.as_bytes()), Err(Fault::Missing)), "{begun:?}");
    }
    for begun in ["", "P", "PR", "\r", "\r\n\r\n\0"] {
        assert!(matches!(step(begun.as_bytes()), Ok(Step::More(_))), "{begun:?}");
    }
}

proptest! {
    /// Whatever comes, in whatever pieces, the answer is the same, and it never wants what is not there.
    #[test]
    fn any_octets_in_any_pieces(
        mark in 0..3_usize,
        octets in proptest::collection::vec(any::<u8>(), 0..400),
        piece in 1..300_usize,
    ) {
        let mark: &[u8] = [b"".as_slice(), v1::MARK, v2::MARK][mark];
        let octets = [mark, &octets].concat();
        let (whole, parts) = (read(&octets, usize::MAX), read(&octets, piece));
        prop_assert_eq!(whole.is_ok(), parts.is_ok());
        if let (Ok(whole), Ok(parts)) = (whole, parts) {
            prop_assert_eq!(whole, parts);
            prop_assert!(whole.1 <= octets.len());
        }
    }

    /// What is written as a line is read as it was written.
    #[test]
    fn written_lines_are_read(a in any::<[u8; 4]>(), b in any::<[u16; 8]>(), ports in any::<(u16, u16)>()) {
        let (a, b) = (std::net::Ipv4Addr::from(a), std::net::Ipv6Addr::from(b));
        let line = format!("PROXY TCP4 {a} {a} {} {}\r\n", ports.0, ports.1);
        prop_assert_eq!(header(line.as_bytes()), relayed(&format!("{a}:{}", ports.0), &format!("{a}:{}", ports.1)));
        let line = format!("PROXY TCP6 {b} {b} {} {}\r\n", ports.0, ports.1);
        prop_assert_eq!(header(line.as_bytes()), relayed(&format!("[{b}]:{}", ports.0), &format!("[{b}]:{}", ports.1)));
    }
}
