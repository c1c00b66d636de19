//! Pairs in which some servers read further cookies, as `sessionid=a _ga=1` is two for Python's http.cookies.

use super::renaming::Renaming;
use super::{Policy, Verdict};
use crate::consent::Consent;
use crate::cookie::{CookiePair, Reading, pairs, readings, reads_alike};

/// How often the rest is read again after something was taken out: a quoted string that ended there may now end later.
/// Beyond it no pair is left that anybody could read in another way.
const ROUNDS: usize = 4;

/// A pair that passes by itself.
struct Passing<'a> {
    /// How many pairs came before it.
    count: usize,
    /// Where it begins in the field that is made of all that pass.
    at: usize,
    /// Its name there.
    name: &'a [u8],
}

impl Policy {
    /// Which pairs of a field, counted from 0 and in their order, don't pass though their names may: those in which a server could read a
    /// cookie that may not. For fields whose octets give cause to look ([`reads_alike`]).
    pub(super) fn ambiguous(&self, field: &[u8], consent: &Consent, secure: bool) -> Vec<usize> {
        let mut found = Vec::new();
        for _ in 0..ROUNDS {
            let (passing, joined) = self.passing(field, &found, consent, secure);
            // Of a reading that is not a pair's own, the pair in which it begins.
            let within = |reading: Reading<'_>| {
                let pair =
                    passing.get(passing.partition_point(|pair| pair.at <= reading.at).checked_sub(1)?)?;
                let own = (pair.at, pair.name) == (reading.at, reading.name);
                let counts = !reading.blunt || self.knows_within(reading.name);
                (!own && counts && !self.allows_within(reading.name, consent)).then_some(pair.count)
            };
            let more: Vec<usize> = readings(&joined).into_iter().filter_map(within).collect();
            if more.is_empty() {
                return found;
            }
            found.extend(more);
            found.sort_unstable();
            found.dedup();
        }
        let odd = |pair: &CookiePair<'_>| !reads_alike(pair.raw());
        pairs(field).enumerate().filter(|(_, pair)| odd(pair)).map(|(count, _)| count).collect()
    }

    /// The pairs that pass but for those taken out, and the field that they make.
    fn passing<'a>(
        &'a self,
        field: &'a [u8],
        out: &[usize],
        consent: &Consent,
        secure: bool,
    ) -> (Vec<Passing<'a>>, Vec<u8>) {
        let mut renaming = self.renames.then(|| Renaming::of(self, pairs(field), secure));
        let (mut passing, mut joined) = (Vec::new(), Vec::with_capacity(field.len()));
        for (count, pair) in pairs(field).enumerate().filter(|(count, _)| out.binary_search(count).is_err()) {
            let verdict = self.judge_counted(count, &pair, consent);
            let (verdict, new) = match &mut renaming {
                Some(renaming) => renaming.settle(self, &pair, verdict),
                None => (verdict, None),
            };
            if !joined.is_empty() && verdict.forwards() {
                joined.extend_from_slice(b"; ");
            }
            let (at, name) = (joined.len(), new.unwrap_or(pair.name()));
            match verdict {
                Verdict::Forward(_) => joined.extend_from_slice(pair.raw()),
                Verdict::Rewrite(_) => joined.extend_from_slice(&[name, b"=", pair.value()].concat()),
                Verdict::Strip(_) => continue,
            }
            passing.push(Passing { count, at, name });
        }
        (passing, joined)
    }
}
