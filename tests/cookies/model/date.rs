//! cookie-date (6265bis 5.1.1), token by token.

/// The Unix seconds that a cookie-date names.
pub(crate) fn cookie_date(text: &[u8]) -> Option<i64> {
    let mut time: Option<[i64; 3]> = None;
    let (mut day, mut month, mut year) = (None, None, None);
    for token in text.split(|octet| is_delimiter(*octet)).filter(|token| !token.is_empty()) {
        if time.is_none() && is_time(token).is_some() {
            time = is_time(token);
        } else if day.is_none() && leading_number(token, 1..=2).is_some() {
            day = leading_number(token, 1..=2);
        } else if month.is_none() && is_month(token).is_some() {
            month = is_month(token);
        } else if year.is_none() && leading_number(token, 2..=4).is_some() {
            year = leading_number(token, 2..=4);
        }
    }
    let ([hour, minute, second], day, month, mut year) = (time?, day?, month?, year?);
    if (70..=99).contains(&year) {
        year += 1900;
    } else if (0..=69).contains(&year) {
        year += 2000;
    }
    if !(1..=31).contains(&day) || year < 1601 || hour > 23 || minute > 59 || second > 59 {
        return None;
    }
    // "If no such date exists, abort."
    if day > month_length(month, year) {
        return None;
    }
    let before: i64 = (1..month).map(|month| month_length(month, year)).sum();
    let days = days_before(year) - days_before(1970) + before + day - 1;
    Some(days * 86_400 + hour * 3_600 + minute * 60 + second)
}

/// `delimiter` of the grammar.
fn is_delimiter(octet: u8) -> bool {
    octet == 0x09
        || (0x20..=0x2F).contains(&octet)
        || (0x3B..=0x40).contains(&octet)
        || (0x5B..=0x60).contains(&octet)
        || (0x7B..=0x7E).contains(&octet)
}

/// `1*2DIGIT [ non-digit *OCTET ]` and `2*4DIGIT [ non-digit *OCTET ]`.
fn leading_number(token: &[u8], digits: std::ops::RangeInclusive<usize>) -> Option<i64> {
    let count = token.iter().position(|octet| !octet.is_ascii_digit()).unwrap_or(token.len());
    if !digits.contains(&count) {
        return None;
    }
    String::from_utf8_lossy(&token[..count]).parse().ok()
}

/// `hms-time [ non-digit *OCTET ]`.
fn is_time(token: &[u8]) -> Option<[i64; 3]> {
    let fields: Vec<&[u8]> = token.splitn(3, |octet| *octet == b':').collect();
    let [hour, minute, second] = fields.as_slice() else { return None };
    // The first two are digits alone, the third may be followed by anything but a digit.
    let whole = |field: &[u8]| field.iter().all(u8::is_ascii_digit).then(|| leading_number(field, 1..=2))?;
    Some([whole(hour)?, whole(minute)?, leading_number(second, 1..=2)?])
}

fn is_month(token: &[u8]) -> Option<i64> {
    let start = token.get(..3)?.to_ascii_lowercase();
    let names = ["jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec"];
    (1..).zip(names).find(|(_, name)| start == name.as_bytes()).map(|(number, _)| number)
}

fn is_leap(year: i64) -> bool {
    year % 4 == 0 && (year % 100 != 0 || year % 400 == 0)
}

fn month_length(month: i64, year: i64) -> i64 {
    match month {
        2 if is_leap(year) => 29,
        2 => 28,
        4 | 6 | 9 | 11 => 30,
        _ => 31,
    }
}

/// Days from the first of January of the year 1 to that of `year`.
fn days_before(year: i64) -> i64 {
    let years = year - 1;
    years * 365 + years / 4 - years / 100 + years / 400
}
