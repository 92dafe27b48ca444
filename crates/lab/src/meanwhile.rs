//! Of docs/accuracy.md what was told while stalls lasted, as the overlay shows it.

use crate::evidence::Evidence;
use crate::judge::{Answer, Record};
use crate::measure::{Judged, ratio, share};
use crate::table::Table;
use anyhow::{Context, Result};
use std::fmt::Write;

/// Shorter ones are over before anything is shown, milliseconds.
const LEAST: f64 = 600.0;
/// How much of a stall had passed, per cent.
const PASSED: [i64; 3] = [25, 50, 90];

pub fn told(page: &mut String, checked: &[&Record]) -> Result<()> {
    writeln!(
        page,
        "\n## While it lasts\n\n\
         What is told of a stall changes while it lasts: bodies come on, and checks are made. Here each stall of {LEAST} ms or more is judged by\n\
         what had been recorded when a part of it had passed. Where nothing is told yet, most often because the page kept its\n\
         thread busy, it is left out.\n"
    )?;
    let head =
        ["passed", "stalls told", "in the set", "innocent network alone", "the cause that it is in the end"];
    let mut table = Table::new(&head);
    let mut stalls = Vec::new();
    for record in checked {
        let Some((truth, said)) = record.truth.as_ref().zip(record.stall.as_ref()) else { continue };
        if said.lasted >= LEAST {
            let bundle = record.bundles.get(said.number).context("a stall without evidence")?;
            stalls.push((truth.zone, said, record.shared, Evidence::read(bundle)?));
        }
    }
    for passed in PASSED {
        let (mut answers, mut same) = (Vec::new(), 0);
        for (truth, said, shared, evidence) in &stalls {
            let Some(stall) = evidence.so_far(passed) else { continue };
            same += usize::from(stall.cause == said.cause);
            answers.push((*truth, Answer::of(&stall), *shared));
        }
        let judged = Judged::all(&answers);
        table.row([
            format!("{passed} %"),
            judged.len().to_string(),
            share(&judged, Judged::inside),
            share(&judged, Judged::accuses),
            ratio(same, judged.len()),
        ]);
    }
    write!(page, "{table}")?;
    Ok(())
}
