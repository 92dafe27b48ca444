//! The page itself jumps again and again, so that playback has no time to start.
//!
//! # What shows it
//! At least five jumps within the stall that no touch of the viewer's came before, less than a second apart on average,
//! with data to play all the while.
//!
//! # When Whystall does not say so
//! When playback waits for data or the jumps are few: players nudge a playhead that is stuck, which is a remedy and not
//! the cause. Jumps that begin while playback runs are no stall when they lead elsewhere, or back over what was played
//! just before: that is a search, or a loop.
//!
//! # Where it can sit
//! Player.

use super::{Case, Cause, finding};
use crate::stall::storm::{APART, FEWEST};
use crate::time::Micros;
use crate::verdict::{Finding, StallKind, Value, Zone};

pub const CAUSE: Cause =
    Cause { id: "seek-storm", weight, zones: |_| &[Zone::Player], findings, lead: "page-jumped" };

fn weight(case: &Case) -> Micros {
    let jumps = jumps(case).len();
    let dense = i64::try_from(jumps).is_ok_and(|jumps| case.duration().0 <= APART.0.saturating_mul(jumps));
    let storm = case.sighting.kind == StallKind::Frozen && jumps >= FEWEST && dense;
    if storm { case.duration() } else { Micros::ZERO }
}

fn jumps(case: &Case) -> Vec<u32> {
    let (began, end) = case.stall();
    let seeks = case.machine.conditions.page_seeks.iter();
    let of_stall =
        seeks.filter(|noted| noted.what == case.sighting.element && began <= noted.at && noted.at <= end);
    of_stall.map(|noted| noted.fact).collect()
}

fn findings(case: &Case) -> Vec<Finding> {
    let facts = jumps(case);
    let count = ("count", Value::Count(facts.len() as u64));
    vec![finding("page-jumped", facts, [count])]
}
