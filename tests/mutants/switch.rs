//! In the copy that tests/mutants/run.py makes of the sources, and nowhere else: which mutant there is in this process.

use std::io::Write as _;
use std::sync::atomic::{AtomicBool, AtomicU32, Ordering::Relaxed};

const ASKED: u32 = u32::MAX;
const UNREAD: u32 = u32::MAX - 1;
static MUTANT: AtomicU32 = AtomicU32::new(UNREAD);
static REACHED: [AtomicBool; COUNT] = [const { AtomicBool::new(false) }; COUNT];

/// Whether the mutant of this number is there: TAMIS_MUTANT. With TAMIS_MUTANTS_REACHED none is, and that file gets the
/// number of each that could have been.
#[inline]
pub fn on(number: u32) -> bool {
    let mutant = MUTANT.load(Relaxed);
    if mutant < UNREAD { mutant == number } else { look(mutant, number) }
}

#[cold]
fn look(mutant: u32, number: u32) -> bool {
    if mutant == UNREAD {
        let asked = std::env::var_os("TAMIS_MUTANTS_REACHED").is_some();
        let chosen = std::env::var("TAMIS_MUTANT").ok().and_then(|text| text.parse().ok()).unwrap_or(0);
        MUTANT.store(if asked { ASKED } else { chosen }, Relaxed);
        return on(number);
    }
    if !REACHED[number as usize].swap(true, Relaxed) {
        let file = std::env::var_os("TAMIS_MUTANTS_REACHED").unwrap();
        let mut file = std::fs::OpenOptions::new().create(true).append(true).open(file).unwrap();
        file.write_all(format!("{number}\n").as_bytes()).unwrap();
    }
    false
}

/// Two ways of `impl Iterator`.
#[derive(Clone)]
pub enum Either<L, R> {
    Left(L),
    Right(R),
}

impl<L: Iterator, R: Iterator<Item = L::Item>> Iterator for Either<L, R> {
    type Item = L::Item;

    fn next(&mut self) -> Option<L::Item> {
        match self {
            Self::Left(left) => left.next(),
            Self::Right(right) => right.next(),
        }
    }
}
