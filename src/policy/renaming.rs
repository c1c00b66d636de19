//! Back to the names that the origin server knows: `__Host-sessionid` in a request is its `sessionid`.

use super::{Policy, Reason, Verdict};
use crate::cookie::CookiePair;
use crate::registry::EntryId;

/// The renamed cookies of one request.
///
/// A prefix is worth as much as what it keeps out: any subdomain, and anybody on the way of a plain connection, can set
/// a plain `sessionid` (6265bis 4.1.3, 8.6). So the plain name does not pass where the renamed one came, nor on a secure
/// connection, over which tamis sets no other.
pub(super) struct Renaming {
    secure: bool,
    /// Rows whose renamed cookie came.
    came: Vec<EntryId>,
    /// Those of which one has passed.
    passed: Vec<EntryId>,
}

impl Renaming {
    /// Looks through all pairs of a request.
    pub(super) fn of<'a>(policy: &Policy, pairs: impl Iterator<Item = CookiePair<'a>>, secure: bool) -> Self {
        let renamed = |pair: CookiePair<'a>| {
            let id = policy.registry().lookup(pair.name())?;
            let new = policy.registry().entry(id).rename.as_deref()?;
            (new.as_bytes() == pair.name()).then_some(id)
        };
        Self {
            secure,
            came: pairs.take(policy.most_pairs()).filter_map(renamed).collect(),
            passed: Vec::new(),
        }
    }

    /// The verdict on a pair in view of the others, and the name under which the origin server gets it.
    pub(super) fn settle<'p>(
        &mut self,
        policy: &'p Policy,
        pair: &CookiePair<'_>,
        verdict: Verdict,
    ) -> (Verdict, Option<&'p [u8]>) {
        let Verdict::Forward(reason) = verdict else { return (verdict, None) };
        let Some(id) = reason.entry() else { return (verdict, None) };
        let entry = policy.registry().entry(id);
        let Some(new) = &entry.rename else { return (verdict, None) };
        if new.as_bytes() != pair.name() {
            let superseded = self.secure || self.came.contains(&id);
            return (if superseded { Verdict::Strip(Reason::Superseded(id)) } else { verdict }, None);
        }
        if self.passed.contains(&id) {
            return (Verdict::Strip(Reason::Superseded(id)), None);
        }
        self.passed.push(id);
        (Verdict::Rewrite(reason), entry.names.first().map(|name| name.pattern.as_bytes()))
    }
}
