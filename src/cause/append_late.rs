//! The data had arrived and the page was late to hand it to the browser.

use super::{Case, Cause, finding};
use crate::time::Micros;
use crate::verdict::{Finding, Stage, Value, Zone};

const STAGES: &[Stage] = &[Stage::Process, Stage::Append];

pub const CAUSE: Cause = Cause {
    id: "append-late",
    weight: |case: &Case| -> Micros { case.excess_unhindered(STAGES) },
    // As for `request-idle`.
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
