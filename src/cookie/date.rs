//! cookie-date, the lenient date of `Expires` (6265bis 5.1.1).

/// The time that a cookie-date names, in Unix seconds (negative before 1970); `None` if it is none.
///
/// Takes every form in use: `Thu, 01 Jan 1970 00:00:00 GMT`, `Sunday, 06-Nov-94 08:49:37 GMT`,
/// `Sun Nov  6 08:49:37 1994`. Zones are ignored, as browsers ignore them.
pub fn date(text: &[u8]) -> Option<i64> {
    fixed(text).unwrap_or_else(|| lenient(text))
}

/// What nearly every server writes, `Thu, 01 Jan 1970 00:00:00 GMT` or with hyphens in the date; `None` where it is
/// another form, which may be a date all the same.
fn fixed(text: &[u8]) -> Option<Option<i64>> {
    let [a, b, c, b',', b' ', d1, d2, b' ' | b'-', m1, m2, m3, b' ' | b'-', rest @ ..] = text else {
        return None;
    };
    let [y1, y2, y3, y4, b' ', h1, h2, b':', n1, n2, b':', s1, s2, b' ', b'G', b'M', b'T'] = rest else {
        return None;
    };
    // The name of a day can't be taken for a month's.
    if !matches!(&[*a, *b, *c], b"Mon" | b"Tue" | b"Wed" | b"Thu" | b"Fri" | b"Sat" | b"Sun") {
        return None;
    }
    let number = |digits: &[&u8]| {
        let digit =
            |sum: i64, digit: &&u8| digit.is_ascii_digit().then(|| sum * 10 + i64::from(**digit - b'0'));
        digits.iter().try_fold(0, digit)
    };
    let month = month_of(&[*m1, *m2, *m3])?;
    let (day, year) = (number(&[d1, d2])?, number(&[y1, y2, y3, y4])?);
    let time = (number(&[h1, h2])?, number(&[n1, n2])?, number(&[s1, s2])?);
    Some(seconds(year, month, day, time))
}

fn lenient(text: &[u8]) -> Option<i64> {
    let (mut time, mut day, mut month, mut year) = (None, None, None, None);
    for token in text.split(|octet| is_delimiter(*octet)) {
        // Each token is what it matches first among the parts still missing.
        if time.is_none()
            && let Some(found) = hms_time(token)
        {
            time = Some(found);
        } else if day.is_none()
            && let Some(found) = number(token, 1, 2)
        {
            day = Some(found);
        } else if month.is_none()
            && let Some(found) = month_of(token)
        {
            month = Some(found);
        } else if year.is_none()
            && let Some(found) = number(token, 2, 4)
        {
            year = Some(found);
        }
    }
    seconds(year?, month?, day?, time?)
}

/// The time of a date as it was written, if there is such a day and such a time.
fn seconds(year: i64, month: i64, day: i64, (hour, minute, second): (i64, i64, i64)) -> Option<i64> {
    let year = match year {
        year @ 70..=99 => year + 1900,
        year @ 0..=69 => year + 2000,
        year => year,
    };
    let valid = year >= 1601
        && (1..=days_in(month, year)).contains(&day)
        && hour <= 23
        && minute <= 59
        && second <= 59;
    valid.then(|| days(year, month, day) * 86_400 + hour * 3600 + minute * 60 + second)
}

fn is_delimiter(octet: u8) -> bool {
    matches!(octet, 0x09 | 0x20..=0x2F | 0x3B..=0x40 | 0x5B..=0x60 | 0x7B..=0x7E)
}

/// The leading digits, `least` to `most` of them, and what follows, which is no digit.
fn digits(token: &[u8], least: usize, most: usize) -> Option<(i64, &[u8])> {
    let count = token.iter().take_while(|octet| octet.is_ascii_digit()).count();
    let (digits, rest) = token.split_at_checked(count)?;
    let value = digits.iter().take(most).fold(0, |sum, digit| sum * 10 + i64::from(digit - b'0'));
    (least..=most).contains(&count).then_some((value, rest))
}

/// day-of-month and year: digits, then anything that starts with no digit.
fn number(token: &[u8], least: usize, most: usize) -> Option<i64> {
    digits(token, least, most).map(|(value, _)| value)
}

/// time: `8:4:19` and `08:04:19`, then anything that starts with no digit.
fn hms_time(token: &[u8]) -> Option<(i64, i64, i64)> {
    let (hour, rest) = digits(token, 1, 2)?;
    let (minute, rest) = digits(rest.strip_prefix(b":")?, 1, 2)?;
    let (second, _) = digits(rest.strip_prefix(b":")?, 1, 2)?;
    Some((hour, minute, second))
}

/// month: its first three letters in any case, then anything. From 1.
fn month_of(token: &[u8]) -> Option<i64> {
    const MONTHS: [&[u8]; 12] =
        [b"jan", b"feb", b"mar", b"apr", b"may", b"jun", b"jul", b"aug", b"sep", b"oct", b"nov", b"dec"];
    let start = token.get(..3)?;
    (1..).zip(MONTHS).find(|(_, month)| start.eq_ignore_ascii_case(month)).map(|(number, _)| number)
}

/// Days of a month of the Gregorian calendar.
fn days_in(month: i64, year: i64) -> i64 {
    match month {
        2 if year % 4 == 0 && (year % 100 != 0 || year % 400 == 0) => 29,
        2 => 28,
        4 | 6 | 9 | 11 => 30,
        _ => 31,
    }
}

/// Days from 1970-01-01. Years begin in March here, so that the leap day is the last of its year and the lengths of
/// months follow one formula.
fn days(year: i64, month: i64, day: i64) -> i64 {
    let (year, month) = if month > 2 { (year, month - 3) } else { (year - 1, month + 9) };
    let day_of_year = (153 * month + 2) / 5 + day - 1;
    const TO_1970: i64 = 719_468; // from 0000-03-01
    365 * year + year / 4 - year / 100 + year / 400 + day_of_year - TO_1970
}

/// A time as `Expires` spells it, an IMF-fixdate (RFC 9110 5.6.7): `Thu, 01 Jan 1970 00:00:00 GMT`. `time` in Unix
/// seconds; years outside 1601 to 9999, which [`date`] does not read, become the nearest second within.
pub fn imf_fixdate(time: i64) -> String {
    const NAMES: [&str; 7] = ["Thu", "Fri", "Sat", "Sun", "Mon", "Tue", "Wed"]; // 1970 began on a Thursday
    const MONTHS: [&str; 12] =
        ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"];
    let time = time.clamp(days(1601, 1, 1) * 86_400, days(10_000, 1, 1) * 86_400 - 1);
    let (day, second) = (time.div_euclid(86_400), time.rem_euclid(86_400));
    let mut year = 1600 + (day - days(1600, 1, 1)).div_euclid(366); // not later than it is
    while days(year + 1, 1, 1) <= day {
        year += 1;
    }
    let mut month = 1;
    while month < 12 && days(year, month + 1, 1) <= day {
        month += 1;
    }
    let name = |names: &[&'static str], at: i64| {
        usize::try_from(at).ok().and_then(|at| names.get(at)).copied().unwrap_or_default()
    };
    let (name, month_name) = (name(&NAMES, day.rem_euclid(7)), name(&MONTHS, month - 1));
    let date = day - days(year, month, 1) + 1;
    let (hour, minute, second) = (second / 3600, second / 60 % 60, second % 60);
    format!("{name}, {date:02} {month_name} {year:04} {hour:02}:{minute:02}:{second:02} GMT")
}
