//! `cookies:`: the rows of the policy.

use std::ops::Range;

use super::categories::Keys;
use super::rewrite::{self, Rewriting};
use super::text;
use crate::document::{Document, Fields, Node};
use crate::registry::pattern::Pattern;
use crate::registry::schema;
use crate::registry::{
    Attributes, CategoryId, Entry, EntryId, Lifetime, Name, Rewrite, Rule, SameSite, ServiceId, SetBy,
    lifetime,
};

/// One row, its places, and its entry if nothing is wrong with it.
pub(in crate::registry) struct Row<'d> {
    /// The declared names that are sound.
    pub(in crate::registry) names: Vec<Declared>,
    /// The row without what is wrong in it; `None` if that can't be said.
    pub(in crate::registry) entry: Option<Entry>,
    /// Its `rewrite:` section.
    pub(in crate::registry) rewriting: Option<Rewriting<'d>>,
    /// Its first name, or its beginning: where a lint about the whole row points.
    pub(in crate::registry) at: Range<usize>,
    /// The value of a key, where a lint about it points.
    pub(in crate::registry) places: Places<'d>,
}

impl Row<'_> {
    /// The declared names and the one under which user agents keep the cookie: all that can come in a request.
    pub(super) fn all_names(&self) -> impl Iterator<Item = &Declared> {
        let renamed = self.rewriting.as_ref().and_then(|rewriting| rewriting.rename.as_ref());
        self.names.iter().chain(renamed)
    }
}

/// Values that lints point at.
#[derive(Default)]
pub(in crate::registry) struct Places<'d> {
    pub(in crate::registry) category: Option<&'d Node>,
    pub(in crate::registry) exemption: Option<&'d Node>,
    pub(in crate::registry) anonymised: Option<&'d Node>,
    pub(in crate::registry) lifetime: Option<&'d Node>,
    pub(in crate::registry) http_only: Option<&'d Node>,
    pub(in crate::registry) same_site: Option<&'d Node>,
    pub(in crate::registry) partitioned: Option<&'d Node>,
}

/// One declared name.
pub(in crate::registry) struct Declared {
    /// What it matches.
    pub(in crate::registry) pattern: Pattern,
    /// Where it stands.
    pub(in crate::registry) span: Range<usize>,
    /// Its row.
    pub(in crate::registry) entry: EntryId,
    /// Its place among the row's names.
    pub(in crate::registry) place: usize,
}

/// The row and the name in it that decide about a cookie-name.
pub(in crate::registry) fn declaring<'r, 'd>(
    rows: &'r [Row<'d>],
    cookie: &[u8],
) -> Option<(&'r Row<'d>, &'r Declared)> {
    let names = rows.iter().flat_map(|row| row.names.iter().map(move |name| (row, name)));
    let covering = names.filter(|(_, name)| name.pattern.matches(cookie));
    covering.max_by_key(|(_, name)| (name.pattern.exact().is_some(), name.pattern.literals()))
}

/// Reads all rows.
pub(super) fn read<'d>(document: &'d Document, node: Option<&'d Node>, keys: &Keys) -> Vec<Row<'d>> {
    let nodes = node.and_then(|node| document.list(node, "the cookies")).unwrap_or_default();
    (0..).map(EntryId).zip(nodes).map(|(id, node)| row(document, node, id, keys)).collect()
}

fn row<'d>(document: &'d Document, node: &'d Node, id: EntryId, keys: &Keys) -> Row<'d> {
    let at = document.source().character(node.span.start);
    let mut row = Row { names: Vec::new(), entry: None, rewriting: None, at, places: Places::default() };
    let Some(mut fields) = document.fields(node, &schema::COOKIE) else { return row };
    let text = |fields: &mut Fields<'d>, key: &'static str, what| {
        fields.optional(key).and_then(|node| text::read(document, node, what))
    };
    let provider = fields.required("provider", "name who provides the service: provider: Opendatasoft");
    let provider = provider.and_then(|node| text::read(document, node, "`provider`"));
    let function = text(&mut fields, "function", "`function`");
    let location = text(&mut fields, "location", "`location`");
    let names = names(document, &mut fields, id, &mut row);
    let purposes = fields.required("purposes", "say what the cookies are for, as the policy page shows it");
    let purposes = purposes.and_then(|node| text::read(document, node, "`purposes`"));
    let (category, service) = kind(document, &mut fields, keys, &mut row.places);
    row.places.exemption = fields.optional("exemption");
    let exemption = row.places.exemption.and_then(|node| text::read(document, node, "`exemption`"));
    row.places.lifetime = fields.optional("lifetime");
    let lifetime = row.places.lifetime.and_then(|node| lifetime_of(document, node));
    let set_by = fields.optional("set_by").and_then(|node| {
        document.choice(node, "set_by", &[("server", SetBy::Server), ("script", SetBy::Script)])
    });
    let domains = list(document, &mut fields, "domains", domain);
    let paths = list(document, &mut fields, "paths", path);
    let attributes = fields.optional("attributes").map(|node| attributes(document, node, &mut row.places));
    row.places.anonymised = fields.optional("anonymised");
    let anonymised =
        row.places.anonymised.and_then(|node| document.boolean(node, "anonymised")).unwrap_or(false);
    row.rewriting = fields.optional("rewrite").and_then(|node| rewrite::read(document, node, id));
    fields.finish();

    let (Some(provider), Some(purposes), Some(category)) = (provider, purposes, category) else { return row };
    let rule = keys.categories.get(usize::from(category.0)).map_or(Rule::Required, |category| category.rule);
    row.entry = Some(Entry {
        provider,
        function,
        location,
        names,
        purposes,
        category,
        service,
        lifetime,
        set_by,
        domains,
        paths,
        attributes: attributes.unwrap_or_default(),
        exemption,
        anonymised,
        rewrite: row
            .rewriting
            .as_ref()
            .map(|rewriting| rewriting.rewrite)
            .filter(|r| *r != Rewrite::default()),
        rename: row.rewriting.as_ref().and_then(Rewriting::new_name),
        needs_consent: match rule {
            Rule::Exempt => false,
            Rule::UnlessAnonymised => !anonymised,
            Rule::Required => true,
        },
        shipped: false,
    });
    row
}

/// The sound names, also noted in the row.
fn names(document: &Document, fields: &mut Fields<'_>, entry: EntryId, row: &mut Row<'_>) -> Vec<Name> {
    let Some(node) = fields.required("names", "list the cookies' names: names: [sessionid]") else {
        return Vec::new();
    };
    let nodes = document.one_or_more(node);
    if nodes.is_empty() {
        let help = "list at least one name: names: [sessionid]";
        document.error(&node.span, "empty", "a cookie has no names", help);
    }
    let mut names = Vec::new();
    for (index, node) in nodes.iter().enumerate() {
        if index == 0 {
            row.at = node.span.clone();
        }
        let Some(written) = document.string(node, "a cookie-name") else { continue };
        let pattern = match Pattern::parse(written) {
            Ok(pattern) => pattern,
            Err(fault) => {
                document.error(&node.span, "bad-pattern", fault.to_string(), fault.help());
                continue;
            }
        };
        let (line, column) = document.source().position(node.span.start);
        row.names.push(Declared { pattern, span: node.span.clone(), entry, place: names.len() });
        names.push(Name { pattern: written.to_owned(), line, column });
    }
    names
}

/// Category and service; the service's category where none is written.
fn kind<'d>(
    document: &'d Document,
    fields: &mut Fields<'d>,
    keys: &Keys,
    places: &mut Places<'d>,
) -> (Option<CategoryId>, Option<ServiceId>) {
    let service_node = fields.optional("service");
    let service = service_node.and_then(|node| keys.service_of(document, node));
    places.category = match service_node {
        Some(_) => fields.optional("category"),
        None => fields.required("category", "name its kind: category: necessary"),
    };
    let own = places.category.map(|node| keys.category_of(document, node));
    let of_service =
        service.and_then(|id| keys.services.get(usize::from(id.0))).map(|service| service.category);
    (own.unwrap_or(of_service), service)
}

fn lifetime_of(document: &Document, node: &Node) -> Option<Lifetime> {
    let wanted = "the lifetime: session, or a duration such as \"2 weeks\"";
    let text = match &node.value {
        crate::document::Value::String(_) => document.string(node, "the lifetime")?,
        _ => return document.wrong_type(node, wanted),
    };
    let lifetime = lifetime::parse(text);
    if lifetime.is_none() {
        let help =
            "write session, or a duration such as \"30 minutes\", \"2 weeks\", \"13 months\" or \"1 year\"";
        document.error(&node.span, "bad-lifetime", format!("`{text}` is no lifetime"), help);
    }
    lifetime
}

/// One string or several, each checked.
fn list(
    document: &Document,
    fields: &mut Fields<'_>,
    key: &'static str,
    check: fn(&str) -> Option<(&'static str, &'static str)>,
) -> Vec<String> {
    let nodes = fields.optional(key).map(|node| document.one_or_more(node)).unwrap_or_default();
    let mut texts = Vec::new();
    for node in nodes {
        let Some(text) = document.string(node, key) else { continue };
        match check(text) {
            None => texts.push(text.to_owned()),
            Some((kind, help)) => {
                document.error(&node.span, kind, format!("`{text}` can't be in {key}"), help);
            }
        }
    }
    texts
}

/// The Domain attribute: a host name, with or without the leading dot that user agents ignore (6265bis 5.6.3).
fn domain(text: &str) -> Option<(&'static str, &'static str)> {
    let host = text.strip_prefix('.').unwrap_or(text);
    let label = |label: &str| {
        (1..=63).contains(&label.len())
            && label.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"-_".contains(&byte))
    };
    let sound = host.len() <= 253 && host.split('.').all(label);
    (!sound).then_some(("bad-domain", "write a host name such as .example.org, without scheme, port or path"))
}

/// The Path attribute (6265bis 4.1.1: path-value).
fn path(text: &str) -> Option<(&'static str, &'static str)> {
    let sound = text.starts_with('/') && !text.contains(|c: char| c == ';' || c.is_ascii_control());
    (!sound).then_some(("bad-path", "write a path that begins with `/`"))
}

fn attributes<'d>(document: &'d Document, node: &'d Node, places: &mut Places<'d>) -> Attributes {
    let Some(mut fields) = document.fields(node, &schema::ATTRIBUTES) else { return Attributes::default() };
    let secure = fields.optional("secure").and_then(|node| document.boolean(node, "secure"));
    places.http_only = fields.optional("http_only");
    let http_only = places.http_only.and_then(|node| document.boolean(node, "http_only"));
    places.same_site = fields.optional("same_site");
    let words = [("none", SameSite::None), ("lax", SameSite::Lax), ("strict", SameSite::Strict)];
    let same_site = places.same_site.and_then(|node| document.choice(node, "same_site", &words));
    places.partitioned = fields.optional("partitioned");
    let partitioned = places.partitioned.and_then(|node| document.boolean(node, "partitioned"));
    fields.finish();
    Attributes { secure, http_only, same_site, partitioned }
}
