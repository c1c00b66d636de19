//! The one thread that reloads, whoever wishes it: one reload after the other, each with an outcome that is told.

use std::io;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use tokio::runtime::{Builder, Runtime};
use tokio::sync::{Notify, mpsc};

use super::contents::Contents;
use super::watch::Watch;
use crate::admin::{Reloaded, Wish};
use crate::cli::report::{Report, sum};
use crate::config::{Effective, Outline};
use crate::server::{RESTART, Reloader, State, notify};

/// The files are looked at so often, for changes that the system doesn't tell.
const LOOK: Duration = Duration::from_secs(5);
/// A file that may be half written is looked at again after this.
const REST: Duration = Duration::from_millis(200);
/// How often: for ten seconds.
const MOST_LOOKS: usize = 50;
/// Faults that are logged one by one.
const MOST_LINES: usize = 20;

/// What one control thread works with.
pub(in crate::cli) struct Control {
    /// The gateway's configuration.
    pub(in crate::cli) config: PathBuf,
    pub(in crate::cli) reloader: Arc<Reloader>,
    /// The operator's wishes.
    pub(in crate::cli) asked: mpsc::Receiver<Wish>,
    /// Told of each SIGHUP.
    pub(in crate::cli) hangup: Arc<Notify>,
    /// What is served.
    pub(in crate::cli) served: Served,
}

/// The files of what is served, and their settings.
pub(in crate::cli) struct Served {
    pub(in crate::cli) contents: Contents,
    pub(in crate::cli) effective: Effective,
}

/// What there is to do.
enum Task {
    Asked(Wish),
    Hangup,
    /// Something happened to the files.
    Told,
    /// It is time to look at them.
    Look,
}

/// What became of one reading of the files.
enum Read {
    /// They hold what is served.
    Same(Report),
    /// They are served now: what differs, and the keys that wait for a restart.
    Applied(Report, Vec<String>, Vec<&'static str>),
    /// They can't be used.
    Refused(Report),
}

/// The thread at work.
struct Controlling {
    control: Control,
    /// The files as they were read last, used or refused.
    tried: Contents,
    /// Keys that wait for a restart.
    restart: Vec<String>,
}

impl Control {
    /// Starts the thread, which goes on until the server stops.
    ///
    /// # Errors
    /// The system gives no thread or runtime.
    pub(in crate::cli) fn begin(self) -> io::Result<()> {
        let runtime = Builder::new_current_thread().enable_all().build()?;
        let controlling =
            Controlling { tried: self.served.contents.clone(), restart: Vec::new(), control: self };
        let run = move || controlling.run(&runtime);
        std::thread::Builder::new().name("control".to_owned()).spawn(run)?;
        Ok(())
    }

    async fn task(&mut self, watch: &Watch) -> Task {
        tokio::select! {
            Some(asked) = self.asked.recv() => Task::Asked(asked),
            () = self.hangup.notified() => Task::Hangup,
            () = watch.rest() => Task::Told,
            () = tokio::time::sleep(LOOK) => Task::Look,
        }
    }
}

impl Controlling {
    fn run(mut self, runtime: &Runtime) {
        let mut watch = Watch::new();
        let mut touched = true;
        while !self.control.reloader.is_over() {
            if touched && watch.follow(&self.tried) {
                // What happened before the directory was watched.
                self.look(&watch);
            }
            touched = true;
            match runtime.block_on(self.control.task(&watch)) {
                // Who asked may have left.
                Task::Asked(Wish::Reload(reply)) => drop(reply.send(self.reload("POST /reload"))),
                Task::Asked(Wish::Outline(reply)) => drop(reply.send(self.outline())),
                Task::Hangup => drop(self.reload("SIGHUP")),
                Task::Told if self.tried.again() != self.tried => drop(self.reload("files changed")),
                Task::Told => {}
                // Where nobody has touched anything, the files are where they were, too.
                Task::Look if self.tried.stand() => touched = false,
                Task::Look => self.look(&watch),
            }
        }
    }

    /// Reloads if the files hold something else than when they were read, and go on holding that.
    fn look(&mut self, watch: &Watch) {
        if differ(&mut self.tried, watch) {
            self.reload("files changed");
        }
    }

    /// Reads the files, serves by them if they can be used, and tells what came of it wherever somebody may look.
    fn reload(&mut self, cause: &'static str) -> Reloaded {
        notify(State::Reloading);
        let reloaded = self.reload_for(cause);
        notify(State::Ready);
        reloaded
    }

    fn reload_for(&mut self, cause: &'static str) -> Reloaded {
        let mut read = self.read();
        if matches!(read, Read::Refused(_)) {
            // Half of a file is no truth: if it goes on changing, what it holds then counts.
            std::thread::sleep(REST);
            if self.tried.again() != self.tried {
                read = self.read();
            }
        }
        match read {
            Read::Same(report) => {
                self.control.reloader.unchanged();
                tracing::info!(
                    cause,
                    generation = self.generation(),
                    "nothing to reload: the files hold what is served"
                );
                Reloaded { applied: true, restart: self.restart.clone(), ..self.outcome(&report) }
            }
            Read::Applied(report, changes, restart) => {
                self.restart = restart.into_iter().map(str::to_owned).collect();
                report.lines().take(MOST_LINES).for_each(|fault| tracing::warn!(%fault, "configuration"));
                changes.iter().take(MOST_LINES).for_each(|change| tracing::info!(change, "configuration"));
                tracing::info!(cause, generation = self.generation(), changes = changes.len(), "reloaded");
                if !self.restart.is_empty() {
                    tracing::warn!(settings = self.restart.join(", "), "these count after a restart");
                }
                Reloaded {
                    changed: true,
                    applied: true,
                    restart: self.restart.clone(),
                    ..self.outcome(&report)
                }
            }
            Read::Refused(report) => {
                self.refused(cause, &report);
                Reloaded { changed: true, ..self.outcome(&report) }
            }
        }
    }

    fn read(&mut self) -> Read {
        let config = &self.control.config;
        let (contents, compiled) = Contents::load(config);
        self.tried = contents;
        let compiled = match compiled {
            Ok(compiled) => compiled,
            Err(sentence) => return Read::Refused(Report::unreadable(config, sentence)),
        };
        let effective = compiled.effective();
        let report = Report::new(config, compiled.faults);
        let (Some(snapshot), Some(effective)) = (compiled.snapshot, effective) else {
            return Read::Refused(report);
        };
        if self.tried == self.control.served.contents {
            return Read::Same(report);
        }
        let before = self.outline();
        match self.control.reloader.reload(snapshot) {
            Ok(applied) => {
                let served = Served { contents: self.tried.clone(), effective };
                let past = std::mem::replace(&mut self.control.served, served);
                let changes = before.changes(&self.outline(), &RESTART);
                let secrets = past.contents.other_secrets(&self.tried);
                let secrets = secrets.map(|path| format!("secret {}: other content", path.display()));
                let changes = changes.iter().map(ToString::to_string).chain(secrets).collect();
                Read::Applied(report, changes, applied.restart)
            }
            Err(files) => Read::Refused(report.unusable(&files)),
        }
    }

    /// What is served, to be compared with something else.
    fn outline(&self) -> Outline {
        let Control { config, reloader, served, .. } = &self.control;
        Outline::new(&served.effective, &reloader.gateway().snapshot, served.contents.fingerprints(config))
    }

    /// The configuration stays: says so.
    fn refused(&self, cause: &str, report: &Report) {
        let all = report.errors() + report.warnings();
        let mut lines: Vec<String> = report.lines().take(MOST_LINES).collect();
        for fault in &lines {
            tracing::error!(%fault, "configuration");
        }
        if all > lines.len() {
            lines.push(format!("and {} more, which `tamis check` shows", all - lines.len()));
        }
        let faults = sum(report.errors(), report.warnings());
        let generation = self.generation();
        tracing::error!(cause, faults, generation, "not reloaded: what was served before still is");
        self.control.reloader.refused(lines.join("\n"));
    }

    fn outcome(&self, report: &Report) -> Reloaded {
        Reloaded {
            generation: self.generation(),
            changed: false,
            applied: false,
            restart: Vec::new(),
            errors: report.errors(),
            warnings: report.warnings(),
            faults: report.json(),
            changes: Vec::new(),
        }
    }

    fn generation(&self) -> u64 {
        self.control.reloader.gateway().snapshot.generation
    }
}

/// Whether the files hold something else than when they were read, and go on holding that. A change of which the system
/// has told is none yet: the watch waits for its end, and knows whether somebody still writes, which contents alone don't
/// say.
fn differ(tried: &mut Contents, watch: &Watch) -> bool {
    let mut before = tried.again();
    for _ in 0..MOST_LOOKS {
        if before == *tried {
            // What was read again needn't be the next time.
            *tried = before;
            return false;
        }
        std::thread::sleep(REST);
        let now = tried.again();
        if watch.is_told() {
            return false;
        }
        if now == before {
            return true;
        }
        before = now;
    }
    true
}

#[cfg(test)]
mod tests {
    use std::fs;
    use std::io::Write as _;

    use super::*;

    /// A configuration in a folder of its own, as it was read.
    fn written(name: &str) -> (PathBuf, Contents) {
        let folder = std::env::temp_dir().join(format!("tamis-control-{}-{name}", std::process::id()));
        fs::create_dir_all(&folder).unwrap();
        let config = folder.join("tamis.yaml");
        fs::write(&config, "workers: 1\n").unwrap();
        let (contents, _) = Contents::load(&config);
        (config, contents)
    }

    #[test]
    fn a_file_that_somebody_still_writes_is_not_read() {
        let (config, mut tried) = written("half");
        let mut watch = Watch::new();
        watch.follow(&tried);
        let mut file = fs::File::create(&config).unwrap();
        file.write_all(b"workers: 2").unwrap();
        let runtime = Builder::new_current_thread().enable_all().build().unwrap();
        runtime.block_on(watch.told());
        assert!(!differ(&mut tried, &watch), "it is half written");
        drop(file);
        runtime.block_on(watch.rest());
        assert!(differ(&mut tried, &watch), "it is whole");
        fs::remove_dir_all(config.parent().unwrap()).unwrap();
    }

    #[test]
    fn a_change_of_which_nobody_tells_is_found() {
        let (config, mut tried) = written("untold");
        let watch = Watch::new();
        assert!(!differ(&mut tried, &watch));
        fs::write(&config, "workers: 2\n").unwrap();
        assert!(differ(&mut tried, &watch));
        fs::remove_dir_all(config.parent().unwrap()).unwrap();
    }
}
