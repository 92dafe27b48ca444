//! The router's answer time, under load against at rest (ATTRIBUTION §3.4, block *gateway*).
//!
//! # What it looks at
//! How long the home's router took to answer while the late media was slow, and how long before the buffer drained. That it
//! refuses a connection is an answer too.
//!
//! # What it says
//! - It took longer, and that is at least half of how much longer the references took: the queue is in the home. What is
//!   behind the router cannot delay its answer.
//! - It took no longer while the references did: the queue is behind the router.
//! - It took no longer, and neither did they: nothing waits in the home; what only loses packets or holds them back may
//!   still be there.
//! - It lost packets, and so did the references: they are lost in the home.
//!
//! # When it is silent
//! Where nothing was measured at rest; where the references were not measured; where the router took longer and they did not,
//! or much more so: a router may be slow to answer itself.

use super::belief::{Row, ln};
use super::references;
use super::scene::Scene;
use super::series::{Series, Trend};
use super::{Observation, Told, finding};
use crate::event::Target;
use crate::verdict::Value;

/// ATTRIBUTION §3.4 has .12 for the access line. Where the router's rise is that large a part of the whole, what is behind
/// it has none left to explain [P].
pub const IN_HOME: Row = [0, ln::R03, ln::R05, ln::R05, ln::R05];
/// ATTRIBUTION §3.4.
pub const BEHIND: Row = [ln::R10, 0, ln::R50, ln::R10, ln::R10];
/// No queue in the home, whatever else may be [P].
pub const PROMPT: Row = [ln::R30, 0, 0, 0, 0];
/// ATTRIBUTION §3.4.
pub const LOSSY: Row = [0, ln::R12, ln::R10, ln::R10, ln::R10];

pub fn test(scene: &Scene) -> Option<Told> {
    let gateway = Series::to(scene, Target::Gateway)?;
    let beyond = references::series(scene)?;
    let up = beyond.iter().all(|series| series.trend() == Some(Trend::Up));
    let rise = beyond.iter().filter_map(Series::rise).min();
    let (id, row) = match gateway.trend() {
        _ if gateway.lossy() && beyond.iter().all(Series::lossy) => ("gateway-lossy", LOSSY),
        Some(Trend::Up) if up && gateway.rise()?.0.saturating_mul(2) >= rise?.0 => ("gateway-up", IN_HOME),
        Some(Trend::Flat) if up => ("gateway-flat-beyond-up", BEHIND),
        Some(Trend::Flat) => ("gateway-flat", PROMPT),
        _ => return None,
    };
    let (took, usual) = (gateway.load()?, gateway.rest()?);
    let values = [("took", Value::Micros(took)), ("usual", Value::Micros(usual))];
    let facts = gateway.facts.into_iter().chain(beyond.into_iter().flat_map(|series| series.facts)).collect();
    Some(Told {
        finding: finding(id, facts, values),
        row,
        observed: Some(Observation::Gateway),
        networks_assumed: false,
    })
}
