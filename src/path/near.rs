//! Answer times of the two references, under load against at rest (ATTRIBUTION §3.4, block *near*).
//!
//! # What it looks at
//! How long both took to answer while the late media was slow, and how long before the buffer drained.
//!
//! # What it says
//! Longer to both: a queue on what they share, which is the viewer's own connection. No longer to either: no queue there.
//!
//! # When it is silent
//! Where one of them was not measured both times, or they contradict each other: each has a way of its own, too. Where
//! bodies of both came slowly though nothing waits: what holds them back makes no queue, so that there is none says nothing.

use super::belief::{Row, ln};
use super::references;
use super::scene::Scene;
use super::series::{Series, Trend};
use super::{Told, finding};
use crate::verdict::Value;

/// ATTRIBUTION §3.4, like the other.
pub const UP: Row = [ln::R80, 0, ln::R15, ln::R10, ln::R10];
/// As named.
pub const FLAT: Row = [ln::R50, ln::R40, ln::R80, 0, 0];

pub fn test(scene: &Scene) -> Option<Told> {
    let both = references::series(scene)?;
    let (id, row) = match both.each_ref().map(Series::trend) {
        [Some(Trend::Up), Some(Trend::Up)] => ("near-up", UP),
        [Some(Trend::Flat), Some(Trend::Flat)] if !references::slow(scene) => ("near-flat", FLAT),
        _ => return None,
    };
    let took = both.iter().filter_map(Series::load).max()?;
    let usual = both.iter().filter_map(Series::rest).max()?;
    let values = [("took", Value::Micros(took)), ("usual", Value::Micros(usual))];
    let facts = both.into_iter().flat_map(|series| series.facts).collect();
    Some(Told { finding: finding(id, facts, values), row, observed: None, networks_assumed: false })
}
