//! What people's editors and attackers put into files.

use crate::diagnostic::{Diagnostics, Source};

use super::{Document, Kind, Mapping, Setting, Value};

static COOKIE: Mapping = Mapping {
    what: "a cookie",
    settings: &[Setting::new("provider", Kind::String), Setting::new("names", Kind::String)],
    one_of: &[],
};
static TEST: Mapping = Mapping {
    what: "a test",
    settings: &[
        Setting::new("port", Kind::Integer(0, 65535)).default("80").example("8080"),
        Setting::new("on", Kind::Boolean).absent("none").example("true"),
        Setting::new("size", Kind::Integer(0, 20)),
    ],
    one_of: &[],
};
static NOTHING: Mapping = Mapping { what: "a test", settings: &[], one_of: &[] };
static REGISTRY: Mapping = Mapping {
    what: "a registry",
    settings: &[
        Setting::new("version", Kind::String),
        Setting::new("cookies", Kind::List(&Kind::Mapping(&COOKIE), 0)),
    ],
    one_of: &[],
};

fn parse(text: &str) -> Result<Document, Diagnostics> {
    Document::parse(Source::new("file.yaml", text))
}

/// Line, column and kind of the one fault.
fn fault(text: &str) -> (usize, usize, &'static str) {
    let faults = parse(text).expect_err(text);
    let fault = faults.iter().next().unwrap();
    let (line, column) = fault.position();
    assert!(!fault.help.is_empty() && fault.render(false).contains("file.yaml"), "{}", fault.render(false));
    (line, column, fault.kind)
}

#[test]
fn a_fault_is_told_on_one_line_whatever_it_quotes() {
    let document = parse("\"ver\\nsion\\e[1m\": 1").unwrap();
    document.fields(document.root(), &NOTHING).unwrap().finish();
    let faults = document.into_faults();
    let line = faults.iter().next().unwrap().line();
    assert!(line.contains(r"ver\nsion\u{1b}[1m") && !line.contains(char::is_control), "{line}");
}

#[test]
fn what_is_lacking_is_shown_at_a_whole_character() {
    let document = parse("é: 1").unwrap();
    document.lacking(document.root(), "missing-key", "the key is missing", "write it");
    let faults = document.into_faults();
    assert_eq!(faults.iter().next().unwrap().span, 0..2);
}

#[test]
fn a_syntax_fault_is_about_a_whole_character() {
    for (text, span) in [("\u{ffff}", 0..3), ("a: b\nc: \u{ffff}", 8..11), ("a: [", 3..4)] {
        let faults = parse(text).expect_err(text);
        let fault = faults.iter().next().unwrap();
        assert_eq!((fault.kind, &fault.span), ("yaml-syntax", &span), "{text:?}");
    }
}

#[test]
fn a_byte_order_mark_and_windows_line_ends_are_accepted() {
    let document =
        parse("\u{feff}version: \"1\"\r\ncookies:\r\n  - provider: Us\r\n    namse: a\r\n").unwrap();
    let mut root = document.fields(document.root(), &REGISTRY).unwrap();
    let version = root.optional("version").unwrap();
    assert_eq!(document.string(version, "version"), Some("1"));
    assert_eq!(document.source().position(version.span.start), (1, 10));
    let rows = document.list(root.optional("cookies").unwrap(), "cookies").unwrap();
    let mut row = document.fields(&rows[0], &COOKIE).unwrap();
    assert_eq!(document.string(row.optional("provider").unwrap(), "provider"), Some("Us"));
    assert!(row.optional("names").is_none());
    row.finish();
    let faults = document.into_faults();
    let fault = faults.iter().next().unwrap();
    assert_eq!((fault.position(), fault.kind), ((4, 5), "unknown-key"));
    assert_eq!(fault.help, "did you mean `names`?");
    assert_eq!(fault.path, "cookies[0].namse");
}

#[test]
fn columns_count_characters() {
    let document = parse("a: {é: x, \"ü\": 1}").unwrap();
    let Value::Map(entries) = &document.root().value else { panic!("a mapping") };
    let Value::Map(inner) = &entries[0].1.value else { panic!("a mapping") };
    let places: Vec<_> = inner.iter().map(|(key, _)| document.source().position(key.span.start)).collect();
    assert_eq!(places, [(1, 5), (1, 11)]);
}

#[test]
fn syntax_faults_have_their_place() {
    assert_eq!(fault("a: 1\n---\nb: 2\n"), (2, 1, "second-document"));
    assert_eq!(fault("a: 1\n...\n---\nb: 2\n").2, "second-document");
    assert_eq!(fault("a:\n\t- b\n").2, "yaml-syntax");
    assert_eq!(fault("a: 'b\n").2, "yaml-syntax");
    assert_eq!(fault("a: !foo b\n").2, "yaml-syntax");
    assert_eq!(fault("a: *unknown\n").2, "yaml-syntax");
    assert_eq!(fault("%YAML 1.2\na: 1\n").2, "yaml-syntax");
    assert_eq!(fault("a: 1\n... b\n").2, "yaml-syntax");
    assert_eq!(fault("a: {<<: {b: 1}}\n").2, "merge-key");
}

/// A reader that asks for other keys than those that are described is found by the first test that reaches it.
#[cfg(debug_assertions)]
#[test]
fn a_reader_asks_for_what_is_described() {
    let read = |keys: &[&'static str]| {
        std::panic::catch_unwind(|| {
            let document = parse("{}").unwrap();
            let mut fields = document.fields(document.root(), &COOKIE).unwrap();
            for key in keys {
                let _ = fields.optional(key);
            }
            fields.finish();
        })
    };
    assert!(read(&["names", "provider"]).is_ok());
    for keys in [&[][..], &["names"], &["names", "provider", "colour"], &["names", "colour"]] {
        assert!(read(keys).is_err(), "{keys:?}");
    }
}

#[test]
fn bombs_and_depth_are_bounded() {
    let mut bomb = "a0: &a0 [x, x, x, x, x, x, x, x, x]\n".to_owned();
    for level in 1..10 {
        let below = vec![format!("*a{}", level - 1); 9].join(", ");
        bomb += &format!("a{level}: &a{level} [{below}]\n");
    }
    let start = std::time::Instant::now();
    assert_eq!(fault(&bomb).2, "too-large");
    let depth = "[".repeat(100_000);
    assert_eq!(fault(&depth).2, "too-large");
    assert!(start.elapsed().as_secs() < 5, "{:?}", start.elapsed());
}

#[test]
fn aliases_repeat_a_value() {
    let document = parse("a: &text {en: A, fr: B}\nb: *text\nc: 1\n").unwrap();
    let Value::Map(entries) = &document.root().value else { panic!("a mapping") };
    let Value::Map(repeated) = &entries[1].1.value else { panic!("a mapping") };
    assert_eq!(repeated.len(), 2);
    assert_eq!(document.source().position(entries[1].1.span.start).0, 2);
}

#[test]
fn only_yaml_1_2_booleans_are_booleans() {
    let document = parse("[true, false, yes, on, True, ~, 1, 0x10, 1.5, '1', 18446744073709551615]").unwrap();
    let Value::List(items) = &document.root().value else { panic!("a list") };
    let kinds: Vec<&str> = items.iter().map(|item| item.value.kind()).collect();
    let (boolean, string, number) = ("a boolean", "a string", "a number");
    assert_eq!(kinds[..4], [boolean, boolean, string, string]);
    assert_eq!(kinds[5..], ["empty", number, number, number, string, number]);
}

#[test]
fn a_string_is_no_boolean_but_out_of_a_variable() {
    let mut document = parse("['true', 'false', 'true', 'false', maybe]").unwrap();
    if let Value::List(items) = &mut document.root_mut().value {
        items.iter_mut().skip(2).for_each(|item| item.substituted = Some(Box::default()));
    }
    let items = document.list(document.root(), "a test").unwrap();
    let read: Vec<_> = items.iter().map(|item| document.boolean(item, "a test")).collect();
    assert_eq!(read, [None, None, Some(true), Some(false), None]);
}

#[test]
fn an_empty_file_is_no_mapping() {
    for text in ["", "\n", "# nothing\n", "\u{feff}"] {
        let document = parse(text).unwrap();
        assert!(document.fields(document.root(), &REGISTRY).is_none());
        let faults = document.into_faults();
        assert_eq!(faults.iter().map(|fault| fault.kind).collect::<Vec<_>>(), ["wrong-type"], "{text:?}");
        assert!(!faults.render(false).is_empty());
    }
}

#[test]
fn integers_have_bounds_and_variables_stand_for_other_types() {
    let mut document = parse("{port: 70000, on: x, size: y}").unwrap();
    if let Value::Map(entries) = &mut document.root_mut().value {
        for ((_, node), text) in entries.iter_mut().skip(1).zip(["true", "12"]) {
            node.value = Value::String(text.to_owned());
            node.substituted = Some(Box::default());
        }
    }
    let mut fields = document.fields(document.root(), &TEST).unwrap();
    let port = fields.required("port", "").unwrap();
    assert_eq!(document.integer(port, "the port", 0..=65535), None);
    assert_eq!(document.boolean(fields.optional("on").unwrap(), "on"), Some(true));
    assert_eq!(document.integer(fields.optional("size").unwrap(), "size", 0..=20), Some(12));
    fields.finish();
    let faults = document.into_faults();
    assert_eq!(faults.iter().map(|fault| fault.kind).collect::<Vec<_>>(), ["out-of-range"]);
    assert_eq!((faults.errors(), faults.warnings()), (1, 0));
}

proptest::proptest! {
    #![proptest_config(proptest::prelude::ProptestConfig { failure_persistence: None, ..Default::default() })]

    /// Whatever is written, faults can be shown.
    #[test]
    fn parsing_and_showing_never_panic(text in "[a-c\u{e9}\u{feff}:\\-\\[\\]{}&*!|>'\"#%@,? \t\r\n0-9~]{0,60}") {
        match parse(&text) {
            Err(faults) => { let _ = faults.render(false); }
            Ok(document) => {
                let fields = document.fields(document.root(), &NOTHING);
                if let Some(fields) = fields { fields.finish(); }
                let faults = document.into_faults();
                for fault in faults.iter() {
                    let _ = (fault.position(), fault.render(true), fault.line(), fault.json());
                }
            }
        }
    }
}
