//! One look at the site: whether it answers, and the names of the cookies that its first page sets.

use std::error::Error as _;
use std::pin::pin;
use std::sync::Arc;
use std::time::Duration;

use http::header::{HOST, SET_COOKIE, VIA};
use http::{Request, Response, StatusCode, Uri};
use http_body_util::Empty;
use hyper_util::rt::TokioIo;
use rustls::ClientConfig;
use rustls::crypto::aws_lc_rs;
use rustls_pki_types::ServerName;
use rustls_platform_verifier::BuilderVerifierExt as _;
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::net::TcpStream;
use tokio_rustls::TlsConnector;

use crate::cookie::SetCookie;

/// All of it may take so long.
const PATIENCE: Duration = Duration::from_secs(5);
/// Cookies that are remembered.
const MOST_COOKIES: usize = 32;
/// A name longer than this is no cookie that somebody declares.
const LONGEST_NAME: usize = 64;

/// Where to look.
pub(super) struct Target {
    tls: bool,
    /// IPv6 without brackets.
    host: String,
    pub(super) port: u16,
}

/// What was seen.
pub(super) enum Probed {
    /// Nobody looked.
    Unasked,
    /// No answer; why, in words.
    Silent(String),
    /// The head of an answer.
    Answered {
        /// Its status.
        status: StatusCode,
        /// Names of the cookies that it sets.
        cookies: Vec<Vec<u8>>,
        /// It came through a tamis.
        ourselves: bool,
    },
}

impl Target {
    /// Of an URL that the configuration takes; none for a Unix socket.
    pub(super) fn of(url: &str) -> Option<Self> {
        let url: Uri = url.parse().ok()?;
        let tls = url.scheme_str() == Some("https");
        let host = url.host()?.trim_start_matches('[').trim_end_matches(']').to_owned();
        Some(Self { tls, host, port: url.port_u16().unwrap_or(if tls { 443 } else { 80 }) })
    }
}

impl Probed {
    /// The names of the cookies that were set.
    pub(super) fn cookies(&self) -> &[Vec<u8>] {
        match self {
            Self::Answered { cookies, .. } => cookies,
            Self::Unasked | Self::Silent(_) => &[],
        }
    }

    /// What was seen of this URL under this host, for who waits.
    pub(super) fn sentence(&self, upstream: &str, host: &str) -> String {
        match self {
            Self::Unasked => String::new(),
            Self::Silent(reason) => format!(
                "  {upstream} doesn't answer ({reason}). Start the site before you try it through tamis, or mend `upstream` then."
            ),
            Self::Answered { ourselves: true, .. } => format!(
                "  {upstream} answers through a tamis already: `upstream` is to be the site itself, or requests go round."
            ),
            Self::Answered { status, .. } if matches!(status.as_u16(), 400 | 421) => format!(
                "  {upstream} answers {status} when it is asked for {host}: does it know that name (Django: ALLOWED_HOSTS)?"
            ),
            Self::Answered { status, cookies, .. } if cookies.is_empty() => {
                format!("  {upstream} answers {status}, and its first page sets no cookie.")
            }
            Self::Answered { status, cookies, .. } => {
                let names: Vec<_> = cookies.iter().map(|name| name.escape_ascii().to_string()).collect();
                format!("  {upstream} answers {status}, and sets {}.", names.join(", "))
            }
        }
    }
}

/// Asks for the first page as a visitor of this host would.
pub(super) fn probe(target: &Target, host: &str) -> Probed {
    let built = tokio::runtime::Builder::new_current_thread().enable_all().build();
    let Ok(runtime) = built else { return Probed::Unasked };
    runtime.block_on(async {
        match tokio::time::timeout(PATIENCE, ask(target, host)).await {
            Ok(Ok(probed)) => probed,
            Ok(Err(reason)) => Probed::Silent(reason),
            Err(_) => Probed::Silent(format!("not within {} seconds", PATIENCE.as_secs())),
        }
    })
}

async fn ask(target: &Target, host: &str) -> Result<Probed, String> {
    let stream = TcpStream::connect((target.host.as_str(), target.port)).await;
    let stream = stream.map_err(|fault| reason(&fault))?;
    if !target.tls {
        return exchange(stream, host).await;
    }
    let config = ClientConfig::builder_with_provider(Arc::new(aws_lc_rs::default_provider()))
        .with_safe_default_protocol_versions()
        .and_then(|builder| builder.with_platform_verifier())
        .map_err(|fault| fault.to_string())?
        .with_no_client_auth();
    let name = ServerName::try_from(target.host.clone()).map_err(|fault| fault.to_string())?;
    let stream = TlsConnector::from(Arc::new(config)).connect(name, stream).await;
    exchange(stream.map_err(|fault| fault.to_string())?, host).await
}

async fn exchange<S>(stream: S, host: &str) -> Result<Probed, String>
where
    S: AsyncRead + AsyncWrite + Unpin,
{
    let handshake = hyper::client::conn::http1::handshake(TokioIo::new(stream)).await;
    let (mut sender, connection) = handshake.map_err(|fault| wrong(&fault))?;
    let request = Request::get("/").header(HOST, host.replace("*.", "www.")).header("Accept", "text/html");
    let request = request.header("User-Agent", "tamis-init").body(Empty::<bytes::Bytes>::new());
    let request = request.map_err(|fault| fault.to_string())?;
    let mut answer = pin!(sender.send_request(request));
    // The connection is driven while the answer is waited for, and dropped with its content unread. It may end in the
    // moment in which it hands the answer over, and the answer counts then. What is wrong with an answer is told to who waits
    // for it, too.
    let answer = tokio::select! {
        biased;
        answer = &mut answer => answer,
        _ = connection => answer.await,
    };
    Ok(seen(&answer.map_err(|fault| wrong(&fault))?))
}

fn wrong(fault: &hyper::Error) -> String {
    if fault.is_canceled() || fault.is_incomplete_message() || fault.is_closed() {
        return "it closed the connection".to_owned();
    }
    // hyper says what it could not read; what the system says of a connection is no fault of HTTP.
    match fault.source() {
        Some(system) if !fault.is_parse() => format!("the connection broke: {system}"),
        _ => format!("it speaks no HTTP/1.1: {fault}"),
    }
}

fn seen<B>(answer: &Response<B>) -> Probed {
    let mut cookies: Vec<Vec<u8>> = Vec::new();
    for line in answer.headers().get_all(SET_COOKIE) {
        let name = SetCookie::parse(line.as_bytes()).name().to_vec();
        let plain = !name.is_empty() && name.len() <= LONGEST_NAME;
        if plain && !cookies.contains(&name) && cookies.len() < MOST_COOKIES {
            cookies.push(name);
        }
    }
    let via = |value: &http::HeaderValue| value.as_bytes().ends_with(b" tamis");
    let ourselves = answer.headers().get_all(VIA).iter().any(via);
    Probed::Answered { status: answer.status(), cookies, ourselves }
}

fn reason(fault: &std::io::Error) -> String {
    match fault.kind() {
        std::io::ErrorKind::ConnectionRefused => "nothing listens there".to_owned(),
        _ => fault.to_string(),
    }
}

#[cfg(test)]
mod tests {
    use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _, duplex};

    use super::*;

    /// What is seen of a site that says this at a request, and closes the connection at once.
    fn of_site_that_says(octets: &[u8]) -> Result<Probed, String> {
        let (ours, mut theirs) = duplex(4096);
        let site = async move {
            let mut request = Vec::new();
            while !request.ends_with(b"\r\n\r\n") {
                request.push(theirs.read_u8().await.unwrap());
            }
            theirs.write_all(octets).await.unwrap();
        };
        let runtime = tokio::runtime::Builder::new_current_thread().build().unwrap();
        runtime.block_on(async { tokio::join!(exchange(ours, "a.example"), site).0 })
    }

    #[test]
    fn an_answer_counts_whose_connection_is_closed_at_once() {
        let seen = of_site_that_says(b"HTTP/1.0 200 OK\r\nSet-Cookie: a=b\r\n\r\nwelcome").ok().unwrap();
        assert_eq!(seen.cookies(), [b"a".to_vec()]);
    }

    #[test]
    fn what_is_no_answer_is_told_by_its_reason() {
        let reason = |octets: &[u8]| of_site_that_says(octets).err().unwrap();
        for octets in [&b"HTTP/1.1 200 OK\r\nA: b\x01\r\n\r\n"[..], b"SSH-2.0-OpenSSH_9.9\r\n\r\n"] {
            let reason = reason(octets);
            assert!(reason.starts_with("it speaks no HTTP/1.1: "), "{reason}");
        }
        for octets in [&b""[..], b"HTTP/1.1 200 OK\r\n"] {
            assert_eq!(reason(octets), "it closed the connection");
        }
    }
}
