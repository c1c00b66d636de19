//! `tamis reload`, and what `tamis run` does when its files change.

mod ask;
mod contents;
mod control;
mod places;
mod stamp;
mod watch;

pub(super) use ask::{Arguments, EXAMPLES, reload};
pub(super) use contents::Contents;
pub(super) use control::{Control, Served};
