//! The configuration of a running gateway, read again.

mod contents;
mod control;
mod places;
mod watch;

pub(super) use contents::Contents;
pub(super) use control::Control;
