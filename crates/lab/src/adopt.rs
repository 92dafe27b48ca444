//! Takes the evidence of runs into tests/replay, so that fast tests run on recorded reality.

use crate::judge::{Record, Said};
use crate::run::{Run, records};
use crate::space::host;
use anyhow::{Context, Result};
use std::fs;
use std::path::{Path, PathBuf};
use whystall::bundle::Bundle;
use whystall::plain;
use whystall::verdict::Stall;
use whystall::wording::Words;

/// Where recordings are.
const REPLAY: &str = "tests/replay";

/// What a recording is compared by: another of the same scenario and browser that says the same tells nothing new.
fn same(one: &Stall, other: &Stall) -> bool {
    (&one.cause, &one.zones) == (&other.cause, &other.zones)
}

/// Adopts the judged stall of each run that counts, of these scenarios or of all, and says what it refuses and why.
pub fn adopt(scenarios: &[String]) -> Result<()> {
    for record in records()? {
        let chosen = scenarios.is_empty() || scenarios.contains(&record.scenario);
        if record.only.is_some() || !chosen {
            continue;
        }
        let name = format!("{}{}-{}", record.scenario, Run::of(&record).marks(), record.browser);
        match take(&record, &name)? {
            Ok(folder) => println!("{name}, seed {}: adopted as {}", record.seed, folder.display()),
            Err(why) => println!("{name}, seed {}: refused, {why}", record.seed),
        }
    }
    Ok(())
}

/// The folder it is in now, or why it was refused.
fn take(record: &Record, name: &str) -> Result<Result<PathBuf, String>> {
    if !record.counts() {
        return Ok(Err(record.invalid.join("; ")));
    }
    let (Some(truth), Some(Said { number, contained, .. })) = (&record.truth, &record.stall) else {
        return Ok(Err("there is no stall in it".to_owned()));
    };
    let evidence = record.bundles.get(*number).context("a stall without evidence")?;
    let bundle = Bundle::rejudge(evidence.as_bytes())?;
    if let Some(host) = strange_host(&bundle) {
        return Ok(Err(format!("it names {host}, which is not the laboratory's")));
    }
    let stall = bundle.report.stalls.last().context("evidence without a stall")?;
    // What says the same has the same cause.
    let beside = Path::new(REPLAY).join(&stall.cause);
    fs::create_dir_all(&beside)?;
    for folder in fs::read_dir(&beside)? {
        let folder = folder?;
        let evidence = folder.path().join("bundle.whystall");
        // With a check or without, of whatever seed.
        let of_these = folder.file_name().to_string_lossy().starts_with(name) && evidence.exists();
        if of_these && sealed(&evidence)?.report.stalls.last().is_some_and(|other| same(stall, other)) {
            return Ok(Err(format!("{} says the same", folder.path().display())));
        }
    }
    let checked = if record.check { "-checked" } else { "" };
    let numbered = (2..).map(|count| format!("{name}{checked}-{count}"));
    let mut names = [format!("{name}{checked}")].into_iter().chain(numbered);
    let folder = names.find_map(|name| Some(beside.join(name)).filter(|folder| !folder.exists()));
    let folder = folder.context("no name is left")?;
    fs::create_dir_all(&folder)?;
    fs::write(folder.join("bundle.whystall"), bundle.to_bytes())?;
    fs::write(
        folder.join("expected.txt"),
        plain::text(&bundle.report, &Words::for_language("en"), plain::unpainted),
    )?;
    let known = if *contained { "" } else { " (missed)" };
    fs::write(folder.join("truth.txt"), format!("{}{known}\n", crate::report::name(truth.zone)))?;
    Ok(Ok(folder))
}

/// The evidence in a file, with what the rules of today say of it.
fn sealed(file: &Path) -> Result<Bundle> {
    Bundle::rejudge(&fs::read(file)?).with_context(|| file.display().to_string())
}

/// A server that is in the evidence, but not in the laboratory.
pub fn strange_host(bundle: &Bundle) -> Option<String> {
    let inputs = serde_json::to_value(&bundle.inputs).ok()?;
    let mut left = vec![&inputs];
    while let Some(value) = left.pop() {
        match value {
            serde_json::Value::Array(values) => left.extend(values),
            serde_json::Value::Object(members) => {
                let named = members.get("host").and_then(serde_json::Value::as_str);
                if let Some(strange) = named.filter(|named| !named.ends_with(&host(""))) {
                    return Some(strange.to_owned());
                }
                left.extend(members.values());
            }
            _ => {}
        }
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    fn recorded() -> Bundle {
        sealed(
            &Path::new(env!("CARGO_MANIFEST_DIR"))
                .join("../../tests/replay/slow-response/withheld-chromium/bundle.whystall"),
        )
        .unwrap()
    }

    #[test]
    fn a_server_that_is_not_the_laboratorys_is_noticed() {
        let mut bundle = recorded();
        let strange = strange_host(&bundle).unwrap();
        let text = String::from_utf8(bundle.to_bytes()).unwrap().replace(&strange, &host("edge"));
        bundle = Bundle::rejudge(text.as_bytes()).unwrap();
        assert_eq!(strange_host(&bundle), None);
    }

    #[test]
    fn the_same_cause_and_zones_are_the_same_recording() {
        let stall = recorded().report.stalls.pop().unwrap();
        assert!(same(&stall, &Stall { began: stall.ended.unwrap(), ..stall.clone() }));
        assert!(!same(&stall, &Stall { zones: Vec::new(), ..stall.clone() }));
        assert!(!same(&stall, &Stall { cause: String::new(), ..stall.clone() }));
    }
}
