//! Where user agents connect, and where the operator does.

use std::net::{IpAddr, SocketAddr};
use std::ops::Range;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use super::admin::Admin;
use super::host::bare_ipv6_and_port;
use super::proxy_protocol::ProxyProtocol;
use super::redirect::{Redirect, Written};
use super::schema;
use super::values::{Wrong, at_least_one, parsed};
use crate::document::{Document, Node};

const WANTED: &str = "an address in quotes: \"IP:port\", or \":port\" for every address of this machine";

/// One address that user agents connect to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Listener {
    /// `[::]` takes IPv4 too (dual stack). Port 0: the system chooses one.
    pub address: SocketAddr,
    /// The certificates, where the listener speaks TLS: the first one that holds the name that the user agent asks for
    /// (SNI) is shown, else the first.
    pub tls: Option<Vec<Certificate>>,
    /// A plain connection may begin with HTTP/2 (prior knowledge).
    pub h2c: bool,
    /// Every connection begins with a header that says for whom it is.
    pub proxy_protocol: Option<Arc<ProxyProtocol>>,
    /// Its requests are led to https; only of plain listeners.
    pub redirect: Option<Arc<Redirect>>,
}

/// The files of one certificate, PEM; paths as the configuration's directory gives them.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Certificate {
    /// The certificate and those between it and the root, in this order.
    pub certificate: PathBuf,
    /// Its private key.
    pub key: PathBuf,
}

/// The addresses that the configuration takes: `listeners:` and `admin:`.
pub(super) struct Listeners {
    /// In their written order.
    pub(super) listeners: Vec<Listener>,
    /// The operator's own.
    pub(super) admin: Option<Admin>,
}

impl Listeners {
    /// Both sections. No two listeners may take the same address.
    pub(super) fn read(
        document: &Document,
        listeners: Option<&Node>,
        admin: Option<&Node>,
        base: &Path,
    ) -> Self {
        let help = "add one, such as - address: \"[::]:8080\"";
        let items = listeners.and_then(|node| at_least_one(document, node, "`listeners`", help));
        let mut taken: Vec<(SocketAddr, Range<usize>)> = Vec::new();
        let mut take =
            |address: SocketAddr, node: &Node| match taken.iter().find(|(other, _)| clash(*other, address)) {
                Some((other, span)) => {
                    let message = format!("{address} is taken by the listener on {other}");
                    let help = "give each listener an address or a port of its own";
                    document.error_at_two(
                        &node.span,
                        "duplicate-listener",
                        (message, help),
                        (span, "first taken here"),
                    );
                }
                None => taken.push((address, node.span.clone())),
            };
        let mut drafts: Vec<(Listener, Option<Written>)> = items
            .unwrap_or_default()
            .iter()
            .filter_map(|item| listener(document, item, base, &mut take))
            .collect();
        let tls = drafts.iter().filter(|(listener, _)| listener.tls.is_some());
        let secure: Vec<u16> = tls.map(|(listener, _)| listener.address.port()).collect();
        for (listener, redirect) in &mut drafts {
            listener.redirect = redirect.take().map(|written| Arc::new(written.settle(&secure)));
        }
        let listeners = drafts.into_iter().map(|(listener, _)| listener).collect();
        let admin = admin.and_then(|node| Admin::read(document, node, base, &mut take));
        Self { listeners, admin }
    }
}

fn listener(
    document: &Document,
    node: &Node,
    base: &Path,
    take: &mut impl FnMut(SocketAddr, &Node),
) -> Option<(Listener, Option<Written>)> {
    let mut fields = document.fields(node, &schema::LISTENER)?;
    let address = fields.required("address", "add the address to listen on: address: \"[::]:8080\"");
    let address = address.and_then(|node| {
        let address = parsed(document, node, "bad-address", WANTED, address_of)?;
        take(address, node);
        Some(address)
    });
    let tls = fields.optional("tls").map(|node| certificates(document, node, base));
    let h2c = fields.optional("h2c");
    let proxy_protocol = fields.optional("proxy_protocol");
    let redirect = fields.optional("redirect");
    fields.finish();
    let proxy_protocol = proxy_protocol.and_then(|node| ProxyProtocol::read(document, node, address));
    let written = redirect.and_then(|node| Written::read(document, node));
    if let (Some(node), Some(_), true) = (redirect, &written, tls.is_some()) {
        let help = "write `redirect` for the listener without TLS, and remove it here";
        document.error(&node.span, "redirect-with-tls", "this listener speaks https already", help);
    }
    let wanted = h2c.and_then(|node| document.boolean(node, "`h2c`"));
    if let (Some(node), Some(true), true) = (h2c, wanted, tls.is_some()) {
        let help = "remove `h2c`: with TLS, HTTP/2 is settled in the handshake (ALPN)";
        document.error(&node.span, "h2c-with-tls", "`h2c` is for plain listeners", help);
    }
    // A faulty `tls` must not become a plain listener.
    let tls = match tls {
        Some(read) => Some(read?),
        None => None,
    };
    let h2c = wanted.unwrap_or(false);
    Some((Listener { address: address?, tls, h2c, proxy_protocol, redirect: None }, written))
}

/// One certificate or a list.
fn certificates(document: &Document, node: &Node, base: &Path) -> Option<Vec<Certificate>> {
    let items = document.one_or_more(node);
    if items.is_empty() {
        let help = "add the certificate's files: tls: { certificate: cert.pem, key: key.pem }";
        document.error(&node.span, "empty", "`tls` has no certificate", help);
        return None;
    }
    let read: Vec<_> = items.iter().map(|item| certificate(document, item, base)).collect();
    read.into_iter().collect()
}

fn certificate(document: &Document, node: &Node, base: &Path) -> Option<Certificate> {
    let mut fields = document.fields(node, &schema::CERTIFICATE)?;
    let certificate =
        fields.required("certificate", "add the PEM file of the certificate chain: certificate: cert.pem");
    let key = fields.required("key", "add the PEM file of the private key: key: key.pem");
    let certificate = certificate.and_then(|node| document.string(node, "`certificate`"));
    let key = key.and_then(|node| document.string(node, "`key`"));
    fields.finish();
    Some(Certificate { certificate: base.join(certificate?), key: base.join(key?) })
}

/// `IP:port`, `[IPv6]:port` or `:port`.
pub(super) fn address_of(text: &str) -> Result<SocketAddr, Wrong> {
    let every = format!("[::]{text}");
    let short = text.starts_with(':') && !text.starts_with("::");
    if let Ok(address) = (if short { every.as_str() } else { text }).parse() {
        return Ok(address);
    }
    let bare = text.strip_prefix('[').and_then(|rest| rest.strip_suffix(']')).unwrap_or(text);
    let help = if let Some(address) = bare_ipv6_and_port(text) {
        format!("put an IPv6 address in brackets: \"{address}\"")
    } else if let Ok(ip) = bare.parse::<IpAddr>() {
        format!("add the port: \"{}\"", SocketAddr::new(ip, 8080))
    } else {
        "write an IP address and a port, such as \"127.0.0.1:8080\" or \"[::1]:8080\", or \":8080\" for every \
         address of this machine"
            .to_owned()
    };
    Err(Wrong::new(format!("`{text}` is no address to listen on"), help))
}

/// Whether two listeners would contend for a connection: the same address, or one of them takes the port on every
/// address. Port 0 is a new one each time.
fn clash(a: SocketAddr, b: SocketAddr) -> bool {
    let every = |address: SocketAddr| address.ip().is_unspecified();
    // 0.0.0.0 leaves IPv6 alone; [::] is dual stack.
    let covers = |a: SocketAddr, b: SocketAddr| every(a) && (a.is_ipv6() || b.ip().to_canonical().is_ipv4());
    a.port() == b.port() && a.port() != 0 && (a.ip() == b.ip() || covers(a, b) || covers(b, a))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn addresses() {
        let read = |text| address_of(text).map(|address| address.to_string()).map_err(|wrong| wrong.help);
        assert_eq!(read(":8080"), Ok("[::]:8080".to_owned()));
        assert_eq!(read("[::]:8443"), Ok("[::]:8443".to_owned()));
        assert_eq!(read("127.0.0.1:0"), Ok("127.0.0.1:0".to_owned()));
        assert_eq!(read("127.0.0.1"), Err("add the port: \"127.0.0.1:8080\"".to_owned()));
        assert_eq!(read("[::1]"), Err("add the port: \"[::1]:8080\"".to_owned()));
        assert_eq!(
            read("2001:db8::1:80"),
            Err("put an IPv6 address in brackets: \"[2001:db8::1]:80\"".to_owned())
        );
        for bad in ["", ":", ":99999", ":+80", "localhost:80", "*:80", "http://127.0.0.1:80", "127.0.0.1:80/"]
        {
            assert!(read(bad).expect_err("bad").starts_with("write an IP address"), "{bad}");
        }
    }

    #[test]
    fn addresses_that_clash() {
        let clash = |a: &str, b: &str| clash(a.parse().expect("an address"), b.parse().expect("an address"));
        assert!(clash("127.0.0.1:80", "127.0.0.1:80"));
        assert!(clash("[::]:80", "0.0.0.0:80") && clash("0.0.0.0:80", "[::]:80"));
        assert!(clash("[::]:80", "127.0.0.1:80") && clash("10.0.0.1:80", "0.0.0.0:80"));
        assert!(!clash("127.0.0.1:80", "127.0.0.1:81") && !clash("127.0.0.1:80", "[::1]:80"));
        assert!(!clash("0.0.0.0:80", "[::1]:80") && !clash("127.0.0.1:0", "127.0.0.1:0"));
    }
}
