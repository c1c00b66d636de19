//! The browser model of the cookie tests (tests/cookies/model), of which other parts are asked here than there.

#![allow(dead_code, reason = "it has more than is asked here")]

#[path = "../../tests/cookies/model/date.rs"]
pub(crate) mod date;
#[path = "../../tests/cookies/model/parse.rs"]
pub(crate) mod parse;
#[path = "../../tests/cookies/model/store.rs"]
pub(crate) mod store;
