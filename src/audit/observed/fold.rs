//! Families of cookie-names: `_pk_id.1.a3f2` and `_pk_id.7.09bc` are both `_pk_id.{id}.{id}`.
//!
//! Declared names are folded by the pattern that declares them; here are the others. What differs between visitors or
//! deployments is digits, hexadecimal numbers and random letters between separators. Words stay as they are, and so
//! does what can't be told from a word: a family too many costs a row, one too few mixes two cookies up.

/// Octets of a name; nobody declares a longer one.
const LONGEST: usize = 128;

/// Words with many digits that are no ids.
const TERMS: &[&str] =
    &["sha256", "sha384", "sha512", "hs256", "rs256", "es256", "h264", "h265", "x509", "aes256"];

/// A stretch of a name.
#[derive(Clone, Debug, PartialEq, Eq)]
enum Part<'a> {
    /// Letters and digits that mean something.
    Word(&'a str),
    /// One character between words.
    Mark(char),
    /// `{id}`.
    Id,
    /// `*`: what may have a dot, or no pattern can spell.
    Any,
}

/// The family of a cookie-name that nobody declared, in the notation of the registry's patterns: `{id}` is one or more
/// octets other than a dot, `*` any octets, a backslash stands before what would mean one of them. `None` for a name
/// that is too long to be declared.
pub(super) fn family(name: &[u8]) -> Option<String> {
    if name.len() > LONGEST {
        return None;
    }
    let mut parts = Vec::new();
    for chunk in name.utf8_chunks() {
        split(chunk.valid(), &mut parts);
        if !chunk.invalid().is_empty() {
            parts.push(Part::Any);
        }
    }
    spread(&mut parts);
    Some(pattern(&joined(parts)))
}

/// Cuts a text into words and what is between them.
fn split<'a>(text: &'a str, parts: &mut Vec<Part<'a>>) {
    if let Some((before, after)) = around_address(text) {
        split(before, parts);
        parts.push(Part::Any);
        return split(after, parts);
    }
    let mut rest = text;
    while let Some(first) = rest.chars().next() {
        let length = rest.find(|c: char| !c.is_alphanumeric()).unwrap_or(rest.len());
        if length == 0 {
            parts.push(if first.is_control() { Part::Any } else { Part::Mark(first) });
            rest = rest.get(first.len_utf8()..).unwrap_or_default();
        } else {
            let (word, after) = rest.split_at(length);
            fold(word, parts);
            rest = after;
        }
    }
}

/// What is before and after an e-mail address, percent-encoded or not.
fn around_address(text: &str) -> Option<(&str, &str)> {
    let (at, sign) = text.find('@').map(|at| (at, 1)).or_else(|| text.find("%40").map(|at| (at, 3)))?;
    let local = |c: char| c.is_alphanumeric() || ".!#$%&'*+-/?^_`{|}~".contains(c);
    let domain = |c: char| c.is_alphanumeric() || ".-[]:".contains(c);
    let before = text.get(..at)?.trim_end_matches(local);
    let after = text.get(at + sign..)?.trim_start_matches(domain);
    Some((before, after))
}

/// One word: itself, an id, or letters with an id behind them.
fn fold<'a>(word: &'a str, parts: &mut Vec<Part<'a>>) {
    if TERMS.iter().any(|term| word.eq_ignore_ascii_case(term)) {
        return parts.push(Part::Word(word));
    }
    if let Some(head) = before_number(word) {
        return parts.extend([Part::Word(head), Part::Id]);
    }
    if is_random(word) {
        return parts.push(Part::Id);
    }
    // Three digits in a row are no longer part of a word.
    let mut rest = word;
    while let Some((before, after)) = around_digits(rest) {
        parts.extend(Some(before).filter(|before| !before.is_empty()).map(Part::Word));
        parts.push(Part::Id);
        rest = after;
    }
    parts.extend(Some(rest).filter(|rest| !rest.is_empty()).map(Part::Word));
}

/// The letters before a long number in hexadecimal that ends a word: `SSESS` of `SSESS0123abcd9876`.
fn before_number(word: &str) -> Option<&str> {
    let head = word.trim_end_matches(|c: char| c.is_ascii_hexdigit());
    let tail = word.get(head.len()..)?;
    let digits = tail.bytes().filter(u8::is_ascii_digit).count();
    let letters = head.len() >= 2 && head.chars().all(char::is_alphabetic);
    // ASP names its sessions by eight letters.
    let asp = word.strip_prefix("ASPSESSIONID").filter(|rest| rest.len() == 8);
    match asp {
        Some(_) => word.get(..12),
        None => (letters && tail.len() >= 8 && digits >= 2 && digits < tail.len()).then_some(head),
    }
}

/// Before and after the first run of three digits or more.
fn around_digits(word: &str) -> Option<(&str, &str)> {
    let mut from = 0;
    loop {
        let rest = word.get(from..)?;
        let start = from + rest.find(|c: char| c.is_ascii_digit())?;
        let run = word.get(start..)?;
        let length = run.find(|c: char| !c.is_ascii_digit()).unwrap_or(run.len());
        if length >= 3 {
            return Some((word.get(..start)?, run.get(length..)?));
        }
        from = start + length;
    }
}

/// Whether letters and digits look as if no person had chosen them.
fn is_random(word: &str) -> bool {
    let length = word.len();
    let octets = word.as_bytes();
    let digits = octets.iter().filter(|octet| octet.is_ascii_digit()).count();
    if digits == length || length >= 40 {
        return true;
    }
    if !word.is_ascii() {
        return false;
    }
    let pairs = || octets.iter().zip(octets.iter().skip(1));
    let bumps = pairs().filter(|(a, b)| a.is_ascii_lowercase() && b.is_ascii_uppercase()).count();
    let hexadecimal = octets.iter().all(u8::is_ascii_hexdigit);
    if digits == 0 {
        let odd = consonants(octets) >= 8 || bumps * 4 >= length;
        return hexadecimal && length >= 8 || odd && length >= 12;
    }
    let turns = pairs().filter(|(a, b)| a.is_ascii_digit() != b.is_ascii_digit()).count();
    let within = pairs().any(|(a, b)| a.is_ascii_digit() && b.is_ascii_alphabetic());
    let capitals = !octets.iter().any(u8::is_ascii_lowercase);
    hexadecimal && length >= 4 && (within || digits >= 2)
        || length >= 20
        || capitals && turns >= 2 && length >= 8
        || turns >= 3 && length >= 8 && digits * 4 >= length
        || turns >= 2 && length >= 6 && digits * 3 >= length
        || turns >= 2 && length >= 8 && bumps * 5 >= length
}

/// The longest run of letters without a vowel.
pub(super) fn consonants(octets: &[u8]) -> usize {
    let vowel = |octet: &u8| b"aeiouy".contains(&octet.to_ascii_lowercase());
    octets.split(|octet| vowel(octet) || !octet.is_ascii_alphabetic()).map(<[u8]>::len).max().unwrap_or(0)
}

/// Beside an id, what could be part of one is: `abcd` in `1.abcd`, `x9` in `17-x9-23`.
fn spread(parts: &mut [Part<'_>]) {
    let backward = (0..parts.len()).rev();
    for at in (0..parts.len()).chain(backward) {
        let Some(Part::Word(word)) = parts.get(at) else { continue };
        let id = |mark: Option<usize>, beyond: Option<usize>| {
            let part = |at: Option<usize>| at.and_then(|at| parts.get(at));
            match (part(mark), part(beyond)) {
                (Some(Part::Id), _) => Some(' '),
                (Some(Part::Mark(mark)), Some(Part::Id)) => Some(*mark),
                _ => None,
            }
        };
        let before = id(at.checked_sub(1), at.checked_sub(2));
        let after = id(Some(at + 1), Some(at + 2));
        let number = word.len() >= 4 && word.bytes().all(|octet| octet.is_ascii_hexdigit());
        let dash = |mark: Option<char>| matches!(mark, Some('-' | '_'));
        let crumb = word.len() <= 3 && dash(before) && dash(after);
        let apart = before.or(after).is_some_and(|mark| mark != ' ');
        if number && apart || crumb {
            parts[at] = Part::Id;
        }
    }
}

/// Ids that only a dash parts are one, and what is beside `*` is in it if it is an id.
fn joined(parts: Vec<Part<'_>>) -> Vec<Part<'_>> {
    let mut out: Vec<Part<'_>> = Vec::with_capacity(parts.len());
    for part in parts {
        match (out.as_slice(), &part) {
            ([.., Part::Id], Part::Id) | ([.., Part::Any], Part::Id | Part::Any) => {}
            ([.., Part::Id, Part::Mark('-' | '_')], Part::Id) => {
                out.pop();
            }
            ([.., Part::Id], Part::Any) => {
                out.pop();
                out.push(part);
            }
            _ => out.push(part),
        }
    }
    out
}

fn pattern(parts: &[Part<'_>]) -> String {
    let mut text = String::new();
    for part in parts {
        match part {
            Part::Word(word) => text.push_str(word),
            Part::Mark(mark) => {
                if matches!(mark, '*' | '{' | '\\') {
                    text.push('\\');
                }
                text.push(*mark);
            }
            Part::Id => text.push_str("{id}"),
            Part::Any => text.push('*'),
        }
    }
    text
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::diagnostic::Source;
    use crate::registry::Registry;

    /// `\xNN` as an octet, all else as it stands.
    fn octets(text: &str) -> Vec<u8> {
        let mut parts = text.split("\\x");
        let mut out = parts.next().unwrap().as_bytes().to_vec();
        for part in parts {
            out.push(u8::from_str_radix(&part[..2], 16).unwrap());
            out.extend_from_slice(&part.as_bytes()[2..]);
        }
        out
    }

    #[test]
    fn families_as_tabled() {
        let mut wrong = Vec::new();
        let table = include_str!("../../../tests/data/observed_names.tsv");
        for line in table.lines().filter(|line| !line.is_empty() && !line.starts_with('#')) {
            let (name, expected) = line.split_once('\t').unwrap();
            let got = family(&octets(name)).unwrap();
            if got != expected {
                wrong.push(format!("{name}: {got}, not {expected}"));
            }
        }
        assert!(wrong.is_empty(), "{}", wrong.join("\n"));
    }

    #[test]
    fn long_names_have_none() {
        assert!(family(&[b'x'; LONGEST]).is_some());
        assert_eq!(family(&[b'x'; LONGEST + 1]), None);
    }

    fn name() -> impl Strategy<Value = Vec<u8>> {
        let piece = prop_oneof![
            "[a-zA-Z]{1,8}",
            "[0-9a-f]{1,12}",
            "[A-Za-z0-9]{1,24}",
            "[-._:|%@*{}\\\\]{1,2}",
            "[é-ü]{1,2}",
        ];
        let text = prop::collection::vec(piece, 1..6).prop_map(|parts| parts.concat().into_bytes());
        prop_oneof![4 => text, 1 => prop::collection::vec(any::<u8>(), 1..20)]
    }

    proptest! {
        /// What is declared as its family covers the name, unless a registry takes no such pattern.
        #[test]
        fn a_family_covers_its_names(name in name()) {
            let family = family(&name).unwrap();
            let quoted = serde_json::to_string(&family).unwrap();
            let text = format!(
                "version: '1'\ncookies: [{{provider: a, names: {quoted}, purposes: c, category: internal}}]"
            );
            let registry = Registry::compile(Source::new("r", text)).0;
            let declarable = |octet: &u8| !matches!(octet, b'=' | b';' | b' ' | b'\t');
            if name.iter().all(declarable) && family != "*" {
                let registry = registry.unwrap();
                prop_assert!(registry.lookup(&name).is_some(), "{family}");
            }
        }
    }
}
