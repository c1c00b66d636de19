//! The codec over streams in memory: what comes in every possible piece, and beside hyper's client.

mod hyper;
mod kit;
mod pieces;
mod requests;
