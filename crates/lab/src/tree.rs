//! A decision tree on what is measured of sessions: what can be had without knowing what any of it means. Each family of
//! scenarios is judged by a tree that was fitted to all others, as our own rows are (fit.rs).

use crate::judge::{Answer, Record};
use crate::run::SCENARIOS;
use crate::scenario::Scenario;
use anyhow::Result;
use linfa::prelude::*;
use linfa_trees::DecisionTree;
use ndarray::{Array1, Array2};
use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;
use whystall::verdict::Zone;

/// What it is called.
pub const NAME: &str = "a decision tree fitted to the other families";

/// Deeper ones learn the scenarios by heart.
const DEPTH: usize = 5;

/// A session whose truth is known.
struct Case {
    family: String,
    truth: Zone,
    features: Vec<f64>,
}

/// Where the stall came from, and what the tree says, of each of these that has a stall and a truth.
pub fn judged(records: &[&Record]) -> Result<Vec<(Zone, Answer)>> {
    let mut cases = Vec::new();
    for record in records {
        let (Some(truth), Some(said)) = (&record.truth, &record.stall) else { continue };
        let family = Scenario::read(Path::new(SCENARIOS), &record.scenario)?.family().to_owned();
        cases.push(Case { family, truth: truth.zone, features: said.features.clone() });
    }
    said(&cases)
}

fn said(cases: &[Case]) -> Result<Vec<(Zone, Answer)>> {
    let families: BTreeSet<&str> = cases.iter().map(|case| case.family.as_str()).collect();
    let mut told = BTreeMap::new();
    for family in families {
        let (of, others): (Vec<&Case>, Vec<&Case>) = cases.iter().partition(|case| case.family == family);
        if others.is_empty() {
            continue;
        }
        let tree = DecisionTree::params()
            .max_depth(Some(DEPTH))
            .fit(&Dataset::new(matrix(&others)?, places(&others)))?;
        let zones = tree.predict(&matrix(&of)?);
        told.extend(of.iter().map(|case| std::ptr::from_ref(*case)).zip(zones));
    }
    let answer = |case: &Case| {
        let zone = told.get(&std::ptr::from_ref(case)).and_then(|place| Zone::ALL.get(*place));
        (case.truth, Answer { zones: zone.copied().into_iter().collect(), mass: Vec::new() })
    };
    Ok(cases.iter().map(answer).collect())
}

fn matrix(cases: &[&Case]) -> Result<Array2<f64>> {
    let wide = cases.first().map_or(0, |case| case.features.len());
    let all = cases.iter().flat_map(|case| case.features.iter().copied()).collect();
    Ok(Array2::from_shape_vec((cases.len(), wide), all)?)
}

/// Where in [`Zone::ALL`] the truths are.
fn places(cases: &[&Case]) -> Array1<usize> {
    let place = |case: &&Case| Zone::ALL.iter().position(|zone| *zone == case.truth).unwrap_or_default();
    cases.iter().map(place).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_family_is_judged_by_what_was_learnt_of_others() {
        let case =
            |family: &str, truth, feature| Case { family: family.into(), truth, features: vec![feature] };
        let known = [
            case("a", Zone::Home, 0.0),
            case("b", Zone::Home, 0.1),
            case("c", Zone::Edge, 1.0),
            case("d", Zone::Edge, 0.9),
            // Of this kind no other family has anything.
            case("e", Zone::Origin, 0.95),
        ];
        let told: Vec<Vec<Zone>> =
            said(&known).unwrap().into_iter().map(|(_, answer)| answer.zones).collect();
        assert_eq!(told[..2], [[Zone::Home], [Zone::Home]]);
        assert_eq!(told[4], [Zone::Edge]);
    }
}
