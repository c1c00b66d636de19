//! What browsers would store is what tamis judges: own cases from the standards, a browser written from 6265bis, and tamis,
//! held against each other.
#![expect(clippy::unwrap_used, clippy::panic, reason = "a test fails by a panic")]

mod corpus;
mod model;

mod cases;
mod http_state;
mod judged;
mod requests;
mod site;
