//! The book in a file, so that a restart forgets nothing.

use std::ffi::OsString;
use std::fs::{self, File, OpenOptions};
use std::io::{self, ErrorKind, Read as _, Write as _};
use std::os::unix::fs::OpenOptionsExt as _;
use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};

use super::book::{Book, Page};
use crate::config::Mode;

/// Octets of a file; what is written stays far below.
const MOST_OCTETS: u64 = 64 << 20;
/// The form of the file.
const VERSION: u32 = 1;

/// Why a file tells nothing.
#[derive(Debug, thiserror::Error)]
pub enum FileError {
    /// The system says so.
    #[error("{0}")]
    Io(#[from] io::Error),
    /// It is none that tamis wrote, or not whole.
    #[error("it is no file of observations: {0}")]
    Syntax(#[from] serde_json::Error),
    /// Another version of tamis wrote it.
    #[error("it has version {0}, and this tamis reads version {VERSION}")]
    Version(u32),
    /// Larger than any that tamis writes.
    #[error("it is larger than {} MiB", MOST_OCTETS >> 20)]
    TooLarge,
}

/// The whole file.
#[derive(Serialize, Deserialize)]
struct Written {
    version: u32,
    #[serde(default)]
    sites: Vec<Site>,
}

#[derive(Serialize, Deserialize)]
struct Site {
    site: String,
    mode: Word,
    #[serde(flatten)]
    page: Page,
}

#[derive(Clone, Copy, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
enum Word {
    Observe,
    Enforce,
}

impl Book {
    /// Reads a file that [`save`](Self::save) wrote; `None` if there is none.
    ///
    /// # Errors
    /// It can't be read, or is not such a file.
    pub fn load(path: &Path) -> Result<Option<Self>, FileError> {
        let file = match File::open(path) {
            Ok(file) => file,
            Err(fault) if matches!(fault.kind(), ErrorKind::NotFound | ErrorKind::NotADirectory) => {
                return Ok(None);
            }
            Err(fault) => return Err(fault.into()),
        };
        let mut octets = Vec::new();
        #[expect(clippy::disallowed_methods, reason = "bounded by take")]
        file.take(MOST_OCTETS + 1).read_to_end(&mut octets)?;
        if octets.len() as u64 > MOST_OCTETS {
            return Err(FileError::TooLarge);
        }
        let written: Written = serde_json::from_slice(&octets)?;
        if written.version != VERSION {
            return Err(FileError::Version(written.version));
        }
        let pages = written.sites.into_iter().map(|Site { site, mode, page }| {
            let mode = match mode {
                Word::Observe => Mode::Observe,
                Word::Enforce => Mode::Enforce,
            };
            ((site, mode), page)
        });
        Ok(Some(Self { pages: pages.collect() }))
    }

    /// Writes it whole beside the file and puts it in its place, readable by this user alone: whoever reads it, or
    /// starts after the process was killed, has the old one or the new one.
    ///
    /// # Errors
    /// What the system says.
    pub fn save(&self, path: &Path) -> io::Result<()> {
        let sites = self.pages.iter().map(|((site, mode), page)| Site {
            site: site.clone(),
            mode: match mode {
                Mode::Observe => Word::Observe,
                Mode::Enforce => Word::Enforce,
            },
            page: page.clone(),
        });
        let mut text = serde_json::to_vec_pretty(&Written { version: VERSION, sites: sites.collect() })?;
        text.push(b'\n');
        let beside = with_ending(path, ".new");
        // One that a killed process left; a link that somebody laid there is not followed (O_EXCL).
        let _ = fs::remove_file(&beside);
        let mut file = OpenOptions::new().write(true).create_new(true).mode(0o600).open(&beside)?;
        let written = file.write_all(&text).and_then(|()| file.sync_data());
        written.and_then(|()| fs::rename(&beside, path)).inspect_err(|_| {
            let _ = fs::remove_file(&beside);
        })
    }
}

/// Puts a file that can't be read out of the way, where a person finds it, and gives its new name.
pub(super) fn put_aside(path: &Path) -> io::Result<PathBuf> {
    let aside = with_ending(path, ".broken");
    fs::rename(path, &aside)?;
    Ok(aside)
}

fn with_ending(path: &Path, ending: &str) -> PathBuf {
    let mut name = OsString::from(path);
    name.push(ending);
    PathBuf::from(name)
}
