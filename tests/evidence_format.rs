//! docs/evidence-format.md says the truth: its example is valid, its commands work, its tables are complete.
#![allow(clippy::unwrap_used, clippy::indexing_slicing)]

use serde_json::Value;
use std::collections::BTreeSet;
use std::path::PathBuf;
use std::process::Command;
use whystall::bundle::Bundle;
use whystall::event::Confession;
use whystall::event::TrackKind::{Audio, Video};
use whystall::story::Story;
use whystall::time::Micros;

const PAGE: &str = include_str!("../docs/evidence-format.md");

/// The fenced blocks in this language that contain a text.
fn blocks(language: &str, text: &str) -> Vec<&'static str> {
    let fence = format!("```{language}\n");
    let blocks = PAGE.split(&fence).skip(1).map(|rest| rest.split("\n```").next().unwrap());
    blocks.filter(|block| block.contains(text)).collect()
}

fn stall() -> Bundle {
    let story = Story::new(40_000).timing_allowed().seek(5_000, 9_000).confess(Video, 3, all_confessed());
    let bundle = Bundle::seal("test", story.withhold(Video, 12, 15_000).fail(Audio, 12, 1).tell().inputs);
    assert_eq!(bundle.report.stalls.len(), 1);
    bundle
}

/// All that a server can say of itself.
fn all_confessed() -> Confession {
    let headers = "cache-status: a; hit\nage: 3\ncmsd-static: at=1700000000000\ncmsd-dynamic: \"a\";rd=3;du\nvia: 1.1 a\n\
                   server-timing: cfL4;desc=\"?rtt=9&min_rtt=8&rtt_var=7&sent=6&lost=5&retrans=4&delivery_rate=3\"\n\
                   retry-after: 1\nalt-svc: h3=\":443\"\nx-head-seqnum: 9\nx-sequence-num: 8\nx-bandwidth-app-limited: true";
    let read = whystall::header::read(headers).unwrap();
    // No server tells both apart and in one.
    Confession { origin: Some(Micros(1)), server: Some(Micros(2)), ..read }
}

#[test]
fn the_example_is_valid() {
    let example = blocks("json", "")[0];
    let bundle = Bundle::parse(example.as_bytes());
    assert_eq!(bundle.map(|bundle| bundle.verify()), Ok(Ok(())));
}

/// Runs a block where a file `stall.whystall` is; `None` where the tool is not installed.
fn run(block: &str, tool: &str) -> Option<String> {
    if Command::new(tool).arg("--version").output().is_err() {
        eprintln!("SKIP: {tool} is not installed");
        return None;
    }
    let folder = PathBuf::from(env!("CARGO_TARGET_TMPDIR")).join(format!("evidence-format-{tool}"));
    std::fs::create_dir_all(&folder).unwrap();
    std::fs::write(folder.join("stall.whystall"), stall().to_bytes()).unwrap();
    let output = Command::new("sh").arg("-c").arg(block).current_dir(&folder).output().unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    Some(String::from_utf8(output.stdout).unwrap())
}

#[test]
fn the_hash_checks_by_hand() {
    for tool in ["jq", "python3"] {
        let command = if tool == "jq" { "sha256sum" } else { tool };
        let [block] = blocks("sh", command)[..] else { panic!("one block with {command}") };
        if let Some(out) = run(block, tool) {
            let hash = stall().fingerprint();
            assert_eq!(out, format!("{hash}\n{hash}\n"), "{tool}");
        }
    }
}

#[test]
fn the_facts_of_findings_can_be_looked_up() {
    let [block] = blocks("sh", ".findings[]")[..] else { panic!("one block") };
    if let Some(out) = run(block, "jq") {
        let stall = &stall().report.stalls[0];
        let lines: usize = stall.findings.iter().map(|finding| 1 + finding.facts.len()).sum();
        assert_eq!(out.lines().count(), lines, "{out}");
        assert!(out.contains("\"blocked-on\"\n{") && !out.contains("null\n"), "{out}");
    }
}

/// The names of all members, and all texts that are not the page's own.
fn words(value: &Value, found: &mut BTreeSet<String>) {
    match value {
        Value::Object(members) => {
            for (name, value) in members {
                // These are chosen by findings, not by the format.
                if name != "values" {
                    words(value, found);
                }
                if !["build", "host", "sha256", "cause", "id"].contains(&name.as_str()) || !value.is_string()
                {
                    found.insert(name.clone());
                }
            }
        }
        Value::Array(items) => items.iter().for_each(|item| words(item, found)),
        _ => {}
    }
}

#[test]
fn every_member_and_every_event_is_described() {
    let mut names = BTreeSet::new();
    let content: Value = serde_json::from_slice(&stall().to_bytes()).unwrap();
    words(&content, &mut names);
    let confession = serde_json::to_value(all_confessed()).unwrap();
    assert_eq!(confession.as_object().unwrap().len(), 19, "{confession}");
    assert!(names.len() > 60, "{names:?}");
    // What a reader of the format would accept as an event, from what it says when it gets another.
    let error = serde_json::from_str::<whystall::Event>("{\"event\":\"?\"}").unwrap_err().to_string();
    names.extend(error.split('`').skip(3).step_by(2).map(str::to_owned));
    assert!(names.contains("not-observable"), "{names:?}");
    let described =
        |name: &String| PAGE.contains(&format!("`{name}`")) || PAGE.contains(&format!("\"{name}\":"));
    let missing: Vec<&String> = names.iter().filter(|name| !described(name)).collect();
    assert!(missing.is_empty(), "{missing:?}");
}
