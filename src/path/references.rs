//! Small bodies from two references, servers on ways of their own, at the same moment (ATTRIBUTION §3.4, block *references*).
//!
//! # What it looks at
//! What each of them sent while the late media was slow, 64 KB or more.
//!
//! # What it says
//! Both came well: what the viewer's connection shares let them through, so it was not the limit, unless the provider slows
//! this service alone. Both came as slowly as the late media: it was. One well and one slowly: it depends on the way.
//! Well is twice as fast as the late bodies or more, or, where answers were late, answered within half a second and faster
//! than 1 Mbit/s; slowly is less than one and a half times as fast as the late bodies, or, where answers were late, answered later.
//! Through a queue, well is six times as fast as the late bodies, and slowly less than twice (`carried.rs`).
//!
//! # When it is silent
//! Where one of them sent nothing, is in between, or came slowly in so few round trips that these were the limit. That they came well says nothing where an answer to either was lost
//! during the same stall: what loses packets now and then lets others through, and a sender that lost some waits for seconds
//! after the way is well again (RFC 6298 §5). Where answer times show a queue on what they share no body is fetched
//! (`near` speaks then).

use super::belief::{Row, ln};
use super::carried;
use super::device;
use super::scene::{LateBy, Scene, faster};
use super::series::{Series, Trend};
use super::{Observation, Told, finding, lasting};
use crate::event::Target;
use crate::machine::measurement::Measurement;
use crate::time::Micros;
use crate::verdict::Value;

/// Smaller bodies tell of the round trip, not of the line [P].
pub const TELLING: u64 = 64 << 10;
/// An answer within this is prompt [P].
const PROMPT: Micros = Micros::from_millis(500);
/// 1 Mbit/s, as bytes in how long: less is slow whatever is asked for [P].
const SLOW: (u64, Micros) = (125_000, Micros(1_000_000));

/// A connection that has just begun doubles with each round trip: what took no more than so many answer times may be no
/// slower than that [P].
const TURNS: i64 = 4;

/// ATTRIBUTION §3.4.
pub const FAST: Row = [ln::R10, ln::R15, 0, 0, 0];
/// ATTRIBUTION §3.4 has .1 for the server; .08, so that it goes where only this speaks [P].
pub const SLOWLY: Row = [0, 0, ln::R25, ln::R08, ln::R08];
/// ATTRIBUTION §3.4.
pub const MIXED: Row = [ln::R15, ln::R20, 0, ln::R60, ln::R60];

/// The references.
pub const BOTH: [Target; 2] = [Target::ReferenceA, Target::ReferenceB];

/// Answer times of both, if both were measured.
pub fn series<'a>(scene: &'a Scene) -> Option<[&'a Series; 2]> {
    let [a, b] = BOTH.map(|target| Series::to(scene, target));
    Some([a?, b?])
}

/// They show no queue on what everything shares.
pub fn are_flat(both: [&Series; 2]) -> bool {
    both.iter().all(|series| series.trend() == Some(Trend::Flat))
}

/// Bodies of both came slowly.
pub fn slow(scene: &Scene) -> bool {
    bodies(scene).is_some_and(|bodies| bodies.iter().all(|body| came_well(scene, body) == Some(false)))
}

/// Bodies of both came well.
pub fn well(scene: &Scene) -> bool {
    bodies(scene).is_some_and(|bodies| bodies.iter().all(|body| came_well(scene, body) == Some(true)))
}

/// Of each reference the first body that tells.
fn bodies<'a>(scene: &Scene<'a>) -> Option<[&'a Measurement; 2]> {
    let large = |measured: &&Measurement| measured.body.is_some_and(|(bytes, _)| bytes >= TELLING);
    let tells = |measured: &&Measurement| came_well(scene, measured).is_some();
    let [a, b] = BOTH.map(|target| scene.under_load(target).filter(large).find(tells));
    Some([a?, b?])
}

pub fn test(scene: &Scene) -> Option<Told> {
    let bodies = bodies(scene)?;
    let [first, second] = bodies.map(|measured| came_well(scene, measured));
    let lost_any = series(scene).is_some_and(|both| both.into_iter().any(Series::lost_any));
    let (id, row) = match (first?, second?) {
        (true, true) if lost_any => return None,
        (true, true) => ("references-fast", FAST),
        (false, false) => ("references-slow", SLOWLY),
        _ => ("references-differ", MIXED),
    };
    let rates = bodies.iter().filter_map(|measured| measured.body);
    let slowest = rates.reduce(|a, b| if faster(b, a, 1, 1) { a } else { b })?;
    let finding = finding(
        id,
        bodies.iter().map(|measured| measured.fact).collect(),
        [("rate", Value::Bitrate(bitrate(slowest)))],
    );
    Some(Told { finding, row, observed: Some(Observation::References), networks_assumed: false })
}

/// It came well (`true`) or as slowly as the late media (`false`).
fn came_well(scene: &Scene, measured: &Measurement) -> Option<bool> {
    let body = measured.body?;
    let answer = measured.answer?;
    let well = match scene.late_by? {
        LateBy::Answers if answer > PROMPT => return (!device::is_busy(scene)).then_some(false),
        // That their bodies are slow keeps no answer back.
        LateBy::Answers => {
            (faster(body, SLOW, 1, 1) && lasting::as_late_as_ever(scene, measured)).then_some(true)?
        }
        LateBy::Bodies if carried::in_queue(scene, measured) => {
            scene.beside_late(measured, body, carried::WELL, carried::SLOWLY)?
        }
        LateBy::Bodies => scene.beside_late(measured, body, (2, 1), (3, 2))?,
        LateBy::Both | LateBy::AllAlong | LateBy::Failures => return None,
    };
    (well || body.1.0 > answer.0.saturating_mul(TURNS)).then_some(well)
}

/// Bits in a second.
pub fn bitrate((bytes, took): (u64, Micros)) -> u64 {
    let bits = u128::from(bytes) * 8_000_000 / u128::from(took.0.unsigned_abs().max(1));
    u64::try_from(bits).unwrap_or(u64::MAX)
}
