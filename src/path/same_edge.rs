//! The server that playback waited for, asked for something small that it sent before (ATTRIBUTION §3.4, block *same edge*).
//!
//! # What it looks at
//! How long it took to answer, and to connect where that was done, while the late media was slow and before the buffer
//! drained; and, where nothing waits in a queue on the way there, how fast it sent 64 KB of what it has at hand.
//!
//! # What it says
//! - Connecting took longer, and answers of the references did not: a queue beyond what they share and before the server
//!   answers anything, in the networks in between or at its own port. What is behind it has no part in that.
//! - Answers took longer, and connecting did not, or is not known to have: as before if answers of a server beside it took longer
//!   by the same at the same moments, else, if it is not known, as before, or the server itself is slow.
//! - Connecting took no longer, and answers, unlike those of a server beside it, at least four times as long and a tenth of a
//!   second: the server holds them back,
//!   of what it has at hand.
//! - What it has at hand came at once (eight times as fast as the late bodies, since some servers send the first part of
//!   anything quickly): server and way are well, so it waits for what is behind it.
//! - That came as slowly as the late bodies: the server sends slowly, or the way loses packets.
//!   So does it where a busy device's answer times tell nothing of the references, if a server beside it sent well meanwhile.
//! - Only that answers took no longer: the row of ATTRIBUTION §3.4.
//! - It never answered, for seconds, whatever was asked of it, and the references did at once: the way there lets nothing through,
//!   or it answers nobody. What is behind it has no part in what it has at hand.
//!   If connections were made, again and again: the way lets them through, and the server holds its answers back. Only Firefox
//!   tells that of what is given up.
//! - It broke each connection at once, and the references answered: so did it, or something in its place. No connection to what is
//!   behind it is needed for that.
//! - Attempts failed, and it answered with an error of its own, whatever it was asked for: it can be reached, and what is behind it
//!   has no part in what it has at hand. This needs no reference.
//!
//! # When it is silent
//! Where nothing was measured at rest, where a queue is too short for what answers are late by (`Scene::least_queue`), and
//! where the references show one on what they share: it is on this way too. That answers are as at rest says nothing where
//! bodies of the references came slowly without a queue, and neither does that its own came slowly.

use super::belief::{Row, ln};
use super::references::{self, bitrate};
use super::scene::{LateBy, Scene};
use super::series::{self, Series, Trend};
use super::{Observation, Told, finding, near, sibling};
use crate::event::{Reply, Target};
use crate::sort::Sort;
use crate::time::{Micros, Wall};
use crate::verdict::Value;

/// Answers that are held back take at least so many times as long as at rest, and so much [P].
const TIMES: i64 = 4;
const HELD_FOR: Micros = Micros::from_millis(100);
/// A limited server may send the first second's worth at once.
const BURST: u64 = 8;

/// ATTRIBUTION §3.4 has .1 : .15 for home and access, which is a reference's row, and .3 for the server. What was asked at the
/// same moment and came at once went the same way as far as that; what is behind the server cannot delay a connection [P].
pub const QUEUE: Row = [ln::R05, ln::R10, 0, ln::R30, ln::R05];
/// The same or the server's own slowness [P].
pub const LATE: Row = [ln::R05, ln::R10, 0, 0, ln::R30];
/// No network holds answers back and lets connections through [P].
pub const HELD: Row = [ln::R10, ln::R10, ln::R10, 0, ln::R15];
/// Not the server, not the way [P].
pub const AT_HAND_FAST: Row = [ln::R05, ln::R05, ln::R05, ln::R05, 0];
/// Not what is behind the server [P].
pub const AT_HAND_SLOW: Row = [ln::R50, ln::R40, ln::R50, 0, ln::R05];
/// What is shared lets the others through, and for what it has at hand it needs nothing that is behind it [P].
pub const SILENT: Row = [ln::R03, ln::R05, 0, 0, ln::R05];
/// As silence, but the way lets connections through: nothing on it loses what follows and no connection [P].
pub const MUTE: Row = [ln::R03, ln::R05, ln::R05, 0, ln::R05];
/// What can't reach what is behind it says so; a network seldom breaks what it lets through to others [P].
pub const RESET: Row = [ln::R05, ln::R10, ln::R30, 0, ln::R05];
/// It was reached, and needs nothing that is behind it for what it has at hand [P].
pub const ERROR: Row = [ln::R05, ln::R05, ln::R05, 0, ln::R05];
/// Moments at which a connection was made: after one the way may have gone dead [P].
const CONNECTED: usize = 2;
/// Errors that are no chance [P].
const ERRORS: usize = 2;
/// ATTRIBUTION §3.4.
pub const FLAT: Row = [ln::R60, ln::R60, ln::R50, 0, 0];

pub fn test(scene: &Scene) -> Option<Told> {
    if let told @ Some(_) = failing(scene) {
        return told;
    }
    let server = Series::to(scene, Target::Stalled)?;
    let both = references::series(scene)?;
    let flat = references::are_flat(both) || near::less(scene, both);
    let [first, second] = both;
    if server.silent_beside(&[first, second]) {
        return silent(scene, [server, first, second]);
    }
    let rest = server.rest()?;
    let answers = server.trend();
    let connected = scene.under_load(Target::Stalled).filter(|measured| measured.reply == Reply::Answered);
    let connected = connected.filter_map(|measured| measured.connect).min();
    let no_queue = connected.is_some_and(|took| took <= rest + Micros(rest.0 / 2) + HELD_FOR);
    let took = server.load()?;
    let held = took.0 >= rest.0.saturating_mul(TIMES) && took >= rest + HELD_FOR;
    let (body, came) = scene.body(Target::Stalled, |body| scene.at_hand(body, BURST)).unzip();
    let came = came.flatten();
    let (id, row, decides) = match (answers?, connected) {
        // What came well from beside it came the same way, so that way and device are well.
        (Trend::Flat, _) if !flat && came == Some(false) && sibling::sent_well(scene) => {
            ("same-edge-slow", AT_HAND_SLOW, true)
        }
        _ if !flat => return None,
        (Trend::Up, Some(_)) if !no_queue && server.queues() => ("same-edge-queue", QUEUE, true),
        // Before it is said that it holds answers back: a connection may have been made when the queue was short.
        (Trend::Up, _) if sibling::as_late(scene) && server.queues() => ("same-edge-late-alike", QUEUE, true),
        (Trend::Up, Some(_)) if held && no_queue => ("same-edge-held", HELD, true),
        (Trend::Up, _) if server.queues() => ("same-edge-late", LATE, false),
        (Trend::Up, _) => return None,
        (Trend::Flat, _) => match came {
            Some(true) => ("same-edge-fast", AT_HAND_FAST, true),
            _ if references::slow(scene) => return None,
            Some(false) => ("same-edge-slow", AT_HAND_SLOW, true),
            None => ("same-edge-flat", FLAT, false),
        },
    };
    let host = scene.late.first().map(|(_, fetch)| Value::Name(fetch.host.clone()))?;
    let rate = body.and_then(|measured| measured.body).map(|body| ("rate", Value::Bitrate(bitrate(body))));
    let took = connected.filter(|_| id == "same-edge-queue").unwrap_or(took);
    let values = [("host", host), ("took", Value::Micros(took)), ("usual", Value::Micros(rest))];
    let facts = [server].into_iter().chain(both).flat_map(|series| series.facts.clone());
    let facts = facts.chain(body.map(|measured| measured.fact)).collect();
    let finding = finding(id, facts, values.into_iter().chain(rate));
    let observed = decides.then_some(Observation::SameEdge);
    Some(Told { finding, row, observed, networks_assumed: false })
}

/// Attempts failed, and it says of itself that it does.
fn failing(scene: &Scene) -> Option<Told> {
    let errors = scene.under_load(Target::Stalled).filter(|measured| measured.reply == Reply::Error);
    let facts: Vec<u32> = errors.map(|measured| measured.fact).collect();
    if scene.late_by != Some(LateBy::Failures) || facts.len() < ERRORS {
        return None;
    }
    let host = Value::Name(scene.late.first()?.1.host.clone());
    let values = [("host", host), ("count", Value::Count(facts.len() as u64))];
    let finding = finding("same-edge-error", facts, values);
    Some(Told { finding, row: ERROR, observed: Some(Observation::SameEdge), networks_assumed: false })
}

/// It answered nothing: of its own answers and those of the references.
fn silent(scene: &Scene, seen: [&Series; 3]) -> Option<Told> {
    let host = Value::Name(scene.late.first()?.1.host.clone());
    let facts = seen.iter().flat_map(|of| of.facts.clone()).collect();
    if let [Some(count), ..] = seen.map(Series::reset) {
        let values = [("host", host), ("count", Value::Count(count as u64))];
        let finding = finding("same-edge-reset", facts, values);
        // Something in its place may have done it, unless the same way lets through what goes to the one beside it.
        let observed = sibling::answered(scene).then_some(Observation::SameEdge);
        return Some(Told { finding, row: RESET, observed, networks_assumed: false });
    }
    let failed = || scene.under_load(Target::Stalled).filter(|measured| measured.reply == Reply::Failed);
    let waited = failed().map(|measured| measured.at - measured.from).max()?;
    let mut made: Vec<Wall> =
        failed().filter(|measured| measured.connect.is_some()).map(|measured| measured.from).collect();
    made.arrange();
    made.dedup_by(|a, b| series::at_once(*a, *b));
    let (id, row) =
        if made.len() >= CONNECTED { ("same-edge-mute", MUTE) } else { ("same-edge-silent", SILENT) };
    let values = [("host", host), ("waited", Value::Micros(waited))];
    Some(Told {
        finding: finding(id, facts, values),
        row,
        observed: Some(Observation::SameEdge),
        networks_assumed: false,
    })
}
