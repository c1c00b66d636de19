//! Attributes of `Set-Cookie` fields that were looked at, told by their octets: sites write the same ones again and again.

use crate::cookie::Unread;

/// Forms remembered of one name; the oldest makes room.
const MOST: usize = 4;
/// Octets of attributes that are remembered; longer ones are looked at each time.
const LONGEST: usize = 512;

/// The last forms of one name. They stay within the worker: attributes are shown by what browsers read of them alone.
#[derive(Debug, Default)]
pub(super) struct Forms {
    /// What follows the first semicolon.
    some: Vec<Vec<u8>>,
    /// Where the next one is written.
    next: usize,
}

impl Forms {
    /// Whether a field of these attributes was looked at.
    pub(super) fn know(&self, line: &Unread<'_>) -> bool {
        let attributes = line.attributes().unwrap_or_default();
        self.some.iter().any(|form| form == attributes)
    }

    /// Remembers one that is looked at now.
    pub(super) fn keep(&mut self, line: &Unread<'_>) {
        let attributes = line.attributes().unwrap_or_default();
        if attributes.len() > LONGEST || self.know(line) {
            return;
        }
        match self.some.get_mut(self.next) {
            Some(form) => {
                form.clear();
                form.extend_from_slice(attributes);
            }
            None => self.some.push(attributes.to_vec()),
        }
        self.next = (self.next + 1) % MOST;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_last_forms_are_known() {
        let mut forms = Forms::default();
        for age in 0..=MOST {
            forms.keep(&Unread::cut(format!("a=1; Max-Age={age}").as_bytes()));
        }
        let known = |line: &str| forms.know(&Unread::cut(line.as_bytes()));
        assert!(known("b=another; Max-Age=1"), "values are no part of a form");
        assert!(!known("a=1; Max-Age=0") && !known("a=1; max-age=1") && !known("a=1"));
    }

    #[test]
    fn long_ones_are_not_kept() {
        let mut forms = Forms::default();
        let line = format!("a=1; Path=/{}", "x".repeat(LONGEST));
        forms.keep(&Unread::cut(line.as_bytes()));
        assert!(!forms.know(&Unread::cut(line.as_bytes())));
        forms.keep(&Unread::cut(b"a=1"));
        assert!(forms.know(&Unread::cut(b"a=2")), "no attributes are a form too");
    }
}
