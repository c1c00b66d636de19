//! The reader of the corpus: `corpus/README.md` says what it may hold.

#![allow(dead_code, reason = "each test binary that includes it needs another part")]

use std::path::Path;

use serde::{Deserialize, Serialize};

/// The time of every case, 2026-11-23 00:00:00 UTC, in Unix seconds.
pub(crate) const NOW: i64 = 1_795_392_000;

/// One case, expanded. Its texts are octets: each character is one.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Case {
    pub(crate) id: String,
    pub(crate) clause: String,
    #[serde(default, skip_serializing)]
    line: Option<String>,
    /// The fields of the response.
    #[serde(default)]
    pub(crate) lines: Vec<String>,
    pub(crate) stored: Vec<Stored>,
    #[serde(default, skip_serializing)]
    each: Option<Each>,
    #[serde(default)]
    pub(crate) wire: WireForm,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) naive: Option<Naive>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    chromium: Option<Chromium>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    note: Option<String>,
}

/// What a browser holds of one cookie, as far as it is not what goes without saying.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Stored {
    pub(crate) name: String,
    pub(crate) value: String,
    /// None: host-only.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) domain: Option<String>,
    #[serde(default = "default_path")]
    pub(crate) path: String,
    /// Seconds from now; none: until the session ends.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) expires: Option<i64>,
    #[serde(default)]
    pub(crate) secure: bool,
    #[serde(default)]
    pub(crate) http_only: bool,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) same_site: Option<String>,
    #[serde(default)]
    pub(crate) partitioned: bool,
}

fn default_path() -> String {
    "/dir".to_owned()
}

/// Which protocol can carry the lines.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub(crate) enum WireForm {
    #[default]
    All,
    H1,
    None,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub(crate) enum Naive {
    Differs,
}

#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Chromium {
    stored: Vec<Stored>,
    why: String,
}

#[derive(Clone, Debug, Deserialize)]
#[serde(untagged)]
enum Each {
    Family(Family),
    Texts(Vec<String>),
}

#[derive(Clone, Copy, Debug, Deserialize)]
#[serde(rename_all = "lowercase")]
enum Family {
    Ctl,
}

/// Every case of every file, expanded, in the order of the files' names.
pub(crate) fn corpus() -> Vec<Case> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/cookies/corpus");
    let files = std::fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path());
    let mut files: Vec<_> = files.filter(|path| path.extension().is_some_and(|is| is == "yaml")).collect();
    files.sort();
    let read = |path: &std::path::PathBuf| -> Vec<Case> {
        let text = std::fs::read_to_string(path).unwrap();
        serde_yaml::from_str(&text).unwrap_or_else(|error| panic!("{}: {error}", path.display()))
    };
    files.iter().flat_map(read).flat_map(Case::expanded).collect()
}

/// The octets of a text of the corpus.
pub(crate) fn octets(text: &str) -> Vec<u8> {
    text.chars().map(|c| u8::try_from(u32::from(c)).unwrap_or_else(|_| panic!("{c:?} is no octet"))).collect()
}

/// Octets as a text of the corpus.
pub(crate) fn text(octets: &[u8]) -> String {
    octets.iter().map(|octet| char::from(*octet)).collect()
}

impl Case {
    fn expanded(mut self) -> Vec<Self> {
        match (self.line.take(), self.lines.is_empty()) {
            (Some(line), true) => self.lines = vec![line],
            (None, false) => {}
            _ => panic!("{}: either `line` or `lines`", self.id),
        }
        let cases = match self.each.take() {
            None => vec![self],
            Some(Each::Family(Family::Ctl)) => {
                (0..=0x08).chain(0x0A..=0x1F).chain([0x7F]).map(|octet| self.with_control(octet)).collect()
            }
            Some(Each::Texts(texts)) => {
                let numbered = (1..).zip(&texts);
                numbered.map(|(number, text)| self.with(&number.to_string(), text)).collect()
            }
        };
        cases.into_iter().map(Self::repeated).collect()
    }

    fn with_control(&self, octet: u8) -> Self {
        let mut case = self.with(&format!("x{octet:02x}"), &text(&[octet]));
        // RFC 9110 5.5: NUL, CR and LF end or spoil a message; HTTP/2 implementations refuse the others too.
        case.wire = if matches!(octet, 0 | b'\r' | b'\n') { WireForm::None } else { WireForm::H1 };
        case
    }

    /// This case with that text in the place of `{each}`.
    fn with(&self, suffix: &str, text: &str) -> Self {
        let mut case = self.clone();
        case.id = format!("{}-{suffix}", self.id);
        case.for_texts(|of| *of = of.replace("{each}", text));
        case
    }

    /// `{x*N}` and `{1..N}` written out.
    fn repeated(mut self) -> Self {
        self.lines =
            self.lines.iter().flat_map(|line| numbers(line).map(|number| numbered(line, number))).collect();
        let stored = |stored: Vec<Stored>| -> Vec<Stored> {
            let one = |cookie: &Stored| -> Vec<Stored> {
                let with = |number| Stored {
                    name: numbered(&cookie.name, number),
                    value: numbered(&cookie.value, number),
                    ..cookie.clone()
                };
                numbers(&cookie.name).map(with).collect()
            };
            stored.iter().flat_map(one).collect()
        };
        self.stored = stored(self.stored);
        self.chromium = self.chromium.map(|of| Chromium { stored: stored(of.stored), ..of });
        self.for_texts(|of| *of = written_out(of));
        self
    }

    fn for_texts(&mut self, change: impl Fn(&mut String)) {
        self.lines.iter_mut().for_each(&change);
        let chromium = self.chromium.iter_mut().flat_map(|of| &mut of.stored);
        for stored in self.stored.iter_mut().chain(chromium) {
            for text in [&mut stored.name, &mut stored.value, &mut stored.path] {
                change(text);
            }
        }
    }
}

/// The count of `{1..N}`; one where there is none.
fn numbers(text: &str) -> std::ops::RangeInclusive<usize> {
    let count = text.split_once("{1..").and_then(|(_, rest)| rest.split_once('}'));
    1..=count.map_or(1, |(count, _)| count.parse().unwrap())
}

fn numbered(text: &str, number: usize) -> String {
    let range = format!("{{1..{}}}", numbers(text).end());
    text.replace(&range, &number.to_string())
}

/// `{x*N}` written out, where `x` may be several characters.
pub(crate) fn written_out(text: &str) -> String {
    let mut out = String::new();
    let mut rest = text;
    while let Some((before, after)) = rest.split_once('{') {
        out += before;
        let repeated = after.split_once('}').and_then(|(inner, after)| {
            let (what, count) = inner.rsplit_once('*')?;
            Some((what.repeat(count.parse().ok()?), after))
        });
        match repeated {
            Some((repeated, after)) => {
                out += &repeated;
                rest = after;
            }
            None => {
                out.push('{');
                rest = after;
            }
        }
    }
    out + rest
}
