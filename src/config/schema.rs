//! What may be written in `tamis.yaml`: every mapping, key by key. The readers ask by it, editors complete by it, and
//! docs/configuration.md says the same (`tests/schema`).

mod listener;
mod observations;
mod records;
mod site;
mod upstream;

pub(super) use listener::{CERTIFICATE, LISTENER, PROXY_PROTOCOL, REDIRECT};
pub(super) use observations::OBSERVATIONS;
pub(super) use records::RECORDS;
pub use site::SITE;
pub(super) use site::{HSTS, MAINTENANCE, PAGES, PATH, SITE_TIMES, UNDECLARED};
pub(super) use upstream::{HEALTH, UPSTREAM};

use super::secret::hidden;
use crate::document::{Form, Kind, Mapping, Setting};

/// The JSON Schema (draft 2020-12) of the configuration; any value may hold `${NAME}`.
pub fn schema() -> serde_json::Value {
    SETTINGS.json_schema("The configuration of a tamis gateway (tamis.yaml)", true)
}

/// The JSON Schema of a file of `sites_from`: one site.
pub fn site_schema() -> serde_json::Value {
    SITE.json_schema("One site of a tamis gateway (a file of the directory that sites_from names)", true)
}

static ADDRESS: Form = Form {
    name: "address",
    about: "An IP address and a port in quotes, or `\":port\"` for every address of the machine.",
    kind: Kind::Pattern(r"^[0-9A-Fa-f.:\[\]%]*:[0-9]+$"),
};
static ADMIN_ADDRESS: Form = Form {
    name: "admin address",
    about: "An IP address and a port, or `unix:` and the path of a Unix socket, relative to the directory of this file.",
    kind: Kind::Pattern(r"^(unix:.+|[0-9A-Fa-f.:\[\]%]*:[0-9]+)$"),
};
static BEARER_TOKEN: Form = Form {
    name: "bearer token",
    about: "Sixteen or more letters, digits and the signs `-._~+/`, with `=` at the end alone (RFC 6750 2.1).",
    kind: Kind::Pattern("^[0-9A-Za-z._~+/-]+=*$"),
};
static DURATION: Form = Form {
    name: "duration",
    about: "Numbers with ms, s, m or h, or the words: `500ms`, `15s`, `2 minutes`, `1h 30m`.",
    kind: Kind::Pattern("^[0-9][^:]*[A-Za-z]$"),
};
/// A file that tamis reads: it is one of [`Sources`](super::Sources).
pub(super) static FILE: Form =
    Form { name: "file", about: "A path, relative to the directory of this file.", kind: Kind::String };
/// A file that tamis writes, so that a change of it means nothing.
static WRITTEN_FILE: Form = Form {
    name: "file to write",
    about: "A path, relative to the directory of this file, to which tamis writes.",
    kind: Kind::String,
};
static DIRECTORY: Form =
    Form { name: "directory", about: "A path, relative to the directory of this file.", kind: Kind::String };
static HOST: Form = Form {
    name: "host",
    about: "A name or an IP address, without scheme, port or path; in some places `*` may be its first label.",
    kind: Kind::Pattern(r"^(\*\.)?[0-9A-Za-z_.:\[\]-]+$"),
};
static HOST_AND_PORT: Form = Form {
    name: "host with an optional port",
    about: "A name or an IP address, without scheme or path.",
    kind: Kind::Pattern(r"^[0-9A-Za-z_.:\[\]-]+$"),
};
static NETWORK: Form = Form {
    name: "network",
    about: "An address, or an address and the length of its network: `10.0.0.0/8`.",
    kind: Kind::Pattern("^[0-9A-Fa-f.:]+(/[0-9]+)?$"),
};
static PAGE: Form = Form {
    name: "path of a page",
    about: "A path that begins with a slash and is percent-encoded, without query.",
    kind: Kind::Pattern("^/[!-~]+$"),
};
static PREFIX: Form = Form {
    name: "path",
    about: "The beginning of a path, which begins with a slash and is percent-encoded.",
    kind: Kind::Pattern("^/[!-~]*$"),
};
static SIZE: Form = Form {
    name: "size",
    about: "A whole number with B, kB, MB, GB, KiB, MiB or GiB; octets without a unit.",
    kind: Kind::Either(&[Kind::Integer(0, i64::MAX), Kind::Pattern(r"^[0-9]+\s*(B|kB|MB|GB|KiB|MiB|GiB)?$")]),
};
static TIME: Form = Form {
    name: "time",
    about: "A day and a time with its offset: `2027-01-15T06:00+01:00`, or with `Z` for UTC.",
    kind: Kind::Pattern("^[0-9]{4}-[0-9]"),
};
static TOKEN: Form = Form {
    name: "token",
    about: "Letters, digits, and signs such as `-` and `.` (RFC 9110 5.6.2).",
    kind: Kind::Pattern("^[0-9A-Za-z!#$%&'*+.^_`|~-]+$"),
};
static URL: Form = Form {
    name: "URL",
    about: "`http://host` or `https://host:port`, without path, query or user information; or `unix:` and the path of a socket.",
    kind: Kind::Pattern("^([Hh][Tt][Tt][Pp][Ss]?://[^/?#@]+/?|unix:.+)$"),
};

/// The whole file.
pub static SETTINGS: Mapping = Mapping {
    what: "the configuration",
    settings: &[
        Setting::new("name", Kind::Form(&TOKEN))
            .default("tamis")
            .about("The pseudonym of this gateway in `Via` (RFC 9110 7.6.3).")
            .example("tamis-1"),
        Setting::new("workers", Kind::Integer(1, 1024))
            .absent("the machine's available parallelism")
            .about("Worker threads.")
            .example("2"),
        Setting::new("listeners", Kind::List(&Kind::Mapping(&LISTENER), 1))
            .about("Where user agents connect.")
            .example("[{ address: \"[::]:8080\" }]"),
        Setting::new("admin", Kind::Mapping(&ADMIN))
            .absent("none")
            .about("Where the operator connects.")
            .example("{ address: 127.0.0.1:9180 }"),
        Setting::new("trusted_proxies", Kind::List(&Kind::Form(&NETWORK), 0))
            .default("[]")
            .about("Whose word about the user agent is believed (`Forwarded`, `X-Forwarded-*`).")
            .example("[10.0.0.0/8, \"::1\"]"),
        Setting::new("limits", Kind::Mapping(&LIMITS))
            .default("{}")
            .about("How much of each thing one user agent or origin may make tamis hold.")
            .example("{ head: 32KiB }"),
        Setting::new("times", Kind::Mapping(&TIMES))
            .default("{}")
            .about("How long things may take.")
            .example("{ answer: 2m }"),
        Setting::new("log", Kind::Mapping(&LOG))
            .default("{}")
            .about("What is written about the work.")
            .example("{ format: json }"),
        Setting::new("trace_context", Kind::Choice(&["pass", "generate"]))
            .default("pass")
            .about("Whether a trace begins with a request that belongs to none.")
            .example("generate"),
        Setting::new("records", Kind::Either(&[Kind::Choice(&["off"]), Kind::Mapping(&RECORDS)]))
            .default("{}")
            .about("How choices made through tamis are recorded, or that they are not.")
            .example("{ retention: 3 years }"),
        Setting::new("observations", Kind::Either(&[Kind::Choice(&["on", "off"]), Kind::Mapping(&OBSERVATIONS)]))
            .default("on")
            .about("Whether it is kept which cookies were seen and what became of them, and where.")
            .example("{ file: /var/lib/tamis/observed.json }"),
        Setting::new("unknown_host", Kind::Choice(&["reject", "not_found"]))
            .default("reject")
            .about("The answer for a host that no site takes: 421 (Misdirected Request) or 404 (Not Found).")
            .example("not_found"),
        Setting::new("sites", Kind::List(&Kind::Mapping(&SITE), 1))
            .absent("required, unless `sites_from` is there")
            .about("Which hosts are served, with which registry and which origin server.")
            .example(
                "[{ hosts: [opendata.example.org], registry: registry/site.yaml, upstream: \"http://127.0.0.1:8000\" }]",
            ),
        Setting::new("sites_from", Kind::Form(&DIRECTORY))
            .absent("none")
            .about("A directory with a file for each further site: every `*.yaml` in it, in the order of their names.")
            .example("sites/"),
    ],
    one_of: &["sites", "sites_from"],
};

pub(super) static ADMIN: Mapping = Mapping {
    what: "`admin`",
    settings: &[
        Setting::new("address", Kind::Form(&ADMIN_ADDRESS))
            .about("The address to listen on: of this machine alone, unless there is a `token`.")
            .example("unix:/run/tamis/admin.sock"),
        Setting::new("access", Kind::Choice(&["owner", "group"]))
            .default("owner")
            .about("Who may connect to a Unix socket: the user that tamis runs as, or its group too.")
            .example("group"),
        Setting::new("token", Kind::Form(&BEARER_TOKEN))
            .absent("none")
            .about("What a request must bring to be answered: `Authorization: Bearer …`.")
            .secret(hidden)
            .example("c0ffee00c0ffee00c0ffee00c0ffee00"),
    ],
    one_of: &[],
};

pub(super) static LIMITS: Mapping = Mapping {
    what: "`limits`",
    settings: &[
        Setting::new("fields", Kind::Integer(16, 10_000))
            .default("256")
            .about("Field lines in one head, in requests and in answers.")
            .example("512"),
        Setting::new("head", Kind::Bounded(&SIZE, "8KiB", "1MiB"))
            .default("64KiB")
            .about("Octets in one head, in requests and in answers.")
            .example("128KiB"),
        Setting::new("cookies", Kind::Integer(1, 10_000))
            .default("256")
            .about("Cookies of one request that are judged; the rest is stripped.")
            .example("128"),
        Setting::new("connections", Kind::Integer(1, 1_000_000))
            .default("10000")
            .about("Open connections of user agents, all listeners and workers together.")
            .example("50000"),
        Setting::new("streams", Kind::Integer(1, 10_000))
            .default("128")
            .about("Requests going on at once on one HTTP/2 connection.")
            .example("64"),
        Setting::new("measured_body", Kind::Bounded(&SIZE, "0", "256MiB"))
            .default("1MiB")
            .about(
                "A request body without a length that is held to measure it; a larger one is answered 411.",
            )
            .example("16MiB"),
        Setting::new("idle_upstream_connections", Kind::Integer(0, 10_000))
            .default("64")
            .about("Unused connections to an origin, for each worker and site.")
            .example("16"),
    ],
    one_of: &[],
};

pub(super) static TIMES: Mapping = Mapping {
    what: "`times`",
    settings: &[
        Setting::new("head", Kind::Bounded(&DURATION, "1ms", "24h"))
            .default("15s")
            .about(
                "A user agent may take so long to send the head of a request, or to finish a TLS handshake.",
            )
            .example("10s"),
        Setting::new("idle", Kind::Bounded(&DURATION, "1ms", "24h"))
            .default("60s")
            .about("A connection may stay open without a request, on both sides.")
            .example("30s"),
        Setting::new("connect", Kind::Bounded(&DURATION, "1ms", "24h"))
            .default("5s")
            .about("An origin may take so long to accept a connection, TLS included.")
            .example("500ms"),
        Setting::new("answer", Kind::Bounded(&DURATION, "1ms", "24h"))
            .default("60s")
            .about("An origin may take so long from a request's end to the head of its answer.")
            .example("\"2 minutes\""),
        Setting::new("progress", Kind::Bounded(&DURATION, "1ms", "24h"))
            .default("60s")
            .about("A body may stand still, in either direction.")
            .example("90s"),
        Setting::new("tunnel", Kind::Bounded(&DURATION, "1ms", "24h"))
            .default("1h")
            .about("A WebSocket may be silent, both ways together.")
            .example("\"1h 30m\""),
        Setting::new("drain", Kind::Bounded(&DURATION, "0s", "24h"))
            .default("30s")
            .about("Exchanges may go on after SIGTERM before they are cut.")
            .example("0s"),
    ],
    one_of: &[],
};

pub(super) static LOG: Mapping = Mapping {
    what: "`log`",
    settings: &[
        Setting::new("format", Kind::Choice(&["text", "json"]))
            .default("text")
            .about("Lines for people, or one JSON object a line.")
            .example("json"),
        Setting::new("level", Kind::Choice(&["off", "error", "warn", "info", "debug", "trace"]))
            .default("info")
            .about("The least severe that is written.")
            .example("debug"),
        Setting::new("access", Kind::Either(&[Kind::Boolean, Kind::Mapping(&ACCESS_LOG)]))
            .default("true")
            .about("One line an exchange, with counts of verdicts.")
            .example("false"),
    ],
    one_of: &[],
};

pub(super) static ACCESS_LOG: Mapping = Mapping {
    what: "`access`",
    settings: &[
        Setting::new("format", Kind::Choice(&["text", "json"]))
            .absent("that of `log`")
            .about("Lines for people, or one JSON object a line.")
            .example("json"),
        Setting::new("to", Kind::Form(&WRITTEN_FILE))
            .default("stdout")
            .about("Where they go: `stdout`, or the end of a file.")
            .example("/var/log/tamis/access.log"),
    ],
    one_of: &[],
};
