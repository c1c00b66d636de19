//! What people see: text on standard output and standard error, colours where a terminal shows them.

use std::io::{IsTerminal, Write};

/// Whether text for a stream may be coloured: on a terminal that can, unless `NO_COLOR` is set (no-color.org).
pub(super) fn colours(stream: &impl IsTerminal) -> bool {
    let refused = std::env::var_os("NO_COLOR").is_some_and(|value| !value.is_empty());
    let dumb = std::env::var_os("TERM").is_some_and(|kind| kind == "dumb");
    stream.is_terminal() && !refused && !dumb
}

/// Writes a line to standard output. A reader that has left (`tamis check | head`) is no fault.
pub(super) fn say(text: &str) {
    let mut out = std::io::stdout().lock();
    let _ = writeln!(out, "{text}").and_then(|()| out.flush());
}

/// Writes a text to standard output as it is.
pub(super) fn print(text: &str) {
    let mut out = std::io::stdout().lock();
    let _ = out.write_all(text.as_bytes()).and_then(|()| out.flush());
}

/// Writes a line to standard error.
pub(super) fn tell(text: &str) {
    let _ = writeln!(std::io::stderr().lock(), "{text}");
}

/// Writes what is in the way, on standard error.
pub(super) fn complain(text: &str) {
    tell(&format!("error: {text}"));
}

/// Colours by meaning.
#[derive(Clone, Copy, Debug)]
pub(super) struct Paint {
    colours: bool,
}

impl Paint {
    /// For text that goes to standard output.
    pub(super) fn stdout() -> Self {
        Self { colours: colours(&std::io::stdout()) }
    }

    /// Without colours.
    pub(super) fn plain() -> Self {
        Self { colours: false }
    }

    /// What passes.
    pub(super) fn kept(self, text: &str) -> String {
        self.with("32", text)
    }

    /// What does not.
    pub(super) fn stripped(self, text: &str) -> String {
        self.with("31", text)
    }

    /// A heading.
    pub(super) fn strong(self, text: &str) -> String {
        self.with("1", text)
    }

    /// What is read second.
    pub(super) fn faint(self, text: &str) -> String {
        self.with("2", text)
    }

    /// Wraps in one SGR sequence (ECMA-48 8.3.117).
    fn with(self, code: &str, text: &str) -> String {
        if self.colours { format!("\x1b[{code}m{text}\x1b[0m") } else { text.to_owned() }
    }
}
