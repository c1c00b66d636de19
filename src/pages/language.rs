//! Which language a visitor reads, and how it is written.

/// Ranges of an Accept-Language that are looked at.
const MOST_RANGES: usize = 32;

/// The language for a visitor: the address's (`?lang=`), else the cookie's, else the first acceptable one, else the
/// first. What names no language of the site is as if it were not there. `None` if there is no language.
pub(super) fn choose<'a>(
    available: &'a [String],
    url: Option<&str>,
    cookie: Option<&[u8]>,
    accept: Option<&[u8]>,
) -> Option<&'a str> {
    let cookie = cookie.and_then(|value| std::str::from_utf8(value).ok());
    let accept = accept.and_then(|field| std::str::from_utf8(field).ok());
    let said = url.into_iter().chain(cookie).find_map(|tag| lookup(available, tag.trim_matches('"')));
    said.or_else(|| acceptable(available, accept?)).or(available.first()).map(String::as_str)
}

/// The best language of an Accept-Language field (RFC 9110 12.5.4): by weight, then in its order.
fn acceptable<'a>(available: &'a [String], field: &str) -> Option<&'a String> {
    let mut ranges: Vec<(u16, &str)> = field.split(',').take(MOST_RANGES).filter_map(weighted).collect();
    ranges.sort_by_key(|(weight, _)| std::cmp::Reverse(*weight));
    let refused =
        |tag: &String| ranges.iter().any(|(weight, range)| *weight == 0 && tag.eq_ignore_ascii_case(range));
    ranges.iter().filter(|(weight, _)| *weight > 0).find_map(|(_, range)| match *range {
        "*" => available.iter().find(|tag| !refused(tag)),
        range => lookup(available, range),
    })
}

/// `fr-CH;q=0.9`: the weight in thousandths, and the range.
fn weighted(item: &str) -> Option<(u16, &str)> {
    let (range, parameters) = item.split_once(';').unwrap_or((item, ""));
    let parameters = parameters.trim();
    let weight = if parameters.is_empty() {
        1000
    } else {
        let value = parameters.strip_prefix(['q', 'Q'])?.trim_start().strip_prefix('=')?.trim();
        thousandths(value)?
    };
    Some((weight, range.trim()))
}

/// A qvalue (RFC 9110 12.4.2): `0.8` is 800.
fn thousandths(value: &str) -> Option<u16> {
    let (whole, fraction) = value.split_once('.').unwrap_or((value, ""));
    if fraction.len() > 3 || !fraction.bytes().all(|byte| byte.is_ascii_digit()) {
        return None;
    }
    let fraction: u16 = format!("{fraction:0<3}").parse().ok()?;
    match (whole, fraction) {
        ("0", fraction) => Some(fraction),
        ("1", 0) => Some(1000),
        _ => None,
    }
}

/// Lookup (RFC 4647 3.4): the range, and ever shorter beginnings of it; then a narrower language, `fr-ca` for `fr`.
pub(super) fn lookup<'a>(available: &'a [String], range: &str) -> Option<&'a String> {
    let mut wanted = range;
    while !wanted.is_empty() {
        if let Some(tag) = available.iter().find(|tag| tag.eq_ignore_ascii_case(wanted)) {
            return Some(tag);
        }
        wanted = wanted.rsplit_once('-').map_or("", |(shorter, _)| shorter);
        // A single letter or digit introduces what follows it, and goes with it.
        if let Some((shorter, last)) = wanted.rsplit_once('-')
            && last.len() == 1
        {
            wanted = shorter;
        }
    }
    available.iter().find(|tag| {
        let (start, rest) = tag.split_at_checked(range.len()).unwrap_or_default();
        !range.is_empty() && start.eq_ignore_ascii_case(range) && rest.starts_with('-')
    })
}

/// Whether a language is written from right to left: by its script where the tag has one, else by the script that
/// it is usually written in.
pub(super) fn right_to_left(language: &str) -> bool {
    const SCRIPTS: [&str; 7] = ["arab", "hebr", "thaa", "nkoo", "syrc", "adlm", "rohg"];
    const LANGUAGES: [&str; 16] =
        ["ar", "arc", "ckb", "dv", "fa", "he", "iw", "ji", "ks", "nqo", "prs", "ps", "sd", "ug", "ur", "yi"];
    let lower = language.to_ascii_lowercase();
    let mut subtags = lower.split('-');
    let primary = subtags.next().unwrap_or_default();
    match subtags.find(|subtag| subtag.len() == 4 && subtag.bytes().all(|byte| byte.is_ascii_alphabetic())) {
        Some(script) => SCRIPTS.contains(&script),
        None => LANGUAGES.contains(&primary),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(available: &str, url: Option<&str>, cookie: &str, accept: &str) -> String {
        let available: Vec<String> = available.split_whitespace().map(str::to_owned).collect();
        let some = |text: &'static str| (!text.is_empty()).then_some(text.as_bytes());
        choose(&available, url, some(cookie.to_owned().leak()), some(accept.to_owned().leak()))
            .unwrap_or_default()
            .to_owned()
    }

    #[test]
    fn address_then_cookie_then_field_then_the_first() {
        assert_eq!(of("en fr de", Some("fr"), "de", "en"), "fr");
        assert_eq!(of("en fr de", Some("xx"), "de", "en"), "de");
        assert_eq!(of("en fr de", None, "\"de\"", "en"), "de");
        assert_eq!(of("en fr de", None, "\u{1}", "fr"), "fr");
        assert_eq!(of("en fr de", None, "", "es, it"), "en");
        assert_eq!(of("", Some("fr"), "", ""), "");
    }

    #[test]
    fn weights_order_what_is_accepted() {
        for (available, field, expected) in [
            ("en fr", "en;q=0.5, fr;q=0.8", "fr"),
            ("en fr", "en;q=0.5,fr ; q = 0.8", "fr"),
            ("en fr", "de, en;q=0, *;q=0.1", "fr"),
            ("en fr", "fr;q=0", "en"),
            ("en fr", "fr;q=2, en;q=0.1", "en"),
            ("en fr", "fr;q=0.1234, en;q=0.1", "en"),
            ("en fr", "en;q=0.122, fr;q=0.123", "fr"),
            ("en fr", "fr;q=1.000, en", "fr"),
            ("en fr", "fr;q=1.001, en;q=0.1", "en"),
            ("en fr-ca", "es, en", "en"),
            ("en fr nl", "nl-BE", "nl"),
            ("en zh-hant", "zh-Hant-TW", "zh-hant"),
            ("en zh-hant", "zh-Hant-x-private", "zh-hant"),
            ("en fr-ca", "fr", "fr-ca"),
            ("en fr fr-ca", "fr-CA, fr;q=0.9", "fr-ca"),
            ("en fr", "-, ;, fr", "fr"),
            ("en fr", "é, fr", "fr"),
        ] {
            assert_eq!(of(available, None, "", field), expected, "{field}");
        }
    }

    #[test]
    fn direction_follows_the_script() {
        for language in ["ar", "he-IL", "ur", "az-Arab", "FA"] {
            assert!(right_to_left(language), "{language}");
        }
        for language in ["en", "az", "ar-Latn", "fr-CA"] {
            assert!(!right_to_left(language), "{language}");
        }
    }
}
