//! What may be written about one site.

use super::records::PERIOD;
use super::{DURATION, FILE, HOST, HOST_AND_PORT, NETWORK, PAGE, PREFIX, SIZE, TIME, UPSTREAM, URL};
use crate::document::{Kind, Mapping, Setting};
use crate::registry::SITE_REWRITE;

/// One site: an item of `sites`, or a file of `sites_from`.
pub static SITE: Mapping = Mapping {
    what: "a site",
    settings: &[
        Setting::new("hosts", Kind::OneOrMore(&Kind::Form(&HOST), 1))
            .absent("required, unless `default: true`")
            .about("The hosts that it takes; `*.example.net` takes all below example.net.")
            .example("[opendata.example.org, \"*.example.net\", \"[2001:db8::1]\"]"),
        Setting::new("default", Kind::Boolean)
            .default("false")
            .about("It takes every host that no other site takes; one site at most.")
            .example("true"),
        Setting::new("registry", Kind::Form(&FILE))
            .about("The cookies that it declares; sites may share one.")
            .example("registry/site.yaml"),
        Setting::new("upstream", Kind::Either(&[Kind::Form(&URL), Kind::Mapping(&UPSTREAM)]))
            .about("Its origin server, or several of the same application.")
            .example("http://127.0.0.1:8000"),
        Setting::new("host", Kind::Either(&[Kind::Choice(&["keep"]), Kind::Form(&HOST_AND_PORT)]))
            .default("keep")
            .about("The `Host` that the origin sees: as the user agent sent it, or this one.")
            .example("origin.example.org:8000"),
        Setting::new("mode", Kind::Choice(&["enforce", "observe"]))
            .default("enforce")
            .about("Verdicts are carried out, or only counted and logged.")
            .example("observe"),
        Setting::new("body_limit", BODY_LIMIT)
            .absent("none")
            .about("Octets that the content of a request may have; a larger one is answered 413 (Payload Too Large).")
            .example("20MiB"),
        Setting::new("times", Kind::Mapping(&SITE_TIMES))
            .absent("the gateway's")
            .about("How long its origin server may take.")
            .example("{ answer: 2m }"),
        Setting::new("maintenance", Kind::Either(&[Kind::Boolean, Kind::Mapping(&MAINTENANCE)]))
            .default("false")
            .about("Requests are answered 503 (Service Unavailable) instead of by the origin server.")
            .example("{ retry_after: 10m }"),
        Setting::new("hsts", Kind::Either(&[Kind::Choice(&["off", "withdraw"]), Kind::Mapping(&HSTS)]))
            .default("off")
            .about("`Strict-Transport-Security`: browsers use https alone from now on.")
            .example("{ max_age: 1 year }"),
        Setting::new("paths", Kind::List(&Kind::Mapping(&PATH), 0))
            .default("[]")
            .about("Other settings for some paths; the longest prefix wins.")
            .example("[{ prefix: /preview/, mode: observe }]"),
        Setting::new("undeclared", Kind::Either(&[UNDECLARED_WORDS, Kind::Mapping(&UNDECLARED)]))
            .default("block")
            .about(
                "What becomes of cookies that the registry doesn't name: stripped, passed and reported, or passed.",
            )
            .example("{ request: allow, response: block }"),
        Setting::new("rewrite", Kind::Mapping(&SITE_REWRITE))
            .default("{}")
            .about("What is changed on every `Set-Cookie` that passes, unless its row of the registry says otherwise.")
            .example("{ secure: set, same_site: lax }"),
        Setting::new("purge", Kind::Choice(&["on", "off"]))
            .default("on")
            .about("Declared cookies without the consent that they need are expired when a page is loaded.")
            .example("off"),
        Setting::new("purge_undeclared", Kind::Choice(&["never", "host-only"]))
            .default("never")
            .about("Whether undeclared cookies are expired too, as cookies of this host alone.")
            .example("host-only"),
        Setting::new("make_private", Kind::Boolean)
            .default("true")
            .about("A response whose `Set-Cookie` fields tamis changes is kept from shared caches, and one that is offered to them with a cookie that passes by consent.")
            .example("false"),
        Setting::new("request_body", Kind::Choice(&["measure", "stream"]))
            .default("measure")
            .about("A request body without a length is held and sent with its length, or sent as it comes.")
            .example("stream"),
        Setting::new("pages", Kind::Either(&[Kind::Choice(&["off"]), Kind::Mapping(&PAGES)]))
            .default("{}")
            .about("Where tamis itself serves the cookie policy, the preference centre and the banner.")
            .example("{ policy: /cookies/, prefix: /.consent/ }"),
    ],
    one_of: &["hosts", "default"],
};

pub(in crate::config) static PAGES: Mapping = Mapping {
    what: "`pages`",
    settings: &[
        Setting::new("policy", Kind::Either(&[Kind::Choice(&["off"]), Kind::Form(&PAGE)]))
            .default("/cookies-policy")
            .about("The path of the cookie policy, exactly; `off` where the site has a page of its own.")
            .example("/politique-cookies/"),
        Setting::new("prefix", Kind::Form(&PREFIX))
            .default("/.tamis/")
            .about("The path of the preference centre; the banner, the API and what pages need is below it.")
            .example("/.consent/"),
        Setting::new("gpc", Kind::Choice(&["on", "off"]))
            .default("on")
            .about("`/.well-known/gpc.json` says that the site honours Global Privacy Control, where its registry has `gpc_denies`.")
            .example("off"),
    ],
    one_of: &[],
};

pub(in crate::config) static PATH: Mapping = Mapping {
    what: "a path rule",
    settings: &[
        Setting::new("prefix", Kind::Form(&PREFIX))
            .about("It covers the path that equals it and every path that continues it after a `/`.")
            .example("/preview/"),
        Setting::new("mode", Kind::Choice(&["enforce", "observe"]))
            .absent(AROUND)
            .about("What becomes of verdicts there.")
            .example("observe"),
        Setting::new("body_limit", BODY_LIMIT)
            .absent(AROUND)
            .about("Octets that the content of a request may have there.")
            .example("1GiB"),
        Setting::new("times", Kind::Mapping(&SITE_TIMES))
            .absent(AROUND)
            .about("How long the origin server may take there.")
            .example("{ answer: 10m, progress: 10m }"),
        Setting::new("maintenance", Kind::Either(&[Kind::Boolean, Kind::Mapping(&MAINTENANCE)]))
            .absent(AROUND)
            .about("Whether requests are answered 503 (Service Unavailable) there.")
            .example("true"),
    ],
    one_of: &[],
};

const AROUND: &str = "as around it";
const BODY_LIMIT: Kind = Kind::Bounded(&SIZE, "0", "1024GiB");

pub(in crate::config) static SITE_TIMES: Mapping = Mapping {
    what: "`times` of a site or path",
    settings: &[
        Setting::new("answer", Kind::Bounded(&DURATION, "1ms", "24h"))
            .absent(AROUND)
            .about("From a request's end to the head of its answer.")
            .example("10m"),
        Setting::new("progress", Kind::Bounded(&DURATION, "1ms", "24h"))
            .absent(AROUND)
            .about("A body may stand still, in either direction.")
            .example("90s"),
    ],
    one_of: &[],
};

pub(in crate::config) static MAINTENANCE: Mapping = Mapping {
    what: "`maintenance`",
    settings: &[
        Setting::new(
            "retry_after",
            Kind::Either(&[Kind::Bounded(&DURATION, "1s", "168h"), Kind::Form(&TIME)]),
        )
        .default("5m")
        .about("When user agents are asked to try again (`Retry-After`): after so long, or at a time.")
        .example("2027-01-15T06:00+01:00"),
        Setting::new("page", Kind::Form(&FILE))
            .absent("tamis's own, in the visitor's language")
            .about("The page that is shown, an HTML file.")
            .example("maintenance.html"),
        Setting::new("allow", Kind::List(&Kind::Form(&NETWORK), 0))
            .default("[]")
            .about("Whose requests go to the origin server all the same.")
            .example("[192.0.2.0/24]"),
    ],
    one_of: &[],
};

pub(in crate::config) static HSTS: Mapping = Mapping {
    what: "`hsts`",
    settings: &[
        Setting::new("max_age", Kind::Form(&PERIOD))
            .default("1 year")
            .about("How long browsers remember it.")
            .example("2 years"),
        Setting::new("subdomains", Kind::Boolean)
            .default("false")
            .about("It is for every name below the site's hosts too.")
            .example("true"),
        Setting::new("preload", Kind::Boolean)
            .default("false")
            .about("Browsers' makers may put the site on their lists; with `subdomains` and 1 year at least.")
            .example("false"),
    ],
    one_of: &[],
};

const UNDECLARED_WORDS: Kind = Kind::Choice(&["block", "report", "allow"]);

pub(in crate::config) static UNDECLARED: Mapping = Mapping {
    what: "`undeclared`",
    settings: &[
        Setting::new("request", UNDECLARED_WORDS)
            .default("block")
            .about("What becomes of them on their way to the origin.")
            .example("allow"),
        Setting::new("response", UNDECLARED_WORDS)
            .default("block")
            .about("What becomes of them on their way to the user agent.")
            .example("report"),
    ],
    one_of: &[],
};
