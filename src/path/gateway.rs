//! The router's answer time, under load against at rest (ATTRIBUTION §3.4, block *gateway*).
//!
//! # What it looks at
//! How long the home's router took to answer while the late media was slow, and how long before the buffer drained. That it
//! refuses a connection is an answer too.
//!
//! # What it says
//! - It took longer, and that is at least half of how much longer the references took, or of two answers asked for at once one
//!   took longer by as much, time and again: the queue is in the home. What is behind the router cannot delay its answer.
//! - It took no longer while the references did, or by less than a quarter of how much longer they took, or of what theirs vary by
//!   together (`near.rs`): the queue is behind the router.
//! - It took no longer, and neither did they: nothing waits in the home; what only loses packets or holds them back may
//!   still be there.
//! - It answered as ever while neither reference answered at all, nor the late server, nor one beside it if that was asked: what
//!   is beyond the router is dead, to everybody. References alone may be so themselves.
//! - At a moment when nothing of the late media came, it did not answer, and neither did anybody beyond it: the way to it let nothing
//!   through.
//! - Its answers were lost at least half as often as the references', or came so late that something was sent again: what is
//!   lost is lost in the home.
//!
//! # When it is silent
//! Where nothing was measured at rest; where the references were not measured; of a queue that is too short for what
//! answers are late by; where the router took longer and they did not: a router may be slow to answer itself; where it took
//! longer by between a quarter and half of theirs; and of a queue behind it where it lost an answer itself: then what the
//! references took longer may be what was lost on the way to it.

use super::belief::{Row, ln};
use super::scene::Scene;
use super::series::{Series, Trend};
use super::{Observation, Told, finding};
use super::{near, references};
use crate::event::Target;
use crate::time::Micros;
use crate::verdict::Value;

/// ATTRIBUTION §3.4 has .12 for the access line. Where the router's rise is that large a part of the whole, what is behind
/// it has none left to explain [P].
pub const IN_HOME: Row = [0, ln::R03, ln::R05, ln::R05, ln::R05];
/// ATTRIBUTION §3.4 has .1 for the home, which is for its Wi-Fi: another download there fills this queue, too [P].
pub const BEHIND: Row = [ln::R30, 0, ln::R50, ln::R10, ln::R10];
/// No queue in the home, whatever else may be [P].
pub const PROMPT: Row = [ln::R30, 0, 0, 0, 0];
/// Neither of two ways that share nothing else let anything through [P].
pub const CUT: Row = [ln::R10, 0, ln::R05, ln::R02, ln::R02];
/// ATTRIBUTION §3.4 has .12 : .1, which can never leave the home alone. Where the router's are lost as well, what is behind it
/// has no loss left to explain [P].
pub const LOSSY: Row = IN_HOME;

/// Nothing came as far as the router [P].
pub const SILENT: Row = IN_HOME;

/// A rise that is a smaller part of the references' than one of so many is a busy device's, which times refusals itself [P].
pub const PART: i64 = 4;

/// The id under which a queue behind the router is told.
pub const QUEUE_BEHIND: &str = "gateway-flat-beyond-up";

/// The id under which it is told that nothing behind the router answers.
pub const CUT_BEHIND: &str = "gateway-flat-beyond-silent";

/// A check found a queue behind the router.
pub fn queue_behind(scene: &Scene) -> bool {
    test(scene).is_some_and(|told| told.finding.id == QUEUE_BEHIND)
}

pub fn test(scene: &Scene) -> Option<Told> {
    let gateway = Series::to(scene, Target::Gateway)?;
    let beyond = references::series(scene)?;
    let up = near::up(scene, beyond);
    let rise = beyond.into_iter().filter_map(Series::rise).min();
    let small = |rise: Micros| gateway.rise().is_some_and(|own| own.0.saturating_mul(PART) <= rise.0);
    let as_often = |of: &Series| gateway.loses_half_of(of);
    let (id, row) = match gateway.trend() {
        _ if cut(scene, gateway, beyond) => (CUT_BEHIND, CUT),
        Some(Trend::Up) if up && gateway.rise()?.0.saturating_mul(2) >= rise?.0 => ("gateway-up", IN_HOME),
        _ if up && beyond.into_iter().all(|of| gateway.slowest_rise_like(of)) => ("gateway-up", IN_HOME),
        _ if silent(scene, gateway, beyond) => return Some(told("gateway-silent", SILENT, gateway)),
        _ if gateway.lossy() && near::loses(scene, beyond) && beyond.into_iter().all(as_often) => {
            return Some(told("gateway-lossy", LOSSY, gateway));
        }
        _ if near::sway(scene, beyond).is_some() => (QUEUE_BEHIND, BEHIND),
        _ if up && gateway.is_known() && !gateway.lost_one() && rise.is_some_and(small) => {
            (QUEUE_BEHIND, BEHIND)
        }
        Some(Trend::Flat) => ("gateway-flat", PROMPT),
        _ => return None,
    };
    let (took, usual) = (gateway.load()?, gateway.rest()?);
    let values = [("took", Value::Micros(took)), ("usual", Value::Micros(usual))];
    let seen = [gateway].into_iter().chain(beyond);
    let facts = seen.flat_map(|series| series.facts.clone()).collect();
    Some(Told {
        finding: finding(id, facts, values),
        row,
        observed: Some(Observation::Gateway),
        networks_assumed: false,
    })
}

fn told(id: &str, row: Row, gateway: &Series) -> Told {
    let values = (id == "gateway-lossy").then(|| Series::losses(&[gateway]));
    Told {
        finding: finding(id, gateway.facts.clone(), values.into_iter().flatten()),
        row,
        observed: Some(Observation::Gateway),
        networks_assumed: false,
    }
}

/// Nothing got through to anybody, and not to the router either, which is known to answer.
fn silent(scene: &Scene, gateway: &Series, beyond: [&Series; 2]) -> bool {
    gateway.is_known() && near::silent(scene, beyond).into_iter().any(|at| gateway.is_silent_at(at))
}

/// While the references answered nothing nobody else beyond the router did.
fn cut(scene: &Scene, gateway: &Series, references: [&Series; 2]) -> bool {
    let silent = |series: &Series| series.silent_beside(&[gateway]);
    let with_them = |series: &Series| {
        let moments = || references.into_iter().flat_map(Series::unanswered);
        silent(series) && moments().all(|at| !series.answered_at(at))
    };
    references.into_iter().all(silent)
        && Series::to(scene, Target::Stalled)
            .is_some_and(|server| server.reset().is_none_or(|count| count == 0) && with_them(server))
        && Series::to(scene, Target::Sibling).is_none_or(with_them)
}
