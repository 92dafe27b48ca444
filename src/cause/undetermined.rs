//! Nothing that was observed accounts for the stall.
//!
//! # What shows it
//! No stage took longer than usual, and no condition is known that stops playback.
//!
//! # Where it can sit
//! Anywhere: nothing is ruled out.

use super::{Case, Cause};
use crate::verdict::Zone;

pub const CAUSE: Cause = Cause {
    id: "undetermined",
    weight: |case: &Case| case.ledger.unexplained,
    zones: |_| &Zone::ALL,
    findings: |_| Vec::new(),
    lead: "",
};
