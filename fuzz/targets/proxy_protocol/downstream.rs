//! The room in which the parser lies.

#[path = "parser.rs"]
pub mod proxy_protocol;
