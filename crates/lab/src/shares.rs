//! Of docs/accuracy.md what is about two faults at once: how much of the stall each has, by what would have been without the
//! other, and by the verdict.

use crate::judge::Record;
use crate::measure::{mean, number};
use crate::report::name;
use crate::run::SCENARIOS;
use crate::scenario::Scenario;
use crate::table::Table;
use anyhow::{Context, Result};
use std::fmt::Write;
use std::path::Path;
use whystall::verdict::Zone;

/// Seconds that playback stood with both faults, and with the first and the second alone.
struct Stood {
    both: f64,
    alone: [f64; 2],
}

impl Stood {
    /// The part of the stall that each has, fairly shared: the mean of what it adds to nothing and what it adds to the other
    /// (Shapley 1953), as verdicts share it (ATTRIBUTION §3.3).
    fn shares(&self) -> [f64; 2] {
        let Stood { both, alone: [first, second] } = self;
        [first + both - second, second + both - first].map(|adds| adds / 2.0 / both)
    }
}

/// Every run with two faults whose halves were run, too.
pub fn told(page: &mut String, valid: &[&Record], alone: &[&Record]) -> Result<()> {
    let mut table = Table::new(&["scenario", "browser", "seed", "would have been", "with a check", "off by"]);
    let mut off = Vec::new();
    for record in valid {
        let same = |other: &Record| {
            (&other.scenario, &other.browser, other.seed, other.check, other.pings)
                == (&record.scenario, &record.browser, record.seed, record.check, record.pings)
        };
        let of = |fault| alone.iter().find(|other| same(other) && other.only == Some(fault));
        let (Some(first), Some(second), Some(said)) = (of(1), of(2), &record.stall) else { continue };
        let zones = zones(&record.scenario)?;
        let stood = Stood { both: record.stood(), alone: [first.stood(), second.stood()] };
        let truth = stood.shares();
        let verdict = zones.map(|zone| said.answer.part(zone));
        let wrong = mean(truth.iter().zip(verdict).map(|(truth, said)| (truth - said).abs()));
        off.push(wrong);
        let list = |parts: [f64; 2]| {
            let each =
                zones.iter().zip(parts).map(|(zone, part)| format!("{} {}", name(*zone), number(part)));
            each.collect::<Vec<_>>().join(", ")
        };
        let (scenario, seed) = (record.played(), record.seed.to_string());
        table.row([scenario, record.browser.clone(), seed, list(truth), list(verdict), number(wrong)]);
    }
    if off.is_empty() {
        return Ok(());
    }
    writeln!(
        page,
        "\n## Two faults at once\n\n\
         The same playback with each fault alone (`lab run --only 1`, `--only 2`) says what part of the stall each has: the mean of\n\
         what it adds to nothing and of what it adds to the other. Beside it, the parts that the verdict gives their places.\n\n\
         {table}\nOff by {} on average.",
        number(mean(off.into_iter())),
    )?;
    Ok(())
}

/// Where the two faults of a scenario are.
fn zones(scenario: &str) -> Result<[Zone; 2]> {
    let faults = Scenario::read(Path::new(SCENARIOS), scenario)?.faults;
    let zones: Vec<Zone> = faults.iter().filter_map(|fault| fault.zone).collect();
    zones.try_into().ok().with_context(|| format!("{scenario} does not say where its two faults are"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_has_what_it_adds() {
        let shares = |both, alone| Stood { both, alone }.shares();
        // Each alone makes half of it.
        assert_eq!(shares(4.0, [2.0, 2.0]), [0.5, 0.5]);
        // The second alone makes none, and nothing more with the first.
        assert_eq!(shares(4.0, [4.0, 0.0]), [1.0, 0.0]);
        // Neither alone makes any.
        assert_eq!(shares(4.0, [0.0, 0.0]), [0.5, 0.5]);
        // Either alone would have made all of it.
        assert_eq!(shares(4.0, [4.0, 4.0]), [0.5, 0.5]);
    }
}
