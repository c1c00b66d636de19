//! A response that carries a new choice.

use super::Policy;
use crate::consent::Consent;
use crate::cookie::{SetCookie, pairs};

impl Policy {
    /// The choice by which a response with these `Set-Cookie` fields is judged, if they set or delete the consent
    /// cookie; `now` in Unix seconds.
    ///
    /// It is the stricter of the old choice and the new one: a withdrawal counts at once, a grant from the next request
    /// on, in which the user agent confirms it. A deletion is no choice.
    pub fn choice_after<'a>(
        &self,
        fields: impl Iterator<Item = &'a [u8]>,
        before: &Consent,
        now: i64,
    ) -> Option<Consent> {
        let named =
            |field: &&[u8]| pairs(field).next().is_some_and(|pair| self.is_consent_cookie(pair.name()));
        let heard = fields.filter(named).map(|field| (field, SetCookie::parse(field)));
        let heard = heard.filter(|(_, cookie)| cookie.refusal().is_none());
        let choices = heard.map(|(field, cookie)| match cookie.is_deletion(now) {
            true => Consent::none(),
            false => Consent::read(self.registry(), pairs(field).take(1), false),
        });
        choices.fold(None, |strictest, choice| Some(strictest.as_ref().unwrap_or(before).stricter(&choice)))
    }
}
