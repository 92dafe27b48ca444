//! The evidence bundle.

use crate::event::Input;
use crate::verdict::Report;
use serde::{Deserialize, Serialize};

/// The evidence of one stall: everything its verdict used, and the verdict.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Bundle {
    /// Version of this format.
    pub whystall: u32,
    /// The program that made it.
    pub build: String,
    /// The recorded inputs, in order.
    pub inputs: Vec<Input>,
    /// What [`crate::explain`] said of them.
    pub report: Report,
}
