//! What the system says of a file or a directory by which it can be told that nobody has written to it.

use std::os::unix::fs::MetadataExt as _;
use std::path::Path;
use std::time::{Duration, SystemTime};

/// Younger changes are not told apart from the next one: clocks of file systems go by steps, of two seconds at most.
const SETTLED: Duration = Duration::from_secs(3);

/// A file or directory at one time: which one it is, how large, and when it was changed last. Nobody can set that last time.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Stamp {
    device: u64,
    inode: u64,
    size: u64,
    /// Seconds and nanoseconds since 1970: of its contents, and of anything about it.
    modified: (i64, i64),
    changed: (i64, i64),
}

impl Stamp {
    /// Of what is behind all links; `None` where the next change might go unseen, or there is nothing.
    pub(super) fn of(path: &Path) -> Option<Self> {
        let stamp = Self::now(path)?;
        stamp.settled(SystemTime::now()).then_some(stamp)
    }

    /// Whether it is the same one, and nobody has written to it.
    pub(super) fn stands(&self, path: &Path) -> bool {
        Self::now(path) == Some(*self)
    }

    fn now(path: &Path) -> Option<Self> {
        std::fs::metadata(path).ok().map(|file| Self {
            device: file.dev(),
            inode: file.ino(),
            size: file.size(),
            modified: (file.mtime(), file.mtime_nsec()),
            changed: (file.ctime(), file.ctime_nsec()),
        })
    }

    /// Its last change is long past by this time.
    fn settled(&self, now: SystemTime) -> bool {
        let now = now.duration_since(SystemTime::UNIX_EPOCH).unwrap_or_default();
        let until = now.saturating_sub(SETTLED).as_secs();
        u64::try_from(self.changed.0.max(self.modified.0)).is_ok_and(|changed| changed < until)
    }
}

#[cfg(test)]
mod tests {
    use std::fs::FileTimes;

    use super::*;

    #[test]
    fn a_change_is_seen_and_a_young_one_trusted_to_nothing() {
        let folder = std::env::temp_dir().join(format!("tamis-stamp-{}", std::process::id()));
        std::fs::create_dir_all(&folder).unwrap();
        let (path, other) = (folder.join("a"), folder.join("b"));
        std::fs::write(&path, "one").unwrap();
        assert_eq!(Stamp::of(&path), None);
        let before = Stamp::now(&path).unwrap();
        assert!(before.stands(&path));
        assert!(before.settled(SystemTime::now() + 2 * SETTLED));

        // As long as before, and with the old times on it.
        let times = std::fs::metadata(&path).unwrap().modified().unwrap();
        std::fs::write(&other, "two").unwrap();
        std::fs::rename(&other, &path).unwrap();
        let file = std::fs::File::options().write(true).open(&path).unwrap();
        file.set_times(FileTimes::new().set_modified(times)).unwrap();
        assert!(!before.stands(&path));

        std::fs::remove_file(&path).unwrap();
        assert!(Stamp::now(&path).is_none() && !before.stands(&path));
        let before = Stamp::now(&folder).unwrap();
        std::fs::write(&path, "").unwrap();
        assert!(!before.stands(&folder), "it has one file more");
        std::fs::remove_dir_all(folder).unwrap();
    }
}
