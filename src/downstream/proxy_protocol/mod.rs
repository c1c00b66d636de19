//! PROXY protocol, versions 1 and 2: what a load balancer that passes connections on says of the user agent, in front of
//! everything else (haproxy.org, doc/proxy-protocol.txt).
//!
//! `header`, `v1` and `v2` read octets and nothing else; `take` takes them off a connection.

mod header;
mod take;
mod v1;
mod v2;

pub(super) use header::{Fault, Header};
pub(super) use take::take;
