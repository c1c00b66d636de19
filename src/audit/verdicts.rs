//! Each verdict of an exchange as an event, target `tamis::verdict`, level debug: for who looks closely.

use std::sync::atomic::{AtomicU64, Ordering};

use tracing::Level;

use crate::cookie::shown;
use crate::policy::{Direction, Policy, Reason, Verdict};

/// The target of the events.
pub const VERDICTS: &str = "tamis::verdict";

/// A number for an exchange whose verdicts are wanted, by which its events and its access line are told from those of
/// exchanges at the same time; `None` where nobody listens, and then nothing shared is touched.
pub fn traced() -> Option<u64> {
    static NEXT: AtomicU64 = AtomicU64::new(1);
    tracing::enabled!(target: VERDICTS, Level::DEBUG).then(|| NEXT.fetch_add(1, Ordering::Relaxed))
}

/// Writes one verdict: the cookie-name escaped, the value never. What does not apply is left out.
pub fn trace(exchange: u64, policy: &Policy, name: &[u8], verdict: Verdict, direction: Direction) {
    event(exchange, policy, name, (verdict.word(), verdict.reason()), direction);
}

/// Writes that a response expires a cookie that the request brought: verdict `expire`.
pub fn trace_purge(exchange: u64, policy: &Policy, name: &[u8], reason: Reason) {
    event(exchange, policy, name, ("expire", reason), Direction::Response);
}

fn event(
    exchange: u64,
    policy: &Policy,
    name: &[u8],
    (verdict, reason): (&str, Reason),
    direction: Direction,
) {
    let registry = policy.registry();
    let row = reason.entry().map(|id| registry.entry(id));
    // What every registry has without a line of its own has no place to be told.
    let written = row.filter(|row| !row.shipped);
    let declared = written.and_then(|_| registry.declaration(name)).map(|(_, name)| name);
    tracing::debug!(
        target: VERDICTS,
        exchange,
        direction = direction.word(),
        cookie = shown(name),
        verdict,
        reason = reason.word(),
        category = row.map(|row| registry.category(row.category).key.as_str()),
        service = row.and_then(|row| row.service).map(|service| registry.service(service).key.as_str()),
        rule = declared.map(|name| format!("{}:{}:{}", registry.file(), name.line, name.column)),
    );
}
