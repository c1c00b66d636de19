//! What may be written about the origin servers of a site.

use super::{DURATION, FILE, HOST, HOST_AND_PORT, URL};
use crate::document::{Form, Kind, Mapping, Setting};

static STATUS: Form = Form {
    name: "status or range of them",
    about: "A status code, or the first and the last of several: `200-399`.",
    kind: Kind::Either(&[Kind::Integer(100, 599), Kind::Pattern("^[0-9]{3}(-[0-9]{3})?$")]),
};
static TARGET: Form = Form {
    name: "path with an optional query",
    about: "A path that begins with a slash and is percent-encoded; a query may follow.",
    kind: Kind::Pattern("^/[!-~]*$"),
};

pub(in crate::config) static UPSTREAM: Mapping = Mapping {
    what: "`upstream`",
    settings: &[
        Setting::new("url", Kind::Form(&URL))
            .absent("required, unless `urls`")
            .about("Where requests go; port 80 or 443 if none is written.")
            .example("https://origin.internal:8443"),
        Setting::new("urls", Kind::List(&Kind::Form(&URL), 1))
            .absent("`url` alone")
            .about("Several addresses of the same application, all with https or none; `url` is one more.")
            .example("[\"https://a.internal:8443\", \"https://b.internal:8443\"]"),
        Setting::new("balance", Kind::Choice(&["round_robin", "least_requests"]))
            .default("round_robin")
            .about("Which address is given a request: each in turn, or the one with the fewest of this worker.")
            .example("least_requests"),
        Setting::new("ca_file", Kind::Form(&FILE))
            .absent("the system's certificates")
            .about("Which authorities may have signed the origin's certificate (PEM); for https only.")
            .example("ca.pem"),
        Setting::new("server_name", Kind::Form(&HOST))
            .absent("the URL's host")
            .about("The name that the certificate must have, also sent as SNI; for https only.")
            .example("origin.example.org"),
        Setting::new("client_certificate", Kind::Form(&FILE))
            .absent("the file of `client_key`, or none")
            .about("What tamis shows to an origin that asks for a certificate (PEM); for https only.")
            .example("client.pem"),
        Setting::new("client_key", Kind::Form(&FILE))
            .absent("the file of `client_certificate`, or none")
            .about("Its private key (PEM); for https only.")
            .example("client-key.pem"),
        Setting::new("h2", Kind::Boolean)
            .default("false")
            .about("HTTP/2 is spoken to the origin: over https by ALPN, over http by prior knowledge.")
            .example("true"),
        Setting::new("resolve", Kind::Bounded(&DURATION, "100ms", "24h"))
            .default("10s")
            .about("The addresses of a name are asked for again after so long.")
            .example("30s"),
        Setting::new("failures", Kind::Integer(1, 1000))
            .default("3")
            .about("An address that fails so often in a row is left out for a while, where there is another.")
            .example("5"),
        Setting::new("connections", Kind::Integer(1, 1_000_000))
            .absent("as many as there are requests")
            .about("Requests at once, all addresses and workers together; a WebSocket is one as long as it lasts.")
            .example("32"),
        Setting::new("queue", Kind::Integer(0, 1_000_000))
            .default("100")
            .about("Requests that wait while there are so many; those beyond are answered 503.")
            .example("500"),
        Setting::new("queue_time", Kind::Bounded(&DURATION, "1ms", "24h"))
            .default("5s")
            .about("A request may wait for so long, and is answered 503 then.")
            .example("2s"),
        Setting::new("health", Kind::Mapping(&HEALTH))
            .absent("only requests tell")
            .about("Each address is asked now and then whether all is well, and left out while it is not.")
            .example("{ path: /healthz }"),
    ],
    one_of: &["url", "urls"],
};

pub(in crate::config) static HEALTH: Mapping = Mapping {
    what: "`health`",
    settings: &[
        Setting::new("path", Kind::Form(&TARGET)).about("What is asked for.").example("/healthz"),
        Setting::new("every", Kind::Bounded(&DURATION, "100ms", "24h"))
            .default("10s")
            .about("From one probe to the next.")
            .example("5s"),
        Setting::new("within", Kind::Bounded(&DURATION, "100ms", "24h"))
            .default("5s")
            .about("A probe may take so long, its connection included.")
            .example("1s"),
        Setting::new("status", Kind::Form(&STATUS))
            .default("200-399")
            .about("The answers that mean that all is well.")
            .example("204"),
        Setting::new("host", Kind::Form(&HOST_AND_PORT))
            .absent("the site's `host`, or the first of its `hosts`")
            .about("The `Host` that is asked for.")
            .example("origin.example.org"),
    ],
    one_of: &[],
};
