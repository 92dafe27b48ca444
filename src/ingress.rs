//! Redaction: from what the scripts report to what may be recorded.

use crate::event::Input;
use crate::wire::Fact;
use serde::{Deserialize, Serialize};

/// Turns [`Fact`]s into [`Input`]s. Its own state can be snapshotted (serde), and holds no URL either.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Ingress {}

impl Ingress {
    /// Adds to `inputs` what this fact amounts to: usually one input, none if it is malformed or of no use.
    pub fn take(&mut self, _fact: Fact, _inputs: &mut Vec<Input>) {}
}
