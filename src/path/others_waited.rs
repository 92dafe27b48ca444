//! How long other sites took to answer while bodies were slow (ATTRIBUTION §3.4, block *near*): what a queue on the way does
//! to whatever else goes that way.
//!
//! # What it looks at
//! Answers of other sites to requests made while the late media was slow, against the third quickest of each before: earlier ones
//! may have waited, too, as in a stall before this one.
//!
//! # What it says
//! Even the quicker ones took much longer, at two sites or more: they wait in a queue that all share. Sites that are quick with one
//! thing and slow with another are quick with the one as before.
//!
//! # When it is silent
//! Where answers alone were late (`others_answered` speaks then); where one site did not wait, or did not answer; of fewer than
//! four answers, or two sites of whom at least three answers were seen before; where they cover less than half of the slow time.
//! That none waited says nothing: what drops packets instead of queueing them, or has a queue for each flow, may hold up large
//! bodies alone.

use super::place::{Witness, independent};
use super::round_trip::{EVERYWHERE, EVERYWHERE_KNOWN};
use super::scene::{LateBy, Scene, around, covered, within};
use super::{Told, finding};
use crate::machine::requests::Fetch;
use crate::sort::{Sort, gather};
use crate::time::{Micros, Wall};
use crate::verdict::Value;
use std::collections::{BTreeMap, BTreeSet};

/// Fewer may have met anything [P].
const ENOUGH: usize = 4;
/// So many answers before make what a site takes at rest [P].
const KNOWN: usize = 3;
/// An answer vouches for so much time before and after it [P].
const NEAR: Micros = Micros::from_millis(1_000);
/// What waits in a queue takes twice as long as at rest and this much longer: a busy device adds
/// less [P].
const QUEUED: Micros = Micros::from_millis(40);

/// The answers of one site's host.
struct Host {
    rest: Micros,
    /// The quickest first.
    took: Vec<Micros>,
}

impl Host {
    /// Of a fourth of them none took longer: what comes through by luck is left out.
    fn quicker(&self) -> Option<Micros> {
        self.took.get(self.took.len() / 4).copied()
    }

    fn queued(&self) -> bool {
        self.quicker().is_some_and(|took| took >= self.rest + self.rest && took >= self.rest + QUEUED)
    }
}

pub fn test(scene: &Scene) -> Option<Told> {
    if !matches!(scene.late_by, Some(LateBy::Bodies | LateBy::Both)) {
        return None;
    }
    let elsewhere = scene.elsewhere();
    let answered = |fetch: &Fetch| fetch.response.filter(|_| fetch.status.is_some());
    // One that still waits has waited so long at least.
    let took = |fetch: &Fetch| answered(fetch).unwrap_or(scene.window.1) - fetch.asked;
    let rest_of = |host: &str| {
        let before = elsewhere.iter().filter(|(_, fetch)| fetch.host == host && fetch.asked < scene.window.0);
        let mut took: Vec<Micros> =
            before.filter_map(|(_, fetch)| Some(answered(fetch)? - fetch.asked)).collect();
        took.arrange();
        took.get(KNOWN - 1).copied()
    };
    let asked = elsewhere.iter().copied().filter(|(_, fetch)| within(&scene.late_when, fetch.asked));
    let mut hosts: BTreeMap<&str, Option<Host>> = BTreeMap::new();
    let mut meanwhile: Vec<(Witness, &Fetch)> = Vec::new();
    for (witness, fetch) in asked {
        let of = |rest| Host { rest, took: Vec::new() };
        let host = hosts.entry(&fetch.host).or_insert_with(|| rest_of(&fetch.host).map(of));
        // Of whom nothing is known says nothing.
        let Some(host) = host else { continue };
        host.took.push(took(fetch));
        meanwhile.push((witness, fetch));
    }
    let mut hosts: Vec<Host> = hosts.into_values().flatten().collect();
    for host in &mut hosts {
        host.took.arrange();
    }
    let spans: Vec<(Wall, Wall)> =
        meanwhile.iter().map(|(_, fetch)| (fetch.asked, fetch.asked + took(fetch))).collect();
    let (all, seen) = covered(&scene.late_when, &around(&spans, NEAR));
    let sites: BTreeSet<Witness> = gather(meanwhile.iter().map(|(witness, _)| *witness));
    let count = independent(&sites);
    let queued = hosts.iter().all(Host::queued) && meanwhile.iter().all(|(_, fetch)| fetch.failed.is_none());
    if !queued || count < 2 || meanwhile.len() < ENOUGH || seen.0.saturating_mul(2) < all.0 {
        return None;
    }
    let known = scene.placed(sites.iter().map(|witness| witness.network));
    let values = [
        ("count", Value::Count(count as u64)),
        ("took", Value::Micros(hosts.iter().filter_map(Host::quicker).min()?)),
        ("usual", Value::Micros(hosts.iter().map(|host| host.rest).max()?)),
    ];
    let facts = meanwhile.iter().flat_map(|(_, fetch)| &fetch.facts).copied().collect();
    let row = if known { EVERYWHERE_KNOWN } else { EVERYWHERE };
    Some(Told {
        finding: finding("others-waited", facts, values),
        row,
        observed: None,
        networks_assumed: !known,
    })
}
