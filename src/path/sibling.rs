//! A server beside the one that playback waited for, in the same network (ATTRIBUTION §3.4, block *other edge*).
//!
//! # What it looks at
//! How long it took to answer while the late media was slow and before the buffer drained, beside the late server's own; and
//! how fast it sent 64 KB.
//!
//! # What it says
//! - Answers of both took longer, those of the references did not: the queue is before both, in the networks in between.
//! - Only those of the late server did: the way there is free, so it is that server, or its own port.
//! - Neither did, and this one sent well (four times as fast as the late bodies, or answered promptly): the way there carries
//!   it, so it is the server, or what is behind it.
//! - Neither did, and this one sent as slowly: it is not that server.
//!
//! # When it is silent
//! Where either was not measured at rest or not under load, and where the references show a queue on what they share.

use super::belief::{Row, ln};
use super::references;
use super::scene::Scene;
use super::series::{Series, Trend};
use super::{Observation, Told, finding};
use crate::event::Target;
use crate::verdict::Value;

/// How many times as fast is well [P].
const TIMES: u64 = 4;

/// A queue before both [P].
pub const QUEUE: Row = [ln::R30, ln::R30, 0, ln::R10, ln::R10];
/// A queue, or slowness, of the one alone [P].
pub const ALONE: Row = [ln::R10, ln::R10, ln::R08, 0, ln::R30];
/// ATTRIBUTION §3.4 has .15 for home and access; the same network carried it well [P].
pub const FAST: Row = [ln::R15, ln::R15, ln::R10, 0, 0];
/// Two servers are seldom slow at once [P].
pub const SLOW: Row = [0, 0, 0, ln::R15, 0];

pub fn test(scene: &Scene) -> Option<Told> {
    references::flat(scene)?;
    let (server, beside) = (Series::to(scene, Target::Stalled)?, Series::to(scene, Target::Sibling)?);
    let body = scene.under_load(Target::Sibling).find(|measured| measured.body.is_some());
    let (id, row) = match (server.trend()?, beside.trend()?) {
        (Trend::Up, Trend::Up) => ("sibling-up", QUEUE),
        (Trend::Up, Trend::Flat) => ("sibling-flat", ALONE),
        (Trend::Flat, Trend::Flat) => match body.and_then(|measured| scene.at_hand(measured, TIMES))? {
            true => ("sibling-fast", FAST),
            false => ("sibling-slow", SLOW),
        },
        _ => return None,
    };
    let host = scene.under_load(Target::Sibling).find_map(|measured| measured.host.clone())?;
    let values = [
        ("host", Value::Name(host)),
        ("took", Value::Micros(beside.load()?)),
        ("usual", Value::Micros(beside.rest()?)),
    ];
    let facts =
        server.facts.into_iter().chain(beside.facts).chain(body.map(|measured| measured.fact)).collect();
    Some(Told {
        finding: finding(id, facts, values),
        row,
        observed: Some(Observation::OtherEdge),
        networks_assumed: false,
    })
}
