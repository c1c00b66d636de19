//! Taking a header off a connection, and not one octet of what follows it.

use std::io;

use tokio::io::AsyncReadExt as _;
use tokio::net::TcpStream;

use super::header::{self, Fault, Header, Step};

/// As much as is ever looked at: the longest line of version 1.
const ROOM: usize = 107;

/// Takes the header.
///
/// # Errors
/// There is none, it is malformed, or the connection broke off within it. What was read then is lost.
pub(in crate::downstream) async fn take(stream: &mut TcpStream) -> Result<Header, Fault> {
    let mut octets = [0; ROOM];
    let mut count = 0;
    loop {
        let (begun, room) = octets.split_at_mut_checked(count).ok_or(Fault::Long)?;
        count += match header::step(begun)? {
            Step::More(least) => read(stream, room, least).await?,
            Step::Line(most) => line(stream, room, most).await?,
            Step::Done(header, rest) => {
                pass_over(stream, rest).await?;
                return Ok(header);
            }
        };
    }
}

/// Some of so many octets.
async fn read(stream: &mut TcpStream, room: &mut [u8], most: usize) -> io::Result<usize> {
    let most = most.min(room.len());
    match stream.read(room.get_mut(..most).unwrap_or_default()).await? {
        0 => Err(io::ErrorKind::UnexpectedEof.into()),
        count => Ok(count),
    }
}

/// What has come of a line, at most with its end. It is looked at first; as all of it is then taken, the next look waits
/// for octets that are new.
async fn line(stream: &mut TcpStream, room: &mut [u8], most: usize) -> io::Result<usize> {
    let most = most.min(room.len());
    let seen = stream.peek(room.get_mut(..most).unwrap_or_default()).await?;
    let end = memchr::memchr(b'\n', room.get(..seen).unwrap_or_default());
    read(stream, room, end.map_or(seen, |end| end + 1)).await
}

/// Reads what nobody wants.
async fn pass_over(stream: &mut TcpStream, mut count: usize) -> io::Result<()> {
    let mut unwanted = [0; 512];
    while count > 0 {
        count -= read(stream, &mut unwanted, count).await?;
    }
    Ok(())
}
