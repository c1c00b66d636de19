//! How the upstreams are, for the operator: a picture of one moment.

use std::time::SystemTime;

use super::Origin;
use super::condition::Trouble;

/// One site's upstream.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Health {
    /// The site's name.
    pub site: String,
    /// In their configured order.
    pub addresses: Vec<AddressHealth>,
    /// Requests that wait for their turn; `None` where there is no limit (`connections`).
    pub waiting: Option<u64>,
}

/// One configured address.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AddressHealth {
    /// As configured; it holds no secret.
    pub url: String,
    /// It is given requests.
    pub up: bool,
    /// Since when it has failed, and how it did last; `None` if its last request, or probe, went well.
    pub trouble: Option<Trouble>,
    /// Requests that it has now.
    pub in_use: u64,
    /// Connections that lie idle.
    pub idle: u64,
    /// What its name resolves to; itself, if it is an address or a socket; empty while nothing is known.
    pub places: Vec<PlaceHealth>,
}

/// One of the addresses of a name.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PlaceHealth {
    /// `127.0.0.1:8000`, `web:8000 (10.0.0.7)`, `unix:/run/app.sock`.
    pub address: String,
    /// It is given requests.
    pub up: bool,
    /// As [`AddressHealth::trouble`].
    pub trouble: Option<Trouble>,
}

impl Health {
    /// Some address is given requests.
    pub fn is_up(&self) -> bool {
        self.addresses.iter().any(|address| address.up)
    }
}

impl Origin {
    /// How it is now. Takes a lock that no request waits for.
    pub fn health(&self) -> Health {
        let roster = self.roster.borrow().clone();
        let address = |(of, row): (usize, &crate::metrics::AddressRow)| {
            let places = roster.endpoints.iter().filter(|endpoint| endpoint.of == of);
            let places = places.map(|endpoint| PlaceHealth {
                address: endpoint.label.clone(),
                up: endpoint.condition.is_in(),
                trouble: endpoint.condition.trouble(),
            });
            let places: Vec<_> = places.collect();
            let unresolved = matches!(roster.faults.get(of), Some(Some(_))) && places.is_empty();
            // Of a name that can't be resolved nobody has noted since when.
            let unresolved = unresolved.then(|| Trouble { since: SystemTime::now(), last: "resolve" });
            let eldest =
                places.iter().filter_map(|place| place.trouble.clone()).min_by_key(|trouble| trouble.since);
            AddressHealth {
                url: row.url.clone(),
                up: roster.is_up(of),
                trouble: eldest.or(unresolved),
                in_use: row.sum(|part| part.in_use.value()),
                idle: row.sum(|part| part.idle.value()),
                places,
            }
        };
        Health {
            site: self.counters.site.clone(),
            addresses: self.counters.addresses.iter().enumerate().map(address).collect(),
            waiting: self.gate.as_ref().map(|_| self.counters.waiting.value()),
        }
    }
}
