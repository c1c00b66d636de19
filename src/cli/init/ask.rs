//! Questions on a terminal.

use std::io::{BufRead as _, IsTerminal as _, Read as _, Write as _};

use super::super::WRONG;
use super::super::terminal::say;
use super::Refusal;

/// Octets of an answer.
const MOST: u64 = 4096;

/// Whether there is somebody to ask: a terminal for both questions and answers.
pub(super) fn somebody() -> bool {
    std::io::stdin().is_terminal() && std::io::stdout().is_terminal()
}

/// Asks until the answer can be read. Enter takes what is proposed.
///
/// # Errors
/// The answers have ended (Ctrl-D).
pub(super) fn ask<T>(
    question: &str,
    proposed: &str,
    read: impl Fn(&str) -> Result<T, String>,
) -> Result<T, Refusal> {
    loop {
        let mut out = std::io::stdout().lock();
        // Whoever can't read the question won't answer it.
        let _ = write!(out, "{question} [{proposed}]: ").and_then(|()| out.flush());
        drop(out);
        let mut line = String::new();
        let got = std::io::stdin().lock().take(MOST).read_line(&mut line);
        if !matches!(got, Ok(octets) if octets > 0) {
            say("");
            return Err((WRONG, "there is no answer".to_owned()));
        }
        let answer = line.trim();
        match read(if answer.is_empty() { proposed } else { answer }) {
            Ok(value) => return Ok(value),
            Err(wrong) => say(&format!("  {wrong}")),
        }
    }
}
