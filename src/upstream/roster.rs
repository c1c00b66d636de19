//! Where an upstream is at present: each configured address with all that its name resolves to.

use std::io;
use std::net::{IpAddr, SocketAddr};
use std::path::PathBuf;
use std::sync::Arc;

use super::condition::Condition;
use crate::config::{Address, At, Upstream};

/// So many addresses of one name are used.
const MOST: usize = 64;

/// One place to connect to, as all workers know it.
#[derive(Debug)]
pub(super) struct Endpoint {
    /// Its configured address, by index.
    pub(super) of: usize,
    pub(super) at: Spot,
    /// For messages: `127.0.0.1:8000`, `web:8000 (10.0.0.7)`, `unix:/run/app.sock`.
    pub(super) label: String,
    pub(super) condition: Condition,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Spot {
    Tcp(SocketAddr),
    Unix(PathBuf),
}

/// All places, in the order of the configured addresses.
#[derive(Clone, Debug, Default)]
pub(super) struct Roster {
    pub(super) endpoints: Vec<Arc<Endpoint>>,
    /// Why the name of a configured address has no addresses, or could not be asked for again.
    pub(super) faults: Vec<Option<Arc<io::Error>>>,
}

/// What came of asking for a name.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Learned {
    /// The same as before.
    Nothing,
    /// Other addresses.
    Moved,
    /// The first failure after a success, or the first of all.
    Lost,
    /// The first success after a failure; the addresses may be others.
    Found,
}

impl Roster {
    /// What is known without asking anybody.
    pub(super) fn new(upstream: &Upstream) -> Self {
        let known = |(of, address): (usize, &Address)| {
            let at = match &address.at {
                At::Unix(path) => Spot::Unix(path.clone()),
                At::Tcp { host, port } => Spot::Tcp(SocketAddr::new(host.parse::<IpAddr>().ok()?, *port)),
            };
            let label = if let Spot::Unix(_) = at { address.url.as_str() } else { address.authority() };
            Some(endpoint(of, at, label.to_owned()))
        };
        let endpoints = upstream.addresses.iter().enumerate().filter_map(known).collect();
        Self { endpoints, faults: vec![None; upstream.addresses.len()] }
    }

    /// Takes in what the name of a configured address resolves to; a failure keeps what was known.
    pub(super) fn learn(
        &mut self,
        of: usize,
        address: &Address,
        found: io::Result<Vec<SocketAddr>>,
    ) -> Learned {
        let Some(fault) = self.faults.get_mut(of) else { return Learned::Nothing };
        let none = || io::Error::new(io::ErrorKind::NotFound, "the name has no address");
        let found = match found.and_then(|found| if found.is_empty() { Err(none()) } else { Ok(found) }) {
            Ok(found) => found,
            Err(why) => {
                let news = fault.is_none();
                *fault = Some(Arc::new(why));
                return if news { Learned::Lost } else { Learned::Nothing };
            }
        };
        let recovered = fault.take().is_some();
        let mut found: Vec<Spot> = found.into_iter().map(Spot::Tcp).collect();
        // Resolvers turn the order round each time.
        found.sort_by_key(|spot| if let Spot::Tcp(at) = spot { Some(*at) } else { None });
        found.dedup();
        found.truncate(MOST);
        let before: Vec<&Arc<Endpoint>> =
            self.endpoints.iter().filter(|endpoint| endpoint.of == of).collect();
        let same = before.iter().map(|endpoint| &endpoint.at).eq(&found);
        if !same {
            let kept =
                |at: &Spot| before.iter().find(|endpoint| endpoint.at == *at).map(|same| Arc::clone(same));
            let known = |at: Spot| {
                kept(&at).unwrap_or_else(|| {
                    let label = label(address, &at);
                    endpoint(of, at, label)
                })
            };
            let now: Vec<_> = found.into_iter().map(known).collect();
            self.endpoints.retain(|endpoint| endpoint.of != of);
            let place = self.endpoints.partition_point(|endpoint| endpoint.of < of);
            self.endpoints.splice(place..place, now);
        }
        match (recovered, same) {
            (true, _) => Learned::Found,
            (false, false) => Learned::Moved,
            (false, true) => Learned::Nothing,
        }
    }

    /// Whether a configured address is given requests: one of its places is in. A name that nobody has asked for yet is
    /// not known to be down.
    pub(super) fn is_up(&self, of: usize) -> bool {
        let mut places = self.endpoints.iter().filter(|endpoint| endpoint.of == of).peekable();
        match places.peek() {
            Some(_) => places.any(|endpoint| endpoint.condition.is_in()),
            None => !matches!(self.faults.get(of), Some(Some(_))),
        }
    }

    /// Why there is no place at all, when no name is left that nobody has asked for yet.
    pub(super) fn fault(&self) -> Option<(usize, Arc<io::Error>)> {
        if !self.endpoints.is_empty() || self.faults.iter().any(Option::is_none) {
            return None;
        }
        self.faults.first().cloned().flatten().map(|fault| (0, fault))
    }
}

fn endpoint(of: usize, at: Spot, label: String) -> Arc<Endpoint> {
    Arc::new(Endpoint { of, at, label, condition: Condition::default() })
}

fn label(address: &Address, at: &Spot) -> String {
    match at {
        Spot::Tcp(at) => format!("{} ({})", address.authority(), at.ip()),
        Spot::Unix(path) => path.display().to_string(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::upstream::tests::{failing, upstream};

    fn labels(roster: &Roster) -> Vec<&str> {
        roster.endpoints.iter().map(|endpoint| endpoint.label.as_str()).collect()
    }

    fn at(text: &str) -> SocketAddr {
        text.parse().unwrap()
    }

    #[test]
    fn addresses_are_known_and_names_are_not() {
        let upstream = upstream(&["http://[::1]:8000", "http://web:80", "unix:/run/app.sock"]);
        let roster = Roster::new(&upstream);
        assert_eq!(labels(&roster), ["[::1]:8000", "unix:/run/app.sock"]);
        assert_eq!(roster.endpoints.iter().map(|endpoint| endpoint.of).collect::<Vec<_>>(), [0, 2]);
    }

    #[test]
    fn a_name_is_all_of_its_addresses_and_what_stays_is_the_same_endpoint() {
        let upstream = upstream(&["http://1.2.3.4", "http://web", "http://5.6.7.8"]);
        let mut roster = Roster::new(&upstream);
        let learn = |roster: &mut Roster, found: &[&str]| {
            roster.learn(1, &upstream.addresses[1], Ok(found.iter().map(|text| at(text)).collect()))
        };
        assert_eq!(learn(&mut roster, &["10.0.0.2:80", "10.0.0.1:80", "10.0.0.2:80"]), Learned::Moved);
        assert_eq!(labels(&roster), ["1.2.3.4", "web (10.0.0.1)", "web (10.0.0.2)", "5.6.7.8"]);
        let second = Arc::clone(&roster.endpoints[2]);
        assert_eq!(learn(&mut roster, &["10.0.0.1:80", "10.0.0.2:80"]), Learned::Nothing, "in another order");
        assert_eq!(learn(&mut roster, &["10.0.0.3:80", "10.0.0.2:80"]), Learned::Moved);
        assert_eq!(labels(&roster), ["1.2.3.4", "web (10.0.0.2)", "web (10.0.0.3)", "5.6.7.8"]);
        assert!(Arc::ptr_eq(&second, &roster.endpoints[1]), "with all that is known of it");
    }

    #[test]
    fn a_resolver_that_fails_takes_nothing_away_and_says_so_once() {
        let upstream = upstream(&["http://web"]);
        let mut roster = Roster::new(&upstream);
        let learn = |roster: &mut Roster, found| roster.learn(0, &upstream.addresses[0], found);
        assert_eq!(learn(&mut roster, failing()), Learned::Lost);
        assert_eq!(learn(&mut roster, Ok(Vec::new())), Learned::Nothing);
        assert!(roster.fault().is_some() && roster.endpoints.is_empty());
        assert_eq!(learn(&mut roster, Ok(vec![at("10.0.0.1:80")])), Learned::Found);
        assert!(roster.fault().is_none());
        assert_eq!(learn(&mut roster, failing()), Learned::Lost);
        assert_eq!(learn(&mut roster, failing()), Learned::Nothing);
        assert_eq!(labels(&roster), ["web (10.0.0.1)"]);
        assert_eq!(learn(&mut roster, Ok(vec![at("10.0.0.1:80")])), Learned::Found);
    }

    #[test]
    fn no_more_than_so_many() {
        let upstream = upstream(&["http://web"]);
        let mut roster = Roster::new(&upstream);
        let many = (0..=255).map(|last| SocketAddr::new([10, 0, 0, last].into(), 80)).collect();
        roster.learn(0, &upstream.addresses[0], Ok(many));
        assert_eq!(roster.endpoints.len(), MOST);
    }
}
