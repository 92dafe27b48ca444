//! The browser's buffer was full: it refused to take in more, and the player was late to make room.
//!
//! # What shows it
//! `appendBuffer` threw `QuotaExceededError` on a track of this element in the drain window, and data was handed over,
//! or asked for, late.
//!
//! # When Whystall does not say so
//! When the page handed everything over in time nevertheless: players run into the limit and free old media as a matter
//! of course.
//!
//! # Where it can sit
//! Player: how much it keeps is its own choice.

use super::own_side::{ASKING, HANDING_ON};
use super::{Case, Cause, finding};
use crate::time::Micros;
use crate::verdict::{Finding, StallKind, Value, Zone};

pub const CAUSE: Cause =
    Cause { id: "buffer-full", weight, zones: |_| &[Zone::Player], findings, lead: "append-refused" };

fn weight(case: &Case) -> Micros {
    let starved = case.sighting.kind == StallKind::Starved;
    if starved && refusals(case).next().is_some() {
        case.part_unhindered(ASKING) + case.part_unhindered(HANDING_ON)
    } else {
        Micros::ZERO
    }
}

fn refusals<'c>(case: &'c Case) -> impl Iterator<Item = u32> + 'c {
    let (from, to) = case.drain();
    let full = case.machine.conditions.full.iter();
    let of_stall = full.filter(move |noted| from <= noted.at && noted.at <= to && case.has_track(noted.what));
    of_stall.map(|noted| noted.fact)
}

fn findings(case: &Case) -> Vec<Finding> {
    let facts: Vec<u32> = refusals(case).collect();
    let count = ("count", Value::Count(facts.len() as u64));
    vec![finding("append-refused", facts, [count])]
}
