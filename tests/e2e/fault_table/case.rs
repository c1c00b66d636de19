//! One case: a fault, and what comes of it.

use std::net::TcpStream;
use std::sync::Arc;

use super::frames::Frames;
use crate::kit::Visit;

/// How the origin server is reached.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Over {
    Plain,
    Tls,
    /// HTTP/2 on a plain connection.
    Http2,
    /// HTTP/2 over TLS.
    Http2Tls,
}

impl Over {
    pub(super) fn is_tls(self) -> bool {
        matches!(self, Self::Tls | Self::Http2Tls)
    }

    pub(super) fn is_http2(self) -> bool {
        matches!(self, Self::Http2 | Self::Http2Tls)
    }

    /// In the page, and in the name of a case.
    pub(super) fn word(self) -> &'static str {
        match self {
            Self::Plain => "h1",
            Self::Tls => "h1-tls",
            Self::Http2 => "h2",
            Self::Http2Tls => "h2-tls",
        }
    }
}

/// What the visitor asks for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Ask {
    Get,
    /// With a content of three octets.
    Post,
    /// With a content of eight mebibytes.
    Upload,
}

/// What the visitor gets.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Gets {
    /// The page of the origin server.
    Page,
    /// An answer of the origin server's with this status, whole.
    Answer(u16),
    /// A page of the gateway's that says what is wrong; the kind of failure that is counted.
    Error(u16, &'static str),
    /// The beginning of an answer, and then a visible end: over HTTP/1.1 no last chunk or fewer octets than announced and
    /// the end of the connection, over HTTP/2 RST_STREAM.
    Cut,
}

/// What is done at a request.
pub(super) type AtRequest = Arc<dyn Fn(&mut Visit, usize) + Send + Sync>;

/// What goes wrong, and when.
#[derive(Clone)]
pub(super) enum Play {
    /// At the request, whose head was read; the number says how often it was heard before.
    Request(AtRequest),
    /// At the request, over HTTP/2 with its stream; whether the connection goes on.
    Stream(fn(&mut Frames<'_>, u32) -> bool),
    /// When the request before it was answered, on the connection that then lies idle.
    Idle(fn(&mut Visit)),
    /// When the first connection is made, before anything is read.
    Connection(fn(&TcpStream)),
    /// Nobody listens until the request has failed.
    Refusal,
    /// Nobody accepts until the request has failed.
    Deaf,
}

pub(super) struct Case {
    pub(super) name: String,
    pub(super) over: Over,
    pub(super) ask: Ask,
    pub(super) gets: Gets,
    /// How often the origin server heard the request.
    pub(super) heard: usize,
    /// A request goes before it on the same connection, and is answered.
    pub(super) kept: bool,
    /// Words of the one line that is logged at `WARN` or `ERROR`; empty where there is none.
    pub(super) log: &'static str,
    /// It ends by a limit of the gateway's, which is short then.
    pub(super) stalls: bool,
    pub(super) play: Play,
}
