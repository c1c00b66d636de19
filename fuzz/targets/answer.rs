//! An origin server's answer in pieces of any size: the same head, content and end as in one piece; what it lacks is seen,
//! and what follows it ends its connection.
//!
//! The codec is the product's, compiled here by itself between a connection of octets at hand and a shelf for one: it
//! lies on the IO floor, and the whole of that would be in the way.
#![no_main]

use libfuzzer_sys::fuzz_target;

#[path = "../../src/metrics/counter.rs"]
#[allow(dead_code, reason = "of the counters it takes one")]
mod metrics;
#[path = "../../src/timer.rs"]
mod timer;
#[path = "../../src/turn.rs"]
mod turn;

#[path = "answer/upstream.rs"]
mod upstream;

use upstream::{Seen, exchange};

fuzz_target!(|data: &[u8]| {
    let Some(([flags, count], rest)) = data.split_first_chunk::<2>() else { return };
    let (lengths, octets) = rest.split_at(usize::from(count % 16).min(rest.len()));
    let (head, closes) = (flags & 1 != 0, flags & 2 != 0);
    let whole = exchange(head, vec![octets.to_vec()], closes);
    assert_eq!(exchange(head, pieces(octets, lengths), closes), whole);
    if whole.kept {
        assert!(whole.fault.is_none());
        let more = exchange(head, vec![octets.to_vec(), b"x".to_vec()], false);
        assert_eq!(more, Seen { kept: false, ..whole }, "what nobody asked for");
        let cut = exchange(head, vec![octets[..octets.len() - 1].to_vec()], true);
        assert!(cut.fault.is_some() && !cut.kept, "one octet less is not whole");
    }
});

/// The octets in pieces of these lengths, over and over.
fn pieces(octets: &[u8], lengths: &[u8]) -> Vec<Vec<u8>> {
    let mut lengths = lengths.iter().cycle().map(|length| usize::from(*length) + 1);
    let mut pieces = Vec::new();
    let mut rest = octets;
    while !rest.is_empty() {
        let (piece, after) = rest.split_at(lengths.next().unwrap_or(1).min(rest.len()));
        pieces.push(piece.to_vec());
        rest = after;
    }
    pieces
}
