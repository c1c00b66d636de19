//! A response that carries a new choice.

use super::Policy;
use crate::consent::Consent;
use crate::cookie::{CookiePair, SetCookie};

impl Policy {
    /// The choice by which a response with these `Set-Cookie` fields is judged, if they set or delete a cookie that
    /// holds one; `cookies` are the cookie-pairs of the request, `now` is in Unix seconds.
    ///
    /// It is the stricter of the old choice and the new one: a withdrawal counts at once, a grant from the next request
    /// on, in which the user agent confirms it. The new one is read from the cookies as they will be, since a manager may
    /// have several and set one of them. A deletion is no choice; one of the companion alone leaves the choice as it is.
    pub fn choice_after<'a>(
        &self,
        lines: &[SetCookie<'a>],
        cookies: impl Iterator<Item = CookiePair<'a>> + Clone,
        before: &Consent,
        now: i64,
    ) -> Option<Consent> {
        let chooses = |line: &&SetCookie<'_>| self.is_consent_cookie(line.name()) && line.refusal().is_none();
        let set = lines.iter().filter(chooses);
        set.clone().next()?;
        let holds = |line: &SetCookie<'_>| self.registry().consent().holds(line.name());
        if set.clone().any(|line| holds(line) && line.is_deletion(now)) {
            return Some(before.stricter(&Consent::none()));
        }
        let kept = cookies.filter(|pair| {
            self.is_consent_cookie(pair.name()) && !set.clone().any(|line| line.name() == pair.name())
        });
        let after = set.clone().filter(|line| !line.is_deletion(now)).map(SetCookie::pair).chain(kept);
        Some(before.stricter(&Consent::read(self.registry(), after, false)))
    }
}
