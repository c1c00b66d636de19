//! Strings as YAML.

use super::{Document, Value};
use crate::diagnostic::Source;

/// A string as a YAML scalar: plain where that reads the same, in block and in flow style, else in double quotes.
pub fn scalar(text: &str) -> String {
    let sign = |c: char| c.is_ascii_alphanumeric() || " _./:@%+-~".contains(c);
    let read = text.chars().all(sign).then(|| Document::parse(Source::new("scalar", format!("[{text}]"))));
    let same = read.and_then(Result::ok).is_some_and(|document| match &document.root().value {
        Value::List(items) => {
            matches!(items.as_slice(), [one] if matches!(&one.value, Value::String(read) if read == text))
        }
        _ => false,
    });
    if same { text.to_owned() } else { quoted(text) }
}

/// A string as a YAML double-quoted scalar of printable characters (YAML 1.2.2 5.7).
pub fn quoted(text: &str) -> String {
    let mut out = String::from("\"");
    for character in text.chars() {
        match character {
            '"' | '\\' => out.extend(['\\', character]),
            ' '..='~' => out.push(character),
            _ if character.is_alphanumeric() => out.push(character),
            _ => out += &format!("\\U{:08X}", u32::from(character)),
        }
    }
    out.push('"');
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn plain_where_that_reads_the_same() {
        for plain in [
            "a",
            "off",
            "5 years",
            "[::]".trim_matches(['[', ']']),
            "a/b.c",
            "http://127.0.0.1:8000",
            "1h 30m",
            "yes",
        ] {
            let same = !plain.starts_with(':');
            assert_eq!(scalar(plain) == plain, same, "{plain}");
        }
        for quoted in [
            "", "1", "1.5", "true", "~", "null", " a", "a ", "a: b", "a #b", "- a", "${A}", "a,b", "é", "\n",
            "\"\\", "*",
        ] {
            assert!(scalar(quoted).starts_with('"'), "{quoted}");
        }
        assert_eq!(quoted("é\"\\\n"), r#""é\"\\\U0000000A""#);
    }

    proptest::proptest! {
        #![proptest_config(proptest::prelude::ProptestConfig { failure_persistence: None, ..Default::default() })]

        #[test]
        fn what_is_written_is_read(text in "\\PC{0,20}|[ -~]{0,12}|[\0-\u{ff}]{0,6}") {
            for written in [scalar(&text), format!("{{a: {}}}", scalar(&text)), format!("a: {}", scalar(&text))] {
                let document = Document::parse(Source::new("t", written)).unwrap();
                let json = document.root().json();
                proptest::prop_assert_eq!(json.get("a").unwrap_or(&json), &serde_json::Value::from(text.clone()));
            }
        }
    }
}
