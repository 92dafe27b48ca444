//! Nothing was slower than it is here anyway, and that is not fast enough for what the player chose.
//!
//! A line too slow for this quality and a quality too high for this line are the same thing seen from two sides. Without
//! the network's better hours, or what other hosts reached meanwhile, nothing tells them apart (ATTRIBUTION §3.3): neither
//! the quality nor the path is blamed. Where one stage took most of the time, its cause says so and these findings with it.

use super::{Case, Cause, finding};
use crate::verdict::{Finding, Value, Zone};

pub const ZONES: &[Zone] =
    &[Zone::Player, Zone::Home, Zone::Access, Zone::Interconnect, Zone::Edge, Zone::Origin];

pub const CAUSE: Cause = Cause {
    id: "chronic-shortfall",
    weight: |case: &Case| case.chronic(),
    zones: |_| ZONES,
    findings,
    lead: "chronic-shortfall",
};

pub fn findings(case: &Case) -> Vec<Finding> {
    let facts = case.blocking.iter().filter_map(|blocking| blocking.fetch).flat_map(|fetch| &fetch.facts);
    let left = Value::Micros(case.chronic());
    vec![
        finding("chronic-shortfall", facts.copied().collect(), [("left", left)]),
        finding("no-better-times", Vec::new(), []),
    ]
}
