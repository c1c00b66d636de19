//! SIGTERM, SIGINT, SIGHUP and SIGUSR1, caught from the moment of [`Signals::catch`] on.

use std::io;

use tokio::runtime::Runtime;
use tokio::signal::unix::{Signal, SignalKind, signal};
use tokio::sync::Notify;

/// The signals that end a command in good order.
pub(super) struct Signals {
    runtime: Runtime,
    terminate: Signal,
    interrupt: Signal,
    hangup: Signal,
    user1: Signal,
}

impl Signals {
    /// From now on the signals no longer kill the process; those that come before [`wait`](Self::wait) are kept for it.
    ///
    /// # Errors
    /// The system gives no descriptor.
    pub(super) fn catch() -> io::Result<Self> {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
        let inside = runtime.enter();
        let terminate = signal(SignalKind::terminate())?;
        let interrupt = signal(SignalKind::interrupt())?;
        let hangup = signal(SignalKind::hangup())?;
        let user1 = signal(SignalKind::user_defined1())?;
        drop(inside);
        Ok(Self { runtime, terminate, interrupt, hangup, user1 })
    }

    /// Returns at the next SIGTERM or SIGINT; `reload` is told of each SIGHUP until then, and `reopen` called for each
    /// SIGUSR1.
    pub(super) fn wait(&mut self, reload: &Notify, reopen: impl Fn()) {
        let Self { runtime, terminate, interrupt, hangup, user1 } = self;
        runtime.block_on(async {
            loop {
                tokio::select! {
                    _ = terminate.recv() => return,
                    _ = interrupt.recv() => return,
                    _ = hangup.recv() => reload.notify_one(),
                    _ = user1.recv() => reopen(),
                }
            }
        });
    }
}
