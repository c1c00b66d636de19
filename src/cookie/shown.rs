//! Cookie-names for people: on a terminal, in a log, in JSON.

/// Characters after which a name is cut; real ones stay far below.
const MOST: usize = 100;

/// A cookie-name as printable text on one line: UTF-8 stays, control characters, invisible ones and octets that are
/// no UTF-8 are escaped as in Rust (`\u{1b}`, `\xff`), and a very long name is cut with `…`.
pub fn shown(name: &[u8]) -> String {
    let mut out = String::new();
    let mut room = MOST;
    for chunk in name.utf8_chunks() {
        for character in chunk.valid().chars() {
            if room == 0 {
                return out + "…";
            }
            room -= 1;
            match character {
                '"' | '\'' => out.push(character), // harmless, and escape_debug would escape them
                _ => out.extend(character.escape_debug()),
            }
        }
        if !chunk.invalid().is_empty() {
            if room == 0 {
                return out + "…";
            }
            room -= 1;
            out.extend(chunk.invalid().escape_ascii().map(char::from));
        }
    }
    out
}
