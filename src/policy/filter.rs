//! The `Cookie` fields of a request, sifted.

use super::renaming::Renaming;
use super::{Policy, Reason, Verdict};
use crate::consent::Consent;
use crate::cookie::{CookiePair, pairs, reads_alike};

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
    /// lose the session. A pair in which a server could read a further cookie that may not pass is stripped too.
    pub fn filter_request<'a>(
        &self,
        mut fields: impl Iterator<Item = &'a [u8]>,
        consent: &Consent,
        secure: bool,
        seen: impl FnMut(&[u8], Verdict),
    ) -> Sifted {
        let Some(first) = fields.next() else { return Sifted::Unchanged };
        let Some(second) = fields.next() else { return self.filter_field(first, consent, secure, seen) };
        let all: Vec<&[u8]> = [first, second].into_iter().chain(fields).collect();
        let all = all.join(&b"; "[..]);
        match self.filter_field(&all, consent, secure, seen) {
            Sifted::Unchanged => sifted(join(pairs(&all), all.len())),
            changed => changed,
        }
    }

    fn filter_field(
        &self,
        field: &[u8],
        consent: &Consent,
        secure: bool,
        mut seen: impl FnMut(&[u8], Verdict),
    ) -> Sifted {
        // Hardly any field gives cause for it.
        let ambiguous = if reads_alike(field) { Vec::new() } else { self.ambiguous(field, consent, secure) };
        let mut renaming = self.renames.then(|| Renaming::of(self, pairs(field), secure));
        let mut changed: Option<Vec<u8>> = None;
        for (count, pair) in pairs(field).enumerate() {
            let verdict = match self.judge_counted(count, &pair, consent) {
                verdict if verdict.forwards() && ambiguous.binary_search(&count).is_ok() => {
                    Verdict::Strip(Reason::Ambiguous)
                }
                verdict => verdict,
            };
            let (verdict, name) = match &mut renaming {
                Some(renaming) => renaming.settle(self, &pair, verdict),
                None => (verdict, None),
            };
            seen(pair.name(), verdict);
            match (&mut changed, verdict) {
                (None, Verdict::Forward(_)) => {}
                (None, Verdict::Strip(_)) => changed = Some(join(pairs(field).take(count), field.len())),
                (None, Verdict::Rewrite(_)) => {
                    let kept = changed.insert(join(pairs(field).take(count), field.len()));
                    append_as(kept, name.unwrap_or(pair.name()), &pair);
                }
                (Some(kept), Verdict::Forward(_)) => append(kept, pair.raw()),
                (Some(kept), Verdict::Rewrite(_)) => append_as(kept, name.unwrap_or(pair.name()), &pair),
                (Some(_), Verdict::Strip(_)) => {}
            }
        }
        changed.map_or(Sifted::Unchanged, sifted)
    }

    /// Judges a pair that `count` others came before.
    pub(super) fn judge_counted(&self, count: usize, pair: &CookiePair<'_>, consent: &Consent) -> Verdict {
        if count < self.most_pairs() || self.is_consent_cookie(pair.name()) {
            self.judge_pair(pair, consent)
        } else {
            Verdict::Strip(Reason::TooMany)
        }
    }
}

fn sifted(kept: Vec<u8>) -> Sifted {
    if kept.is_empty() { Sifted::Empty } else { Sifted::Fewer(kept) }
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
