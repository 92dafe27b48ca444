//! `whystall`: reads, replays and verifies evidence.

mod args;
mod evidence;
mod paint;

use args::{Args, Command, Files};
use clap::Parser;
use evidence::Trouble;
use serde_json::{Value, json};
use std::io::{self, Write};
use std::path::Path;
use std::process::ExitCode;
use whystall::plain;
use whystall::verdict::Report;
use whystall::wording::{Words, clue, headline, whereabouts};

fn main() -> ExitCode {
    let worst = match Args::parse().command {
        Command::Explain { files, language } => explain(&files, &Words::for_language(&language)),
        Command::Replay { file } => replay(&file),
        Command::Verify { files } => verify(&files),
    };
    ExitCode::from(worst)
}

/// Goes on to the next file whatever is wrong with one; the exit code is that of the worst.
fn explain(files: &Files, words: &Words) -> u8 {
    let paint = paint::for_stdout();
    let mut worst = 0;
    for (index, name) in files.names.iter().enumerate() {
        let bundle = match evidence::verified(name) {
            Ok(bundle) => bundle,
            Err(trouble) => {
                worst = worst.max(trouble.exit_code());
                complain(name, &trouble);
                continue;
            }
        };
        let report = &bundle.report;
        let text = if files.json {
            let last = report.stalls.last();
            line(&json!({
                "file": name.display().to_string(),
                "sha256": bundle.fingerprint(),
                "headline": last.map(|stall| headline(stall, words)),
                "clue": last.and_then(|stall| clue(stall, words)).map(|clue| clue.to_string()),
                "whereabouts": last.map(|stall| whereabouts(stall, words)),
                "report": json_of(report),
            }))
        } else {
            let gap = if index > 0 { "\n" } else { "" };
            let title =
                if files.names.len() > 1 { format!("{gap}{}\n", name.display()) } else { String::new() };
            title + &plain::text(report, words, paint)
        };
        worst = worst.max(print(text.as_bytes()));
    }
    worst
}

fn replay(name: &Path) -> u8 {
    match evidence::parsed(name) {
        Ok(bundle) => print(&whystall::explain(&bundle.inputs).to_bytes()),
        Err(trouble) => {
            complain(name, &trouble);
            trouble.exit_code()
        }
    }
}

fn verify(files: &Files) -> u8 {
    let mut worst = 0;
    for name in &files.names {
        let file = name.display().to_string();
        let verified = evidence::verified(name);
        worst = worst.max(verified.as_ref().map_or_else(Trouble::exit_code, |_| 0));
        let text = match (&verified, files.json) {
            (Ok(bundle), true) => line(&json!({ "file": file, "ok": true, "sha256": bundle.fingerprint() })),
            (Err(trouble), true) => line(&json!({ "file": file, "ok": false, "error": trouble.to_string() })),
            (Ok(bundle), false) => format!("{file}: OK, SHA-256 {}\n", bundle.fingerprint()),
            (Err(trouble), false) => format!("{file}: {trouble}\n"),
        };
        worst = worst.max(print(text.as_bytes()));
    }
    worst
}

fn json_of(report: &Report) -> Value {
    serde_json::from_slice(&report.to_bytes()).unwrap_or_default()
}

fn line(value: &Value) -> String {
    format!("{value}\n")
}

fn complain(name: &Path, trouble: &Trouble) {
    // Nowhere is left to complain of a standard error that is closed.
    let _ = writeln!(io::stderr(), "whystall: {}: {trouble}", name.display());
}

/// The exit code. A reader that has seen enough (`| head`) is no failure.
fn print(bytes: &[u8]) -> u8 {
    let mut stdout = io::stdout().lock();
    match stdout.write_all(bytes).and_then(|()| stdout.flush()) {
        Err(error) if error.kind() != io::ErrorKind::BrokenPipe => {
            complain(Path::new("standard output"), &Trouble::Unreadable(error));
            2
        }
        _ => 0,
    }
}
