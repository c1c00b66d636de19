//! A response that carries a new choice.

use super::Policy;
use crate::consent::Consent;
use crate::cookie::SetCookie;

impl Policy {
    /// The choice by which a response with these `Set-Cookie` fields is judged, if they set or delete the consent
    /// cookie; `now` in Unix seconds.
    ///
    /// It is the stricter of the old choice and the new one: a withdrawal counts at once, a grant from the next request
    /// on, in which the user agent confirms it. A deletion is no choice.
    pub fn choice_after(&self, lines: &[SetCookie<'_>], before: &Consent, now: i64) -> Option<Consent> {
        let heard =
            lines.iter().filter(|line| self.is_consent_cookie(line.name()) && line.refusal().is_none());
        let choices = heard.map(|line| match line.is_deletion(now) {
            true => Consent::none(),
            false => Consent::read(self.registry(), std::iter::once(line.value()), false),
        });
        choices.fold(None, |strictest, choice| Some(strictest.as_ref().unwrap_or(before).stricter(&choice)))
    }
}
