//! Consent records where it hurts: the process killed, the disk full, a real PostgreSQL server.

#![allow(clippy::unwrap_used, reason = "a test fails by a panic")]

mod child;
mod crash;
mod disk;
mod kit;
mod postgres;
mod server;
