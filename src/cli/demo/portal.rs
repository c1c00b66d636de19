//! The origin server of the demonstration: a small portal that sets cookies as a Django site with a tracker does.
//!
//! It keeps nothing from anybody and decides nothing: what tamis strips never reaches it.

mod pages;
mod request;

use std::cell::RefCell;
use std::collections::BTreeMap;
use std::convert::Infallible;
use std::io;
use std::net::{SocketAddr, TcpListener};
use std::rc::Rc;

use bytes::Bytes;
use http::header::{self, HeaderName, HeaderValue};
use http::{Method, Response, StatusCode};
use http_body_util::Full;
use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper_util::rt::TokioIo;
use tokio::runtime::{Builder, LocalOptions};

use self::request::Request;

/// Every value that the portal gives to a cookie begins so: a test can look for it where no value may be.
const VALUE: &str = "demo-value-";
/// Sessions remembered.
const SESSIONS: usize = 1000;
/// Attributes of a cookie as Django writes them.
const YEAR: &str = "; Max-Age=31449600; Path=/; SameSite=Lax";

/// Starts the portal on a free port of loopback; it runs as long as the process.
///
/// # Errors
/// The system gives no socket, thread or runtime.
pub(super) fn start() -> io::Result<SocketAddr> {
    let listener = TcpListener::bind(("127.0.0.1", 0))?;
    listener.set_nonblocking(true)?;
    let address = listener.local_addr()?;
    let serving = move || {
        let runtime = Builder::new_current_thread().enable_all().build_local(LocalOptions::default())?;
        runtime.block_on(serve(listener))
    };
    let reported = move || {
        if let Err(fault) = serving() {
            tracing::error!(%fault, "the portal ended");
        }
    };
    std::thread::Builder::new().name("portal".to_owned()).spawn(reported)?;
    Ok(address)
}

async fn serve(listener: TcpListener) -> io::Result<()> {
    let listener = tokio::net::TcpListener::from_std(listener)?;
    let portal = Rc::new(Portal::default());
    loop {
        let (stream, _) = listener.accept().await?;
        let portal = Rc::clone(&portal);
        tokio::task::spawn_local(async move {
            let answer = service_fn(move |request| {
                let portal = Rc::clone(&portal);
                async move { Ok::<_, Infallible>(portal.answer(Request::read(request).await)) }
            });
            // A connection that breaks ends; the gateway tells what it meant for the exchange.
            let _ = http1::Builder::new().serve_connection(TokioIo::new(stream), answer).await;
        });
    }
}

type Answer = Response<Full<Bytes>>;

/// The portal's memory.
#[derive(Debug, Default)]
struct Portal {
    /// Pages seen, by session.
    visits: RefCell<BTreeMap<String, u32>>,
    /// The last number given to a cookie's value.
    values: RefCell<u64>,
}

impl Portal {
    fn answer(&self, mut request: Request) -> Answer {
        if request.token.is_empty() {
            request.token = self.value();
        }
        match (&request.method, request.path.as_str()) {
            (&Method::GET | &Method::HEAD, "/") => {
                let html = pages::home(&request, self.count(&request));
                self.page(StatusCode::OK, &request, html)
            }
            (&Method::POST, "/i18n/setlang/") if forged(&request) => {
                self.page(StatusCode::FORBIDDEN, &request, pages::forbidden(&request))
            }
            (&Method::POST, "/i18n/setlang/") => speak(&request),
            _ => self.page(StatusCode::NOT_FOUND, &request, pages::not_found(&request)),
        }
    }

    /// Which page of its session this is, from 1. A session from an earlier demonstration begins anew.
    fn count(&self, request: &Request) -> u32 {
        let Some(session) = request.cookie("sessionid") else { return 1 };
        let mut visits = self.visits.borrow_mut();
        if visits.len() >= SESSIONS && !visits.contains_key(session) {
            return 1;
        }
        let count = visits.entry(session.to_owned()).or_default();
        *count += 1;
        *count
    }

    /// A page with the cookies that sites set with every page where they are missing.
    fn page(&self, status: StatusCode, request: &Request, html: String) -> Answer {
        let mut answer = page(status, html);
        if request.cookie("sessionid").is_none() {
            let session = self.value();
            if request.path == "/" && self.visits.borrow().len() < SESSIONS {
                self.visits.borrow_mut().insert(session.clone(), 1);
            }
            let attributes = "; HttpOnly; Max-Age=1209600; Path=/; SameSite=Lax";
            set_cookie(&mut answer, &format!("sessionid={session}{attributes}"));
        }
        if request.cookie("csrftoken").is_none() {
            set_cookie(&mut answer, &format!("csrftoken={}{YEAR}", request.token));
        }
        for name in ["_ga", "_ga_DEMO", "mystery"] {
            if request.cookie(name).is_none() {
                set_cookie(&mut answer, &format!("{name}={}{YEAR}", self.value()));
            }
        }
        answer
    }

    fn value(&self) -> String {
        let mut last = self.values.borrow_mut();
        *last += 1;
        format!("{VALUE}{last}")
    }
}

/// Whether a form lacks the token of the visitor's own csrftoken cookie, which Django refuses.
fn forged(request: &Request) -> bool {
    let token = request.cookie("csrftoken");
    token.is_none() || request.field("csrfmiddlewaretoken") != token
}

/// Remembers the language, as Django's `set_language` does.
fn speak(request: &Request) -> Answer {
    let mut answer = see_home();
    if let Some(language @ ("en" | "fr")) = request.field("language") {
        set_cookie(&mut answer, &format!("django_language={language}; Path=/; SameSite=Lax"));
    }
    answer
}

fn page(status: StatusCode, html: String) -> Answer {
    let mut answer = Response::new(Full::new(Bytes::from(html)));
    *answer.status_mut() = status;
    const POLICY: &str = "default-src 'none'; style-src 'self' 'unsafe-inline'; script-src 'self' 'unsafe-inline'; connect-src 'self'; img-src data:; \
                          form-action 'self'";
    for (name, value) in [
        (header::CONTENT_TYPE, "text/html; charset=utf-8"),
        (header::CACHE_CONTROL, "no-store"),
        (header::CONTENT_SECURITY_POLICY, POLICY),
    ] {
        insert(&mut answer, name, value);
    }
    answer
}

fn see_home() -> Answer {
    let mut answer = Response::new(Full::default());
    *answer.status_mut() = StatusCode::SEE_OTHER;
    insert(&mut answer, header::LOCATION, "/");
    answer
}

fn insert(answer: &mut Answer, name: HeaderName, value: &'static str) {
    answer.headers_mut().insert(name, HeaderValue::from_static(value));
}

fn set_cookie(answer: &mut Answer, line: &str) {
    if let Ok(line) = HeaderValue::from_str(line) {
        answer.headers_mut().append(header::SET_COOKIE, line);
    }
}
