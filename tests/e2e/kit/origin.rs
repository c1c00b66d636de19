//! The origin server: a script for each connection, octet by octet.

use std::net::{SocketAddr, TcpListener, TcpStream};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::mpsc::{Receiver, SyncSender, sync_channel};
use std::sync::{Arc, Mutex};

use rustls::{ServerConfig, ServerConnection, StreamOwned};

use super::message::Message;
use super::wire::{Framing, Stream, Wire};
use super::{PATIENCE, octets};

/// A listening origin server and what it heard.
pub(crate) struct Origin {
    pub(crate) address: SocketAddr,
    secure: bool,
    requests: Mutex<Receiver<Message>>,
    connections: Arc<AtomicUsize>,
}

/// One connection of the gateway, in the hands of the script.
pub(crate) struct Visit {
    pub(crate) wire: Wire,
    /// How many came before it.
    pub(crate) number: usize,
    requests: SyncSender<Message>,
}

impl Origin {
    /// As `upstream:` wants it; the name is `localhost` where a certificate has to hold it.
    pub(crate) fn url(&self) -> String {
        match self.secure {
            true => format!("https://localhost:{}", self.address.port()),
            false => format!("http://{}", self.address),
        }
    }

    /// The next request that was read whole, or until the gateway broke it off.
    pub(crate) fn heard(&self) -> Message {
        self.requests.lock().unwrap().recv_timeout(PATIENCE).expect("a request")
    }

    /// No request was read but those that were asked for.
    pub(crate) fn heard_nothing(&self) -> bool {
        self.requests.lock().unwrap().try_recv().is_err()
    }

    /// How many connections the gateway made.
    pub(crate) fn connections(&self) -> usize {
        self.connections.load(Ordering::SeqCst)
    }
}

/// Plays a script on each connection, each in a thread of its own.
pub(crate) fn origin(play: impl Fn(&mut Visit) + Send + Sync + 'static) -> Origin {
    listen(None, play)
}

/// The same at this address, where nobody plays now.
pub(crate) fn origin_at(address: SocketAddr, play: impl Fn(&mut Visit) + Send + Sync + 'static) -> Origin {
    serve(TcpListener::bind(address).unwrap(), None, play)
}

/// The same over TLS.
pub(crate) fn origin_over_tls(
    tls: Arc<ServerConfig>,
    play: impl Fn(&mut Visit) + Send + Sync + 'static,
) -> Origin {
    listen(Some(tls), play)
}

/// Gives each request of each connection the same answer, given as [`text`](super::text).
pub(crate) fn answering(answer: &str) -> Origin {
    let answer = answer.to_owned();
    origin(move |visit| visit.answers(&answer))
}

/// The URL of an origin server that nobody plays.
pub(crate) fn unreachable() -> String {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    format!("http://{}", listener.local_addr().unwrap())
}

fn listen(tls: Option<Arc<ServerConfig>>, play: impl Fn(&mut Visit) + Send + Sync + 'static) -> Origin {
    serve(TcpListener::bind("127.0.0.1:0").unwrap(), tls, play)
}

fn serve(
    listener: TcpListener,
    tls: Option<Arc<ServerConfig>>,
    play: impl Fn(&mut Visit) + Send + Sync + 'static,
) -> Origin {
    let (requests, heard) = sync_channel(10_000);
    let connections = Arc::new(AtomicUsize::new(0));
    let origin = Origin {
        address: listener.local_addr().unwrap(),
        secure: tls.is_some(),
        requests: Mutex::new(heard),
        connections: Arc::clone(&connections),
    };
    let play = Arc::new(play);
    std::thread::spawn(move || {
        for stream in listener.incoming().map_while(Result::ok) {
            let number = connections.fetch_add(1, Ordering::SeqCst);
            let (play, tls, requests) = (Arc::clone(&play), tls.clone(), requests.clone());
            std::thread::spawn(move || {
                let wire = Wire::new(match tls {
                    None => Stream::Plain(stream),
                    Some(tls) => secure(stream, tls),
                });
                play(&mut Visit { wire, number, requests });
            });
        }
    });
    origin
}

fn secure(stream: TcpStream, tls: Arc<ServerConfig>) -> Stream {
    let connection = ServerConnection::new(tls).unwrap();
    Stream::Server(Box::new(StreamOwned::new(connection, stream)))
}

impl Visit {
    /// A connection that was accepted elsewhere.
    pub(crate) fn begin(stream: TcpStream) -> Self {
        let (requests, _) = sync_channel(0);
        Self { wire: Wire::new(Stream::Plain(stream)), number: 0, requests }
    }

    /// Gives the request that was read this answer, and each that follows.
    pub(crate) fn answers_at_once(&mut self, answer: &str) {
        self.send(answer);
        self.answers(answer);
    }

    /// Gives each request the same answer, given as [`text`](super::text).
    pub(crate) fn answers(&mut self, answer: &str) {
        while self.request().is_some() {
            self.send(answer);
        }
    }

    /// Reads a request with its content and notes it; `None` when the gateway has closed the connection.
    pub(crate) fn request(&mut self) -> Option<Message> {
        let message = self.request_head()?;
        Some(self.request_content(message))
    }

    /// Reads the head of a request alone.
    pub(crate) fn request_head(&mut self) -> Option<Message> {
        self.wire.head()
    }

    /// Reads the content that belongs to a head, and notes the request.
    pub(crate) fn request_content(&mut self, mut message: Message) -> Message {
        let (coding, length) = (message.values("transfer-encoding"), message.values("content-length"));
        let framing = match (coding.as_slice(), length.as_slice()) {
            ([], []) => Framing::None,
            ([coding], []) if coding == "chunked" => Framing::Chunked,
            ([], [length]) => Framing::Length(length.parse().unwrap()),
            _ => panic!("an ambiguous request came upstream: {}", super::text(&message.head)),
        };
        self.wire.content(&mut message, framing);
        self.note(&message);
        message
    }

    /// Notes a request that was read in another way.
    pub(crate) fn note(&self, message: &Message) {
        // The test may be over already.
        let _ = self.requests.send(message.clone());
    }

    /// Sends octets, given as [`text`](super::text). A gateway that is gone is for the test to notice.
    pub(crate) fn send(&mut self, text: &str) {
        let _ = self.wire.try_send(&octets(text));
    }
}
