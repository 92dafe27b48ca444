//! The player chose a quality that needs more than what had been coming, and a lower one would have avoided at least half
//! of the stall.

use super::{Case, Cause, finding, slow_transfer};
use crate::ledger::Overreach;
use crate::time::Micros;
use crate::verdict::{Finding, Value, Zone};

pub const CAUSE: Cause = Cause {
    id: "abr-overreach",
    // In place of the slow transfer that it explains.
    weight: |case: &Case| {
        largest(case).map_or(Micros::ZERO, |found| found.avoided.max(slow_transfer::weight(case)))
    },
    // Without history it can't be told whether the path is as it always is or worse (ATTRIBUTION §3.3, chronic).
    zones: |_| &[Zone::Player, Zone::Home, Zone::Access, Zone::Interconnect, Zone::Edge],
    findings,
    lead: "rate-too-high",
};

fn findings(case: &Case) -> Vec<Finding> {
    let Some(found) = largest(case) else {
        return Vec::new();
    };
    let rates = [("needed", Value::Bitrate(found.needed)), ("expected", Value::Bitrate(found.expected))];
    let avoided = [("enough", Value::Bitrate(found.enough)), ("avoided", Value::Micros(found.avoided))];
    vec![
        finding("rate-too-high", found.facts.clone(), rates),
        finding("lower-was-offered", found.facts, avoided),
    ]
}

fn largest(case: &Case) -> Option<Overreach> {
    let of = |blocking| case.books.overreach(case.sighting, blocking);
    case.blocking.iter().filter_map(of).max_by_key(|found| found.avoided)
}
