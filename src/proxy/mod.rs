//! One exchange: a request and its response, from the user agent to the origin server and back.
//!
//! The only conductor: it calls the rooms below, nobody below calls it back. `handle.rs` is the list of steps.

mod agreement;
mod answer;
mod body;
mod caching;
mod current;
mod date;
mod error;
mod exchange;
mod fields;
mod forward;
mod forwarded;
mod forwards;
mod gateway;
mod handle;
mod https;
mod local;
mod present;
mod recent;
mod reply;
mod sift;
mod sifting;
mod target;
mod trace;
mod upgrade;
mod upload;
mod visit;

pub use body::{BodyError, RequestBody, ResponseBody};
pub use current::{Current, Worker};
use error::BUSY;
pub use error::{Error, FAILURES, Side};
pub use gateway::{Gateway, Outlets, WORDS};
pub use handle::handle;
pub use local::Local;
