//! The counts of one name between two hand-overs: one number to raise for each cookie that is seen.

use super::facts::{Facts, Reasons, Ways};
use crate::policy::{Direction, Reason, Verdict};

const REASONS: usize = Reason::WORDS.len();
/// Forwarded, rewritten, stripped.
const KINDS: usize = 3;

/// How often each verdict was given for each reason, each way, and how often a cookie was expired for each.
#[derive(Debug)]
pub(super) struct Tally {
    /// By way, then by kind, then by reason.
    seen: [u32; 2 * KINDS * REASONS],
    purged: [u32; REASONS],
}

impl Default for Tally {
    fn default() -> Self {
        Self { seen: [0; 2 * KINDS * REASONS], purged: [0; REASONS] }
    }
}

impl Tally {
    pub(super) fn count(&mut self, direction: Direction, verdict: Verdict) {
        let (kind, reason) = match verdict {
            Verdict::Forward(reason) => (0, reason),
            Verdict::Rewrite(reason) => (1, reason),
            Verdict::Strip(reason) => (2, reason),
        };
        let place = (direction as usize * KINDS + kind) * REASONS + reason.place();
        if let Some(count) = self.seen.get_mut(place) {
            *count = count.saturating_add(1);
        }
    }

    pub(super) fn purge(&mut self, reason: Reason) {
        if let Some(count) = self.purged.get_mut(reason.place()) {
            *count = count.saturating_add(1);
        }
    }

    /// The counts as they are kept, without examples.
    pub(super) fn facts(&self) -> Facts {
        let mut ways = Ways::default();
        let mut reasons = [0; REASONS];
        let mut deleted = 0;
        let cells = [Direction::Request, Direction::Response]
            .into_iter()
            .flat_map(|direction| (0..KINDS).map(move |kind| (direction, kind)));
        for ((direction, kind), counts) in cells.zip(self.seen.chunks_exact(REASONS)) {
            let counted: u64 = counts.iter().map(|count| u64::from(*count)).sum();
            let way = ways.way_mut(direction);
            *[&mut way.forwarded, &mut way.rewritten, &mut way.stripped][kind] += counted;
            for (sum, count) in reasons.iter_mut().zip(counts) {
                *sum += u64::from(*count);
            }
            if direction == Direction::Response {
                deleted += counts.get(Reason::Deletion.place()).copied().map_or(0, u64::from);
            }
        }
        for (sum, count) in reasons.iter_mut().zip(self.purged) {
            *sum += u64::from(count);
        }
        let purged = self.purged.iter().map(|count| u64::from(*count)).sum();
        Facts { ways, deleted, purged, reasons: Reasons::from(reasons), ..Facts::default() }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_raised_is_what_is_kept() {
        let mut tally = Tally::default();
        let (request, response) = (Direction::Request, Direction::Response);
        let verdicts = [
            (request, Verdict::Strip(Reason::Undeclared)),
            (request, Verdict::Strip(Reason::TooMany)),
            (request, Verdict::Forward(Reason::ConsentCookie)),
            (response, Verdict::Rewrite(Reason::UndeclaredAllowed)),
            (response, Verdict::Forward(Reason::Deletion)),
            (response, Verdict::Rewrite(Reason::Deletion)),
        ];
        for (direction, verdict) in verdicts {
            tally.count(direction, verdict);
        }
        tally.purge(Reason::Undeclared);
        let facts = tally.facts();
        let counts = |way: super::super::Counts| [way.forwarded, way.rewritten, way.stripped];
        assert_eq!((counts(facts.ways.request), counts(facts.ways.response)), ([1, 0, 2], [1, 2, 0]));
        assert_eq!((facts.deleted, facts.purged), (2, 1));
        let reasons: Vec<_> = facts.reasons.iter().collect();
        let expected = [
            ("consent-cookie", 1),
            ("deletion", 2),
            ("undeclared-allowed", 1),
            ("undeclared", 2),
            ("too-many", 1),
        ];
        assert_eq!(reasons, expected);
    }
}
