//! The player could have asked for the next media segment and did not.
//!
//! # What shows it
//! The time from where its request before was over, and its buffer below what it likes to keep, to the request.
//!
//! # When Whystall does not say so
//! For the part of it in which the main thread was busy or the tab in the background. Pausing at a full buffer is pacing.
//! While a request was under way that the player then gave up, it waited for that.
//!
//! # Where it can sit
//! Player, if its main thread was seen to be free all the while; else device or player.

use super::{Case, Cause, finding};
use crate::time::Micros;
use crate::verdict::{Finding, Stage, Value, Zone};

pub const CAUSE: Cause = Cause { id: "request-idle", weight, zones, findings, lead: "asked-late" };

fn weight(case: &Case) -> Micros {
    case.part_unhindered(&[Stage::Decide])
}

/// A busy device delays the player's code too. Whystall looks at the element from the same thread: as long as it comes
/// to that in time, the player could have asked.
fn zones(case: &Case) -> &'static [Zone] {
    if case.was_free(&[Stage::Decide]) { &[Zone::Player] } else { &[Zone::Device, Zone::Player] }
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
