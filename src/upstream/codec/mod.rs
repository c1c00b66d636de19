//! HTTP/1.1 as a client speaks it (RFC 9112), strictly, in the task of whoever asks.
//!
//! No task drives a connection: a request is written and its answer read while somebody waits for the answer or for its
//! content. What is dropped on the way ends its connection.

mod ask;
mod chunked;
mod connection;
mod content;
mod framing;
mod head;
mod request;
mod sending;

#[cfg(test)]
mod tests;

pub(super) use ask::{Rules, ask};
pub(super) use connection::Connection;
pub(super) use content::Content;
pub(super) use head::Bounds;
pub use head::{Kept, Line};
pub(super) use sending::Sending;
