//! Playback moves, but at less than half its rate.
//!
//! # What shows it
//! `currentTime` moved by less than half of what its rate asks for over two seconds, looked at often enough to know.
//!
//! # When Whystall does not say so
//! When dropped frames, a busy main thread or a background tab say more.
//!
//! # Where it can sit
//! Device or player. If the buffer was all but empty, anywhere: data that trickles in makes playback crawl too.

use super::{Case, Cause, finding};
use crate::time::Micros;
use crate::verdict::{StallKind, Zone};

pub const CAUSE: Cause = Cause {
    id: "slow-motion",
    weight: |case: &Case| {
        if case.sighting.kind == StallKind::SlowMotion { case.duration() } else { Micros::ZERO }
    },
    zones: |case| if case.had_data() { &[Zone::Device, Zone::Player] } else { &Zone::ALL },
    findings: |case| vec![finding("progress-slow", case.sighting.facts.clone(), [])],
    lead: "progress-slow",
};
