//! Answer times of the two references, under load against at rest (ATTRIBUTION §3.4, block *near*).
//!
//! # What it looks at
//! How long both took to answer while the late media was slow, and how long before the buffer drained.
//!
//! # What it says
//! Longer to both: a queue on what they share, which is the viewer's own connection. If the late server's answers took longer by
//! no more than twice as much, that queue explains them, and what is beyond has none left to explain. No longer to either: no
//! queue there. Longer by less than a quarter of what the late server's took longer: what they share may be used by others, but
//! the late server's answers wait beyond it. Longer, while bodies came through that queue well (`carried.rs`): others use it, and
//! it is none for the late media.
//! Where nothing was measured at rest, as where a queue was there from the first byte: from moment to moment theirs and the late
//! server's became longer and shorter by the same, and the router's did not: what they share is a queue, and it explains what
//! the late server's vary by.
//! At a moment when nothing of the late media came, none of several answers of both came, nor of the late server's and of one beside
//! it: nothing got through what they share.
//! At two moments or more some of all answers beyond the router came at once and some never, or so late that something was sent
//! again, those of both references about as often as the late server's: what they share loses packets.
//!
//! # When it is silent
//! Of a queue that is too short for what answers are late by (`Scene::least_queue`), or that others fill while bodies are slow for
//! another reason (`carried.rs`). At one moment alone, where the router took about as much longer: a busy device does. Where one of them was not measured
//! both times, or they contradict each other: each has a way of its own, too. Where bodies of both came slowly though
//! nothing waits: what holds them back makes no queue, so that there is none says nothing. Where bodies of both came well
//! though packets are lost: loss that they live with is not what holds up the late media.

use super::belief::{Row, ln};
use super::carried;
use super::gateway::PART;
use super::references;
use super::scene::Scene;
use super::series::{Series, Trend};
use super::{Observation, Told, finding, lasting};
use crate::event::Target;
use crate::time::{Micros, Wall};
use crate::verdict::Value;

/// ATTRIBUTION §3.4, like the other.
pub const UP: Row = [ln::R80, 0, ln::R15, ln::R10, ln::R10];
/// The queue that the late server's answers met is as long: nothing beyond is needed to explain them [P].
pub const SAME: Row = [ln::R80, 0, ln::R05, ln::R03, ln::R03];
/// Packets are lost where the references' are, too, and no more of others: nothing beyond is needed to explain it [P].
pub const LOSSY: Row = SAME;
/// Nothing got through there, so that nothing beyond is needed to explain it [P].
pub const SILENT: Row = SAME;
/// What they share explains what the late server's answers vary by: nothing beyond is needed [P].
pub const SWAYS: Row = SAME;
/// By so much at least: the router's tell a busy device from a queue, and no better than that [P].
const SWAY: Micros = Micros::from_millis(40);
/// As named.
pub const FLAT: Row = [ln::R50, ln::R40, ln::R80, 0, 0];

pub fn test(scene: &Scene) -> Option<Told> {
    let both = references::series(scene)?;
    if !silent(scene, both).is_empty() {
        return Some(told("near-silent", SILENT, both, []));
    }
    let (id, row) = match both.map(Series::trend) {
        _ if less(scene, both) => ("near-up-less", FLAT),
        [Some(Trend::Up), Some(Trend::Up)] if carried::well(scene) => ("near-up-carries", FLAT),
        _ if up(scene, both) && explains(scene, both) => ("near-up-as-much", SAME),
        _ if up(scene, both) => ("near-up", UP),
        [Some(Trend::Flat), Some(Trend::Flat)] if !references::slow(scene) => ("near-flat", FLAT),
        _ => return sways(scene, both).or_else(|| lossy(scene, both)),
    };
    let took = both.into_iter().filter_map(Series::load).max()?;
    let usual = both.into_iter().filter_map(Series::rest).max()?;
    let values = [("took", Value::Micros(took)), ("usual", Value::Micros(usual))];
    let facts = both.into_iter().flat_map(|series| series.facts.clone()).collect();
    // Where the late server's answers waited in a queue, the references' say that it is on no way of theirs.
    let elsewhere = row == FLAT && id != "near-up-carries" && server(scene).is_some();
    let observed = elsewhere.then_some(Observation::References);
    Some(Told { finding: finding(id, facts, values), row, observed, networks_assumed: false })
}

fn sways(scene: &Scene, both: [&Series; 2]) -> Option<Told> {
    let sway = sway(scene, both)?;
    Some(told("near-sways", SWAYS, both, [("sway", Value::Micros(sway))]))
}

fn lossy(scene: &Scene, both: [&Series; 2]) -> Option<Told> {
    loses(scene, both).then(|| told("near-lossy", LOSSY, both, Series::losses(&both)))
}

/// What the references share loses packets: one and not the next, the late server's as well, and theirs about as often. Not
/// where bodies of theirs came well: what loses so few does not hold up anyone.
pub fn loses(scene: &Scene, both: [&Series; 2]) -> bool {
    let Some(server) = Series::to(scene, Target::Stalled) else { return false };
    let beside = Series::to(scene, Target::Sibling);
    let alike = |of: &Series| of.lossy() && of.loses_half_of(server) && server.loses_half_of(of);
    let all: Vec<&Series> = both.into_iter().chain([server]).chain(beside).collect();
    both.into_iter().all(alike) && Series::apart(&all) >= 2 && !references::well(scene)
}

/// By how much everybody's answers beyond the router became longer and shorter together, if the router's did not. What was measured
/// at rest says more.
pub fn sway(scene: &Scene, both: [&Series; 2]) -> Option<Micros> {
    let gateway = Series::to(scene, Target::Gateway).filter(|gateway| !gateway.lost_one())?;
    let server = Series::to(scene, Target::Stalled)?;
    let all: Vec<&Series> =
        both.into_iter().chain([server]).chain(Series::to(scene, Target::Sibling)).collect();
    let sway = Series::sway(&all).filter(|sway| *sway >= SWAY && server.explains(*sway))?;
    if !all.iter().all(|series| series.is_rough()) {
        return None;
    }
    let own = Series::sway(&[gateway])?;
    (own.0.saturating_mul(PART) <= sway.0).then_some(sway)
}

/// When nothing got through, and nothing of the late media came. They are known to answer: else something holds all questions back.
pub fn silent(scene: &Scene, [first, second]: [&Series; 2]) -> Vec<Wall> {
    let Some(server) = Series::to(scene, Target::Stalled) else { return Vec::new() };
    let beside = Series::to(scene, Target::Sibling);
    let others: Vec<&Series> = [second, server].into_iter().chain(beside).collect();
    if !(first.is_known() && others.iter().all(|series| series.is_known())) {
        return Vec::new();
    }
    first.silent_with(&others).filter(|at| lasting::stands(scene, *at)).collect()
}

fn told<const N: usize>(id: &str, row: Row, both: [&Series; 2], values: [(&'static str, Value); N]) -> Told {
    let facts = both.into_iter().flat_map(|series| series.facts.clone()).collect();
    let observed = Some(Observation::References);
    Told { finding: finding(id, facts, values), row, observed, networks_assumed: false }
}

/// What both share is a queue, and not only one that others fill a little.
pub fn up(scene: &Scene, both: [&Series; 2]) -> bool {
    both.into_iter().all(Series::queues) && !less(scene, both) && !busy(scene, both)
}

/// At the one moment that was looked at the router took nearly as much longer: a busy device holds up everybody's answers.
fn busy(scene: &Scene, both: [&Series; 2]) -> bool {
    let rise = both.into_iter().filter_map(Series::rise).min();
    let own = Series::to(scene, Target::Gateway).filter(|gateway| gateway.may_be_busy());
    own.and_then(Series::rise).zip(rise).is_some_and(|(own, rise)| own.0.saturating_mul(2) >= rise.0)
}

/// The late server's answers wait in a queue, and theirs took longer by less than a quarter of that, though not as little as at rest:
/// whatever fills what they share, that is not where the late server's wait.
pub fn less(scene: &Scene, both: [&Series; 2]) -> bool {
    let Some(server) = Series::to(scene, Target::Stalled).filter(|server| server.queues()) else {
        return false;
    };
    let whole = server.rise().unwrap_or_default();
    let small = |of: &Series| of.rise().is_some_and(|rise| rise.0.saturating_mul(PART) <= whole.0);
    !references::are_flat(both)
        && both.into_iter().all(|of| of.is_known() && !of.is_rough() && !of.lost_any() && small(of))
}

/// What both have in common is at least half of what the late server's answers took longer, or all that they vary by.
fn explains(scene: &Scene, both: [&Series; 2]) -> bool {
    if sway(scene, both).is_some() {
        return true;
    }
    let shared = both.into_iter().filter_map(Series::rise).min();
    server(scene).zip(shared).is_some_and(|(rise, shared)| shared + shared >= rise)
}

/// By how much the late server's answers took longer, if they did.
fn server(scene: &Scene) -> Option<Micros> {
    Series::to(scene, Target::Stalled).filter(|server| server.trend() == Some(Trend::Up))?.rise()
}
