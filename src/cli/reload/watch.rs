//! Waiting for a change of files: the system tells what happens in their directories, and a change counts when it has come
//! to rest.
//!
//! What the system tells is only a reason to look: whoever waits here compares contents. And it may tell nothing (NFS,
//! another container's layer, no watches left), so that somebody has to look now and then anyway.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::os::unix::fs::MetadataExt as _;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use notify::event::{AccessKind, AccessMode, DataChange, Flag, ModifyKind};
use notify::{Event, EventKind, RecommendedWatcher, RecursiveMode, Watcher as _};
use tokio::sync::Notify;
use tokio::time::{Instant, sleep_until};

use super::contents::Contents;
use super::places::Places;

/// Nothing more happens for so long: an editor or a deployment is through.
const REST: Duration = Duration::from_millis(200);
/// A file that is open for writing is waited for so long after the last octet.
const WRITING: Duration = Duration::from_secs(2);
/// So long after the first sign it counts, come to rest or not.
const LONGEST: Duration = Duration::from_secs(5);

/// The watch over the files of a configuration.
pub(super) struct Watch {
    /// `None` where the system has none to give.
    watcher: Option<RecommendedWatcher>,
    /// The directories that are watched, with what they are: device and inode.
    watched: BTreeMap<PathBuf, (u64, u64)>,
    signs: Arc<Signs>,
}

/// What the system's thread tells us.
#[derive(Default)]
struct Signs {
    seen: Mutex<Seen>,
    wake: Notify,
}

#[derive(Default)]
struct Seen {
    places: Places,
    /// When the first and the last sign of a change came.
    since: Option<(Instant, Instant)>,
    /// Files that somebody writes and has not closed; of those that concern us.
    writing: BTreeSet<PathBuf>,
}

impl Watch {
    /// A watch over nothing yet.
    pub(super) fn new() -> Self {
        let signs = Arc::new(Signs::default());
        let told = Arc::clone(&signs);
        let watcher = notify::recommended_watcher(move |event| told.take(event));
        if let Err(fault) = &watcher {
            tracing::warn!(%fault, "changes of files are not told by the system, so they are noticed later");
        }
        Self { watcher: watcher.ok(), watched: BTreeMap::new(), signs }
    }

    /// Watches over these files from now on, wherever their names lead at this moment.
    ///
    /// `true` if a directory is watched that was not watched before: what happened in it until now was not told.
    pub(super) fn follow(&mut self, contents: &Contents) -> bool {
        let mut places = Places::default();
        contents.files().for_each(|file| places.add_file(file));
        contents.directories().for_each(|directory| places.add_directory(directory));
        let wanted = places.directories();
        let known = |path: &Path| Some((path.to_owned(), identity(path)?));
        let wanted: BTreeMap<_, _> = wanted.into_iter().filter_map(known).collect();
        self.signs.lock().places = places;
        let Some(watcher) = &mut self.watcher else { return false };
        for path in self.watched.keys().filter(|path| !wanted.contains_key(*path)) {
            // It may be gone, and its watch with it.
            let _ = watcher.unwatch(path);
        }
        self.watched.retain(|path, _| wanted.contains_key(path));
        let mut new = false;
        for (path, identity) in wanted {
            if self.watched.get(&path) == Some(&identity) {
                continue;
            }
            match watcher.watch(&path, RecursiveMode::NonRecursive) {
                Ok(()) => new = true,
                Err(fault) => tracing::warn!(
                    directory = %path.display(), %fault,
                    "changes in this directory are not told by the system, so they are noticed later"
                ),
            }
            // Said once, if it can't be.
            self.watched.insert(path, identity);
        }
        new
    }

    /// Something happens to the files, and has not come to rest: [`rest`](Self::rest) is going to return.
    pub(super) fn is_told(&self) -> bool {
        self.signs.lock().since.is_some()
    }

    /// Returns when something has happened to the files.
    #[cfg(test)]
    pub(super) async fn told(&self) {
        while !self.is_told() {
            self.signs.wake.notified().await;
        }
    }

    /// Returns when something has happened to the files and come to rest. What happened is kept if the wait is given up.
    pub(super) async fn rest(&self) {
        loop {
            let told = self.signs.wake.notified();
            let due = self.signs.lock().due();
            match due {
                None => told.await,
                Some(due) if due <= Instant::now() => {
                    let mut seen = self.signs.lock();
                    seen.since = None;
                    seen.writing.clear();
                    return;
                }
                Some(due) => tokio::select! {
                    () = told => {}
                    () = sleep_until(due) => {}
                },
            }
        }
    }
}

impl Signs {
    fn lock(&self) -> std::sync::MutexGuard<'_, Seen> {
        // Nothing in it has to agree with anything else, so a panic leaves nothing half done.
        self.seen.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// On the thread of `notify`.
    fn take(&self, event: notify::Result<Event>) {
        if self.lock().counts(event) {
            self.wake.notify_one();
        }
    }
}

impl Seen {
    /// Notes an event, if it is a sign of a change.
    fn counts(&mut self, event: notify::Result<Event>) -> bool {
        // Events that were lost, or that the system can't tell, are a reason to look.
        let event = event.unwrap_or_else(|_| Event::new(EventKind::Other).set_flag(Flag::Rescan));
        let Self { places, writing, .. } = self;
        let concerning = event.paths.iter().filter(|path| places.concern(path)).count();
        if is_reading(event.kind) || concerning == 0 && !event.need_rescan() {
            return false;
        }
        for path in event.paths.into_iter().filter(|path| places.concern(path)) {
            if event.kind == EventKind::Modify(ModifyKind::Data(DataChange::Any)) {
                writing.insert(path);
            } else {
                writing.remove(&path);
            }
        }
        let now = Instant::now();
        let first = self.since.map_or(now, |(first, _)| first);
        self.since = Some((first, now));
        true
    }

    /// When what happened counts as come to rest.
    fn due(&self) -> Option<Instant> {
        let (first, last) = self.since?;
        let rest = if self.writing.is_empty() { REST } else { WRITING };
        Some((last + rest).min(first + LONGEST))
    }
}

/// Our own reading is told too.
fn is_reading(kind: EventKind) -> bool {
    match kind {
        EventKind::Access(AccessKind::Close(AccessMode::Write)) => false,
        EventKind::Access(_) => true,
        _ => false,
    }
}

/// Device and inode of a directory.
fn identity(path: &Path) -> Option<(u64, u64)> {
    let metadata = fs::metadata(path).ok()?;
    Some((metadata.dev(), metadata.ino()))
}

#[cfg(test)]
mod tests {
    use notify::event::{CreateKind, RenameMode};

    use super::*;

    const WRITTEN: EventKind = EventKind::Modify(ModifyKind::Data(DataChange::Any));
    const CLOSED: EventKind = EventKind::Access(AccessKind::Close(AccessMode::Write));
    const MOVED: EventKind = EventKind::Modify(ModifyKind::Name(RenameMode::To));

    fn seen() -> Seen {
        let mut places = Places::default();
        places.add_file(Path::new("/nowhere/tamis.yaml"));
        Seen { places, ..Seen::default() }
    }

    fn event(kind: EventKind) -> notify::Result<Event> {
        Ok(Event::new(kind).add_path(PathBuf::from("/nowhere")))
    }

    /// How long after the last sign a change counts.
    fn rest(seen: &Seen) -> Duration {
        let (_, last) = seen.since.expect("a sign");
        seen.due().expect("a moment") - last
    }

    #[test]
    fn a_change_counts_when_it_has_come_to_rest() {
        let mut seen = seen();
        assert_eq!(seen.due(), None);
        assert!(seen.counts(event(MOVED)));
        assert_eq!(rest(&seen), REST);
    }

    #[test]
    fn a_file_that_is_being_written_is_waited_for() {
        let mut seen = seen();
        assert!(seen.counts(event(WRITTEN)));
        assert_eq!(rest(&seen), WRITING);
        assert!(seen.counts(event(CLOSED)));
        assert_eq!(rest(&seen), REST);
    }

    #[test]
    fn nobody_is_waited_for_without_end() {
        let mut seen = seen();
        seen.counts(event(WRITTEN));
        let (_, last) = seen.since.expect("a sign");
        let first = last.checked_sub(LONGEST).expect("the machine runs for longer");
        seen.since = Some((first, last));
        assert_eq!(seen.due(), Some(last));
    }

    #[test]
    fn reading_and_neighbours_are_no_sign() {
        let mut seen = seen();
        for kind in [AccessKind::Open(AccessMode::Any), AccessKind::Close(AccessMode::Read), AccessKind::Read]
        {
            assert!(!seen.counts(event(EventKind::Access(kind))), "{kind:?}");
        }
        let neighbour = Event::new(EventKind::Create(CreateKind::File)).add_path(PathBuf::from("/other"));
        assert!(!seen.counts(Ok(neighbour)));
        assert_eq!(seen.due(), None);
    }

    #[test]
    fn lost_signs_are_a_reason_to_look() {
        let mut seen = seen();
        assert!(seen.counts(Ok(Event::new(EventKind::Other).set_flag(Flag::Rescan))));
        assert!(seen.due().is_some());
        assert!(self::seen().counts(Err(notify::Error::generic("no more watches"))));
    }
}
