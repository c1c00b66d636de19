//! `tamis run`: the gateway, until told to stop.

use std::io::IsTerminal as _;
use std::path::PathBuf;
use std::process::ExitCode;

use tokio::signal::unix::{SignalKind, signal};

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
            eprintln!("error: {fault}");
            return FAULTY.into();
        }
    };
    if !faults.is_empty() {
        eprintln!("{}\n", faults.render(std::io::stderr().is_terminal()));
    }
    let Some(snapshot) = snapshot else { return FAULTY.into() };
    let guard = log_to(&snapshot.log, std::io::stdout());
    let drain = snapshot.times.drain;
    let server = match Server::start(snapshot) {
        Ok(server) => server,
        Err(fault) => {
            drop(guard);
            eprintln!("error: {fault}");
            return CANNOT.into();
        }
    };
    for address in server.addresses() {
        tracing::info!(%address, "listening");
    }
    if let Some(address) = server.admin() {
        tracing::info!(%address, "admin listening");
    }
    if let Err(fault) = wait_for_signal() {
        tracing::error!(%fault, "can't wait for signals");
        return CANNOT.into();
    }
    tracing::info!(limit = ?drain, "stopping: no new connections, exchanges may finish; a second signal ends them");
    std::thread::spawn(|| {
        if wait_for_signal().is_ok() {
            std::process::exit(0);
        }
    });
    match server.stop() {
        Drained::Clean => tracing::info!("stopped"),
        Drained::Cut => tracing::warn!("stopped; connections that were still open were cut"),
    }
    ExitCode::SUCCESS
}

/// Returns at SIGTERM or SIGINT.
fn wait_for_signal() -> std::io::Result<()> {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
    runtime.block_on(async {
        let mut terminate = signal(SignalKind::terminate())?;
        let mut interrupt = signal(SignalKind::interrupt())?;
        tokio::select! { _ = terminate.recv() => {}, _ = interrupt.recv() => {} }
        Ok(())
    })
}
