//! The tab was in the background, where browsers let timers run once a second or once a minute, stop showing frames,
//! and stop some pages altogether.
//!
//! # What shows it
//! The page was hidden (`visibilitychange`) or frozen (`freeze`) while the player was to ask or to hand on something, or
//! for at least half of the time for which playback stood still.
//!
//! # When Whystall does not say so
//! When the tab was hidden while playback waited for the network, and when the main thread was busy with something else.
//!
//! # Where it can sit
//! Device (the browser's throttling is part of it). As long as the tab is not frozen also the player: pages can see that
//! they are hidden, and some stop by themselves.

use super::own_side::OWN;
use super::{Case, Cause, finding};
use crate::conditions::Covered;
use crate::time::Micros;
use crate::verdict::{Finding, Value, Zone};

pub const CAUSE: Cause = Cause { id: "tab-throttled", weight, zones, findings, lead: "tab-hidden" };

fn weight(case: &Case) -> Micros {
    let conditions = &case.machine.conditions;
    if case.had_data() {
        return case.if_mostly(&conditions.hidden);
    }
    let busy = case.own_part_during(&conditions.busy);
    (case.own_part_during(&conditions.hidden) - busy).at_least_zero()
}

fn zones(case: &Case) -> &'static [Zone] {
    let frozen = case.if_mostly(&case.machine.conditions.frozen);
    if frozen > Micros::ZERO { &[Zone::Device] } else { &[Zone::Device, Zone::Player] }
}

fn findings(case: &Case) -> Vec<Finding> {
    let hidden = &case.machine.conditions.hidden;
    let Covered { time, facts } =
        if case.had_data() { hidden.cover(&[case.stall()]) } else { case.covered(OWN, hidden) };
    vec![finding("tab-hidden", facts, [("hidden", Value::Micros(time))])]
}
