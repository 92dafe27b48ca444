//! Fits the likelihoods of the tests of the path to what was run, and judges each family of scenarios by rows that were
//! fitted to all others. What is written is to be read by a person before a row in the code is changed.
//!
//! A zone's odds are its prior times the likelihoods that the tests' outcomes give it (ATTRIBUTION §3.4). The rows are those
//! that make the true zones most likely, drawn towards the ones in the code: a normal distribution around each
//! log-likelihood, so that an outcome that was seldom seen moves little. That is convex, so that steps downhill find it.

use crate::evidence::Evidence;
use crate::judge::{Answer, Record};
use crate::measure::{Judged, macro_mean, mean, size};
use crate::run::{Run, SCENARIOS, commit, records};
use crate::scenario::Scenario;
use anyhow::{Context, Result};
use serde::{Deserialize, Serialize};
use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::Path;
use whystall::fitting::{self, Rows, Weighing, priors};
use whystall::verdict::Zone;

/// What is written.
const FILE: &str = "lab/fit.json";

/// How far a likelihood may be from the one in the code, as a factor: one standard deviation.
const FACTOR: f64 = 2.0;

const ROUNDS: usize = 2_000;

/// The result, and what it was made of.
#[derive(Serialize, Deserialize)]
pub struct Fit {
    /// Of the runs.
    pub commits: Vec<String>,
    /// Of the program that fitted.
    pub commit: String,
    pub stalls: usize,
    pub families: usize,
    /// How each set of rows does; of families left out where it says so.
    pub scores: Vec<Score>,
    /// Thousandths of a nat for home, access, in between, edge and origin, by outcome.
    pub rows: BTreeMap<String, Fitted>,
}

/// How good answers by some rows are.
#[derive(Serialize, Deserialize)]
pub struct Score {
    pub rows: String,
    pub of: usize,
    pub inside: usize,
    pub alone: usize,
    pub accused: usize,
    pub size: f64,
    pub brier: f64,
    /// Mean of −ln of the part that the true zone has of the belief.
    pub log: f64,
}

/// An outcome.
#[derive(Serialize, Deserialize)]
pub struct Fitted {
    /// How often it was seen, by true zone.
    pub seen: BTreeMap<Zone, usize>,
    pub in_code: Vec<i32>,
    pub fitted: Vec<i32>,
}

/// A stall with a check whose truth is on the path, and what was weighed of it.
struct Case {
    family: String,
    truth: Zone,
    evidence: Evidence,
    weighing: Weighing,
}

/// Reads the last one, if there is one.
pub fn last() -> Option<Fit> {
    serde_json::from_str(&fs::read_to_string(FILE).ok()?).ok()
}

/// Fits, and writes what came of it.
pub fn fit() -> Result<()> {
    let (cases, commits) = cases()?;
    let families: BTreeSet<&str> = cases.iter().map(|case| case.family.as_str()).collect();
    anyhow::ensure!(families.len() > 1, "there is nothing to leave out: run more families with --check");
    let code = Rows::new();
    let all = fitted(&cases.iter().collect::<Vec<_>>());
    let mut left_out = BTreeMap::new();
    for family in &families {
        let others: Vec<&Case> = cases.iter().filter(|case| case.family != **family).collect();
        left_out.insert(*family, fitted(&others));
    }
    let scores = vec![
        score("in the code", &cases, |_| &code),
        score("fitted, each family left out", &cases, |case| {
            left_out.get(case.family.as_str()).unwrap_or(&code)
        }),
        score("fitted to all of these", &cases, |_| &all),
    ];
    let mut rows = BTreeMap::new();
    for case in &cases {
        for (id, row) in &case.weighing.outcomes {
            let fitted = all.get(id).unwrap_or(row).to_vec();
            let of = rows.entry(id.clone()).or_insert_with(|| Fitted {
                seen: BTreeMap::new(),
                in_code: row.to_vec(),
                fitted,
            });
            *of.seen.entry(case.truth).or_default() += 1;
        }
    }
    for Score { rows, of, inside, alone, accused, size, brier, log } in &scores {
        println!(
            "{rows:<30} of {of} stalls: inside {inside}, alone {alone}, mean size {size:.2}, innocent network alone {accused}, \
             Brier {brier:.3}, log score {log:.3}"
        );
    }
    let fit = Fit { commits, commit: commit()?, stalls: cases.len(), families: families.len(), scores, rows };
    fs::write(FILE, serde_json::to_string_pretty(&fit)? + "\n")?;
    println!("written to {FILE}");
    Ok(())
}

fn cases() -> Result<(Vec<Case>, Vec<String>)> {
    let mut cases = Vec::new();
    let mut commits = BTreeSet::new();
    // Of two faults at once no single zone is the truth.
    // What is drawn is no part of what rules are made by.
    let fits = |record: &&Record| {
        let apart = record.only.is_some() || record.drawn || record.shared || record.like.is_some();
        record.check && !apart && record.counts()
    };
    for record in records()?.iter().filter(fits) {
        let (Some(truth), Some(said)) = (&record.truth, &record.stall) else { continue };
        let scenario = Scenario::read(Path::new(SCENARIOS), &record.scenario)?;
        let bundle = record.bundles.get(said.number).context("a stall without evidence")?;
        let evidence = Evidence::read(bundle).with_context(|| Run::of(record).name())?;
        let (report, weighed) = fitting::by(&Rows::new(), || whystall::explain(&evidence.inputs));
        let stall = evidence.find(report);
        let weighing =
            weighed.into_iter().find(|of| stall.as_ref().is_some_and(|stall| stall.began.wall == of.began));
        let Some(weighing) = weighing.filter(|of| of.zones.contains(&truth.zone)) else { continue };
        commits.insert(record.commit.clone());
        cases.push(Case { family: scenario.family().to_owned(), truth: truth.zone, evidence, weighing });
    }
    Ok((cases, commits.into_iter().collect()))
}

/// The log-likelihoods by zone that make the truth of these most likely.
fn fitted(cases: &[&Case]) -> Rows {
    let mut size: BTreeMap<&str, f64> = BTreeMap::new();
    for case in cases {
        *size.entry(&case.family).or_default() += 1.0;
    }
    // Each family weighs the same.
    let weighed: Vec<(f64, &Weighing, Zone)> = cases
        .iter()
        .map(|case| (1.0 / size.get(case.family.as_str()).unwrap_or(&1.0), &case.weighing, case.truth))
        .collect();
    let strength = 1.0 / FACTOR.ln().powi(2);
    // No step is too long: the curvature is at most this.
    let step = 1.0 / (strength + size.len() as f64 / 2.0);
    let mut change: BTreeMap<(&str, Zone), f64> = BTreeMap::new();
    for _ in 0..ROUNDS {
        let mut slope: BTreeMap<(&str, Zone), f64> =
            change.iter().map(|(of, by)| (*of, strength * by)).collect();
        for (weight, weighing, truth) in &weighed {
            for (zone, belief) in belief(weighing, &change) {
                let miss = belief - if zone == *truth { 1.0 } else { 0.0 };
                for id in weighing.outcomes.keys() {
                    *slope.entry((id, zone)).or_default() += weight * miss;
                }
            }
        }
        for (of, slope) in slope {
            *change.entry(of).or_default() -= step * slope;
        }
    }
    let mut rows = Rows::new();
    for (_, weighing, _) in &weighed {
        for (id, row) in &weighing.outcomes {
            let mut fitted = *row;
            for (value, (zone, _)) in fitted.iter_mut().zip(priors()) {
                let by = change.get(&(id.as_str(), zone)).copied().unwrap_or_default();
                *value += (by * 1000.0).round() as i32;
            }
            rows.insert(id.clone(), fitted);
        }
    }
    rows
}

/// How likely each zone is that the cause can sit in, by the rows that were weighed and changes of them.
fn belief(weighing: &Weighing, change: &BTreeMap<(&str, Zone), f64>) -> Vec<(Zone, f64)> {
    let odds = priors().into_iter().enumerate().filter(|(_, (zone, _))| weighing.zones.contains(zone));
    let odds: Vec<(Zone, f64)> = odds
        .map(|(place, (zone, prior))| {
            let told = weighing.outcomes.iter().map(|(id, row)| {
                let log = row.get(place).map_or(0.0, |log| f64::from(*log) / 1000.0);
                log + change.get(&(id.as_str(), zone)).copied().unwrap_or_default()
            });
            (zone, prior * told.sum::<f64>().exp())
        })
        .collect();
    let all: f64 = odds.iter().map(|(_, odds)| odds).sum();
    odds.into_iter().map(|(zone, odds)| (zone, odds / all)).collect()
}

fn score<'a>(title: &str, cases: &'a [Case], rows: impl Fn(&'a Case) -> &'a Rows) -> Score {
    let answers: Vec<(Answer, f64)> = cases
        .iter()
        .map(|case| {
            let (report, weighed) = fitting::by(rows(case), || whystall::explain(&case.evidence.inputs));
            let weighing = weighed.iter().find(|of| of.began == case.weighing.began);
            // What was noted are these rows: no change comes on top of them.
            let belief = weighing.map_or(Vec::new(), |of| belief(of, &BTreeMap::new()));
            let part = belief.iter().find(|(zone, _)| *zone == case.truth).map_or(0.0, |(_, part)| *part);
            let stall = case.evidence.find(report);
            (stall.as_ref().map(Answer::of).unwrap_or_default(), -part.ln())
        })
        .collect();
    let judged: Vec<Judged> = cases
        .iter()
        .zip(&answers)
        .map(|(case, (answer, _))| Judged { truth: case.truth, answer, shared: false })
        .collect();
    let count = |of: fn(&Judged) -> bool| judged.iter().filter(|judged| of(judged)).count();
    Score {
        rows: title.to_owned(),
        of: judged.len(),
        inside: count(|judged| judged.inside()),
        alone: count(|judged| judged.alone()),
        accused: count(|judged| judged.accuses()),
        size: macro_mean(&judged, size),
        brier: mean(judged.iter().map(Judged::brier)),
        log: mean(answers.iter().map(|(_, log)| *log)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use whystall::time::Wall;

    fn case(family: &str, truth: Zone, outcome: &str) -> Case {
        let zones = priors().into_iter().map(|(zone, _)| zone).collect();
        let outcomes = Rows::from([(outcome.to_owned(), [0; 5])]);
        Case {
            family: family.to_owned(),
            truth,
            evidence: Evidence::read(include_str!(
                "../../../tests/replay/slow-response/withheld-chromium/bundle.whystall"
            ))
            .unwrap(),
            weighing: Weighing { began: Wall(0), zones, outcomes },
        }
    }

    fn home_of(rows: &Rows, outcome: &str) -> f64 {
        let row = rows[outcome];
        f64::from(row[0] - row[1]) / 1000.0
    }

    #[test]
    fn what_is_seen_moves_a_row_and_what_is_seen_oftener_moves_it_further() {
        let few = [case("a", Zone::Home, "seen")];
        let more: Vec<Case> = ["a", "b", "c", "d"].map(|family| case(family, Zone::Home, "seen")).into();
        let rows = |cases: &[Case]| fitted(&cases.iter().collect::<Vec<_>>());
        let (few, more) = (home_of(&rows(&few), "seen"), home_of(&rows(&more), "seen"));
        assert!(0.1 < few && few < more && more < 3.0, "{few} {more}");
    }

    #[test]
    fn a_family_with_many_runs_weighs_no_more_than_one_with_few() {
        let many: Vec<Case> = [("a", Zone::Home); 9]
            .into_iter()
            .chain([("b", Zone::Access)])
            .map(|(of, zone)| case(of, zone, "seen"))
            .collect();
        let one = [case("a", Zone::Home, "seen"), case("b", Zone::Access, "seen")];
        let rows = |cases: &[Case]| fitted(&cases.iter().collect::<Vec<_>>());
        assert_eq!(rows(&many), rows(&one));
    }

    #[test]
    fn where_the_truth_is_what_was_expected_little_changes() {
        // At the best place the slope is zero: the pull to the code is what the misses are.
        let cases = [case("a", Zone::Home, "seen"), case("b", Zone::Access, "seen")];
        let rows = fitted(&cases.iter().collect::<Vec<_>>());
        let strength = 1.0 / FACTOR.ln().powi(2);
        let weighing = Weighing { outcomes: rows.clone(), ..cases[0].weighing.clone() };
        for (place, (zone, part)) in belief(&weighing, &BTreeMap::new()).into_iter().enumerate() {
            let seen = cases.iter().filter(|case| case.truth == zone).count() as f64;
            let pull = strength * f64::from(rows["seen"][place]) / 1000.0;
            assert!((2.0 * part - seen + pull).abs() < 0.01, "{zone:?}");
        }
    }
}
