//! Beside hyper's client: the same head and content of whatever an origin server may say, or a refusal where hyper is
//! more lenient; never the other way round.

use http::{Method, Request};
use http_body_util::{BodyExt as _, Empty};
use hyper::client::conn::http1;
use hyper_util::rt::TokioIo;
use proptest::prelude::*;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _, duplex};

use super::kit::{BOUNDS, exchange, run};

/// Status, field lines, content and whether the end was seen, as hyper's client has it.
type Theirs = (u16, Vec<(String, Vec<u8>)>, Vec<u8>, bool);

async fn theirs(method: Method, answer: &[u8]) -> Option<Theirs> {
    let (near, mut far) = duplex(1 << 20);
    let mut builder = http1::Builder::new();
    builder.max_headers(BOUNDS.fields).max_header_size(8192);
    let (mut sender, connection) =
        builder.handshake::<_, Empty<bytes::Bytes>>(TokioIo::new(near)).await.unwrap();
    let driven = tokio::task::spawn_local(async move { drop(connection.await) });
    let request = Request::builder().method(method).uri("/").body(Empty::new()).unwrap();
    let (answered, ()) = tokio::join!(sender.send_request(request), async {
        let mut octets = vec![0; 4096];
        let _ = far.read(&mut octets).await;
        far.write_all(answer).await.unwrap();
        drop(far);
    });
    let (parts, mut body) = answered.ok()?.into_parts();
    let (mut content, mut whole) = (Vec::new(), true);
    while let Some(frame) = body.frame().await {
        match frame.map(http_body::Frame::into_data) {
            Ok(Ok(data)) => content.extend_from_slice(&data),
            Ok(Err(_trailers)) => {}
            Err(_) => {
                whole = false;
                break;
            }
        }
    }
    driven.abort();
    let lines = parts.headers.iter().map(|(name, value)| (name.to_string(), value.as_bytes().to_vec()));
    Some((parts.status.as_u16(), lines.collect(), content, whole))
}

/// Beginnings of answers, right ones and wrong ones.
const STATUS: &[&str] = &[
    "HTTP/1.1 200 OK",
    "HTTP/1.1 200 OK",
    "HTTP/1.1 404",
    "HTTP/1.0 200 OK",
    "HTTP/1.1 204 No Content",
    "HTTP/1.1 304 Not Modified",
    "HTTP/1.1 103 Early Hints\r\nLink: a\r\n\r\nHTTP/1.1 200 OK",
    "HTTP/1.1 2x0 OK",
    "HTTP/2.0 200 OK",
    "\r\nHTTP/1.1 200 OK",
];

/// Field lines.
const LINES: &[&str] = &[
    "Content-Length: 5",
    "Content-Length: 5",
    "Content-Length: 0",
    "content-length: 5, 5",
    "Content-Length: 05",
    "Content-Length: 5 5",
    "Content-Length: +5",
    "Transfer-Encoding: chunked",
    "Transfer-Encoding: chunked",
    "Transfer-Encoding: gzip, chunked",
    "Transfer-Encoding:",
    "Connection: close",
    "Connection: keep-alive, x",
    "Set-Cookie: a=b; Path=/",
    "Set-Cookie: c=\u{1}",
    "X-Empty:",
    "X-Space:   a b \t ",
    "X-Latin: \u{e9}\u{ff}",
    "X : y",
    "Bad Name: y",
    " folded",
    "X: a\rb",
    "X: a\0",
    "no colon",
];

/// Pieces of content.
const CHUNKS: &[&str] = &[
    "5\r\nhello\r\n",
    "5\r\nhello\r\n",
    "05;a=b\r\nhello\r\n",
    "5 \r\nhello\r\n",
    "A\r\n0123456789\r\n",
    "0\r\n\r\n",
    "0\r\nSum: 1\r\n\r\n",
    "hello",
    "5\nhello\n",
    "x\r\n",
    "5\r\nhellox",
    "ffffffffffffffff\r\nx",
    "10000000000000000\r\nx",
];

fn answers() -> impl Strategy<Value = Vec<u8>> {
    let [status, line, chunk] = [STATUS, LINES, CHUNKS].map(prop::sample::select);
    let end = prop::sample::select(&["\r\n", "\r\n", "\r\n", "\n"][..]);
    let lines = prop::collection::vec((line, end), 0..4);
    let chunks = prop::collection::vec(chunk, 0..4);
    (status, lines, chunks, any::<prop::sample::Index>(), any::<bool>()).prop_map(
        |(status, lines, chunks, cut, whole)| {
            let lines: String = lines.iter().map(|(line, end)| format!("{line}{end}")).collect();
            let answer = format!("{status}\r\n{lines}\r\n{}", chunks.concat());
            let mut octets: Vec<u8> = answer.chars().map(|c| u8::try_from(u32::from(c)).unwrap()).collect();
            if !whole {
                octets.truncate(cut.index(octets.len() + 1));
            }
            octets
        },
    )
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(2000))]

    #[test]
    fn the_same_or_stricter(answer in answers(), is_head in any::<bool>()) {
        let method = if is_head { Method::HEAD } else { Method::GET };
        let (ours, theirs) = run(async {
            let ours = exchange(method.clone(), &[&answer], true).await;
            (ours, theirs(method, &answer).await)
        });
        let text = String::from_utf8_lossy(&answer);
        if let Ok(ours) = ours {
            // The one thing that is let pass here and not there: the rest of a head with a bad cookie.
            let cookie = text.contains("Set-Cookie: c=\u{1}");
            let Some((status, lines, content, whole)) = theirs else {
                prop_assert!(cookie, "refused by hyper: {text:?}");
                return Ok(());
            };
            let own: Vec<_> =
                ours.headers.iter().map(|(name, value)| (name.to_string(), value.as_bytes().to_vec())).collect();
            prop_assert_eq!(ours.status.as_u16(), status);
            prop_assert_eq!(own, lines);
            if ours.fault.is_none() {
                prop_assert!(whole, "whole here alone: {text:?}");
                prop_assert_eq!(ours.content, content);
            } else {
                prop_assert!(content.starts_with(&ours.content) || ours.content.starts_with(&content));
            }
        }
    }
}
