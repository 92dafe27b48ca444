//! What the laboratory needs to fit the rows (`crates/lab/src/fit.rs`): verdicts by other rows than those in the code, and
//! what was weighed. Nothing that is shipped has it.

use super::belief::Row;
use super::{PATH, Told};
use crate::time::Wall;
use crate::verdict::{Report, Zone};
use std::cell::RefCell;
use std::collections::BTreeMap;

/// Rows by the id of the finding that they belong to.
pub type Rows = BTreeMap<String, Row>;

/// What was weighed of a stall.
#[derive(Clone, Debug)]
pub struct Weighing {
    /// When the stall began.
    pub began: Wall,
    /// The zones of the path in which its cause can sit.
    pub zones: Vec<Zone>,
    /// What the tests found, and their rows.
    pub outcomes: Rows,
}

thread_local! {
    static TRIAL: RefCell<Option<(Rows, Vec<Weighing>)>> = const { RefCell::new(None) };
}

/// What it explains by these rows, where there are any for an outcome, and what was weighed.
pub fn by(rows: &Rows, explain: impl FnOnce() -> Report) -> (Report, Vec<Weighing>) {
    TRIAL.set(Some((rows.clone(), Vec::new())));
    let report = explain();
    let weighed = TRIAL.take().map(|(_, weighed)| weighed).unwrap_or_default();
    (report, weighed)
}

/// How many to one a zone is expected beforehand.
pub fn priors() -> Vec<(Zone, f64)> {
    PATH.into_iter().zip(super::belief::PRIOR.map(|prior| prior as f64)).collect()
}

/// With a trial's rows, in a trial.
pub(super) fn exchanged(told: impl Iterator<Item = Told>) -> impl Iterator<Item = Told> {
    let row = |id: &str| TRIAL.with_borrow(|trial| trial.as_ref()?.0.get(id).copied());
    told.map(move |told| Told { row: row(&told.finding.id).unwrap_or(told.row), ..told })
}

/// Keeps what is weighed in a trial.
pub(crate) fn note(began: Wall, sits: &[Zone], told: &[Told]) {
    TRIAL.with_borrow_mut(|trial| {
        let Some((_, weighed)) = trial else { return };
        let zones = PATH.into_iter().filter(|zone| sits.contains(zone)).collect();
        let outcomes = told.iter().map(|told| (told.finding.id.clone(), told.row)).collect();
        weighed.push(Weighing { began, zones, outcomes });
    });
}
