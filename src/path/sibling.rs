//! A server beside the one that playback waited for, in the same network (ATTRIBUTION §3.4, block *other edge*).
//!
//! # What it looks at
//! How long it took to answer while the late media was slow and before the buffer drained, beside the late server's own; and
//! how fast it sent 64 KB.
//!
//! # What it says
//! - Answers of both took longer, those of the references did not: the queue is before both, in the networks in between; all
//!   the more if both took longer by the same at the same moments.
//! - The late server never answered, for seconds, and this one and the references did at once: it is that server. If this one did
//!   not answer either, and the references did: what is before both, or both of one site.
//! - Of both some were lost, and none of the references': what is before both loses packets, in the networks in between. Two
//!   servers seldom lose some at once.
//! - Only those of the late server took longer: the way there is free, so it is that server, or its own port.
//! - Neither did, and this one sent well (four times as fast as the late bodies, or answered promptly): the way there carries
//!   it, so it is the server, or what is behind it.
//! - Neither did, and this one sent as slowly: it is not that server.
//! - A queue that bodies of the references come through well (`carried.rs`) is none for this one either.
//! - A busy device's answer times tell neither. That a body came well where bodies were late it cannot feign.
//!
//! A server that nobody vouches for, whose address is next to the late one's, may be the same machine: that it is well clears the way
//! there all the same, that it is not says nothing.
//!
//! # When it is silent
//! Where either was not measured at rest or not under load; where an answer of one alone that else answered promptly was
//! lost: a way that loses packets lets others through, and then a body comes well by luck; where both wait in a queue that
//! is too short for what answers are late by; and where the references show one on what they share.

use super::belief::{Row, ln};
use super::carried;
use super::scene::{LateBy, Scene};
use super::series::{Series, Trend};
use super::{Observation, Told, finding, lossy, near, references};
use crate::event::Target;
use crate::verdict::Value;

/// How many times as fast is well [P].
const TIMES: u64 = 4;

/// A queue before both [P].
pub const QUEUE: Row = [ln::R30, ln::R30, 0, ln::R10, ln::R10];
/// Two servers that are slow by themselves are not slow by the same [P].
pub const SAME_QUEUE: Row = [ln::R30, ln::R30, 0, ln::R05, ln::R05];
/// As where both wait [P].
pub const LOSSY: Row = QUEUE;
/// What is before both lets this one through [P]. What the references say of the rest is the row of `same-edge-silent`.
pub const ANSWERED: Row = [ln::R30, ln::R30, ln::R05, 0, 0];
/// A whole site may be down [P].
pub const BOTH_SILENT: Row = [ln::R30, ln::R30, 0, ln::R15, ln::R15];
/// A queue, or slowness, of the one alone [P].
pub const ALONE: Row = [ln::R10, ln::R10, ln::R08, 0, ln::R30];
/// ATTRIBUTION §3.4 has .15 for home and access; the same network carried it well [P].
pub const FAST: Row = [ln::R15, ln::R15, ln::R10, 0, 0];
/// Two servers are seldom slow at once [P].
pub const SLOW: Row = [0, 0, 0, ln::R15, 0];

/// What clears the way to both, one machine or two.
const WELL: [&str; 3] = ["sibling-answered", "sibling-flat", "sibling-fast"];

/// A body came well where bodies were late, and nothing waited or was lost: a busy device's answer times may be anything, but
/// that it cannot feign.
pub fn sent_well(scene: &Scene) -> bool {
    let carries = carried::well(scene);
    let waits = |series: &Series| series.trend() == Some(Trend::Up) && !carries || series.lost_any();
    let calm = |target| Series::to(scene, target).is_some_and(|series| !waits(series));
    let beyond = [Target::ReferenceA, Target::ReferenceB, Target::Stalled, Target::Sibling];
    let came = scene.body(Target::Sibling, |body| scene.at_hand(body, TIMES)).and_then(|(_, came)| came);
    scene.late_by == Some(LateBy::Bodies) && beyond.into_iter().all(calm) && came == Some(true)
}

/// It and the references answered at once whenever the late server did not: the way to both is well.
pub fn answered(scene: &Scene) -> bool {
    let [Some(server), Some(beside)] =
        [Target::Stalled, Target::Sibling].map(|target| Series::to(scene, target))
    else {
        return false;
    };
    references::series(scene).is_some_and(|[first, second]| server.silent_beside(&[beside, first, second]))
}

/// It is known to be another machine.
pub fn is_another(scene: &Scene) -> bool {
    !scene.under_load(Target::Sibling).any(|measured| measured.found)
}

/// Answers of both took longer, and by the same.
pub fn as_late(scene: &Scene) -> bool {
    if !is_another(scene) {
        return false;
    }
    let both = [Target::Stalled, Target::Sibling].map(|target| Series::to(scene, target));
    matches!(both, [Some(server), Some(beside)] if beside.trend() == Some(Trend::Up) && server.rises_like(beside))
}

pub fn test(scene: &Scene) -> Option<Told> {
    let (server, beside) = (Series::to(scene, Target::Stalled)?, Series::to(scene, Target::Sibling)?);
    let (body, came) = scene.body(Target::Sibling, |body| scene.at_hand(body, TIMES)).unzip();
    let came = came.flatten();
    let both @ [first, second] = references::series(scene)?;
    let told = match (server.trend(), beside.trend()) {
        _ if answered(scene) => Some(("sibling-answered", ANSWERED)),
        _ if [server, beside].iter().all(|of| of.silent_beside(&[first, second])) => {
            Some(("sibling-silent", BOTH_SILENT))
        }
        _ if lossy::alike(scene) => Some(("sibling-lossy", LOSSY)),
        _ if !references::are_flat(both) && !near::less(scene, both) => None,
        // What is late by seconds is not in a queue of less.
        (Some(Trend::Up), Some(Trend::Up)) if !server.queues() => None,
        (Some(Trend::Up), Some(Trend::Up)) if server.rises_like(beside) => {
            Some(("sibling-up-as-much", SAME_QUEUE))
        }
        (Some(Trend::Up), Some(Trend::Up)) => Some(("sibling-up", QUEUE)),
        (Some(Trend::Up), Some(Trend::Flat)) => Some(("sibling-flat", ALONE)),
        (Some(Trend::Flat), Some(Trend::Flat)) => match came? {
            true => Some(("sibling-fast", FAST)),
            false => Some(("sibling-slow", SLOW)),
        },
        _ => None,
    };
    let (id, row) = told.or_else(|| sent_well(scene).then_some(("sibling-fast", FAST)))?;
    if !is_another(scene) && !WELL.contains(&id) {
        return None;
    }
    let host = scene.under_load(Target::Sibling).find_map(|measured| measured.host.clone())?;
    let times = [("took", beside.load()), ("usual", beside.rest())];
    let times = times.into_iter().filter_map(|(name, time)| Some((name, Value::Micros(time?))));
    let values = [("host", Value::Name(host))].into_iter().chain(times);
    let facts = server.facts.iter().chain(&beside.facts).copied();
    let facts = facts.chain(body.map(|measured| measured.fact)).collect();
    Some(Told {
        finding: finding(id, facts, values),
        row,
        observed: Some(Observation::OtherEdge),
        networks_assumed: false,
    })
}
