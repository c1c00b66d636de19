//! One address of an upstream: a URL, or the path of a Unix socket.

use std::net::{IpAddr, SocketAddr};
use std::path::{Path, PathBuf};

use crate::config::host;
use crate::config::values::Wrong;

/// What to write for one.
pub(super) const WANTED: &str = "the origin's URL, such as http://127.0.0.1:8000";
/// Octets of a Unix socket's path (`sun_path` of Linux, without its last zero).
const MOST_OCTETS: usize = 107;

/// Where connections to an origin server lead.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Address {
    /// What it is called in logs and metrics: `http://127.0.0.1:8000`, `https://origin.example`, `unix:/run/app.sock`.
    /// Without a scheme's own port (RFC 9110 4.2.3); no secret can stand in it.
    pub url: String,
    /// `https`.
    pub tls: bool,
    /// The place itself.
    pub at: At,
}

/// A place to connect to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum At {
    /// By TCP.
    Tcp {
        /// A name in lower case or an IP address, IPv6 without brackets.
        host: String,
        /// As written, or the scheme's own.
        port: u16,
    },
    /// By a Unix socket.
    Unix(PathBuf),
}

impl Address {
    /// What stands behind the scheme: host and port as a Host field has them, IPv6 in brackets; or the socket's path.
    pub fn authority(&self) -> &str {
        self.url.split_once("://").or_else(|| self.url.split_once(':')).map_or(&*self.url, |(_, rest)| rest)
    }

    /// Whether a request sent here comes back to the listener on this address.
    pub(super) fn is(&self, listener: SocketAddr) -> bool {
        let At::Tcp { host, port } = &self.at else { return false };
        let ours = listener.ip().to_canonical();
        let here = match host.parse::<IpAddr>() {
            Ok(ip) => ip == ours || ours.is_unspecified() && (ip.is_loopback() || ip.is_unspecified()),
            Err(_) => host == "localhost" && (ours.is_unspecified() || ours.is_loopback()),
        };
        here && *port == listener.port()
    }

    /// `http://host`, `https://host:port`, `unix:/path`; `base` is the directory of the file.
    pub(super) fn parse(text: &str, base: &Path) -> Result<Self, Wrong> {
        match text.strip_prefix("unix:") {
            Some(path) => unix(path, base),
            None => url(text),
        }
    }
}

fn unix(written: &str, base: &Path) -> Result<Address, Wrong> {
    let help = "write the path of the socket after `unix:`, such as unix:/run/app.sock";
    if written.is_empty() || written.starts_with("//") || written.starts_with('@') || written.contains('\0') {
        return Err(Wrong::new(format!("`unix:{written}` names no socket"), help));
    }
    let path = base.join(written);
    let octets = path.as_os_str().len();
    if octets > MOST_OCTETS {
        let message = format!("the socket's path has {octets} octets, and no socket can have such a path");
        return Err(Wrong::new(message, format!("put it at a path of {MOST_OCTETS} octets or fewer")));
    }
    Ok(Address { url: format!("unix:{}", path.display()), tls: false, at: At::Unix(path) })
}

/// Nothing but a `/` may follow the authority.
fn url(text: &str) -> Result<Address, Wrong> {
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
    let scheme = if tls { "https" } else { "http" };
    Ok(Address { url: format!("{scheme}://{authority}"), tls, at: At::Tcp { host, port } })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn urls() {
        let is = |text, tls, host: &str, port, authority: &str| {
            let address = url(text).expect("a URL");
            let scheme = if tls { "https" } else { "http" };
            assert_eq!(address.at, At::Tcp { host: host.to_owned(), port }, "{text}");
            assert_eq!((address.tls, address.authority()), (tls, authority), "{text}");
            assert_eq!(address.url, format!("{scheme}://{authority}"));
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
    fn sockets() {
        let read = |text| Address::parse(text, Path::new("/etc/tamis"));
        let is = |text, path: &str| {
            let address = read(text).expect("a socket");
            assert_eq!((address.tls, &address.at), (false, &At::Unix(PathBuf::from(path))));
            assert_eq!((address.authority(), address.url.as_str()), (path, &*format!("unix:{path}")));
        };
        is("unix:/run/app.sock", "/run/app.sock");
        is("unix:app.sock", "/etc/tamis/app.sock");
        for text in ["unix:", "unix:///run/app.sock", "unix://x", "unix:@abstract"] {
            assert_eq!(
                read(text).expect_err(text).help,
                "write the path of the socket after `unix:`, such as unix:/run/app.sock"
            );
        }
        let long = format!("unix:/{}", "x".repeat(107));
        assert!(read(&long).expect_err("too long").message.contains("108 octets"));
        assert!(read(&long[..long.len() - 1]).is_ok());
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
