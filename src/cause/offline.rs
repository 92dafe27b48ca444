//! The browser had no connection at all: Wi-Fi off or out of reach, a cable out, the router or the line down.
//!
//! # What shows it
//! The browser said so (`offline`) while media segments were to be asked for or on their way. If that was at least half
//! of their time, what failed and was tried again afterwards counts too.
//!
//! # When Whystall does not say so
//! When enough was buffered to play on, and when the browser noticed nothing: a line that is dead behind the router looks
//! like a server that does not answer.
//!
//! # Where it can sit
//! Home network or access line. From here they can't be told apart, so never the provider alone.

use super::{Case, Cause, finding};
use crate::time::Micros;
use crate::verdict::{Finding, Stage, Value, Zone};

/// All that has to wait for a connection. Players that notice stop asking.
fn stages() -> impl Iterator<Item = Stage> {
    Stage::ALL.into_iter().filter(|stage| *stage <= Stage::Transfer)
}

pub const CAUSE: Cause =
    Cause { id: "offline", weight, zones: |_| &[Zone::Home, Zone::Access], findings, lead: "was-offline" };

fn weight(case: &Case) -> Micros {
    let offline = &case.machine.conditions.offline;
    // Each stage by itself: that the answer is quick once there is a connection makes up for nothing.
    let during = stages().map(|stage| case.part_during(&[stage], offline)).sum::<Micros>();
    let all = stages().map(|stage| case.share(&[stage])).sum::<Micros>();
    if during > Micros::ZERO && during.0.saturating_mul(2) >= all.0 { all } else { during }
}

fn findings(case: &Case) -> Vec<Finding> {
    let covered = case.machine.conditions.offline.cover(&[case.drain()]);
    vec![finding("was-offline", covered.facts, [("offline", Value::Micros(covered.time))])]
}
