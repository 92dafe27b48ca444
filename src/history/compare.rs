//! Two parts of a history beside each other: before and after a day, or one network and another. Did the part of the time
//! that was stalled differ, that with a worse picture, and the time that each place has, and by how much at least?
//!
//! **Matched by hour.** Who watches in the evening before and at noon after compares evenings with noons. So each hour of
//! the day is compared with itself, and the differences are averaged with the weights of Mantel and Haenszel (the harmonic
//! mean of both sides' time in that hour; Greenland and Robins, Biometrics 41, 1985), which take little from hours of which
//! one side has little. Hours with playback on fewer than [`HOUR_DAYS`] days of either side are left out.
//!
//! **By the day.** What is watched on one day has much in common (one evening, one film, one bad line), so a stall is no
//! observation of its own: a day is. Each day is left out once, and how far the result moves is what that day has to say: the
//! delete-one-day jackknife, whose variance errs on the large side. Few days hold most of the stalls, so Student's t takes as
//! its degrees of freedom not the number of days but the effective number of those that carry the variance, less one
//! ((Σd²)²/Σd⁴, Kish's). `cargo test -p whystall --lib history::` makes histories up of a dozen kinds and holds the interval
//! to what it says. When the method was chosen, the percentiles of a studentized bootstrap and the normal distribution held
//! the truth less often than they should, and intervals on a logarithmic scale were two to three times as wide: tried by
//! hand, and no command of this repository repeats it.
//!
//! Days are taken to be independent of each other. A fault of several days is several observations here and one in truth:
//! the rule for too little to say keeps out the worst of it, and no interval made of a history alone could do more.

use super::{AN_HOUR, Hour};
use crate::time::Micros;
use crate::verdict::Zone;
use serde::Serialize;
use std::collections::{BTreeMap, BTreeSet};
use std::f64::consts::FRAC_PI_2;

/// Days with playback that each side must have in the hours compared [P]: two weeks. With these and all that follows, the
/// interval holds what it says (see the test).
pub const DAYS: u32 = 14;
/// Playback that each side must have in the hours compared [P].
pub const WATCHED: Micros = Micros::from_millis(2 * 3_600_000);
/// Days with something to compare that both sides must have together [P]: with fewer, one bad evening is all there is.
pub const BAD_DAYS: u32 = 6;
/// Effective number of days that must carry the result [P]: with fewer the interval is too wide to be of use.
const CARRYING: f64 = 2.0;
/// An hour of the day is compared if both sides have playback in it on so many days [P]: of one, how much days differ is
/// not known.
const HOUR_DAYS: usize = 3;
/// How much of an hour's time a day is taken to leave when it is left out, at least [P]: what is left decides otherwise.
const REST: f64 = 1.0 / 3.0;
/// How often an interval may miss the truth.
const MISSES: f64 = 0.05;
/// Hours of a day.
const OF_DAY: usize = 24;

/// One beside the other: `[before, after]`, or the networks in the order asked for.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Comparison {
    /// What there is of each.
    pub sides: [Side; 2],
    /// Part of the time watched that was stalled.
    pub stalled: Measure,
    /// Part of the time played with a worse picture.
    pub reduced: Measure,
    /// Part of the time watched that was stalled and can have come from there, by zone in path order. All of these
    /// intervals together hold what they should 95 times in a hundred.
    pub zones: Vec<ComparedZone>,
}

/// What there is of a side.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Side {
    /// Days with playback.
    pub days: u32,
    /// Playing or stalled.
    pub watched: Micros,
    /// The part of it in the hours of the day that are compared.
    pub matched: Micros,
    /// Days with playback in these.
    pub matched_days: u32,
}

/// A zone's part.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
pub struct ComparedZone {
    /// Which.
    pub zone: Zone,
    /// Its part.
    pub measure: Measure,
}

/// A part of the time on either side, in millionths, hours matched.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Measure {
    /// On either side; `None` where no hours can be compared.
    pub parts: Option<[i64; 2]>,
    /// The second less the first; `None`: too little to say.
    pub difference: Option<Difference>,
}

/// In millionths of the time.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
pub struct Difference {
    /// As observed.
    pub observed: i64,
    /// The ends of the interval that holds the truth 95 times in a hundred.
    pub low: i64,
    /// See `low`.
    pub high: i64,
}

impl Difference {
    /// Whether nothing at all is outside of the interval.
    pub fn is_clear(&self) -> bool {
        self.low > 0 || self.high < 0
    }
}

/// Compares two parts of a history: hours, and the side that each is on.
pub fn compare(rows: &[(&Hour, usize)]) -> Comparison {
    let mut sums: BTreeMap<(i64, usize, usize), Cell> = BTreeMap::new();
    for (hour, side) in rows {
        let (day, of_day) = (hour.day(), hour.of_day());
        sums.entry((day, *side, of_day))
            .or_insert(Cell { day, at: (*side, of_day), ..Cell::default() })
            .add(hour);
    }
    let mut cells: Vec<Cell> = sums.into_values().filter(|cell| cell.watched() > 0.0).collect();
    let compared = hours_compared(&cells);
    let sides = SIDES.map(|side| side_of(&cells, side, &compared));
    let enough = sides.iter().all(|side| side.matched_days >= DAYS && side.matched >= WATCHED);
    cells.retain(|cell| compared.contains(&cell.at.1));
    let measure = |share: &dyn Fn(&Cell) -> Share, misses| Matched::of(&cells, share).measure(enough, misses);
    let of_watched = |some: f64, cell: &Cell| Share { some, whole: cell.watched() };
    let zones = Zone::ALL.into_iter().enumerate().map(|(place, zone)| {
        let share = |cell: &Cell| of_watched(cell.zones.get(place).copied().unwrap_or_default(), cell);
        ComparedZone { zone, measure: measure(&share, MISSES / Zone::ALL.len() as f64) }
    });
    Comparison {
        sides,
        stalled: measure(&|cell| of_watched(cell.stalled, cell), MISSES),
        reduced: measure(&|cell| Share { some: cell.reduced, whole: cell.played }, MISSES),
        zones: zones.collect(),
    }
}

const SIDES: [usize; 2] = [0, 1];

/// An hour of a day on a side; times are in hours.
#[derive(Clone, Copy, Debug, Default)]
struct Cell {
    day: i64,
    /// Side and hour of the day.
    at: (usize, usize),
    played: f64,
    stalled: f64,
    reduced: f64,
    /// Stalled and possibly from there, in path order.
    zones: [f64; 7],
}

impl Cell {
    fn add(&mut self, hour: &Hour) {
        let hours = |time: Micros| time.at_least_zero().0 as f64 / AN_HOUR as f64;
        self.played += hours(hour.played);
        self.reduced += hours(hour.reduced);
        for (set, _, time) in &hour.sets {
            self.stalled += hours(*time);
            let possible = self.zones.iter_mut().enumerate().filter(|(place, _)| set >> place & 1 == 1);
            possible.for_each(|(_, zone)| *zone += hours(*time));
        }
    }

    fn watched(&self) -> f64 {
        self.played + self.stalled
    }
}

/// The hours of the day of which both sides have enough.
fn hours_compared(cells: &[Cell]) -> BTreeSet<usize> {
    let days = |side: usize, hour: usize| cells.iter().filter(|cell| cell.at == (side, hour)).count();
    (0..OF_DAY).filter(|hour| SIDES.into_iter().all(|side| days(side, *hour) >= HOUR_DAYS)).collect()
}

fn side_of(cells: &[Cell], side: usize, compared: &BTreeSet<usize>) -> Side {
    let of = |counts: &dyn Fn(&Cell) -> bool| {
        let own = || cells.iter().filter(|cell| cell.at.0 == side && counts(cell));
        let watched: f64 = own().map(Cell::watched).sum();
        let days: BTreeSet<i64> = own().map(|cell| cell.day).collect();
        (u32::try_from(days.len()).unwrap_or(u32::MAX), Micros((watched * AN_HOUR as f64).round() as i64))
    };
    let (days, watched) = of(&|_| true);
    let (matched_days, matched) = of(&|cell| compared.contains(&cell.at.1));
    Side { days, watched, matched, matched_days }
}

/// Some of a whole.
#[derive(Clone, Copy, Debug, Default)]
struct Share {
    some: f64,
    whole: f64,
}

impl Share {
    fn part(self) -> f64 {
        if self.whole > 0.0 { self.some / self.whole } else { 0.0 }
    }
}

/// Both sides' parts with the hours weighed alike, and what each day has to say to their difference.
struct Matched {
    parts: Option<[f64; 2]>,
    /// By how much the difference moves without a day.
    moves: Vec<f64>,
    /// Days on which there was any of what is measured.
    bad_days: u32,
}

impl Matched {
    fn of(cells: &[Cell], share: &dyn Fn(&Cell) -> Share) -> Matched {
        let mut sums: BTreeMap<(usize, usize), Share> = BTreeMap::new();
        for cell in cells {
            let (sum, share) = (sums.entry(cell.at).or_default(), share(cell));
            *sum = Share { some: sum.some + share.some, whole: sum.whole + share.whole };
        }
        let sum = |side, hour| sums.get(&(side, hour)).copied().unwrap_or_default();
        let weight = |hour| {
            let [one, other] = SIDES.map(|side| sum(side, hour).whole);
            if one + other > 0.0 { one * other / (one + other) } else { 0.0 }
        };
        let all: f64 = (0..OF_DAY).map(weight).sum();
        let part = |side| (0..OF_DAY).map(|hour| weight(hour) * sum(side, hour).part()).sum::<f64>() / all;
        let without = |cell: &Cell| {
            let ((side, hour), share) = (cell.at, share(cell));
            let sum = sum(side, hour);
            let rest = (sum.whole - share.whole).max(sum.whole * REST);
            let off = weight(hour) / all * (share.some - sum.part() * share.whole) / rest;
            if side == 0 { -off } else { off }
        };
        let days = || cells.chunk_by(|one, next| one.day == next.day);
        let bad = |day: &&[Cell]| day.iter().any(|cell| share(cell).some > 0.0);
        Matched {
            parts: (all > 0.0).then(|| SIDES.map(part)),
            moves: days()
                .map(|day| day.iter().filter(|cell| share(cell).whole > 0.0).map(without).sum())
                .collect(),
            bad_days: days().filter(bad).fold(0, |days, _| days + 1),
        }
    }

    /// `misses`: how often its interval may miss the truth.
    fn measure(&self, enough: bool, misses: f64) -> Measure {
        let Some([one, other]) = self.parts else { return Measure::default() };
        // No part is more than all, and none is taken from less than nothing.
        let millionths = |part: f64| (part.clamp(-1.0, 1.0) * 1e6).round() as i64;
        let parts = Some([one, other].map(millionths));
        let sum = |power| self.moves.iter().map(|moved| moved.powi(power)).sum::<f64>();
        let (squares, fourths, days) = (sum(2), sum(4), self.moves.len() as f64);
        let carrying = if fourths > 0.0 { squares * squares / fourths } else { 0.0 };
        if !enough || self.bad_days < BAD_DAYS || carrying < CARRYING {
            return Measure { parts, difference: None };
        }
        let off = (squares * (days - 1.0) / days).sqrt() * student(misses, carrying - 1.0);
        let observed = other - one;
        // Days that are all alike do not make sure that others would be.
        if off < 1e-6 {
            return Measure { parts, difference: None };
        }
        let [observed, low, high] = [observed, observed - off, observed + off].map(millionths);
        Measure { parts, difference: Some(Difference { observed, low, high }) }
    }
}

/// What Student's t with so many degrees of freedom exceeds, up or down, with this probability. With `t = √ν·tan θ` its
/// density is that of `cos^(ν−1) θ`, which is added up until what is left is as little.
fn student(probability: f64, freedom: f64) -> f64 {
    const STEPS: u32 = 512;
    let step = FRAC_PI_2 / f64::from(STEPS);
    let density: Vec<f64> =
        (0..STEPS).map(|at| ((f64::from(at) + 0.5) * step).cos().powf(freedom - 1.0)).collect();
    let mut left = density.iter().sum::<f64>() * probability;
    for (at, density) in (0..STEPS).zip(density).rev() {
        if density >= left {
            return freedom.sqrt() * (step * (f64::from(at + 1) - left / density)).tan();
        }
        left -= density;
    }
    0.0
}

#[cfg(test)]
mod tests {
    use super::student;

    /// As tables of Student's t have it.
    #[test]
    fn student_is_as_in_tables() {
        for (probability, freedom, value) in [
            (0.05, 1.0, 12.706),
            (0.05, 2.0, 4.303),
            (0.05, 10.0, 2.228),
            (0.01, 3.0, 5.841),
            (0.05, 200.0, 1.972),
        ] {
            let found = student(probability, freedom);
            assert!((found / value - 1.0_f64).abs() < 0.002, "{found}, not {value}");
        }
    }
}
