//! Of docs/accuracy.md what nothing that a browser can measure tells apart: the same fault for the viewer, in two zones.

use crate::accuracy::list;
use crate::judge::{Record, Said};
use crate::least::Signs;
use crate::report::name;
use crate::table::Table;
use anyhow::Result;
use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write;

pub fn told(page: &mut String, checked: &[&Record], twins: &[&Record]) -> Result<()> {
    let pairs: BTreeSet<(&str, &str)> =
        twins.iter().filter_map(|record| Some((record.scenario.as_str(), record.like.as_deref()?))).collect();
    if pairs.is_empty() {
        return Ok(());
    }
    writeln!(
        page,
        "\n## What nothing tells apart\n\n\
         The home's router hangs (it answers for itself and passes nothing on), and the ISP's line is dead; the router of the CDN's\n\
         site hangs, and the peering in front of it is dead. No device in the home sees a difference, so that one of the two can't be\n\
         named alone without being wrong in the other. The first of each pair is in no other table of this page: how often a viewer\n\
         has the one or the other is nothing that a laboratory could say. *Found in all* is what was found in every run of both.\n"
    )?;
    let mut table = Table::new(&["scenario", "true zone", "runs", "said with a check", "found in all"]);
    for (twin, like) in pairs {
        let of = |name: &str| -> Vec<&Record> {
            let all = checked.iter().chain(twins).copied();
            all.filter(|record| record.check && record.scenario == name).collect()
        };
        let pair = [of(twin), of(like)];
        let said = pair.iter().flatten().filter_map(|record| record.stall.as_ref());
        let common = said.map(|said| said.rests_on.clone()).reduce(|one, other| &one & &other);
        for (scenario, records) in [twin, like].into_iter().zip(&pair) {
            let truth = records.iter().find_map(|record| Some(record.truth.as_ref()?.zone));
            table.row([
                scenario.to_owned(),
                truth.map_or(String::new(), name),
                records.len().to_string(),
                sets(records),
                words(common.as_ref()),
            ]);
        }
    }
    write!(page, "{table}")?;
    Ok(())
}

/// The sets that were named, and how often.
fn sets(records: &[&Record]) -> String {
    let mut counts: BTreeMap<String, usize> = BTreeMap::new();
    for Said { answer, .. } in records.iter().filter_map(|record| record.stall.as_ref()) {
        *counts.entry(list(&answer.zones)).or_default() += 1;
    }
    let counts: Vec<String> = counts.into_iter().map(|(set, count)| format!("{set}: {count}")).collect();
    counts.join(", ")
}

fn words(signs: Option<&Signs>) -> String {
    signs.map_or(String::new(), |signs| signs.iter().map(String::as_str).collect::<Vec<_>>().join(", "))
}
