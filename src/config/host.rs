//! Hosts as the configuration names them: a registered name or an IP address, in the one form that is compared.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr};

use super::values::Wrong;

/// Octets of a domain name (RFC 1035 2.3.4, without the last dot).
pub(super) const MOST_OCTETS: usize = 253;

/// Which hosts a site takes.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Pattern {
    /// This one.
    Exact(String),
    /// Those one or more labels below this one: `*.example.net` is `Below("example.net")`.
    Below(String),
}

impl Pattern {
    /// An exact host, or one whose first label is `*`.
    pub(super) fn parse(text: &str) -> Result<Self, Wrong> {
        if text == "*" {
            return Err(Wrong::new(
                "`*` is no host",
                "write default: true for a site that takes every other host",
            ));
        }
        match text.strip_prefix("*.") {
            Some(parent) if parent.parse::<IpAddr>().is_ok() => Err(Wrong::new(
                format!("`{text}`: an IP address has nothing below it"),
                format!("write {parent}"),
            )),
            Some(parent) => name(parent).map(Self::Below),
            None => name(text).map(Self::Exact),
        }
    }
}

impl std::fmt::Display for Pattern {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Exact(name) => f.write_str(name),
            Self::Below(parent) => write!(f, "*.{parent}"),
        }
    }
}

/// One host: a name in lower case without the last dot, or an IP address in its canonical text (RFC 5952), IPv6
/// without brackets.
pub(super) fn name(text: &str) -> Result<String, Wrong> {
    let refused = |help: String| Err(Wrong::new(format!("`{text}` is no host"), help));
    if let Some((_, rest)) = text.split_once("://") {
        let authority = rest.split('/').next().unwrap_or(rest);
        return refused(format!("write the host alone, without scheme or path: {authority}"));
    }
    if let Some((host, _)) = text.split_once('/') {
        return refused(format!("write the host alone, without a path: {host}"));
    }
    let bare = text.strip_prefix('[').and_then(|rest| rest.strip_suffix(']')).unwrap_or(text);
    if let Ok(address) = bare.parse::<Ipv6Addr>() {
        return Ok(address.to_string());
    }
    if let Some((host, port)) = text.rsplit_once(':') {
        let help = match port.parse::<u16>() {
            Ok(_) => format!("write it without the port: {host}"),
            Err(_) => "write a name such as example.org, or an IP address".to_owned(),
        };
        return refused(help);
    }
    let text = text.strip_suffix('.').unwrap_or(text);
    match fault(text) {
        Some(help) => refused(help),
        None => Ok(text.to_ascii_lowercase()),
    }
}

/// A host with an optional port: `example.org`, `[::1]:8000`. Not for wildcards.
pub(super) fn name_and_port(text: &str) -> Result<(String, Option<u16>), Wrong> {
    let bracket = text.rfind(']').unwrap_or(0);
    let colon = text.get(bracket..).and_then(|rest| rest.rfind(':')).map(|at| bracket + at);
    let Some((host, port)) = colon.and_then(|at| text.split_at_checked(at)) else {
        return Ok((name(text)?, None));
    };
    if let (false, Ok(_)) = (text.starts_with('['), text.parse::<Ipv6Addr>()) {
        let help = match bare_ipv6_and_port(text) {
            Some(address) => format!("put an IPv6 address in brackets: {address}"),
            None => format!("put an IPv6 address in brackets: [{text}]"),
        };
        return Err(Wrong::new(format!("`{text}` is no host"), help));
    }
    let digits = port.trim_start_matches(':');
    let number = digits.parse::<u16>().ok().filter(|number| *number > 0 && !digits.starts_with('+'));
    if number.is_none() {
        let message = format!("`{digits}` is no port");
        return Err(Wrong::new(message, "write a port from 1 to 65535 after the colon, or neither"));
    }
    Ok((name(host)?, number))
}

/// What was meant by an IPv6 address and a port without brackets between them: `::1:8080`.
pub(super) fn bare_ipv6_and_port(text: &str) -> Option<SocketAddr> {
    let (address, port) = text.rsplit_once(':')?;
    Some(SocketAddr::new(address.parse::<Ipv6Addr>().ok()?.into(), port.parse().ok()?))
}

/// A host as it stands in an authority (RFC 3986 3.2.2): IPv6 in brackets.
pub(super) fn bracketed(host: &str) -> String {
    if host.contains(':') { format!("[{host}]") } else { host.to_owned() }
}

/// What would be right instead of a name that is none (RFC 1123 2.1; `_` as container networks use it).
fn fault(name: &str) -> Option<String> {
    if name.is_empty() {
        return Some("write a name such as example.org, or an IP address".to_owned());
    }
    if !name.is_ascii() {
        return Some(
            "write its ASCII form (punycode), as browsers send it: xn--… for each such label".to_owned(),
        );
    }
    if name.contains('*') {
        return Some("`*` may only stand for the whole first label: *.example.org".to_owned());
    }
    let allowed = |byte: u8| byte.is_ascii_alphanumeric() || byte == b'-' || byte == b'_';
    if let Some(bad) = name.bytes().find(|byte| *byte != b'.' && !allowed(*byte)) {
        return Some(format!("remove {:?}: a name has letters, digits, hyphens and dots", char::from(bad)));
    }
    if name.len() > MOST_OCTETS || name.split('.').any(|label| label.len() > 63) {
        return Some("shorten it: a name has 253 octets at most, each label 63".to_owned());
    }
    if name.split('.').any(|label| label.is_empty() || label.starts_with('-') || label.ends_with('-')) {
        return Some("no label of a name is empty, and none begins or ends with a hyphen".to_owned());
    }
    let last = name.rsplit('.').next().unwrap_or(name);
    let numeric = last.bytes().all(|byte| byte.is_ascii_digit());
    (numeric && name.parse::<Ipv4Addr>().is_err())
        .then(|| "an IPv4 address has four numbers from 0 to 255: 192.0.2.1".to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names() {
        let read = |text| name(text).map_err(|wrong| wrong.help);
        assert_eq!(read("OpenData.Example.org"), Ok("opendata.example.org".to_owned()));
        assert_eq!(read("example.org."), Ok("example.org".to_owned()));
        assert_eq!(read("localhost"), Ok("localhost".to_owned()));
        assert_eq!(read("my_app"), Ok("my_app".to_owned()));
        assert_eq!(read("192.0.2.1"), Ok("192.0.2.1".to_owned()));
        assert_eq!(read("[2001:DB8:0::1]"), Ok("2001:db8::1".to_owned()));
        assert_eq!(read("example.org:8080"), Err("write it without the port: example.org".to_owned()));
        assert_eq!(
            read("https://example.org/x"),
            Err("write the host alone, without scheme or path: example.org".to_owned())
        );
        assert_eq!(
            read("example.org/x"),
            Err("write the host alone, without a path: example.org".to_owned())
        );
        assert!(read("müller.example").expect_err("no ASCII").contains("punycode"));
        assert!(read("a.*.example").expect_err("a star").contains("first label"));
        for bad in [
            "",
            ".",
            "a..b",
            "-a.b",
            "a-.b",
            "a b",
            "a@b",
            "256.0.0.1",
            "1.2.3",
            &"a".repeat(64),
            &"a.".repeat(200),
        ] {
            assert!(read(bad).is_err(), "{bad}");
        }
    }

    #[test]
    fn the_longest_names() {
        let label = "a".repeat(63);
        let longest = format!("{label}.{label}.{label}.{}", "a".repeat(61));
        assert_eq!(longest.len(), MOST_OCTETS);
        assert_eq!(name(&longest).as_ref(), Ok(&longest));
        assert!(name(&format!("{longest}a")).is_err_and(|wrong| wrong.help.starts_with("shorten it")));
    }

    #[test]
    fn patterns() {
        let read = |text| Pattern::parse(text).ok();
        assert_eq!(read("*.Example.net"), Some(Pattern::Below("example.net".to_owned())));
        assert_eq!(read("example.net"), Some(Pattern::Exact("example.net".to_owned())));
        for bad in ["*", "*.", "*.*.a", "a*.b", "*a.b", "*.192.0.2.1", "**.a"] {
            assert_eq!(read(bad), None, "{bad}");
        }
    }

    #[test]
    fn ports() {
        let read = |text| name_and_port(text).ok();
        assert_eq!(read("example.org"), Some(("example.org".to_owned(), None)));
        assert_eq!(read("example.org:8000"), Some(("example.org".to_owned(), Some(8000))));
        assert_eq!(read("[::1]:8000"), Some(("::1".to_owned(), Some(8000))));
        assert_eq!(read("[::1]"), Some(("::1".to_owned(), None)));
        assert_eq!(read("[::]"), Some(("::".to_owned(), None)));
        for bad in ["", ":80", "a:", "a:0", "a:+80", "a:65536", "::1", "::1:80", "[::1]80", "[::1", "a:80:80"]
        {
            assert_eq!(read(bad), None, "{bad}");
        }
    }
}
