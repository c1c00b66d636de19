//! `Set-Cookie` lines as a site writes them again and again: the same name and attributes, another value.

use std::hash::BuildHasher as _;

use foldhash::fast::RandomState;

use super::{Policy, Reason, Verdict};
use crate::consent::Consent;
use crate::cookie::{Refusal, SetCookie, Unread};

/// Forms remembered.
const SLOTS: usize = 512;
/// Octets of name and attributes that are remembered; longer ones are read each time.
const LONGEST: usize = 512;

/// What the lines of a name with these attributes come to, each in the place that its octets give it. Neither the value
/// nor the visitor's choice has a part in it.
#[derive(Debug)]
pub struct Familiar {
    slots: Vec<Option<Form>>,
    hasher: RandomState,
}

/// When and for whom a line is judged.
#[derive(Clone, Copy, Debug)]
pub struct Moment<'a, N> {
    /// What the visitor agreed to.
    pub consent: &'a Consent,
    /// Whether the user agent's own connection is secure.
    pub secure: bool,
    /// Unix seconds; asked only where a line says `Expires`.
    pub now: N,
}

#[derive(Debug)]
struct Form {
    site: usize,
    secure: bool,
    /// The name, a semicolon and what follows it.
    octets: Box<[u8]>,
    /// Octets of the name.
    name: usize,
    /// The second for which it holds, if it speaks of time.
    second: Option<i64>,
    fate: Fate,
}

/// What becomes of a line if nobody has to be asked, or somebody who agrees is.
#[derive(Debug)]
enum Fate {
    Strip(Reason),
    Forward(Reason),
    Rewrite(Reason, Change),
}

/// What is written in the place of a name and of what follows the first semicolon.
#[derive(Debug)]
struct Change {
    name: Option<Box<[u8]>>,
    attributes: Option<Box<[u8]>>,
}

impl Default for Familiar {
    fn default() -> Self {
        let slots = std::iter::repeat_with(|| None).take(SLOTS).collect();
        Self { slots, hasher: RandomState::default() }
    }
}

impl Familiar {
    /// The same verdict and field value as [`Policy::sift_set_cookie`] gives, from memory where such a line came before;
    /// `None` for a line that has to be read as a whole, whatever came before: one with a choice, one whose value
    /// decides. `site` tells the policies apart that share this memory.
    pub fn sift<N: Fn() -> i64>(
        &mut self,
        (site, policy): (usize, &Policy),
        line: &Unread<'_>,
        moment: &Moment<'_, N>,
    ) -> Option<(Verdict, Option<Vec<u8>>)> {
        let attributes = line.attributes()?;
        if line.name().len() + attributes.len() > LONGEST
            || !line.has_plain_pair()
            || policy.is_consent_cookie(line.name())
        {
            return None;
        }
        let place = self.hasher.hash_one((site, moment.secure, line.name(), attributes)) % SLOTS as u64;
        let is_same = |form: &Form| {
            (form.site, form.secure) == (site, moment.secure) && form.is_of(line.name(), attributes)
        };
        let slot = self.slot(usize::try_from(place).ok()?, is_same)?;
        let known = slot
            .as_ref()
            .filter(|form| is_same(form) && form.second.is_none_or(|second| second == (moment.now)()));
        let form = match known {
            Some(_) => slot.as_ref()?,
            None => slot.insert(Form::of((site, policy), line, moment)?),
        };
        form.fate.of(line, moment.consent, policy)
    }

    /// The place of a form: where it is, or where it comes. Each has two, so that forms which fall on one place don't push
    /// one another out.
    fn slot(&mut self, place: usize, is_same: impl Fn(&Form) -> bool) -> Option<&mut Option<Form>> {
        let at = |place: usize| self.slots.get(place).and_then(Option::as_ref);
        let other = place ^ 1;
        let holds = |place: usize| at(place).is_some_and(&is_same);
        let second = !holds(place) && (holds(other) || at(place).is_some() && at(other).is_none());
        self.slots.get_mut(if second { other } else { place })
    }
}

impl Form {
    /// Reads a line; `None` where its value decides.
    fn of<N: Fn() -> i64>(
        (site, policy): (usize, &Policy),
        line: &Unread<'_>,
        moment: &Moment<'_, N>,
    ) -> Option<Self> {
        let cookie = SetCookie::parse(line.raw());
        let second = cookie.is_dated().then(&moment.now);
        let now = second.unwrap_or_default();
        let fate = match policy.judge_set_cookie_by(&cookie, |_| true, now) {
            Verdict::Strip(reason) => Fate::Strip(reason),
            Verdict::Forward(reason) | Verdict::Rewrite(reason) => {
                match policy.becoming(&cookie, reason, (moment.secure, now)) {
                    None => Fate::Forward(reason),
                    Some(becoming) if becoming.once => return None,
                    Some(becoming) => match becoming.field(&cookie) {
                        Ok(None) => Fate::Forward(reason),
                        Ok(Some(field)) => {
                            let name = becoming.edit.name.filter(|name| *name != line.name());
                            let attributes = Unread::cut(&field).attributes().map(Box::from);
                            Fate::Rewrite(reason, Change { name: name.map(Box::from), attributes })
                        }
                        Err(Refusal::TooLarge) => return None,
                        Err(refusal) => Fate::Strip(refusal.into()),
                    },
                }
            }
        };
        let octets = [line.name(), b";", line.attributes().unwrap_or_default()].concat().into();
        Some(Self { site, secure: moment.secure, octets, name: line.name().len(), second, fate })
    }

    fn is_of(&self, name: &[u8], attributes: &[u8]) -> bool {
        let (ours, rest) = self.octets.split_at_checked(self.name).unwrap_or_default();
        ours == name && rest.split_first().is_some_and(|(_, rest)| rest == attributes)
    }
}

impl Fate {
    fn of(
        &self,
        line: &Unread<'_>,
        consent: &Consent,
        policy: &Policy,
    ) -> Option<(Verdict, Option<Vec<u8>>)> {
        let reason = match self {
            Self::Strip(reason) => return Some((Verdict::Strip(*reason), None)),
            Self::Forward(reason) | Self::Rewrite(reason, _) => *reason,
        };
        if let Reason::Agreed(entry) = reason
            && !consent.allows(policy.registry(), entry)
        {
            return Some((Verdict::Strip(Reason::NotAgreed(entry)), None));
        }
        match self {
            Self::Rewrite(_, change) => Some((Verdict::Rewrite(reason), Some(change.made(line)?))),
            _ => Some((Verdict::Forward(reason), None)),
        }
    }
}

impl Change {
    /// The line with it; `None` where the new name is too long for the value.
    fn made(&self, line: &Unread<'_>) -> Option<Vec<u8>> {
        let pair = line.before_attributes();
        let more = self.attributes.as_ref().map_or(0, |attributes| attributes.len() + 1);
        let mut field =
            Vec::with_capacity(pair.len() + self.name.as_ref().map_or(0, |name| name.len()) + more);
        match &self.name {
            None => field.extend_from_slice(pair),
            Some(name) => {
                if name.len() + line.value().len() > Refusal::MOST_OCTETS {
                    return None;
                }
                let sign = pair.iter().position(|octet| *octet == b'=')?;
                field.extend_from_slice(name);
                field.extend_from_slice(pair.get(sign..)?);
            }
        }
        if let Some(attributes) = &self.attributes {
            field.push(b';');
            field.extend_from_slice(attributes);
        }
        Some(field)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn form(site: usize) -> Option<Form> {
        let fate = Fate::Strip(Reason::Undeclared);
        Some(Form { site, secure: false, octets: Box::default(), name: 0, second: None, fate })
    }

    /// Where the form of site 7 comes, or is, with these at its two places.
    fn place(at: usize, [even, odd]: [Option<usize>; 2]) -> usize {
        let mut memory = Familiar::default();
        memory.slots[4] = even.and_then(form);
        memory.slots[5] = odd.and_then(form);
        *memory.slot(at, |form| form.site == 7).unwrap() = form(99);
        memory.slots.iter().position(|slot| slot.as_ref().is_some_and(|form| form.site == 99)).unwrap()
    }

    #[test]
    fn a_form_has_two_places() {
        for (at, others, expected) in [
            (4, [None, None], 4),
            (5, [None, None], 5),
            (4, [Some(1), None], 5),
            (5, [None, Some(1)], 4),
            (4, [None, Some(1)], 4),
            (4, [Some(1), Some(2)], 4),
            (4, [Some(7), None], 4),
            (4, [Some(7), Some(1)], 4),
            (4, [Some(1), Some(7)], 5),
            (4, [None, Some(7)], 5),
        ] {
            assert_eq!(place(at, others), expected, "{at} {others:?}");
        }
    }
}
