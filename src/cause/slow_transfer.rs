//! The server answered in time and the bytes came too slowly.
//!
//! # What shows it
//! The time from the first byte to the last, beyond what is usual on this host.
//!
//! # When Whystall does not say so
//! When another stage cost more.
//!
//! # Where it can sit
//! Anywhere from the home network to the origin, as long as nothing splits the path.

use super::{Case, Cause, PATH_AND_SERVER, chronic_shortfall, finding};
use crate::time::Micros;
use crate::verdict::{Finding, Stage, Value, Zone};

const STAGES: &[Stage] = &[Stage::Transfer];

pub const CAUSE: Cause = Cause { id: "slow-transfer", weight, zones, findings, lead: "body-slow" };

pub fn weight(case: &Case) -> Micros {
    case.share(STAGES) + case.slow_all_along(STAGES)
}

/// Bytes that are slow all along may also be too many: then the player that chose the quality stays possible.
fn zones(case: &Case) -> &'static [Zone] {
    if all_along(case) { chronic_shortfall::ZONES } else { PATH_AND_SERVER }
}

fn all_along(case: &Case) -> bool {
    case.slow_all_along(STAGES) > case.share(STAGES)
}

fn findings(case: &Case) -> Vec<Finding> {
    let Some(blocking) = case.longest(STAGES) else {
        return Vec::new();
    };
    let Some(fetch) = blocking.fetch else {
        return Vec::new();
    };
    let took = ("took", Value::Micros(case.spent(blocking, STAGES)));
    let transferred = match (fetch.network_end, fetch.received) {
        (Some(_), _) => fetch.size,
        (None, received) => received.map(|(_, bytes)| bytes),
    };
    let transferred = transferred.map(|bytes| ("transferred", Value::Bytes(bytes)));
    let mut findings = vec![finding("body-slow", fetch.facts.clone(), [took].into_iter().chain(transferred))];
    if all_along(case) {
        findings.extend(chronic_shortfall::findings(case));
    }
    findings
}
