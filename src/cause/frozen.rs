//! There was enough to play, and playback stood still.
//!
//! # What shows it
//! `currentTime` did not move, although `buffered` had more than 0.3 s ahead of it and nobody had paused.
//!
//! # When Whystall does not say so
//! When something more is known: a missing key, a busy main thread, a background tab, dropped frames, a page that keeps
//! seeking.
//!
//! # Where it can sit
//! Device, player, or origin (a licence whose lack the browser did not tell of). The path is ruled out: nothing on the way
//! of the data can hold data that is there.

use super::{Case, Cause, finding};
use crate::time::Micros;
use crate::verdict::{StallKind, Value, Zone};

pub const CAUSE: Cause = Cause {
    id: "frozen",
    weight: |case: &Case| {
        if case.sighting.kind == StallKind::Frozen { case.duration() } else { Micros::ZERO }
    },
    // Licences come from behind the edge; nothing on the path of the data can hold data that is there.
    zones: |_| &[Zone::Device, Zone::Player, Zone::Origin],
    findings: |case| {
        let lead = Value::Micros(case.sighting.lead);
        vec![finding("data-was-there", case.sighting.facts.clone(), [("lead", lead)])]
    },
    lead: "data-was-there",
};
