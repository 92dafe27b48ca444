//! The data had arrived and the page was late to hand it to the browser, or the browser to take it in.
//!
//! # What shows it
//! The time from the last byte to `appendBuffer` and from there to `updateend`, beyond what this session usually takes.
//!
//! # When Whystall does not say so
//! For the part of it in which the main thread was busy or the tab in the background, and when the buffer was full.
//!
//! # Where it can sit
//! Device or player: players rework data in workers of their own, which a busy device slows down unseen.

use super::{Case, Cause, finding};
use crate::time::Micros;
use crate::verdict::{Finding, Stage, Value, Zone};

const STAGES: &[Stage] = &[Stage::Process, Stage::Append];

pub const CAUSE: Cause = Cause {
    id: "append-late",
    weight: |case: &Case| -> Micros { case.part_unhindered(STAGES) },
    zones: |_| &[Zone::Device, Zone::Player],
    findings,
    lead: "appended-late",
};

fn findings(case: &Case) -> Vec<Finding> {
    let Some(blocking) = case.longest(STAGES) else {
        return Vec::new();
    };
    let facts =
        blocking.fetch.iter().flat_map(|fetch| &fetch.facts).chain(&blocking.appends).copied().collect();
    vec![finding("appended-late", facts, [("held", Value::Micros(case.spent(blocking, STAGES)))])]
}
