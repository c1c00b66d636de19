//! Where an answer of HTTP/1.1 can stop, and how.

use std::sync::Arc;

use super::case::{Ask, Case, Gets, Over, Play};
use crate::kit::Visit;

/// A place in an answer, the octets until there, and what comes of each way to stop, in the order of [`WAYS`].
pub(super) struct Place {
    pub(super) word: &'static str,
    octets: &'static str,
    pub(super) gets: [Gets; 5],
}

/// A way to stop.
#[derive(Clone, Copy)]
pub(super) struct Way {
    pub(super) word: &'static str,
    over: &'static [Over],
    stop: fn(&mut Visit),
}

const BOTH: &[Over] = &[Over::Plain, Over::Tls];

pub(super) const WAYS: [Way; 5] = [
    Way { word: "closes", over: BOTH, stop: |visit| visit.wire.finish() },
    Way { word: "closes its half", over: BOTH, stop: half_close },
    Way { word: "ends TCP without `close_notify`", over: &[Over::Tls], stop: |_| {} },
    Way { word: "resets", over: BOTH, stop: |visit| visit.wire.will_reset() },
    Way { word: "says nothing more", over: BOTH, stop: |visit| visit.wire.silent() },
];

impl Way {
    fn stalls(&self) -> bool {
        self.word == WAYS[4].word
    }
}

fn half_close(visit: &mut Visit) {
    visit.wire.finish();
    visit.wire.rest();
}

const NONE: Gets = Gets::Error(502, "no-answer");
const SLOW: Gets = Gets::Error(504, "slow-answer");
const CUT: Gets = Gets::Cut;
const WHOLE: Gets = Gets::Answer(200);

const LENGTH: &str = "HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\n";
const HALF: &str = "HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nhalf";
const CHUNKED: &str = "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n";
const BETWEEN: &str = "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n4\r\nhalf\r\n";
const SIZE: &str = "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n4\r\nhalf\r\n1";
const CHUNK: &str = "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n4\r\nhalf\r\na\r\nre";
const LAST: &str = "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n4\r\nhalf\r\n0\r\n";
const TRAILERS: &str = "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n4\r\nhalf\r\n0\r\nX-Sum: 1\r\n";

pub(super) const PLACES: &[Place] = &[
    Place { word: "before its answer", octets: "", gets: [NONE, NONE, NONE, NONE, SLOW] },
    Place {
        word: "after a 1xx answer",
        octets: "HTTP/1.1 103 Early Hints\r\nLink: </a>\r\n\r\n",
        gets: [NONE, NONE, NONE, NONE, SLOW],
    },
    Place { word: "in the status line", octets: "HTTP/1.1 20", gets: [NONE, NONE, NONE, NONE, SLOW] },
    Place {
        word: "in a field line",
        octets: "HTTP/1.1 200 OK\r\nContent-Le",
        gets: [NONE, NONE, NONE, NONE, SLOW],
    },
    Place { word: "after the head, a length announced", octets: LENGTH, gets: [CUT; 5] },
    Place { word: "within content of a length", octets: HALF, gets: [CUT; 5] },
    Place { word: "after the head, chunks announced", octets: CHUNKED, gets: [CUT; 5] },
    Place { word: "between two chunks", octets: BETWEEN, gets: [CUT; 5] },
    Place { word: "in the line of a chunk's size", octets: SIZE, gets: [CUT; 5] },
    Place { word: "within a chunk", octets: CHUNK, gets: [CUT; 5] },
    Place { word: "in the last chunk", octets: LAST, gets: [CUT; 5] },
    Place { word: "in the trailers", octets: TRAILERS, gets: [CUT; 5] },
    Place {
        word: "within content that the connection's end ends",
        octets: "HTTP/1.1 200 OK\r\n\r\nhalf",
        // TLS tells an end from a cut (RFC 8446 6.1), TCP only a reset.
        gets: [WHOLE, WHOLE, CUT, CUT, CUT],
    },
];

pub(super) fn cases() -> Vec<Case> {
    let mut cases = Vec::new();
    for place in PLACES {
        for (way, gets) in WAYS.into_iter().zip(place.gets) {
            for over in way.over {
                cases.push(case(place, way, gets, *over));
            }
        }
    }
    cases
}

fn case(place: &Place, way: Way, gets: Gets, over: Over) -> Case {
    let octets = place.octets;
    Case {
        name: format!("{} {} ({})", way.word, place.word, over.word()),
        over,
        ask: Ask::Get,
        gets,
        heard: 1,
        kept: false,
        log: match gets {
            Gets::Error(502, _) => "its own log should say why",
            Gets::Error(..) => "`times.answer`",
            Gets::Cut => "the user agent sees it truncated",
            Gets::Page | Gets::Answer(_) => "",
        },
        stalls: way.stalls(),
        play: Play::Request(Arc::new(move |visit, _| {
            visit.send(octets);
            (way.stop)(visit);
        })),
    }
}
