//! The evidence of a stall, judged by the rules of today.

use anyhow::{Context, Result};
use whystall::event::{Event, Input, Target};
use whystall::verdict::{Report, Stall};

/// What a stall was judged by, and when it was.
pub struct Evidence {
    pub inputs: Vec<Input>,
    /// Between these it was, as the verdict of then had it; the rules of today may set it otherwise.
    period: (i64, i64),
}

impl Evidence {
    pub fn read(bundle: &str) -> Result<Evidence> {
        let mut bundle: serde_json::Value = serde_json::from_str(bundle)?;
        let inputs = bundle.get_mut("inputs").context("no evidence")?.take();
        let recorded = bundle.pointer("/report/stalls").and_then(serde_json::Value::as_array);
        let recorded = recorded.and_then(|stalls| stalls.last()).context("evidence without a stall")?;
        let wall = |place| recorded.pointer(place).and_then(serde_json::Value::as_i64);
        let period = (wall("/began/wall").unwrap_or(i64::MIN), wall("/ended/wall").unwrap_or(i64::MAX));
        Ok(Evidence { inputs: serde_json::from_value(inputs)?, period })
    }

    /// The same without what checks measured.
    pub fn unchecked(&self) -> Evidence {
        self.without(&Target::ALL)
    }

    /// The same without what these targets were asked.
    pub fn without(&self, targets: &[Target]) -> Evidence {
        let asked =
            |input: &Input| matches!(input.event, Event::Checked { target, .. } if targets.contains(&target));
        let inputs = self.inputs.iter().filter(|input| !asked(input)).cloned().collect();
        Evidence { inputs, ..*self }
    }

    /// The same if nobody had vouched for the server beside.
    pub fn unvouched(&self) -> Evidence {
        let mut inputs = self.inputs.clone();
        for input in &mut inputs {
            if let Event::Checked { target: Target::Sibling, found, .. } = &mut input.event {
                *found = true;
            }
        }
        Evidence { inputs, ..*self }
    }

    /// The same with the viewer's answer whether anything else in the home used the connection; `None` if it is not asked for.
    pub fn answered(&self, others: bool) -> Option<Evidence> {
        let stall = self.explained().filter(whystall::wants_answer)?;
        let at = self.inputs.last()?.at;
        let mut inputs = self.inputs.clone();
        inputs.push(Input { at, event: whystall::home_use(&stall, others) });
        Some(Evidence { inputs, ..*self })
    }

    /// The same where line tests had measured this, bits a second.
    pub fn measured(&self, capacity: u64) -> Option<Evidence> {
        let at = self.inputs.first()?.at;
        let mut inputs = self.inputs.clone();
        inputs.push(Input { at, event: Event::Line { plan: None, capacity: Some(capacity) } });
        Some(Evidence { inputs, ..*self })
    }

    /// What was said of the stall when so many hundredths of it had passed.
    pub fn so_far(&self, passed: i64) -> Option<Stall> {
        let (began, ended) = self.period;
        let until = began + (ended - began) / 100 * passed;
        // Some of what happened before reached the log later; what the page sees of playback is told at once.
        let later = |input: &Input| matches!(input.event, Event::Playback { .. }) && input.at.0 > until;
        let known = self.inputs.iter().position(later).unwrap_or(self.inputs.len());
        let report = whystall::explain(self.inputs.get(..known)?);
        self.find(report).filter(|stall| stall.ended.is_none())
    }

    /// What the rules of today say of the stall, if it still is one.
    pub fn explained(&self) -> Option<Stall> {
        self.find(whystall::explain(&self.inputs))
    }

    /// The stall among those of a report.
    pub fn find(&self, report: Report) -> Option<Stall> {
        let (began, ended) = self.period;
        let same = |stall: &Stall| {
            stall.began.wall.0 < ended && stall.ended.is_none_or(|stopped| stopped.wall.0 > began)
        };
        report.stalls.into_iter().rfind(same)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::kept::{self, KEPT};
    use std::fs;
    use std::path::Path;

    /// How long after the end was seen a verdict is kept, at the least (`SETTLE` in src/session/mod.rs), microseconds.
    const SETTLES: i64 = 200_000;

    /// Scenarios in whose names this is.
    const WITHOUT_TIME: &str = "-busy-device-";

    /// Of what happened before the end nothing reaches the log later, so that nothing is lost by not waiting longer. Most runs
    /// that are kept waited half a second. What a check measured is waited for by itself. A browser without time for its own
    /// work tells late however long one waits: by two facts in one of eight such runs.
    #[test]
    fn the_facts_of_a_stall_are_in_when_its_verdict_is_kept() {
        let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../..");
        let (mut stalls, mut late) = (0, Vec::new());
        for entry in fs::read_dir(root.join(KEPT)).unwrap() {
            let path = entry.unwrap().path();
            if path.display().to_string().contains(WITHOUT_TIME) {
                continue;
            }
            for bundle in kept::read(&path).unwrap().bundles {
                let Evidence { inputs, period: (_, ended) } = Evidence::read(&bundle).unwrap();
                let looks = || inputs.iter().filter(|input| matches!(input.event, Event::Playback { .. }));
                let Some(seen) = looks().map(|look| look.at.0).filter(|at| *at >= ended).min() else {
                    continue;
                };
                // A look that was told after that long has everything before it in the log.
                let then = |input: &Input| {
                    matches!(input.event, Event::Playback { .. }) && input.at.0 >= seen + SETTLES
                };
                let Some(then) = inputs.iter().position(then) else { continue };
                stalls += 1;
                let of_stall =
                    |input: &&Input| input.at.0 <= ended && !matches!(input.event, Event::Checked { .. });
                let after = inputs.iter().skip(then).filter(of_stall).count();
                late.extend((after > 0).then(|| format!("{}: {after}", path.display())));
            }
        }
        assert!(stalls > 200, "{stalls} stalls");
        assert!(late.is_empty(), "of {stalls} stalls: {late:#?}");
    }
}
