//! The whole way from inputs to a report. Live verdicts and replays are made here, so that they cannot differ.

use crate::cause::{Case, judge};
use crate::event::Input;
use crate::ledger::Books;
use crate::machine::Machine;
use crate::sort::Sort;
use crate::stall::Sighting;
use crate::time::Wall;
use crate::verdict::{MODEL, Report, Stall};

/// Replays recorded inputs.
pub fn explain(inputs: &[Input]) -> Report {
    let machine = Machine::replay(inputs);
    let mut stalls: Vec<Stall> = Vec::new();
    for element in machine.elements.values() {
        let books = Books::open(&machine, element);
        let sightings = element.detector.finished().chain(element.detector.open().cloned());
        stalls.extend(sightings.map(|sighting| verdict(&machine, &books, &sighting)));
    }
    stalls.arrange_by_key(|stall| (stall.ended.map_or(Wall::MAX, |ended| ended.wall), stall.began.wall));
    Report { model: MODEL, stalls }
}

/// What is to be said of one stall.
pub fn verdict(machine: &Machine, books: &Books, sighting: &Sighting) -> Stall {
    let (blocking, ledger) = books.explain(sighting);
    let blind: Vec<(Wall, Wall, &'static str)> =
        machine.blind_for(sighting.element).map(|(from, to, what)| (from, to, what.id())).collect();
    judge(&Case {
        sighting,
        blocking: &blocking,
        ledger: &ledger,
        machine,
        books,
        blind: &blind,
        now: machine.now,
    })
}
