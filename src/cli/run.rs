//! `tamis run`: the gateway, until told to stop.

use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::sync::Arc;

use tokio::sync::{Notify, mpsc};

use super::reload::{Contents, Control, Served};
use super::signals::Signals;
use super::terminal::{colours, complain, tell};
use super::{CANNOT, FAULTY, load};
use crate::config::Snapshot;
use crate::downstream::Inherited;
use crate::server::{Drained, Given, Server, StartError, State, log_to, notify, watchdog};

#[derive(Debug, clap::Args)]
pub(super) struct Arguments {
    /// The gateway's configuration
    #[arg(long, short, env = "TAMIS_CONFIG", default_value_os_t = load::default_path())]
    config: PathBuf,
}

pub(super) const SIGNALS: &str = "\
Signals:
  TERM, INT  take no more connections, let exchanges finish for `times.drain`, end; a second one ends at once
  HUP        read the files again, as when one of them changes; `tamis reload` does so too and tells what came of it
  USR1       open the access log's own file again

Exit codes:
  0  done
  1  the files have errors, or can't be read
  2  wrong arguments
  3  the gateway can't start or run, or a second signal ended it";

pub(super) fn run(arguments: &Arguments) -> ExitCode {
    let (inherited, mut signals) = match given() {
        Ok(given) => given,
        Err(fault) => {
            complain(&fault);
            return CANNOT.into();
        }
    };
    let Some((snapshot, served)) = read(&arguments.config) else { return FAULTY.into() };
    let guard = log_to(&snapshot.log, std::io::stdout(), colours(&std::io::stdout()));
    let drain = snapshot.times.drain;
    let (wishes, asked) = mpsc::channel(1);
    let given = Given { wishes: Some(wishes), inherited, watchdog: watchdog() };
    let server = match Server::start(snapshot, given) {
        Ok(server) => server,
        Err(fault) => {
            drop(guard);
            complain(&fault.to_string());
            // What the configuration names can't be used: whoever starts it again finds the same.
            return if matches!(fault, StartError::Files(_)) { FAULTY } else { CANNOT }.into();
        }
    };
    for address in server.addresses() {
        tracing::info!(%address, "listening");
    }
    if let Some(address) = server.admin() {
        tracing::info!(%address, "admin listening");
    }
    let hangup = Arc::new(Notify::new());
    let (config, reloader) = (arguments.config.clone(), Arc::clone(server.reloader()));
    let control = Control { config, reloader, asked, hangup: Arc::clone(&hangup), served };
    if let Err(fault) = control.begin() {
        complain(&format!("can't start the thread that reloads: {fault}"));
        return CANNOT.into();
    }
    notify(State::Ready);
    signals.wait(&hangup, || server.reopen_logs());
    notify(State::Stopping);
    tracing::info!(limit = ?drain, "stopping: no new connections, exchanges may finish; a second signal ends them");
    std::thread::spawn(move || {
        signals.wait(&hangup, || ());
        std::process::exit(CANNOT.into());
    });
    match server.stop() {
        Drained::Clean => tracing::info!("stopped"),
        Drained::Cut => tracing::warn!("stopped; connections that were still open were cut"),
    }
    ExitCode::SUCCESS
}

/// Compiles the configuration; what is wrong with it is told.
fn read(config: &Path) -> Option<(Snapshot, Served)> {
    let (contents, compiled) = Contents::load(config);
    let compiled = compiled.map_err(|fault| complain(&fault)).ok()?;
    if !compiled.faults.is_empty() {
        tell(&format!("{}\n", compiled.faults.render(colours(&std::io::stderr()))));
    }
    let effective = compiled.effective()?;
    Some((compiled.snapshot?, Served { contents, effective }))
}

/// What whoever started the process has given it: sockets, and signals to come.
fn given() -> Result<(Inherited, Signals), String> {
    let inherited =
        Inherited::take().map_err(|fault| format!("a socket of LISTEN_FDS can't be used: {fault}"))?;
    let signals = Signals::catch().map_err(|fault| format!("can't wait for signals: {fault}"))?;
    Ok((inherited, signals))
}
