//! All runs, as a table.

use crate::accuracy::{self, Runs};
use crate::fit;
use crate::judge::Record;
use crate::measure::accuses;
use crate::run::records;
use anyhow::Result;
use serde_json::json;
use std::fs;
use whystall::verdict::Zone;

/// The scenario in which nothing goes wrong.
const CONTROL: &str = "control-clean";

/// Prints the table and writes target/lab/report.json.
pub fn report() -> Result<()> {
    let records = records()?;
    println!(
        "{:<32} {:<9} {:>4}  {:<13} {:<44} {:<4} {:>4}  {:<18} {:<7}",
        "scenario", "browser", "seed", "truth", "Whystall's zones", "in", "size", "cause", "segment"
    );
    for record in &records {
        println!("{}", row(record));
    }
    // What happens without a fault must be known, or a stall may be of another making.
    let clean = |record: &&Record| {
        let control = |other: &Record| other.scenario == CONTROL && other.browser == record.browser;
        records.iter().any(|other| control(other) && other.counts())
    };
    let sound: Vec<&Record> = records.iter().filter(|record| record.counts()).collect();
    let valid: Vec<&Record> = sound.iter().copied().filter(clean).collect();
    if valid.len() < sound.len() {
        println!(
            "\n{} runs don't count: {CONTROL} was not run in their browser, or not clean",
            sound.len() - valid.len()
        );
    }
    let (alone, whole): (Vec<&Record>, Vec<&Record>) =
        valid.into_iter().partition(|record| record.only.is_some());
    let (drawn, at_home): (Vec<&Record>, Vec<&Record>) = whole.iter().partition(|record| record.drawn);
    let (twins, valid): (Vec<&Record>, Vec<&Record>) =
        at_home.into_iter().partition(|record| record.like.is_some());
    let judged: Vec<_> = whole.iter().filter(|record| record.truth.is_some()).collect();
    let said: Vec<_> = judged.iter().filter_map(|record| record.stall.as_ref()).collect();
    let contained = said.iter().filter(|said| said.contained).count();
    let sizes: usize = said.iter().map(|said| said.answer.zones.len()).sum();
    let accused = judged.iter().filter(|record| wrongly_accused(record)).count();
    println!(
        "\n{} runs, {} valid; of {} with a fault: {} explained, truth inside {contained}, mean size {:.2}; \
         access or interconnect alone when innocent: {accused}; missed {}, invented {}",
        records.len(),
        whole.len(),
        judged.len(),
        said.len(),
        sizes as f64 / said.len().max(1) as f64,
        whole.iter().map(|record| record.missed).sum::<usize>(),
        whole.iter().map(|record| record.invented).sum::<usize>(),
    );
    let file = "target/lab/report.json";
    // A clone that made no runs of its own has those that are kept.
    fs::create_dir_all("target/lab")?;
    fs::write(file, serde_json::to_string_pretty(&json!({ "runs": records }))?)?;
    let runs = Runs { all: &records, valid: &valid, alone: &alone, drawn: &drawn, twins: &twins };
    fs::write(accuracy::PAGE, accuracy::page(&runs, fit::last().as_ref())?)?;
    println!("written to {file} and {}", accuracy::PAGE);
    Ok(())
}

/// One run in one line.
pub fn row(record: &Record) -> String {
    let truth = record.truth.as_ref().map_or("none".to_owned(), |truth| name(truth.zone));
    let head = format!("{:<32} {:<9} {:>4}  {truth:<13}", record.played(), record.browser, record.seed);
    if !record.invalid.is_empty() {
        return format!("{head} INVALID: {}", record.invalid.join("; "));
    }
    if record.only.is_some() {
        return format!("{head} stood for {:.1} s", record.stood());
    }
    let Some(said) = &record.stall else {
        let silent = if record.truth.is_some() { "NOTHING SAID" } else { "played without a stall" };
        let invented =
            if record.invented > 0 { format!(", {} invented", record.invented) } else { String::new() };
        return format!("{head} {silent}{invented}");
    };
    let zones: Vec<String> = said.answer.zones.iter().copied().map(name).collect();
    let checked = if record.check {
        format!(" checked, before: {} zones", said.passive.zones.len())
    } else {
        String::new()
    };
    let segment = said.segment.map_or("-", |right| if right { "right" } else { "WRONG" });
    format!(
        "{head} {:<44} {:<4} {:>4}  {:<18} {segment:<7}{checked}",
        zones.join(" "),
        if said.contained { "yes" } else { "NO" },
        said.answer.zones.len(),
        said.cause,
    )
}

/// The accusation that must not happen.
fn wrongly_accused(record: &Record) -> bool {
    let (Some(truth), Some(said)) = (&record.truth, &record.stall) else { return false };
    accuses(&said.answer.zones, truth.zone)
}

/// What a zone is called.
pub fn name(zone: Zone) -> String {
    format!("{zone:?}").to_lowercase()
}
