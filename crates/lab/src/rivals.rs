//! Of docs/accuracy.md what simpler rules say of the same stalls, and where they are ahead.

use crate::accuracy::{Mode, judged};
use crate::baseline::BASELINES;
use crate::judge::{Answer, Record};
use crate::measure::{Judged, macro_mean, mean, number, share, size};
use crate::report::name;
use crate::table::Table;
use crate::tree;
use anyhow::Result;
use std::fmt::Write;
use whystall::verdict::Zone;

/// Where a stall came from, and what a rule says of it.
pub type Told = (Zone, Answer);

/// Who judges, and what it says of stalls whose truth is known.
struct Judge<'a> {
    name: String,
    judged: Vec<Judged<'a>>,
}

impl Judge<'_> {
    /// Of the stalls of one zone, or the mean of all zones' means.
    fn utility(&self, of: Option<Zone>) -> f64 {
        match of {
            Some(zone) => mean(self.judged.iter().filter(|judged| judged.truth == zone).map(Judged::utility)),
            None => macro_mean(&self.judged, Judged::utility),
        }
    }
}

/// The section, of runs that count.
pub fn told(page: &mut String, records: &[&Record]) -> Result<()> {
    writeln!(
        page,
        "\n## Beside simpler rules\n\n\
         The same stalls, but for those of two faults, judged from the same evidence. Chromium's own reason (the developer tools'\n\
         *Media* panel has it) is told by Chromium alone. Trees have how long each stage took and usually takes: one was fitted to\n\
         the other families of scenarios and knows no fault like those that it judges, one to the other seeds, so that it has seen\n\
         the same faults with other chances. Utility is the chance to hit the true zone if one of those named is picked blindly; of\n\
         all zones it is the mean.\n"
    )?;
    let records: Vec<&Record> = records.iter().copied().filter(|record| !record.shared).collect();
    let told = answers(&records)?;
    let rivals = told.iter().map(|(name, answers)| {
        let judged = answers.iter().map(|(truth, answer)| Judged { truth: *truth, answer, shared: false });
        Judge { name: (*name).to_owned(), judged: judged.collect() }
    });
    let rivals: Vec<Judge> = rivals.collect();
    let ours = |how: &str, mode| Judge { name: format!("Whystall, {how}"), judged: judged(&records, mode) };
    let mut ours = vec![ours("passively", Mode::Passive), ours("with a check", Mode::Checked)];
    ours.truncate(if records.iter().any(|record| record.check) { 2 } else { 1 });
    let all = || ours.iter().chain(&rivals);

    let mut table =
        Table::new(&["", "true zone in the set", "zones in the set", "innocent network alone", "utility"]);
    for judge in all() {
        table.row([
            judge.name.clone(),
            share(&judge.judged, Judged::inside),
            number(macro_mean(&judge.judged, size)),
            share(&judge.judged, Judged::accuses),
            number(judge.utility(None)),
        ]);
    }
    write!(page, "{table}\nUtility by true zone:\n\n")?;
    let head: Vec<&str> = ["true zone"].into_iter().chain(all().map(|judge| judge.name.as_str())).collect();
    let mut table = Table::new(&head);
    for zone in Zone::ALL {
        let utility = all().map(|judge| number(judge.utility(Some(zone))));
        table.row([name(zone)].into_iter().chain(utility));
    }
    writeln!(page, "{table}\nWhystall does not win everywhere. These are of more utility:\n")?;
    for own in &ours {
        ahead(own, &rivals).iter().try_for_each(|line| writeln!(page, "- {line}"))?;
    }
    writeln!(
        page,
        "\nWithout an observation that tells zones apart Whystall names all that are possible; a rule that always says\n\
         the same few is ahead wherever these are right, and wrong elsewhere."
    )?;
    Ok(())
}

/// What each rule says of each stall that it can judge, beside the truth.
fn answers(records: &[&Record]) -> Result<Vec<(&'static str, Vec<Told>)>> {
    let of = |number: usize| {
        let answers = records.iter().filter_map(|record| {
            let (truth, said) = (record.truth.as_ref()?, record.stall.as_ref()?);
            let zones = said.baselines.get(number)?.clone()?;
            Some((truth.zone, Answer { zones, mass: Vec::new() }))
        });
        answers.collect()
    };
    let mut told: Vec<_> = BASELINES.iter().zip(0..).map(|(rule, number)| (rule.name, of(number))).collect();
    let cases = tree::cases(records)?;
    for (name, group) in tree::LEFT_OUT {
        told.push((name, tree::judged(&cases, group)?));
    }
    Ok(told)
}

/// In each zone, and over all, who is of more utility, as far as two digits tell.
fn ahead(own: &Judge, rivals: &[Judge]) -> Vec<String> {
    let places = Zone::ALL.into_iter().map(Some).chain([None]);
    let lines = places.filter_map(|place| {
        let ours = number(own.utility(place));
        let others = rivals.iter().map(|rival| (&rival.name, number(rival.utility(place))));
        let better = others.filter(|(_, theirs)| *theirs > ours);
        let better: Vec<String> = better.map(|(rival, theirs)| format!("*{rival}* ({theirs})")).collect();
        let at = place.map_or("over all zones".to_owned(), |zone| format!("at {}", name(zone)));
        (!better.is_empty()).then(|| format!("than {} {at} ({ours}): {}", own.name, better.join(", ")))
    });
    lines.collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn who_is_ahead_is_named_where() {
        let of = |zones: &[Zone]| Answer { zones: zones.to_vec(), mass: Vec::new() };
        let (sure, unsure) = (of(&[Zone::Access]), of(&[Zone::Home, Zone::Access]));
        let judge = |name: &str, [home, access]: [_; 2]| {
            let of = |truth, answer| Judged { truth, answer, shared: false };
            Judge { name: name.to_owned(), judged: vec![of(Zone::Home, home), of(Zone::Access, access)] }
        };
        let (own, bold) = (judge("own", [&unsure, &unsure]), judge("bold", [&sure, &sure]));
        assert_eq!(ahead(&own, &[bold]), ["than own at access (0.50): *bold* (1.00)"]);
        let bold = judge("bold", [&sure, &sure]);
        assert_eq!(ahead(&bold, &[own]), ["than bold at home (0.00): *own* (0.50)"]);
    }
}
