use std::io::{Read as _, Write as _};

use tokio::io::AsyncWriteExt as _;

use super::*;

/// A corked socket, and the far end of it.
async fn pair() -> (Corked, std::net::TcpStream) {
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let far = std::net::TcpStream::connect(listener.local_addr().unwrap()).unwrap();
    (Corked::new(listener.accept().await.unwrap().0), far)
}

/// What has come, without waiting.
fn arrived(far: &mut std::net::TcpStream) -> String {
    far.set_nonblocking(true).unwrap();
    let mut octets = [0; 100];
    let came = far.read(&mut octets).unwrap_or(0);
    far.set_nonblocking(false).unwrap();
    String::from_utf8_lossy(&octets[..came]).into_owned()
}

#[tokio::test]
async fn a_flight_of_the_handshake_leaves_before_the_next_is_waited_for() {
    let (mut corked, mut far) = pair().await;
    corked.write_all(b"hello").await.unwrap();
    corked.flush().await.unwrap();
    assert_eq!(arrived(&mut far), "");
    let mut octets = [0; 9];
    let waits = std::future::poll_fn(|cx| {
        Poll::Ready(Pin::new(&mut corked).poll_read(cx, &mut ReadBuf::new(&mut octets)).is_pending())
    });
    assert!(waits.await);
    assert_eq!(arrived(&mut far), "hello");
}

#[tokio::test]
async fn tickets_leave_with_the_first_answer_and_the_end_with_the_last() {
    let (mut corked, mut far) = pair().await;
    corked.write_all(b"tickets ").await.unwrap();
    corked.settle(true);
    corked.flush().await.unwrap();
    assert_eq!(arrived(&mut far), "");
    corked.write_all(b"answer").await.unwrap();
    corked.flush().await.unwrap();
    assert_eq!(arrived(&mut far), "tickets answer");
    corked.write_all(b"last").await.unwrap();
    corked.write_all(b" end").await.unwrap();
    corked.shutdown().await.unwrap();
    assert_eq!(arrived(&mut far), "last end");
}

#[tokio::test]
async fn the_end_of_an_older_handshake_does_not_wait() {
    let (mut corked, mut far) = pair().await;
    corked.write_all(b"finished").await.unwrap();
    corked.settle(false);
    corked.flush().await.unwrap();
    assert_eq!(arrived(&mut far), "finished");
}

#[tokio::test]
async fn a_last_word_is_said_and_tickets_for_nobody_are_not() {
    let (mut corked, mut far) = pair().await;
    corked.write_all(b"alert").await.unwrap();
    drop(corked);
    assert_eq!(arrived(&mut far), "alert");
    let (mut corked, mut far) = pair().await;
    corked.write_all(b"tickets").await.unwrap();
    corked.settle(true);
    drop(corked);
    assert_eq!(arrived(&mut far), "");
}

#[tokio::test]
async fn what_is_large_leaves_behind_what_was_held() {
    let (mut corked, mut far) = pair().await;
    corked.settle(true);
    corked.write_all(b"held").await.unwrap();
    corked.write_all(&[b'x'; LARGE]).await.unwrap();
    let mut octets = vec![0; 4 + LARGE];
    far.read_exact(&mut octets).unwrap();
    assert!(octets.starts_with(b"heldx"));
}

#[tokio::test]
async fn all_that_comes_is_read_in_order_however_small_the_pieces() {
    let (mut corked, mut far) = pair().await;
    corked.settle(true);
    let sent: Vec<u8> = (0..300_000_u32).map(|n| n.to_be_bytes()[3] ^ n.to_be_bytes()[2]).collect();
    let copy = sent.clone();
    let writer = std::thread::spawn(move || {
        far.write_all(&copy).unwrap();
    });
    let (mut got, mut piece) = (Vec::new(), [0; 4096]);
    loop {
        match corked.read(&mut piece).await.unwrap() {
            0 => break,
            read => got.extend_from_slice(&piece[..read]),
        }
    }
    writer.join().unwrap();
    assert!(got == sent);
    assert!(corked.ahead.is_empty());
}
