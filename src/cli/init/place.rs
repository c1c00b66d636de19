//! Where the files are written: never over what is there.

use std::cell::Cell;
use std::fs::{self, OpenOptions};
use std::io::{self, ErrorKind, Write as _};
use std::path::{Path, PathBuf};

/// The directory, ready to be written to.
pub(super) struct Place {
    directory: PathBuf,
    /// Directories that were made for it, the outermost first.
    made: Vec<PathBuf>,
    /// Something stands in it.
    kept: Cell<bool>,
}

impl Place {
    /// Makes the directories, before anybody is asked anything.
    ///
    /// # Errors
    /// One of the files is there already, or a directory can't be made.
    pub(super) fn prepare(directory: &Path) -> Result<Self, String> {
        let mut place = Self { directory: directory.to_owned(), made: Vec::new(), kept: Cell::new(false) };
        let there: Vec<_> = [place.config(), place.registry()]
            .into_iter()
            .filter(|path| path.symlink_metadata().is_ok())
            .collect();
        if let [first, rest @ ..] = there.as_slice() {
            let rest: String = rest.iter().map(|path| format!(" and {}", path.display())).collect();
            return Err(format!(
                "{}{rest} {} there already; name another directory: tamis init DIRECTORY",
                first.display(),
                if there.len() == 1 { "is" } else { "are" }
            ));
        }
        let registries = directory.join("registry");
        let missing =
            registries.ancestors().take_while(|path| !path.as_os_str().is_empty() && !path.exists());
        let mut missing: Vec<PathBuf> = missing.map(Path::to_path_buf).collect();
        missing.reverse();
        for path in missing {
            if let Err(fault) = fs::create_dir(&path) {
                place.leave();
                return Err(format!("can't make the directory {}: {}", path.display(), reason(&fault)));
            }
            place.made.push(path);
        }
        Ok(place)
    }

    /// The configuration's file.
    pub(super) fn config(&self) -> PathBuf {
        self.directory.join("tamis.yaml")
    }

    /// The registry's file.
    pub(super) fn registry(&self) -> PathBuf {
        self.directory.join("registry/site.yaml")
    }

    /// Writes both files, or none.
    ///
    /// # Errors
    /// One of them can't be written, or has come meanwhile.
    pub(super) fn write(&self, config: &str, registry: &str) -> Result<(), String> {
        create(&self.registry(), registry)?;
        if let Err(fault) = create(&self.config(), config) {
            let _ = fs::remove_file(self.registry());
            return Err(fault);
        }
        self.kept.set(true);
        Ok(())
    }

    /// Removes the directories that were made in vain.
    pub(super) fn leave(&self) {
        for path in self.made.iter().rev().filter(|_| !self.kept.get()) {
            // What somebody else has put in there stays.
            let _ = fs::remove_dir(path);
        }
    }
}

/// Writes a file that must not be there.
fn create(path: &Path, text: &str) -> Result<(), String> {
    let opened = OpenOptions::new().write(true).create_new(true).open(path);
    let sentence = |fault| format!("can't write {}: {}", path.display(), reason(&fault));
    let mut file = opened.map_err(sentence)?;
    file.write_all(text.as_bytes()).and_then(|()| file.sync_all()).map_err(|fault| {
        let _ = fs::remove_file(path);
        sentence(fault)
    })
}

fn reason(fault: &io::Error) -> String {
    match fault.kind() {
        ErrorKind::PermissionDenied => {
            "this user may not write there; name another directory, or run this as who may".to_owned()
        }
        ErrorKind::NotADirectory => "a part of its path is a file; name another directory".to_owned(),
        ErrorKind::AlreadyExists => "there is a file of that name; name another directory".to_owned(),
        ErrorKind::ReadOnlyFilesystem => "its file system is read-only; name another directory".to_owned(),
        _ => fault.to_string(),
    }
}
