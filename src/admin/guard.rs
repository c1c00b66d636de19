//! Who is answered: the bearer of the token (RFC 6750), or whoever can connect where none is asked for.

use aws_lc_rs::{constant_time, digest};
use http::{HeaderMap, Method, header};

use crate::config::{Admin, AdminAddress, Secret};

/// What the operator's requests must bring.
#[derive(Debug)]
pub(super) struct Guard {
    token: Option<Secret>,
    /// Connections come by TCP, so a browser on this machine could make one for a page of somebody else.
    tcp: bool,
}

/// Why a request is not answered.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Refused {
    /// It brings no token.
    NoToken,
    /// It brings another token.
    WrongToken,
    /// Its host is no name of this machine: a page of somebody else has rebound its own name to this address.
    Host,
    /// A page of another site has made the browser send it.
    CrossSite,
}

impl Guard {
    pub(super) fn new(admin: &Admin) -> Self {
        Self { token: admin.token.clone(), tcp: matches!(admin.address, AdminAddress::Tcp(_)) }
    }

    /// Whether a request may have all that there is.
    pub(super) fn admit(&self, method: &Method, fields: &HeaderMap) -> Result<(), Refused> {
        if let Some(token) = &self.token {
            let given = fields.get(header::AUTHORIZATION).ok_or(Refused::NoToken)?;
            return if is_token(given.as_bytes(), token) { Ok(()) } else { Err(Refused::WrongToken) };
        }
        if self.tcp && !fields.get(header::HOST).is_some_and(|host| names_this_machine(host.as_bytes())) {
            return Err(Refused::Host);
        }
        let own = |site: &[u8]| site == b"same-origin" || site == b"none";
        let foreign = fields.get("sec-fetch-site").is_some_and(|site| !own(site.as_bytes()));
        if foreign && !method.is_safe() {
            return Err(Refused::CrossSite);
        }
        Ok(())
    }
}

/// Whether `Bearer TOKEN` has the token. The digests are compared, so the time tells neither its length nor how much is right.
fn is_token(field: &[u8], token: &Secret) -> bool {
    let Some((scheme, given)) = field.split_at_checked(7) else { return false };
    let digest = |octets| digest::digest(&digest::SHA256, octets);
    let (given, wanted) = (digest(given.trim_ascii()), digest(token.expose().as_bytes()));
    scheme.eq_ignore_ascii_case(b"bearer ")
        && constant_time::verify_slices_are_equal(given.as_ref(), wanted.as_ref()).is_ok()
}

/// An IP address or `localhost`, with or without a port: no name that anybody else could give an address.
fn names_this_machine(host: &[u8]) -> bool {
    let Ok(host) = std::str::from_utf8(host) else { return false };
    let bare = match host.rsplit_once(':') {
        Some((name, port)) if port.bytes().all(|byte| byte.is_ascii_digit()) => name,
        _ => host,
    };
    let bare = bare.strip_prefix('[').and_then(|rest| rest.strip_suffix(']')).unwrap_or(bare);
    bare.eq_ignore_ascii_case("localhost") || bare.parse::<std::net::IpAddr>().is_ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn guard(address: &str, token: Option<&str>) -> Guard {
        let address = AdminAddress::parse(address, std::path::Path::new("/")).unwrap();
        Guard::new(&Admin { address, access: Default::default(), token: token.map(Secret::new) })
    }

    fn admit(guard: &Guard, method: &Method, fields: &[(&'static str, &str)]) -> Result<(), Refused> {
        let fields = fields.iter().map(|(name, value)| {
            (header::HeaderName::from_static(name), header::HeaderValue::from_str(value).unwrap())
        });
        guard.admit(method, &fields.collect())
    }

    #[test]
    fn a_token_is_asked_for_whole() {
        let guard = guard("127.0.0.1:1", Some("0123456789abcdef"));
        let with = |value| admit(&guard, &Method::GET, &[("authorization", value), ("host", "any.example")]);
        assert_eq!(with("Bearer 0123456789abcdef"), Ok(()));
        assert_eq!(with("bearer  0123456789abcdef"), Ok(()));
        for bad in [
            "Bearer 0123456789abcde",
            "Bearer 0123456789abcdeff",
            "Bearer ",
            "Bearer",
            "0123456789abcdef",
            "",
        ] {
            assert_eq!(with(bad), Err(Refused::WrongToken), "{bad}");
        }
        assert_eq!(admit(&guard, &Method::GET, &[]), Err(Refused::NoToken));
    }

    #[test]
    fn a_page_of_somebody_else_reaches_nothing() {
        let guard = guard("127.0.0.1:1", None);
        let get = |host| admit(&guard, &Method::GET, &[("host", host)]);
        for good in ["127.0.0.1:9180", "127.0.0.1", "[::1]:9180", "[::1]", "localhost:9180", "LOCALHOST"] {
            assert_eq!(get(good), Ok(()), "{good}");
        }
        for bad in
            ["evil.example", "evil.example:9180", "127.0.0.1.evil.example", "localhost.evil.example", ""]
        {
            assert_eq!(get(bad), Err(Refused::Host), "{bad}");
        }
        assert_eq!(admit(&guard, &Method::GET, &[]), Err(Refused::Host));
        let post = |site| admit(&guard, &Method::POST, &[("host", "localhost"), ("sec-fetch-site", site)]);
        assert_eq!((post("same-origin"), post("none")), (Ok(()), Ok(())));
        assert_eq!(
            (post("cross-site"), post("same-site")),
            (Err(Refused::CrossSite), Err(Refused::CrossSite))
        );
        assert_eq!(admit(&guard, &Method::POST, &[("host", "localhost")]), Ok(()));
    }

    #[test]
    fn a_unix_socket_has_no_host() {
        assert_eq!(admit(&guard("unix:/a", None), &Method::POST, &[("host", "tamis")]), Ok(()));
    }
}
