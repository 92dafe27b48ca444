//! The program from outside: what it prints and how it exits.
#![allow(clippy::unwrap_used, clippy::indexing_slicing)]

use serde_json::Value;
use std::io::Write;
use std::path::PathBuf;
use std::process::{Command, Output, Stdio};
use whystall::bundle::Bundle;
use whystall::event::TrackKind::Video;
use whystall::story::Story;

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
    for command in [&["--help"][..], &["verify", "--help"], &["explain", "--help"], &["replay", "--help"]] {
        let (out, _, code) = run(command, b"");
        assert!(out.contains("Exit codes:") && code == 0, "{out}");
    }
}
