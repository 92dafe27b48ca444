//! The card: a picture of a verdict.

use crate::verdict::Stall;
use crate::wording::Words;

/// Whether dark on light or light on dark.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Theme {
    /// Dark on light.
    Light,
    /// Light on dark.
    Dark,
}

/// x
pub fn svg(_stall: &Stall, _date: Option<&str>, _fingerprint: &str, _theme: Theme, _words: &Words) -> String {
    String::new()
}
