//! Small writes in one piece.

use std::io;
use std::pin::Pin;
use std::task::{Context, Poll};

use tokio::io::AsyncWrite;

/// Up to so many octets, copying costs less than what the system takes for a write from several places.
const SMALL: usize = 16 * 1024;

/// Writes the pieces, those of a small answer as one: its head and its content.
pub(super) fn poll_write<T: AsyncWrite>(
    io: Pin<&mut T>,
    cx: &mut Context<'_>,
    pieces: &[io::IoSlice<'_>],
) -> Poll<io::Result<usize>> {
    let length = pieces.iter().map(|piece| piece.len()).sum();
    match pieces {
        [piece] => io.poll_write(cx, piece),
        _ if length <= SMALL => {
            let mut flat = Vec::with_capacity(length);
            pieces.iter().for_each(|piece| flat.extend_from_slice(piece));
            io.poll_write(cx, &flat)
        }
        _ => io.poll_write_vectored(cx, pieces),
    }
}
