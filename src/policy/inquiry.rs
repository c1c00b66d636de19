//! What somebody asks about cookies, answered by the same judgement as the gateway's: for the command line and for the
//! operator's listener.

use super::{
    Explanation, Policy, cookie_fields, cookie_pairs, explain_cookie_field, explain_dump, explain_set_cookie,
};
use crate::consent::Consent;

/// Cookies, and what is known of the visitor.
#[derive(Debug)]
pub struct Inquiry<'a> {
    /// The rules.
    pub policy: &'a Policy,
    /// `Cookie` fields: their values, or whole lines with the field name.
    pub cookies: Vec<&'a [u8]>,
    /// `Set-Cookie` fields, likewise.
    pub set_cookies: Vec<&'a [u8]>,
    /// What `curl -i` or `curl -v` printed.
    pub dump: &'a [u8],
    /// The visitor's choice: the value of the consent cookie, or cookie-pairs of a consent manager. Where none is given,
    /// what the Cookie fields hold counts.
    pub consent: Option<&'a [u8]>,
    /// The request says Sec-GPC: 1.
    pub gpc: bool,
    /// Unix seconds, for the Expires of deletions.
    pub now: i64,
}

/// The answer.
#[derive(Debug)]
pub struct Told {
    /// The visitor's choice as it was read.
    pub consent: Consent,
    /// Every verdict, in the order in which an exchange comes to them.
    pub cookies: Vec<Explanation>,
}

impl Inquiry<'_> {
    /// Judges every cookie of it.
    pub fn answer(&self) -> Told {
        let Self { policy, dump, now, .. } = *self;
        let consent = self.read_consent();
        let fields = self.cookies.iter().flat_map(|field| explain_cookie_field(policy, field, &consent));
        let mut cookies: Vec<Explanation> = fields.collect();
        cookies.extend(self.set_cookies.iter().map(|line| explain_set_cookie(policy, line, &consent, now)));
        cookies.extend(explain_dump(policy, dump, &consent, now));
        Told { consent, cookies }
    }

    fn read_consent(&self) -> Consent {
        let registry = self.policy.registry();
        if let Some(given) = self.consent {
            // Copied with its name, as browsers' tools show it, or with those of all that a consent manager writes.
            let named = cookie_pairs(given).any(|pair| registry.consent().reads(pair.name()));
            let name = format!("{}=", registry.consent().cookie);
            let field = if named { given.to_vec() } else { [name.as_bytes(), given].concat() };
            return Consent::read(registry, cookie_pairs(&field), self.gpc);
        }
        let fields = self.cookies.iter().copied().chain(cookie_fields(self.dump));
        let pairs: Vec<_> = fields.flat_map(cookie_pairs).collect();
        Consent::read(registry, pairs.into_iter(), self.gpc)
    }
}

impl Told {
    /// One object: the rules, the visitor's choice, and the cookies in order. `site` is the site's name, none for a
    /// registry by itself; `mode` what it does with the verdicts.
    pub fn json(&self, policy: &Policy, site: Option<&str>, mode: &str) -> serde_json::Value {
        let (registry, consent) = (policy.registry(), &self.consent);
        let cookies: Vec<_> = self.cookies.iter().map(Explanation::json).collect();
        serde_json::json!({
            "site": site,
            "registry": registry.file(),
            "mode": mode,
            "consent": {
                "reading": consent.reading().word(),
                "by": consent.by().word(),
                "x_consent": consent.header(registry),
            },
            "cookies": cookies,
        })
    }
}
