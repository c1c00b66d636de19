//! The origin server of a site (`upstream:`): a URL, or a mapping with a URL and how its TLS is verified.

use std::net::{IpAddr, SocketAddr};
use std::path::{Path, PathBuf};

use super::host;
use super::schema;
use super::values::{Wrong, parsed};
use crate::document::{Document, Node, Value};

const WANTED: &str = "the origin's URL, such as http://127.0.0.1:8000";

/// Where a site's requests go.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Upstream {
    /// `https`.
    pub tls: bool,
    /// A name in lower case or an IP address, IPv6 without brackets.
    pub host: String,
    /// As written, or the scheme's own.
    pub port: u16,
    /// Host and port as a Host field has them: IPv6 in brackets, the scheme's own port left out (RFC 9110 4.2.3).
    pub authority: String,
    /// PEM file of the certificates that may sign the origin's; the system's where `None`. `https` only.
    pub ca_file: Option<PathBuf>,
    /// The name that the origin's certificate must have, and SNI; `host` where `None`. `https` only.
    pub server_name: Option<String>,
    /// HTTP/2 is spoken to the origin: by ALPN over TLS, by prior knowledge over plain TCP.
    pub h2: bool,
}

impl Upstream {
    /// The section; `base` is the directory of the file.
    pub(super) fn read(document: &Document, node: &Node, base: &Path) -> Option<Self> {
        if !matches!(node.value, Value::Map(_)) {
            return parsed(document, node, "bad-url", WANTED, url);
        }
        let mut fields = document.fields(node, &schema::UPSTREAM)?;
        let url_node = fields.required("url", "add the origin's URL: url: http://127.0.0.1:8000");
        let ca_file = fields.optional("ca_file");
        let server_name = fields.optional("server_name");
        let h2 = fields.optional("h2").and_then(|node| document.boolean(node, "`h2`"));
        fields.finish();
        let upstream = url_node.and_then(|node| parsed(document, node, "bad-url", WANTED, url));
        if upstream.as_ref().is_some_and(|upstream| !upstream.tls) {
            for (key, node) in [("ca_file", ca_file), ("server_name", server_name)] {
                if let Some(node) = node {
                    let message = format!("`{key}` is for https, and the origin's URL is http");
                    let help = format!("write https:// in `url`, or remove `{key}`");
                    document.error(&node.span, "needs-https", message, help);
                }
            }
        }
        let ca_file = ca_file.and_then(|node| document.string(node, "`ca_file`")).map(|path| base.join(path));
        let wanted = "the name in the origin's certificate, such as origin.example.org";
        let server_name = server_name.and_then(|node| parsed(document, node, "bad-host", wanted, host::name));
        Some(Self { ca_file, server_name, h2: h2.unwrap_or(false), ..upstream? })
    }

    /// Whether a request sent here comes back to the listener on this address.
    pub(super) fn is(&self, listener: SocketAddr) -> bool {
        let ours = listener.ip().to_canonical();
        let here = match self.host.parse::<IpAddr>() {
            Ok(ip) => ip == ours || ours.is_unspecified() && (ip.is_loopback() || ip.is_unspecified()),
            Err(_) => self.host == "localhost" && (ours.is_unspecified() || ours.is_loopback()),
        };
        here && self.port == listener.port()
    }
}

/// `http://host`, `https://host:port`; nothing but a `/` may follow.
fn url(text: &str) -> Result<Upstream, Wrong> {
    let Some((scheme, rest)) = text.split_once("://") else {
        let help = if text.contains(['/', '@', ' ']) {
            "write http:// or https://, the host and its port: http://127.0.0.1:8000".to_owned()
        } else {
            format!("write http://{text}")
        };
        return Err(Wrong::new("the URL has no scheme", help));
    };
    let tls = scheme.eq_ignore_ascii_case("https");
    if !tls && !scheme.eq_ignore_ascii_case("http") {
        let message = format!("`{scheme}` is no scheme that tamis speaks to an origin");
        return Err(Wrong::new(message, "write http:// or https://"));
    }
    let end = rest.find(['/', '?', '#']).unwrap_or(rest.len());
    let (authority, tail) = rest.split_at(end);
    if authority.contains('@') {
        // The text may hold a password: it is not repeated.
        let help = "remove what stands before the `@`: tamis sends an origin no credentials of its own";
        return Err(Wrong::new("the URL has user information", help));
    }
    if !tail.is_empty() && tail != "/" {
        let part = match tail.bytes().next() {
            Some(b'/') => "path",
            Some(b'?') => "query",
            _ => "fragment",
        };
        let help = format!("write {scheme}://{authority}: requests keep their own paths");
        return Err(Wrong::new(format!("the URL has a {part}"), help));
    }
    let (host, written) = host::name_and_port(authority)?;
    let own = if tls { 443 } else { 80 };
    let port = written.unwrap_or(own);
    let named = host::bracketed(&host);
    let authority = if port == own { named } else { format!("{named}:{port}") };
    Ok(Upstream { tls, host, port, authority, ca_file: None, server_name: None, h2: false })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn urls() {
        let read = |text| url(text).map(|up| (up.tls, up.host, up.port, up.authority)).ok();
        let is = |text, tls, host: &str, port, authority: &str| {
            assert_eq!(read(text), Some((tls, host.to_owned(), port, authority.to_owned())), "{text}");
        };
        is("http://127.0.0.1:8000", false, "127.0.0.1", 8000, "127.0.0.1:8000");
        is("http://Web/", false, "web", 80, "web");
        is("HTTPS://origin.example", true, "origin.example", 443, "origin.example");
        is("https://origin.example:443", true, "origin.example", 443, "origin.example");
        is("https://origin.example:80", true, "origin.example", 80, "origin.example:80");
        is("http://[::1]:8000", false, "::1", 8000, "[::1]:8000");
        is("http://my_app:8000", false, "my_app", 8000, "my_app:8000");
    }

    #[test]
    fn what_is_no_url_says_what_would_be() {
        let help = |text| url(text).expect_err(text).help;
        assert_eq!(help("127.0.0.1:8000"), "write http://127.0.0.1:8000");
        assert_eq!(help("http://web:8000/app/"), "write http://web:8000: requests keep their own paths");
        assert_eq!(help("ws://web"), "write http:// or https://");
        for text in [
            "http://web?x",
            "http://web#x",
            "http://u:p@web",
            "http://",
            "http://web:",
            "http://web:0",
            "http://a b",
            "http://::1:80",
            "unix:/run/x",
            "http:/web",
            "",
        ] {
            assert!(url(text).is_err(), "{text}");
        }
        assert!(!url("http://user:secret@web").expect_err("user").message.contains("secret"));
    }

    #[test]
    fn an_upstream_that_is_a_listener() {
        let is = |text, listener: &str| url(text).expect("a URL").is(listener.parse().expect("an address"));
        assert!(is("http://127.0.0.1:8080", "[::]:8080") && is("http://localhost:8080", "0.0.0.0:8080"));
        assert!(is("http://[::1]:8080", "[::1]:8080") && is("http://10.0.0.1:80", "10.0.0.1:80"));
        assert!(!is("http://127.0.0.1:8000", "[::]:8080") && !is("http://10.0.0.1:8080", "[::]:8080"));
        assert!(!is("http://web:8080", "[::]:8080") && !is("http://127.0.0.1:8080", "10.0.0.1:8080"));
    }
}
