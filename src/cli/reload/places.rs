//! Where the system can tell that something else stands at a path.

use std::collections::{BTreeMap, BTreeSet, VecDeque};
use std::ffi::{OsStr, OsString};
use std::fs;
use std::path::{Component, Path, PathBuf};

/// Symbolic links that one path may lead through, as Linux has it (path_resolution(7)).
const MOST_LINKS: usize = 40;

/// Directories with the names in them that matter. The directories' own paths lead through no symbolic link.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Places {
    names: BTreeMap<PathBuf, BTreeSet<OsString>>,
    /// Directories in which every name matters.
    whole: BTreeSet<PathBuf>,
}

impl Places {
    /// Those of a file: each name on the way to it that is a symbolic link, and its own. Where nothing is there yet, the
    /// first name that is missing.
    ///
    /// A file is not watched itself: what takes its place by a rename is another file. Kubernetes renames the link `..data`
    /// that all files of a volume lead through.
    pub(super) fn add_file(&mut self, path: &Path) {
        self.walk(path);
    }

    /// Those of a directory in which every name matters.
    pub(super) fn add_directory(&mut self, path: &Path) {
        if let Some(directory) = self.walk(path) {
            self.whole.insert(directory);
        }
    }

    /// The directories to be watched.
    pub(super) fn directories(&self) -> BTreeSet<&Path> {
        self.names.keys().chain(&self.whole).map(PathBuf::as_path).collect()
    }

    /// Whether something that happened to a path concerns us.
    pub(super) fn concern(&self, path: &Path) -> bool {
        // The directory itself went away or elsewhere.
        if self.names.contains_key(path) || self.whole.contains(path) {
            return true;
        }
        let (Some(directory), Some(name)) = (path.parent(), path.file_name()) else { return false };
        self.whole.contains(directory) || self.names.get(directory).is_some_and(|names| names.contains(name))
    }

    fn note(&mut self, directory: &Path, name: &OsStr) {
        self.names.entry(directory.to_owned()).or_default().insert(name.to_owned());
    }

    /// Goes the way of a path as the system does (path_resolution(7)), and returns where it leads.
    fn walk(&mut self, path: &Path) -> Option<PathBuf> {
        let path = std::path::absolute(path).ok()?;
        let mut ahead: VecDeque<OsString> = VecDeque::new();
        let mut here = PathBuf::new();
        let mut links = 0;
        prepend(&mut ahead, &path);
        while let Some(name) = ahead.pop_front() {
            if name == "/" {
                here = PathBuf::from("/");
                continue;
            }
            if name == ".." {
                here.pop();
                continue;
            }
            let next = here.join(&name);
            let found = fs::symlink_metadata(&next);
            let is_link = found.as_ref().is_ok_and(fs::Metadata::is_symlink);
            if ahead.is_empty() || is_link || found.is_err() {
                self.note(&here, &name);
            }
            if !is_link {
                found.ok()?;
                here = next;
                continue;
            }
            links += 1;
            if links > MOST_LINKS {
                return None;
            }
            prepend(&mut ahead, &fs::read_link(&next).ok()?);
        }
        Some(here)
    }
}

/// Puts the steps of a path before those that are left.
fn prepend(ahead: &mut VecDeque<OsString>, path: &Path) {
    for component in path.components().rev() {
        if component != Component::CurDir {
            ahead.push_front(component.as_os_str().to_owned());
        }
    }
}

#[cfg(test)]
mod tests {
    use std::os::unix::fs::symlink;

    use super::*;

    struct Folder(PathBuf);

    impl Folder {
        fn new(name: &str) -> Self {
            let folder = std::env::temp_dir().join(format!("tamis-places-{}-{name}", std::process::id()));
            fs::create_dir_all(&folder).expect("a directory");
            Self(fs::canonicalize(folder).expect("its path"))
        }

        fn at(&self, name: &str) -> PathBuf {
            self.0.join(name)
        }

        fn directory(&self, name: &str) {
            fs::create_dir_all(self.at(name)).expect("a directory");
        }

        fn link(&self, name: &str, to: &str) {
            symlink(to, self.at(name)).expect("a link");
        }
    }

    impl Drop for Folder {
        fn drop(&mut self) {
            let _ = fs::remove_dir_all(&self.0);
        }
    }

    /// The names that matter on the way to a file, below the folder.
    fn way(folder: &Folder, name: &str) -> Vec<String> {
        let mut places = Places::default();
        places.add_file(&folder.at(name));
        let names =
            places.names.iter().flat_map(|(directory, names)| names.iter().map(|name| directory.join(name)));
        names.map(|path| path.strip_prefix(&folder.0).expect("below").display().to_string()).collect()
    }

    #[test]
    fn a_plain_file_is_a_name_in_its_directory() {
        let folder = Folder::new("plain");
        fs::write(folder.at("a.yaml"), "").expect("a file");
        assert_eq!(way(&folder, "a.yaml"), ["a.yaml"]);
        assert_eq!(way(&folder, "./b/../a.yaml"), ["b"], "b is missing, as the system sees it too");
    }

    #[test]
    fn every_link_on_the_way_matters() {
        let folder = Folder::new("links");
        folder.directory("..1");
        fs::write(folder.at("..1/a.yaml"), "").expect("a file");
        folder.link("..data", "..1");
        folder.link("a.yaml", "..data/a.yaml");
        folder.link("here", ".");
        assert_eq!(way(&folder, "a.yaml"), ["..data", "a.yaml", "..1/a.yaml"]);
        assert_eq!(way(&folder, "here/a.yaml"), ["..data", "a.yaml", "here", "..1/a.yaml"]);
    }

    #[test]
    fn what_is_missing_is_waited_for_where_it_would_appear() {
        let folder = Folder::new("missing");
        folder.link("gone", "nowhere/at/all");
        assert_eq!(way(&folder, "one/two/a.yaml"), ["one"]);
        assert_eq!(way(&folder, "gone/a.yaml"), ["gone", "nowhere"]);
        folder.link("loop", "loop");
        assert_eq!(way(&folder, "loop"), ["loop"]);
    }

    #[test]
    fn what_concerns_us() {
        let folder = Folder::new("concern");
        folder.directory("sites");
        let mut places = Places::default();
        places.add_file(&folder.at("a.yaml"));
        places.add_directory(&folder.at("sites"));
        for path in ["a.yaml", "sites", "sites/any", ""] {
            assert!(places.concern(&folder.at(path)), "{path}");
        }
        for path in ["b.yaml", "sites/any/deeper", "a.yaml/b"] {
            assert!(!places.concern(&folder.at(path)), "{path}");
        }
        assert_eq!(places.directories().len(), 2);
    }
}
