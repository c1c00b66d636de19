//! Networks: those whose word about the user agent is believed (`trusted_proxies:`), and others.

use std::net::IpAddr;
use std::ops::Range;

use ipnet::IpNet;

use super::values::{Wrong, parsed};
use crate::document::{Document, Node};

/// A list of networks whose word is believed. One that is every address is a warning.
pub(super) fn trusted(document: &Document, node: &Node, what: &str) -> Vec<IpNet> {
    let each = list(document, node, what).into_iter().map(|(network, span)| {
        if network.prefix_len() == 0 {
            document.warning(
                &span,
                "trusts-everyone",
                format!(
                    "`{network}` is every address: whoever connects may claim any client address and scheme"
                ),
                "list only the networks of your own proxies",
            );
        }
        network
    });
    each.collect()
}

/// A list of networks with their places.
pub(super) fn list(document: &Document, node: &Node, what: &str) -> Vec<(IpNet, Range<usize>)> {
    let wanted = "a network or an address in quotes, such as \"10.0.0.0/8\" or \"::1\"";
    let items = document.list(node, what).unwrap_or_default();
    let read = |item: &Node| {
        let network = parsed(document, item, "bad-network", wanted, network)?;
        Some((network, item.span.clone()))
    };
    items.iter().filter_map(read).collect()
}

/// Whether an address is in one of the networks. A dual-stack listener sees IPv4 peers as `::ffff:192.0.2.1`
/// (RFC 4291 2.5.5.2): they are IPv4 here.
pub(super) fn contain(networks: &[IpNet], address: IpAddr) -> bool {
    let address = address.to_canonical();
    networks.iter().any(|network| network.contains(&address))
}

/// An address alone is the network of that one.
fn network(text: &str) -> Result<IpNet, Wrong> {
    if let Ok(address) = text.parse::<IpAddr>() {
        return Ok(IpNet::from(address.to_canonical()));
    }
    let Ok(network) = text.parse::<IpNet>() else {
        let help = "write an address and the length of its network, such as 10.0.0.0/8 or \"2001:db8::/32\"";
        return Err(Wrong::new(format!("`{text}` is no network"), help));
    };
    if network.network() != network.addr() {
        let (whole, one) = (network.trunc(), network.addr());
        let message = format!("`{text}` has bits beyond its length of {}", network.prefix_len());
        return Err(Wrong::new(
            message,
            format!("write {whole} for the network or {one} for the one address"),
        ));
    }
    match network.network().to_canonical() {
        // The first 96 bits of such a network say so: it is not wider.
        IpAddr::V4(inner) if inner != network.network() => {
            let help = format!("write it as IPv4: {inner}/{}", network.prefix_len() - 96);
            Err(Wrong::new(format!("`{text}` holds IPv4 addresses written as IPv6"), help))
        }
        _ => Ok(network),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn networks() {
        let read = |text| network(text).map(|network| network.to_string()).map_err(|wrong| wrong.help);
        assert_eq!(read("10.0.0.0/8"), Ok("10.0.0.0/8".to_owned()));
        assert_eq!(read("::1"), Ok("::1/128".to_owned()));
        assert_eq!(read("::ffff:192.0.2.1"), Ok("192.0.2.1/32".to_owned()));
        assert_eq!(read("0.0.0.0/0"), Ok("0.0.0.0/0".to_owned()));
        assert_eq!(
            read("10.1.2.3/8"),
            Err("write 10.0.0.0/8 for the network or 10.1.2.3 for the one address".to_owned())
        );
        assert_eq!(read("::ffff:10.0.0.0/104"), Err("write it as IPv4: 10.0.0.0/8".to_owned()));
        assert_eq!(read("::ffff:0.0.0.0/96"), Err("write it as IPv4: 0.0.0.0/0".to_owned()));
        assert_eq!(read("::fffe:0:0/95"), Ok("::fffe:0:0/95".to_owned()));
        for bad in ["", "10.0.0.0/33", "localhost", "10.0.0.0-10.0.0.9", "*"] {
            assert!(read(bad).is_err(), "{bad}");
        }
    }

    #[test]
    fn ipv4_peers_of_a_dual_stack_listener_are_ipv4() {
        let networks = ["10.0.0.0/8", "::1"].map(|text| network(text).expect("a network"));
        let contains = |text: &str| contain(&networks, text.parse().expect("an address"));
        assert!(contains("10.9.8.7") && contains("::ffff:10.9.8.7") && contains("::1"));
        assert!(!contains("11.0.0.1") && !contains("::2") && !contains("::ffff:11.0.0.1"));
    }
}
