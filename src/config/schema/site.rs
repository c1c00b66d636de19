//! What may be written about one site.

use super::{FILE, HOST, HOST_AND_PORT, PAGE, PREFIX, UPSTREAM, URL};
use crate::document::{Kind, Mapping, Setting};
use crate::registry::SITE_REWRITE;

pub(in crate::config) static SITE: Mapping = Mapping {
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
        Setting::new("paths", Kind::List(&Kind::Mapping(&PATH), 0))
            .default("[]")
            .about("Another mode for some paths; the longest prefix wins.")
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
            .about("A response whose `Set-Cookie` fields tamis changes is kept from shared caches.")
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
            .about("What becomes of verdicts there.")
            .example("observe"),
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
