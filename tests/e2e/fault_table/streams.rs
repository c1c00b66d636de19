//! What an origin server of HTTP/2 can do wrong with its streams.

use super::case::Over::Http2;
use super::case::{Ask, Gets, Play};
use super::frames::{END_STREAM, Frames, field};
use super::rows::{CUT, FRAMES, LARGE, NO_ANSWER, OWN_LOG, Row, SLOW, for_ever, get};
use crate::kit::page;

/// What HTTP/2 alone can do wrong.
pub(super) fn rows() -> Vec<Row> {
    let mut rows = anew();
    rows.extend(kept());
    rows
}

/// The request is heard on a second connection, too.
fn twice(row: Row) -> Row {
    Row { heard: 2, ..row }
}

/// At the second request of a connection; that of another one gets the page.
fn kept() -> Vec<Row> {
    let row = |fault, ask, (gets, heard): (Gets, usize), spoil| {
        let log = if gets == Gets::Page { "" } else { OWN_LOG };
        Row { ask, kept: true, heard, ..get(fault, FRAMES, (gets, log), Play::Stream(spoil)) }
    };
    let refuses: fn(&mut Frames<'_>, u32) -> bool = |frames, stream| {
        if stream == 1 {
            frames.page(stream);
        } else {
            frames.reset(stream, 7);
        }
        true
    };
    let leaves: fn(&mut Frames<'_>, u32) -> bool = |frames, stream| {
        if stream == 1 {
            frames.page(stream);
            return true;
        }
        frames.go_away(stream - 2, 0);
        frames.wire.rest();
        false
    };
    let closes: fn(&mut Frames<'_>, u32) -> bool = |frames, stream| {
        if stream == 1 {
            frames.page(stream);
        }
        stream == 1
    };
    vec![
        row("refuses a further stream at a GET (REFUSED_STREAM)", Ask::Get, (Gets::Page, 2), refuses),
        row("refuses a further stream at a POST (REFUSED_STREAM)", Ask::Post, (Gets::Page, 2), refuses),
        row("goes away before a further GET (GOAWAY)", Ask::Get, (Gets::Page, 2), leaves),
        row("goes away before a further POST (GOAWAY)", Ask::Post, (Gets::Page, 2), leaves),
        row("closes a kept connection at a GET (HTTP/2)", Ask::Get, (Gets::Page, 2), closes),
        row("closes a kept connection at a POST (HTTP/2)", Ask::Post, (NO_ANSWER, 1), closes),
    ]
}

/// At a stream of a new connection, or at any.
#[expect(clippy::too_many_lines, reason = "a table")]
fn anew() -> Vec<Row> {
    let row = |fault, (gets, log), spoil| get(fault, FRAMES, (gets, log), Play::Stream(spoil));
    let none = (NO_ANSWER, OWN_LOG);
    let cut = (Gets::Cut, CUT);
    vec![
        row("closes before its answer (HTTP/2)", none, |_, _| false),
        row("resets before its answer (HTTP/2)", none, |frames, _| {
            frames.wire.will_reset();
            false
        }),
        row("never answers (HTTP/2)", (Gets::Error(504, "slow-answer"), SLOW), |frames, _| {
            frames.request().is_some()
        }),
        row("never answers again (HTTP/2)", (Gets::Error(504, "slow-answer"), SLOW), |_, _| for_ever()),
        row("resets the stream before its answer", none, |frames, stream| {
            frames.reset(stream, 2);
            true
        }),
        twice(row("refuses the stream (REFUSED_STREAM)", none, |frames, stream| {
            frames.reset(stream, 7);
            true
        })),
        twice(row("goes away before its answer (GOAWAY)", none, |frames, _| {
            frames.go_away(0, 0);
            false
        })),
        row("goes away and answers (GOAWAY)", (Gets::Page, ""), |frames, stream| {
            frames.go_away(stream, 0);
            frames.page(stream);
            frames.wire.rest();
            false
        }),
        row("goes away in the content (GOAWAY)", cut, |frames, stream| {
            frames.head(stream);
            frames.data(stream, "half", 0);
            frames.go_away(stream, 2);
            false
        }),
        row("closes in the content (HTTP/2)", cut, |frames, stream| {
            frames.head(stream);
            frames.data(stream, "half", 0);
            false
        }),
        row("resets the stream in the content (CANCEL)", cut, |frames, stream| {
            frames.head(stream);
            frames.data(stream, "half", 0);
            frames.reset(stream, 8);
            true
        }),
        row("resets the stream in the content (NO_ERROR)", cut, |frames, stream| {
            frames.head(stream);
            frames.data(stream, "half", 0);
            frames.reset(stream, 0);
            true
        }),
        row("resets the stream behind a whole answer (NO_ERROR)", (Gets::Page, ""), |frames, stream| {
            frames.head(stream);
            frames.data(stream, "page", END_STREAM);
            frames.reset(stream, 0);
            true
        }),
        row("stalls in the content (HTTP/2)", cut, |frames, stream| {
            frames.head(stream);
            frames.data(stream, "half", 0);
            frames.request().is_some_and(|stream| {
                frames.page(stream);
                true
            })
        }),
        row("sends less than announced (HTTP/2)", cut, |frames, stream| {
            frames.head_of(stream, 9);
            frames.data(stream, "half", END_STREAM);
            true
        }),
        row("sends more than announced (HTTP/2)", cut, |frames, stream| {
            frames.head_of(stream, 2);
            frames.data(stream, "half", END_STREAM);
            true
        }),
        row("answers without a status (HTTP/2)", none, |frames, stream| {
            frames.send(1, 5, stream, &field("x-odd", "1"));
            true
        }),
        row("answers with a head that is too large (HTTP/2)", none, large_head),
        row("answers with too many fields (HTTP/2)", (Gets::Error(502, "large-answer"), LARGE), many_fields),
        row("sends what is no frame", none, |frames, _| {
            let _ = frames.wire.try_send(&[0xff; 64]);
            false
        }),
        get(
            "answers in HTTP/1.1 where HTTP/2 is expected",
            &[Http2],
            (NO_ANSWER, OWN_LOG),
            Play::Stream(|frames, _| {
                let _ = frames.wire.try_send(page(&[]).as_bytes());
                false
            }),
        ),
    ]
}

fn large_head(frames: &mut Frames<'_>, stream: u32) -> bool {
    let value = "x".repeat(100);
    frames.large_head(stream, &field("x-large", &value).repeat(900));
    true
}

fn many_fields(frames: &mut Frames<'_>, stream: u32) -> bool {
    let lines: Vec<u8> = (0..257).flat_map(|n| field(&format!("x-{n}"), "y")).collect();
    frames.large_head(stream, &lines);
    frames.data(stream, "page", END_STREAM);
    true
}
