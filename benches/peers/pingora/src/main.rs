//! A reverse proxy by Pingora that does what every subject of the rig has to do. The environment says where: PORT,
//! TLS_PORT, ORIGIN_PORT, CERTIFICATE, KEY, THREADS; with POLICY=off it forwards everything.

mod policy;

use std::env;
use std::net::SocketAddr;

use async_trait::async_trait;
use pingora::Result;
use pingora::http::{RequestHeader, ResponseHeader};
use pingora::listeners::tls::TlsSettings;
use pingora::proxy::{ProxyHttp, Session, http_proxy_service};
use pingora::server::Server;
use pingora::server::configuration::ServerConf;
use pingora::tls::ssl::{SslOptions, SslSessionCacheMode};
use pingora::upstreams::peer::HttpPeer;

use policy::Fate;

#[global_allocator]
static ALLOCATOR: tikv_jemallocator::Jemalloc = tikv_jemallocator::Jemalloc;

struct Peer {
    origin: SocketAddr,
    policy: bool,
}

/// What the response has to know of its request.
#[derive(Default)]
struct Exchange {
    agreed: bool,
    secure: bool,
}

#[async_trait]
impl ProxyHttp for Peer {
    type CTX = Exchange;

    fn new_ctx(&self) -> Exchange {
        Exchange::default()
    }

    async fn upstream_peer(&self, _: &mut Session, _: &mut Exchange) -> Result<Box<HttpPeer>> {
        Ok(Box::new(HttpPeer::new(self.origin, false, String::new())))
    }

    async fn upstream_request_filter(
        &self,
        session: &mut Session,
        request: &mut RequestHeader,
        exchange: &mut Exchange,
    ) -> Result<()> {
        exchange.secure = session.digest().is_some_and(|digest| digest.ssl_digest.is_some());
        if let Some(agent) = session.client_addr().and_then(|address| address.as_inet()) {
            request.insert_header("X-Forwarded-For", agent.ip().to_string())?;
        }
        request.insert_header("X-Forwarded-Proto", if exchange.secure { "https" } else { "http" })?;
        let host = request.headers.get("host").map(|host| host.as_bytes().to_vec());
        let host = host.or_else(|| Some(request.uri.authority()?.as_str().as_bytes().to_vec()));
        if let Some(host) = host {
            request.insert_header("X-Forwarded-Host", host)?;
        }
        if self.policy {
            filter_request(request, exchange)?;
        }
        Ok(())
    }

    async fn response_filter(
        &self,
        _: &mut Session,
        response: &mut ResponseHeader,
        exchange: &mut Exchange,
    ) -> Result<()> {
        if self.policy { filter_response(response, exchange) } else { Ok(()) }
    }
}

fn filter_request(request: &mut RequestHeader, exchange: &mut Exchange) -> Result<()> {
    // HTTP/2 may send the cookies in several fields.
    let fields: Vec<&[u8]> = request.headers.get_all("cookie").iter().map(|field| field.as_bytes()).collect();
    if fields.is_empty() {
        return Ok(());
    }
    let several = fields.len() > 1;
    let cookies = fields.join(&b"; "[..]);
    exchange.agreed = policy::agreed(&cookies);
    match policy::cookie(&cookies, exchange.agreed) {
        Some(kept) if kept.is_empty() => drop(request.remove_header("cookie")),
        Some(kept) => request.insert_header("Cookie", kept)?,
        None if several => request.insert_header("Cookie", cookies)?,
        None => {}
    }
    Ok(())
}

fn filter_response(response: &mut ResponseHeader, exchange: &Exchange) -> Result<()> {
    let mut kept = Vec::new();
    let mut changed = false;
    for field in response.headers.get_all("set-cookie") {
        match policy::set_cookie(field.as_bytes(), exchange.agreed, exchange.secure) {
            Fate::AsItIs => kept.push(field.as_bytes().to_vec()),
            Fate::Gone => changed = true,
            Fate::Instead(field) => {
                changed = true;
                kept.push(field);
            }
        }
    }
    if changed {
        response.remove_header("set-cookie");
        for field in kept {
            response.append_header("Set-Cookie", field)?;
        }
    }
    Ok(())
}

fn main() {
    let given = |name: &str| env::var(name).unwrap_or_else(|_| panic!("{name} is not set"));
    let threads = given("THREADS").parse().expect("THREADS is a number");
    let origin = format!("127.0.0.1:{}", given("ORIGIN_PORT")).parse().expect("ORIGIN_PORT is a port");
    let policy = env::var("POLICY").as_deref() != Ok("off");

    let settings = ServerConf { threads, upstream_keepalive_pool_size: 512, ..ServerConf::default() };
    let mut server = Server::new_with_opt_and_conf(None, settings);
    server.bootstrap();
    let mut service = http_proxy_service(&server.configuration, Peer { origin, policy });
    service.add_tcp(&format!("127.0.0.1:{}", given("PORT")));
    let mut tls =
        TlsSettings::intermediate(&given("CERTIFICATE"), &given("KEY")).expect("a certificate and its key");
    tls.enable_h2();
    // Every handshake in full, as with the other subjects.
    tls.set_session_cache_mode(SslSessionCacheMode::OFF);
    tls.set_options(SslOptions::NO_TICKET);
    tls.set_num_tickets(0).expect("a context that takes settings");
    service.add_tls_with_settings(&format!("127.0.0.1:{}", given("TLS_PORT")), None, tls);
    server.add_service(service);
    server.run_forever();
}
