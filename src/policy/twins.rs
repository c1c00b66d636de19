//! Copies of one cookie beside the one that is about to be set.

use super::Policy;
use super::purge::{EXPIRED, domains, expires};
use crate::cookie::Promise;

impl Policy {
    /// Fields that one response carries at most for this.
    const MOST_TWINS: usize = 8;

    /// The `Set-Cookie` fields that expire every copy of a cookie but the host-only one with `Path=/`: those for the
    /// host and its parents, as scripts set them, and those that are declared. A copy that a former banner set for
    /// the whole domain would go on being sent beside the new one, and contradict it.
    ///
    /// `host` is the request's, without port; `secure` says whether the user agent's own connection is.
    pub fn twins(&self, name: &[u8], host: &str, secure: bool) -> Vec<Vec<u8>> {
        let promise = Promise::of(name);
        if promise.host {
            return Vec::new();
        }
        let entry = self.registry().lookup(name).map(|id| self.registry().entry(id));
        let found = domains(entry.map_or(&[], |entry| &entry.domains), true, host);
        let paths = || {
            let declared = entry.into_iter().flat_map(|entry| &entry.paths).map(String::as_str);
            std::iter::once("/").chain(declared.filter(|path| *path != "/"))
        };
        let flag = if promise.secure || secure { "; Secure" } else { "" };
        let domains = std::iter::once(String::new());
        let domains = domains.chain(found.iter().map(|domain| format!("; Domain={domain}")));
        let forms = domains.flat_map(|domain| paths().map(move |path| (domain.clone(), path)));
        let others = forms.filter(|(domain, path)| !domain.is_empty() || *path != "/");
        let fields = others.filter_map(|(domain, path)| {
            let field = [name, format!("=; {EXPIRED}; Path={path}{domain}{flag}").as_bytes()].concat();
            expires(&field, name, path).then_some(field)
        });
        fields.take(Self::MOST_TWINS).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::diagnostic::Source;
    use crate::policy::Undeclared;
    use crate::registry::Registry;

    const REGISTRY: &str = "
version: '1'
cookies:
  - {provider: P, names: [choice], purposes: C., category: necessary, exemption: E., domains: [.example.org], paths: [/a/]}
";

    fn twins(name: &str, host: &str, secure: bool) -> Vec<String> {
        let registry = Registry::compile(Source::new("r.yaml", REGISTRY)).0.unwrap();
        let policy = Policy::new(registry.into(), Undeclared::Block, Undeclared::Block, 180);
        let fields = policy.twins(name.as_bytes(), host, secure).into_iter();
        fields.map(|field| String::from_utf8(field).unwrap().replace(EXPIRED, "-")).collect()
    }

    #[test]
    fn every_copy_but_our_own() {
        assert_eq!(
            twins("choice", "www.example.org", true),
            [
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
        assert_eq!(twins("__Host-choice", "x.test", true), [""; 0]);
        assert_eq!(twins("other", "a.b.c.d.e.f.g.h.i.j.k.test", false).len(), Policy::MOST_TWINS);
    }
}
