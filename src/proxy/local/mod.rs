//! Requests that tamis answers by itself: the cookie policy, the preference centre, the banner, and the choice.
//!
//! `answer.rs` is the list of what is where, `choose.rs` what becomes of a choice. docs/preferences.md says it to those
//! who build on it.

mod answer;
mod api;
mod asked;
mod back;
mod choose;
mod chosen;
mod closed;
mod compiled;
mod cookies;
mod form;
mod made;
mod reading;
mod respond;
mod route;
mod same_origin;

pub(super) use answer::answer;
pub(super) use asked::Asked;
pub(super) use closed::closed;
pub use compiled::Local;
