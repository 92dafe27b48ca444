//! Time, with its unit in the type. All integers: a verdict must not depend on how a machine rounds.

use crate::read::Read;
use crate::sort::Sort;
use serde::Serialize;
use std::ops::{Add, Sub};

/// A moment: microseconds since the Unix epoch on the page's clock
/// (`performance.timeOrigin + performance.now()`).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Read)]
#[serde(transparent)]
pub struct Wall(pub i64);

/// A position on the media timeline, in microseconds.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Read)]
#[serde(transparent)]
pub struct MediaTime(pub i64);

/// A length of time, in microseconds. May be negative.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Read)]
#[serde(transparent)]
pub struct Micros(pub i64);

/// No moment, position or length that a page can report lies outside ± this (about 285 years), so that
/// sums and differences of a few of them cannot overflow.
pub const LIMIT: i64 = 1 << 53;

/// No line that homes have is faster: bits a second.
pub const BITRATE_LIMIT: u64 = 100_000_000_000;

impl Micros {
    /// No time at all.
    pub const ZERO: Micros = Micros(0);
    /// `ms` milliseconds.
    pub const fn from_millis(ms: i64) -> Micros {
        Micros(ms * 1000)
    }
    /// Whole milliseconds, rounded to the nearest.
    pub const fn as_millis(self) -> i64 {
        (self.0 + if self.0 < 0 { -500 } else { 500 }) / 1000
    }
    /// Not below zero.
    pub fn at_least_zero(self) -> Micros {
        Micros(self.0.max(0))
    }
}

impl Wall {
    /// Whether it tells a date. Evidence without one counts from its first fact, and so from 1970; no browser that runs
    /// Whystall is from before 2000.
    pub fn is_dated(self) -> bool {
        self.0 >= 946_684_800_000_000
    }
}

/// How long it takes to play this much media at a rate in thousandths.
pub fn playing_time(media: Micros, rate: i32) -> Micros {
    saturated(i128::from(media.0) * 1000 / i128::from(rate.max(1)))
}

/// How much media is played in this time at a rate in thousandths.
pub fn played_in(time: Micros, rate: i32) -> Micros {
    saturated(i128::from(time.0) * i128::from(rate) / 1000)
}

fn saturated(micros: i128) -> Micros {
    Micros(i64::try_from(micros).unwrap_or(if micros < 0 { i64::MIN } else { i64::MAX }))
}

/// Seconds (as JavaScript numbers come) to microseconds. `None` for NaN, infinities and absurd sizes.
pub fn micros_from_seconds(seconds: f64) -> Option<i64> {
    let micros = (seconds * 1e6).round();
    (micros.abs() < LIMIT as f64).then_some(micros as i64)
}

/// Milliseconds (as JavaScript numbers come) to microseconds. `None` as for [`micros_from_seconds`].
pub fn micros_from_millis(millis: f64) -> Option<i64> {
    micros_from_seconds(millis / 1e3)
}

macro_rules! point {
    ($point:ident) => {
        impl $point {
            /// The earliest that can be told.
            pub const MIN: $point = $point(-LIMIT);
            /// The latest that can be told.
            pub const MAX: $point = $point(LIMIT);
        }
        impl Sub for $point {
            type Output = Micros;
            fn sub(self, other: $point) -> Micros {
                Micros(self.0.saturating_sub(other.0))
            }
        }
        impl Add<Micros> for $point {
            type Output = $point;
            fn add(self, by: Micros) -> $point {
                $point(self.0.saturating_add(by.0))
            }
        }
        impl Sub<Micros> for $point {
            type Output = $point;
            fn sub(self, by: Micros) -> $point {
                $point(self.0.saturating_sub(by.0))
            }
        }
    };
}
point!(Wall);
point!(MediaTime);

impl Add for Micros {
    type Output = Micros;
    fn add(self, other: Micros) -> Micros {
        Micros(self.0.saturating_add(other.0))
    }
}

impl Sub for Micros {
    type Output = Micros;
    fn sub(self, other: Micros) -> Micros {
        Micros(self.0.saturating_sub(other.0))
    }
}

impl std::iter::Sum for Micros {
    fn sum<I: Iterator<Item = Micros>>(iter: I) -> Micros {
        iter.fold(Micros::ZERO, Add::add)
    }
}

/// `whole` in parts proportional to the weights, by largest remainder (the first among equals). The parts add up to
/// `whole` exactly; all are zero if no weight is above zero.
pub fn apportion(whole: Micros, weights: &[i128]) -> Vec<Micros> {
    let whole = i128::from(whole.0.clamp(0, LIMIT));
    let sum: i128 = weights.iter().map(|weight| (*weight).max(0)).sum();
    if sum <= 0 {
        return vec![Micros::ZERO; weights.len()];
    }
    let exact = weights.iter().map(|weight| (*weight).max(0).saturating_mul(whole));
    let mut parts: Vec<(i128, i128)> = exact.map(|exact| (exact / sum, exact % sum)).collect();
    let missing = whole - parts.iter().map(|(part, _)| part).sum::<i128>();
    let mut order: Vec<usize> = (0..parts.len()).collect();
    order.arrange_by_key(|index| std::cmp::Reverse(parts.get(*index).map_or(0, |(_, rest)| *rest)));
    for index in order.into_iter().take(usize::try_from(missing).unwrap_or(0)) {
        if let Some((part, _)) = parts.get_mut(index) {
            *part += 1;
        }
    }
    parts.into_iter().map(|(part, _)| Micros(i64::try_from(part).unwrap_or(0))).collect()
}
