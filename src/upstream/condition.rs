//! How an address is: failures in a row, and for how long it is left out because of them.
//!
//! All workers share it. While all is well it is only read; written to are its rare changes.

use std::sync::LazyLock;
use std::sync::atomic::{AtomicBool, AtomicU8, AtomicU32, AtomicU64, Ordering::Relaxed};
use std::time::{Duration, Instant, SystemTime, UNIX_EPOCH};

use super::fault::FAILURES;

/// An address is left out for so long at first, and twice as long each time that it fails again, up to the second.
const SHORTEST: u64 = 1_000;
const LONGEST: u64 = 30_000;

/// Milliseconds since some moment of this process; never 0.
pub(super) fn now() -> u64 {
    static BEGIN: LazyLock<Instant> = LazyLock::new(Instant::now);
    let since = BEGIN.elapsed().as_millis();
    u64::try_from(since).unwrap_or(u64::MAX - 1) + 1
}

#[derive(Debug, Default)]
pub(super) struct Condition {
    /// Failures in a row.
    failures: AtomicU32,
    /// It is left out until then ([`now`]); 0 where it is not.
    until: AtomicU64,
    /// How often it was tried in vain since.
    trials: AtomicU32,
    /// Its probes that failed in a row.
    probes: AtomicU32,
    /// They were too many.
    unwell: AtomicBool,
    /// When the first of the failures was, in milliseconds of UNIX time.
    since: AtomicU64,
    /// The last failure, as its place in [`FAILURES`].
    word: AtomicU8,
}

/// What is wrong with an address.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Trouble {
    /// When the first of its failures in a row was.
    pub since: SystemTime,
    /// The last of them, one of [`FAILURES`].
    pub last: &'static str,
}

impl Condition {
    /// It is given requests.
    pub(super) fn is_in(&self) -> bool {
        self.until.load(Relaxed) == 0 && !self.unwell.load(Relaxed)
    }

    /// The next request may go there: it is in, or it has been left out for long enough. Then this request is its trial,
    /// and the next has to wait for twice as long.
    pub(super) fn admits(&self, now: u64) -> bool {
        let until = self.until.load(Relaxed);
        if self.unwell.load(Relaxed) || now < until {
            return false;
        }
        if until == 0 {
            return true;
        }
        let pause = pause(self.trials.load(Relaxed).saturating_add(1));
        // Of several that come at once, one.
        let claimed = self.until.compare_exchange(until, now.saturating_add(pause), Relaxed, Relaxed).is_ok();
        if claimed {
            self.trials.fetch_add(1, Relaxed);
        }
        claimed
    }

    /// Notes that a request was answered; whether that brings the address back.
    pub(super) fn answered(&self) -> bool {
        // Mostly there is nothing to change, and a line that is only read costs no other worker anything.
        if self.failures.load(Relaxed) == 0 {
            return false;
        }
        self.failures.store(0, Relaxed);
        self.trials.store(0, Relaxed);
        self.until.swap(0, Relaxed) != 0 && self.is_in()
    }

    /// Notes a failure; after `most` in a row the address is left out. For how long, if it was not before.
    pub(super) fn failed(&self, word: &str, most: u32, now: u64) -> Option<Duration> {
        self.note(word);
        let failures = self.failures.fetch_add(1, Relaxed).saturating_add(1);
        let left_out =
            || self.until.compare_exchange(0, now.saturating_add(SHORTEST), Relaxed, Relaxed).is_ok();
        (failures >= most && left_out()).then(|| Duration::from_millis(SHORTEST))
    }

    /// Notes that all is well, a probe says; whether that brings the address back.
    pub(super) fn is_well(&self) -> bool {
        let was_in = self.is_in();
        self.probes.store(0, Relaxed);
        self.unwell.store(false, Relaxed);
        self.answered();
        !was_in
    }

    /// Notes that a probe failed; after `most` in a row the address is left out. Whether it was not before.
    pub(super) fn is_unwell(&self, word: &str, most: u32) -> bool {
        self.note(word);
        self.failures.fetch_max(1, Relaxed);
        let probes = self.probes.fetch_add(1, Relaxed).saturating_add(1);
        probes >= most && !self.unwell.swap(true, Relaxed)
    }

    /// The time for its trial has come.
    #[cfg(test)]
    pub(super) fn hurry(&self) {
        self.until.store(1, Relaxed);
    }

    /// What is wrong, if anything is.
    pub(super) fn trouble(&self) -> Option<Trouble> {
        let wrong = self.failures.load(Relaxed) > 0 || !self.is_in();
        wrong.then(|| Trouble {
            since: UNIX_EPOCH + Duration::from_millis(self.since.load(Relaxed)),
            last: FAILURES.get(usize::from(self.word.load(Relaxed))).copied().unwrap_or_default(),
        })
    }

    fn note(&self, word: &str) {
        if self.failures.load(Relaxed) == 0 && self.is_in() {
            let since = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
            self.since.store(u64::try_from(since.as_millis()).unwrap_or(u64::MAX), Relaxed);
        }
        let place =
            FAILURES.iter().position(|known| *known == word).and_then(|place| u8::try_from(place).ok());
        self.word.store(place.unwrap_or_default(), Relaxed);
    }
}

/// How long after so many trials.
fn pause(trials: u32) -> u64 {
    SHORTEST.saturating_mul(1_u64.checked_shl(trials).unwrap_or(u64::MAX)).min(LONGEST)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn it_is_left_out_after_so_many_failures_in_a_row() {
        let condition = Condition::default();
        assert!(condition.is_in() && condition.admits(1) && condition.trouble().is_none());
        assert_eq!(condition.failed("connect", 3, 1), None);
        assert_eq!(condition.failed("no-answer", 3, 1), None);
        assert!(condition.is_in() && condition.admits(1), "two are not three");
        assert!(!condition.answered(), "it was never out");
        assert_eq!(condition.trouble(), None);
        for _ in 0..2 {
            assert_eq!(condition.failed("connect", 3, 10), None);
        }
        assert_eq!(condition.failed("slow-answer", 3, 10), Some(Duration::from_secs(1)));
        assert!(!condition.is_in() && !condition.admits(10) && !condition.admits(1009));
        assert_eq!(condition.failed("slow-answer", 3, 11), None, "no news");
        assert_eq!(condition.trouble().expect("trouble").last, "slow-answer");
    }

    #[test]
    fn one_request_at_a_time_is_its_trial_and_the_time_between_them_grows() {
        let condition = Condition::default();
        condition.failed("connect", 1, 1);
        let mut now = 1001;
        for pause in [2_000, 4_000, 8_000, 16_000, 30_000, 30_000] {
            assert!(!condition.admits(now - 1));
            assert!(condition.admits(now), "{pause}");
            assert!(!condition.admits(now) && !condition.is_in(), "one is enough");
            assert_eq!(condition.failed("connect", 1, now), None);
            now += pause;
        }
        assert!(condition.admits(now) && condition.answered(), "it is back");
        assert!(condition.is_in() && condition.admits(now) && !condition.answered());
        condition.failed("connect", 1, now);
        assert!(condition.admits(now + 1_000), "and begins anew");
    }

    #[test]
    fn what_its_probes_say_is_for_its_probes_to_take_back() {
        let condition = Condition::default();
        assert!(!condition.is_unwell("probe", 2) && condition.is_in());
        assert!(condition.is_unwell("probe", 2) && !condition.is_unwell("probe", 2));
        assert!(!condition.is_in() && !condition.admits(u64::MAX));
        assert_eq!(condition.trouble().expect("trouble").last, "probe");
        assert!(!condition.answered() && !condition.is_in());
        assert!(condition.is_well() && !condition.is_well());
        assert!(condition.is_in() && condition.trouble().is_none());
        condition.failed("connect", 1, 1);
        assert!(condition.is_well() && condition.is_in(), "nor does it wait for a trial");
    }

    #[test]
    fn no_pause_is_longer_than_the_longest() {
        assert_eq!(
            [0, 1, 4, 5, 63, 64, u32::MAX].map(pause),
            [1000, 2000, 16_000, 30_000, 30_000, 30_000, 30_000]
        );
    }
}
