//! Data was there and playback stood still: decoder, device, browser, a licence, or the page itself.

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
