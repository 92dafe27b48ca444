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
//! Where answers, not bodies, were late; where nothing is known of a host's usual rate; where some were fast and some slow,
//! or any failed or was given up; where they cover less than half of the slow time; where the names of the hosts do not tell
//! that they are elsewhere.

use super::belief::{Row, ln};
use super::scene::{LateBy, Scene, around, covered, faster, rate, usual, within};
use super::{Told, finding};
use crate::ledger::fetch::Fetch;
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

pub fn test(scene: &Scene) -> Option<Told> {
    if scene.late_by != Some(LateBy::Bodies) {
        return None;
    }
    let late = scene.late_rate()?;
    let elsewhere = scene.elsewhere();
    let near = around(&scene.transferring, NEAR);
    let meanwhile: Vec<(&str, &Fetch)> = elsewhere
        .iter()
        .copied()
        .filter(|(_, fetch)| large(fetch) && within(&near, fetch.response.unwrap_or(fetch.asked)))
        .collect();
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
    let (mut healthy, mut slow) = (0, 0);
    let mut slowest: Option<(u64, Micros)> = None;
    for (_, fetch) in &meanwhile {
        let (came, before) = (rate(fetch)?, usual_of(&fetch.host)?);
        let finished = fetch.delivered().is_some();
        healthy += usize::from(finished && faster(came, before, 4, 5) && faster(came, late, 2, 1));
        slow += usize::from(faster(before, came, 2, 1));
        slowest = slowest.filter(|slowest| faster(came, *slowest, 1, 1)).or(Some(came));
    }
    let spans = meanwhile.iter().map(|(_, fetch)| (fetch.asked, fetch.over().unwrap_or(scene.window.1)));
    let (all, seen) = covered(&scene.transferring, &around(&spans.collect::<Vec<_>>(), NEAR));
    if meanwhile.is_empty() || seen.0.saturating_mul(2) < all.0 {
        return None;
    }
    let sites: BTreeSet<&str> = meanwhile.iter().map(|(site, _)| *site).collect();
    let (id, row) = match sites.len() {
        _ if healthy == meanwhile.len() && sites.len() == 1 => ("others-moved", ONE_SITE),
        _ if healthy == meanwhile.len() => ("others-moved", SITES),
        2.. if slow == meanwhile.len() => ("others-slow", SHARED),
        _ => return None,
    };
    let (bytes, took) = slowest?;
    let bits = u128::from(bytes) * 8_000_000 / u128::from(took.0.unsigned_abs().max(1));
    let values = [
        ("count", Value::Count(sites.len() as u64)),
        ("rate", Value::Bitrate(u64::try_from(bits).unwrap_or(u64::MAX))),
    ];
    let facts = meanwhile.iter().flat_map(|(_, fetch)| &fetch.facts).copied().collect();
    Some(Told { finding: finding(id, facts, values), row, observed: None, networks_assumed: true })
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
