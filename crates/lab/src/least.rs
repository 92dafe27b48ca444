//! Of docs/accuracy.md how small passive sets could be without being wrong: a bound that no rule on the same findings gets below.

use crate::judge::Record;
use crate::measure::{mean, number};
use std::collections::{BTreeMap, BTreeSet};
use whystall::verdict::{Stall, Zone};

/// What a verdict rests on: its cause, and the ids of its findings.
pub type Signs = BTreeSet<String>;

/// A stall: where it came from, and what was found passively.
type Case<'a> = (Zone, &'a Signs);

/// Of this verdict.
pub fn rests_on(stall: &Stall) -> Signs {
    let findings = stall.findings.iter().map(|finding| finding.id.clone());
    [stall.cause.clone()].into_iter().chain(findings).collect()
}

/// Zones that a rule would have to name that knows all of these runs, names the true one in each, and has only what was found:
/// runs in which the same was found have the same set, so that it has all that was true in any of them. The mean of the
/// means of each true zone.
pub fn told(records: &[&Record]) -> String {
    let of_one = records.iter().filter(|record| !record.shared);
    let cases = of_one
        .filter_map(|record| Some((record.truth.as_ref()?.zone, &record.stall.as_ref()?.passive_rests_on)));
    let cases: Vec<Case> = cases.collect();
    number(least(&cases))
}

fn least(cases: &[Case]) -> f64 {
    let mut alike: BTreeMap<&Signs, BTreeSet<Zone>> = BTreeMap::new();
    for (truth, found) in cases {
        alike.entry(found).or_default().insert(*truth);
    }
    let mut by_zone: BTreeMap<Zone, Vec<f64>> = BTreeMap::new();
    for (truth, found) in cases {
        let named = alike.get(found).map_or(0, BTreeSet::len);
        by_zone.entry(*truth).or_default().push(named as f64);
    }
    mean(by_zone.values().map(|sizes| mean(sizes.iter().copied())))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_looks_alike_is_named_together() {
        let found = |ids: &[&str]| ids.iter().map(|id| (*id).to_owned()).collect::<Signs>();
        let (slow, fast) = (found(&["body-slow"]), found(&["body-slow", "others-fast"]));
        let cases = [(Zone::Home, &slow), (Zone::Access, &slow), (Zone::Edge, &slow), (Zone::Edge, &fast)];
        // Three for home, three for access, and two on average for the edge.
        assert!((least(&cases) - 8.0 / 3.0).abs() < 1e-9);
    }
}
