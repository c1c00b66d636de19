//! `rewrite:` of a row, and what it can't do to that row's cookies.

use super::consent::Consent;
use super::cookies::{Declared, Row, declaring};
use crate::cookie::Promise;
use crate::document::{Document, Node};
use crate::registry::pattern::Pattern;
use crate::registry::schema;
use crate::registry::{ConsentSettings, Entry, EntryId, Presence, Rewrite, SetBy, known};

/// The section, and the values that a fault points at.
pub(in crate::registry) struct Rewriting<'d> {
    pub(super) rewrite: Rewrite,
    secure: Option<&'d Node>,
    http_only: Option<&'d Node>,
    /// The new name, if it is one.
    pub(in crate::registry) rename: Option<Declared>,
}

impl Rewriting<'_> {
    /// The new name as text.
    pub(super) fn new_name(&self) -> Option<String> {
        let name = self.rename.as_ref()?.pattern.exact()?;
        Some(String::from_utf8_lossy(name).into_owned())
    }
}

/// Reads the section of a row.
pub(super) fn read<'d>(document: &'d Document, node: &'d Node, entry: EntryId) -> Option<Rewriting<'d>> {
    let mut fields = document.fields(node, &schema::REWRITE)?;
    let (secure, http_only) = (fields.optional("secure"), fields.optional("http_only"));
    let rewrite = Rewrite::read(document, &mut fields);
    let rename = fields.optional("rename").and_then(|node| {
        let pattern = new_name(document, node)?;
        Some(Declared { pattern, span: node.span.clone(), entry, place: 0 })
    });
    fields.finish();
    Some(Rewriting { rewrite, secure, http_only, rename })
}

/// `__Host-` or `__Secure-`, spelt so, and a name behind it. `__Host-Http-` asks for more than a new name.
fn new_name(document: &Document, node: &Node) -> Option<Pattern> {
    let text = document.string(node, "the new name")?;
    let rest = text.strip_prefix("__Host-").or_else(|| text.strip_prefix("__Secure-"));
    let pattern = Pattern::parse(text).ok().filter(|pattern| pattern.exact().is_some());
    let pattern = pattern.filter(|_| rest.is_some_and(|rest| !rest.is_empty()));
    let pattern = pattern.filter(|_| !Promise::of(text.as_bytes()).http_only);
    if pattern.is_none() {
        let help = "write __Host- or __Secure- and the cookie's name: __Host-sessionid";
        document.error(&node.span, "bad-rename", format!("a cookie can't be renamed to `{text}`"), help);
    }
    pattern
}

/// Reports what the rows' cookies do not bear.
pub(super) fn check(document: &Document, rows: &[Row<'_>], consent: &Consent<'_>) {
    let choices = consent.settings.names();
    let of_choices: Vec<_> = choices.iter().filter_map(|name| declaring(rows, name.as_bytes())).collect();
    for row in rows {
        let (Some(rewriting), Some(entry)) = (&row.rewriting, &row.entry) else { continue };
        let reader = if entry.set_by == Some(SetBy::Script) {
            Some("a script sets this cookie, and has to find it again")
        } else if row.names.iter().any(|name| known::is_csrf_pattern(&name.pattern)) {
            Some("scripts read the CSRF token from its cookie")
        } else {
            let holds = of_choices.iter().any(|(of_choice, _)| std::ptr::eq(*of_choice, row));
            holds.then_some("the page's own banner reads and writes the visitor's choice")
        };
        http_only(document, row, rewriting, reader);
        secure(document, row, rewriting);
        if let Some(new) = &rewriting.rename {
            match reader {
                Some(reader) => {
                    document.error(&new.span, "script-renamed", reader, "remove `rename`");
                }
                None => rename(document, row, entry, (new, &consent.settings)),
            }
        }
    }
}

fn http_only(document: &Document, row: &Row<'_>, rewriting: &Rewriting<'_>, reader: Option<&str>) {
    let Some(node) = rewriting.http_only else { return };
    match (rewriting.rewrite.http_only, reader) {
        (Some(Presence::Set), Some(reader)) => {
            // 6265bis 5.7 step 12: a script can neither read nor write an HttpOnly cookie.
            document.error(&node.span, "script-http-only", reader, "remove `http_only`");
        }
        (Some(Presence::Remove), _) if promises(row, |promise| promise.http_only) => {
            let message = "user agents refuse this prefix without `HttpOnly`";
            document.error(&node.span, "bad-rewrite", message, "remove `http_only`");
        }
        _ => {}
    }
}

fn secure(document: &Document, row: &Row<'_>, rewriting: &Rewriting<'_>) {
    let Some(node) = rewriting.secure.filter(|_| rewriting.rewrite.secure == Some(Presence::Remove)) else {
        return;
    };
    if rewriting.rename.is_some() || promises(row, |promise| promise.secure) {
        // 6265bis 4.1.3.
        let message = "user agents refuse this prefix without `Secure`";
        document.error(&node.span, "bad-rewrite", message, "remove `secure`");
    }
}

fn promises(row: &Row<'_>, what: fn(Promise) -> bool) -> bool {
    row.names.iter().any(|name| what(Promise::of(name.pattern.prefix())))
}

/// One exact name to turn into and back from, and a cookie that keeps what the new prefix promises.
fn rename(document: &Document, row: &Row<'_>, entry: &Entry, (new, choice): (&Declared, &ConsentSettings)) {
    let host = Promise::of(new.pattern.prefix()).host;
    let (message, help) =
        if row.names.len() != 1 || row.names.iter().any(|name| name.pattern.exact().is_none()) {
            (
                "only a row with one exact name can be renamed",
                "give the cookie a row of its own, without wildcards",
            )
        } else if new.pattern.exact().is_some_and(|name| choice.reads(name)) {
            ("this is the name of the consent cookie", "choose another name")
        } else if entry.attributes.secure == Some(false) {
            ("the row declares a cookie without `Secure`", "declare `secure: true`, or remove `rename`")
        } else if host && !entry.domains.is_empty() {
            ("a `__Host-` cookie has no Domain", "rename it to __Secure-, or remove `domains`")
        } else if host && entry.paths.iter().any(|path| path != "/") {
            ("a `__Host-` cookie has no Path but `/`", "rename it to __Secure-, or remove `paths`")
        } else {
            return;
        };
    document.error(&new.span, "bad-rename", message, help);
}
