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

/// What is wrong with a bundle.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum BundleError {}

impl Bundle {
    /// A bundle of these inputs: explains them and records the answer.
    pub fn seal(build: &str, inputs: Vec<Input>) -> Bundle {
        let report = crate::explain(&inputs);
        Bundle { whystall: 1, build: build.to_owned(), inputs, report }
    }
    /// Its canonical bytes, hash included.
    pub fn to_bytes(&self) -> Vec<u8> {
        Vec::new()
    }
    /// Reads and checks form and hash of a bundle (not yet that a replay agrees, see [`Bundle::verify`]).
    pub fn parse(_bytes: &[u8]) -> Result<Bundle, BundleError> {
        todo!()
    }
    /// Replays the inputs and compares.
    pub fn verify(&self) -> Result<(), BundleError> {
        Ok(())
    }
    /// Lower-case hexadecimal SHA-256 over the canonical content.
    pub fn fingerprint(&self) -> String {
        String::new()
    }
}
