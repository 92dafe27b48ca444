//! The player could have asked and did not.

use super::{Case, Cause, finding};
use crate::time::Micros;
use crate::verdict::{Finding, Stage, Value, Zone};

pub const CAUSE: Cause = Cause {
    id: "request-idle",
    weight,
    // A busy device delays the player's code too; only a look at the main thread tells them apart.
    zones: |_| &[Zone::Device, Zone::Player],
    findings,
    lead: "asked-late",
};

fn weight(case: &Case) -> Micros {
    case.share(&[Stage::Decide])
}

fn findings(case: &Case) -> Vec<Finding> {
    let Some(blocking) = case.longest(&[Stage::Decide]) else {
        return Vec::new();
    };
    let facts = blocking.fetch.map(|fetch| fetch.facts.clone()).unwrap_or_default();
    vec![finding("asked-late", facts, [("idle", Value::Micros(case.spent(blocking, &[Stage::Decide])))])]
}

/// What the player could have done about it, whatever else was wrong: the same stall without its idle time.
pub fn asked_sooner(case: &Case) -> Option<Finding> {
    let avoided = case.avoided(Stage::Decide);
    let blocking = case.longest(&[Stage::Decide]).filter(|_| !case.negligible(avoided))?;
    let facts = blocking.fetch.map(|fetch| fetch.facts.clone()).unwrap_or_default();
    Some(finding("asked-sooner", facts, [("avoided", Value::Micros(avoided))]))
}
