//! The main thread of the page had something else to do: the page's own scripts, or a device that has too little time
//! for them. Meanwhile nothing is asked for, nothing that arrived is handed on, and some browsers show no frame.
//!
//! # What shows it
//! Long tasks, and a timer of Whystall's that runs on the same thread and came at least 100 ms late, while the player
//! was to ask, to hand on or to show something, or for at least half of the time for which playback stood still.
//!
//! # When Whystall does not say so
//! When the main thread was busy while playback waited for the network: the wait would have been as long without it.
//!
//! # Where it can sit
//! Device: it did not get done in time what the page asked of it (ATTRIBUTION §3.2). Whether it has too little time or the page
//! asks too much of it looks the same from here, and the words say so.

use super::own_side::OWN;
use super::{Case, Cause, finding};
use crate::conditions::Covered;
use crate::time::Micros;
use crate::verdict::{Finding, Value, Zone};

pub const CAUSE: Cause =
    Cause { id: "cpu-busy", weight, zones: |_| &[Zone::Device], findings, lead: "main-thread-busy" };

fn weight(case: &Case) -> Micros {
    let busy = &case.machine.conditions.busy;
    if case.had_data() { case.if_mostly(busy) } else { case.own_part_during(busy) }
}

fn findings(case: &Case) -> Vec<Finding> {
    let busy = &case.machine.conditions.busy;
    let Covered { time, facts } =
        if case.had_data() { busy.cover(&[case.stall()]) } else { case.covered(OWN, busy) };
    vec![finding("main-thread-busy", facts, [("busy", Value::Micros(time))])]
}
