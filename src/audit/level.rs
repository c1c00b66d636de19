//! How much is written, changed while tamis runs.

use std::sync::{Mutex, PoisonError};

use tracing::level_filters::LevelFilter;
use tracing_subscriber::Registry;
use tracing_subscriber::filter::Targets;
use tracing_subscriber::reload::{self, Handle};

use crate::config::Log;

/// The least severe level that is written, for the whole process.
#[derive(Debug)]
pub struct Level {
    filter: Handle<Targets, Registry>,
    word: Mutex<&'static str>,
}

impl Level {
    /// A level of [`Log::LEVELS`], `info` if it is none, and the filter that obeys it from now on.
    pub fn new(word: &str) -> (Self, reload::Layer<Targets, Registry>) {
        let word = known(word).unwrap_or("info");
        let (layer, filter) = reload::Layer::new(targets(word));
        (Self { filter, word: Mutex::new(word) }, layer)
    }

    /// As it is now: a word of [`Log::LEVELS`].
    pub fn word(&self) -> &'static str {
        *self.word.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// From now on this one; `None`, and nothing changes, if it is no word of [`Log::LEVELS`] or there is no log any more.
    pub fn set(&self, word: &str) -> Option<&'static str> {
        let word = known(word)?;
        let mut now = self.word.lock().unwrap_or_else(PoisonError::into_inner);
        self.filter.reload(targets(word)).ok()?;
        *now = word;
        Some(word)
    }
}

fn known(word: &str) -> Option<&'static str> {
    Log::LEVELS.into_iter().find(|known| *known == word)
}

fn targets(word: &str) -> Targets {
    let level: LevelFilter = word.parse().unwrap_or(LevelFilter::INFO);
    // Below an error the libraries speak of what passes through them, as it came: statements with what is put into them,
    // heads, targets with their query. None of that may be written, whoever looks for it and at whatever level.
    let others = level.min(LevelFilter::ERROR);
    Targets::new().with_target("tamis", level).with_target("access", level).with_default(others)
}

#[cfg(test)]
mod tests {
    use tracing::Level;

    use super::*;

    #[test]
    fn libraries_tell_of_errors_alone_at_every_level() {
        for word in Log::LEVELS {
            let targets = targets(word);
            for library in
                ["tokio_postgres::query", "h2::server", "hyper::proto::h1::role", "rustls::conn", "log"]
            {
                for level in [Level::WARN, Level::INFO, Level::DEBUG, Level::TRACE] {
                    assert!(
                        !targets.would_enable(library, &level),
                        "{library} at {level}, log.level: {word}"
                    );
                }
                assert_eq!(targets.would_enable(library, &Level::ERROR), word != "off", "{library}, {word}");
            }
        }
        assert!(targets("trace").would_enable("tamis::store", &Level::TRACE));
    }
}
