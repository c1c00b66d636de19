//! The user agents that meet each fault.

use std::net::SocketAddr;
use std::sync::Arc;

use bytes::Bytes;
use h2::client::SendRequest;
use http::Request;
use rustls_pki_types::ServerName;
use tokio::net::TcpStream;
use tokio_rustls::TlsConnector;

use super::case::Ask;
use crate::kit::{Agent, Authority};

/// What a request carries that no log may hold.
pub(super) const SECRET: &str = "S3CRET";

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Visitor {
    Http1,
    Http1Tls,
    Http2,
    Http2Tls,
}

/// A host, and the paths that are asked for there.
pub(super) type Asks<'a> = (&'a str, &'a [(Ask, &'a str)]);

/// What came.
#[derive(Debug)]
pub(super) struct Got {
    pub(super) status: u16,
    pub(super) text: String,
    pub(super) whole: bool,
}

impl Ask {
    pub(super) fn content(self) -> Vec<u8> {
        match self {
            Self::Get => Vec::new(),
            Self::Post => b"abc".to_vec(),
            Self::Upload => vec![b'x'; 8 << 20],
        }
    }

    fn method(self) -> &'static str {
        if self == Self::Get { "GET" } else { "POST" }
    }
}

impl Visitor {
    /// Asks this host for each path on one connection, or on as many as it needs where one was closed by the answer before; `first`
    /// is called with each path before.
    pub(super) fn asks(
        self,
        [plain, tls]: [SocketAddr; 2],
        authority: &Authority,
        asks: Asks<'_>,
        first: impl FnMut(&str),
    ) -> Vec<Got> {
        match self {
            Self::Http1 => line(|| Agent::connect(plain), asks, first),
            Self::Http1Tls => line(|| authority.agent(tls), asks, first),
            Self::Http2 => frames(plain, None, asks, first),
            Self::Http2Tls => frames(tls, Some(authority), asks, first),
        }
    }
}

fn line(connect: impl Fn() -> Agent, asks: Asks<'_>, mut first: impl FnMut(&str)) -> Vec<Got> {
    let (host, asks) = asks;
    let host: &'static str = host.to_owned().leak();
    let connect = || connect().for_host(host);
    let mut agent = connect();
    let one = |(ask, path): &(Ask, &str)| {
        first(path);
        let content = ask.content();
        let (method, length) = (ask.method(), format!("Content-Length: {}", content.len()));
        let cookie = format!("Cookie: sessionid={SECRET}");
        let fields = if content.is_empty() { vec![cookie.as_str()] } else { vec![cookie.as_str(), &length] };
        agent.ask(&format!("{method} {path}?{SECRET}"), &fields);
        // An origin server that has answered takes no more.
        let _ = agent.wire.try_send(&content);
        let answer = agent.answer();
        let got = Got { status: answer.status(), text: answer.text(), whole: answer.is_whole() };
        let closes = answer.values("connection").iter().any(|option| option == "close");
        if !got.whole {
            assert!(agent.is_closed(), "a connection goes on after an answer that was cut");
        }
        if !got.whole || closes || content.len() > 1024 {
            agent = connect();
        }
        got
    };
    asks.iter().map(one).collect()
}

fn frames(
    address: SocketAddr,
    authority: Option<&Authority>,
    asks: Asks<'_>,
    first: impl FnMut(&str),
) -> Vec<Got> {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    runtime.block_on(async {
        let stream = TcpStream::connect(address).await.unwrap();
        let Some(authority) = authority else { return over(stream, asks, first).await };
        let name = ServerName::try_from("x.test").unwrap();
        let connector = TlsConnector::from(Arc::new(authority.http2()));
        over(connector.connect(name, stream).await.unwrap(), asks, first).await
    })
}

async fn over<T>(stream: T, asks: Asks<'_>, mut first: impl FnMut(&str)) -> Vec<Got>
where
    T: tokio::io::AsyncRead + tokio::io::AsyncWrite + Unpin + Send + 'static,
{
    let (mut sender, connection) = h2::client::handshake(stream).await.unwrap();
    tokio::spawn(async move { drop(connection.await) });
    let mut got = Vec::new();
    let (host, asks) = asks;
    for (ask, path) in asks {
        first(path);
        got.push(framed(&mut sender, *ask, &format!("{host}{path}")).await);
    }
    got
}

/// One stream. That of a cut answer is reset, and the connection goes on.
async fn framed(sender: &mut SendRequest<Bytes>, ask: Ask, target: &str) -> Got {
    let content = ask.content();
    let request = Request::builder()
        .method(ask.method())
        .uri(format!("http://{target}?{SECRET}"))
        .header("cookie", format!("sessionid={SECRET}"));
    let request = match content.len() {
        0 => request,
        length => request.header("content-length", length),
    };
    std::future::poll_fn(|cx| sender.poll_ready(cx)).await.unwrap();
    let (answer, mut body) = sender.send_request(request.body(()).unwrap(), content.is_empty()).unwrap();
    if !content.is_empty() {
        // The rest waits for its window; an answer may come before.
        let _ = body.send_data(content.into(), true);
    }
    let (head, mut body) =
        tokio::time::timeout(crate::kit::PATIENCE, answer).await.unwrap().unwrap().into_parts();
    let mut text = Vec::new();
    let mut whole = true;
    while let Some(data) = tokio::time::timeout(crate::kit::PATIENCE, body.data()).await.unwrap() {
        match data {
            Ok(data) => {
                body.flow_control().release_capacity(data.len()).unwrap();
                text.extend_from_slice(&data);
            }
            Err(fault) => {
                assert!(fault.is_reset(), "the whole connection ends: {fault}");
                whole = false;
                break;
            }
        }
    }
    Got { status: head.status.as_u16(), text: crate::kit::text(&text), whole }
}
