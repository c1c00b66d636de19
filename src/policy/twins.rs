//! Copies of one cookie beside the one that is about to be set.

use super::Policy;
use super::purge::{EXPIRED, domains, expires};
use crate::cookie::Promise;

impl Policy {
    /// Fields that one response carries at most for this.
    pub const MOST_TWINS: usize = 16;

    /// The `Set-Cookie` fields that expire every copy of a cookie but the host-only one with `Path=/`: those for the
    /// host and its parents, as scripts set them, and those that are declared. A copy that a former banner set for
    /// the whole domain would go on being sent beside the new one, and contradict it.
    ///
    /// A `Partitioned` cookie is another one than its twin without (CHIPS), so over a secure connection, without which
    /// there is none, it is expired as well: the host-only one always, since the site itself or a script may have set
    /// it so, the others where registry or site make them so. A user agent that doesn't know the attribute takes such
    /// a field for the expiry of the cookie that is to stay: these come before it.
    ///
    /// `host` is the request's, without port; `secure` says whether the user agent's own connection is.
    pub fn twins(&self, name: &[u8], host: &str, secure: bool) -> Vec<Vec<u8>> {
        let promise = Promise::of(name);
        let entry = self.registry().lookup(name).map(|id| self.registry().entry(id));
        let declared = entry.filter(|_| !promise.host);
        let found = match promise.host {
            true => Vec::new(),
            false => domains(declared.map_or(&[], |entry| &entry.domains), true, host),
        };
        let makes = self.partitions(entry).contains(&true);
        let mut fields = Vec::new();
        let domains = std::iter::once(String::new());
        for domain in domains.chain(found.iter().map(|domain| format!("; Domain={domain}"))) {
            let paths = declared.into_iter().flat_map(|entry| &entry.paths).map(String::as_str);
            for path in std::iter::once("/").chain(paths.filter(|path| *path != "/")) {
                let own = domain.is_empty() && path == "/";
                let forms = [(!own, ""), (secure && (makes || own), "; SameSite=None; Partitioned")];
                for (_, partition) in forms.into_iter().filter(|(wanted, _)| *wanted) {
                    let flag = if promise.secure || secure { "; Secure" } else { "" };
                    let tail = format!("=; {EXPIRED}; Path={path}{domain}{flag}{partition}");
                    let field = [name, tail.as_bytes()].concat();
                    if expires(&field, name, path) {
                        fields.push(field);
                    }
                }
            }
        }
        fields.truncate(Self::MOST_TWINS);
        fields
    }
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

    fn fields(policy: &Policy, name: &str, host: &str, secure: bool) -> Vec<String> {
        let fields = policy.twins(name.as_bytes(), host, secure).into_iter();
        fields.map(|field| String::from_utf8(field).unwrap().replace(EXPIRED, "-")).collect()
    }

    fn twins(name: &str, host: &str, secure: bool) -> Vec<String> {
        fields(&policy(), name, host, secure)
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
        assert_eq!(plain(&fields(&site, "other", "x.test", true)), other);
        assert_eq!(plain(&fields(&site, "other", "x.test", false)), [""; 0]);
        assert_eq!(
            plain(&twins("chips", "x.test", true)),
            [
                "chips Path=/; Partitioned",
                "chips Path=/sub; Partitioned",
                "chips Path=/; Domain=x.test; Partitioned",
                "chips Path=/sub; Domain=x.test; Partitioned",
            ]
        );
    }
}
