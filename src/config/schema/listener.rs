//! What may be written about one listener.

use super::{ADDRESS, FILE, NETWORK, PREFIX};
use crate::document::{Kind, Mapping, Setting};

pub(in crate::config) static LISTENER: Mapping = Mapping {
    what: "a listener",
    settings: &[
        Setting::new("address", Kind::Form(&ADDRESS))
            .about("The address to listen on; `[::]` takes IPv4 too.")
            .example("\"[::]:8080\""),
        Setting::new("tls", Kind::OneOrMore(&Kind::Mapping(&CERTIFICATE), 1))
            .absent("none")
            .about(
                "With it the listener speaks TLS, and HTTP/2 or HTTP/1.1 (ALPN); without it plain HTTP. Of several \
                 certificates the first that holds the name that is asked for (SNI) is shown.",
            )
            .example("{ certificate: cert.pem, key: key.pem }"),
        Setting::new("h2c", Kind::Boolean)
            .default("false")
            .about("A plain connection may begin with HTTP/2 (prior knowledge); not with `tls`.")
            .example("true"),
        Setting::new("proxy_protocol", Kind::Either(&[Kind::Boolean, Kind::Mapping(&PROXY_PROTOCOL)]))
            .default("false")
            .about("Every connection begins with a header of the PROXY protocol, version 1 or 2; others are closed.")
            .example("{ from: [10.0.0.0/8] }"),
        Setting::new("redirect", Kind::Either(&[Kind::Choice(&["off", "https"]), Kind::Mapping(&REDIRECT)]))
            .default("off")
            .about("Requests that came by http are led to https; not with `tls`.")
            .example("https"),
    ],
    one_of: &[],
};

pub(in crate::config) static CERTIFICATE: Mapping = Mapping {
    what: "`tls`",
    settings: &[
        Setting::new("certificate", Kind::Form(&FILE))
            .about("The certificate, then those between it and the root (PEM).")
            .example("tls/fullchain.pem"),
        Setting::new("key", Kind::Form(&FILE)).about("Its private key (PEM).").example("tls/privkey.pem"),
    ],
    one_of: &[],
};

pub(in crate::config) static PROXY_PROTOCOL: Mapping = Mapping {
    what: "`proxy_protocol`",
    settings: &[Setting::new("from", Kind::List(&Kind::Form(&NETWORK), 1))
        .about("The networks of the load balancers; connections from elsewhere are closed.")
        .example("[10.0.0.0/8, \"2001:db8::/32\"]")],
    one_of: &[],
};

pub(in crate::config) static REDIRECT: Mapping = Mapping {
    what: "`redirect`",
    settings: &[
        Setting::new("port", Kind::Integer(1, 65535))
            .absent("that of the one listener with `tls`, else 443")
            .about("The port to which user agents are led: where they reach https from outside.")
            .example("8443"),
        Setting::new("except", Kind::List(&Kind::Form(&PREFIX), 0))
            .default("[]")
            .about("Beginnings of paths that are answered by http like elsewhere.")
            .example("[/.well-known/acme-challenge/]"),
    ],
    one_of: &[],
};
