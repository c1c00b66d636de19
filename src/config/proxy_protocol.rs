//! Load balancers that say for whom a connection is before anything else (`proxy_protocol:`).

use std::net::{IpAddr, SocketAddr};
use std::sync::Arc;

use ipnet::IpNet;

use super::network;
use super::schema;
use super::values::at_least_one;
use crate::document::{Document, Node, Value};

/// Every connection of a listener begins with a header of the PROXY protocol.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ProxyProtocol {
    /// Where they may come from; anywhere where `None`.
    from: Option<Vec<IpNet>>,
}

impl ProxyProtocol {
    /// Whether a connection from this address may be.
    pub fn may_come_from(&self, address: IpAddr) -> bool {
        self.from.as_ref().is_none_or(|networks| network::contain(networks, address))
    }

    /// The key of the listener on an address; `None` where it is off.
    pub(super) fn read(document: &Document, node: &Node, listener: Option<SocketAddr>) -> Option<Arc<Self>> {
        let from = if matches!(node.value, Value::Map(_)) {
            let mut fields = document.fields(node, &schema::PROXY_PROTOCOL)?;
            let help = "add the networks of the load balancers: from: [10.0.0.0/8]";
            let from = fields.required("from", help);
            fields.finish();
            at_least_one(document, from?, "`from`", help)?;
            Some(network::trusted(document, from?, "`from`"))
        } else {
            if !document.boolean(node, "`proxy_protocol`")? {
                return None;
            }
            let apart = listener.is_some_and(|address| !address.ip().to_canonical().is_loopback());
            if apart {
                let message = "whoever connects may claim any client address";
                let help = "list the networks of the load balancers: proxy_protocol: { from: [10.0.0.0/8] }";
                document.warning(&node.span, "trusts-everyone", message, help);
            }
            None
        };
        Some(Arc::new(Self { from }))
    }
}
