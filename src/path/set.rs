//! The verdict's set: the zones that stay possible (ATTRIBUTION §3.5). Evidence only ever takes zones away from where the
//! cause can sit, never adds one; when in doubt, a zone stays.

use super::belief::{Evidence, MILLION};
use super::{Observation, PATH, Told, gateway, household};
use crate::sort::Sort;
use crate::verdict::Zone;

/// The set holds at least this part of the belief, in per cent (DESIGN §6).
const HELD: i64 = 90;

/// A zone stays beside one of the set unless the tests together are at least three to one against it: ln 3, thousandths of
/// a nat (ATTRIBUTION §3.5.2).
pub(super) const THREE_TO_ONE: i32 = 1_099;

/// A zone that the tests speak against this clearly, ten to one, is in the set for its belief alone and speaks for no other:
/// ln 10, thousandths of a nat [P].
const TEN_TO_ONE: i32 = 2_303;

/// Observations that tell the server from what is behind it.
const BEHIND: [Observation; 3] = [Observation::ServerTiming, Observation::SameEdge, Observation::OtherList];

/// Observations named as deciding; more is a list that nobody reads.
const NAMED: usize = 2;

/// Which of these zones stay possible.
pub fn narrowed(zones: &[Zone], evidence: &Evidence, observed: &[Observation]) -> Vec<Zone> {
    let candidates: Vec<Zone> = PATH.into_iter().filter(|zone| zones.contains(zone)).collect();
    if candidates.len() < 2 || evidence.says_nothing() {
        return zones.to_vec();
    }
    let mut set = held(&candidates, evidence);
    while close(&mut set, &candidates, evidence) {}
    together(&mut set, &candidates, observed);
    // Where what would have to stay beside it is no candidate: better nothing than one zone unproved.
    if !may_stand(&set, observed) {
        return zones.to_vec();
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

/// Keeps what the tests do not speak against clearly enough; whether that was anything.
fn close(set: &mut Vec<Zone>, candidates: &[Zone], evidence: &Evidence) -> bool {
    let ahead = |of: Zone, zone: Zone| evidence.log(of).saturating_sub(evidence.log(zone));
    let best = candidates.iter().copied().max_by_key(|zone| evidence.log(*zone));
    let supported = |zone: &&Zone| best.is_none_or(|best| ahead(best, **zone) < TEN_TO_ONE);
    let against =
        |zone: Zone, set: &[Zone]| set.iter().filter(supported).all(|of| ahead(*of, zone) >= THREE_TO_ONE);
    let kept: Vec<Zone> =
        candidates.iter().copied().filter(|zone| !set.contains(zone) && !against(*zone, set)).collect();
    let any = !kept.is_empty();
    set.extend(kept);
    any
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
    // Also with the gateway's answer: another download in the home looks just like a full line, unless there was none.
    if before.contains(&Access) && !has(Observation::Household) {
        keep(Home);
    }
    if !has(Observation::Gateway) && before.contains(&Home) {
        keep(Access);
    }
    let asked = has(Observation::SameEdge);
    let told = BEHIND.into_iter().any(has);
    if !told && (before.contains(&Edge) || before.contains(&Origin)) {
        keep(Edge);
        keep(Origin);
    }
    match before.as_slice() {
        [Interconnect] if !(asked && has(Observation::References) && has(Observation::OtherEdge)) => {
            keep(Edge);
            if !asked {
                keep(Origin);
            }
        }
        [Edge] | [Origin] | [Edge, Origin] if !has(Observation::OtherEdge) && !told => {
            keep(Interconnect);
        }
        _ => {}
    }
}

/// Whether these zones may be all that is left of the path (ATTRIBUTION §3.5.3). No test proves that there was no other load
/// in the home: without the viewer's word for it access never stands alone. Passive ones don't prove where in the middle
/// it was, so neither does interconnect.
fn may_stand(set: &[Zone], observed: &[Observation]) -> bool {
    let has = |observation| observed.contains(&observation);
    match set {
        [Zone::Access] => has(Observation::Gateway) && has(Observation::Household),
        [Zone::Interconnect] => {
            has(Observation::References) && has(Observation::SameEdge) && has(Observation::OtherEdge)
        }
        [Zone::Home] => has(Observation::Gateway),
        [Zone::Edge] => has(Observation::OtherEdge) || BEHIND.into_iter().any(has),
        [Zone::Origin] => BEHIND.into_iter().any(has),
        _ => true,
    }
}

/// What would separate the zones that are left: the observations that cut the belief most evenly, best first.
pub fn would_decide(set: &[Zone], evidence: &Evidence, told: &[Told]) -> Vec<Observation> {
    use Zone::{Access, Edge, Home, Interconnect, Origin};
    let belief = evidence.belief(set);
    let of = |zones: &[Zone]| -> i64 {
        belief.iter().filter(|(zone, _)| zones.contains(zone)).map(|(_, part)| *part).sum()
    };
    // Once the queue is found behind the router, only who filled it is open, and the viewer may have said so.
    let behind = told.iter().any(|told| told.finding.id == gateway::QUEUE_BEHIND);
    let answered = told.iter().any(|told| household::IDS.contains(&told.finding.id.as_str()));
    let cut = told.iter().any(|told| told.finding.id == gateway::CUT_BEHIND);
    let home_or_access = match (behind, answered) {
        // Who else used it matters little where nothing came through.
        _ if cut => None,
        (false, _) => Some(Observation::Gateway),
        (true, false) => Some(Observation::Household),
        (true, true) => None,
    };
    let cuts: [(Option<Observation>, &[Zone], &[Zone]); 4] = [
        (home_or_access, &[Home], &[Access]),
        (Some(Observation::References), &[Home, Access], &[Interconnect, Edge, Origin]),
        (Some(Observation::OtherEdge), &[Interconnect], &[Edge, Origin]),
        (Some(Observation::ServerTiming), &[Edge], &[Origin]),
    ];
    let cuts =
        cuts.into_iter().filter_map(|(observation, near, far)| Some((of(near).min(of(far)), observation?)));
    let mut cuts: Vec<(i64, Observation)> = cuts.filter(|(cut, _)| *cut > 0).collect();
    cuts.arrange_by_key(|(cut, _)| std::cmp::Reverse(*cut));
    cuts.into_iter().map(|(_, observation)| observation).take(NAMED).collect()
}

#[cfg(test)]
mod tests {
    use super::super::belief::{Row, ln};
    use super::super::finding;
    use super::*;
    use Zone::{Access, Edge, Home, Interconnect, Origin, Player};
    use proptest::prelude::*;

    fn evidence(rows: &[Row]) -> Evidence {
        let told = |row: &Row| Told {
            finding: finding("made-up", Vec::new(), []),
            row: *row,
            observed: None,
            networks_assumed: false,
        };
        Evidence::of(&rows.iter().map(told).collect::<Vec<_>>())
    }

    #[test]
    fn sets_worked_by_hand() {
        let others = [ln::R05, ln::R05, 0, 0, 0];
        for (rows, expected) in [
            (vec![], &PATH[..]),
            // .028 and .054 of .657: the home is not in the 90 %, but nothing separates it from the access line.
            (vec![[ln::R10, ln::R15, 0, 0, 0]], &PATH),
            (vec![others], &[Interconnect, Edge, Origin]),
            (vec![[0, 0, ln::R50, ln::R10, ln::R10]], &[Home, Access, Interconnect]),
            (vec![others, [ln::R15, ln::R15, 0, 0, 0]], &[Interconnect, Edge, Origin]),
            // All against the server: still home, access and what lies between, never one of them.
            (vec![[0, 0, ln::R10, ln::R02, ln::R02]], &[Home, Access]),
            (vec![[ln::R02, 0, ln::R02, ln::R02, ln::R02]; 3], &[Home, Access]),
            (vec![[ln::R02, ln::R02, 0, ln::R02, ln::R02]; 3], &[Interconnect, Edge, Origin]),
            (vec![[ln::R02, ln::R02, ln::R02, 0, 0]; 3], &[Interconnect, Edge, Origin]),
        ] {
            assert_eq!(narrowed(&PATH, &evidence(&rows), &[]), expected, "{rows:?}");
        }
        let beyond = evidence(&[[ln::R02, ln::R02, ln::R02, 0, 0]; 3]);
        assert_eq!(narrowed(&PATH, &beyond, &[Observation::OtherEdge]), [Edge, Origin]);
        // What is not on the path stays.
        assert_eq!(
            narrowed(&[Player, Home, Access, Interconnect, Edge], &evidence(&[others]), &[]),
            [Player, Interconnect, Edge]
        );
    }

    #[test]
    fn what_would_decide() {
        let told = |set: &[Zone]| would_decide(set, &Evidence::default(), &[]);
        assert_eq!(told(&PATH), [Observation::References, Observation::Gateway]);
        assert_eq!(told(&[Home, Access]), [Observation::Gateway]);
        assert_eq!(told(&[Interconnect, Edge, Origin]), [Observation::ServerTiming, Observation::OtherEdge]);
        assert_eq!(told(&[Player]), []);
    }

    fn rows() -> impl Strategy<Value = Vec<Row>> {
        proptest::collection::vec(proptest::array::uniform5(-6_000i32..=0), 0..5)
    }

    proptest! {
        /// Whatever passive tests say: a part of where the cause can sit, no zone of the path alone but the server's.
        #[test]
        fn none_stands_alone(rows in rows(), sits in proptest::sample::subsequence(Zone::ALL.to_vec(), 2..=7), edge: bool) {
            let observed = if edge { vec![Observation::OtherEdge] } else { vec![] };
            let set = narrowed(&sits, &evidence(&rows), &observed);
            let of = |zones: &[Zone]| PATH.into_iter().filter(|zone| zones.contains(zone)).collect::<Vec<_>>();
            prop_assert!(set.iter().all(|zone| sits.contains(zone)));
            prop_assert!(sits.iter().all(|zone| set.contains(zone) || PATH.contains(zone)));
            if of(&set) != of(&sits) {
                prop_assert!(of(&set).len() >= 2 || of(&set) == [Edge] && edge, "{:?}", set);
            }
            if sits.contains(&Home) && sits.contains(&Access) {
                prop_assert_eq!(set.contains(&Home), set.contains(&Access));
            }
        }

        /// A row that prefers nothing changes nothing, and neither does the order.
        #[test]
        fn nothing_said_and_order_change_nothing(rows in rows(), same in -6_000i32..=0) {
            let whole = evidence(&rows);
            let more: Vec<Row> = rows.iter().rev().copied().chain([[same; 5]]).collect();
            prop_assert_eq!(&evidence(&more), &whole);
            let parts: i64 = whole.belief(&PATH).iter().map(|(_, part)| part).sum();
            prop_assert_eq!(parts, MILLION);
        }
    }
}
