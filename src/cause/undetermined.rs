//! Nothing that was observed accounts for the stall.

use super::{Case, Cause};
use crate::verdict::Zone;

pub const CAUSE: Cause = Cause {
    id: "undetermined",
    weight: |case: &Case| case.ledger.unexplained,
    zones: |_| &Zone::ALL,
    findings: |_| Vec::new(),
    lead: "",
};
