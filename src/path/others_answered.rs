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

use super::answers::Answers;
use super::others_moved::{ONE_SITE, SHARED, SHARED_KNOWN, SITES};
use super::place::{Witness, independent};
use super::scene::Scene;
use super::{Told, finding};
use crate::machine::requests::Fetch;
use crate::sort::gather;
use crate::verdict::Value;
use std::collections::BTreeSet;

/// Answers that make witnesses of several sites: fewer may have been lucky on a link that loses packets [P].
const ENOUGH: usize = 4;

pub fn test(scene: &Scene) -> Option<Told> {
    let elsewhere = scene.elsewhere();
    let requests: Vec<&Fetch> = elsewhere.iter().map(|(_, fetch)| *fetch).collect();
    let answers = Answers::meanwhile(scene, &requests)?;
    let meanwhile = elsewhere.iter().filter(|(_, fetch)| answers.has(fetch));
    let sites: BTreeSet<Witness> = gather(meanwhile.map(|(witness, _)| *witness));
    let count = independent(&sites);
    let known = scene.placed(sites.iter().map(|witness| witness.network));
    let (id, row, time) = match count {
        2.. if answers.all_prompt() && answers.count() >= ENOUGH => {
            ("others-answered", SITES, answers.times().max())
        }
        _ if answers.all_prompt() => ("others-answered", ONE_SITE, answers.times().max()),
        2.. if answers.all_late() => {
            ("others-late", if known { SHARED_KNOWN } else { SHARED }, answers.times().min())
        }
        _ => return None,
    };
    let values = [("count", Value::Count(count as u64)), ("within", Value::Micros(time?))];
    let finding = finding(id, answers.facts(), values);
    Some(Told { finding, row, observed: None, networks_assumed: !known })
}
