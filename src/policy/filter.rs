//! The `Cookie` fields of a request, sifted.

use super::renaming::Renaming;
use super::{Policy, Reason, Verdict};
use crate::consent::Consent;
use crate::cookie::{CookiePair, pairs};

/// What a request's `Cookie` fields become.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Sifted {
    /// At most one field came and nothing of it was stripped or renamed: it stays, byte for byte.
    Unchanged,
    /// One field with this value takes the place of all that came: the kept pairs, their octets and order as they
    /// were but for renamed names, joined by `; `.
    Fewer(Vec<u8>),
    /// No pair is left: the field goes.
    Empty,
}

impl Policy {
    /// Judges every cookie-pair of all `Cookie` fields of a request (HTTP/2 may send one a pair), and tells `seen`
    /// each name and verdict. `secure` says whether the user agent's own connection is: only there are cookies renamed.
    ///
    /// Beyond [`most_pairs`](Policy::most_pairs) nothing is looked up and only the consent cookie passes. Allocates
    /// only if something changes. Several fields always become one: some origin servers join them by a comma, and
    /// lose the session.
    pub fn filter_request<'a>(
        &self,
        fields: impl Iterator<Item = &'a [u8]> + Clone,
        consent: &Consent,
        secure: bool,
        mut seen: impl FnMut(&[u8], Verdict),
    ) -> Sifted {
        let several = fields.clone().nth(1).is_some();
        let room = fields.clone().map(|field| field.len() + 2).sum();
        let all = fields.flat_map(pairs);
        let mut renaming = self.renames.then(|| Renaming::of(self, all.clone(), secure));
        let mut changed: Option<Vec<u8>> = None;
        for (count, pair) in all.clone().enumerate() {
            let verdict = self.judge_counted(count, &pair, consent);
            let (verdict, name) = match &mut renaming {
                Some(renaming) => renaming.settle(self, &pair, verdict),
                None => (verdict, None),
            };
            seen(pair.name(), verdict);
            match (&mut changed, verdict) {
                (None, Verdict::Forward(_)) => {}
                (None, Verdict::Strip(_)) => changed = Some(join(all.clone().take(count), room)),
                (None, Verdict::Rewrite(_)) => {
                    let kept = changed.insert(join(all.clone().take(count), room));
                    append_as(kept, name.unwrap_or(pair.name()), &pair);
                }
                (Some(kept), Verdict::Forward(_)) => append(kept, pair.raw()),
                (Some(kept), Verdict::Rewrite(_)) => append_as(kept, name.unwrap_or(pair.name()), &pair),
                (Some(_), Verdict::Strip(_)) => {}
            }
        }
        match changed {
            None if !several => Sifted::Unchanged,
            changed => match changed.unwrap_or_else(|| join(all, room)) {
                kept if kept.is_empty() => Sifted::Empty,
                kept => Sifted::Fewer(kept),
            },
        }
    }

    /// Judges a pair that `count` others came before.
    fn judge_counted(&self, count: usize, pair: &CookiePair<'_>, consent: &Consent) -> Verdict {
        if count < self.most_pairs() || self.is_consent_cookie(pair.name()) {
            self.judge_pair(pair, consent)
        } else {
            Verdict::Strip(Reason::TooMany)
        }
    }
}

/// The pairs as one field value, with room for all that may still follow.
fn join<'a>(pairs: impl Iterator<Item = CookiePair<'a>>, room: usize) -> Vec<u8> {
    let mut field = Vec::with_capacity(room);
    for pair in pairs {
        append(&mut field, pair.raw());
    }
    field
}

/// One more pair at the end of a field value (6265bis 4.2.1: `;` SP).
fn append(field: &mut Vec<u8>, pair: &[u8]) {
    if !field.is_empty() {
        field.extend_from_slice(b"; ");
    }
    field.extend_from_slice(pair);
}

/// The same under another name.
fn append_as(field: &mut Vec<u8>, name: &[u8], pair: &CookiePair<'_>) {
    append(field, name);
    field.push(b'=');
    field.extend_from_slice(pair.value());
}
