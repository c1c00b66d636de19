//! What one worker saw: counted where it is seen, without a lock, and handed over when asked.
//!
//! A name that was met before costs one look-up and some additions, and allocates nothing. A name that is new is folded
//! into its family; of such names only so many are looked at from one hand-over to the next, and tables are bounded,
//! so that a visitor who invents names costs little and displaces nobody.

use std::cell::RefCell;

use foldhash::HashMap;
use http::Uri;

use super::forms::Forms;
use super::sent::Setting;
use super::{Facts, Sent, Ways, fold, path};
use crate::config::{Mode, Site, Sites};
use crate::cookie::Unread;
use crate::policy::{Direction, Reason, Verdict};
use crate::registry::Registry;

/// New names of requests that are looked at from one hand-over to the next.
const NEW_NAMES: u32 = 8192;
/// Names that are remembered of one site, with the families that they belong to.
const MOST_NAMES: usize = 2048;
/// Paths are looked at of so many cookies of one name first, and of one in [`EACH`] then.
const FIRST: u64 = 8;
const EACH: u64 = 64;

/// Where a cookie was seen.
#[derive(Clone, Copy, Debug)]
pub struct Spot<'a> {
    /// The site.
    pub site: &'a Site,
    /// Whether the verdict is carried out there.
    pub mode: Mode,
    /// The target of the request; its path alone is looked at.
    pub uri: &'a Uri,
}

/// A cookie on its way.
#[derive(Clone, Copy)]
pub enum Sighting<'a> {
    /// A cookie-pair of a request, by its name.
    Pair(&'a [u8]),
    /// A `Set-Cookie` field, its attributes unread.
    Set(Unread<'a>),
    /// A `Set-Cookie` field that no browser takes and of which only the name is known.
    Broken(&'a [u8]),
}

impl<'a> Sighting<'a> {
    /// The cookie-name; empty for a nameless cookie.
    pub fn name(&self) -> &'a [u8] {
        match self {
            Self::Pair(name) | Self::Broken(name) => name,
            Self::Set(line) => line.name(),
        }
    }

    /// Which way it goes.
    pub fn direction(&self) -> Direction {
        match self {
            Self::Pair(_) => Direction::Request,
            Self::Set(_) | Self::Broken(_) => Direction::Response,
        }
    }
}

/// The table of one worker for one configuration.
#[derive(Debug)]
pub struct Table(RefCell<Sheets>);

#[derive(Debug)]
struct Sheets {
    /// Two a site: where it observes, where it enforces.
    sheets: Vec<Option<Box<Sheet>>>,
    /// New names of requests that may still be looked at.
    left: u32,
    /// Rows of one sheet.
    most: usize,
}

/// One site in one mode.
#[derive(Debug)]
struct Sheet {
    site: Box<str>,
    mode: Mode,
    /// The rows of names. Visitors choose names, so the hash is seeded.
    names: HashMap<Box<[u8]>, usize>,
    /// The rows of families.
    families: HashMap<Box<str>, usize>,
    rows: Vec<Row>,
    /// Rows of cookies that are neither declared nor set by the origin server.
    strange: usize,
    other: Ways,
}

#[derive(Debug)]
struct Row {
    pattern: Box<str>,
    declared: bool,
    facts: Facts,
    forms: Forms,
}

/// A `Set-Cookie` field whose attributes are to be looked at, by the place of its row.
#[derive(Debug)]
pub struct Look(usize);

/// What a worker hands over of one site in one mode.
#[derive(Debug)]
pub(super) struct Handed {
    pub(super) site: Box<str>,
    pub(super) mode: Mode,
    /// The pattern, whether the registry declares it, and what was seen since the last time.
    pub(super) rows: Vec<(Box<str>, bool, Facts)>,
    /// What has no row.
    pub(super) other: Ways,
}

impl Table {
    /// Nothing seen yet; `most` rows a site and mode.
    pub(super) fn new(sites: &Sites, most: usize) -> Self {
        let sheets = sites.iter().flat_map(|_| [None, None]).collect();
        Self(RefCell::new(Sheets { sheets, left: NEW_NAMES, most }))
    }

    /// Counts a cookie and what was decided. Where it gives back a [`Look`], the attributes of this field are not known
    /// yet; [`look`](Self::look) counts the rest, before anything else is seen.
    pub fn saw(&self, spot: Spot<'_>, sighting: Sighting<'_>, verdict: Verdict) -> Option<Look> {
        let mut sheets = self.0.borrow_mut();
        let Sheets { sheets, left, most } = &mut *sheets;
        let sheet = sheet(sheets, spot)?;
        let direction = sighting.direction();
        let place = match sheet.names.get(sighting.name()) {
            Some(place) => Some(*place),
            // Of what a visitor may have invented only so much is looked at.
            None if matches!(sighting, Sighting::Pair(_)) && verdict.reason().entry().is_none() => {
                left.checked_sub(1).and_then(|fewer| {
                    *left = fewer;
                    sheet.place(spot, sighting, *most)
                })
            }
            None => sheet.place(spot, sighting, *most),
        };
        let Some((place, row)) = place.and_then(|place| Some((place, sheet.rows.get_mut(place)?))) else {
            sheet.other.way_mut(direction).count(verdict);
            return None;
        };
        let facts = &mut row.facts;
        let counts = facts.ways.way_mut(direction);
        let before = counts.seen();
        counts.count(verdict);
        facts.reasons.count(verdict.reason());
        if let Sighting::Set(line) = sighting {
            // The first since the last hand-over is looked at, though it be known: what was handed over may be dropped.
            match row.forms.deletes(&line).filter(|_| before > 0) {
                Some(false) => {}
                Some(true) => {
                    facts.deleted += 1;
                    return None;
                }
                None => return Some(Look(place)),
            }
        }
        if is_sample(before) {
            facts.keep_path(path::prefix(spot.uri.path()), direction);
        }
        None
    }

    /// Looks at the attributes of the field that was counted last.
    pub fn look(&self, spot: Spot<'_>, Look(place): Look, setting: Setting<'_>) {
        let mut sheets = self.0.borrow_mut();
        let Some(row) = sheet(&mut sheets.sheets, spot).and_then(|sheet| sheet.rows.get_mut(place)) else {
            return;
        };
        let deletes = setting.cookie.is_deletion(setting.now);
        row.forms.keep(&Unread::cut(setting.cookie.raw()), deletes);
        if deletes {
            row.facts.deleted += 1;
            return;
        }
        row.facts.keep_sent(Sent::of(setting));
        row.facts.keep_path(path::prefix(spot.uri.path()), Direction::Response);
    }

    /// Counts a field that expires a cookie which the request brought.
    pub fn purged(&self, spot: Spot<'_>, name: &[u8], reason: Reason) {
        let mut sheets = self.0.borrow_mut();
        let Sheets { sheets, most, .. } = &mut *sheets;
        let Some(sheet) = sheet(sheets, spot) else { return };
        let place = sheet.names.get(name).copied();
        let place = place.or_else(|| sheet.place(spot, Sighting::Pair(name), *most));
        if let Some(row) = place.and_then(|place| sheet.rows.get_mut(place)) {
            row.facts.purged += 1;
            row.facts.reasons.count(reason);
        }
    }

    /// What was seen since the last time; rows stay where they are, since most are needed again.
    pub(super) fn hand_over(&self) -> Vec<Handed> {
        let mut sheets = self.0.borrow_mut();
        sheets.left = NEW_NAMES;
        sheets.sheets.iter_mut().filter_map(|sheet| sheet.as_deref_mut()?.hand_over()).collect()
    }
}

/// Whether the path of a cookie is looked at, `count` others of its name having come before.
fn is_sample(count: u64) -> bool {
    count < FIRST || count.is_multiple_of(EACH)
}

/// The sheet of a site in a mode.
fn sheet<'a>(sheets: &'a mut [Option<Box<Sheet>>], spot: Spot<'_>) -> Option<&'a mut Sheet> {
    let place = spot.site.id.index() * 2 + usize::from(spot.mode == Mode::Enforce);
    let sheet = sheets.get_mut(place)?;
    Some(sheet.get_or_insert_with(|| Box::new(Sheet::new(&spot.site.name, spot.mode))))
}

impl Sheet {
    fn new(site: &str, mode: Mode) -> Self {
        Self {
            site: site.into(),
            mode,
            names: HashMap::default(),
            families: HashMap::default(),
            rows: Vec::new(),
            strange: 0,
            other: Ways::default(),
        }
    }

    /// The row of a name that is not remembered; `most` is how many rows there may be.
    #[cold]
    fn place(&mut self, spot: Spot<'_>, sighting: Sighting<'_>, most: usize) -> Option<usize> {
        let (pattern, declared) = pattern(spot.site.policy.registry(), sighting.name())?;
        let place = match self.families.get(&*pattern) {
            Some(place) => *place,
            None => {
                let strange = !declared && sighting.direction() == Direction::Request;
                // What visitors can't invent always finds room: there are twice as many rows, of which half may be strange.
                if strange && self.strange >= most || self.rows.len() >= most * 2 {
                    return None;
                }
                self.strange += usize::from(strange);
                self.rows.push(Row {
                    pattern: pattern.clone(),
                    declared,
                    facts: Facts::default(),
                    forms: Forms::default(),
                });
                self.families.insert(pattern, self.rows.len() - 1);
                self.rows.len() - 1
            }
        };
        if self.names.len() < MOST_NAMES {
            self.names.insert(sighting.name().into(), place);
        }
        Some(place)
    }

    /// What was seen since the last time, if anything was.
    fn hand_over(&mut self) -> Option<Handed> {
        let seen = self.rows.iter_mut().filter(|row| !row.facts.is_empty());
        let rows: Vec<_> =
            seen.map(|row| (row.pattern.clone(), row.declared, std::mem::take(&mut row.facts))).collect();
        let other = std::mem::take(&mut self.other);
        // Where names come and go, those that went make room.
        if self.names.len() >= MOST_NAMES / 2 || self.rows.len() > rows.len() * 2 + 64 {
            *self = Self::new(&self.site, self.mode);
        }
        let nothing = rows.is_empty() && other.seen() == 0;
        (!nothing).then(|| Handed { site: self.site.clone(), mode: self.mode, rows, other })
    }
}

/// What a nameless cookie is listed as: no pattern of a registry.
pub const NAMELESS: &str = "";

/// The pattern under which a name is listed: that of the registry where it declares it, else its family; and which of the
/// two. `None` for a name that nobody declares.
fn pattern(registry: &Registry, name: &[u8]) -> Option<(Box<str>, bool)> {
    if name.is_empty() {
        return Some((NAMELESS.into(), false));
    }
    if let Some((_, declared)) = registry.declaration(name) {
        return Some((declared.pattern.as_str().into(), true));
    }
    // The name that a row gives its cookie in browsers is exact, and stands in no list of names.
    if registry.lookup(name).is_some() {
        return Some((String::from_utf8_lossy(name).into(), true));
    }
    fold::family(name).map(|family| (family.into(), false))
}
