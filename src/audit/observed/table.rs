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
use super::tally::Tally;
use super::{Facts, Sent, Ways, fold, path};
use crate::config::{Mode, Site, Sites};
use crate::cookie::Unread;
use crate::policy::{Direction, Reason, Verdict};
use crate::registry::Registry;

/// New names of requests that are looked at from one hand-over to the next.
const NEW_NAMES: u32 = 8192;
/// Names that are remembered of one site, with the families that they belong to.
const MOST_NAMES: usize = 2048;
/// Attributes are compared with those that are known of so many cookies of one name first, and of one in [`EACH`] then.
/// Paths, which take longer, are looked at as often first, and then ever more seldom.
const FIRST: u32 = 8;
const EACH: u32 = 16;

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
    /// The row of the cookie before.
    last: usize,
    /// Rows of cookies that are neither declared nor set by the origin server.
    strange: usize,
    other: Ways,
}

#[derive(Debug)]
struct Row {
    /// The first name that came.
    name: Box<[u8]>,
    /// The rows that came after this one, each way: fields list the same cookies in the same order again and again.
    next: [usize; 2],
    /// Cookies since the last hand-over.
    met: u32,
    tally: Tally,
    forms: Forms,
    /// Of these the examples alone are filled.
    examples: Facts,
    pattern: Box<str>,
    declared: bool,
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

    /// Counts a cookie and what was decided. Where it gives back a [`Look`], the attributes of this field are worth one;
    /// [`look`](Self::look) takes it before anything else is seen.
    pub fn saw(&self, spot: Spot<'_>, sighting: Sighting<'_>, verdict: Verdict) -> Option<Look> {
        let mut sheets = self.0.borrow_mut();
        let Sheets { sheets, left, most } = &mut *sheets;
        let sheet = sheet(sheets, spot)?;
        let direction = sighting.direction();
        let place = match sheet.find(sighting.name(), direction) {
            Some(place) => Some(place),
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
        row.tally.count(direction, verdict);
        let before = row.met;
        row.met = before.saturating_add(1);
        if before >= FIRST && !before.is_multiple_of(EACH) || verdict.reason() == Reason::Deletion {
            return None;
        }
        row.sample(spot, sighting, before).then_some(Look(place))
    }

    /// Looks at the attributes of the field that was counted last.
    pub fn look(&self, spot: Spot<'_>, Look(place): Look, setting: Setting<'_>) {
        let mut sheets = self.0.borrow_mut();
        let Some(row) = sheet(&mut sheets.sheets, spot).and_then(|sheet| sheet.rows.get_mut(place)) else {
            return;
        };
        row.forms.keep(&Unread::cut(setting.cookie.raw()));
        if !setting.cookie.is_deletion(setting.now) {
            row.examples.keep_sent(Sent::of(setting));
        }
    }

    /// Counts a field that expires a cookie which the request brought.
    pub fn purged(&self, spot: Spot<'_>, name: &[u8], reason: Reason) {
        let mut sheets = self.0.borrow_mut();
        let Sheets { sheets, most, .. } = &mut *sheets;
        let Some(sheet) = sheet(sheets, spot) else { return };
        let place = sheet.names.get(name).copied();
        let place = place.or_else(|| sheet.place(spot, Sighting::Pair(name), *most));
        if let Some(row) = place.and_then(|place| sheet.rows.get_mut(place)) {
            row.tally.purge(reason);
        }
    }

    /// What was seen since the last time; rows stay where they are, since most are needed again.
    pub(super) fn hand_over(&self) -> Vec<Handed> {
        let mut sheets = self.0.borrow_mut();
        sheets.left = NEW_NAMES;
        sheets.sheets.iter_mut().filter_map(|sheet| sheet.as_deref_mut()?.hand_over()).collect()
    }
}

impl Row {
    /// Keeps the path of a cookie, and says whether the attributes of a field are to be looked at: they are not known, or
    /// it is the first since the last hand-over, of which what was handed over may have been dropped.
    #[cold]
    fn sample(&mut self, spot: Spot<'_>, sighting: Sighting<'_>, before: u32) -> bool {
        if before < FIRST || before.is_power_of_two() {
            self.examples.keep_path(path::prefix(spot.uri.path()), sighting.direction());
        }
        matches!(sighting, Sighting::Set(line) if before == 0 || !self.forms.know(&line))
    }

    /// What was seen since the last time.
    fn hand_over(&mut self) -> Facts {
        let counted = std::mem::take(&mut self.tally).facts();
        let Facts { sent, set_on, sent_to, .. } = std::mem::take(&mut self.examples);
        self.met = 0;
        Facts { sent, set_on, sent_to, ..counted }
    }
}

/// The sheet of a site in a mode.
#[inline]
fn sheet<'a>(sheets: &'a mut [Option<Box<Sheet>>], spot: Spot<'_>) -> Option<&'a mut Sheet> {
    let place = spot.site.id.index() * 2 + usize::from(spot.mode == Mode::Enforce);
    let sheet = sheets.get_mut(place)?;
    if sheet.is_none() {
        *sheet = Some(Sheet::boxed(spot));
    }
    sheet.as_deref_mut()
}

impl Sheet {
    #[cold]
    fn boxed(spot: Spot<'_>) -> Box<Self> {
        Box::new(Self::new(&spot.site.name, spot.mode))
    }

    fn new(site: &str, mode: Mode) -> Self {
        Self {
            site: site.into(),
            mode,
            names: HashMap::default(),
            families: HashMap::default(),
            rows: Vec::new(),
            last: 0,
            strange: 0,
            other: Ways::default(),
        }
    }

    /// The row of a name that is remembered: the one that came here before, or else by a look-up.
    fn find(&mut self, name: &[u8], direction: Direction) -> Option<usize> {
        let way = direction as usize;
        let guess = self.rows.get(self.last).and_then(|row| row.next.get(way)).copied();
        let guessed = guess.filter(|guess| self.rows.get(*guess).is_some_and(|row| *row.name == *name));
        if let Some(place) = guessed {
            self.last = place;
            return guessed;
        }
        let place = *self.names.get(name)?;
        if let Some(next) = self.rows.get_mut(self.last).and_then(|row| row.next.get_mut(way)) {
            *next = place;
        }
        self.last = place;
        Some(place)
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
                    name: sighting.name().into(),
                    next: [0; 2],
                    met: 0,
                    tally: Tally::default(),
                    forms: Forms::default(),
                    examples: Facts::default(),
                    pattern: pattern.clone(),
                    declared,
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
        let mut rows = Vec::new();
        for row in &mut self.rows {
            let facts = row.hand_over();
            if !facts.is_empty() {
                rows.push((row.pattern.clone(), row.declared, facts));
            }
        }
        let other = std::mem::take(&mut self.other);
        // Where names come and go, those that went make room.
        if self.names.len() > self.rows.len() * 4 + 128 || self.rows.len() > rows.len() * 2 + 64 {
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
