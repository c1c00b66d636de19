//! Where the operator connects, and what they must know to be answered (`admin:`).

use std::fmt;
use std::net::SocketAddr;
use std::path::{Path, PathBuf};

use super::listener::address_of;
use super::schema;
use super::secret::Secret;
use super::values::{Wrong, parsed};
use crate::document::{Document, Node};

const WANTED: &str = "an address, such as 127.0.0.1:9180 or unix:/run/tamis/admin.sock";
/// The path of a Unix socket has 108 octets on Linux, 104 on other systems, the NUL at its end among them (unix(7)).
const LONGEST_PATH: usize = 103;
/// Characters of the shortest token: who writes fewer has thought of a word.
const SHORTEST_TOKEN: usize = 16;

/// The operator's listener.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Admin {
    /// Where it listens.
    pub address: AdminAddress,
    /// Who may connect to a Unix socket.
    pub access: Access,
    /// What a request has to bring (RFC 6750 2.1); there is one where others than this machine can connect.
    pub token: Option<Secret>,
}

/// Where the operator's listener is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum AdminAddress {
    /// An address and a port.
    Tcp(SocketAddr),
    /// The file of a Unix socket.
    Unix(PathBuf),
}

/// The permissions of a Unix socket.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Access {
    /// The user that tamis runs as: 0600.
    #[default]
    Owner,
    /// The members of its group too: 0660.
    Group,
}

impl AdminAddress {
    /// As it is written: `IP:port`, or `unix:` and a path, which is relative to `base`.
    ///
    /// # Errors
    /// What is wrong and what to write, one sentence each.
    pub fn parse(text: &str, base: &Path) -> Result<Self, (String, String)> {
        let Some(path) = text.strip_prefix("unix:") else {
            return address_of(text).map(Self::Tcp).map_err(|Wrong { message, help }| (message, help));
        };
        let help = "write the path of a file that tamis may make: unix:/run/tamis/admin.sock";
        if path.is_empty() {
            return Err(("this names no socket".to_owned(), help.to_owned()));
        }
        let path = base.join(path);
        if path.as_os_str().len() > LONGEST_PATH {
            let message = format!("the path of a Unix socket has at most {LONGEST_PATH} characters");
            return Err((message, "choose a shorter one, such as unix:/run/tamis/admin.sock".to_owned()));
        }
        Ok(Self::Unix(path))
    }

    /// Whether nobody can connect but from this machine.
    pub fn is_local(&self) -> bool {
        match self {
            Self::Tcp(address) => address.ip().to_canonical().is_loopback(),
            Self::Unix(_) => true,
        }
    }
}

/// As it is written in YAML.
impl fmt::Display for AdminAddress {
    fn fmt(&self, to: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Tcp(address) => address.fmt(to),
            Self::Unix(path) => write!(to, "unix:{}", path.display()),
        }
    }
}

impl Admin {
    /// The section; `take` reports an address that another listener has.
    pub(super) fn read(
        document: &Document,
        node: &Node,
        base: &Path,
        take: &mut impl FnMut(SocketAddr, &Node),
    ) -> Option<Self> {
        let mut fields = document.fields(node, &schema::ADMIN)?;
        let place = fields.required("address", "add the address to listen on: address: 127.0.0.1:9180");
        let access_node = fields.optional("access");
        let token_node = fields.optional("token");
        fields.finish();
        let words = [("owner", Access::Owner), ("group", Access::Group)];
        let access = access_node.and_then(|node| document.choice(node, "`access`", &words));
        let wanted = "a token of at least 16 characters, such as \"${TAMIS_ADMIN_TOKEN}\"";
        let token =
            token_node.and_then(|node| parsed(document, node, "bad-token", wanted, token)).map(Secret::new);
        let address = parsed(document, place?, "bad-address", WANTED, |text| {
            AdminAddress::parse(text, base).map_err(|(message, help)| Wrong { message, help })
        })?;
        if let (AdminAddress::Tcp(address), Some(place)) = (&address, place) {
            take(*address, place);
        }
        if let (AdminAddress::Tcp(_), Some(node)) = (&address, access_node) {
            let help = "remove this key, or let the address be a Unix socket: unix:/run/tamis/admin.sock";
            document.warning(&node.span, "without-effect", "`access` is for a Unix socket", help);
        }
        if let (false, None, Some(place)) = (address.is_local(), token_node, place) {
            let message = format!("whoever reaches {address} could read what tamis does and reload it");
            let help =
                "write 127.0.0.1, [::1] or a Unix socket, or ask for a token: token: ${TAMIS_ADMIN_TOKEN}";
            document.error(&place.span, "admin-not-loopback", message, help);
        }
        Some(Self { address, access: access.unwrap_or_default(), token })
    }
}

/// A b64token (RFC 6750 2.1): it travels as it is written. The fault never shows the text.
fn token(text: &str) -> Result<String, Wrong> {
    let sign = |byte: u8| byte.is_ascii_alphanumeric() || b"-._~+/".contains(&byte);
    let body = text.trim_end_matches('=');
    if body.is_empty() || !body.bytes().all(sign) {
        let help = "write letters, digits and the signs - . _ ~ + / with = at the end alone (RFC 6750 2.1)";
        return Err(Wrong::new("this can't travel as a bearer token", help));
    }
    if text.len() < SHORTEST_TOKEN {
        let message = format!("a token of fewer than {SHORTEST_TOKEN} characters can be guessed");
        return Err(Wrong::new(message, "let a machine make one: openssl rand -hex 32"));
    }
    Ok(text.to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn addresses() {
        let read = |text| AdminAddress::parse(text, Path::new("/etc/tamis")).map(|read| read.to_string());
        assert_eq!(read("127.0.0.1:9180"), Ok("127.0.0.1:9180".to_owned()));
        assert_eq!(read(":9180"), Ok("[::]:9180".to_owned()));
        assert_eq!(read("unix:/run/tamis/admin.sock"), Ok("unix:/run/tamis/admin.sock".to_owned()));
        assert_eq!(read("unix:admin.sock"), Ok("unix:/etc/tamis/admin.sock".to_owned()));
        assert!(read("unix:").is_err() && read("/run/tamis/admin.sock").is_err());
        let long = format!("unix:/{}", "x".repeat(LONGEST_PATH));
        assert!(read(&long).is_err() && read(&long[..long.len() - 1]).is_ok());
    }

    #[test]
    fn what_is_local() {
        let local = |text| AdminAddress::parse(text, Path::new("")).map(|read| read.is_local());
        for text in ["127.0.0.1:1", "127.9.9.9:1", "[::1]:1", "[::ffff:127.0.0.1]:1", "unix:a"] {
            assert_eq!(local(text), Ok(true), "{text}");
        }
        for text in [":1", "0.0.0.0:1", "192.0.2.1:1", "[2001:db8::1]:1"] {
            assert_eq!(local(text), Ok(false), "{text}");
        }
    }

    #[test]
    fn a_token_is_never_shown() {
        for bad in [
            "S3CRET",
            "S3CRET with spaces and more",
            "S3CRET=in=the=middle",
            "================",
            "Säkret-Säkret-Säkret",
        ] {
            let Wrong { message, help } = token(bad).expect_err(bad);
            assert!(!message.contains("S3CRET") && !help.contains("S3CRET"), "{message} {help}");
        }
        for good in ["0123456789abcdef", "c2VjcmV0IHNlY3JldA==", "a-b.c_d~e+f/gh1234"] {
            assert!(token(good).is_ok(), "{good}");
        }
    }
}
