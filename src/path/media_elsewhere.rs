//! The same kind of media came from another host at nearly the same moment: the player switched, or takes from both
//! (ATTRIBUTION §3.4, block *other edge*).
//!
//! # What it looks at
//! Media segments of the late track from another host, asked for within 10 s of when the late ones were slow.
//!
//! # What it says
//! One came at least twice as fast as the late ones and none no faster: what both hosts share was not the limit. All came no faster, from
//! other sites: what they share more likely was; the origin behind both is as likely as before.
//!
//! # When it is silent
//! Where an answer was late and the other server was asked only after it, or so late that what held it up may have been over; where nothing came of the late media to compare with, where answers and bodies were late alike, where all is in between, and
//! where a wait is compared with a wait that is itself longer than a quarter of it.

use super::belief::{Row, ln};
use super::scene::{LateBy, Scene, around, faster, rate, within};
use super::{Observation, Told, finding, lasting};
use crate::domain::domain;
use crate::machine::requests::Fetch;
use crate::time::Micros;
use crate::verdict::Value;

/// ATTRIBUTION §3.4.
const NEAR: Micros = Micros::from_millis(10_000);
/// Smaller bodies tell of the round trip, not of the line [P].
const TELLING: u64 = 64 << 10;
/// An answer was prompt if the late one took so many times as long [P].
const TIMES: i64 = 4;

const FASTER: Row = [ln::R15, ln::R15, 0, 0, 0];
const NO_FASTER: Row = [0, 0, ln::R50, ln::R30, 0];

pub fn test(scene: &Scene) -> Option<Told> {
    let near = around(&scene.late_when, NEAR);
    let late_hosts: Vec<&str> = scene.late.iter().map(|(_, fetch)| fetch.host.as_str()).collect();
    let same_track = |track| scene.late.iter().any(|(late, _)| *late == track);
    let elsewhere: Vec<&Fetch> = scene
        .media
        .iter()
        .filter(|(track, fetch)| same_track(*track) && !late_hosts.contains(&fetch.host.as_str()))
        .map(|(_, fetch)| *fetch)
        .filter(|fetch| !fetch.cached && fetch.delivered().is_some() && within(&near, fetch.asked))
        .collect();
    let verdicts: Vec<Option<bool>> = elsewhere.iter().map(|fetch| compare(scene, fetch)).collect();
    // What answers a new request at once after an old one was given up may only be well again.
    let tells =
        |fetch: &Fetch| scene.late_by != Some(LateBy::Answers) || lasting::tells_at(scene, fetch.asked);
    let better = elsewhere.iter().zip(&verdicts).find(|(of, verdict)| **verdict == Some(true) && tells(of));
    let contradicted = verdicts.contains(&Some(false));
    if let Some((fetch, _)) = better.filter(|_| !contradicted) {
        let value = ("host", Value::Name(fetch.host.clone()));
        let finding = finding("other-server-faster", facts(scene, fetch), [value]);
        let observed = Some(Observation::OtherEdge);
        return Some(Told { finding, row: FASTER, observed, networks_assumed: false });
    }
    // The same site may be the same server under two names; other networks are others whatever the names.
    let network = |fetch: &Fetch| scene.places.network(&fetch.host);
    let apart = |a: &Fetch, b: &Fetch| match (network(a), network(b)) {
        (Some(a), Some(b)) => a != b,
        _ => domain(&a.host).zip(domain(&b.host)).is_some_and(|(a, b)| a != b),
    };
    let other_site = elsewhere.iter().all(|fetch| scene.late.iter().all(|(_, late)| apart(fetch, late)));
    let known = scene.placed(elsewhere.iter().map(|fetch| network(fetch)));
    let worse = verdicts.iter().all(|verdict| *verdict == Some(false));
    let fetch = elsewhere.first().filter(|_| worse && other_site)?;
    let value = ("host", Value::Name(fetch.host.clone()));
    let finding = finding("other-server-no-faster", facts(scene, fetch), [value]);
    Some(Told { finding, row: NO_FASTER, observed: None, networks_assumed: !known })
}

fn facts(scene: &Scene, fetch: &Fetch) -> Vec<u32> {
    let late = scene.late.iter().flat_map(|(_, late)| &late.facts);
    late.chain(&fetch.facts).copied().collect()
}

/// It went well where the late ones did not (`true`), or no better (`false`).
fn compare(scene: &Scene, fetch: &Fetch) -> Option<bool> {
    let late_by = scene.late_by?;
    if late_by == LateBy::Bodies {
        let (here, there) = (scene.late_rate()?, rate(fetch).filter(|(bytes, _)| *bytes >= TELLING)?);
        return match (faster(there, here, 2, 1), faster(there, here, 1, 1)) {
            (true, _) => Some(true),
            (_, false) => Some(false),
            _ => None,
        };
    }
    if late_by != LateBy::Answers {
        return None;
    }
    let wait = |fetch: &Fetch| Some(fetch.response.or(fetch.over())? - fetch.asked);
    // An answer that has not come yet has been waited for until now, one that never came until it was given up.
    let waits = scene.late.iter().map(|(_, late)| wait(late).unwrap_or(scene.window.1 - late.asked));
    let (here, there) = (waits.min()?, wait(fetch)?);
    match (there.0.saturating_mul(TIMES) <= here.0, there >= here) {
        (true, _) => Some(true),
        (_, true) => Some(false),
        _ => None,
    }
}
