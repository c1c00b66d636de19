//! What may be written in a registry: every mapping, key by key. The readers ask by it, editors complete by it, and
//! docs/registry.md says the same (`tests/schema`).

use super::Manager;
use super::wording::TEXTS;
use crate::document::{Form, Kind, Mapping, Open, Setting};

/// The JSON Schema (draft 2020-12) of a registry.
pub fn schema() -> serde_json::Value {
    SETTINGS.json_schema("A registry of declared cookies for tamis", false)
}

static KEY: Form = Form {
    name: "key",
    about: "Lower-case letters, digits, `_` and `-`, beginning with a letter.",
    kind: Kind::Pattern("^[a-z][a-z0-9_-]*$"),
};
static LIFETIME: Form = Form {
    name: "duration",
    about: "`30 minutes`, `2 weeks`, `13 months`, `1 year 2 days`, `P1Y`: whole seconds; a year is 365 days, \
            months are whole days of its twelfths.",
    kind: Kind::Pattern("[0-9]"),
};
static NAME: Form = Form {
    name: "cookie-name",
    about: "Byte by byte, or a pattern: `*` stands for any bytes or none, `{id}` for one or more bytes other than `.`.",
    kind: Kind::Pattern(r"^[^\x00-\x1f\x7f=; ]([^\x00-\x1f\x7f=;]*[^\x00-\x1f\x7f=; ])?$"),
};
pub(super) static TEXT: Form = Form {
    name: "text",
    about: "A string, or one string a language under its BCP 47 tag: `{en: …, fr: …}`.",
    kind: Kind::Either(&[
        Kind::String,
        Kind::Open(&Open { keys: "^[A-Za-z]{2,8}(-[A-Za-z0-9]{1,8})*$", values: Kind::String, least: 1 }),
    ]),
};

/// The whole file.
pub static SETTINGS: Mapping = Mapping {
    what: "a registry",
    settings: &[
        Setting::new("version", Kind::String)
            .about("The policy's version, shown to visitors and kept in records. A date is a good one; in quotes.")
            .example("\"2026-11-23\""),
        Setting::new("date", Kind::Pattern(r"^[0-9]{4}-[0-9]{2}-[0-9]{2}$"))
            .absent("the version, where that is a date")
            .about("The day of this version, shown beside it. In quotes.")
            .example("\"2026-11-23\""),
        Setting::new("site", Kind::Pattern(r"^https?://[^\s/?#]+\S*$"))
            .absent("none")
            .about("The site's address with its scheme. Shown on the policy page.")
            .example("https://opendata.example.org"),
        Setting::new("page", Kind::Mapping(&PAGE))
            .absent("none")
            .about("Prose of the policy page.")
            .example("{ title: Cookies policy }"),
        Setting::new("texts", Kind::Mapping(&TEXTS))
            .default("{}")
            .about("Texts of the interface in other words or languages than the shipped ones.")
            .example("{ accept_all: { en: Agree to all } }"),
        Setting::new("categories", Kind::List(&Kind::Mapping(&CATEGORY), 0))
            .absent("the four shipped ones")
            .about("Own categories, and other texts for shipped ones.")
            .example("[{ key: statistical, title: { en: Audience measurement, fr: Mesure d’audience } }]"),
        Setting::new("services", Kind::List(&Kind::Mapping(&SERVICE), 0))
            .default("[]")
            .about("Tools that visitors may choose one by one.")
            .example("[{ key: xiti, title: XiTi, category: statistical }]"),
        Setting::new("consent", Kind::Mapping(&CONSENT))
            .default("{}")
            .about("Where and how the visitor's choice is written.")
            .example("{ cookie: cookies_preferences, format: json }"),
        Setting::new("cookies", Kind::List(&Kind::Mapping(&COOKIE), 0))
            .about("The declared cookies; `[]` declares none.")
            .example(
                "[{ provider: Us, names: [sessionid], purposes: Log-in, category: necessary, exemption: Asked for }]",
            ),
    ],
    one_of: &[],
};

pub(super) static PAGE: Mapping = Mapping {
    what: "the page",
    settings: &[
        Setting::new("title", Kind::Form(&TEXT))
            .absent("none")
            .about("The page's heading.")
            .example("{ en: Cookies policy, fr: Politique en matière de cookies }"),
        Setting::new("introduction", Kind::Form(&TEXT))
            .absent("none")
            .about("The paragraph under it.")
            .example("{ en: We use cookies to log you in. }"),
        Setting::new("definition", Kind::Mapping(&DEFINITION))
            .absent("none")
            .about("What a cookie is.")
            .example("{ title: What is a cookie?, text: A small piece of data that your browser keeps. }"),
        Setting::new("kinds", Kind::Form(&TEXT))
            .absent("none")
            .about("The heading over the descriptions of the categories.")
            .example("\"Several types of cookies exist:\""),
        Setting::new("cookies", Kind::Form(&TEXT))
            .absent("none")
            .about("The heading over the tables.")
            .example("What cookies are used on this site"),
    ],
    one_of: &[],
};

pub(super) static DEFINITION: Mapping = Mapping {
    what: "the definition",
    settings: &[
        Setting::new("title", Kind::Form(&TEXT)).about("Its heading.").example("What is a cookie?"),
        Setting::new("text", Kind::Form(&TEXT))
            .about("The paragraph under it.")
            .example("A small piece of data that your browser keeps."),
    ],
    one_of: &[],
};

pub(super) static CATEGORY: Mapping = Mapping {
    what: "a category",
    settings: &[
        Setting::new("key", Kind::Form(&KEY))
            .about("The word in consent cookies, in `X-Consent` and in `category:`; a shipped one's, or a new one.")
            .example("statistical"),
        Setting::new("title", Kind::Form(&TEXT))
            .absent("the shipped category's, else required")
            .about("The heading of its table on the policy page.")
            .example("Audience measurement"),
        Setting::new("description", Kind::Form(&TEXT))
            .absent("the shipped category's, else required")
            .about("What it is, and whether it needs consent.")
            .example("Cookies that count visits. They need your consent."),
        Setting::new("consent", Kind::Choice(&["exempt", "unless-anonymised", "required"]))
            .absent("the shipped category's, else required")
            .about("Whether its cookies wait for consent: never; unless declared `anonymised: true`; always.")
            .example("required"),
    ],
    one_of: &[],
};

pub(super) static SERVICE: Mapping = Mapping {
    what: "a service",
    settings: &[
        Setting::new("key", Kind::Form(&KEY))
            .about("The word in consent cookies, in `X-Consent` and in `service:`; no category's.")
            .example("xiti"),
        Setting::new("title", Kind::Form(&TEXT)).about("Its name for people.").example("XiTi (AT Internet)"),
        Setting::new("category", Kind::Form(&KEY))
            .about("The category of its cookies, where a cookie names none itself.")
            .example("statistical"),
    ],
    one_of: &[],
};

pub(super) static CONSENT: Mapping = Mapping {
    what: "consent",
    settings: &[
        Setting::new("cookie", Kind::Form(&NAME))
            .default("cookies_preferences")
            .about("The cookie that holds the choice, without wildcards. It is never filtered.")
            .example("consent"),
        Setting::new("format", Kind::Choice(&["auto", "json", "list", "flag"]))
            .default("auto")
            .about("How its value is written.")
            .example("list"),
        Setting::new("granted_values", Kind::OneOrMore(&GRANTED, 0))
            .absent("`[true]`; for `flag` `[all]`")
            .about("Values that count as yes; for `flag` words. Not used by `list`.")
            .example("[granted, 1]"),
        Setting::new("keys", Kind::Open(&Open { keys: "", values: Kind::Form(&KEY), least: 0 }))
            .default("{}")
            .about("Words of the cookie that stand for a category or service. Their own keys need no line.")
            .example("{ analytics: statistical }"),
        Setting::new("gpc_denies", Kind::OneOrMore(&Kind::Form(&KEY), 0))
            .default("[]")
            .about("Categories that `Sec-GPC: 1` denies unless the visitor chose otherwise.")
            .example("[third-party]"),
        Setting::new("adapters", Kind::OneOrMore(&ADAPTERS, 0))
            .default("[]")
            .about("Other consent managers whose cookies are read too.")
            .example("[klaro, { manager: vanilla-cookieconsent, revision: 2 }]"),
    ],
    one_of: &[],
};

const ADAPTERS: Kind = Kind::Either(&[Kind::Form(&MANAGER), Kind::Mapping(&ADAPTER)]);

static MANAGER: Form = Form {
    name: "manager",
    about: "The word of a consent manager; docs/consent.md says what is read of each.",
    kind: Kind::Choice(&Manager::WORDS),
};

pub(super) static ADAPTER: Mapping = Mapping {
    what: "an adapter",
    settings: &[
        Setting::new("manager", Kind::Form(&MANAGER))
            .about("The consent manager whose cookie is read.")
            .example("vanilla-cookieconsent"),
        Setting::new("cookie", Kind::Form(&NAME))
            .absent("the manager's usual one")
            .about("The name of its cookie, where the site gave it another; for `complianz` the beginning of the names.")
            .example("consent"),
        Setting::new("revision", Kind::Either(&[Kind::Integer(0, i64::MAX), Kind::Pattern("^[0-9]{4}-")]))
            .absent("every choice counts")
            .about("The oldest choice that counts: the manager's number, or a date, with time or without.")
            .example("2"),
        Setting::new("accept_implied", Kind::Boolean)
            .default("false")
            .about("Whether a consent counts that the manager supposed and nobody gave.")
            .example("false"),
        Setting::new("keys", Kind::Open(&Open { keys: "", values: Kind::Form(&KEY), least: 0 }))
            .default("{}")
            .about("The manager's words that stand for a category or service. They go before `consent.keys`.")
            .example("{ C0002: statistical }"),
    ],
    one_of: &[],
};

const GRANTED: Kind = Kind::Either(&[Kind::String, Kind::Integer(1, i64::MAX), Kind::Boolean]);

pub(super) static COOKIE: Mapping = Mapping {
    what: "a cookie",
    settings: &[
        Setting::new("provider", Kind::Form(&TEXT))
            .about("Who provides the service.")
            .example("Opendatasoft"),
        Setting::new("function", Kind::Form(&TEXT))
            .absent("none")
            .about("What it does on the site.")
            .example("{ en: Authentication, fr: Authentification }"),
        Setting::new("location", Kind::Form(&TEXT))
            .absent("none")
            .about("Where on the site.")
            .example("front and back office"),
        Setting::new("names", Kind::OneOrMore(&Kind::Form(&NAME), 1))
            .about("The cookies' names: exact ones, or patterns.")
            .example("[sessionid, '_pk_id.{id}.{id}']"),
        Setting::new("purposes", Kind::Form(&TEXT))
            .about("What the cookies are for.")
            .example("{ en: To remember the user from one page to another }"),
        Setting::new("category", Kind::Form(&KEY))
            .absent("the service's; required without `service`")
            .about("A category's key.")
            .example("necessary"),
        Setting::new("service", Kind::Form(&KEY))
            .absent("none")
            .about("A service's key.")
            .example("matomo"),
        Setting::new("exemption", Kind::Form(&TEXT))
            .absent("none")
            .about("Why it needs no consent. Expected wherever it needs none.")
            .example("{ en: The visitor asks for it by logging in. }"),
        Setting::new("lifetime", Kind::Either(&[Kind::Choice(&["session"]), Kind::Form(&LIFETIME)]))
            .absent("not said")
            .about("`session`: until the browser closes; else how long it lives.")
            .example("2 weeks"),
        Setting::new("set_by", Kind::Choice(&["server", "script"]))
            .absent("not said")
            .about("`Set-Cookie`, or a script in the page, which must then be able to read it.")
            .example("server"),
        Setting::new("domains", Kind::OneOrMore(&Kind::Pattern(r"^\.?[0-9A-Za-z_-]+(\.[0-9A-Za-z_-]+)*$"), 0))
            .absent("host-only")
            .about("The Domain attributes with which it is set.")
            .example(".example.org"),
        Setting::new("paths", Kind::OneOrMore(&Kind::Pattern(r"^/[^;\x00-\x1f\x7f]*$"), 0))
            .absent("`/`")
            .about("The Path attributes with which it is set.")
            .example("[/, /admin]"),
        Setting::new("attributes", Kind::Mapping(&ATTRIBUTES))
            .absent("not said")
            .about("Its other attributes.")
            .example("{ secure: true, http_only: true, same_site: lax }"),
        Setting::new("anonymised", Kind::Boolean)
            .default("false")
            .about("Anonymous audience measurement: needs no consent in a category with `consent: unless-anonymised`.")
            .example("true"),
        Setting::new("rewrite", Kind::Mapping(&REWRITE))
            .default("{}")
            .about("What is changed on its `Set-Cookie` when it passes; key by key before what the site says.")
            .example("{ secure: set, lifetime: clamp }"),
    ],
    one_of: &["category", "service"],
};

pub(super) static ATTRIBUTES: Mapping = Mapping {
    what: "attributes",
    settings: &[
        Setting::new("secure", Kind::Boolean)
            .absent("not said")
            .about("`Secure`: over TLS only.")
            .example("true"),
        Setting::new("http_only", Kind::Boolean)
            .absent("not said")
            .about("`HttpOnly`: scripts can't read it.")
            .example("true"),
        Setting::new("same_site", Kind::Choice(&["none", "lax", "strict"]))
            .absent("not said")
            .about("`SameSite`: which requests of other sites carry it.")
            .example("lax"),
        Setting::new("partitioned", Kind::Boolean)
            .absent("not said")
            .about("`Partitioned`: one cookie for each site that embeds this one (CHIPS).")
            .example("false"),
    ],
    one_of: &[],
};

pub(super) static REWRITE: Mapping = Mapping {
    what: "`rewrite`",
    settings: &[
        SECURE.absent("as the site says"),
        HTTP_ONLY.absent("as the site says"),
        SAME_SITE.absent("as the site says"),
        PARTITIONED.absent("as the site says"),
        LIFETIME_CHANGE.absent("as the site says"),
        RENEWAL.absent("as the site says"),
        Setting::new("rename", Kind::Pattern(r"^__(Host|Secure)-[^\x00-\x1f\x7f=;]*[^\x00-\x1f\x7f=; ]$"))
            .absent("none")
            .about("The name under which user agents keep the cookie; requests get the declared one back.")
            .example("__Host-sessionid"),
    ],
    one_of: &[],
};

/// `rewrite:` of a whole site, in the configuration.
pub(crate) static SITE_REWRITE: Mapping = Mapping {
    what: "`rewrite`",
    settings: &[
        SECURE.absent("none"),
        HTTP_ONLY.absent("none"),
        SAME_SITE.absent("none"),
        PARTITIONED.absent("none"),
        LIFETIME_CHANGE.absent("`keep`"),
        RENEWAL.absent("`allow`"),
    ],
    one_of: &[],
};

const PRESENCE: Kind = Kind::Choice(&["set", "remove"]);
const SECURE: Setting = Setting::new("secure", PRESENCE)
    .about("Puts `Secure` in, on secure connections, or takes it out.")
    .example("set");
const HTTP_ONLY: Setting =
    Setting::new("http_only", PRESENCE).about("Puts `HttpOnly` in, or takes it out.").example("set");
const SAME_SITE: Setting = Setting::new("same_site", Kind::Choice(&["strict", "lax", "none", "remove"]))
    .about("Gives `SameSite` that value, or takes it out.")
    .example("lax");
const PARTITIONED: Setting = Setting::new("partitioned", PRESENCE)
    .about("Puts `Partitioned` in, on secure connections, or takes it out.")
    .example("remove");
const LIFETIME_CHANGE: Setting = Setting::new("lifetime", Kind::Choice(&["clamp", "keep"]))
    .about("`clamp`: no longer than declared and allowed.")
    .example("clamp");
const RENEWAL: Setting = Setting::new("renewal", Kind::Choice(&["refuse", "allow"]))
    .about("`refuse`: a value that the request already carries is not set again.")
    .example("refuse");
