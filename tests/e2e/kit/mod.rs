//! The three players: `origin()`, `gateway()`, `agent()`.

mod agent;
mod gate;
mod gateway;
mod message;
mod origin;
mod process;
mod tls;
mod wire;

use std::time::Duration;

pub(crate) use agent::Agent;
pub(crate) use gate::Gate;
pub(crate) use gateway::{Folder, Gateway, Setup, gateway, logged, registry};
pub(crate) use message::{End, Message};
pub(crate) use origin::{Origin, Visit, answering, origin, origin_at, origin_over_tls, unreachable};
pub(crate) use process::Process;
pub(crate) use tls::{Authority, Certificate};
pub(crate) use wire::Wire;

/// How long anybody waits for something that must come; it passes only in a test that fails.
pub(crate) const PATIENCE: Duration = Duration::from_secs(30);

/// Octets as text in which nothing is lost: each octet is the character of its number.
pub(crate) fn text(octets: &[u8]) -> String {
    octets.iter().map(|octet| char::from(*octet)).collect()
}

/// The octets of such a text.
pub(crate) fn octets(text: &str) -> Vec<u8> {
    text.chars()
        .map(|character| u8::try_from(u32::from(character)).expect("a character up to U+00FF"))
        .collect()
}

/// A small page with further field lines.
pub(crate) fn page(fields: &[&str]) -> String {
    status("200 OK", fields, "page")
}

/// An answer with this status, field lines and content.
pub(crate) fn status(status: &str, fields: &[&str], body: &str) -> String {
    let fields: String = fields.iter().map(|field| format!("{field}\r\n")).collect();
    format!("HTTP/1.1 {status}\r\nContent-Length: {}\r\n{fields}\r\n{body}", body.len())
}

/// A field line of just so many octets, its end not counted, but at least the name and a colon.
pub(crate) fn padded(name: &str, length: usize) -> String {
    let value = length.saturating_sub(name.len() + 2);
    format!("{name}: {}\r\n", "x".repeat(value))
}
