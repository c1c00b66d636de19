//! Signed heads: what the chain was at a time, by the word of a key.
//!
//! A head is a JSON line with `instance`, `key` (the public key, hexadecimal), `link` (hexadecimal), `of` (`head` or
//! `checkpoint`), `sequence`, `signature` (hexadecimal) and `time`. The signature is over
//!
//! ```text
//! "tamis record head 1\n" or "tamis record checkpoint 1\n"
//! length(instance) instance sequence link time
//! ```
//! with four octets of length, eight of sequence number and eight of time, most significant first.

use std::fs::{File, OpenOptions};
use std::io::{Read as _, Seek as _, SeekFrom, Write as _};
use std::path::Path;

use serde_json::{Value, json};

use super::chain::Head;
use super::error::StoreError;
use super::key::{PublicKey, SigningKey, sync_directory};
use crate::consent::hex;

/// What is said of a link.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Of {
    /// The chain reached it.
    Head,
    /// All before and with it was deleted because of its age, and was in order then.
    Checkpoint,
}

impl Of {
    fn word(self) -> &'static str {
        match self {
            Self::Head => "head",
            Self::Checkpoint => "checkpoint",
        }
    }

    fn domain(self) -> &'static [u8] {
        match self {
            Self::Head => b"tamis record head 1\n",
            Self::Checkpoint => b"tamis record checkpoint 1\n",
        }
    }
}

/// A head and who says so.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SignedHead {
    /// What it is.
    pub of: Of,
    /// Whose chain.
    pub instance: String,
    /// The link and its place.
    pub head: Head,
    /// When it was signed: seconds since 1970.
    pub time: i64,
    /// Who signed.
    pub key: PublicKey,
    pub(super) signature: Vec<u8>,
}

impl SignedHead {
    /// Signs.
    pub fn sign(of: Of, instance: &str, head: Head, time: i64, key: &SigningKey) -> Self {
        let mut signed =
            Self { of, instance: instance.to_owned(), head, time, key: key.public(), signature: Vec::new() };
        signed.signature = key.sign(&signed.octets());
        signed
    }

    /// Whether the signature is of the key that it names.
    pub fn is_signed(&self) -> bool {
        self.key.verifies(&self.octets(), &self.signature)
    }

    fn octets(&self) -> Vec<u8> {
        let length = u32::try_from(self.instance.len()).unwrap_or(u32::MAX);
        [
            self.of.domain(),
            &length.to_be_bytes(),
            self.instance.as_bytes(),
            &self.head.sequence.to_be_bytes(),
            &self.head.link,
            &self.time.to_be_bytes(),
        ]
        .concat()
    }

    /// One line of JSON, without its end.
    pub fn line(&self) -> String {
        json!({
            "instance": self.instance,
            "key": self.key.to_string(),
            "link": hex::encode(&self.head.link),
            "of": self.of.word(),
            "sequence": self.head.sequence,
            "signature": hex::encode(&self.signature),
            "time": self.time,
        })
        .to_string()
    }

    /// Reads a line; `None` if it is no head, or was cut off while it was written.
    pub fn parse(line: &str) -> Option<Self> {
        let value: Value = serde_json::from_str(line).ok()?;
        let text = |key: &str| value.get(key).and_then(Value::as_str);
        Some(Self {
            of: match text("of")? {
                "head" => Of::Head,
                "checkpoint" => Of::Checkpoint,
                _ => return None,
            },
            instance: text("instance")?.to_owned(),
            head: Head { sequence: value.get("sequence")?.as_u64()?, link: hex::decode(text("link")?)? },
            time: value.get("time")?.as_i64()?,
            key: PublicKey::from_hex(text("key")?)?,
            signature: hex::decode::<64>(text("signature")?)?.to_vec(),
        })
    }
}

/// Opens a file of heads, made where there is none.
///
/// # Errors
/// The file can't be written.
pub(super) fn open(path: &Path) -> Result<File, StoreError> {
    let opened = OpenOptions::new().read(true).append(true).create(true).open(path);
    opened.map_err(StoreError::file(path))
}

/// Appends a signed head to a file, and waits until it is on the disk.
///
/// # Errors
/// The file can't be written.
pub(super) fn append(path: &Path, head: &SignedHead) -> Result<(), StoreError> {
    let mut file = open(path)?;
    let written = (|| {
        let is_new = file.metadata()?.len() == 0;
        let mut last = [b'\n'];
        if !is_new {
            file.seek(SeekFrom::End(-1))?;
            file.read_exact(&mut last)?;
        }
        // A line that a loss of power cut off stays as it is; ours begins on one of its own.
        let before = if last == *b"\n" { "" } else { "\n" };
        file.write_all(format!("{before}{}\n", head.line()).as_bytes())?;
        file.sync_data()?;
        if is_new { sync_directory(path) } else { Ok(()) }
    })();
    written.map_err(StoreError::file(path))
}

/// The last head of an instance in a file that [`append`] wrote; `None` where there is none.
pub(super) fn last(path: &Path, instance: &str) -> Option<SignedHead> {
    // The last 64 KiB hold some two hundred heads.
    const TAIL: i64 = 64 * 1024;
    let mut file = File::open(path).ok()?;
    let length = i64::try_from(file.metadata().ok()?.len()).ok()?;
    file.seek(SeekFrom::End(-length.min(TAIL))).ok()?;
    let mut tail = Vec::new();
    std::io::copy(&mut file.take(TAIL.unsigned_abs()), &mut tail).ok()?;
    let tail = String::from_utf8_lossy(&tail);
    tail.lines().rev().filter_map(SignedHead::parse).find(|head| head.instance == instance)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::store::tests::Folder;

    #[test]
    fn heads_are_appended_and_read_back() {
        let folder = Folder::new();
        let key = SigningKey::read_or_make(&folder.path("key")).unwrap();
        let head = |sequence| SignedHead::sign(Of::Head, "a", Head { sequence, link: [7; 32] }, 9, &key);
        let path = folder.path("heads");
        append(&path, &head(1)).unwrap();
        // A loss of power in the midst of a line.
        std::fs::write(&path, format!("{}\n{}", head(1).line(), &head(2).line()[..40])).unwrap();
        append(&path, &head(3)).unwrap();
        let text = std::fs::read_to_string(&path).unwrap();
        let read: Vec<_> = text.lines().map(SignedHead::parse).collect();
        assert_eq!(read, [Some(head(1)), None, Some(head(3))]);
        assert!(read.iter().flatten().all(SignedHead::is_signed));
        assert_eq!(last(&path, "a"), Some(head(3)));
        assert_eq!(last(&path, "b"), None);
    }

    #[test]
    fn no_part_can_change() {
        let folder = Folder::new();
        let key = SigningKey::read_or_make(&folder.path("key")).unwrap();
        let other = SigningKey::read_or_make(&folder.path("other")).unwrap().public();
        let head = SignedHead::sign(Of::Head, "a", Head { sequence: 3, link: [7; 32] }, 9, &key);
        assert!(head.is_signed());
        let changed = [
            SignedHead { of: Of::Checkpoint, ..head.clone() },
            SignedHead { instance: "b".to_owned(), ..head.clone() },
            SignedHead { head: Head { sequence: 4, ..head.head }, ..head.clone() },
            SignedHead { head: Head { link: [8; 32], ..head.head }, ..head.clone() },
            SignedHead { time: 10, ..head.clone() },
            SignedHead { key: other, ..head },
        ];
        for changed in changed {
            assert!(!changed.is_signed(), "{changed:?}");
        }
    }
}
