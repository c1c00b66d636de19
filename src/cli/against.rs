//! `tamis check --against`: what the files would change of what a running gateway serves.

use std::path::Path;
use std::time::Duration;

use serde::Deserialize;

use super::operator::{Operator, Place};
use crate::config::{AdminAddress, Change, Outline};
use crate::server::RESTART;

/// It is compared off the workers, and asked by people.
const WITHIN: Duration = Duration::from_secs(30);

/// What a gateway says of itself.
#[derive(Debug, Deserialize)]
struct Running {
    generation: u64,
    outline: Outline,
}

/// What a reload would do.
#[derive(Debug)]
pub(super) struct Comparison {
    /// What is served now.
    pub(super) generation: u64,
    /// What the files do otherwise.
    pub(super) changes: Vec<Change>,
}

/// Compares files with what the gateway at a place serves; without an address, at the one that the files name.
///
/// # Errors
/// The gateway can't be asked: a sentence.
pub(super) fn compare(
    files: &Outline,
    config: &Path,
    admin: Option<AdminAddress>,
) -> Result<Comparison, String> {
    let place = Place { config: config.to_owned(), admin };
    let answer = Operator::admitted(&place)?.ask("GET", "/configuration", WITHIN)?;
    if answer.status != 200 {
        return Err(format!("the gateway answers {}: {}", answer.status, answer.text.trim_end()));
    }
    let Running { generation, outline } = serde_json::from_str(&answer.text)
        .map_err(|fault| format!("what the gateway answers is no outline: {fault}"))?;
    Ok(Comparison { generation, changes: outline.changes(files, &RESTART) })
}
