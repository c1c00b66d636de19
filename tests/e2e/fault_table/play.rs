//! The origin server of one case.

use std::net::{SocketAddr, TcpStream};
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use socket2::{Domain, Socket, Type};

use super::case::{Ask, Case, Play};
use super::frames::Frames;
use super::run::Stage;
use crate::kit::{Visit, origin, origin_over_tls, page};

/// An origin server while it plays a case.
pub(super) struct Played {
    pub(super) url: String,
    heard: Arc<AtomicUsize>,
    /// Who does not serve yet.
    absent: Option<Absent>,
}

/// An address at which connections are refused, or made by the system and accepted by nobody.
struct Absent {
    socket: Socket,
    /// What fills the queue.
    _waiting: Vec<TcpStream>,
}

/// What the connections of an origin server know of each other.
struct Script {
    play: Play,
    ask: Ask,
    kept: usize,
    spoilt: usize,
    /// Requests so far, over HTTP/2, where they are known by their order.
    order: AtomicUsize,
    heard: Arc<AtomicUsize>,
}

impl Played {
    /// How often the request was heard.
    pub(super) fn heard(&self) -> usize {
        self.heard.load(Ordering::SeqCst)
    }

    /// Comes back, where it was away.
    pub(super) fn comes_back(&mut self) {
        let Some(Absent { socket, .. }) = self.absent.take() else { return };
        socket.listen(128).unwrap();
        std::thread::spawn(move || {
            while let Ok((stream, _)) = socket.accept() {
                std::thread::spawn(move || Visit::begin(stream.into()).answers(&page(&[])));
            }
        });
    }
}

/// An origin server for this case, to be reached under the URL.
pub(super) fn play(stage: &Stage, case: &Case) -> Played {
    let heard = Arc::new(AtomicUsize::new(0));
    if let Play::Refusal | Play::Deaf = case.play {
        return absent(matches!(case.play, Play::Deaf), heard);
    }
    let script = Script {
        play: case.play.clone(),
        ask: case.ask,
        kept: usize::from(case.kept),
        spoilt: case.heard,
        order: AtomicUsize::new(0),
        heard: Arc::clone(&heard),
    };
    let over = case.over;
    let serve = move |visit: &mut Visit| script.serve(visit, over.is_http2());
    let origin = match (over.is_tls(), over.is_http2()) {
        (false, _) => origin(serve),
        (true, false) => origin_over_tls(stage.inner.server(), serve),
        (true, true) => origin_over_tls(stage.inner.http2_server(), serve),
    };
    Played { url: origin.url(), heard, absent: None }
}

fn absent(deaf: bool, heard: Arc<AtomicUsize>) -> Played {
    let socket = Socket::new(Domain::IPV4, Type::STREAM, None).unwrap();
    socket.bind(&SocketAddr::from(([127, 0, 0, 1], 0)).into()).unwrap();
    let address = socket.local_addr().unwrap().as_socket().unwrap();
    let mut waiting = Vec::new();
    if deaf {
        socket.listen(0).unwrap();
        // One more than the queue holds; what is beyond it is not answered at all.
        waiting.extend(
            (0..2).map_while(|_| {
                TcpStream::connect_timeout(&address, std::time::Duration::from_millis(300)).ok()
            }),
        );
    }
    Played { url: format!("http://{address}"), heard, absent: Some(Absent { socket, _waiting: waiting }) }
}

impl Script {
    fn serve(&self, visit: &mut Visit, http2: bool) {
        if let Play::Connection(spoil) = self.play
            && visit.number == 0
        {
            return spoil(visit.wire.tcp());
        }
        if http2 { self.frames(visit) } else { self.lines(visit) }
    }

    fn lines(&self, visit: &mut Visit) {
        while let Some(head) = visit.request_head() {
            if !head.start().contains(" /fault?") {
                visit.send(&page(&[]));
                if let Play::Idle(spoil) = self.play
                    && visit.number == 0
                {
                    return spoil(visit);
                }
                continue;
            }
            if self.ask != Ask::Upload {
                visit.request_content(head);
            }
            let before = self.heard.fetch_add(1, Ordering::SeqCst);
            match &self.play {
                Play::Request(spoil) => return spoil(visit, before),
                _ => visit.send(&page(&[])),
            }
        }
    }

    fn frames(&self, visit: &mut Visit) {
        let Some(mut frames) = Frames::begin(&mut visit.wire) else { return };
        while let Some(stream) = frames.request() {
            let at = self.order.fetch_add(1, Ordering::SeqCst);
            let spoilt = at >= self.kept && at < self.kept + self.spoilt;
            if spoilt {
                self.heard.fetch_add(1, Ordering::SeqCst);
            }
            match &self.play {
                Play::Stream(spoil) if spoilt => {
                    if !spoil(&mut frames, stream) {
                        return;
                    }
                }
                Play::Idle(spoil) if visit.number == 0 => {
                    frames.page(stream);
                    frames.settle();
                    return spoil(visit);
                }
                _ => frames.page(stream),
            }
        }
    }
}
