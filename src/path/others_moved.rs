//! Other hosts at the same moment moved data: a natural experiment (ATTRIBUTION §3.4, block *others*).
//!
//! # What it looks at
//! Bodies of 256 KB or more from other sites within 2.5 s of when the late bodies were slow.
//!
//! # What it says
//! All came at 0.8 of their host's usual rate or more, and at least twice as fast as the late ones: the part of the path
//! that all share was not the limit, unless the provider slows this service alone. All came at half their usual rate or
//! less, from two sites or more: it was something they share; as long as their networks are not known, that may be a
//! network in between.
//!
//! # When it is silent
//! Where answers, not bodies, were late; where some were fast and some slow, or any failed or was given up; where they cover
//! less than half of the slow time; where the names of the hosts do not tell that they are elsewhere. Of whom no usual rate
//! is known can contradict the others, but witnesses nothing.

use super::belief::{Row, ln};
use super::place::{Witness, independent};
use super::references::{SLOWLY, bitrate};
use super::scene::{LateBy, Scene, around, covered, faster, rate, usual, within};
use super::{Told, finding, lasting};
use crate::machine::requests::Fetch;
use crate::sort::gather;
use crate::time::Micros;
use crate::verdict::Value;
use std::collections::BTreeSet;

/// Smaller bodies tell of the round trip, not of the line (ATTRIBUTION §3.4).
const TELLING: u64 = 256 << 10;

/// Half of the five seconds of ATTRIBUTION §3.4.
const NEAR: Micros = Micros::from_millis(2_500);

/// One site alone: the row of ATTRIBUTION §3.4. Home and access are not cleared by it.
pub const ONE_SITE: Row = [ln::R10, ln::R15, 0, 0, 0];
/// Two sites or more, independent witnesses [P].
pub const SITES: Row = [ln::R05, ln::R05, 0, 0, 0];
/// All slow. ATTRIBUTION §3.4 has .2 for the interconnect where the networks are known to differ; .5 where that is only
/// probable [P].
pub const SHARED: Row = [0, 0, ln::R50, ln::R10, ln::R10];
/// All slow, in networks that are known to differ: as good as references.
pub const SHARED_KNOWN: Row = SLOWLY;

pub fn test(scene: &Scene) -> Option<Told> {
    if scene.late_by != Some(LateBy::Bodies) {
        return None;
    }
    let late = scene.late_rate()?;
    let elsewhere = scene.elsewhere();
    let near = around(&scene.transferring, NEAR);
    let moved = |fetch: &Fetch| large(fetch) && within(&near, fetch.response.unwrap_or(fetch.asked));
    if elsewhere.iter().any(|(_, fetch)| fetch.failed.is_some() && within(&near, fetch.asked)) {
        return None;
    }
    let usual_of = |host: &str| {
        let before = elsewhere.iter().filter(|(_, fetch)| {
            fetch.host == host && large(fetch) && fetch.delivered().is_some_and(|at| at < scene.window.0)
        });
        // Microseconds for a mebibyte: slower is more.
        let paces = before.filter_map(|(_, fetch)| pace(rate(fetch)?));
        Some((1u64 << 20, Micros(usual(paces.collect())?)))
    };
    let mut witnesses: Vec<(Witness, &Fetch)> = Vec::new();
    let (mut healthy, mut slow) = (true, true);
    let mut slowest: Option<(u64, Micros)> = None;
    for (witness, fetch) in elsewhere.iter().copied().filter(|(_, fetch)| moved(fetch)) {
        let came = rate(fetch)?;
        let ahead = fetch.delivered().is_some() && faster(came, late, 2, 1);
        healthy &= ahead;
        let Some(before) = usual_of(&fetch.host) else {
            slow &= !ahead;
            continue;
        };
        healthy &= faster(came, before, 4, 5);
        slow &= faster(before, came, 2, 1);
        slowest = slowest.filter(|slowest| faster(came, *slowest, 1, 1)).or(Some(came));
        witnesses.push((witness, fetch));
    }
    let spans = witnesses.iter().map(|(_, fetch)| (fetch.asked, fetch.over().unwrap_or(scene.window.1)));
    let (all, seen) = covered(&scene.transferring, &around(&spans.collect::<Vec<_>>(), NEAR));
    if witnesses.is_empty() || seen.0.saturating_mul(2) < all.0 {
        return None;
    }
    let first = witnesses.iter().map(|(_, fetch)| fetch.asked).min()?;
    healthy &= !lasting::may_be_over(scene, first);
    let sites: BTreeSet<Witness> = gather(witnesses.iter().map(|(witness, _)| *witness));
    let count = independent(&sites);
    let known = scene.placed(sites.iter().map(|witness| witness.network));
    let (id, row) = match count {
        1 if healthy => ("others-moved", ONE_SITE),
        _ if healthy => ("others-moved", SITES),
        2.. if slow => ("others-slow", if known { SHARED_KNOWN } else { SHARED }),
        _ => return None,
    };
    let values = [("count", Value::Count(count as u64)), ("rate", Value::Bitrate(bitrate(slowest?)))];
    let facts = witnesses.iter().flat_map(|(_, fetch)| &fetch.facts).copied().collect();
    Some(Told { finding: finding(id, facts, values), row, observed: None, networks_assumed: !known })
}

/// A body large enough, as announced or as it came.
fn large(fetch: &Fetch) -> bool {
    // The browser saw it: what a service worker or a cache gave did not come over the network.
    fetch.succeeded()
        && fetch.status.is_some()
        && fetch.size.or(fetch.received.map(|(_, bytes)| bytes)).is_some_and(|size| size >= TELLING)
}

fn pace((bytes, took): (u64, Micros)) -> Option<i64> {
    let micros = u128::from(took.0.unsigned_abs()) << 20;
    i64::try_from(micros.checked_div(u128::from(bytes))?.max(1)).ok()
}
