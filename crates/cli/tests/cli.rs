//! The program from outside: what it prints and how it exits.
#![allow(clippy::unwrap_used, clippy::indexing_slicing)]

use serde_json::Value;
use std::fs;
use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};
use whystall::bundle::Bundle;
use whystall::event::TrackKind::Video;
use whystall::story::Story;
use whystall_cli::export::{Kind, columns};

fn stall() -> Bundle {
    let story = Story::new(30_000).withhold(Video, 8, 12_000);
    Bundle::seal("test", story.tell().inputs)
}

/// A file of this test's own.
fn file(name: &str, bytes: &[u8]) -> PathBuf {
    let path = PathBuf::from(env!("CARGO_TARGET_TMPDIR")).join(name);
    std::fs::write(&path, bytes).unwrap();
    path
}

/// Another one.
fn freeze() -> Bundle {
    Bundle::seal("test", Story::new(30_000).freeze(12_000, 5_000).tell().inputs)
}

/// A card of it, if a small one.
fn card(bundle: &Bundle) -> Vec<u8> {
    let pixels: Vec<u8> = (0..8 * 4 * 4).collect();
    whystall_picture::seal(&pixels, 8, 4, &bundle.to_bytes()).unwrap()
}

/// A directory of this test's own, with these files in it.
fn dir(name: &str, files: &[(&str, &[u8])]) -> PathBuf {
    let dir = Path::new(env!("CARGO_TARGET_TMPDIR")).join(name);
    let _ = fs::remove_dir_all(&dir);
    fs::create_dir_all(&dir).unwrap();
    for (name, bytes) in files {
        let path = dir.join(name);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, bytes).unwrap();
    }
    dir
}

fn altered() -> Vec<u8> {
    let text = String::from_utf8(stall().to_bytes()).unwrap();
    text.replacen("video.example", "other.example", 1).into_bytes()
}

fn whystall(args: &[&str], stdin: &[u8]) -> Output {
    let mut command = Command::new(env!("CARGO_BIN_EXE_whystall"));
    command.args(args).stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
    let mut child = command.spawn().unwrap();
    let mut input = child.stdin.take().unwrap();
    // A program that did not want all of it closes its end: no failure of the test's.
    let _ = input.write_all(stdin);
    drop(input);
    child.wait_with_output().unwrap()
}

/// Standard output, standard error, exit code.
fn run(args: &[&str], stdin: &[u8]) -> (String, String, i32) {
    let output = whystall(args, stdin);
    let text = |bytes| String::from_utf8(bytes).unwrap();
    (text(output.stdout), text(output.stderr), output.status.code().unwrap())
}

#[test]
fn verify_says_ok_with_the_hash() {
    let path = file("verify-ok.whystall", &stall().to_bytes());
    let path = path.to_str().unwrap();
    let expected = format!("{path}: OK, SHA-256 {}\n", stall().fingerprint());
    assert_eq!(run(&["verify", path], b""), (expected, String::new(), 0));
}

#[test]
fn verify_says_of_each_file_what_is_wrong() {
    let good = file("verify-good.whystall", &stall().to_bytes());
    let bad = file("verify-bad.whystall", &altered());
    let (good, bad) = (good.to_str().unwrap(), bad.to_str().unwrap());
    let (out, _, code) = run(&["verify", bad, good, "/no/such/file"], b"");
    let lines: Vec<&str> = out.lines().collect();
    assert!(lines[0].starts_with(&format!("{bad}: altered since it was made: states SHA-256 ")), "{out}");
    assert!(lines[1].starts_with(&format!("{good}: OK")), "{out}");
    assert!(lines[2].starts_with("/no/such/file: No such file"), "{out}");
    assert_eq!(code, 2);
    assert_eq!(run(&["verify", bad, good], b"").2, 1);
}

#[test]
fn verify_refuses_a_verdict_that_the_inputs_do_not_give() {
    let mut forged = stall();
    forged.report.stalls[0].cause = "request-idle".to_owned();
    let expected = "-: the replay differs from the recorded verdict at `report.stalls[0].cause`\n";
    assert_eq!(run(&["verify", "-"], &forged.to_bytes()), (expected.to_owned(), String::new(), 1));
}

#[test]
fn verify_in_json() {
    let bad = file("json-bad.whystall", b"[]");
    let (out, _, code) = run(&["verify", "--json", "-", bad.to_str().unwrap()], &stall().to_bytes());
    let lines: Vec<Value> = out.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    assert_eq!((lines[0]["ok"].as_bool(), lines[1]["ok"].as_bool(), code), (Some(true), Some(false), 1));
    assert_eq!(lines[0]["sha256"], stall().fingerprint());
    assert_eq!(lines[1]["error"], "not Whystall evidence: no format version in member `whystall`");
}

#[test]
fn verify_checks_a_card_with_its_picture() {
    let card = card(&stall());
    let path = file("card.png", &card);
    let path = path.to_str().unwrap();
    let expected = format!("{path}: OK, card, SHA-256 {}\n", stall().fingerprint());
    assert_eq!(run(&["verify", path], b""), (expected, String::new(), 0));
    // Evidence in a card replays as evidence alone does.
    assert_eq!(run(&["explain", path], b"").0, run(&["explain", "-"], &stall().to_bytes()).0);
    assert_eq!(run(&["replay", path], b"").0.as_bytes(), stall().report.to_bytes());
    for at in (0..card.len()).step_by(card.len() / 40) {
        let mut altered = card.clone();
        altered[at] ^= 1;
        let (out, _, code) = run(&["verify", "-"], &altered);
        assert!(out.starts_with("-: ") && !out.contains("OK") && code == 1, "byte {at}: {out}");
    }
    let mut png = whystall_picture::seal(&[0; 4], 1, 1, b"not evidence").unwrap();
    let (out, _, code) = run(&["verify", "-"], &png);
    assert!(out.starts_with("-: not JSON") && code == 1, "{out}");
    png.truncate(40);
    assert_eq!(run(&["verify", "-"], &png).2, 1);
}

#[test]
fn a_file_of_another_version_is_no_altered_one() {
    let newer = br#"{"whystall":2}"#;
    let (out, _, code) = run(&["verify", "-"], newer);
    assert_eq!(out, "-: made by a newer Whystall: format 2, and this program reads format 1\n");
    assert_eq!(code, 3);
    let (newer, bad) = (file("newer.whystall", newer), file("newer-bad.whystall", &altered()));
    let (newer, bad) = (newer.to_str().unwrap(), bad.to_str().unwrap());
    assert_eq!(run(&["verify", newer, bad], b"").2, 1, "altered is worse");
    assert_eq!(run(&["verify", newer, bad, "/no/such/file"], b"").2, 2, "not to be read is worst");
}

#[test]
fn a_directory_stands_for_the_evidence_and_cards_below_it() {
    let (good, card) = (stall().to_bytes(), card(&freeze()));
    let dir = dir(
        "walked",
        &[
            ("b.whystall", &good),
            ("a/two.PNG", &card),
            ("a/one.whystall", &altered()),
            ("notes.txt", b"no evidence"),
            ("c.whystall", b"[]"),
        ],
    );
    let (out, err, code) = run(&["verify", dir.to_str().unwrap()], b"");
    let names: Vec<&str> = out.lines().map(|line| line.split_once(": ").unwrap().0).collect();
    let expected = ["a/one.whystall", "a/two.PNG", "b.whystall", "c.whystall"];
    assert_eq!(names, expected.map(|name| dir.join(name).to_str().unwrap().to_owned()));
    assert_eq!(out.matches(": OK, ").count(), 2, "{out}");
    assert_eq!((err.as_str(), code), ("2 OK, 2 not\n", 1));
    let (out, err, code) = run(&["explain", dir.to_str().unwrap()], b"");
    assert_eq!((out.matches("Playback st").count(), err.lines().count(), code), (2, 2, 1), "{out}{err}");
}

#[test]
fn a_directory_without_evidence_is_not_verified() {
    let dir = dir("nothing", &[("notes.txt", b"no evidence")]);
    let dir = dir.to_str().unwrap();
    let expected = format!("{dir}: no *.whystall or *.png in this directory\n");
    assert_eq!(run(&["verify", dir], b""), (expected, String::new(), 2));
}

#[test]
fn thousands_of_files_come_in_order() {
    let good = stall().to_bytes();
    let names: Vec<String> = (0..3000).map(|number| format!("{number:04}.whystall")).collect();
    // Most are refused at once, so that some are ready long before those between them.
    let bytes = |number: usize| if number.is_multiple_of(300) { good.as_slice() } else { b"[]" };
    let files: Vec<(&str, &[u8])> =
        names.iter().enumerate().map(|(number, name)| (name.as_str(), bytes(number))).collect();
    let dir = dir("thousands", &files);
    let (out, err, code) = run(&["verify", "--jobs", "3", dir.to_str().unwrap()], b"");
    let order: Vec<&str> = out.lines().map(|line| line.split_once(": ").unwrap().0).collect();
    let expected: Vec<String> =
        names.iter().map(|name| dir.join(name).to_str().unwrap().to_owned()).collect();
    assert_eq!(order, expected);
    assert_eq!((err.as_str(), code), ("10 OK, 2990 not\n", 1));
}

#[test]
fn a_reader_that_has_seen_enough_is_no_failure() {
    let dir = dir("head", &[("a.whystall", &stall().to_bytes()), ("b.whystall", b"[]")]);
    let many = format!("{} ", dir.display()).repeat(500);
    let script =
        format!("{} verify {many} | head -n 1; echo ${{PIPESTATUS[0]}}", env!("CARGO_BIN_EXE_whystall"));
    let output = Command::new("bash").args(["-c", &script]).output().unwrap();
    let out = String::from_utf8(output.stdout).unwrap();
    assert_eq!((out.lines().count(), out.lines().last()), (2, Some("0")), "{out}");
}

#[test]
fn stats_count_each_stall_once() {
    let (stall, freeze) = (stall(), freeze());
    let healthy = Bundle::seal("test", Story::new(10_000).tell().inputs);
    let dir = dir(
        "stats",
        &[
            ("a.whystall", &stall.to_bytes()),
            ("a.png", &card(&stall)),
            ("b.whystall", &freeze.to_bytes()),
            ("healthy.whystall", &healthy.to_bytes()),
            ("bad.whystall", b"[]"),
        ],
    );
    let dir = dir.to_str().unwrap();
    let (out, err, code) = run(&["stats", "--json", dir], b"");
    let stats: Value = serde_json::from_str(&out).unwrap();
    assert_eq!((err.lines().count(), code), (1, 1), "{err}");
    for (figure, expected) in
        [("files", 5), ("failed", 1), ("without_stall", 1), ("copies", 1), ("stalls", 2)]
    {
        assert_eq!(stats[figure], expected, "{figure}");
    }
    let (one, other) = (&stall.report.stalls[0], &freeze.report.stalls[0]);
    assert_eq!(stats["duration_us"], one.duration.0 + other.duration.0);
    assert_eq!(stats["longest_us"], one.duration.0.max(other.duration.0));
    let device = &stats["by_zone"][0];
    assert_eq!((device["zone"].as_str(), device["possible"].as_u64()), (Some("device"), Some(1)), "{device}");
    let causes = stats["by_cause"].as_array().unwrap();
    for stall in [one, other] {
        let expected =
            serde_json::json!({ "cause": stall.cause, "stalls": 1, "duration_us": stall.duration.0 });
        assert!(causes.contains(&expected), "{causes:?}");
    }
    let hosts = stats["by_host"].as_array().unwrap();
    assert!(
        hosts.iter().any(|of| of["host"] == "video.example") && hosts.iter().any(|of| of["host"].is_null())
    );
    let times: i64 = stats["by_zone"]
        .as_array()
        .unwrap()
        .iter()
        .flat_map(|of| [&of["direct_us"], &of["believed_us"]])
        .map(|time| time.as_i64().unwrap())
        .sum();
    let rest: i64 = ["undivided_us", "chronic_us", "unexplained_us"]
        .iter()
        .map(|name| stats[name].as_i64().unwrap())
        .sum();
    assert_eq!(times + rest, one.duration.0 + other.duration.0, "{stats}");
    let (words, ..) = run(&["stats", dir], b"");
    assert!(words.starts_with("2 stalls from 2025-06-15 15:06 UTC to "), "{words}");
    assert!(words.lines().all(|line| line.chars().count() <= 80), "{words}");
}

#[test]
fn evidence_without_a_date_is_of_no_hour() {
    let (stall, undated) = (stall(), freeze().without_date().unwrap());
    let both = dir("undated", &[("a.whystall", &stall.to_bytes()), ("b.whystall", &undated.to_bytes())]);
    let alone = file("undated.whystall", &undated.to_bytes());
    let (both, alone) = (both.to_str().unwrap(), alone.to_str().unwrap());
    let began = stall.report.stalls[0].began.wall.0;
    let json =
        |path: &str| -> Value { serde_json::from_str(&run(&["stats", "--json", path], b"").0).unwrap() };
    let of_both = json(both);
    assert_eq!((&of_both["stalls"], &of_both["undated"]), (&2.into(), &1.into()));
    assert_eq!(
        (&of_both["first_began_at_unix_us"], &of_both["last_began_at_unix_us"]),
        (&began.into(), &began.into())
    );
    let hours =
        serde_json::json!([{ "hour": 15, "stalls": 1, "duration_us": stall.report.stalls[0].duration.0 }]);
    assert_eq!(of_both["by_hour_utc"], hours);
    let of_one = json(alone);
    assert_eq!((&of_one["undated"], &of_one["first_began_at_unix_us"]), (&1.into(), &Value::Null));
    assert_eq!(of_one["by_hour_utc"], serde_json::json!([]));
    let words = |path: &str| run(&["stats", path], b"").0;
    assert!(words(both).contains("\n  not counted: 1 stall of evidence without a date\n"), "{}", words(both));
    assert!(words(both).starts_with("2 stalls from 2025-06-15 15:06 UTC to 2025-06-15 15:06 UTC.\n"));
    assert!(words(alone).starts_with("1 stall.\n"), "{}", words(alone));
    let table = run(&["export", alone, "--format", "csv"], b"").0;
    let mut table = csv::Reader::from_reader(table.as_bytes());
    let names = table.headers().unwrap().clone();
    let row = table.records().next().unwrap().unwrap();
    let began = names.iter().zip(&row).filter(|(name, _)| name.starts_with("began_"));
    let began: Vec<(&str, &str)> = began.collect();
    assert_eq!(began, [("began_at_unix_us", ""), ("began_date_utc", ""), ("began_hour_utc", "")]);
}

#[test]
fn stats_of_nothing_say_so() {
    let healthy = Bundle::seal("test", Story::new(10_000).tell().inputs);
    assert_eq!(run(&["stats", "-"], &healthy.to_bytes()), ("No stalls.\n".to_owned(), String::new(), 0));
}

#[test]
fn export_has_a_row_for_each_stall() {
    let (stall, freeze) = (stall(), freeze());
    let dir = dir(
        "export",
        &[
            ("a.whystall", &stall.to_bytes()),
            ("b.png", &card(&stall)),
            ("c.whystall", &freeze.to_bytes()),
            ("d.whystall", &altered()),
        ],
    );
    let (out, err, code) = run(&["export", dir.to_str().unwrap(), "--format", "csv"], b"");
    let mut lines = csv::Reader::from_reader(out.as_bytes());
    let names = lines.headers().unwrap().clone();
    let rows: Vec<csv::StringRecord> = lines.records().map(Result::unwrap).collect();
    assert_eq!((rows.len(), err.lines().count(), code), (2, 1, 1), "{err}");
    let of = |row: usize, name: &str| {
        let at = names.iter().position(|other| other == name).unwrap();
        rows[row][at].to_owned()
    };
    let told = &stall.report.stalls[0];
    assert_eq!(of(0, "sha256"), stall.fingerprint());
    assert_eq!(of(0, "began_at_unix_us"), told.began.wall.0.to_string());
    assert_eq!(of(0, "began_date_utc"), "2025-06-15");
    assert_eq!(of(0, "began_hour_utc"), "15");
    assert_eq!(of(0, "duration_us"), told.duration.0.to_string());
    assert_eq!((of(0, "cause"), of(0, "host")), (told.cause.clone(), "video.example".to_owned()));
    assert_eq!((of(0, "kind"), of(1, "kind")), ("starved".to_owned(), "frozen".to_owned()));
    assert_eq!((of(1, "zones"), of(1, "zones_count")), ("device,player,origin".to_owned(), "3".to_owned()));
    assert_eq!((of(1, "zone_device"), of(1, "zone_home")), ("true".to_owned(), "false".to_owned()));
    assert_eq!((of(1, "host"), of(1, "undivided_us")), (String::new(), of(1, "duration_us")));
}

/// That engines read it is for `cargo xtask test --only queries`.
#[test]
fn export_is_there_when_it_is_complete() {
    let dir = dir("parquet", &[("a.whystall", &stall().to_bytes())]);
    let out = dir.join("stalls.parquet");
    let arguments = ["export", dir.to_str().unwrap(), "--format", "parquet", "--out", out.to_str().unwrap()];
    assert_eq!(run(&arguments, b""), (String::new(), String::new(), 0));
    let bytes = fs::read(&out).unwrap();
    assert!(bytes.starts_with(b"PAR1") && bytes.ends_with(b"PAR1"));
    assert_eq!(fs::read_dir(&dir).unwrap().count(), 2, "nothing else is left behind");
    let (_, err, code) = run(&["export", "-", "--format", "csv", "--out", "/no/such/place.csv"], b"");
    assert!(err.starts_with("whystall: output: No such file") && code == 2, "{err}");
}

#[test]
fn every_column_is_described() {
    let page = include_str!("../../../docs/export.md");
    let told: Vec<(&str, &str)> = page
        .lines()
        .filter_map(|line| line.strip_prefix("| `")?.split_once("` | "))
        .map(|(name, rest)| (name, rest.split(" |").next().unwrap()))
        .collect();
    let kind = |kind| match kind {
        Kind::Text => "text",
        Kind::MaybeText => "text or null",
        Kind::Whole => "integer",
        Kind::MaybeWhole => "integer or null",
        Kind::Flag => "boolean",
    };
    let columns = columns();
    let there: Vec<(&str, &str)> =
        columns.iter().map(|column| (column.name.as_str(), kind(column.kind))).collect();
    assert_eq!(told, there);
}

#[test]
fn shells_complete_and_there_is_a_manual() {
    for shell in ["bash", "zsh", "fish", "powershell", "elvish"] {
        let (out, _, code) = run(&["completions", shell], b"");
        assert!(out.contains("verify") && code == 0, "{shell}: {out}");
    }
    let (page, _, code) = run(&["man"], b"");
    assert!(page.contains(".TH whystall") && page.contains("Exit codes") && code == 0, "{page}");
    let (page, _, code) = run(&["man", "export"], b"");
    assert!(page.contains("parquet") && code == 0, "{page}");
    assert_eq!(run(&["man", "conceal"], b"").2, 2);
}

#[test]
fn replay_prints_the_bytes_of_the_verdict() {
    let output = whystall(&["replay", "-"], &stall().to_bytes());
    assert_eq!(output.stdout, stall().report.to_bytes());
    assert_eq!(output.status.code(), Some(0));
}

#[test]
fn explain_says_it_in_words_without_colours() {
    let (out, err, code) = run(&["explain", "-"], &stall().to_bytes());
    let first = out.lines().next().unwrap();
    assert_eq!(first, "Playback stopped for 2.2 s: the answer from video.example came late.");
    assert!(!out.contains('\u{1b}'));
    assert_eq!((err.as_str(), code), ("", 0));
    let (german, ..) = run(&["explain", "--language", "de", "-"], &stall().to_bytes());
    assert_ne!(german, out);
}

#[test]
fn explain_names_the_files_when_there_are_several() {
    let path = file("explain.whystall", &stall().to_bytes());
    let path = path.to_str().unwrap();
    let (out, ..) = run(&["explain", path, path], b"");
    assert_eq!(out.lines().filter(|line| *line == path).count(), 2);
}

#[test]
fn explain_refuses_what_does_not_verify() {
    let (out, err, code) = run(&["explain", "-"], &altered());
    assert_eq!((out.as_str(), code), ("", 1));
    assert!(err.starts_with("whystall: -: altered since it was made"), "{err}");
}

#[test]
fn explain_in_json_has_the_report() {
    let (out, _, code) = run(&["explain", "--json", "-"], &stall().to_bytes());
    let line: Value = serde_json::from_str(&out).unwrap();
    assert_eq!((line["report"]["stalls"][0]["cause"].as_str(), code), (Some("slow-response"), 0));
    assert_eq!(line["sha256"], stall().fingerprint());
}

#[test]
fn what_is_too_large_is_refused_unread() {
    let (_, err, code) = run(&["explain", "-"], &vec![b' '; 20 << 20]);
    assert_eq!(err, "whystall: -: too large: at least 8388609 bytes, at most 8388608 are read\n");
    assert_eq!(code, 1);
}

#[test]
fn wrong_usage_exits_with_2_and_help_tells_the_exit_codes() {
    assert_eq!(run(&["verify"], b"").2, 2);
    assert_eq!(run(&["conceal"], b"").2, 2);
    for command in ["explain", "verify", "replay", "stats", "export"].map(|name| vec![name, "--help"]) {
        let (out, _, code) = run(&command, b"");
        assert!(out.contains("Exit codes:") && code == 0, "{out}");
    }
    for command in [&["--help"][..], &["-h"]] {
        let (out, _, code) = run(command, b"");
        assert!(out.contains("Exit codes:") && code == 0, "{out}");
    }
}
