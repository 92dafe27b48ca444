//! The data had arrived and the page was late to hand it to the browser, or the browser to take it in.
//!
//! # What shows it
//! The time from the last byte to `appendBuffer` and from there to `updateend`, beyond what this session usually takes.
//!
//! # When Whystall does not say so
//! For the part of it in which the main thread was busy or the tab in the background, and when the buffer was full.
//!
//! # Where it can sit
//! Player, if the time went by before `appendBuffer` while the main thread was seen to be free: a device that is too busy for
//! the player's workers is too busy for that, too. Device, if the browser took so long to take it in. Else either.

use super::{Case, Cause, NEGLIGIBLE_PERCENT, finding};
use crate::time::Micros;
use crate::verdict::{Finding, Stage, Value, Zone};

const STAGES: &[Stage] = &[Stage::Process, Stage::Append];

pub const CAUSE: Cause = Cause {
    id: "append-late",
    weight: |case: &Case| -> Micros { case.part_unhindered(STAGES) },
    zones,
    findings,
    lead: "appended-late",
};

fn zones(case: &Case) -> &'static [Zone] {
    let next_to_nothing = |stage| {
        case.share(&[stage]).0.saturating_mul(100) <= case.share(STAGES).0.saturating_mul(NEGLIGIBLE_PERCENT)
    };
    match (next_to_nothing(Stage::Process), next_to_nothing(Stage::Append)) {
        (false, true) if case.was_free(&[Stage::Process]) => &[Zone::Player],
        (true, false) => &[Zone::Device],
        _ => &[Zone::Device, Zone::Player],
    }
}

fn findings(case: &Case) -> Vec<Finding> {
    let Some(blocking) = case.longest(STAGES) else {
        return Vec::new();
    };
    let facts =
        blocking.fetch.iter().flat_map(|fetch| &fetch.facts).chain(&blocking.appends).copied().collect();
    vec![finding("appended-late", facts, [("held", Value::Micros(case.spent(blocking, STAGES)))])]
}
