//! The wire: octets of `Cookie` and `Set-Cookie` fields, read as a browser reads them.
//!
//! Nothing is decoded, repaired or copied: every type borrows from the field and gives back the octets that came.
//! The algorithms are those of draft-ietf-httpbis-rfc6265bis-22 ("6265bis" below), section 5, which accept far more
//! than the grammar for servers does. Names and values are octets, not text: Latin-1, UTF-8 and spaces are all in use.

#![deny(clippy::indexing_slicing)]

mod attribute;
mod date;
mod edit;
mod octets;
mod pair;
mod prefix;
mod readings;
mod refusal;
mod set_cookie;
mod shown;
#[cfg(test)]
mod tests;
mod unread;

pub use attribute::{Attribute, Attributes, SameSite};
pub use date::{date, imf_fixdate};
pub use edit::{Edit, Lifetime};
pub use pair::{CookiePair, Pairs, is_disguised, pairs, pairs_beginning};
pub use prefix::Promise;
pub use readings::{Reading, readings, reads_alike};
pub use refusal::Refusal;
pub use set_cookie::SetCookie;
pub use shown::shown;
pub use unread::Unread;
