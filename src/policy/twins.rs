//! Copies of one cookie beside the one that is about to be set.

use super::Policy;
use super::purge::{EXPIRED, domains, expires, lowered};
use crate::cookie::Promise;

/// Where copies of a cookie are looked for.
#[derive(Clone, Copy, Debug)]
pub struct Twins<'a> {
    /// The request's host, without port.
    pub host: &'a str,
    /// Whether the user agent's own connection is secure.
    pub secure: bool,
    /// Whether the request brings a cookie of the name.
    pub brought: bool,
    /// The path of the page for which the cookie is about to be set, where that is known.
    pub page: Option<&'a str>,
}

impl Policy {
    /// Fields that one response carries at most for this.
    pub const MOST_TWINS: usize = 16;
    /// Directories of a page for which copies are expired at most.
    const MOST_DIRECTORIES: usize = 4;

    /// The `Set-Cookie` fields that expire every copy of a cookie but the host-only one with `Path=/`: those for the
    /// host and its parents, as scripts set them, and those that are declared. A copy that a former banner set for
    /// the whole domain would go on being sent beside the new one, and contradict it.
    ///
    /// A `Partitioned` cookie is another one than its twin without (CHIPS), so over a secure connection, without which
    /// there is none, it is expired as well: the host-only one always, since the site itself or a script may have set
    /// it so, the others where registry or site make them so. A user agent that doesn't know the attribute takes such
    /// a field for the expiry of the cookie that is to stay: these come before it.
    ///
    /// Copies for `/` are in every request, so they are expired where one is brought. One for another path isn't in a
    /// request for ours: those that are declared are expired in any case, and those that a script of the page has made
    /// without a word of Path, which then is the page's directory (6265bis 5.1.4), or one above it.
    pub fn twins(&self, name: &[u8], twins: Twins<'_>) -> Vec<Vec<u8>> {
        let Twins { host, secure, brought, page } = twins;
        let promise = Promise::of(name);
        let entry = self.registry().lookup(name).map(|id| self.registry().entry(id));
        let declared = entry.filter(|_| !promise.host);
        let host = lowered(host);
        let found = match promise.host {
            true => Vec::new(),
            false => domains(declared.map_or(&[], |entry| &entry.domains), true, &host),
        };
        let makes = self.partitions(entry).contains(&true);
        let paths = || declared.into_iter().flat_map(|entry| &entry.paths).map(String::as_str);
        let mut forms = Vec::new();
        for domain in std::iter::once(None).chain(found.iter().map(Some)) {
            let root = std::iter::once("/").filter(|_| brought);
            forms.extend(root.chain(paths().filter(|path| *path != "/")).map(|path| (domain, path)));
        }
        let page = page.filter(|_| !promise.host).unwrap_or_default();
        let above = directories(page).filter(|above| !paths().any(|path| path == *above));
        forms.extend(above.take(Self::MOST_DIRECTORIES).map(|path| (None, path)));

        let mut fields = Vec::new();
        for (domain, path) in forms {
            let own = domain.is_none() && path == "/";
            let domain = domain.map(|domain| format!("; Domain={domain}")).unwrap_or_default();
            let flag = if promise.secure || secure { "; Secure" } else { "" };
            let either = [(!own, ""), (secure && (makes || own), "; SameSite=None; Partitioned")];
            for (_, partition) in either.into_iter().filter(|(wanted, _)| *wanted) {
                let tail = format!("=; {EXPIRED}; Path={path}{domain}{flag}{partition}");
                let field = [name, tail.as_bytes()].concat();
                if expires(&field, name, path) {
                    fields.push(field);
                }
            }
        }
        fields.truncate(Self::MOST_TWINS);
        fields
    }
}

/// The directories of a path, the innermost first, without `/`: what default-paths are.
fn directories(path: &str) -> impl Iterator<Item = &str> {
    fn above(path: &str) -> Option<&str> {
        path.rsplit_once('/').map(|(above, _)| above).filter(|above| !above.is_empty())
    }
    let path = path.split(['?', '#']).next().unwrap_or_default();
    std::iter::successors(above(path), |path| above(path))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::diagnostic::Source;
    use crate::policy::Undeclared;
    use crate::registry::{Presence, Registry, Rewrite};

    const REGISTRY: &str = "
version: '1'
cookies:
  - {provider: P, names: [choice], purposes: C., category: necessary, exemption: E., domains: [.example.org], paths: [/a/]}
  - {provider: P, names: [chips], purposes: C., category: necessary, exemption: E., paths: [/, /sub],
     attributes: {partitioned: true, secure: true}}
";

    fn policy() -> Policy {
        let registry = Registry::compile(Source::new("r.yaml", REGISTRY)).0.unwrap();
        Policy::new(registry.into(), Undeclared::Block, Undeclared::Block, 180)
    }

    fn fields(policy: &Policy, name: &str, twins: Twins<'_>) -> Vec<String> {
        let fields = policy.twins(name.as_bytes(), twins).into_iter();
        fields.map(|field| String::from_utf8(field).unwrap().replace(EXPIRED, "-")).collect()
    }

    fn twins(name: &str, host: &str, secure: bool) -> Vec<String> {
        fields(&policy(), name, Twins { host, secure, brought: true, page: None })
    }

    #[test]
    fn every_copy_but_our_own() {
        assert_eq!(
            twins("choice", "www.example.org", true),
            [
                "choice=; -; Path=/; Secure; SameSite=None; Partitioned",
                "choice=; -; Path=/a/; Secure",
                "choice=; -; Path=/; Domain=example.org; Secure",
                "choice=; -; Path=/a/; Domain=example.org; Secure",
                "choice=; -; Path=/; Domain=www.example.org; Secure",
                "choice=; -; Path=/a/; Domain=www.example.org; Secure",
            ]
        );
        assert_eq!(twins("other", "x.test", false), ["other=; -; Path=/; Domain=x.test"]);
        assert_eq!(twins("other", "localhost", false), [""; 0]);
        assert_eq!(twins("other", "192.0.2.1", false), [""; 0]);
        let host = "__Host-choice=; -; Path=/; Secure; SameSite=None; Partitioned";
        assert_eq!(twins("__Host-choice", "x.test", true), [host]);
        assert_eq!(twins("other", &"a.".repeat(20), false).len(), Policy::MOST_TWINS);
    }

    /// Where tamis makes them so, or the registry says that they are, any form may be partitioned.
    #[test]
    fn partitioned_copies_are_others() {
        let plain = |fields: &[String]| -> Vec<String> {
            let found = fields.iter().filter(|field| field.contains("Partitioned"));
            found.map(|field| field.replace("=; -; ", " ").replace("; Secure; SameSite=None", "")).collect()
        };
        let site = policy().rewriting(Rewrite { partitioned: Some(Presence::Set), ..Rewrite::default() });
        let other = ["other Path=/; Partitioned", "other Path=/; Domain=x.test; Partitioned"];
        let twins = |secure| Twins { host: "x.test", secure, brought: true, page: None };
        assert_eq!(plain(&fields(&site, "other", twins(true))), other);
        assert_eq!(plain(&fields(&site, "other", twins(false))), [""; 0]);
        assert_eq!(
            plain(&fields(&policy(), "chips", twins(true))),
            [
                "chips Path=/; Partitioned",
                "chips Path=/sub; Partitioned",
                "chips Path=/; Domain=x.test; Partitioned",
                "chips Path=/sub; Domain=x.test; Partitioned",
            ]
        );
    }

    /// A request for one of our paths brings none of these.
    #[test]
    fn copies_for_other_paths() {
        let found = |name, page| {
            let twins = Twins { host: "x.test", secure: false, brought: false, page };
            fields(&policy(), name, twins)
                .into_iter()
                .map(|field| field.replace("=; -;", ""))
                .collect::<Vec<_>>()
        };
        let declared = ["choice Path=/a/", "choice Path=/a/; Domain=x.test"];
        assert_eq!(found("choice", None), declared);
        assert_eq!(found("other", None), [""; 0]);
        for (page, expected) in [
            ("/", &[][..]),
            ("/x?/y/z#/w/v", &[]),
            ("/sub/", &["other Path=/sub"]),
            ("/b/c/d.html?q=/e/f", &["other Path=/b/c", "other Path=/b"]),
            ("/b;c/d", &[]),
            (
                "/1/2/3/4/5/6",
                &["other Path=/1/2/3/4/5", "other Path=/1/2/3/4", "other Path=/1/2/3", "other Path=/1/2"],
            ),
        ] {
            assert_eq!(found("other", Some(page)), expected, "{page}");
        }
        assert_eq!(found("__Host-other", Some("/b/c")), [""; 0]);
        assert_eq!(found("choice", Some("/a/b")).last().unwrap(), "choice Path=/a");
        // What is declared twice is expired once.
        let chips = found("chips", Some("/sub/x"));
        assert_eq!(chips, ["chips Path=/sub", "chips Path=/sub; Domain=x.test"]);
    }
}
