//! docs/accuracy.md: how often verdicts were right, from what was really run.

use crate::beside;
use crate::durations;
use crate::figure;
use crate::fit::Fit;
use crate::judge::{Record, Said};
use crate::kept;
use crate::meanwhile;
use crate::measure::{Judged, calibration, macro_mean, mean, number, of_one, ratio, share, size};
use crate::mechanism;
use crate::others;
use crate::report::name;
use crate::rivals;
use crate::run::commit;
use crate::shares;
use crate::surroundings;
use crate::table::Table;
use crate::targets;
use crate::traffic;
use crate::twins;
use crate::unseen;
use anyhow::{Context, Result};
use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write;
use std::fs;
use std::process::Command;
use whystall::verdict::Zone;

/// What is written.
pub const PAGE: &str = "docs/accuracy.md";

/// How the belief compares with the truth, drawn.
const FIGURE: &str = "docs/calibration.svg";

/// Answers whose truth is known, of one browser or both.
struct Column<'a> {
    title: &'static str,
    records: Vec<&'a Record>,
    judged: Vec<Judged<'a>>,
}

impl<'a> Column<'a> {
    fn new(title: &'static str, browser: &str, of: &[&'a Record], mode: Mode) -> Column<'a> {
        let records: Vec<&Record> = of.iter().copied().filter(|record| record.browser == browser).collect();
        Column { title, judged: judged(&records, mode), records }
    }
}

/// Which answer: that without what checks measured, with it, with the viewer's word, too, or with line tests made before as well.
#[derive(Clone, Copy)]
pub enum Mode {
    Passive,
    Checked,
    Answered,
    Measured,
}

/// Answers by mode, and how each is called.
type Modes<'a> = [(&'static str, Vec<Judged<'a>>); MODES];

/// Passively, with a check, with the answer, and line tests.
const MODES: usize = 4;

pub fn judged<'a>(records: &[&'a Record], mode: Mode) -> Vec<Judged<'a>> {
    let answer = |said: &'a Said| match mode {
        Mode::Passive => &said.passive,
        Mode::Checked => &said.answer,
        Mode::Answered => &said.answered,
        Mode::Measured => &said.measured,
    };
    let known = records
        .iter()
        .filter_map(|record| Some((record.truth.as_ref()?, record.stall.as_ref()?, record.shared)));
    known.map(|(truth, said, shared)| Judged { truth: truth.zone, answer: answer(said), shared }).collect()
}

/// The runs that the page is about.
pub struct Runs<'a> {
    pub all: &'a [Record],
    /// Those that count.
    pub valid: &'a [&'a Record],
    /// With one fault of several.
    pub alone: &'a [&'a Record],
    pub drawn: &'a [&'a Record],
    /// Those that nothing tells from others.
    pub twins: &'a [&'a Record],
}

/// The page.
pub fn page(runs: &Runs, fit: Option<&Fit>) -> Result<String> {
    let Runs { all, valid, alone, drawn, twins } = *runs;
    let commits: BTreeSet<&str> = all.iter().map(|record| record.commit.as_str()).collect();
    let commits: Vec<&str> = commits.into_iter().collect();
    let uncounted = kept::uncounted(all)?;
    let (checked, unchecked): (Vec<&Record>, Vec<&Record>) = valid.iter().partition(|record| record.check);
    let apart = [drawn, twins].concat();
    let mut page = format!(
        "# Accuracy\n\n\
         <!-- Made by `cargo xtask lab report` from the runs in lab/runs, and those in target/lab/runs if there are any. -->\n\n\
         How often Whystall was right where the fault is in a known place: real players in real browsers in the\n\
         [laboratory](laboratory.md). Of {} runs, {} count; in {} of them the viewer had allowed\n\
         [checks](attribution.md#the-check). They were made at {} and judged on {} by the rules of {}:\n\
         no history, and no other traffic than [it says](#with-and-without-other-traffic).\n\n\
         *Passively* is what is said without what a check measured: of all runs, those with a check judged once more without\n\
         it. *With a check* a server beside the video's is known, as it [seldom is](#the-server-beside) to viewers. *With the\n\
         answer*: where a check finds a queue behind the router, the viewer is asked whether anything else in the home used the\n\
         connection, and answers rightly; all others are as with a check. *And line tests*: the same where [line\n\
         tests](line-test.md) had been made in better hours. [Some of them](#runs-that-no-rule-was-made-by) mended rules. Of\n\
         two faults at once no single zone is the truth: such runs count where the true zone is in the set and an innocent\n\
         network is not blamed alone, and the parts that each fault has are [compared\n\
         apart](#two-faults-at-once). Bounds are Wilson's, 95 %.\n",
        valid.len() + apart.len() + uncounted.len(),
        valid.len() + apart.len(),
        checked.len() + apart.iter().filter(|record| record.check).count(),
        few(&commits),
        today()?,
        commit()?,
    );
    let columns = [
        Column::new("Chromium, passively", "chromium", valid, Mode::Passive),
        Column::new("Firefox, passively", "firefox", valid, Mode::Passive),
        Column::new("Chromium, with a check", "chromium", &checked, Mode::Checked),
        Column::new("Firefox, with a check", "firefox", &checked, Mode::Checked),
        Column::new("Chromium, with the answer", "chromium", &checked, Mode::Answered),
        Column::new("Firefox, with the answer", "firefox", &checked, Mode::Answered),
        Column::new("Chromium, and line tests", "chromium", &checked, Mode::Measured),
        Column::new("Firefox, and line tests", "firefox", &checked, Mode::Measured),
    ];
    let modes: Modes = [
        ("passively", judged(valid, Mode::Passive)),
        ("with a check", judged(&checked, Mode::Checked)),
        ("with the answer", judged(&checked, Mode::Answered)),
        ("and line tests", judged(&checked, Mode::Measured)),
    ];
    summary(&mut page, &columns)?;
    targets::told(&mut page, valid)?;
    zones(&mut page, &modes)?;
    without_downloads(&mut page, &checked)?;
    confusion(&mut page, &modes)?;
    mechanism::told(&mut page, valid)?;
    unseen::told(&mut page, &checked)?;
    surroundings::told(&mut page, drawn)?;
    twins::told(&mut page, &checked, twins)?;
    own_network(&mut page, valid)?;
    beside::told(&mut page, &checked)?;
    traffic::told(&mut page, valid, &checked)?;
    calibrated(&mut page, &modes)?;
    rivals::told(&mut page, if checked.is_empty() { valid } else { &checked })?;
    if let Some(fit) = fit {
        fitted(&mut page, fit)?;
    }
    shares::told(&mut page, valid, alone)?;
    durations::avoided(&mut page, valid)?;
    durations::soon(&mut page, &unchecked, &checked)?;
    meanwhile::told(&mut page, &checked)?;
    durations::lengthening(&mut page, &unchecked, &checked)?;
    each(&mut page, valid)?;
    wrong(&mut page, &[valid, &apart].concat())?;
    others::told(&mut page, &[valid, &apart].concat())?;
    told_of_uncounted(&mut page, &uncounted)?;
    Ok(page)
}

fn summary(page: &mut String, columns: &[Column]) -> Result<()> {
    let mut head = vec![""];
    head.extend(columns.iter().map(|column| column.title));
    let mut table = Table::new(&head);
    let mut row = |what: &str, tell: &dyn Fn(&Column) -> String| {
        table.row([what.to_owned()].into_iter().chain(columns.iter().map(tell)));
    };
    let count = |of: &Column, what: fn(&Record) -> usize| of.records.iter().map(|of| what(of)).sum::<usize>();
    row("runs with a fault / controls", &|of| {
        let faults = of.records.iter().filter(|record| record.truth.is_some()).count();
        format!("{faults} / {}", of.records.len() - faults)
    });
    row("stalls missed / invented", &|of| {
        format!("{} / {}", count(of, |record| record.missed), count(of, |record| record.invented))
    });
    row("the media segment named right", &|of| {
        let named: Vec<bool> =
            of.records.iter().filter_map(|record| record.stall.as_ref()?.segment).collect();
        ratio(named.iter().filter(|right| **right).count(), named.len())
    });
    row("the true zone in the set", &|of| share(&of.judged, Judged::inside));
    row("and then the cause", &|of| {
        let zoned = |record: &&&Record| record.stall.as_ref().is_some_and(|said| said.contained);
        let told: Vec<bool> =
            of.records.iter().filter(zoned).filter_map(|record| mechanism::right(record)).collect();
        ratio(told.iter().filter(|right| **right).count(), told.len())
    });
    row("zones in the set, mean of the means of each true zone", &|of| {
        number(macro_mean(&of_one(&of.judged), size))
    });
    row("the true zone alone", &|of| share(&of_one(&of.judged), Judged::alone));
    row("access or interconnect alone, when innocent", &|of| share(&of.judged, Judged::accuses));
    row("Brier score (0 is perfect, 2 the worst)", &|of| {
        number(mean(of_one(&of.judged).iter().map(Judged::brier)))
    });
    write!(page, "\n{table}")?;
    Ok(())
}

fn zones(page: &mut String, modes: &Modes) -> Result<()> {
    writeln!(page, "\n## By zone\n")?;
    let mut table = Table::new(&["true zone", "", "stalls", "in the set", "alone", "zones in the set"]);
    for zone in Zone::ALL {
        for (mode, judged) in modes {
            let of: Vec<Judged> = judged.iter().copied().filter(|judged| judged.truth == zone).collect();
            if of.is_empty() {
                continue;
            }
            table.row([
                name(zone),
                (*mode).to_owned(),
                of.len().to_string(),
                share(&of, Judged::inside),
                share(&of_one(&of), Judged::alone),
                number(mean(of_one(&of).iter().map(size))),
            ]);
        }
    }
    write!(page, "{table}")?;
    Ok(())
}

/// How often the home stands alone where it can.
fn without_downloads(page: &mut String, checked: &[&Record]) -> Result<()> {
    let can = |record: &&Record| {
        record.truth.as_ref().is_some_and(|truth| truth.zone == Zone::Home && !truth.is_home_busy())
    };
    let homes: Vec<&Record> = checked.iter().copied().filter(can).collect();
    writeln!(
        page,
        "\nWhat else is downloaded in the home (*home-download*, *home-other-tab*) fills the line as a slow line is filled, and has to give\n\
         home and access. Without those the home stands alone, with a check, in {}.",
        share(&of_one(&judged(&homes, Mode::Checked)), Judged::alone)
    )?;
    Ok(())
}

fn confusion(page: &mut String, modes: &Modes) -> Result<()> {
    writeln!(page, "\n## What was said\n\nStalls by where the fault was and the set that was named.\n")?;
    let mut counts: BTreeMap<(Zone, Vec<Zone>), [usize; MODES]> = BTreeMap::new();
    for (mode, (_, judged)) in modes.iter().enumerate() {
        for Judged { truth, answer, .. } in judged {
            let counts = counts.entry((*truth, answer.zones.clone())).or_default();
            if let Some(count) = counts.get_mut(mode) {
                *count += 1;
            }
        }
    }
    let mut head = vec!["true zone", "the set"];
    head.extend(modes.iter().map(|(mode, _)| *mode));
    let mut table = Table::new(&head);
    for ((truth, set), counts) in counts {
        let set = if set.contains(&truth) { list(&set) } else { format!("**{}**", list(&set)) };
        table.row([name(truth), set].into_iter().chain(counts.map(|count| count.to_string())));
    }
    write!(page, "{table}")?;
    Ok(())
}

/// Whether the networks in between are left out where there are none.
fn own_network(page: &mut String, valid: &[&Record]) -> Result<()> {
    let inside: Vec<&Record> = valid.iter().copied().filter(|record| record.is_in_isp()).collect();
    let named = inside.iter().filter_map(|record| record.stall.as_ref());
    let (mut of, mut all) = (0, 0);
    for said in named {
        for answer in [&said.passive, &said.answer] {
            all += 1;
            of += usize::from(answer.zones.contains(&Zone::Interconnect));
        }
    }
    writeln!(
        page,
        "\n## Servers in the viewer's own network\n\n\
         In scenarios whose name has *in-isp* the server is in the ISP's network, and the table of networks says so. The\n\
         networks in between were among the possible places in {} verdicts.",
        ratio(of, all),
    )?;
    Ok(())
}

/// Whether zones that are given a part of a stall have it as often.
fn calibrated(page: &mut String, modes: &Modes) -> Result<()> {
    writeln!(
        page,
        "\n## Calibration\n\n\
         Each zone that a verdict gives a part of a stall, by how large that part is, and how often the stall came from there.\n\
         What no observation tells apart is shared by what is expected beforehand (docs/attribution.md), and the laboratory\n\
         has its faults where somebody put them: passively this compares that expectation with our choice of scenarios.\n\n\
         ![How often a zone was the true one, by the part of the stall that it was given](calibration.svg)\n"
    )?;
    let series = modes.each_ref().map(|(mode, judged)| (*mode, calibration(&of_one(judged))));
    let mut table = Table::new(&["", "given", "mean", "came from there"]);
    for (title, bins) in &series {
        for bin in bins {
            table.row([
                (*title).to_owned(),
                format!("{:.0}–{:.0} %", bin.from * 100.0, bin.from * 100.0 + 10.0),
                format!("{:.0} %", bin.given * 100.0),
                ratio(bin.true_of, bin.zones),
            ]);
        }
    }
    write!(page, "{table}")?;
    fs::write(FIGURE, figure::reliability(&series))?;
    Ok(())
}

/// What rows would be that are fitted to all other families.
fn fitted(page: &mut String, fit: &Fit) -> Result<()> {
    writeln!(
        page,
        "\n## Fitted\n\n\
         `cargo xtask lab fit` fits the likelihoods of [attribution.md](attribution.md) to {} stalls of {} families of\n\
         scenarios (made at {}), drawn towards those that are in the code. Each family is judged by rows that were fitted\n\
         to all others. `lab/fit.json` has the rows.\n",
        fit.stalls,
        fit.families,
        few(&fit.commits),
    )?;
    let mut table = Table::new(&[
        "rows",
        "in the set",
        "alone",
        "zones in the set",
        "innocent network alone",
        "Brier",
        "log score",
    ]);
    for score in &fit.scores {
        table.row([
            score.rows.clone(),
            ratio(score.inside, score.of),
            ratio(score.alone, score.of),
            number(score.size),
            ratio(score.accused, score.of),
            number(score.brier),
            number(score.log),
        ]);
    }
    write!(page, "{table}")?;
    Ok(())
}

/// Every stall.
fn each(page: &mut String, valid: &[&Record]) -> Result<()> {
    writeln!(page, "\n## Each stall\n")?;
    let mut table =
        Table::new(&["scenario", "browser", "seed", "true zone", "cause said", "passively", "with a check"]);
    for record in valid {
        if let (Some(truth), Some(said)) = (&record.truth, &record.stall) {
            let checked = if record.check { list(&said.answer.zones) } else { "–".to_owned() };
            table.row([
                record.played(),
                record.browser.clone(),
                record.seed.to_string(),
                name(truth.zone),
                said.cause.clone(),
                list(&said.passive.zones),
                checked,
            ]);
        }
    }
    write!(page, "{table}")?;
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
                .map_or(String::new(), |said| format!(" ({}: {})", said.cause, list(&said.answer.zones)));
            writeln!(page, "- {}, {}, seed {}: {fault}{said}", record.played(), record.browser, record.seed)?;
        }
    }
    if !any {
        writeln!(page, "Nowhere in these runs.")?;
    }
    Ok(())
}

fn told_of_uncounted(page: &mut String, uncounted: &BTreeMap<String, String>) -> Result<()> {
    writeln!(page, "\n## Runs that do not count\n")?;
    for told in uncounted.values() {
        writeln!(page, "- {told}")?;
    }
    if uncounted.is_empty() {
        writeln!(page, "None.")?;
    }
    Ok(())
}

pub fn list(zones: &[Zone]) -> String {
    zones.iter().copied().map(name).collect::<Vec<_>>().join(" ")
}

/// All of them, or how many: each run's record has its own.
fn few(commits: &[impl AsRef<str>]) -> String {
    let names: Vec<&str> = commits.iter().map(AsRef::as_ref).collect();
    if names.len() > 3 { format!("{} commits", names.len()) } else { names.join(", ") }
}

fn today() -> Result<String> {
    let output = Command::new("date").args(["--utc", "+%F"]).output().context("starting date")?;
    Ok(String::from_utf8_lossy(&output.stdout).trim().to_owned())
}
