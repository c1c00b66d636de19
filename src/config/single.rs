//! Single values, each checked by itself as it would be in a configuration: for questions that are asked one by one.

use std::net::SocketAddr;
use std::path::Path;

use super::host::Pattern;
use super::listener::address_of;
use super::upstream::Upstream;
use super::values::Wrong;
use crate::diagnostic::Source;
use crate::document::{Document, Node, quoted};

/// What is wrong and what to write, one sentence each.
pub type Refused = (String, String);

/// A host of a site (`hosts`).
///
/// # Errors
/// It is none.
pub fn host(text: &str) -> Result<(), Refused> {
    Pattern::parse(text).map(drop).map_err(|Wrong { message, help }| (message, help))
}

/// An address to listen on (`listeners.address`).
///
/// # Errors
/// It is none.
pub fn address(text: &str) -> Result<SocketAddr, Refused> {
    address_of(text).map_err(|Wrong { message, help }| (message, help))
}

/// An origin server (`upstream`).
///
/// # Errors
/// It is none.
pub fn origin(text: &str) -> Result<(), Refused> {
    checked(text, |document, node| Upstream::read(document, node, Path::new("")).map(drop))
}

/// Reads a value as if it stood in a file.
fn checked<T>(text: &str, read: impl FnOnce(&Document, &Node) -> Option<T>) -> Result<T, Refused> {
    let missing = || ("there is no value".to_owned(), "write one".to_owned());
    let document = Document::parse(Source::new("value", quoted(text))).map_err(|_| missing())?;
    let value = read(&document, document.root());
    let fault = document.into_faults().into_iter().next();
    match (value, fault) {
        (Some(value), None) => Ok(value),
        (_, Some(fault)) => Err((fault.message, fault.help)),
        (None, None) => Err(missing()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_says_what_would_be_right() {
        assert_eq!(host("*.example.org"), Ok(()));
        assert!(host("http://a.example/").is_err_and(|(_, help)| help.ends_with(": a.example")));
        assert_eq!(origin("http://127.0.0.1:8000/"), Ok(()));
        let wanted = ("the URL has no scheme".to_owned(), "write http://127.0.0.1:8000".to_owned());
        assert_eq!(origin("127.0.0.1:8000"), Err(wanted));
        assert!(origin("").is_err() && origin("a\"b\n: c").is_err());
        assert_eq!(address(":80").map(|address| address.port()), Ok(80));
        assert!(address("80").is_err());
    }
}
