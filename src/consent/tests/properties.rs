//! What holds for every value.

use base64::Engine as _;
use base64::engine::general_purpose::{STANDARD, STANDARD_NO_PAD, URL_SAFE, URL_SAFE_NO_PAD};
use percent_encoding::{NON_ALPHANUMERIC, percent_decode, percent_encode};
use proptest::prelude::*;
use serde_json::Value;

use super::site::{allowed, read, registry};
use crate::consent::Consent;
use crate::consent::json;
use crate::consent::statement::Statement;
use crate::cookie::pairs;

/// How writers put a JSON text into a cookie.
const WRITERS: [fn(&str) -> Vec<u8>; 9] = [
    |text| text.as_bytes().to_vec(),
    |text| percent(text.as_bytes()),
    |text| percent(&percent(text.as_bytes())),
    |text| text.replace('"', "%22").replace(',', "%2C").into_bytes(),
    django,
    |text| STANDARD.encode(text).into_bytes(),
    |text| STANDARD_NO_PAD.encode(text).into_bytes(),
    |text| URL_SAFE.encode(text).into_bytes(),
    |text| URL_SAFE_NO_PAD.encode(text).into_bytes(),
];

/// The writers whose values `format: json` reads.
const STRICT_WRITERS: [usize; 3] = [0, 1, 4];

fn percent(text: &[u8]) -> Vec<u8> {
    percent_encode(text, NON_ALPHANUMERIC).to_string().into_bytes()
}

/// As Python's `http.cookies` quotes, byte by byte.
fn django(text: &str) -> Vec<u8> {
    let mut value = vec![b'"'];
    for byte in text.bytes() {
        match byte {
            b'"' | b'\\' => value.extend([b'\\', byte]),
            b',' | b';' | ..=0x1f | 0x7f.. => value.extend(format!("\\{byte:03o}").bytes()),
            plain => value.push(plain),
        }
    }
    value.push(b'"');
    value
}

/// Words that mean something to the readers or to the site, and some that don't.
fn word() -> impl Strategy<Value = String> {
    let words = [
        "analytics",
        "ads",
        "preferences",
        "matomo",
        "xiti",
        "youtube",
        "mesure",
        "tracker",
        "necessary",
        "categories",
        "consent",
        "services",
        "accepted",
        "granted",
        "rejected",
        "denied",
        "other",
        "%22",
        "a\"b",
    ];
    prop::sample::select(words.to_vec()).prop_map(str::to_owned)
}

/// Strings that would be structure if they were decoded.
fn tricky() -> impl Strategy<Value = String> {
    let strings = [
        "%22,%22ads%22:true,%22y%22:%22",
        "%22}",
        "%7D",
        "%22%7D",
        "%2522%257D",
        "\",\"ads\":true",
        "%5C",
        "%",
    ];
    prop::sample::select(strings.to_vec()).prop_map(str::to_owned)
}

fn tree() -> impl Strategy<Value = Value> {
    let leaf = prop_oneof![
        4 => any::<bool>().prop_map(Value::from),
        1 => Just(Value::Null),
        1 => word().prop_map(Value::from),
        1 => tricky().prop_map(Value::from),
        1 => (-1i64..3).prop_map(Value::from),
    ];
    let nested = leaf.prop_recursive(3, 24, 5, |inner| {
        prop_oneof![
            1 => prop::collection::vec(inner.clone(), 0..4).prop_map(Value::from),
            1 => prop::collection::vec(word(), 0..4).prop_map(Value::from),
            3 => prop::collection::vec((word(), inner), 0..5).prop_map(|members| Value::Object(members.into_iter().collect())),
        ]
    });
    let top = prop::collection::vec((word(), nested.clone()), 0..5);
    prop_oneof![4 => top.prop_map(|members| Value::Object(members.into_iter().collect())), 1 => nested]
}

/// Bits of values, to be put together without sense.
fn soup() -> impl Strategy<Value = Vec<u8>> {
    let bits = [
        "{",
        "}",
        "[",
        "]",
        "\"",
        ":",
        ",",
        "true",
        "false",
        "\"analytics\"",
        "\"analytics\":true",
        "\"matomo\":false",
        "\"accepted\"",
        "\"rejected\"",
        "\"categories\":{",
        "%7B",
        "%7D",
        "%22",
        "%",
        "%2",
        "%25",
        "\\",
        "\\u0061",
        "\\054",
        " ",
        "1",
        "-",
        "0",
        ".5",
        "e1",
        "null",
        "eyJ",
        "=",
        "analytics",
        "all",
        "|",
        "!",
    ];
    let bit = prop_oneof![
        20 => prop::sample::select(bits.to_vec()).prop_map(|bit| bit.as_bytes().to_vec()),
        1 => prop::collection::vec(any::<u8>(), 0..3),
    ];
    prop::collection::vec(bit, 0..14).prop_map(|bits| bits.concat())
}

/// The texts that a value can stand for, decoded without any rule of the room.
fn readings(value: &[u8]) -> Vec<Value> {
    let mut texts = vec![value.to_vec()];
    if let [b'"', inner @ .., b'"'] = value {
        texts.push(python_unquote(inner));
    }
    for _round in 0..2 {
        let more: Vec<Vec<u8>> = texts.iter().map(|text| percent_decode(text).collect()).collect();
        texts.extend(more);
    }
    let engines = [STANDARD, STANDARD_NO_PAD, URL_SAFE, URL_SAFE_NO_PAD];
    let decoded =
        |text: &Vec<u8>| engines.iter().filter_map(|engine| engine.decode(text).ok()).collect::<Vec<_>>();
    let from_base64: Vec<Vec<u8>> = texts.iter().flat_map(decoded).collect();
    let once = from_base64.iter().map(|text| percent_decode(text).collect()).collect::<Vec<Vec<u8>>>();
    texts.extend(from_base64.iter().cloned().chain(once));
    texts.iter().filter_map(|text| serde_json::from_slice(text).ok()).collect()
}

fn python_unquote(inner: &[u8]) -> Vec<u8> {
    let mut text = Vec::new();
    let mut rest = inner;
    while let [first, after @ ..] = rest {
        rest = after;
        match (first, after) {
            (b'\\', [a @ b'0'..=b'3', b @ b'0'..=b'7', c @ b'0'..=b'7', after @ ..]) => {
                text.push((a - b'0') * 64 + (b - b'0') * 8 + (c - b'0'));
                rest = after;
            }
            (b'\\', [quoted, after @ ..]) => {
                text.push(*quoted);
                rest = after;
            }
            _ => text.push(*first),
        }
    }
    text
}

/// Whether a JSON value plainly says yes to one of these words, where the documentation says that it may.
fn says_yes(json: &Value, words: &[&str]) -> bool {
    let wanted = |word: &str| words.contains(&word);
    let members = |json: &Value| json.as_object().cloned().unwrap_or_default();
    let yes =
        |json: &Value| members(json).iter().any(|(key, value)| wanted(key) && *value == Value::Bool(true));
    let lists =
        |json: &Value| json.as_array().into_iter().flatten().any(|item| item.as_str().is_some_and(wanted));
    let containers = ["categories", "consent", "consents", "purposes", "services", "preferences"];
    yes(json)
        || lists(json)
        || containers.iter().any(|key| json.get(key).is_some_and(yes))
        || ["accepted", "granted"].iter().any(|key| json.get(key).is_some_and(lists))
}

/// Every cookie that a value lets pass is one that some plain reading of the value says yes to.
fn justified(value: &[u8]) -> Result<(), TestCaseError> {
    let registry = registry("auto");
    let readings = readings(value);
    for cookie in allowed(registry, &read(registry, value)) {
        let words: &[&str] = match cookie {
            "analytics" => &["analytics", "mesure"],
            "matomo" => &["matomo", "tracker", "analytics", "mesure"],
            "xiti" => &["xiti", "analytics", "mesure"],
            "youtube" => &["youtube", "ads"],
            other => &[other],
        };
        prop_assert!(readings.iter().any(|json| says_yes(json, words)), "{cookie} passes");
    }
    Ok(())
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn no_bytes_panic_or_grant_by_chance(value in prop::collection::vec(any::<u8>(), 0..200)) {
        for format in ["auto", "auto+", "json", "list", "flag"] {
            read(registry(format), &value);
        }
        justified(&value)?;
    }

    #[test]
    fn only_a_plain_yes_grants(value in soup()) {
        justified(&value)?;
        for format in ["auto+", "json", "list", "flag"] {
            read(registry(format), &value);
        }
    }

    #[test]
    fn only_a_plain_yes_grants_in_a_tree(tree in tree(), writer in prop::sample::select(WRITERS.to_vec())) {
        justified(&writer(&tree.to_string()))?;
    }

    /// Strict reads nothing that auto doesn't.
    #[test]
    fn strict_grants_no_more_than_auto(tree in tree(), writer in prop::sample::select(WRITERS.to_vec())) {
        let value = writer(&tree.to_string());
        let (auto, strict) = (read(registry("auto"), &value), read(registry("json"), &value));
        let auto = allowed(registry("auto"), &auto);
        for cookie in allowed(registry("json"), &strict) {
            prop_assert!(auto.contains(&cookie), "{}: {cookie}", String::from_utf8_lossy(&value));
        }
    }

    #[test]
    fn every_encoding_says_the_same(
        object in prop::collection::btree_map("[a-zé\"\\\\ ,;/_.🍪-]{1,10}", any::<bool>(), 0..6)
    ) {
        let text = serde_json::to_string(&object).unwrap();
        let expected: Vec<(String, bool)> = object.into_iter().collect();
        for (index, writer) in WRITERS.iter().enumerate() {
            let value = writer(&text);
            let words = |format: &str| Statement::read(&value, registry(format).consent()).map(|read| read.words);
            prop_assert_eq!(words("auto"), Ok(expected.clone()), "{}", String::from_utf8_lossy(&value));
            if STRICT_WRITERS.contains(&index) {
                prop_assert_eq!(words("json"), Ok(expected.clone()), "{}", String::from_utf8_lossy(&value));
            }
        }
    }

    #[test]
    fn a_truncated_value_grants_no_more(tree in tree(), writer in prop::sample::select(WRITERS.to_vec())) {
        let value = writer(&tree.to_string());
        for format in ["auto", "json"] {
            let whole = Statement::read(&value, registry(format).consent());
            if whole.is_err() {
                continue;
            }
            let whole = allowed(registry(format), &read(registry(format), &value));
            for length in 0..value.len() {
                let cut = read(registry(format), value.get(..length).unwrap());
                for cookie in allowed(registry(format), &cut) {
                    prop_assert!(whole.contains(&cookie), "{} cut at {length}: {cookie}", String::from_utf8_lossy(&value));
                }
            }
        }
    }

    #[test]
    fn the_stricter_allows_what_both_allow_and_no_more(a in tree(), b in tree(), gpc: bool) {
        let registry = registry("auto");
        let of = |tree: &Value| {
            let field = format!("cookies_preferences={tree}");
            Consent::read(registry, pairs(field.as_bytes()), gpc)
        };
        let (a, b) = (of(&a), of(&b));
        let stricter = a.stricter(&b);
        for cookie in allowed(registry, &stricter) {
            prop_assert!(allowed(registry, &a).contains(&cookie) && allowed(registry, &b).contains(&cookie));
        }
        prop_assert_eq!(&stricter, &a.stricter(&b));
        prop_assert_eq!(allowed(registry, &stricter), allowed(registry, &b.stricter(&a)));
        prop_assert_eq!(&a.stricter(&a), &a);
    }

    /// The reader takes the texts that a full JSON library takes.
    #[test]
    fn the_reader_knows_json(text in soup()) {
        let Ok(text) = std::str::from_utf8(&text) else { return Ok(()) };
        let deep = text.bytes().filter(|byte| matches!(byte, b'{' | b'[')).count() > 8;
        prop_assume!(!deep);
        prop_assert_eq!(json::parse(text).is_ok(), serde_json::from_str::<Value>(text).is_ok(), "{}", text);
    }
}
