//! Other hosts at the same moment answered (ATTRIBUTION §3.4, block *others*).
//!
//! # What it looks at
//! Requests to other sites that were made while an answer was slow to come, or attempts failed.
//!
//! # What it says
//! All were answered promptly: the part of the path that all share let them through again and again, so it did not keep
//! the late answer back for seconds. All were answered at least four times as late as usual, at two sites or more: it was
//! something they share.
//!
//! # When it is silent
//! Where bodies, not answers, were late, and nothing failed; where the wait was shorter than three seconds (one or two lost packets); where some were prompt and some late; where they cover less than half of the wait.

use super::others_moved::{ONE_SITE, SHARED, SHARED_KNOWN, SITES};
use super::place::{Witness, independent};
use super::scene::{LateBy, Scene, around, covered, usual, within};
use super::{Told, finding};
use crate::ledger::fetch::Fetch;
use crate::sort::gather;
use crate::time::{Micros, Wall};
use crate::verdict::Value;
use std::collections::BTreeSet;

/// A first packet that is lost is sent again after one second, and again after two more (RFC 6298 §2, §5.5): a shorter wait
/// may be one or two lost packets, which others need not have met.
const LONG: Micros = Micros::from_millis(3_000);
/// Answers that make witnesses of several sites: fewer may have been lucky on a link that loses packets [P].
const ENOUGH: usize = 4;
/// A prompt answer vouches for so much time before and after it [P].
const NEAR: Micros = Micros::from_millis(1_000);
/// Where nothing is known of a host, an answer within this is prompt [P].
const PROMPT: Micros = Micros::from_millis(500);
/// What servers take more or less from one request to the next [P].
const JITTER: Micros = Micros::from_millis(100);
/// An answer that takes so many times as long as usual is late, and one is prompt only if the wait it is compared with was
/// so many times as long [P].
const TIMES: i64 = 4;

pub fn test(scene: &Scene) -> Option<Told> {
    let waiting = match scene.late_by? {
        LateBy::Answers => &scene.waiting,
        LateBy::Failures => &scene.late_when,
        LateBy::Bodies | LateBy::Both | LateBy::AllAlong => return None,
    };
    let (waited, _) = covered(waiting, &[]);
    if waited < LONG {
        return None;
    }
    let elsewhere = scene.elsewhere();
    let meanwhile: Vec<(Witness, &Fetch)> =
        elsewhere.iter().copied().filter(|(_, fetch)| within(waiting, fetch.asked)).collect();
    let answered = |fetch: &Fetch| fetch.response.filter(|_| fetch.status.is_some());
    let took = |fetch: &Fetch| answered(fetch).unwrap_or(scene.window.1) - fetch.asked;
    let usual_of = |host: &str| {
        let before = elsewhere.iter().filter(|(_, fetch)| fetch.host == host && fetch.asked < scene.window.0);
        usual(before.filter_map(|(_, fetch)| Some(answered(fetch)? - fetch.asked)).collect())
    };
    let (mut prompt, mut late) = (0, 0);
    for (_, fetch) in &meanwhile {
        let (took, usual) = (took(fetch), usual_of(&fetch.host));
        let expected = usual.map_or(PROMPT, |usual| usual + usual + JITTER);
        let quick = took <= expected && took.0.saturating_mul(TIMES) <= waited.0;
        prompt += usize::from(quick && answered(fetch).is_some());
        let slow = |usual: Micros| took.0 >= usual.0.saturating_mul(TIMES) && took > PROMPT;
        late += usize::from(usual.is_some_and(slow));
    }
    let spans: Vec<(Wall, Wall)> =
        meanwhile.iter().map(|(_, fetch)| (fetch.asked, fetch.asked + took(fetch))).collect();
    let (all, seen) = covered(waiting, &around(&spans, NEAR));
    if meanwhile.is_empty() || seen.0.saturating_mul(2) < all.0 {
        return None;
    }
    let sites: BTreeSet<Witness> = gather(meanwhile.iter().map(|(witness, _)| *witness));
    let count = independent(&sites);
    let known = scene.placed(sites.iter().map(|witness| witness.network));
    let times = || meanwhile.iter().map(|(_, fetch)| took(fetch));
    let (id, row, time) = match count {
        2.. if prompt == meanwhile.len() && prompt >= ENOUGH => ("others-answered", SITES, times().max()),
        _ if prompt == meanwhile.len() => ("others-answered", ONE_SITE, times().max()),
        2.. if late == meanwhile.len() => {
            ("others-late", if known { SHARED_KNOWN } else { SHARED }, times().min())
        }
        _ => return None,
    };
    let values = [("count", Value::Count(count as u64)), ("within", Value::Micros(time?))];
    let facts = meanwhile.iter().flat_map(|(_, fetch)| &fetch.facts).copied().collect();
    Some(Told { finding: finding(id, facts, values), row, observed: None, networks_assumed: !known })
}
