//! Consent records where it hurts: the process killed, the disk full, a real PostgreSQL server.

#![allow(clippy::unwrap_used, clippy::panic, reason = "a test fails by a panic")]

mod child;
mod crash;
mod disk;
mod gateway;
mod http;
mod kit;
mod operator;
mod postgres;
mod server;
mod visitor;
