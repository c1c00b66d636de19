//! `tamis demo`: a small portal behind a real gateway on loopback, and what the gateway kept and stripped, as it
//! happens.
//!
//! Nothing is played: a [`portal`] sets cookies as real sites do, the gateway is the one of `tamis run`, and what is
//! printed are the gateway's own events of each exchange ([`watch`]). First a [`visitor`] follows a short script, then
//! any browser may come.

mod portal;
mod print;
mod visitor;
mod watch;

use std::io;
use std::net::SocketAddr;
use std::path::Path;
use std::process::ExitCode;
use std::sync::mpsc::{Receiver, sync_channel};
use std::time::Duration;

use tokio::sync::Notify;
use tracing_subscriber::Layer as _;
use tracing_subscriber::layer::SubscriberExt as _;
use tracing_subscriber::util::SubscriberInitExt as _;

use self::visitor::Visitor;
use self::watch::{Passed, Watch};
use super::CANNOT;
use super::signals::Signals;
use super::terminal::{Paint, complain, say};
use crate::config::{self, Outside, Snapshot};
use crate::diagnostic::Source;
use crate::server::{Given, Server, StartError};

#[derive(Debug, clap::Args)]
pub(super) struct Arguments {
    /// The port on 127.0.0.1; 0 takes a free one
    #[arg(long, value_name = "PORT", default_value_t = 8088)]
    port: u16,
    /// Run the scripted visit only, then exit
    #[arg(long)]
    script: bool,
}

/// The registry that sifts the portal's cookies, as shipped.
const REGISTRY: &str = "config/registry/lille-analytics.yaml";
const REGISTRY_TEXT: &str = include_str!("../../../config/registry/lille-analytics.yaml");

/// How long an exchange may take to be over; it takes milliseconds.
const PATIENCE: Duration = Duration::from_secs(20);
/// Exchanges that wait to be printed; what comes beyond is not printed.
const QUEUE: usize = 1024;

/// Why there is no demonstration.
#[derive(Debug, thiserror::Error)]
enum Error {
    #[error("can't wait for signals: {0}")]
    Signals(io::Error),
    #[error("can't start the portal: {0}")]
    Portal(io::Error),
    #[error("the shipped registry is at fault:\n{0}")]
    Registry(String),
    #[error("{0}")]
    Start(StartError),
    #[error("{0}: tamis demo --port PORT, where 0 takes a free one")]
    Taken(StartError),
    #[error("a log was set before")]
    Log,
    #[error("the scripted visit failed: {0}")]
    Visit(io::Error),
    #[error("the gateway did not tell of an exchange")]
    Silent,
}

pub(super) fn demo(arguments: &Arguments) -> ExitCode {
    match try_demo(arguments) {
        Ok(()) => ExitCode::SUCCESS,
        Err(fault) => {
            complain(&fault.to_string());
            CANNOT.into()
        }
    }
}

fn try_demo(arguments: &Arguments) -> Result<(), Error> {
    let mut signals = Signals::catch().map_err(Error::Signals)?;
    let portal = portal::start().map_err(Error::Portal)?;
    let (passed, exchanges) = sync_channel(QUEUE);
    let watch = Watch::new(passed).with_filter(watch::targets());
    tracing_subscriber::registry().with(watch).try_init().map_err(|_| Error::Log)?;
    let gateway = Server::start(snapshot(arguments.port, portal)?, Given::default()).map_err(refused)?;
    let address = gateway.addresses().first().copied().ok_or(Error::Silent)?;

    let paint = Paint::stdout();
    say(&print::opening(address, portal, REGISTRY, paint));
    script(address, &exchanges, paint)?;
    if !arguments.script {
        say(&print::invitation(address, paint));
        std::thread::spawn(move || {
            for exchange in exchanges {
                say(&format!("\n{}", print::exchange(&exchange, paint)));
            }
        });
        signals.wait(&Notify::new(), || ());
    }
    gateway.stop();
    Ok(())
}

fn refused(fault: StartError) -> Error {
    if matches!(fault, StartError::Listen { .. }) { Error::Taken(fault) } else { Error::Start(fault) }
}

/// A configuration such as an operator would write, with the port that the portal got.
fn snapshot(port: u16, portal: SocketAddr) -> Result<Snapshot, Error> {
    let text = format!(
        "listeners:\n  - address: 127.0.0.1:{port}\nworkers: 1\nsites:\n  - default: true\n    registry: {REGISTRY}\n    upstream: http://{portal}\ntimes: {{drain: 1s}}\nrecords: off\nobservations: off\n"
    );
    let source = Source::new("demo.yaml", text);
    let outside = Outside::of_files(&|_, _| Ok(REGISTRY_TEXT.to_owned()));
    let compiled = config::compile(source, Path::new(""), outside);
    compiled.snapshot.ok_or_else(|| Error::Registry(compiled.faults.render(false)))
}

/// The scripted visit; each step is printed when its exchange is over.
fn script(gateway: SocketAddr, exchanges: &Receiver<Passed>, paint: Paint) -> Result<(), Error> {
    let mut visitor = Visitor::new(gateway);
    for (number, step) in (1..).zip(visitor::SCRIPT) {
        say(&print::step(number, step.tells, paint));
        let seen = visitor.take(step).map_err(Error::Visit)?;
        let exchange = exchanges.recv_timeout(PATIENCE).map_err(|_| Error::Silent)?;
        say(&print::exchange(&exchange, paint));
        if let Some(seen) = seen {
            say(&print::seen(&seen));
        }
    }
    Ok(())
}
