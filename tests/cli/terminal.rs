//! The command on a terminal of its own.

use std::fs::{File, OpenOptions};
use std::io::{Read as _, Write as _};
use std::process::{Child, Stdio};

use rustix::pty::{OpenptFlags, grantpt, openpt, ptsname, unlockpt};

use crate::place::Place;

/// A command that believes to talk to a person; killed if the test fails.
pub(crate) struct Terminal {
    child: Child,
    person: File,
    /// All that was shown so far.
    shown: String,
}

impl Terminal {
    pub(crate) fn start(place: &Place, arguments: &[&str]) -> Self {
        let person = openpt(OpenptFlags::RDWR | OpenptFlags::NOCTTY).unwrap();
        grantpt(&person).unwrap();
        unlockpt(&person).unwrap();
        let path = ptsname(&person, Vec::new()).unwrap().into_string().unwrap();
        let terminal = OpenOptions::new().read(true).write(true).open(path).unwrap();
        let end = || Stdio::from(terminal.try_clone().unwrap());
        let child = place.command(arguments).stdin(end()).stdout(end()).stderr(end()).spawn().unwrap();
        Self { child, person: File::from(person), shown: String::new() }
    }

    /// Waits until the text is shown, after all that was waited for before.
    pub(crate) fn sees(&mut self, text: &str) {
        while !self.shown.contains(text) {
            let more = self.more();
            assert!(more.is_some(), "ended without {text:?}: {}", self.shown);
        }
        let at = self.shown.find(text).unwrap() + text.len();
        self.shown.drain(..at);
    }

    /// Types these characters.
    pub(crate) fn types(&mut self, text: &str) {
        self.person.write_all(text.as_bytes()).unwrap();
    }

    /// Waits for the end: the exit code, and what was shown since it was last waited for something.
    pub(crate) fn end(mut self) -> (i32, String) {
        while self.more().is_some() {}
        (self.child.wait().unwrap().code().unwrap(), std::mem::take(&mut self.shown))
    }

    /// What is shown next; nothing once the command has ended (Linux says EIO then).
    fn more(&mut self) -> Option<()> {
        let mut octets = [0; 1024];
        let count = self.person.read(&mut octets).ok().filter(|count| *count > 0)?;
        self.shown += &String::from_utf8_lossy(&octets[..count]);
        Some(())
    }
}

impl Drop for Terminal {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}
