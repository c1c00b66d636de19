//! A connection of HTTP/1.1 between its requests: reduced to its socket and what has been agreed on over it.
//!
//! Most connections of user agents lie idle most of the time, and hyper keeps the buffer of the last request for each.
//! After a short while its state is dropped, and made anew when octets come. hyper alone knows whether nothing is half
//! read or half written, so it is asked: told to end gracefully, a connection between two requests is done at once, and
//! what it has read of the next one is given back. The stream itself does not hear of that end.

use std::error::Error as StdError;
use std::future::{Future as _, poll_fn};
use std::pin::Pin;
use std::task::Poll;

use bytes::Bytes;
use http::{Request, Response};
use http_body::Body;
use hyper::body::Incoming;
use hyper::server::conn::http1::UpgradeableConnection;
use hyper::service::Service;
use hyper_util::rt::TokioIo;
use tokio::io::{AsyncRead, AsyncWrite};

use super::Settings;
use super::batch::Batched;
use super::connection::told_to_end;
use super::cut::Tcp;
use super::pace::{Pace, Paced};
use crate::apart::Apart;
use crate::metrics::Counters;

type Stream<T> = Batched<Paced<T>>;
type Serving<T, S> = UpgradeableConnection<TokioIo<Stream<T>>, S>;

/// Serves HTTP/1.1 until the connection has ended, by itself or as the gateway does.
pub(super) async fn serve<T, S, B>(
    stream: &Stream<T>,
    answer: S,
    settings: &Settings,
    pace: &Pace,
) -> hyper::Result<()>
where
    T: AsyncRead + AsyncWrite + Tcp + Unpin + Send + 'static,
    S: Service<Request<Incoming>, Response = Response<B>> + Clone,
    S::Error: Into<Box<dyn StdError + Send + Sync>>,
    B: Body<Data = Bytes> + 'static,
    B::Error: Into<Box<dyn StdError + Send + Sync>>,
{
    let mut told = std::pin::pin!(told_to_end(settings, pace));
    loop {
        let io = TokioIo::new(stream.clone());
        // Boxed, since a connection that is parked would keep room for it.
        let mut serving =
            Apart::new(Box::new(settings.http1.serve_connection(io, answer.clone()).with_upgrades()));
        let ended = tokio::select! {
            biased;
            ended = until_idle(stream, &mut serving, pace) => ended,
            () = told.as_mut() => {
                Pin::new(&mut **serving.change()).graceful_shutdown();
                Some(stream.around(&mut serving).await)
            }
        };
        if let Some(ended) = ended {
            return ended;
        }
        if let Some(read) = unparsed(serving) {
            stream.lock().io.unread(read);
            continue;
        }
        let _parked = Parked::count(&settings.counters);
        let stirs = tokio::select! {
            biased;
            stirs = poll_fn(|cx| stream.lock().io.poll_stirs(cx)) => stirs,
            () = told.as_mut() => false,
        };
        if !stirs {
            return Ok(());
        }
    }
}

/// Serves until the connection has ended, or is idle and hyper done with it: `None`.
async fn until_idle<T, S, B>(
    stream: &Stream<T>,
    serving: &mut Apart<Box<Serving<T, S>>>,
    pace: &Pace,
) -> Option<hyper::Result<()>>
where
    T: AsyncRead + AsyncWrite + Tcp + Unpin + Send + 'static,
    S: Service<Request<Incoming>, Response = Response<B>>,
    S::Error: Into<Box<dyn StdError + Send + Sync>>,
    B: Body<Data = Bytes> + 'static,
    B::Error: Into<Box<dyn StdError + Send + Sync>>,
{
    {
        let mut served = std::pin::pin!(stream.around(serving));
        let ended = poll_fn(|cx| match served.as_mut().poll(cx) {
            Poll::Pending if pace.has_rested() && stream.rests() => Poll::Ready(None),
            polled => polled.map(Some),
        });
        if let Some(ended) = ended.await {
            return Some(ended);
        }
    }
    Pin::new(&mut **serving.change()).graceful_shutdown();
    stream.lock().parting = true;
    let done = poll_fn(|cx| Poll::Ready(Pin::new(&mut *serving).poll(cx))).await;
    stream.lock().parting = false;
    match done {
        Poll::Ready(Ok(())) => None,
        Poll::Ready(fault) => Some(fault),
        // The answer went out before all of its request had come: what is left of it is taken, then the connection ends.
        Poll::Pending => Some(stream.around(serving).await),
    }
}

/// What was read of the next request, if anything. The rest is gone then, the buffer too, which an empty part of it would
/// keep.
fn unparsed<T, S, B>(serving: Apart<Box<Serving<T, S>>>) -> Option<Bytes>
where
    T: AsyncRead + AsyncWrite + Unpin + Send + 'static,
    S: Service<Request<Incoming>, Response = Response<B>>,
    S::Error: Into<Box<dyn StdError + Send + Sync>>,
    B: Body<Data = Bytes> + 'static,
    B::Error: Into<Box<dyn StdError + Send + Sync>>,
{
    serving.into_inner().into_parts().map(|parts| parts.read_buf).filter(|read| !read.is_empty())
}

impl<T> Stream<T> {
    /// Whether nothing is on its way in either direction, as far as can be seen from outside hyper.
    fn rests(&self) -> bool {
        let batch = self.lock();
        batch.io.rests() && batch.is_empty()
    }
}

/// One parked connection in the counts, until dropped.
struct Parked<'a>(&'a Counters);

impl<'a> Parked<'a> {
    fn count(counters: &'a Counters) -> Self {
        counters.parked.increment();
        Self(counters)
    }
}

impl Drop for Parked<'_> {
    fn drop(&mut self) {
        self.0.parked.decrement();
    }
}
