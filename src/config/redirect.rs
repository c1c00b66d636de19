//! Listeners that lead user agents to https (`redirect:`).

use super::prefix::Prefix;
use super::schema;
use crate::document::{Document, Node, Value};

/// The port of `https` (RFC 9110 4.2.2).
const HTTPS: u16 = 443;

/// Requests that came by `http` are answered with the same address under `https`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Redirect {
    /// The port of that address.
    pub port: u16,
    except: Vec<Prefix>,
}

/// What is written, before all listeners are known.
pub(super) struct Written {
    port: Option<u16>,
    except: Vec<Prefix>,
}

impl Redirect {
    /// Whether a path, as it was sent and without the query, is answered like elsewhere.
    pub fn spares(&self, path: &str) -> bool {
        self.except.iter().any(|prefix| prefix.covers(path))
    }
}

impl Written {
    /// The key of a listener; `None` where it is off.
    pub(super) fn read(document: &Document, node: &Node) -> Option<Self> {
        if !matches!(node.value, Value::Map(_)) {
            let on = document.choice(node, "`redirect`", &[("off", false), ("https", true)])?;
            return on.then(|| Self { port: None, except: Vec::new() });
        }
        let mut fields = document.fields(node, &schema::REDIRECT)?;
        let (port, except) = (fields.optional("port"), fields.optional("except"));
        fields.finish();
        let port = port.and_then(|node| document.integer(node, "`port`", 1..=65535));
        let except = except.and_then(|node| document.list(node, "`except`")).unwrap_or_default();
        let except = except.iter().filter_map(|item| Prefix::read(document, item)).collect();
        Some(Self { port: port.and_then(|port| u16::try_from(port).ok()), except })
    }

    /// Settled: without a port, that of the one listener that speaks TLS; where there is none, or several, https's own.
    pub(super) fn settle(self, secure: &[u16]) -> Redirect {
        let only = match secure {
            [port] if *port != 0 => *port,
            _ => HTTPS,
        };
        Redirect { port: self.port.unwrap_or(only), except: self.except }
    }
}
