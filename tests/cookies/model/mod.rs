//! A browser as 6265bis section 5 describes it: what it stores of a response's `Set-Cookie` fields, and the `Cookie`
//! field that it then sends.
//!
//! Written from the standard alone, and from nothing of tamis, so that the two can be held against each other. With
//! `Partitioned` (CHIPS) and the prefixes `__Http-` and `__Host-Http-` (layered-cookies 5.6). It has no public suffix
//! list, takes every request for a same-site navigation, and evicts nothing for want of room.

#![allow(dead_code, unused_imports, reason = "each test binary that includes it needs another part")]

mod date;
mod parse;
mod store;

pub(crate) use parse::{Attributes, Received};
pub(crate) use store::{Cookie, Expiry, Ignored, Outcome, SameSite, Store, Uri};
