//! The table of faults: what an origin server can do wrong, over each protocol, and what then happens on this side.
//!
//! [`matrix`] holds where an answer can stop and how, [`rows`] everything else; both are data. [`run`] plays a case before
//! a gateway of its own, and [`page`] holds `docs/reliability.md` to the same data, so that each row of that page is a test
//! over HTTP/1.1, over HTTP/2, and both over TLS.

mod case;
mod frames;
mod leaks;
mod matrix;
mod page;
mod play;
mod rows;
mod run;
mod streams;
mod visitor;

use visitor::Visitor;

#[test]
fn every_case_over_http_1() {
    run::all(Visitor::Http1);
}

#[test]
fn every_case_over_http_1_and_tls() {
    run::all(Visitor::Http1Tls);
}

#[test]
fn every_case_over_http_2() {
    run::all(Visitor::Http2);
}

#[test]
fn every_case_over_http_2_and_tls() {
    run::all(Visitor::Http2Tls);
}
