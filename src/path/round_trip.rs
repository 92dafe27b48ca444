//! Round trips: how long connecting took, against the same host's own quiet minimum (ATTRIBUTION §3.4, blocks *near* and
//! *same edge*, as far as the page's own connections tell).
//!
//! # What it looks at
//! `connectStart` to `secureConnectionStart` (or `connectEnd`) of connections opened within a second of when the late media
//! was slow, against the least of at least two before the drain window. A minimum is never compared with itself.
//!
//! # What it says
//! No longer than usual to the late host: no queue on the way there, so the server is more likely. Longer there and not to
//! other sites: something beyond what they share. Longer to all: a queue on what they share.
//!
//! # When it is silent
//! Where the server hides its timings (no `Timing-Allow-Origin`) or connections are used again; where QUIC connects and
//! secures in one; where answers were late by more than a queue of that length can hold them up; where it was as slow all
//! along, so that the quiet minimum may have waited, too; where samples contradict each other; where it is longer at the
//! late host and nothing is known of others.

use super::belief::{Row, ln};
use super::scene::{LateBy, Scene, around, within};
use super::{Told, finding};
use crate::machine::requests::Fetch;
use crate::sort::gather;
use crate::time::{Micros, Wall};
use crate::verdict::Value;
use std::collections::BTreeSet;

/// A connection opened so near to the slow time saw the same queue [P].
const NEAR: Micros = Micros::from_millis(1_000);
/// Under BBR a full queue adds as little as 24 ms, and idle paths jitter by a few (ATTRIBUTION §3.4, emulation check).
const UP: Micros = Micros::from_millis(15);
/// Clocks tell whole milliseconds in Firefox (ATTRIBUTION M2), and idle paths jitter [P].
const FLAT: Micros = Micros::from_millis(5);
/// Quiet samples of a host that its minimum needs [P].
const QUIET: usize = 2;

/// No queue, and slow all the same (ATTRIBUTION §3.4, *same edge*).
const NO_QUEUE: Row = [ln::R60, ln::R60, ln::R50, 0, 0];
/// Up here, flat elsewhere (ATTRIBUTION §3.4, *same edge*).
const BEYOND: Row = [ln::R10, ln::R15, 0, ln::R30, ln::R30];
/// Up everywhere: ATTRIBUTION §3.4, *near*, has .15 for the interconnect with a near anycast host; .3 with sites whose
/// networks are not known [P].
pub const EVERYWHERE: Row = [ln::R80, 0, ln::R30, ln::R08, ln::R08];
/// Up everywhere, in networks that are known to differ (ATTRIBUTION §3.4, *near*).
pub const EVERYWHERE_KNOWN: Row = [ln::R80, 0, ln::R15, ln::R08, ln::R08];

/// What the connections to one host were like.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Trend {
    Flat,
    Up,
}

struct Host<'a> {
    name: &'a str,
    trend: Trend,
    took: Micros,
    quiet: Micros,
    facts: Vec<u32>,
}

pub fn test(scene: &Scene) -> Option<Told> {
    if matches!(scene.late_by, Some(LateBy::AllAlong | LateBy::Failures)) {
        return None;
    }
    let near = around(&scene.late_when, NEAR);
    let samples: Vec<(&Fetch, Wall, Micros)> = scene.fetches.iter().filter_map(sample).collect();
    let late = scene.late.iter().map(|(_, fetch)| fetch.host.as_str());
    let here: Vec<Host> = late.filter_map(|host| look(scene, &near, &samples, host)).collect();
    let first = here.first()?;
    if here.iter().any(|host| host.trend != first.trend) {
        return None;
    }
    let elsewhere: BTreeSet<&str> = gather(scene.elsewhere().iter().map(|(_, fetch)| fetch.host.as_str()));
    let others: Vec<Host> =
        elsewhere.into_iter().filter_map(|host| look(scene, &near, &samples, host)).collect();
    let all = |trend| !others.is_empty() && others.iter().all(|other| other.trend == trend);
    let known = scene.placed(others.iter().map(|other| scene.places.network(other.name)));
    let (id, row) = match first.trend {
        Trend::Flat => ("round-trip-flat", NO_QUEUE),
        Trend::Up if all(Trend::Flat) => ("round-trip-up-here", BEYOND),
        Trend::Up if all(Trend::Up) => ("round-trip-up", if known { EVERYWHERE_KNOWN } else { EVERYWHERE }),
        Trend::Up => return None,
    };
    let cited = if first.trend == Trend::Flat { &[][..] } else { &others[..] };
    let facts: Vec<u32> = here.iter().chain(cited).flat_map(|host| host.facts.clone()).collect();
    let values = [
        ("host", Value::Name(first.name.to_owned())),
        ("took", Value::Micros(first.took)),
        ("usual", Value::Micros(first.quiet)),
    ];
    Some(Told {
        finding: finding(id, facts, values),
        row,
        observed: None,
        networks_assumed: !cited.is_empty() && !known,
    })
}

/// One round trip: when, and how long.
fn sample(fetch: &Fetch) -> Option<(&Fetch, Wall, Micros)> {
    let timing = fetch.timing.as_ref().filter(|_| !fetch.cached)?;
    let (start, end) = timing.connect?;
    let took = timing.secure.unwrap_or(end) - start;
    (took > Micros::ZERO).then_some((fetch, start, took))
}

fn look<'a>(
    scene: &Scene,
    near: &[(Wall, Wall)],
    samples: &[(&Fetch, Wall, Micros)],
    host: &'a str,
) -> Option<Host<'a>> {
    let of_host = || samples.iter().filter(|(fetch, ..)| fetch.host == host);
    let quiet: Vec<Micros> =
        of_host().filter(|(_, at, _)| *at < scene.window.0).map(|(.., took)| *took).collect();
    let quiet = quiet.iter().copied().min().filter(|_| quiet.len() >= QUIET)?;
    let during: Vec<&(&Fetch, Wall, Micros)> =
        of_host().filter(|(_, at, _)| *at >= scene.window.0 && within(near, *at)).collect();
    let (least, most) =
        (during.iter().map(|(.., took)| *took).min()?, during.iter().map(|(.., took)| *took).max()?);
    let trend = if least >= quiet + quiet + UP {
        // A queue that is shorter than what is late is there, and not why.
        if least - quiet < scene.least_queue() {
            return None;
        }
        Trend::Up
    } else if most <= quiet + Micros(quiet.0 / 4) + FLAT {
        Trend::Flat
    } else {
        return None;
    };
    let facts = during.iter().flat_map(|(fetch, ..)| fetch.facts.clone()).collect();
    Some(Host { name: host, trend, took: if trend == Trend::Up { least } else { most }, quiet, facts })
}
