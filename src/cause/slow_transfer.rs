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

use super::{Case, Cause, PATH_AND_SERVER, finding};
use crate::time::Micros;
use crate::verdict::{Finding, Stage, Value};

pub const CAUSE: Cause =
    Cause { id: "slow-transfer", weight, zones: |_| PATH_AND_SERVER, findings, lead: "body-slow" };

fn weight(case: &Case) -> Micros {
    case.excess(&[Stage::Transfer])
}

fn findings(case: &Case) -> Vec<Finding> {
    let Some(blocking) = case.longest(&[Stage::Transfer]) else {
        return Vec::new();
    };
    let Some(fetch) = blocking.fetch else {
        return Vec::new();
    };
    let took = ("took", Value::Micros(case.spent(blocking, &[Stage::Transfer])));
    let transferred = match (fetch.network_end, fetch.received) {
        (Some(_), _) => fetch.size,
        (None, received) => received.map(|(_, bytes)| bytes),
    };
    let transferred = transferred.map(|bytes| ("transferred", Value::Bytes(bytes)));
    vec![finding("body-slow", fetch.facts.clone(), [took].into_iter().chain(transferred))]
}
