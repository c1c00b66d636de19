//! When a failing database is tried again, and how often the log tells of it.

use std::time::Duration;

use tokio::time::Instant;

const FIRST: Duration = Duration::from_millis(100);
const LONGEST: Duration = Duration::from_secs(5);
/// Between two lines of the log about one trouble.
const QUIET: Duration = Duration::from_secs(60);

/// None, or one since some time.
#[derive(Debug, Default)]
pub(super) struct Trouble(Option<State>);

#[derive(Debug)]
struct State {
    retry: Instant,
    wait: Duration,
    told: Instant,
}

impl Trouble {
    /// Whether the last attempt failed.
    pub(super) fn is_there(&self) -> bool {
        self.0.is_some()
    }

    /// When to try again.
    pub(super) fn retry(&self) -> Option<Instant> {
        self.0.as_ref().map(|state| state.retry)
    }

    /// Whether it is too early to try again.
    pub(super) fn is_to_wait(&self) -> bool {
        self.retry().is_some_and(|retry| Instant::now() < retry)
    }

    /// Tries again whatever the time is.
    pub(super) fn try_now(&mut self) {
        if let Some(state) = &mut self.0 {
            state.retry = Instant::now();
        }
    }

    /// An attempt failed. Whether the log should tell.
    pub(super) fn begin_or_go_on(&mut self) -> bool {
        let now = Instant::now();
        let Some(state) = &mut self.0 else {
            self.0 = Some(State { retry: now + FIRST, wait: FIRST, told: now });
            return true;
        };
        state.wait = (state.wait * 2).min(LONGEST);
        state.retry = now + state.wait;
        let tell = now.duration_since(state.told) >= QUIET;
        if tell {
            state.told = now;
        }
        tell
    }

    /// An attempt went well. Whether there was trouble before.
    pub(super) fn end(&mut self) -> bool {
        self.0.take().is_some()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test(start_paused = true)]
    async fn it_waits_longer_each_time_and_tells_once_a_minute() {
        let mut trouble = Trouble::default();
        assert!(trouble.begin_or_go_on());
        assert!(trouble.is_to_wait());
        tokio::time::advance(FIRST).await;
        assert!(!trouble.is_to_wait());
        let mut told = 0;
        let begin = Instant::now();
        while begin.elapsed() < Duration::from_secs(600) {
            told += u32::from(trouble.begin_or_go_on());
            tokio::time::sleep_until(trouble.retry().unwrap()).await;
        }
        assert!((9..=10).contains(&told), "{told}");
        assert!(trouble.end());
        assert!(!trouble.end());
        assert!(!trouble.is_there());
    }
}
