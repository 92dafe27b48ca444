//! A decision tree on what is measured of sessions: what can be had without knowing what any of it means. Each group of runs
//! is judged by a tree that was fitted to all others: each family of scenarios, as our own rows are (fit.rs), or each seed, so
//! that the tree has seen the same faults before.

use crate::judge::{Answer, Record};
use crate::rivals::Told;
use crate::run::SCENARIOS;
use crate::scenario::Scenario;
use anyhow::Result;
use smartcore::linalg::basic::matrix::DenseMatrix;
use smartcore::tree::decision_tree_classifier::{DecisionTreeClassifier, DecisionTreeClassifierParameters};
use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;
use whystall::verdict::Zone;

/// What is left out when a tree is fitted, and judged by it: the group that a run is in.
pub type Group = fn(&Case) -> &str;

/// What such trees are called, and what each leaves out.
pub const LEFT_OUT: [(&str, Group); 2] = [
    ("a decision tree fitted to the other families", |case| &case.family),
    ("a decision tree fitted to the other seeds", |case| &case.seed),
];

/// Deeper ones learn the scenarios by heart.
const DEPTH: u16 = 5;
/// The library shuffles features before it looks which of them splits best; of equals it takes the first.
const SEED: u64 = 1;

/// A session whose truth is known.
pub struct Case {
    family: String,
    seed: String,
    truth: Zone,
    features: Vec<f64>,
}

/// Those of these that have a stall and a truth.
pub fn cases(records: &[&Record]) -> Result<Vec<Case>> {
    let mut cases = Vec::new();
    for record in records {
        let (Some(truth), Some(said)) = (&record.truth, &record.stall) else { continue };
        let family = Scenario::read(Path::new(SCENARIOS), &record.scenario)?.family().to_owned();
        let seed = record.seed.to_string();
        cases.push(Case { family, seed, truth: truth.zone, features: said.features.clone() });
    }
    Ok(cases)
}

/// Where the stall came from, and what the tree says that was fitted to the other groups.
pub fn judged(cases: &[Case], group: Group) -> Result<Vec<Told>> {
    let groups: BTreeSet<&str> = cases.iter().map(group).collect();
    let mut told = BTreeMap::new();
    for left_out in groups {
        let (of, others): (Vec<&Case>, Vec<&Case>) = cases.iter().partition(|case| group(case) == left_out);
        if others.is_empty() {
            continue;
        }
        let parameters =
            DecisionTreeClassifierParameters { seed: Some(SEED), ..Default::default() }.with_max_depth(DEPTH);
        let tree = DecisionTreeClassifier::fit(&matrix(&others)?, &places(&others), parameters)?;
        let zones = tree.predict(&matrix(&of)?)?;
        told.extend(of.iter().map(|case| std::ptr::from_ref(*case)).zip(zones));
    }
    let answer = |case: &Case| {
        let place = told.get(&std::ptr::from_ref(case)).and_then(|place| usize::try_from(*place).ok());
        let zone = place.and_then(|place| Zone::ALL.get(place));
        (case.truth, Answer { zones: zone.copied().into_iter().collect(), mass: Vec::new() })
    };
    Ok(cases.iter().map(answer).collect())
}

fn matrix(cases: &[&Case]) -> Result<DenseMatrix<f64>> {
    let rows: Vec<Vec<f64>> = cases.iter().map(|case| case.features.clone()).collect();
    Ok(DenseMatrix::from_2d_vec(&rows)?)
}

/// Where in [`Zone::ALL`] the truths are.
fn places(cases: &[&Case]) -> Vec<u32> {
    let place = |case: &&Case| Zone::ALL.iter().zip(0..).find(|(zone, _)| **zone == case.truth);
    cases.iter().map(|case| place(case).map_or(0, |(_, place)| place)).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn case(family: &str, seed: &str, truth: Zone, feature: f64) -> Case {
        Case { family: family.into(), seed: seed.into(), truth, features: vec![feature] }
    }

    fn told(known: &[Case], group: Group) -> Vec<Vec<Zone>> {
        judged(known, group).unwrap().into_iter().map(|(_, answer)| answer.zones).collect()
    }

    #[test]
    fn a_family_is_judged_by_what_was_learnt_of_others() {
        let known = [
            case("a", "1", Zone::Home, 0.0),
            case("b", "1", Zone::Home, 0.1),
            case("c", "1", Zone::Edge, 1.0),
            case("d", "1", Zone::Edge, 0.9),
            // Of this kind no other family has anything.
            case("e", "1", Zone::Origin, 0.95),
        ];
        let told = told(&known, |case| &case.family);
        assert_eq!(told[..2], [[Zone::Home], [Zone::Home]]);
        assert_eq!(told[4], [Zone::Edge]);
    }

    #[test]
    fn a_seed_is_judged_by_what_was_learnt_of_the_same_faults() {
        let of = |seed| [case("a", seed, Zone::Home, 0.0), case("e", seed, Zone::Origin, 0.95)];
        let known: Vec<Case> = ["1", "2"].into_iter().flat_map(of).collect();
        assert_eq!(told(&known, |case| &case.seed), [[Zone::Home], [Zone::Origin]].repeat(2));
    }
}
