//! Of docs/accuracy.md what the laboratory was to show, and whether it does.

use crate::accuracy::{Mode, judged};
use crate::durations;
use crate::judge::Record;
use crate::measure::{Judged, macro_mean, mean, number, of_one, quantile, ratio, size};
use crate::mechanism;
use crate::report::name;
use crate::scenario::Truth;
use crate::table::Table;
use anyhow::Result;
use std::fmt::Write;
use whystall::verdict::Zone;

/// From this seed on runs are passes over the scenarios in random order, by the check and with the waiting of now.
pub const AS_NOW: u64 = 8;

/// Of a hundred stalls of this zone so many have to name it alone.
const ALONE: [(Zone, usize); 7] = [
    (Zone::Device, 90),
    (Zone::Player, 90),
    (Zone::Home, 80),
    (Zone::Access, 70),
    (Zone::Interconnect, 70),
    (Zone::Edge, 80),
    (Zone::Origin, 90),
];

/// Of these it matters what the line carries when all is well.
const MEASURED: [Zone; 3] = [Zone::Player, Zone::Access, Zone::Interconnect];

/// One thing that was to be shown.
struct Row {
    what: String,
    target: String,
    measured: String,
    met: bool,
}

/// All targets, held against all runs that count, and against those by what is there now.
pub fn told(page: &mut String, valid: &[&Record]) -> Result<()> {
    let now: Vec<&Record> = valid.iter().copied().filter(|record| record.seed >= AS_NOW).collect();
    writeln!(
        page,
        "\n## What was to be shown\n\n\
         Many runs were measured by a check that began later, asked less, or waited longer. Those of seed {AS_NOW} and above are\n\
         passes over the scenarios in random order, as far as time allowed, by what is there now. The right zone alone is counted\n\
         with the answer: without it a full line is the home's or the provider's, and the set has to have both. *And line tests*:\n\
         where it is known, too, what the line carries when all is well; without that a line that is too slow from the first byte\n\
         on and a quality chosen too high look alike. Where a line is dead, a router that has lost its line and a line that is\n\
         down answer alike, and so do a dead peering and a dead site behind it.\n"
    )?;
    let from = format!("seed {AS_NOW} and above");
    let mut table = Table::new(&["what", "target", "all runs", "met", &from, "met"]);
    for (all, now) in rows(valid).into_iter().zip(rows(&now)) {
        let met = |row: &Row| if row.met { "yes" } else { "**no**" }.to_owned();
        let [all_met, now_met] = [met(&all), met(&now)];
        table.row([all.what, all.target, all.measured, all_met, now.measured, now_met]);
    }
    write!(page, "{table}")?;
    Ok(())
}

fn rows(valid: &[&Record]) -> Vec<Row> {
    let checked: Vec<&Record> = valid.iter().copied().filter(|record| record.check).collect();
    let (passive, with_check) = (judged(valid, Mode::Passive), judged(&checked, Mode::Checked));
    let count = |what: fn(&Record) -> usize| valid.iter().map(|of| what(of)).sum::<usize>();
    let (missed, invented) = (count(|record| record.missed), count(|record| record.invented));
    let stalls = || valid.iter().filter_map(|record| record.stall.as_ref());
    let segments: Vec<bool> = stalls().filter_map(|said| said.segment).collect();
    let inside: Vec<bool> = with_check.iter().map(Judged::inside).collect();
    let accused = with_check.iter().chain(&passive).filter(|judged| judged.accuses()).count();
    let zoned = valid.iter().filter(|record| record.stall.as_ref().is_some_and(|said| said.contained));
    let causes: Vec<bool> = zoned.filter_map(|record| mechanism::right(record)).collect();
    let sizes = [&passive, &with_check].map(|of| macro_mean(&of_one(of), size));
    let brier = mean(of_one(&with_check).iter().map(Judged::brier));
    let off = quantile(&durations::off(valid), 0.5);
    let [soon, late] = [(false, 0.5), (true, 1.0)].map(|(check, part)| {
        let of: Vec<&Record> = valid.iter().copied().filter(|record| record.check == check).collect();
        quantile(&durations::after(&of), part)
    });

    let mut rows = vec![
        row("stalls missed / invented", "0 / 0", format!("{missed} / {invented}"), missed + invented == 0),
        at_least("the media segment named right", &segments, 99),
        at_least("the true zone in the set, with a check", &inside, 97),
        at_most("zones in the set, passively", sizes[0], 2.2),
        at_most("zones in the set, with a check", sizes[1], 1.5),
    ];
    for (zone, percent) in ALONE {
        let of: Vec<&Record> = checked.iter().copied().filter(|record| is_of(record, zone)).collect();
        let alone = |of: &[&Record], mode| -> Vec<bool> {
            of_one(&judged(of, mode)).iter().map(Judged::alone).collect()
        };
        rows.push(at_least(&format!("{} alone", name(zone)), &alone(&of, Mode::Answered), percent));
        if MEASURED.contains(&zone) {
            let measured = alone(&of, Mode::Measured);
            rows.push(at_least(&format!("{} alone, and line tests", name(zone)), &measured, percent));
        }
        let but = |is: fn(&Truth) -> bool| -> Vec<&Record> {
            of.iter().copied().filter(|record| !record.truth.as_ref().is_some_and(is)).collect()
        };
        // What nothing that can be asked tells apart from what is beside it.
        let (which, can) = match zone {
            Zone::Home => ("without downloads in the home", but(Truth::is_home_busy)),
            Zone::Access => ("where the line is not dead", but(Truth::is_dead)),
            Zone::Interconnect => ("where the peering is not dead", but(Truth::is_dead)),
            _ => continue,
        };
        let can = alone(&can, Mode::Answered);
        rows.push(at_least(&format!("{} alone, {which}", name(zone)), &can, percent));
    }
    rows.extend([
        row(
            "access or interconnect alone, when innocent",
            "0 of 200 or more",
            ratio(accused, with_check.len() + passive.len()),
            accused == 0 && with_check.len() >= 200,
        ),
        at_least("the cause, given the zone", &causes, 90),
        at_most("Brier score, with a check", brier, 0.15),
        at_most("seconds avoided, off by so much of the stall at the median", off, 0.15),
        at_most("verdict after a stall's end without checks, median, s", soon, 0.3),
        at_most("verdict after a stall's end with a check, longest, s", late, 5.0),
    ]);
    rows
}

fn is_of(record: &Record, zone: Zone) -> bool {
    record.truth.as_ref().is_some_and(|truth| truth.zone == zone)
}

fn row(what: &str, target: &str, measured: String, met: bool) -> Row {
    Row { what: what.to_owned(), target: target.to_owned(), measured, met }
}

fn at_least(what: &str, right: &[bool], percent: usize) -> Row {
    let of = right.iter().filter(|right| **right).count();
    let met = !right.is_empty() && of * 100 >= right.len() * percent;
    row(what, &format!("{percent} %"), ratio(of, right.len()), met)
}

fn at_most(what: &str, measured: f64, most: f64) -> Row {
    row(what, &most.to_string(), number(measured), measured <= most)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_was_not_measured_is_not_met() {
        assert!(!at_least("", &[], 90).met);
        assert!(!at_most("", f64::NAN, 0.15).met);
    }

    #[test]
    fn a_target_is_met_at_its_bound() {
        let right = [&[true; 9][..], &[false]].concat();
        assert!(at_least("", &right, 90).met);
        assert!(!at_least("", &right, 91).met);
        assert!(at_most("", 0.15, 0.15).met && !at_most("", 0.151, 0.15).met);
    }
}
