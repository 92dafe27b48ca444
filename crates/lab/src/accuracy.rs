//! docs/accuracy.md: how often verdicts were right, from what was really run.

use crate::baseline::BASELINES;
use crate::judge::{Record, Said, accuses};
use crate::report::name;
use crate::run::commit;
use anyhow::{Context, Result};
use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write;
use std::process::Command;
use whystall::verdict::Zone;

/// What is written.
pub const PAGE: &str = "docs/accuracy.md";

/// What is judged.
const OURS: &str = "Whystall";

/// A stall whose truth is known, and the zones that somebody named.
#[derive(Clone, Copy)]
struct Answer<'a> {
    truth: Zone,
    set: &'a [Zone],
}

impl Answer<'_> {
    fn inside(&self) -> bool {
        self.set.contains(&self.truth)
    }

    fn alone(&self) -> bool {
        self.set == [self.truth]
    }

    /// The same for sets and points: the chance to hit the truth, if one zone of the set is picked blindly.
    fn utility(&self) -> f64 {
        if self.inside() { 1.0 / self.set.len() as f64 } else { 0.0 }
    }
}

/// The page: of all runs those that count.
pub fn page(all: &[Record], valid: &[&Record]) -> Result<String> {
    let commits: BTreeSet<&str> = all.iter().map(|record| record.commit.as_str()).collect();
    let commits: Vec<&str> = commits.into_iter().collect();
    let mut page = format!(
        "# Accuracy\n\n\
         <!-- Made by `cargo xtask lab report` from the runs in target/lab/runs. -->\n\n\
         How often Whystall was right where the fault is in a known place: real players in real browsers in the\n\
         [laboratory](laboratory.md). Of {} runs, {} count. They were made at {} and judged\n\
         on {} by the rules of {}: no history, no other traffic than the scenario says, and but for one section no\n\
         check.\n\n\
         Nothing was fitted to these runs, but rules were mended where they were wrong in them: these are no figures of\n\
         faults never seen before. Bounds are Wilson's, 95 %.\n",
        all.len(),
        valid.len(),
        commits.join(", "),
        today()?,
        commit()?,
    );
    let (checked, passive): (Vec<&Record>, Vec<&Record>) = valid.iter().partition(|record| record.check);
    summary(&mut page, &passive)?;
    by_zone(&mut page, &passive)?;
    confusion(&mut page, &passive)?;
    baselines(&mut page, &passive)?;
    with_check(&mut page, &checked)?;
    lengthening(&mut page, &passive, &checked)?;
    wrong(&mut page, valid)?;
    invalid(&mut page, all)?;
    Ok(page)
}

fn summary(page: &mut String, valid: &[&Record]) -> Result<()> {
    let mut table = Table::new(&["", "Chromium", "Firefox"]);
    let of = browsers(valid);
    let mut row = |what: &str, tell: &dyn Fn(&[&Record]) -> String| {
        table.row([what.to_owned(), tell(&of[0]), tell(&of[1])]);
    };
    let count =
        |of: &[&Record], what: fn(&Record) -> usize| of.iter().map(|record| what(record)).sum::<usize>();
    row("runs with a fault / controls", &|of| {
        let faults = of.iter().filter(|record| record.truth.is_some()).count();
        format!("{faults} / {}", of.len() - faults)
    });
    row("stalls missed / invented", &|of| {
        format!("{} / {}", count(of, |record| record.missed), count(of, |record| record.invented))
    });
    row("the media segment named right", &|of| {
        let named: Vec<bool> = of.iter().filter_map(|record| record.stall.as_ref()?.segment).collect();
        ratio(named.iter().filter(|right| **right).count(), named.len())
    });
    row("the true zone in the set", &|of| {
        let answers = whystalls(of);
        ratio(answers.iter().filter(|answer| answer.inside()).count(), answers.len())
    });
    row("zones in the set, mean of the means of each true zone", &|of| number(size(&whystalls(of))));
    row("access or interconnect alone, when innocent", &|of| {
        let innocent = whystalls(of);
        ratio(innocent.iter().filter(|answer| accuses(answer.set, answer.truth)).count(), innocent.len())
    });
    write!(page, "\n{table}")?;
    Ok(())
}

fn by_zone(page: &mut String, valid: &[&Record]) -> Result<()> {
    writeln!(page, "\n## By zone\n")?;
    let mut table = Table::new(&["true zone", "stalls", "in the set", "alone", "zones in the set"]);
    let answers = whystalls(valid);
    for (zone, of) in zones(&answers) {
        table.row([
            name(zone),
            of.len().to_string(),
            ratio(of.iter().filter(|answer| answer.inside()).count(), of.len()),
            ratio(of.iter().filter(|answer| answer.alone()).count(), of.len()),
            format!("{:.2}", mean(of.iter().map(|answer| answer.set.len() as f64))),
        ]);
    }
    write!(page, "{table}")?;
    Ok(())
}

fn confusion(page: &mut String, valid: &[&Record]) -> Result<()> {
    writeln!(page, "\n## What was said\n\nStalls by where the fault was and the set that was named.\n")?;
    let mut counts: BTreeMap<(Zone, Vec<Zone>), [usize; 2]> = BTreeMap::new();
    for (browser, of) in browsers(valid).iter().enumerate() {
        for answer in whystalls(of) {
            let [chromium, firefox] = counts.entry((answer.truth, answer.set.to_vec())).or_default();
            *(if browser == 0 { chromium } else { firefox }) += 1;
        }
    }
    let mut table = Table::new(&["true zone", "the set", "Chromium", "Firefox"]);
    for ((truth, set), [chromium, firefox]) in counts {
        let set = if set.contains(&truth) { list(&set) } else { format!("**{}**", list(&set)) };
        table.row([name(truth), set, chromium.to_string(), firefox.to_string()]);
    }
    write!(page, "{table}")?;
    Ok(())
}

fn baselines(page: &mut String, valid: &[&Record]) -> Result<()> {
    writeln!(
        page,
        "\n## Beside simpler rules\n\n\
         The same stalls, judged from the same evidence. Utility is the chance to hit the true zone if one of those named is\n\
         picked blindly; of all zones it is the mean.\n"
    )?;
    let whystall = whystalls(valid);
    let mut judges = vec![(OURS, whystall)];
    for (number, baseline) in BASELINES.iter().enumerate() {
        let answers = valid.iter().filter_map(|record| {
            let (truth, said) = (record.truth.as_ref()?, record.stall.as_ref()?);
            Some(Answer { truth: truth.zone, set: said.baselines.get(number)? })
        });
        judges.push((baseline.name, answers.collect()));
    }
    let mut table =
        Table::new(&["", "true zone in the set", "zones in the set", "innocent network alone", "utility"]);
    for (judge, answers) in &judges {
        table.row([
            (*judge).to_owned(),
            ratio(answers.iter().filter(|answer| answer.inside()).count(), answers.len()),
            number(size(answers)),
            ratio(answers.iter().filter(|answer| accuses(answer.set, answer.truth)).count(), answers.len()),
            number(utility(answers)),
        ]);
    }
    write!(page, "{table}\nUtility by true zone:\n\n")?;
    let mut head = vec!["true zone"];
    head.extend(judges.iter().map(|(judge, _)| *judge));
    let mut table = Table::new(&head);
    let mut beaten = Vec::new();
    for zone in Zone::ALL {
        let of = |answers: &[Answer]| {
            let its = answers.iter().filter(|answer| answer.truth == zone);
            mean(its.map(Answer::utility))
        };
        let all: Vec<f64> = judges.iter().map(|(_, answers)| of(answers)).collect();
        let (best, by) = judges.iter().zip(&all).fold((0.0, ""), |best, ((judge, _), utility)| {
            if *utility > best.0 { (*utility, *judge) } else { best }
        });
        if by != OURS && !by.is_empty() {
            beaten.push(format!("{} (“{by}”, {best:.2})", name(zone)));
        }
        table.row([name(zone)].into_iter().chain(all.iter().map(|utility| number(*utility))));
    }
    writeln!(page, "{table}")?;
    if beaten.is_empty() {
        writeln!(page, "Whystall is nowhere behind.")?;
    } else {
        writeln!(
            page,
            "**Whystall does not win where the fault is at {}.**\n\
             Without an observation that tells zones apart it names all that are possible; a rule that always says the same few\n\
             is ahead wherever these are right, and wrong elsewhere.",
            beaten.join(", ")
        )?;
    }
    Ok(())
}

/// The same stalls twice: without what the checks measured, and with it.
fn with_check(page: &mut String, checked: &[&Record]) -> Result<()> {
    if checked.is_empty() {
        return Ok(());
    }
    writeln!(
        page,
        "\n## With the check\n\n\
         Runs in which the viewer had allowed [checks](attribution.md#the-check). Each stall is judged twice from the same\n\
         evidence, without what the check measured and with it.\n"
    )?;
    let mut table = Table::new(&[
        "true zone",
        "stalls",
        "in the set, without",
        "with",
        "alone, without",
        "with",
        "zones in the set, without",
        "with",
    ]);
    let of = |set: fn(&Said) -> &[Zone]| -> Vec<Answer> {
        let known =
            checked.iter().filter_map(|record| Some((record.truth.as_ref()?, record.stall.as_ref()?)));
        known.map(|(truth, said)| Answer { truth: truth.zone, set: set(said) }).collect()
    };
    let (without, with) = (of(|said| &said.unchecked), of(|said| &said.zones));
    let count = |of: &[Answer], what: fn(&Answer) -> bool| {
        ratio(of.iter().filter(|answer| what(answer)).count(), of.len())
    };
    for ((zone, without), (_, with)) in zones(&without).into_iter().zip(zones(&with)) {
        let both = [&without, &with];
        let cells = both.map(|of| count(of, |answer| answer.inside())).into_iter();
        let cells = cells.chain(both.map(|of| count(of, |answer| answer.alone())));
        let cells = cells.chain(both.map(|of| number(size(of))));
        table.row([name(zone), without.len().to_string()].into_iter().chain(cells));
    }
    let accused = count(&with, |answer| accuses(answer.set, answer.truth));
    writeln!(
        page,
        "{table}\nAccess or interconnect alone, when innocent: {accused}. What was said with the check:\n"
    )?;
    let mut table = Table::new(&["scenario", "browser", "true zone", "without", "with"]);
    for record in checked {
        if let (Some(truth), Some(said)) = (&record.truth, &record.stall) {
            let sets = [list(&said.unchecked), list(&said.zones)];
            let cells = [record.scenario.clone(), record.browser.clone(), name(truth.zone)];
            table.row(cells.into_iter().chain(sets));
        }
    }
    write!(page, "{table}")?;
    Ok(())
}

/// Whether checks made stalls longer: the same scenario, browser and seed once without and once with it.
fn lengthening(page: &mut String, passive: &[&Record], checked: &[&Record]) -> Result<()> {
    let key = |record: &Record| (record.scenario.clone(), record.browser.clone(), record.seed);
    let lasted = |record: &Record| Some(record.stall.as_ref()?.lasted / 1000.0);
    let mut pairs = Vec::new();
    for with in checked {
        let without = passive.iter().find(|record| key(record) == key(with));
        if let Some((without, lasted)) = without.and_then(|record| lasted(record)).zip(lasted(with)) {
            pairs.push((with, without, lasted));
        }
    }
    if pairs.is_empty() {
        return Ok(());
    }
    writeln!(page, "\nHow long playback stood in the same run without and with a check, seconds:\n")?;
    let mut table = Table::new(&["scenario", "browser", "seed", "without", "with"]);
    for (record, without, with) in &pairs {
        let cells = [record.scenario.clone(), record.browser.clone(), record.seed.to_string()];
        table.row(cells.into_iter().chain([number(*without), number(*with)]));
    }
    let longer: Vec<f64> = pairs.iter().map(|(_, without, with)| with - without).collect();
    let (middle, error) = (mean(longer.iter().copied()), standard_error(&longer));
    writeln!(
        page,
        "{table}\nLonger with it, mean of {}: {} s, standard error {} s.",
        longer.len(),
        number(middle),
        number(error),
    )?;
    Ok(())
}

fn wrong(page: &mut String, valid: &[&Record]) -> Result<()> {
    writeln!(page, "\n## Where Whystall was wrong\n")?;
    let mut any = false;
    for record in valid {
        for fault in record.wrong() {
            any = true;
            let said = record
                .stall
                .as_ref()
                .map_or(String::new(), |said| format!(" ({}: {})", said.cause, list(&said.zones)));
            writeln!(page, "- {}, {}, seed {}: {fault}{said}", record.scenario, record.browser, record.seed)?;
        }
    }
    if !any {
        writeln!(page, "Nowhere in these runs.")?;
    }
    Ok(())
}

fn invalid(page: &mut String, all: &[Record]) -> Result<()> {
    writeln!(page, "\n## Runs that do not count\n")?;
    let mut any = false;
    for record in all.iter().filter(|record| !record.counts()) {
        any = true;
        writeln!(
            page,
            "- {}, {}, seed {}: {}",
            record.scenario,
            record.browser,
            record.seed,
            record.invalid.join("; ")
        )?;
    }
    if !any {
        writeln!(page, "None.")?;
    }
    Ok(())
}

fn whystalls<'a>(records: &[&'a Record]) -> Vec<Answer<'a>> {
    let answer = |record: &&'a Record| {
        let (truth, said) = (record.truth.as_ref()?, record.stall.as_ref()?);
        Some(Answer { truth: truth.zone, set: &said.zones })
    };
    records.iter().filter_map(answer).collect()
}

fn browsers<'a>(records: &[&'a Record]) -> [Vec<&'a Record>; 2] {
    ["chromium", "firefox"]
        .map(|browser| records.iter().copied().filter(|record| record.browser == browser).collect())
}

fn zones<'a>(answers: &[Answer<'a>]) -> Vec<(Zone, Vec<Answer<'a>>)> {
    let of = |zone| answers.iter().copied().filter(|answer| answer.truth == zone).collect();
    Zone::ALL
        .into_iter()
        .map(|zone| (zone, of(zone)))
        .filter(|(_, of): &(_, Vec<_>)| !of.is_empty())
        .collect()
}

/// Zones in the set; each true zone weighs the same.
fn size(answers: &[Answer]) -> f64 {
    mean(zones(answers).iter().map(|(_, of)| mean(of.iter().map(|answer| answer.set.len() as f64))))
}

fn utility(answers: &[Answer]) -> f64 {
    mean(zones(answers).iter().map(|(_, of)| mean(of.iter().map(Answer::utility))))
}

fn mean(values: impl Iterator<Item = f64>) -> f64 {
    let all: Vec<f64> = values.collect();
    all.iter().sum::<f64>() / all.len() as f64
}

/// Of the mean; not a number for a single value.
fn standard_error(values: &[f64]) -> f64 {
    let middle = mean(values.iter().copied());
    let squares: f64 = values.iter().map(|value| (value - middle).powi(2)).sum();
    (squares / (values.len() as f64 - 1.0) / values.len() as f64).sqrt()
}

fn list(zones: &[Zone]) -> String {
    zones.iter().copied().map(name).collect::<Vec<_>>().join(" ")
}

fn number(value: f64) -> String {
    if value.is_nan() { "–".to_owned() } else { format!("{value:.2}") }
}

/// `3 of 4 (0.30–0.95)`.
fn ratio(of: usize, all: usize) -> String {
    if all == 0 {
        return "–".to_owned();
    }
    let (low, high) = wilson(of as f64, all as f64);
    format!("{of} of {all} ({low:.2}–{high:.2})")
}

/// The bounds of a share, 95 %.
fn wilson(of: f64, all: f64) -> (f64, f64) {
    const Z: f64 = 1.96;
    let share = of / all;
    let middle = share + Z * Z / (2.0 * all);
    let spread = Z * (share * (1.0 - share) / all + Z * Z / (4.0 * all * all)).sqrt();
    let whole = 1.0 + Z * Z / all;
    (((middle - spread) / whole).max(0.0), ((middle + spread) / whole).min(1.0))
}

fn today() -> Result<String> {
    let output = Command::new("date").args(["--utc", "+%F"]).output().context("starting date")?;
    Ok(String::from_utf8_lossy(&output.stdout).trim().to_owned())
}

/// A table as Markdown has it.
struct Table(String);

impl Table {
    fn new(head: &[&str]) -> Table {
        let mut table = Table(String::new());
        table.row(head.iter().map(|title| (*title).to_owned()));
        table.row(head.iter().map(|_| "---".to_owned()));
        table
    }

    fn row(&mut self, cells: impl IntoIterator<Item = String>) {
        let cells: Vec<String> = cells.into_iter().collect();
        self.0 += &format!("| {} |\n", cells.join(" | "));
    }
}

impl std::fmt::Display for Table {
    fn fmt(&self, to: &mut std::fmt::Formatter) -> std::fmt::Result {
        to.write_str(&self.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bounds_are_those_of_the_books() {
        // Wilson 1927; Newcombe 1998, table I.
        let (low, high) = wilson(81.0, 263.0);
        assert_eq!((format!("{low:.4}"), format!("{high:.4}")), ("0.2553".into(), "0.3662".into()));
        let (low, high) = wilson(0.0, 20.0);
        assert_eq!((low, format!("{high:.4}")), (0.0, "0.1611".into()));
    }

    #[test]
    fn the_standard_error_is_that_of_the_mean() {
        assert_eq!(standard_error(&[2.0, 4.0, 4.0, 6.0]), (8.0_f64 / 3.0 / 4.0).sqrt());
        assert_eq!(number(standard_error(&[1.0])), "–");
    }

    #[test]
    fn a_set_is_worth_what_a_blind_pick_of_it_is() {
        let answer = |set| Answer { truth: Zone::Edge, set };
        assert_eq!(answer(&[Zone::Edge]).utility(), 1.0);
        assert_eq!(answer(&[Zone::Edge, Zone::Origin]).utility(), 0.5);
        assert_eq!(answer(&[Zone::Access]).utility(), 0.0);
        assert_eq!(answer(&[]).utility(), 0.0);
    }
}
