//! `tamis run`: the gateway, until told to stop.

use std::path::PathBuf;
use std::process::ExitCode;
use std::sync::Arc;

use tokio::sync::{Notify, mpsc};

use super::control::Control;
use super::signals::Signals;
use super::terminal::{colours, complain, tell};
use super::{CANNOT, FAULTY, load};
use crate::server::{Drained, Server, log_to};

#[derive(Debug, clap::Args)]
pub(super) struct Arguments {
    /// The gateway's configuration
    #[arg(long, short, env = "TAMIS_CONFIG", default_value_os_t = load::default_path())]
    config: PathBuf,
}

pub(super) fn run(arguments: &Arguments) -> ExitCode {
    let (snapshot, faults) = match load::load(&arguments.config) {
        Ok(loaded) => loaded,
        Err(fault) => {
            complain(&fault);
            return FAULTY.into();
        }
    };
    if !faults.is_empty() {
        tell(&format!("{}\n", faults.render(colours(&std::io::stderr()))));
    }
    let Some(snapshot) = snapshot else { return FAULTY.into() };
    let mut signals = match Signals::catch() {
        Ok(signals) => signals,
        Err(fault) => {
            complain(&format!("can't wait for signals: {fault}"));
            return CANNOT.into();
        }
    };
    let guard = log_to(&snapshot.log, std::io::stdout(), colours(&std::io::stdout()));
    let drain = snapshot.times.drain;
    let (reloads, asked) = mpsc::channel(1);
    let server = match Server::start(snapshot, Some(reloads)) {
        Ok(server) => server,
        Err(fault) => {
            drop(guard);
            complain(&fault.to_string());
            return CANNOT.into();
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
    let control = Control { config, reloader, asked, hangup: Arc::clone(&hangup) };
    if let Err(fault) = control.begin() {
        complain(&format!("can't start the thread that reloads: {fault}"));
        return CANNOT.into();
    }
    signals.wait(&hangup);
    tracing::info!(limit = ?drain, "stopping: no new connections, exchanges may finish; a second signal ends them");
    std::thread::spawn(move || {
        signals.wait(&hangup);
        std::process::exit(CANNOT.into());
    });
    match server.stop() {
        Drained::Clean => tracing::info!("stopped"),
        Drained::Cut => tracing::warn!("stopped; connections that were still open were cut"),
    }
    ExitCode::SUCCESS
}
