//! Of docs/accuracy.md what is said in surroundings that no rule was made in (drawn.rs).

use crate::accuracy::{Mode, judged};
use crate::judge::Record;
use crate::measure::{Judged, macro_mean, mean, number, of_one, ratio, share, size};
use crate::report::name;
use crate::table::Table;
use anyhow::Result;
use std::fmt::Write;
use whystall::verdict::Zone;

pub fn told(page: &mut String, drawn: &[&Record]) -> Result<()> {
    if drawn.is_empty() {
        return Ok(());
    }
    let count = |what: fn(&Record) -> usize| drawn.iter().map(|record| what(record)).sum::<usize>();
    let segments: Vec<bool> = drawn.iter().filter_map(|record| record.stall.as_ref()?.segment).collect();
    writeln!(
        page,
        "\n## In other surroundings\n\n\
         The same kinds of faults at the same places, but everything else drawn by the seed (`lab run --drawn`, `crates/lab/src/drawn.rs`):\n\
         how far servers are, what lines carry and queue, what Wi-Fi loses, CUBIC or BBR, HTTP/1.1 or HTTP/2 over TLS, the player and how\n\
         much it keeps ahead, other traffic of the page, how bad the fault is, when it comes and how long it stays. These runs are in no\n\
         other table of this page. One made a rule narrower (*access-line-drop-bbr* in Firefox: what is left of a queue that empties is no\n\
         queue that fills again). In the {} that count, {} stalls were missed and {} invented; the\n\
         media segment was right in {}.\n",
        drawn.len(),
        count(|record| record.missed),
        count(|record| record.invented),
        ratio(segments.iter().filter(|right| **right).count(), segments.len()),
    )?;
    let mut table = Table::new(&[
        "",
        "",
        "stalls",
        "in the set",
        "alone",
        "zones in the set",
        "innocent network alone",
        "Brier",
    ]);
    for (mode, told) in [
        (Mode::Passive, "passively"),
        (Mode::Checked, "with a check"),
        (Mode::Answered, "with the answer"),
        (Mode::Measured, "and line tests"),
    ] {
        let all = judged(drawn, mode);
        table.row(row("all", told, &all, macro_mean(&of_one(&all), size)));
    }
    for zone in Zone::ALL {
        let of: Vec<Judged> =
            judged(drawn, Mode::Answered).into_iter().filter(|judged| judged.truth == zone).collect();
        if !of.is_empty() {
            table.row(row(&name(zone), "with the answer", &of, mean(of_one(&of).iter().map(size))));
        }
    }
    write!(page, "{table}")?;
    Ok(())
}

fn row(of: &str, mode: &str, judged: &[Judged], size: f64) -> [String; 8] {
    [
        of.to_owned(),
        mode.to_owned(),
        judged.len().to_string(),
        share(judged, Judged::inside),
        share(&of_one(judged), Judged::alone),
        number(size),
        share(judged, Judged::accuses),
        number(mean(of_one(judged).iter().map(Judged::brier))),
    ]
}
