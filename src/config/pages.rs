//! Where tamis answers by itself (`pages:`): the cookie policy, the preference centre and what belongs to it.

use super::schema;
use super::values::{Wrong, parsed, path};
use crate::document::{Document, Node, Value};

/// Where a site says that it honours Global Privacy Control (GPC specification, "GPC Support Resource").
pub const GPC: &str = "/.well-known/gpc.json";
/// Below it others may put what is well known (RFC 8615): no path of ours may take it all.
const WELL_KNOWN: &str = "/.well-known/";

/// The paths that a site leaves to tamis, as they are sent.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Pages {
    /// The cookie policy, if tamis serves it.
    pub policy: Option<String>,
    /// The preference centre, with its last slash; all below it is ours.
    pub prefix: String,
    /// [`GPC`] is served, where the registry denies something by it.
    pub gpc: bool,
}

impl Default for Pages {
    fn default() -> Self {
        Self { policy: Some("/cookies-policy".to_owned()), prefix: "/.tamis/".to_owned(), gpc: true }
    }
}

impl Pages {
    /// Whether a path, as it was sent and without the query, is one of these. Allocates nothing.
    pub fn take(&self, path: &str) -> bool {
        // Most paths are told from the prefix by one octet, and from the others by their length.
        let second = |path: &str| path.as_bytes().get(1).copied();
        (second(path) == second(&self.prefix) && path.starts_with(&self.prefix))
            || self.policy.as_deref() == Some(path)
            || (self.gpc && path == GPC)
    }

    /// The key of a site: `None` where it says `off`, the defaults where it is missing.
    pub(super) fn read(document: &Document, node: Option<&Node>) -> Option<Self> {
        let Some(node) = node else { return Some(Self::default()) };
        if matches!(node.value, Value::String(_)) {
            return document.choice(node, "`pages`", &[("off", ())]).map_or(Some(Self::default()), |()| None);
        }
        let mut pages = Self::default();
        let Some(mut fields) = document.fields(node, &schema::PAGES) else { return Some(pages) };
        let (policy, prefix, gpc) =
            (fields.optional("policy"), fields.optional("prefix"), fields.optional("gpc"));
        fields.finish();
        let wanted = "a path such as /cookies-policy, or off";
        if let Some(policy) = policy.and_then(|node| parsed(document, node, "bad-path", wanted, policy_of)) {
            pages.policy = policy;
        }
        let wanted = "the beginning of a path, such as /.tamis/";
        if let Some(prefix) = prefix.and_then(|node| parsed(document, node, "bad-prefix", wanted, prefix_of))
        {
            pages.prefix = prefix;
        }
        let words = [("on", true), ("off", false)];
        pages.gpc = gpc.and_then(|node| document.choice(node, "`gpc`", &words)).unwrap_or(true);
        if let Some(taken) = pages.policy.as_ref().filter(|policy| policy.starts_with(&pages.prefix)) {
            let message = format!("the policy `{taken}` is below the prefix `{}`", pages.prefix);
            let help = "write a policy outside of the prefix, whose paths are the preference centre's";
            document.error(&policy.or(prefix).unwrap_or(node).span, "contending-paths", message, help);
        }
        Some(pages)
    }
}

fn policy_of(text: &str) -> Result<Option<String>, Wrong> {
    if text == "off" {
        return Ok(None);
    }
    own_path(text, "path of a page")?;
    if text == "/" {
        let help = "write a path that the site doesn't need, such as /cookies-policy";
        return Err(Wrong::new("`/` is the site's first page", help));
    }
    if text.starts_with(WELL_KNOWN) {
        let help = "write another path, such as /cookies-policy";
        return Err(Wrong::new(format!("`{text}` is not for pages (RFC 8615)"), help));
    }
    Ok(Some(text.to_owned()))
}

fn prefix_of(text: &str) -> Result<String, Wrong> {
    own_path(text, "beginning of a path")?;
    if !text.ends_with('/') {
        let message = format!("`{text}` is the path of one page, not the beginning of several");
        return Err(Wrong::new(message, format!("end it with a slash: {text}/")));
    }
    if text == "/" || text == WELL_KNOWN {
        let help = "write one that nothing else needs, such as /.tamis/";
        return Err(Wrong::new(format!("`{text}` would take paths that are not tamis's"), help));
    }
    Ok(text.to_owned())
}

/// A path that user agents send just so: of the signs that can't stand in one (RFC 3986 3.3) they encode most.
fn own_path(text: &str, what: &str) -> Result<(), Wrong> {
    path(text, what)?;
    let odd = text.chars().find(|sign| "\"<>\\^`{|}*;'".contains(*sign));
    match odd {
        None => Ok(()),
        Some(odd) => {
            let help = format!("write it without `{odd}`: letters, digits, `-`, `_`, `.` and slashes");
            Err(Wrong::new(format!("`{text}` is no {what}"), help))
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::diagnostic::Source;

    fn read(yaml: &str) -> (Option<Pages>, Vec<&'static str>) {
        let document = Document::parse(Source::new("tamis.yaml", yaml)).unwrap();
        let pages = Pages::read(&document, Some(document.root()));
        (pages, document.into_faults().iter().map(|fault| fault.kind).collect())
    }

    #[test]
    fn on_unless_off() {
        let document = Document::parse(Source::new("tamis.yaml", "{}")).unwrap();
        assert_eq!(Pages::read(&document, None), Some(Pages::default()));
        assert_eq!(read("{}"), (Some(Pages::default()), vec![]));
        assert_eq!(read("off"), (None, vec![]));
        assert_eq!(read("on").1, ["unknown-value"]);
        assert_eq!(read("[off]").1, ["wrong-type"]);
    }

    #[test]
    fn paths_are_taken_exactly() {
        let (pages, faults) = read("{policy: /a/cookies/, prefix: /.choice/}");
        let pages = pages.unwrap();
        assert!(faults.is_empty());
        for path in ["/a/cookies/", "/.choice/", "/.choice/banner", "/.choice/a/b", GPC] {
            assert!(pages.take(path), "{path}");
        }
        for path in
            ["/", "", "*", "/a/cookies", "/a/cookies/b", "/.choice", "/.Choice/", "/%2Echoice/", "//.choice/"]
        {
            assert!(!pages.take(path), "{path}");
        }
        assert!(!read("{gpc: off}").0.unwrap().take(GPC));
        let (without, _) = read("{policy: off}");
        assert_eq!(without.unwrap(), Pages { policy: None, ..Pages::default() });
    }

    #[test]
    fn paths_that_are_not_to_be_taken() {
        for policy in [
            "/",
            "cookies",
            "/a?b",
            "/a#b",
            "/a b",
            "/é",
            "/a/../b",
            "//a",
            "/.well-known/x",
            "/a;b",
            "'/a\"b'",
        ] {
            assert_eq!(read(&format!("{{policy: {policy:?}}}")).1, ["bad-path"], "{policy}");
        }
        for prefix in ["/", "/.tamis", ".tamis/", "/a//", "/.well-known/", "/a/*", "/./", "https://x.test/"] {
            assert_eq!(read(&format!("{{prefix: {prefix:?}}}")).1, ["bad-prefix"], "{prefix}");
        }
        assert_eq!(read("{policy: /.tamis/policy}").1, ["contending-paths"]);
        assert_eq!(read("{prefix: /x/, policy: /x/}").1, ["contending-paths"]);
        assert_eq!(read("{prefix: /.well-known/tamis/}").1, [""; 0]);
        assert_eq!(read("{policy: ''}").1, ["empty"]);
        assert_eq!(read("{polcy: /x}").1, ["unknown-key"]);
    }
}
