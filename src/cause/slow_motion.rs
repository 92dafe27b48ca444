//! Playback moved, but at less than half its rate.

use super::{Case, Cause, finding};
use crate::time::Micros;
use crate::verdict::{StallKind, Zone};

pub const CAUSE: Cause = Cause {
    id: "slow-motion",
    weight: |case: &Case| {
        if case.sighting.kind == StallKind::SlowMotion { case.duration() } else { Micros::ZERO }
    },
    zones: |_| &[Zone::Device, Zone::Player],
    findings: |case| vec![finding("progress-slow", case.sighting.facts.clone(), [])],
    lead: "progress-slow",
};
