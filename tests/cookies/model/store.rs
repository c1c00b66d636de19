//! The storage model (6265bis 5.7) and the retrieval model (5.8).

use super::parse::{Received, holds_ctl};

/// What was requested.
#[derive(Clone, Debug)]
pub(crate) struct Uri {
    /// In lower case.
    pub(crate) host: String,
    pub(crate) path: String,
    pub(crate) secure: bool,
}

impl Uri {
    /// https://site.example/dir/page: the address of every case of the corpus.
    pub(crate) fn standing() -> Self {
        Self { host: "site.example".to_owned(), path: "/dir/page".to_owned(), secure: true }
    }

    /// 5.1.4.
    fn default_path(&self) -> Vec<u8> {
        match self.path.rfind('/') {
            Some(last) if last > 0 && self.path.starts_with('/') => self.path.as_bytes()[..last].to_vec(),
            _ => b"/".to_vec(),
        }
    }
}

/// A stored cookie.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Cookie {
    pub(crate) name: Vec<u8>,
    pub(crate) value: Vec<u8>,
    /// In lower case.
    pub(crate) domain: Vec<u8>,
    pub(crate) host_only: bool,
    pub(crate) path: Vec<u8>,
    pub(crate) expiry: Expiry,
    pub(crate) secure: bool,
    pub(crate) http_only: bool,
    pub(crate) same_site: SameSite,
    pub(crate) partitioned: bool,
    /// Its turn among all cookies.
    creation: usize,
}

/// persistent-flag and expiry-time.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Expiry {
    Session,
    /// Unix seconds.
    At(i64),
}

/// same-site-flag.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) enum SameSite {
    #[default]
    Default,
    None,
    Lax,
    Strict,
}

/// What became of a set-cookie-string.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Outcome {
    Stored,
    /// It was expired when it came: what it replaced is gone, and so is it.
    Deleted,
    Ignored(Ignored),
}

/// Why a cookie was ignored entirely.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Ignored {
    /// 5.6 step 1, 5.7 step 3.
    Control,
    /// 5.6 step 5, 5.7 step 4.
    Size,
    /// Neither name nor value: 5.7 step 2.
    Empty,
    /// Not a domain of the host: 5.7 steps 8 and 10.
    Domain,
    /// `Secure` over an insecure connection, or over an existing secure cookie: 5.7 steps 13 and 16.
    Insecure,
    /// `SameSite=None` without `Secure`: 5.7 step 19.
    SameSiteNone,
    /// A prefix whose promise is not kept: 5.7 steps 20 and 21, layered-cookies 5.6.
    Prefix,
    /// No name, and a value that begins like a prefix: 5.7 step 22.
    NamelessPrefix,
    /// `Partitioned` without `Secure`: CHIPS.
    Partitioned,
}

/// A cookie store.
#[derive(Clone, Debug, Default)]
pub(crate) struct Store {
    cookies: Vec<Cookie>,
    created: usize,
}

impl Store {
    /// Receives one `Set-Cookie` field value of the answer to a navigation there; `now` in Unix seconds.
    pub(crate) fn receive(&mut self, uri: &Uri, set_cookie_string: &[u8], now: i64) -> Outcome {
        let mut cookie =
            match Received::parse(set_cookie_string, now).and_then(|received| cookie(uri, received)) {
                Ok(cookie) => cookie,
                Err(ignored) => return Outcome::Ignored(ignored),
            };
        if let Err(ignored) = self.admits(uri, &cookie).and_then(|()| keeps_promises(&cookie)) {
            return Outcome::Ignored(ignored);
        }
        // Step 23; partitioned cookies are kept apart from the others (CHIPS).
        self.created += 1;
        cookie.creation = self.created;
        if let Some(at) = self.cookies.iter().position(|old| old.is_replaced_by(&cookie)) {
            cookie.creation = self.cookies.remove(at).creation;
        }
        // Step 24, and the eviction of what has expired.
        let outcome = if cookie.is_expired(now) { Outcome::Deleted } else { Outcome::Stored };
        self.cookies.push(cookie);
        self.cookies.retain(|cookie| !cookie.is_expired(now));
        outcome
    }

    /// Step 16.
    fn admits(&self, uri: &Uri, cookie: &Cookie) -> Result<(), Ignored> {
        let overlays = |old: &Cookie| {
            old.name == cookie.name
                && old.secure
                && (domain_matches(&old.domain, &cookie.domain)
                    || domain_matches(&cookie.domain, &old.domain))
                && path_matches(&cookie.path, &old.path)
        };
        if !cookie.secure && !uri.secure && self.cookies.iter().any(overlays) {
            return Err(Ignored::Insecure);
        }
        Ok(())
    }

    /// The cookies in the order of their creation.
    pub(crate) fn cookies(&self) -> Vec<&Cookie> {
        let mut cookies: Vec<&Cookie> = self.cookies.iter().collect();
        cookies.sort_by_key(|cookie| cookie.creation);
        cookies
    }

    /// The cookie-string of a same-site request there (5.8.3); empty where there is no cookie to send.
    pub(crate) fn cookie_string(&self, uri: &Uri) -> Vec<u8> {
        let host = uri.host.as_bytes();
        let mut list = self.cookies();
        list.retain(|cookie| {
            let domain =
                if cookie.host_only { host == cookie.domain } else { domain_matches(host, &cookie.domain) };
            domain && path_matches(uri.path.as_bytes(), &cookie.path) && (uri.secure || !cookie.secure)
        });
        // Step 4: the sort keeps the order of creation among equals.
        list.sort_by_key(|cookie| std::cmp::Reverse(cookie.path.len()));
        let written = list.iter().map(|cookie| match cookie.name.as_slice() {
            [] => cookie.value.clone(),
            name => [name, b"=", &cookie.value].concat(),
        });
        written.collect::<Vec<_>>().join(b"; ".as_slice())
    }
}

impl Cookie {
    /// The cookie without its turn, to be compared with one of another store.
    pub(crate) fn apart(&self) -> Self {
        Self { creation: 0, ..self.clone() }
    }

    fn is_expired(&self, now: i64) -> bool {
        matches!(self.expiry, Expiry::At(time) if time <= now)
    }

    fn is_replaced_by(&self, new: &Self) -> bool {
        (&self.name, &self.domain, self.host_only, &self.path, self.partitioned)
            == (&new.name, &new.domain, new.host_only, &new.path, new.partitioned)
    }
}

/// Steps 2 to 19, but for 16.
fn cookie(uri: &Uri, Received { name, value, attributes }: Received) -> Result<Cookie, Ignored> {
    if name.is_empty() && value.is_empty() {
        return Err(Ignored::Empty);
    }
    if holds_ctl(&name) || holds_ctl(&value) {
        return Err(Ignored::Control);
    }
    if name.len() + value.len() > 4096 {
        return Err(Ignored::Size);
    }
    let expiry = attributes.max_age.or(attributes.expires).map_or(Expiry::Session, Expiry::At);
    // Steps 7 to 10, without a list of public suffixes.
    let domain = attributes.domain.unwrap_or_default();
    if domain.iter().any(|octet| !(1..=0x7F).contains(octet)) {
        return Err(Ignored::Domain);
    }
    let host_only = domain.is_empty();
    let domain = if host_only { uri.host.clone().into_bytes() } else { domain };
    if !domain_matches(uri.host.as_bytes(), &domain) {
        return Err(Ignored::Domain);
    }
    let path = attributes.path.clone().flatten().unwrap_or_else(|| uri.default_path());
    let (secure, http_only, same_site) = (attributes.secure, attributes.http_only, attributes.same_site);
    if secure && !uri.secure {
        return Err(Ignored::Insecure);
    }
    if same_site == SameSite::None && !secure {
        return Err(Ignored::SameSiteNone);
    }
    let partitioned = attributes.partitioned;
    if partitioned && !secure {
        return Err(Ignored::Partitioned);
    }
    // Step 21 wants a `Path` attribute that says so.
    if begins(&name, "__Host-") && attributes.path.is_none() {
        return Err(Ignored::Prefix);
    }
    let creation = 0;
    Ok(Cookie {
        name,
        value,
        domain,
        host_only,
        path,
        expiry,
        secure,
        http_only,
        same_site,
        partitioned,
        creation,
    })
}

/// Steps 20 to 22, and the prefixes of layered-cookies 5.6.
fn keeps_promises(cookie: &Cookie) -> Result<(), Ignored> {
    let at_home = cookie.secure && cookie.host_only && cookie.path == b"/";
    let over_http = cookie.secure && cookie.http_only;
    let broken = (begins(&cookie.name, "__Secure-") && !cookie.secure)
        || (begins(&cookie.name, "__Host-") && !at_home)
        || (begins(&cookie.name, "__Http-") && !over_http)
        || (begins(&cookie.name, "__Host-Http-") && !(at_home && over_http));
    if broken {
        return Err(Ignored::Prefix);
    }
    let prefixes = ["__Secure-", "__Host-", "__Http-", "__Host-Http-"];
    if cookie.name.is_empty() && prefixes.iter().any(|prefix| begins(&cookie.value, prefix)) {
        return Err(Ignored::NamelessPrefix);
    }
    Ok(())
}

fn begins(octets: &[u8], prefix: &str) -> bool {
    octets.to_ascii_lowercase().starts_with(prefix.to_ascii_lowercase().as_bytes())
}

/// 5.1.3: whether `string` domain-matches `domain`.
fn domain_matches(string: &[u8], domain: &[u8]) -> bool {
    string == domain
        || (string.len() > domain.len()
            && string.ends_with(domain)
            && string[string.len() - domain.len() - 1] == b'.'
            && !is_address(string))
}

fn is_address(host: &[u8]) -> bool {
    let host = String::from_utf8_lossy(host);
    host.trim_matches(['[', ']']).parse::<std::net::IpAddr>().is_ok()
}

/// 5.1.4: whether a request-path path-matches a cookie-path.
fn path_matches(request_path: &[u8], cookie_path: &[u8]) -> bool {
    request_path == cookie_path
        || (request_path.starts_with(cookie_path)
            && (cookie_path.ends_with(b"/") || request_path.get(cookie_path.len()) == Some(&b'/')))
}
