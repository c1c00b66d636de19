//! The `Date` of an answer that came without one (RFC 9110 6.6.1).

use std::cell::RefCell;
use std::time::{SystemTime, UNIX_EPOCH};

use http::HeaderValue;

use crate::cookie::imf_fixdate;

thread_local! {
    /// What was written last on this thread, and for which second.
    static LATEST: RefCell<(i64, HeaderValue)> = const { RefCell::new((i64::MIN, HeaderValue::from_static(""))) };
}

/// The time of day, written once a second. hyper's own, which it adds where there is none still, stays as it is when
/// the clock goes back.
pub(super) fn now() -> HeaderValue {
    let since = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
    at(i64::try_from(since.as_secs()).unwrap_or(i64::MAX))
}

fn at(second: i64) -> HeaderValue {
    LATEST.with_borrow_mut(|(written, date)| {
        if *written != second
            && let Ok(value) = HeaderValue::try_from(imf_fixdate(second))
        {
            (*written, *date) = (second, value);
        }
        date.clone()
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn it_follows_a_clock_that_goes_on_and_one_that_goes_back() {
        for (second, date) in [
            (784_111_777, "Sun, 06 Nov 1994 08:49:37 GMT"),
            (784_111_778, "Sun, 06 Nov 1994 08:49:38 GMT"),
            (784_111_777, "Sun, 06 Nov 1994 08:49:37 GMT"),
            (0, "Thu, 01 Jan 1970 00:00:00 GMT"),
        ] {
            assert_eq!(
                (at(second), at(second)),
                (HeaderValue::from_static(date), HeaderValue::from_static(date))
            );
        }
    }
}
