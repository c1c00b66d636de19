//! What is changed on a `Set-Cookie` that passes, and when its renewal is refused.

use super::{Policy, Reason, Verdict};
use crate::consent::Consent;
use crate::cookie::{Edit, Lifetime, Promise, Refusal, SameSite, SetCookie};
use crate::registry::{
    self, Entry, EntryId, LifetimeChange, Presence, Renewal, Rewrite, SameSiteChange, SetBy, is_csrf_token,
};

/// 400 days in seconds: the most that browsers give any cookie (6265bis 5.5).
pub const LONGEST: i64 = 400 * 24 * 60 * 60;
/// 13 months of audience measurement without consent, in seconds: 395 whole days (CNIL, deliberation 2020-091).
pub const LONGEST_ANONYMISED: i64 = 395 * 24 * 60 * 60;

/// What a response is judged by.
#[derive(Clone, Copy, Debug)]
pub struct Occasion<'a> {
    /// What the visitor agreed to.
    pub consent: &'a Consent,
    /// Unix seconds.
    pub now: i64,
    /// Whether the user agent's own connection is secure: on another one it refuses what needs `Secure`.
    pub secure: bool,
}

impl Policy {
    /// Judges a `Set-Cookie` field like [`judge_set_cookie`](Self::judge_set_cookie), and rewrites it as its row and its
    /// site say: the verdict, and the new field value where it is [`Verdict::Rewrite`].
    ///
    /// `carried` tells whether the request came with a cookie of that name and value. Allocates only if something
    /// changes.
    pub fn sift_set_cookie(
        &self,
        cookie: &SetCookie<'_>,
        occasion: Occasion<'_>,
        carried: impl Fn(&[u8], &[u8]) -> bool,
    ) -> (Verdict, Option<Vec<u8>>) {
        let verdict = self.judge_set_cookie(cookie, occasion.consent, occasion.now);
        let Verdict::Forward(reason) = verdict else { return (verdict, None) };
        let Some(becoming) = self.becoming(cookie, reason, (occasion.secure, occasion.now)) else {
            return (verdict, None);
        };
        let name = becoming.edit.name.unwrap_or(cookie.name());
        if becoming.once && carried(name, cookie.value()) {
            return (Verdict::Strip(Reason::Renewal(becoming.entry)), None);
        }
        match becoming.field(cookie) {
            Ok(None) => (verdict, None),
            Ok(field) => (Verdict::Rewrite(reason), field),
            Err(refusal) => (Verdict::Strip(refusal.into()), None),
        }
    }

    /// What a passing `Set-Cookie` is to become; `None` where nothing is ever changed.
    pub(super) fn becoming(
        &self,
        cookie: &SetCookie<'_>,
        reason: Reason,
        (secure, now): (bool, i64),
    ) -> Option<Becoming<'_>> {
        if !self.rewrites {
            return None;
        }
        let id = match reason {
            Reason::ConsentCookie | Reason::Deletion => self.registry().lookup(cookie.name()),
            reason => reason.entry(),
        };
        let entry = id.map(|id| self.registry().entry(id));
        let rewrite = entry.and_then(|entry| entry.rewrite).unwrap_or_default().over(self.rewrite);
        let renewable = !matches!(reason, Reason::ConsentCookie | Reason::Deletion);
        let once = renewable && rewrite.renewal == Some(Renewal::Refuse);
        Some(Becoming { entry: id, once, edit: self.edit(cookie, (entry, rewrite), reason, (secure, now)) })
    }

    /// The changes to a passing `Set-Cookie`.
    fn edit<'a>(
        &'a self,
        cookie: &SetCookie<'_>,
        (entry, rewrite): (Option<&'a Entry>, Rewrite),
        reason: Reason,
        (secure, now): (bool, i64),
    ) -> Edit<'a> {
        let deletes = reason == Reason::Deletion;
        let new = entry.and_then(|entry| entry.rename.as_deref()).filter(|_| secure);
        let new = new.map(str::as_bytes);
        let promise = Promise::of(new.unwrap_or(cookie.name()));
        let mut edit = Edit { name: new, host: new.is_some() && promise.host, ..Edit::default() };

        // What user agents refuse on an insecure connection is not set there: the cookie would be lost.
        edit.partitioned = presence(rewrite.partitioned, secure);
        edit.same_site = match rewrite.same_site {
            Some(SameSiteChange::Set(registry::SameSite::None)) => secure.then_some(Some(SameSite::None)),
            Some(SameSiteChange::Set(registry::SameSite::Lax)) => Some(Some(SameSite::Lax)),
            Some(SameSiteChange::Set(registry::SameSite::Strict)) => Some(Some(SameSite::Strict)),
            Some(SameSiteChange::Remove) => Some(None),
            None => None,
        };
        if deletes {
            // A deletion has to find the cookie, and to be heard where the cookie was set; the rest is the site's.
            edit.same_site = edit.same_site.filter(|value| *value == Some(SameSite::None));
        } else {
            edit.secure = presence(rewrite.secure, secure);
            edit.http_only = presence(rewrite.http_only, !self.script_reads(cookie.name(), entry));
            edit.lifetime = (rewrite.lifetime == Some(LifetimeChange::Clamp)).then(|| longest(entry, now));
        }
        let partitioned = edit.partitioned.unwrap_or(cookie.partitioned());
        let everywhere = edit.same_site.unwrap_or(cookie.same_site()) == Some(SameSite::None);
        if promise.secure || partitioned || everywhere {
            let asked = new.is_some()
                || edit.partitioned == Some(true)
                || edit.same_site == Some(Some(SameSite::None));
            edit.secure = (asked || edit.secure == Some(true)).then_some(true);
        }
        if promise.http_only {
            edit.http_only = edit.http_only.filter(|there| *there);
        }
        edit
    }

    /// Whether a script of the page reads the cookie, so that it must not become HttpOnly.
    fn script_reads(&self, name: &[u8], entry: Option<&Entry>) -> bool {
        self.registry().consent().holds(name)
            || is_csrf_token(name)
            || entry.is_some_and(|entry| entry.set_by == Some(SetBy::Script))
    }
}

/// What becomes of a passing `Set-Cookie`.
pub(super) struct Becoming<'a> {
    /// Its row.
    pub(super) entry: Option<EntryId>,
    /// It does not pass where the user agent has this very value already.
    pub(super) once: bool,
    pub(super) edit: Edit<'a>,
}

impl Becoming<'_> {
    /// The new field value, if it is another one.
    ///
    /// # Errors
    /// Browsers would refuse what it would become.
    pub(super) fn field(&self, cookie: &SetCookie<'_>) -> Result<Option<Vec<u8>>, Refusal> {
        let Some(field) = self.edit.apply(cookie) else { return Ok(None) };
        // A longer name may be one too long, and one with a prefix makes promises; else nothing new can be refused.
        if self.edit.name.is_none() && !cookie.name().starts_with(b"__") {
            return Ok(Some(field));
        }
        match SetCookie::parse(&field).refusal() {
            Some(refusal) => Err(refusal),
            None => Ok(Some(field)),
        }
    }
}

/// Set only where that `may` be; removed anywhere.
fn presence(wanted: Option<Presence>, may: bool) -> Option<bool> {
    match wanted? {
        Presence::Set => may.then_some(true),
        Presence::Remove => Some(false),
    }
}

/// The longest that a cookie may live: as declared, and never longer than law and browsers allow.
fn longest(entry: Option<&Entry>, now: i64) -> Lifetime {
    let anonymised = entry.is_some_and(|entry| entry.anonymised && !entry.needs_consent);
    let most = if anonymised { LONGEST_ANONYMISED } else { LONGEST };
    match entry.and_then(|entry| entry.lifetime) {
        Some(registry::Lifetime::Session) => Lifetime::Session,
        Some(registry::Lifetime::Seconds(seconds)) => {
            Lifetime::AtMost { seconds: i64::try_from(seconds).unwrap_or(most).min(most), now }
        }
        None => Lifetime::AtMost { seconds: most, now },
    }
}
