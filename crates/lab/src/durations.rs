//! Of docs/accuracy.md what is about how long stalls were: what they would have been without the fault, and with a check.

use crate::judge::Record;
use crate::measure::{mean, number, quantile, standard_error};
use crate::table::Table;
use crate::targets::AS_NOW;
use anyhow::Result;
use std::fmt::Write;
use whystall::verdict::StallKind;

/// What the verdicts say of how much of the stalls the fault alone made, beside the same playback without it, which does
/// not stall.
pub fn avoided(page: &mut String, valid: &[&Record]) -> Result<()> {
    let off = off(valid);
    if off.is_empty() {
        return Ok(());
    }
    writeln!(
        page,
        "\n## Seconds avoided\n\n\
         Without its fault none of these playbacks stalls (*control-clean*), so the whole of a stall would have been avoided. The\n\
         verdict says by how much it would have been shorter, had the stage that is most to blame taken its usual time. In {} starved\n\
         stalls that was off by {} % of the stall at the median, and by {} % at the 90th percentile: where more than one\n\
         stage was slow, or where nothing was slower than usual.",
        off.len(),
        number(100.0 * quantile(&off, 0.5)),
        number(100.0 * quantile(&off, 0.9)),
    )?;
    Ok(())
}

/// By what part of each starved stall that was off.
pub fn off(valid: &[&Record]) -> Vec<f64> {
    let faults = valid.iter().filter(|record| record.truth.is_some());
    let said = faults.filter_map(|record| record.stall.as_ref());
    said.filter(|said| said.kind == StallKind::Starved).map(|said| 1.0 - said.avoided).collect()
}

/// How soon after each stall's end its verdict was kept, seconds, in runs that wait as long as verdicts do now.
pub fn after(records: &[&Record]) -> Vec<f64> {
    let now = records.iter().filter(|record| record.seed >= AS_NOW);
    now.filter_map(|record| Some(record.stall.as_ref()?.after? / 1000.0)).collect()
}

/// How soon after its end a stall has its verdict, with all that was still being measured.
pub fn soon(page: &mut String, passive: &[&Record], checked: &[&Record]) -> Result<()> {
    let mut table = Table::new(&["", "stalls", "median", "95th percentile", "longest"]);
    let mut any = false;
    for (title, records) in [("without checks", passive), ("with a check", checked)] {
        for browser in ["chromium", "firefox"] {
            let of: Vec<&Record> =
                records.iter().copied().filter(|record| record.browser == browser).collect();
            let after = after(&of);
            if after.is_empty() {
                continue;
            }
            any = true;
            let at = |part| number(quantile(&after, part));
            let title = format!("{browser}, {title}");
            table.row([title, after.len().to_string(), at(0.5), at(0.95), at(1.0)]);
        }
    }
    if any {
        write!(
            page,
            "\n## How soon\n\n\
             From a stall's end to the verdict that is kept, seconds, in runs of seed {AS_NOW} and above: those before waited half a second for facts\n\
             that browsers tell late, as Resource Timing is, and two tenths are waited now. A round of a check that is under way is\n\
             waited for, too.\n\n{table}"
        )?;
    }
    Ok(())
}

/// Whether checks made stalls longer: the same scenario, browser and seed once without and once with it.
pub fn lengthening(page: &mut String, passive: &[&Record], checked: &[&Record]) -> Result<()> {
    let key = |record: &Record| (record.played(), record.browser.clone(), record.seed);
    let lasted = |record: &Record| Some(record.stall.as_ref()?.lasted / 1000.0);
    let mut pairs = Vec::new();
    for with in checked {
        let without = passive.iter().find(|record| key(record) == key(with));
        if let Some((without, lasted)) = without.and_then(|record| lasted(record)).zip(lasted(with)) {
            pairs.push((with, without, lasted));
        }
    }
    if pairs.is_empty() {
        return Ok(());
    }
    writeln!(
        page,
        "\n## Stalls without and with a check\n\nHow long playback stood in the same run without and with a check, seconds:\n"
    )?;
    let mut table = Table::new(&["scenario", "browser", "seed", "without", "with"]);
    for (record, without, with) in &pairs {
        let cells = [record.scenario.clone(), record.browser.clone(), record.seed.to_string()];
        table.row(cells.into_iter().chain([number(*without), number(*with)]));
    }
    let longer: Vec<f64> = pairs.iter().map(|(_, without, with)| with - without).collect();
    let (middle, error) = (mean(longer.iter().copied()), standard_error(&longer));
    writeln!(
        page,
        "{table}\nLonger with it, mean of {}: {} s, standard error {} s.",
        longer.len(),
        number(middle),
        number(error),
    )?;
    Ok(())
}
