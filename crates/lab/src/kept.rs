//! Runs that are kept in the repository, each in one file: its record and its evidence. Whoever has the repository can judge
//! them again, by the rules of then or of today.

use crate::adopt::strange_host;
use crate::judge::Record;
use crate::run::{Run, records};
use anyhow::{Context, Result};
use flate2::Compression;
use flate2::read::GzDecoder;
use flate2::write::GzEncoder;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use std::fs;
use std::io::{Read, Write};
use std::path::Path;
use whystall::bundle::Bundle;

/// Where they are.
pub const KEPT: &str = "lab/runs";
/// The names of those that do not count, and what the report says of each.
const UNCOUNTED: &str = "lab/uncounted.json";

#[derive(Serialize, Deserialize)]
struct Kept {
    record: Record,
    bundles: Vec<String>,
}

/// Runs that were made and do not count, by name, and what the report says of each: those that were kept and those of these.
pub fn uncounted(records: &[Record]) -> Result<BTreeMap<String, String>> {
    let mut all: BTreeMap<String, String> = match fs::read_to_string(UNCOUNTED) {
        Ok(text) => serde_json::from_str(&text).context(UNCOUNTED)?,
        Err(_) => BTreeMap::new(),
    };
    for record in records {
        let name = Run::of(record).name();
        if record.counts() {
            all.remove(&name);
        } else {
            let why = record.invalid.join("; ");
            all.insert(name, format!("{}, {}, seed {}: {why}", record.played(), record.browser, record.seed));
        }
    }
    Ok(all)
}

/// Takes all runs that count, and of the others why they do not.
pub fn keep() -> Result<()> {
    fs::create_dir_all(KEPT)?;
    let (mut bytes, mut runs) = (0, 0);
    let records = records()?;
    fs::write(UNCOUNTED, serde_json::to_string_pretty(&uncounted(&records)?)? + "\n")?;
    for mut record in records {
        let name = Run::of(&record).name();
        if !record.counts() {
            println!("{name}: does not count, {}", record.invalid.join("; "));
            continue;
        }
        let parsed = record.bundles.iter().map(|bundle| Bundle::rejudge(bundle.as_bytes()));
        let parsed = parsed.collect::<Result<Vec<_>, _>>().with_context(|| name.clone())?;
        if let Some(host) = parsed.iter().find_map(strange_host) {
            println!("{name}: refused, it names {host}, which is not the laboratory's");
            continue;
        }
        // What the rules of today say is worked out anew whenever it is read.
        record.stall = None;
        let bundles = std::mem::take(&mut record.bundles);
        let mut packed = GzEncoder::new(Vec::new(), Compression::best());
        packed.write_all(&serde_json::to_vec(&Kept { record, bundles })?)?;
        let packed = packed.finish()?;
        bytes += packed.len();
        runs += 1;
        fs::write(Path::new(KEPT).join(format!("{name}.json.gz")), packed)?;
    }
    println!("{runs} runs in {KEPT}, {} KB", bytes / 1024);
    Ok(())
}

/// Reads one, as it was written down.
pub fn read(file: &Path) -> Result<Record> {
    let mut text = String::new();
    GzDecoder::new(fs::File::open(file)?).read_to_string(&mut text)?;
    let Kept { mut record, bundles } = serde_json::from_str(&text)?;
    record.bundles = bundles;
    Ok(record)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The rules of today, over everything that was ever kept: a place is never wrongly ruled out, an innocent network never
    /// blamed alone, no stall missed and none invented.
    #[test]
    fn what_was_right_stays_right() {
        let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../..");
        let mut wrong = Vec::new();
        let mut judged = 0;
        for entry in fs::read_dir(root.join(KEPT)).unwrap() {
            let mut record = read(&entry.unwrap().path()).unwrap();
            let (scenario, _) = Run::of(&record).story(&root).unwrap();
            record.truth = scenario.truth.clone();
            record.judge(&scenario).unwrap();
            judged += usize::from(record.stall.is_some());
            wrong.extend(
                record.wrong().into_iter().map(|what| format!("{}: {what}", Run::of(&record).name())),
            );
        }
        assert!(judged > 100, "{judged} stalls");
        assert!(wrong.is_empty(), "{wrong:#?}");
    }
}
