//! Of docs/accuracy.md what is about causes. A fault is a mechanism in a place, Whystall names the two apart: how playback was
//! stopped (docs/causes.md), and where that came from.

use crate::judge::Record;
use crate::measure::ratio;
use crate::table::Table;
use anyhow::Result;
use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write;

/// By a scenario's name for its fault: the causes of Whystall's that say how that stops playback.
const SAID: [(&str, &[&str]); 28] = [
    ("abr-overreach", &["abr-overreach"]),
    ("access-bufferbloat", &["slow-transfer"]),
    ("access-congested", &["slow-transfer"]),
    ("access-policed", &["slow-transfer"]),
    ("append-late", &["append-late"]),
    ("backhaul-slow", &["slow-transfer"]),
    ("buffer-full", &["buffer-full"]),
    ("cpu-busy", &["cpu-busy"]),
    ("decoder-slow", &["decoder-slow"]),
    // Whether a player waits for a dead server or gives up is its own choice.
    ("edge-dead", &["slow-response", "http-error"]),
    ("edge-overload", &["http-error"]),
    ("edge-slow", &["slow-response", "edge-slow"]),
    ("edge-throttled", &["slow-transfer"]),
    ("home-busy", &["slow-transfer"]),
    ("interconnect-congested", &["slow-transfer"]),
    ("interconnect-dead", &["slow-response", "http-error"]),
    ("interconnect-detour", &["slow-transfer"]),
    ("interconnect-lossy", &["slow-transfer"]),
    ("licence-slow", &["licence-wait"]),
    ("not-yet-published", &["not-yet-published"]),
    // Cut behind the router: the browser still has a connection, and waits for an answer, or for the rest of one.
    ("offline", &["offline", "slow-response", "slow-transfer", "http-error"]),
    ("origin-slow", &["slow-response", "cache-miss"]),
    ("request-idle", &["request-idle"]),
    ("segment-skipped", &["buffer-hole"]),
    ("service-delay", &["slow-response"]),
    ("stale-manifest", &["not-yet-published", "manifest-late"]),
    ("wifi-gap", &["slow-response"]),
    ("wifi-slow", &["slow-transfer"]),
];

/// Whether the cause that was said is one of those; `None` of what had no fault, or no stall.
pub fn right(record: &Record) -> Option<bool> {
    let (truth, said) = (record.truth.as_ref()?, record.stall.as_ref()?);
    Some(said_of(&truth.cause).contains(&said.cause.as_str()))
}

fn said_of(fault: &str) -> &'static [&'static str] {
    SAID.iter().find(|(name, _)| *name == fault).map_or(&[], |(_, said)| said)
}

/// Whether the cause is right, fault by fault.
pub fn told(page: &mut String, valid: &[&Record]) -> Result<()> {
    writeln!(
        page,
        "\n## By cause\n\n\
         A fault is a mechanism in a place. Whystall names the two apart: [how playback was stopped](causes.md), and where that\n\
         came from. Of stalls with the true zone in the set, how often the first was right.\n"
    )?;
    let mut by_fault: BTreeMap<&str, Vec<(bool, &str)>> = BTreeMap::new();
    for record in valid {
        if let (Some(truth), Some(said), Some(right)) = (&record.truth, &record.stall, right(record))
            && said.contained
        {
            by_fault.entry(&truth.cause).or_default().push((right, &said.cause));
        }
    }
    let mut table = Table::new(&["fault", "right", "was said", "right would be"]);
    for (fault, stalls) in by_fault {
        let said: BTreeSet<&str> = stalls.iter().map(|(_, said)| *said).collect();
        let right = stalls.iter().filter(|(right, _)| *right).count();
        let said: Vec<&str> = said.into_iter().collect();
        table.row([fault.to_owned(), ratio(right, stalls.len()), said.join(", "), said_of(fault).join(", ")]);
    }
    write!(page, "{table}")?;
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::scenario::ours;

    #[test]
    fn each_fault_of_a_scenario_has_a_cause_that_whystall_knows() {
        for scenario in ours() {
            if let Some(truth) = scenario.truth {
                assert!(!said_of(&truth.cause).is_empty(), "{}: {}", scenario.name, truth.cause);
            }
        }
        let causes = include_str!("../../../docs/causes.md");
        for name in SAID.iter().flat_map(|(_, said)| *said) {
            assert!(causes.contains(&format!("\n## {name}\n")), "{name}");
        }
    }
}
