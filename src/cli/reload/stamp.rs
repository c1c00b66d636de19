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

    fn set_modified(path: &Path, time: SystemTime) {
        let file = std::fs::File::open(path).unwrap();
        file.set_times(FileTimes::new().set_modified(time)).unwrap();
    }

    #[test]
    fn only_what_is_long_past_is_trusted() {
        let at = |seconds| SystemTime::UNIX_EPOCH + Duration::from_secs(seconds);
        let stamp = |modified, changed| Stamp {
            device: 1,
            inode: 1,
            size: 1,
            modified: (modified, 0),
            changed: (changed, 0),
        };
        let last = 100 + SETTLED.as_secs();
        for (modified, changed) in [(100, 100), (100, 50), (50, 100)] {
            let stamp = stamp(modified, changed);
            assert!(!stamp.settled(at(0)) && !stamp.settled(at(100)) && !stamp.settled(at(last)));
            assert!(stamp.settled(at(last + 1)));
        }
    }

    #[test]
    fn a_change_is_seen() {
        let folder = std::env::temp_dir().join(format!("tamis-stamp-{}", std::process::id()));
        std::fs::create_dir_all(&folder).unwrap();
        let (path, other) = (folder.join("a"), folder.join("b"));
        std::fs::write(&path, "one").unwrap();
        let before = Stamp::now(&path).unwrap();
        assert!(before.stands(&path));

        // As long as before, and with the old times on it.
        let times = std::fs::metadata(&path).unwrap().modified().unwrap();
        std::fs::write(&other, "two").unwrap();
        std::fs::rename(&other, &path).unwrap();
        set_modified(&path, times);
        assert!(!before.stands(&path));

        std::fs::remove_file(&path).unwrap();
        assert!(Stamp::now(&path).is_none() && !before.stands(&path));
        // Clocks of file systems go by steps: from an old time on, the next one is another.
        set_modified(&folder, SystemTime::UNIX_EPOCH);
        let before = Stamp::now(&folder).unwrap();
        std::fs::write(&path, "").unwrap();
        assert!(!before.stands(&folder), "it has one file more");
        std::fs::remove_dir_all(folder).unwrap();
    }
}
