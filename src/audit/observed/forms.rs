//! Attributes of `Set-Cookie` fields that were looked at, told by their octets: sites write the same ones again and again.

use crate::cookie::Unread;

/// Forms remembered of one name; the oldest makes room.
const MOST: usize = 4;
/// Octets of attributes that are remembered; longer ones are looked at each time.
const LONGEST: usize = 512;

/// The last forms of one name. They stay within the worker: attributes are shown by what browsers read of them alone.
#[derive(Debug, Default)]
pub(super) struct Forms {
    some: Vec<Form>,
    /// Where the next one is written.
    next: usize,
}

#[derive(Debug)]
struct Form {
    /// What follows the first semicolon.
    attributes: Vec<u8>,
    /// It removed the cookie when it was looked at.
    deletes: bool,
}

impl Forms {
    /// Whether a field of these attributes removes its cookie; `None` where they have to be looked at. A date that passed
    /// since is taken as it was.
    pub(super) fn deletes(&self, line: &Unread<'_>) -> Option<bool> {
        let attributes = line.attributes().unwrap_or_default();
        self.some.iter().find(|form| form.attributes == attributes).map(|form| form.deletes)
    }

    /// Remembers what was found.
    pub(super) fn keep(&mut self, line: &Unread<'_>, deletes: bool) {
        let attributes = line.attributes().unwrap_or_default();
        if attributes.len() > LONGEST || self.deletes(line).is_some() {
            return;
        }
        match self.some.get_mut(self.next) {
            Some(form) => {
                form.attributes.clear();
                form.attributes.extend_from_slice(attributes);
                form.deletes = deletes;
            }
            None => self.some.push(Form { attributes: attributes.to_vec(), deletes }),
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
        let lines: Vec<_> = (0..=MOST).map(|age| format!("a=1; Max-Age={age}")).collect();
        let cut = |line: &'static str| Unread::cut(line.as_bytes());
        for (line, deletes) in lines.iter().zip([true, false, false, false, false]) {
            forms.keep(&Unread::cut(line.as_bytes()), deletes);
        }
        let known = |line| forms.deletes(&cut(line));
        assert_eq!(known("b=another; Max-Age=1"), Some(false), "values are no part of a form");
        assert_eq!((known("a=1; Max-Age=0"), known("a=1; max-age=1"), known("a=1")), (None, None, None));
    }

    #[test]
    fn long_ones_are_not_kept() {
        let mut forms = Forms::default();
        let line = format!("a=1; Path=/{}", "x".repeat(LONGEST));
        forms.keep(&Unread::cut(line.as_bytes()), false);
        assert_eq!(forms.deletes(&Unread::cut(line.as_bytes())), None);
        forms.keep(&Unread::cut(b"a=1"), true);
        assert_eq!(forms.deletes(&Unread::cut(b"a=2")), Some(true), "no attributes are a form too");
    }
}
