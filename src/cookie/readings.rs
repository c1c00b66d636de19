//! Cookies that other software reads where browsers and tamis see none.
//!
//! For browsers only a semicolon ends a pair (6265bis 5.8.3, step 6), and most servers read it so: Django, Node, PHP, Go.
//! Others take white space or commas for separators too, as RFC 2109 did, and a quoted value for one value whatever is in
//! it: Python's http.cookies and aiohttp; Undertow, and Tomcat once it is told `$Version`; CGI.pm and old versions of Rack.
//! For them `a=1 b=2` may be two cookies, and `a="1; b=2"` one. A few heed no quotes at all: for lua-resty-cookie
//! `a="1 b=2"` is two.

/// A cookie-name as one of those readers finds it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Reading<'a> {
    /// Where it begins, in octets of the field.
    pub at: usize,
    /// The name; a value follows it.
    pub name: &'a [u8],
    /// Only those find it who heed no quotes ([`words`]): in free text they find much that nobody has set.
    pub blunt: bool,
}

/// Whether no reader can find another cookie in the field than browsers do: no octet in it that any takes for a
/// separator but semicolons and one space after them, and no quotes. Looks at all octets, many at a time.
pub fn reads_alike(field: &[u8]) -> bool {
    let odd = |octet: u8| is_space(octet) | (octet == b'"') | (octet == b',');
    let first = field.first().is_some_and(|octet| odd(*octet));
    let rest = field.iter().zip(field.get(1..).unwrap_or_default());
    !rest.fold(first, |found, (before, octet)| found | (odd(*octet) & ((*octet != b' ') | (*before != b';'))))
}

/// The cookies that all those readers together find in a `Cookie` field: those that tamis reads, and others. What has no
/// `=` is left out: there is nothing in it of a visitor.
pub fn readings(field: &[u8]) -> Vec<Reading<'_>> {
    let mut found = Vec::new();
    http_cookies(field, &mut found);
    aiohttp(field, &mut found);
    for (quotes, commas) in [(true, false), (true, true), (false, true)] {
        separated(field, (quotes, commas), &mut found);
    }
    words(field, &mut found);
    found
}

/// Python's http.cookies: the regular expression of `BaseCookie.load`, `key = value` up to white space, a semicolon or
/// the end, where a value is quoted or of certain octets. It stops where none matches. Its key may hold `=`, and is as
/// short as can be.
fn http_cookies<'a>(field: &'a [u8], found: &mut Vec<Reading<'a>>) {
    let mut at = 0;
    loop {
        at = skip(field, at, is_space);
        let key_end = skip(field, at, |octet| is_key(octet) || octet == b'=');
        let value_end = skip(field, key_end, is_value);
        let key = field.get(at..key_end).unwrap_or_default();
        let equals = key.iter().skip(1).position(|octet| *octet == b'=').map(|place| place + 1);
        let (name, end) = match equals {
            _ if key.is_empty() => return,
            Some(place) if place + 1 < key.len() && ends(field, value_end) => {
                (key.get(..place), Some(value_end))
            }
            Some(_) if key.ends_with(b"=") => (key.get(..key.len() - 1), value(field, key_end, |_, _| None)),
            _ => match skip(field, key_end, is_space) {
                equals if field.get(equals) == Some(&b'=') => {
                    (Some(key), value(field, equals + 1, |_, _| None))
                }
                _ => (None, ends(field, key_end).then_some(key_end)),
            },
        };
        let Some(end) = end else { return };
        found.extend(name.map(|name| Reading { at, name, blunt: false }));
        at = after(field, end);
    }
}

/// aiohttp's parser: the same in the main, but a quote that is not closed ends where it can; and what doesn't match is a
/// pair up to the next semicolon all the same, its name without any white space of Unicode around it.
fn aiohttp<'a>(field: &'a [u8], found: &mut Vec<Reading<'a>>) {
    let mut from = 0;
    while from < field.len() {
        let at = skip(field, from, is_space);
        let key_end = skip(field, at, is_loose_key);
        let equals = skip(field, key_end, is_space);
        let end = if key_end == at {
            None
        } else if field.get(equals) == Some(&b'=') {
            found.extend(field.get(at..key_end).map(|name| Reading { at, name, blunt: false }));
            value(field, equals + 1, unclosed)
        } else {
            ends(field, key_end).then_some(key_end)
        };
        from = end.map_or_else(|| unmatched(field, from, found), |end| after(field, end));
    }
}

/// A pair that aiohttp's regular expression doesn't match; the place behind its semicolon.
fn unmatched<'a>(field: &'a [u8], from: usize, found: &mut Vec<Reading<'a>>) -> usize {
    let end = skip(field, from, |octet| octet != b';');
    let pair = field.get(from..end).unwrap_or_default();
    let equals = pair.iter().position(|octet| *octet == b'=');
    let name = equals.and_then(|equals| std::str::from_utf8(pair.get(..equals)?).ok());
    if let Some(name) = name {
        let (begun, of) = (name.trim_start(), name.trim());
        if !of.is_empty() && of.bytes().all(is_loose_key) {
            found.push(Reading { at: from + name.len() - begun.len(), name: of.as_bytes(), blunt: false });
        }
    }
    end + 1
}

/// Pairs that a semicolon, and with `commas` a comma, ends; with `quotes` a quoted value holds either, and the next pair
/// begins behind its closing quote.
fn separated<'a>(field: &'a [u8], (quotes, commas): (bool, bool), found: &mut Vec<Reading<'a>>) {
    let separates = |octet: u8| octet == b';' || (commas && octet == b',');
    let mut at = 0;
    while at < field.len() {
        at = skip(field, at, |octet| is_space(octet) || separates(octet));
        let name_end = skip(field, at, |octet| octet != b'=' && !separates(octet));
        if field.get(name_end) != Some(&b'=') {
            at = name_end;
            continue;
        }
        let name = field.get(at..name_end).unwrap_or_default().trim_ascii_end();
        // A name with a quote or a backslash in it is a piece of a value to any of them.
        if !name.is_empty() && !name.iter().any(|octet| matches!(octet, b'"' | b'\\')) {
            found.push(Reading { at, name, blunt: false });
        }
        let begins = skip(field, name_end + 1, is_space);
        at = match quoted(field, begins) {
            Some(end) if quotes => end,
            _ if quotes && field.get(begins) == Some(&b'"') => return,
            _ => skip(field, begins, |octet| !separates(octet)),
        };
    }
}

/// Every word with `=` behind its name, whatever quotes are around it: what lua-resty-cookie and Mojolicious read, who end a
/// value at white space, and Tomcat's LegacyCookieProcessor, who passes over what is no token before a name. Behind
/// a quote that begins no value Mojolicious begins anew, after white space of Unicode if there is any.
fn words<'a>(field: &'a [u8], found: &mut Vec<Reading<'a>>) {
    let separates = |octet: u8| is_space(octet) || matches!(octet, b';' | b',');
    let mut at = 0;
    while at < field.len() {
        at = skip(field, at, |octet| separates(octet) || is_before_token(octet));
        let end = skip(field, at, |octet| !separates(octet));
        let word = field.get(at..end).unwrap_or_default();
        let quotes = word.windows(2).enumerate().filter(|(_, two)| **two != *b"=\"" && two.ends_with(b"\""));
        let behind = quotes.map(|(place, _)| skip(field, at + place + 2, |octet| !octet.is_ascii()));
        for from in std::iter::once(at).chain(behind) {
            let name_end = skip(field, from, |octet| octet != b'=' && !separates(octet));
            let name = field.get(from..name_end).unwrap_or_default();
            if !name.is_empty() && field.get(skip(field, name_end, is_space)) == Some(&b'=') {
                found.push(Reading { at: from, name, blunt: true });
            }
        }
        at = end;
    }
}

/// The end of a value that begins there, with or without white space before it, for the Python readers: quoted, or of
/// their octets, and before a separator; else what is `odd` to one of them.
fn value(field: &[u8], from: usize, odd: fn(&[u8], usize) -> Option<usize>) -> Option<usize> {
    let begins = skip(field, from, is_space);
    let whole = quoted(field, begins).unwrap_or_else(|| skip(field, begins, is_value));
    if ends(field, whole) {
        return Some(whole);
    }
    odd(field, begins).or((begins > from).then_some(from))
}

/// The end of a value that begins there with a quote which nothing closes before a separator: the last separator up to
/// the next quote.
fn unclosed(field: &[u8], from: usize) -> Option<usize> {
    let rest = field.get(from..)?.strip_prefix(b"\"")?;
    let length = rest.iter().position(|octet| matches!(octet, b'"' | b';')).unwrap_or(rest.len());
    let (run, rest) = rest.split_at_checked(length)?;
    if !rest.starts_with(b"\"") {
        return Some(field.len() - rest.len());
    }
    let last = run.iter().rposition(|octet| is_space(*octet))?;
    Some(from + 1 + last)
}

/// The end of the quoted string that begins there; a backslash takes the meaning from the octet after it.
fn quoted(field: &[u8], from: usize) -> Option<usize> {
    let mut rest = field.get(from..)?.strip_prefix(b"\"")?;
    loop {
        match rest {
            [b'"', after @ ..] => return Some(field.len() - after.len()),
            [b'\\', _, after @ ..] | [_, after @ ..] => rest = after,
            [] => return None,
        }
    }
}

/// The first place from there on whose octet is not `of` them, or the end.
fn skip(field: &[u8], from: usize, of: impl Fn(u8) -> bool) -> usize {
    let rest = field.get(from..).unwrap_or_default();
    from + rest.iter().position(|octet| !of(*octet)).unwrap_or(rest.len())
}

/// Whether a pair may end there.
fn ends(field: &[u8], at: usize) -> bool {
    field.get(at).is_none_or(|octet| *octet == b';' || is_space(*octet))
}

/// The place behind the separator.
fn after(field: &[u8], end: usize) -> usize {
    let end = skip(field, end, is_space);
    if field.get(end) == Some(&b';') { end + 1 } else { end }
}

/// White space of any reader, and what no field value can hold anyway.
fn is_space(octet: u8) -> bool {
    (octet <= b' ') | (octet == 0x7F)
}

/// What is no part of a token (RFC 9110 5.6.2), but for what separates words.
fn is_before_token(octet: u8) -> bool {
    !octet.is_ascii() || b"\"()/:<=>?@[\\]{}".contains(&octet)
}

/// What http.cookies takes in a key, but for `=`.
fn is_key(octet: u8) -> bool {
    octet.is_ascii_alphanumeric() || b"_!#%&'~`><@,:/$*+-.^|)(?}{".contains(&octet)
}

/// What aiohttp does.
fn is_loose_key(octet: u8) -> bool {
    is_key(octet) || matches!(octet, b'[' | b']')
}

/// What both take in a value without quotes.
fn is_value(octet: u8) -> bool {
    is_loose_key(octet) || octet == b'='
}
