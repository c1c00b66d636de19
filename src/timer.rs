//! A timer for limits that are seldom reached.

use std::future::Future as _;
use std::pin::Pin;
use std::task::{Context, Poll};

use tokio::time::{Instant, Sleep};

/// Wakes the task when a deadline may have passed. It is not reset when the deadline moves on: it is looked at again
/// when it fires, so that progress costs nothing.
#[derive(Debug, Default)]
pub struct LazyTimer(Option<Pin<Box<Sleep>>>);

impl LazyTimer {
    /// Whether the deadline has passed; if not, the task is woken at the deadline or before.
    pub fn passed(&mut self, deadline: Instant, cx: &mut Context<'_>) -> bool {
        let timer = self.0.get_or_insert_with(|| Box::pin(tokio::time::sleep_until(deadline)));
        if timer.deadline() > deadline {
            timer.as_mut().reset(deadline);
        }
        while let Poll::Ready(()) = timer.as_mut().poll(cx) {
            if timer.deadline() >= deadline {
                return true;
            }
            timer.as_mut().reset(deadline);
        }
        false
    }
}
