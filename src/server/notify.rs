//! What the service manager is told (sd_notify(3)); nothing where NOTIFY_SOCKET names none.

use std::time::Duration;

use sd_notify::NotifyState;

/// What the gateway is doing.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum State {
    /// It accepts connections, by the present configuration.
    Ready,
    /// It reads another configuration; [`Ready`](Self::Ready) follows, whatever came of it.
    Reloading,
    /// It drains.
    Stopping,
    /// All workers have shown that they are alive.
    Alive,
}

/// Tells the service manager, if there is one. That it can't be told is no reason to stop.
pub fn notify(state: State) {
    let told = match state {
        State::Ready => sd_notify::notify(&[NotifyState::Ready]),
        State::Reloading => NotifyState::monotonic_usec_now()
            .and_then(|now| sd_notify::notify(&[NotifyState::Reloading, now])),
        State::Stopping => sd_notify::notify(&[NotifyState::Stopping]),
        State::Alive => sd_notify::notify(&[NotifyState::Watchdog]),
    };
    if let Err(fault) = told {
        tracing::warn!(%fault, ?state, "the service manager can't be told");
    }
}

/// How long the service manager waits for a sign of life, if it does (WATCHDOG_USEC, and WATCHDOG_PID where it names
/// this process).
pub fn watchdog() -> Option<Duration> {
    sd_notify::watchdog_enabled().filter(|limit| !limit.is_zero())
}
