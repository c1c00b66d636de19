//! The one thread that reloads, whoever wishes it: one reload after the other, each with an outcome that is logged.

use std::io;
use std::path::PathBuf;
use std::sync::Arc;

use tokio::runtime::{Builder, Runtime};
use tokio::sync::{Notify, mpsc};

use super::load;
use crate::admin::{Reload, Reloaded};
use crate::diagnostic::{Diagnostic, Diagnostics};
use crate::server::Reloader;

/// What one control thread works with.
pub(super) struct Control {
    /// The gateway's configuration.
    pub(super) config: PathBuf,
    pub(super) reloader: Arc<Reloader>,
    /// The operator's wishes.
    pub(super) asked: mpsc::Receiver<Reload>,
    /// Told of each SIGHUP.
    pub(super) hangup: Arc<Notify>,
}

impl Control {
    /// Starts the thread, which goes on until the process ends.
    ///
    /// # Errors
    /// The system gives no thread or runtime.
    pub(super) fn begin(self) -> io::Result<()> {
        let runtime = Builder::new_current_thread().enable_all().build()?;
        std::thread::Builder::new().name("control".to_owned()).spawn(move || self.run(&runtime))?;
        Ok(())
    }

    fn run(mut self, runtime: &Runtime) {
        loop {
            let (asked, hangup) = (&mut self.asked, &self.hangup);
            let wish = runtime.block_on(async {
                tokio::select! {
                    Some(asked) = asked.recv() => Some(asked),
                    () = hangup.notified() => None,
                }
            });
            let outcome = self.reload();
            if let Some(asked) = wish {
                // Who asked may have left.
                let _ = asked.reply.send(outcome);
            }
        }
    }

    /// Reads the files and serves by them, if they can be used.
    fn reload(&self) -> Reloaded {
        let (snapshot, faults) = match load::load(&self.config) {
            Ok(loaded) => loaded,
            Err(fault) => return self.refused(&Diagnostics::default(), &[fault]),
        };
        let Some(snapshot) = snapshot else { return self.refused(&faults, &[]) };
        match self.reloader.reload(snapshot) {
            Ok(applied) => {
                let restart: Vec<String> = applied.restart.iter().map(|&key| key.to_owned()).collect();
                tracing::info!(generation = applied.generation, ?restart, "reloaded");
                Reloaded { applied: true, restart, ..self.outcome(&faults, &[]) }
            }
            Err(fault) => self.refused(&faults, &[fault.to_string()]),
        }
    }

    /// The configuration stays: says so wherever somebody may look.
    fn refused(&self, faults: &Diagnostics, files: &[String]) -> Reloaded {
        let told = faults.iter().map(Diagnostic::line).chain(files.iter().cloned());
        let told: Vec<String> = told.collect();
        for fault in &told {
            tracing::error!(%fault, "reload");
        }
        let generation = self.reloader.gateway().snapshot.generation;
        tracing::error!(generation, "the files can't be used, so the configuration stays as it was");
        self.reloader.refused(told.join("\n"));
        self.outcome(faults, files)
    }

    fn outcome(&self, faults: &Diagnostics, files: &[String]) -> Reloaded {
        let mut all: Vec<_> = faults.iter().map(Diagnostic::json).collect();
        all.extend(files.iter().map(|message| load::file_fault(&self.config, message)));
        Reloaded {
            generation: self.reloader.gateway().snapshot.generation,
            changed: true,
            applied: false,
            restart: Vec::new(),
            errors: faults.errors() + files.len(),
            warnings: faults.warnings(),
            faults: all,
            changes: Vec::new(),
        }
    }
}
