//! Nothing that was observed accounts for the stall.
//!
//! # What shows it
//! No stage took longer than usual, and no condition is known that stops playback.
//!
//! # Where it can sit
//! Anywhere: nothing is ruled out.

use super::Cause;
use crate::time::Micros;
use crate::verdict::Zone;

pub const CAUSE: Cause = Cause {
    id: "undetermined",
    weight: |_| Micros::ZERO,
    zones: |_| &Zone::ALL,
    findings: |_| Vec::new(),
    lead: "",
};
