//! The gateway end to end and in one process: raw octets from a user agent, through a running server, to an origin
//! server that a script plays, and back.
//!
//! A test reads as a story: what the origin server says, what the user agent asks, what each of them gets. Ports come
//! from the system; nobody sleeps: the one clock is the safety net of [`kit::PATIENCE`], and the gateway's own limits
//! where they are what is shown.
#![expect(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    reason = "a test fails by a panic, its kit too"
)]

mod kit;

mod aborts;
mod admin;
mod caching;
mod consent;
mod cookies_request;
mod cookies_response;
mod corpus;
mod fault_table;
mod faults;
mod fields;
mod framing;
mod http2;
mod http2_origin;
mod https;
mod live;
mod local_api;
mod local_choice;
mod local_foreign;
mod local_pages;
mod local_records;
mod log;
mod machine;
mod maintenance;
mod metrics;
mod observe;
mod observed;
mod parked;
mod paths;
mod proxy_protocol;
mod purge;
mod reload;
mod reuse;
mod rewrite;
mod shortage;
mod sites;
mod soak;
mod streaming;
mod tls;
mod trace;
mod upstreams;
mod upstreams_busy;
mod websocket;
