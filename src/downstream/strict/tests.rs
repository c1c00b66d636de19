use bytes::Bytes;
use h2::Reason;
use http::{HeaderMap, HeaderValue, Request};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _, duplex};

use super::*;

const END_STREAM: u8 = 0x1;
const END_HEADERS: u8 = 0x4;
const PREFACE: &[u8] = b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n\0\0\0\x04\0\0\0\0\0";

const MOST: u32 = 1 << 20;

fn frame(kind: u8, flags: u8, stream: u32, payload: &[u8]) -> Vec<u8> {
    let length = u32::try_from(payload.len()).unwrap().to_be_bytes();
    [&length[1..], &[kind, flags], &stream.to_be_bytes(), payload].concat()
}

fn headers(stream: u32, flags: u8, block: &[u8]) -> Vec<u8> {
    frame(1, flags, stream, block)
}

fn whole(stream: u32, block: &[u8]) -> Vec<u8> {
    headers(stream, END_STREAM | END_HEADERS, block)
}

/// A head that content follows, with these lines behind it.
fn post(stream: u32, lines: &[u8]) -> Vec<u8> {
    headers(stream, END_HEADERS, &[b"\x83\x84\x86\x41\x01x", lines].concat())
}

/// A string as it is, of fewer than 127 octets.
fn plain(octets: &[u8]) -> Vec<u8> {
    [&[u8::try_from(octets.len()).unwrap()], octets].concat()
}

/// A string in Huffman's code already.
fn coded(octets: &[u8]) -> Vec<u8> {
    let mut string = plain(octets);
    string[0] |= 0x80;
    string
}

/// A literal line that enters no table.
fn line(name: &[u8], value: &[u8]) -> Vec<u8> {
    [&[0][..], &plain(name), &plain(value)].concat()
}

/// The octets after the preface as they go on, read in pieces of `size`.
fn passed(octets: &[u8], size: usize) -> Vec<u8> {
    let mut all = [PREFACE, octets].concat();
    let mut frames = Frames::new(MOST);
    all.chunks_mut(size).for_each(|piece| frames.read(piece));
    all.split_off(PREFACE.len())
}

/// What goes on of a block behind what is in order: the first octet that is changed, in all pieces; all behind it in the
/// block is changed too.
fn refused_at(before: &[u8], block: &[u8]) -> Option<usize> {
    let octets = [before, &whole(1, block)].concat();
    let begin = octets.len() - block.len();
    let mut found = None;
    for size in 1..=octets.len() + PREFACE.len() {
        let passed = passed(&octets, size);
        let first = (0..octets.len()).find(|place| passed[*place] != octets[*place]);
        assert!(
            first.is_none_or(|first| first >= begin && passed[first..].iter().all(|octet| *octet == 0xff))
        );
        assert!(size == 1 || found == Some(first), "in pieces of {size}: {found:?} {first:?}");
        found = Some(first);
    }
    found.flatten().map(|first| first - begin)
}

/// What a server of h2 says of these octets: the error that ends the connection, if one does.
fn served(octets: &[u8], size: usize) -> Option<h2::Error> {
    let runtime = tokio::runtime::Builder::new_current_thread().build().unwrap();
    runtime.block_on(async {
        let (mut agent, ours) = duplex(1 << 20);
        for piece in [PREFACE, octets].concat().chunks(size) {
            agent.write_all(piece).await.unwrap();
        }
        agent.shutdown().await.unwrap();
        let mut connection = h2::server::handshake(Strict::new(ours, MOST)).await.unwrap();
        while let Some(request) = connection.accept().await {
            if let Err(fault) = request {
                return Some(fault);
            }
        }
        None
    })
}

/// The names that trailers may not hold, plainly and in Huffman's code.
const PSEUDO: [(&[u8], &[u8]); 6] = [
    (b":authority", b"\xb8\x3b\x53\x39\xec\x32\x7d\x7f"),
    (b":method", b"\xb9\x49\x53\x39\xe4"),
    (b":path", b"\xb9\x58\xd3\x3f"),
    (b":scheme", b"\xb8\x82\x4e\x5a\x4b"),
    (b":status", b"\xb8\x84\x8d\x36\xa3"),
    (b":protocol", b"\xb9\x5d\x87\x49\xc8\x7a\x3f"),
];
const CONNECTION: [(&[u8], &[u8]); 5] = [
    (b"connection", b"\x21\xea\xa8\xa4\x49\x8f\x57"),
    (b"keep-alive", b"\xea\x52\xd6\xb0\xe8\x37\x72\xff"),
    (b"proxy-connection", b"\xae\xc3\xf9\xf4\xb1\x0f\x55\x45\x22\x4c\x7a\xbf"),
    (b"transfer-encoding", b"\x4d\x83\xa9\x12\x96\xc5\x8b\x51\x0f\x21\xaa\x9b"),
    (b"upgrade", b"\xb6\xb9\xac\x1c\x85"),
];

#[test]
fn trailers_with_pseudo_header_fields_can_t_be_read_and_end_the_connection() {
    let mut forms: Vec<Vec<u8>> = (1..=14).map(|entry| vec![0x80 | entry]).collect();
    for literal in [0x00, 0x10, 0x40] {
        forms.extend((1..=14).map(|entry| [&[literal | entry][..], &plain(b"200")].concat()));
        for (name, huffman) in PSEUDO {
            forms.push([&[literal][..], &plain(name), &plain(b"/")].concat());
            forms.push([&[literal][..], &coded(huffman), &plain(b"/")].concat());
        }
    }
    let content = [post(1, b""), frame(0, 0, 1, b"abc")].concat();
    for form in &forms {
        for before in [&b""[..], &line(b"x-sum", b"1"), b"\x20"] {
            let block = [before, form, &line(b"x-last", b"2")].concat();
            let first = refused_at(&content, &block).unwrap();
            assert!((before.len()..before.len() + form.len()).contains(&first), "{form:02x?}: {first}");
        }
        for size in [1, 7, 1 << 20] {
            let fault = served(&[&content[..], &whole(1, form)].concat(), size).unwrap();
            assert!(
                fault.is_library() && fault.reason() == Some(Reason::PROTOCOL_ERROR),
                "{form:02x?}: {fault}"
            );
        }
    }
}

#[test]
fn entries_of_the_table_are_known_by_their_names() {
    // The newest is 62: `x-b`, then `:path`, then `x-a` by another name's entry, then `:path` by that of a literal one.
    let lines = [
        &[0x40][..],
        &plain(b":path"),
        &plain(b"/1"),
        &[0x40],
        &plain(b"x-a"),
        &plain(b"1"),
        &[0x44],
        &plain(b"/2"),
        &[0x40],
        &plain(b"x-b"),
        &plain(b"2"),
    ]
    .concat();
    // h2 takes no head that has two paths; what counts here is its table.
    let content = [whole(1, &lines), post(3, b""), frame(0, 0, 3, b"abc")].concat();
    let trailers = |block: &[u8]| {
        let octets = [&content[..], &whole(3, block)].concat();
        passed(&octets, 1 << 20) == octets
    };
    // `:authority` of the request on stream 3 is the newest of all.
    for (index, fits) in [(62, false), (63, true), (64, false), (65, true), (66, false)] {
        assert_eq!(trailers(&[0x80 | index]), fits, "{index}");
        for literal in [0x0f, 0x1f] {
            assert_eq!(trailers(&[&[literal, index - 15][..], &plain(b"v")].concat()), fits, "{index}");
        }
        // By its name a new entry is made, which is the newest then.
        let named = if index == 62 { vec![0x7e] } else { vec![0x7f, index - 63] };
        assert_eq!(trailers(&[&named[..], &plain(b"v"), b"\xbe"].concat()), fits, "{index}");
    }
}

#[test]
fn the_oldest_entry_that_can_be_there_is_known_still() {
    // In a table of 4,096 octets 118 entries of 34 leave room for this one and no further.
    let entry = |name: &[u8]| [&[0x40][..], &plain(name), &plain(b"1")].concat();
    let at = |first: &[u8], index: u8| {
        let lines = [entry(first), entry(b"a").repeat(118)].concat();
        let octets = [post(1, &lines), frame(0, 0, 1, b"abc"), whole(1, &[0xff, index - 127])].concat();
        (passed(&octets, 1 << 20) == octets, served(&octets, 1 << 20).is_some())
    };
    assert_eq!(at(b":protocol", 180), (false, true));
    assert_eq!(at(b"b", 180), (true, false));
}

#[test]
fn what_h2_forgets_of_a_block_in_several_frames_is_refused() {
    let request = b"\x82\x84\x86\x41\x01x".to_vec();
    let mut malformed: Vec<(&str, Vec<u8>)> = vec![
        ("a method twice", b"\x82".to_vec()),
        ("a path twice", line(b":path", b"/other")),
        ("a scheme twice", b"\x87".to_vec()),
        ("an authority twice", b"\x01\x01y".to_vec()),
        (
            "a pseudo-header field behind another field",
            [line(b"x-a", b"1"), line(b":protocol", b"a")].concat(),
        ),
        ("TE that says more", line(b"te", b"trailers, gzip")),
        ("TE that says nothing", line(b"te", b"")),
        ("TE that says it in another case", line(b"te", b"Trailers")),
        ("TE by its entry", [&[0x40][..], &plain(b"te"), &plain(b"gzip"), b"\xbe"].concat()),
        ("a line without a name", b"\x40\0\0".to_vec()),
        ("the size of the table behind a line", b"\x20".to_vec()),
    ];
    for (name, huffman) in CONNECTION {
        malformed.push(("a field of the connection", line(name, b"x")));
        malformed.push(("a field of the connection", [b"\x10", &coded(huffman)[..], b"\x01x"].concat()));
    }
    malformed.push(("a field of the connection", b"\x0f\x2a\x01x".to_vec()));
    malformed.push(("a field of the connection", b"\xb9".to_vec()));
    let last = line(b"x-last", b"1");
    for (what, lines) in malformed {
        let block = [&request[..], &lines, &last].concat();
        // The first frame ends within a line behind the malformed one.
        let (first, rest) = block.split_at(block.len() - 3);
        let octets = [headers(1, END_STREAM, first), frame(9, END_HEADERS, 1, rest)].concat();
        for size in [1, 2, 3, 5, 1 << 20] {
            assert_ne!(passed(&octets, size), octets, "{what}");
            let fault = served(&octets, size).unwrap_or_else(|| panic!("{what}"));
            assert!(fault.is_library() && fault.is_go_away(), "{what}: {fault}");
        }
    }
    // The same in order: TE in both spellings, by its name and by its entry, fields of all kinds, empty frames between.
    let te =
        [line(b"te", b"trailers"), b"\x40\x82\x49\x7f\x86\x4d\x83\x35\x05\xb1\x1f\xbe".to_vec()].concat();
    let block = [&b"\x20\x3f\xe1\x1f"[..], &request, &te, &line(b"x-a", b""), &last].concat();
    for cut in 0..block.len() {
        let (first, rest) = block.split_at(cut);
        let frames = [headers(1, END_STREAM, first), frame(9, 0, 1, b""), frame(9, END_HEADERS, 1, rest)];
        let octets = frames.concat();
        assert_eq!(passed(&octets, 1), octets, "{cut}");
        assert!(served(&octets, 1 << 20).is_none(), "{cut}");
    }
}

#[test]
fn what_h2_refuses_by_itself_is_left_to_it() {
    let request = b"\x82\x84\x86\x41\x01x".to_vec();
    for lines in [line(b":path", b"/other"), line(b"connection", b"close"), line(b"te", b"gzip")] {
        let octets = whole(1, &[&request[..], &lines].concat());
        assert_eq!(passed(&octets, 1 << 20), octets);
    }
}

#[test]
fn padding_and_priority_are_no_part_of_the_block() {
    let before = [post(1, b""), frame(0, 0, 1, b"abc")].concat();
    let prefixes: [(u8, &[u8], &[u8]); 3] = [
        (0x8, b"\x02", b"\x82\x82"),
        (0x20, b"\0\0\0\0\x82", b""),
        (0x28, b"\x03\x80\0\0\x03\x82", b"\x82\x82\x82"),
    ];
    for (flags, prefix, padding) in prefixes {
        let trailers = |block: &[u8]| {
            let payload = [prefix, block, padding].concat();
            [&before[..], &headers(1, END_STREAM | END_HEADERS | flags, &payload)].concat()
        };
        let fits = trailers(&line(b"x-sum", b"1"));
        let malformed = trailers(b"\x84");
        for size in [1, 2, 3, 1 << 20] {
            assert_eq!(passed(&fits, size), fits);
            let changed = passed(&malformed, size);
            let place = malformed.len() - padding.len();
            assert_eq!(changed[..place - 1], malformed[..place - 1]);
            assert_eq!((changed[place - 1], &changed[place..]), (0xff, padding), "padding says nothing");
        }
        assert!(served(&fits, 1 << 20).is_none() && served(&malformed, 1).is_some());
    }
    // More padding than frame, and a frame that ends within its prefix: h2 refuses both.
    for payload in [&b"\x09\x84"[..], b"\x00\x00", b""] {
        let octets = [&before[..], &headers(1, 0x2d, payload), &whole(3, &[0x82])].concat();
        assert_eq!(passed(&octets, 1), octets);
    }
}

#[test]
fn a_stream_that_depends_on_itself_keeps_the_table_in_step() {
    // The block enters a field, which the next request names.
    let block = [b"\x82\x84\x86\x41\x01x\x40", &plain(b"x-a")[..], &plain(b"1")].concat();
    let first = headers(1, 0x25, &[b"\x80\0\0\x01\x10", &block[..]].concat());
    let octets = [first, whole(3, b"\x82\x84\x86\xbf\xbe")].concat();
    for size in [1, 4, 1 << 20] {
        assert!(served(&octets, size).is_none());
        let changed = passed(&octets, size);
        let differing: Vec<usize> = (0..octets.len()).filter(|at| changed[*at] != octets[*at]).collect();
        assert_eq!(differing, [12], "the stream that is meant, and nothing else");
    }
}

#[test]
fn of_trailers_that_are_too_large_none_is_lost_unseen() {
    let block = |lines: usize, value: &[u8], entry: bool| {
        let first = [&[0x40][..], &plain(b"x-a"), value].concat();
        let others = if entry { vec![0xbe] } else { [&[0x0f, 0x2f][..], value].concat() };
        [first, others.repeat(lines - 1)].concat()
    };
    // 80 octets, 50 in Huffman's code (all of them `0`): 115 for each line, with its name and 32 more.
    let values = [plain(&[b'0'; 80]), coded(&[0; 50])];
    for (lines, entry) in [(10, false), (10, true)] {
        for value in &values {
            let trailers = whole(1, &block(lines, value, entry));
            let all = [PREFACE, &post(1, b""), &frame(0, 0, 1, b"abc"), &trailers].concat();
            let fits = |most: u32, size: usize| {
                let (mut octets, mut frames) = (all.clone(), Frames::new(most));
                octets.chunks_mut(size).for_each(|piece| frames.read(piece));
                octets == all
            };
            for size in [1, 7, 1 << 20] {
                assert!(!fits(10 * 115, size), "h2 would drop the last one");
                // What can't be known exactly without undoing the code is taken for more.
                assert!(fits(10 * 115 + 10 * 120, size));
            }
        }
    }
    // A head that is too large h2 answers with 431.
    let octets = whole(1, &[&b"\x82\x84\x86\x41\x01x"[..], &block(10, &values[0], true)].concat());
    assert_eq!(passed(&octets, 1), octets);
}

#[test]
fn a_number_without_an_end_is_not_followed() {
    for block in
        [&b"\xff\xff\xff\xff\xff\xff"[..], b"\x0f\x80\x80\x80\x80\x01", b"\0\x7f\xff\xff\xff\xff\x01"]
    {
        assert!(served(&whole(1, block), 1).is_some());
    }
}

/// An ordinary user agent, whose library fills the table as it likes.
#[tokio::test]
async fn ordinary_requests_with_trailers_pass_as_they_are() {
    let (agent, ours) = duplex(1 << 16);
    let serving = tokio::spawn(async move {
        let mut builder = h2::server::Builder::new();
        builder.max_header_list_size(1 << 20);
        let mut connection: h2::server::Connection<_, Bytes> =
            builder.handshake(Strict::new(ours, MOST)).await.unwrap();
        let mut heard = Vec::new();
        while let Some(request) = connection.accept().await {
            let (request, mut answer) = request.unwrap();
            heard.push(tokio::spawn(async move {
                let (head, mut content) = request.into_parts();
                while let Some(data) = content.data().await {
                    content.flow_control().release_capacity(data.unwrap().len()).unwrap();
                }
                let trailers = content.trailers().await.unwrap();
                answer.send_response(http::Response::new(()), true).unwrap();
                (head.uri.to_string(), head.headers, trailers)
            }));
        }
        heard
    });
    let (mut sender, connection) = h2::client::handshake(agent).await.unwrap();
    tokio::spawn(async move { connection.await.unwrap() });
    let mut said = Vec::new();
    for number in 0..300_usize {
        let mut request = Request::post(format!("http://x.test/{}?{}", number % 7, "q".repeat(number % 40)));
        let cookie = "c".repeat(if number % 50 == 3 { 40_000 } else { number % 90 });
        for (name, value) in [("te", "trailers"), ("cookie", &cookie), ("x-number", &number.to_string())] {
            request = request.header(name, value);
        }
        let request = request.header(format!("x-{}", number % 60), "1").body(()).unwrap();
        said.push((request.uri().to_string(), request.headers().clone()));
        sender = sender.ready().await.unwrap();
        let (answer, mut content) = sender.send_request(request, false).unwrap();
        content.send_data(Bytes::from(vec![b'x'; number]), false).unwrap();
        let mut trailers = HeaderMap::new();
        trailers.insert("x-sum", HeaderValue::from(number % 11));
        trailers.insert("x-number", HeaderValue::from(number));
        content.send_trailers(trailers).unwrap();
        answer.await.unwrap();
    }
    drop(sender);
    let heard = serving.await.unwrap();
    assert_eq!(heard.len(), said.len());
    for (number, (heard, (target, fields))) in heard.into_iter().zip(said).enumerate() {
        let (uri, headers, trailers) = heard.await.unwrap();
        assert_eq!((uri, headers), (target, fields));
        assert_eq!(trailers.unwrap()["x-number"], number.to_string().as_str());
    }
}

#[tokio::test]
async fn what_is_written_passes_as_it_is() {
    let (mut agent, ours) = duplex(64);
    let mut strict = Strict::new(ours, MOST);
    strict.write_all(b"abc").await.unwrap();
    strict.shutdown().await.unwrap();
    let mut octets = Vec::new();
    agent.read_buf(&mut octets).await.unwrap();
    assert_eq!(octets, b"abc");
}
