//! The verdict's set: the zones that stay possible (ATTRIBUTION §3.5). Evidence only ever takes zones away from where the
//! cause can sit, never adds one; when in doubt, a zone stays.

use super::belief::{Evidence, MILLION};
use super::{Observation, PATH};
use crate::sort::Sort;
use crate::verdict::Zone;

/// The set holds at least this part of the belief, in per cent (DESIGN §6).
const HELD: i64 = 90;

/// A zone stays beside one of the set unless the tests together are at least three to one against it: ln 3, thousandths of
/// a nat (ATTRIBUTION §3.5.2).
const THREE_TO_ONE: i32 = 1_099;

/// Observations named as deciding; more is a list that nobody reads.
const NAMED: usize = 2;

/// Which of these zones stay possible.
pub fn narrowed(zones: &[Zone], evidence: &Evidence, observed: &[Observation]) -> Vec<Zone> {
    let candidates: Vec<Zone> = PATH.into_iter().filter(|zone| zones.contains(zone)).collect();
    if candidates.len() < 2 || evidence.says_nothing() {
        return zones.to_vec();
    }
    let mut set = held(&candidates, evidence);
    loop {
        let before = set.len();
        close(&mut set, &candidates, evidence);
        together(&mut set, &candidates, observed);
        if set.len() == before {
            break;
        }
    }
    zones.iter().copied().filter(|zone| !PATH.contains(zone) || set.contains(zone)).collect()
}

/// The smallest set that holds enough of the belief; among equals the first on the path.
fn held(candidates: &[Zone], evidence: &Evidence) -> Vec<Zone> {
    let mut belief = evidence.belief(candidates);
    belief.arrange_by_key(|(_, part)| std::cmp::Reverse(*part));
    let mut sum = 0;
    let mut set = Vec::new();
    for (zone, part) in belief {
        if sum * 100 < MILLION * HELD {
            set.push(zone);
        }
        sum += part;
    }
    set
}

/// Keeps what the tests do not speak against clearly enough.
fn close(set: &mut Vec<Zone>, candidates: &[Zone], evidence: &Evidence) {
    let against = |zone: Zone, set: &[Zone]| {
        set.iter().all(|of| evidence.log(*of).saturating_sub(evidence.log(zone)) >= THREE_TO_ONE)
    };
    let kept: Vec<Zone> =
        candidates.iter().copied().filter(|zone| !set.contains(zone) && !against(*zone, set)).collect();
    set.extend(kept);
}

/// Keeps together what no observation that was made can tell apart (ATTRIBUTION §3.5.3).
fn together(set: &mut Vec<Zone>, candidates: &[Zone], observed: &[Observation]) {
    use Zone::{Access, Edge, Home, Interconnect, Origin};
    let before: Vec<Zone> = candidates.iter().copied().filter(|zone| set.contains(zone)).collect();
    let has = |observation| observed.contains(&observation);
    let mut keep = |zone: Zone| {
        if candidates.contains(&zone) && !set.contains(&zone) {
            set.push(zone);
        }
    };
    if !has(Observation::Gateway) && (before.contains(&Home) || before.contains(&Access)) {
        keep(Home);
        keep(Access);
    }
    if !has(Observation::ServerTiming) && (before.contains(&Edge) || before.contains(&Origin)) {
        keep(Edge);
        keep(Origin);
    }
    match before.as_slice() {
        // Also with the gateway's answer: another download in the home looks just like a full line.
        [Access] => keep(Home),
        [Interconnect] => {
            keep(Edge);
            keep(Origin);
        }
        [Edge] | [Origin] | [Edge, Origin] if !has(Observation::OtherEdge) && !has(Observation::ServerTiming) => {
            keep(Interconnect);
        }
        _ => {}
    }
}

/// What would separate the zones that are left: the observations that cut the belief most evenly, best first.
pub fn would_decide(set: &[Zone], evidence: &Evidence) -> Vec<Observation> {
    use Zone::{Access, Edge, Home, Interconnect, Origin};
    let belief = evidence.belief(set);
    let of = |zones: &[Zone]| -> i64 {
        belief.iter().filter(|(zone, _)| zones.contains(zone)).map(|(_, part)| *part).sum()
    };
    let cuts: [(Observation, &[Zone], &[Zone]); 4] = [
        (Observation::Gateway, &[Home], &[Access]),
        (Observation::References, &[Home, Access], &[Interconnect, Edge, Origin]),
        (Observation::OtherEdge, &[Interconnect], &[Edge, Origin]),
        (Observation::ServerTiming, &[Edge], &[Origin]),
    ];
    let cuts = cuts.into_iter().map(|(observation, near, far)| (of(near).min(of(far)), observation));
    let mut cuts: Vec<(i64, Observation)> = cuts.filter(|(cut, _)| *cut > 0).collect();
    cuts.arrange_by_key(|(cut, _)| std::cmp::Reverse(*cut));
    cuts.into_iter().map(|(_, observation)| observation).take(NAMED).collect()
}
