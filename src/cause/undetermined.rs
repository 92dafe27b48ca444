//! Nothing that was observed accounts for the stall.

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
