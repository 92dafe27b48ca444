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

/// A 1200×675 SVG of the verdict. `date` is the stall's local date and time as the caller words it; `fingerprint`
/// the bundle's hash.
pub fn svg(_stall: &Stall, _date: Option<&str>, _fingerprint: &str, _theme: Theme, _words: &Words) -> String {
    String::new()
}
