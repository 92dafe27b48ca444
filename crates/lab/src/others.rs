//! Of docs/accuracy.md what is said of the stalls that are not the longest of their run.

use crate::accuracy::list;
use crate::judge::Record;
use crate::measure::{Judged, share};
use crate::report::name;
use anyhow::Result;
use std::fmt::Write;

pub fn told(page: &mut String, records: &[&Record]) -> Result<()> {
    let of = |record: &'_ &Record| record.only.is_none() && !record.shared;
    let records: Vec<&Record> = records.iter().copied().filter(of).collect();
    let judged = |record: &'_ &'_ Record| {
        let truth = record.truth.as_ref().map(|truth| truth.zone);
        let each = record.others.iter().filter_map(move |answer| Some((truth?, answer.clone(), false)));
        each.collect::<Vec<_>>()
    };
    let answers: Vec<_> = records.iter().flat_map(judged).collect();
    let all = Judged::all(&answers);
    writeln!(
        page,
        "\n### In other stalls\n\n\
         Each run is judged by its longest stall. Many have others, most of them shorter, so that a check saw less of them. Of those\n\
         that the page saw stand for half a second or more, as they were recorded, the true zone is in the set in {}; access or\n\
         interconnect alone, when innocent: {}. One may be of another making than the fault: a player that waits before it tries\n\
         again, a machine that is busy.\n",
        share(&all, Judged::inside),
        share(&all, Judged::accuses),
    )?;
    for record in &records {
        let Some(truth) = record.truth.as_ref() else { continue };
        for answer in record.others.iter().filter(|answer| !answer.zones.contains(&truth.zone)) {
            writeln!(
                page,
                "- {}, {}, seed {}: {} was said, and it was {}",
                record.played(),
                record.browser,
                record.seed,
                list(&answer.zones),
                name(truth.zone),
            )?;
        }
    }
    Ok(())
}
