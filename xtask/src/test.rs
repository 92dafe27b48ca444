//! The tests, suite by suite, and one count of them all.

use crate::bench;
use crate::build;
use crate::chosen;
use crate::demo::Browser;
use crate::fuzz;
use crate::package;
use crate::process::{cargo, command, output, run as execute};
use crate::setup;
use crate::tidy;
use anyhow::{Context, Result, bail};
use clap::{Args, ValueEnum};
use std::fmt;
use std::fs;
use std::io::{BufRead, BufReader, ErrorKind, Write};
use std::panic::resume_unwind;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::thread;

/// Which tests to run.
#[derive(Args)]
pub struct Options {
    /// Only these suites, separated by commas [default: all]
    #[arg(long, value_enum, value_delimiter = ',')]
    only: Vec<Suite>,
    /// Only this browser
    #[arg(long, value_enum)]
    browser: Option<Browser>,
    /// Play every player against every fault, which takes half an hour, and write docs/players.md of what came out
    #[arg(long)]
    full: bool,
}

#[derive(Clone, Copy, ValueEnum, PartialEq, Eq)]
enum Suite {
    /// Rust: units, properties, replays of recorded evidence, the command line
    Unit,
    /// The rules of docs/ARCHITECTURE.md
    Tidy,
    /// Scripts, without a browser
    Js,
    /// The core as WebAssembly says what the native one says
    Wasm,
    /// What is measured beside peers gives the same answers as they do
    Bench,
    /// What reads hostile data survives the kept corpus and some seconds of anything: see `cargo xtask fuzz`
    Fuzz,
    /// The queries say the same on DuckDB and on ClickHouse, over a million made-up stalls
    Queries,
    /// The packages are reproducible and the store's check finds nothing
    Package,
    /// A page sees the same with and without Whystall
    Noninterference,
    /// Real players starve in real browsers
    E2e,
}

/// Runs them, the fast ones first. An error if any test failed.
pub fn run(options: &Options) -> Result<()> {
    let chosen = chosen(&options.only);
    let browsers: Vec<Browser> = Browser::ALL
        .into_iter()
        .filter(|browser| options.browser.is_none_or(|only| only == *browser))
        .collect();
    let of_browsers = chosen.iter().any(|suite| suite.pages().is_some());
    if of_browsers || chosen.iter().any(|suite| matches!(suite, Suite::Wasm | Suite::Package)) {
        build::run()?;
    }
    if chosen.contains(&Suite::Unit) {
        setup::networks()?;
    }
    if of_browsers {
        setup::running()?;
        // What each verdict is replayed with.
        execute(&mut cargo(["build", "--package", "whystall-cli"]))?;
        execute(&mut command("node", ["demo/stream.mjs", "target/demo-stream"]))?;
    }
    if let Err(error) = fs::remove_file(FAILURES)
        && error.kind() != ErrorKind::NotFound
    {
        return Err(error.into());
    }
    let mut rows = Vec::new();
    for &suite in chosen.iter().filter(|suite| suite.pages().is_none()) {
        rows.push(told(suite.name().to_owned(), run_suite(suite, options.full)?));
    }
    let pages: Vec<(&str, &str)> =
        chosen.iter().filter_map(|suite| Some((suite.name(), suite.pages()?))).collect();
    rows.extend(in_browsers(&pages, &browsers, options.full)?);
    if options.full && chosen.contains(&Suite::E2e) {
        execute(&mut command("node", ["tests/e2e/matrix-page.mjs"]))?;
    }
    let total = rows.iter().fold(Count::default(), |sum, (_, count)| sum.plus(*count));
    if let Ok(failures) = fs::read_to_string(FAILURES) {
        println!("── what failed ({FAILURES})\n{failures}");
    }
    for (name, count) in &rows {
        println!("{name:<28} {count}");
    }
    println!("{total}");
    if total.failed > 0 {
        bail!("{} failed", total.failed);
    }
    Ok(())
}

impl Suite {
    fn name(self) -> &'static str {
        match self {
            Suite::Unit => "unit",
            Suite::Tidy => "tidy",
            Suite::Js => "js",
            Suite::Wasm => "wasm",
            Suite::Bench => "bench",
            Suite::Fuzz => "fuzz",
            Suite::Queries => "queries",
            Suite::Package => "package",
            Suite::Noninterference => "noninterference",
            Suite::E2e => "e2e",
        }
    }

    /// Where the tests are that each browser is put to.
    fn pages(self) -> Option<&'static str> {
        match self {
            Suite::Noninterference => Some("tests/noninterference"),
            Suite::E2e => Some("tests/e2e"),
            _ => None,
        }
    }
}

/// One that needs no browser.
fn run_suite(suite: Suite, full: bool) -> Result<Count> {
    Ok(match suite {
        Suite::Unit => counted(&mut cargo(["test", "--workspace", "--no-fail-fast"]), cargo_total, "")?,
        Suite::Tidy => checks(&tidy::CHECKS),
        Suite::Js => node_tests(&["extension", "demo", "tests/ndt7"], None, full)?,
        Suite::Bench => {
            setup::running()?;
            bench::readers()?;
            node_tests(&["bench"], None, full)?
        }
        Suite::Fuzz => fuzzed(),
        Suite::Queries => queried()?,
        Suite::Wasm => node_tests(&["tests/wasm"], None, full)?,
        Suite::Package => checks(&[
            ("packages are reproducible", package::reproducible),
            ("web-ext finds nothing", package::lint),
        ]),
        Suite::Noninterference | Suite::E2e => bail!("{} needs a browser", suite.name()),
    })
}

/// All browsers at once, each through the suites one after the other: a browser that plays and waits leaves most of two
/// cores idle.
fn in_browsers(suites: &[(&str, &str)], browsers: &[Browser], full: bool) -> Result<Vec<(String, Count)>> {
    let through = |browser: Browser| -> Result<Vec<(String, Count)>> {
        let run = |(name, dir): &(&str, &str)| {
            Ok(told(format!("{name} {}", browser.name()), node_tests(&[dir], Some(browser), full)?))
        };
        suites.iter().map(run).collect()
    };
    thread::scope(|scope| {
        let running: Vec<_> = browsers.iter().map(|&browser| scope.spawn(move || through(browser))).collect();
        let ended = running.into_iter().map(|one| one.join().unwrap_or_else(|panic| resume_unwind(panic)));
        Ok(ended.collect::<Result<Vec<_>>>()?.concat())
    })
}

fn told(name: String, count: Count) -> (String, Count) {
    println!("── {name}: {count}\n");
    (name, count)
}

/// Passed, failed and skipped.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
struct Count {
    passed: u32,
    failed: u32,
    skipped: u32,
}

impl Count {
    fn plus(self, other: Count) -> Count {
        Count {
            passed: self.passed + other.passed,
            failed: self.failed + other.failed,
            skipped: self.skipped + other.skipped,
        }
    }
    fn is_empty(self) -> bool {
        self == Count::default()
    }
}

impl fmt::Display for Count {
    fn fmt(&self, f: &mut fmt::Formatter) -> fmt::Result {
        write!(f, "{} passed, {} failed, {} skipped", self.passed, self.failed, self.skipped)
    }
}

fn node_tests(dirs: &[&str], browser: Option<Browser>, full: bool) -> Result<Count> {
    let mut files: Vec<PathBuf> = Vec::new();
    for dir in dirs.iter().map(Path::new).filter(|dir| dir.is_dir()) {
        for entry in fs::read_dir(dir)? {
            files.push(entry?.path());
        }
    }
    files.retain(|file| file.to_string_lossy().ends_with(".test.mjs"));
    files.sort();
    // More than one at a time in a browser would starve each other of the processor.
    let mut node = command("node", ["--test", "--test-concurrency=1", "--test-reporter=spec"]);
    if let Some(browser) = browser {
        node.env("WHYSTALL_BROWSER", browser.name());
    }
    if full {
        node.env("WHYSTALL_FULL", "1");
    }
    if files.is_empty() {
        eprintln!("no *.test.mjs found");
        return Ok(Count { failed: 1, ..Count::default() });
    }
    let prefix = browser.map(|browser| format!("{} │ ", browser.name())).unwrap_or_default();
    counted(node.args(files), node_total, &prefix)
}

fn checks(checks: &[tidy::Check]) -> Count {
    let mut count = Count::default();
    for (name, check) in checks {
        match check() {
            Ok(()) => {
                println!("ok   {name}");
                count.passed += 1;
            }
            Err(error) => {
                println!("FAIL {name}: {error:#}");
                count.failed += 1;
            }
        }
    }
    count
}

/// Seconds for each fuzz target: all of them, built, stay below three minutes on two processors.
const FUZZ_SECONDS: u32 = 8;

/// Each fuzz target is one test.
fn fuzzed() -> Count {
    let targets = fuzz::Target::value_variants();
    if let Err(error) = setup::fuzzing() {
        println!("SKIP fuzz: {error:#}");
        return Count { skipped: targets.len() as u32, ..Count::default() };
    }
    if let Err(error) = fuzz::build() {
        println!("FAIL fuzz: {error:#}");
        return Count { failed: targets.len() as u32, ..Count::default() };
    }
    let mut count = Count::default();
    for &target in targets {
        match fuzz::fuzz(target, FUZZ_SECONDS) {
            Ok(()) => count.passed += 1,
            Err(error) => {
                println!("FAIL {}: {error:#}", target.name());
                count.failed += 1;
            }
        }
    }
    count
}

/// Made-up stalls that the queries run over.
const MADE_UP: &str = "1000000";

/// The queries on both engines, over made-up stalls and over the recordings of tests/replay.
fn queried() -> Result<Count> {
    let python = match setup::engines() {
        Ok(python) => python,
        Err(error) => {
            println!("SKIP queries: {error:#}");
            return Ok(Count { skipped: 1, ..Count::default() });
        }
    };
    let at = |name: &str| format!("target/queries/{name}");
    let (made_up, parquet, csv, stats) =
        (at("made-up.parquet"), at("replay.parquet"), at("replay.csv"), at("replay.json"));
    execute(&mut cargo(["build", "--package", "whystall-cli", "--bins", "--examples"]))?;
    execute(&mut command("target/debug/examples/made-up-stalls", [MADE_UP, "1", &made_up]))?;
    let whystall = |arguments: [&str; 4]| command("target/debug/whystall", arguments);
    execute(whystall(["export", "tests/replay", "--format", "parquet"]).args(["--out", &parquet]))?;
    execute(whystall(["export", "tests/replay", "--format", "csv"]).args(["--out", &csv]))?;
    fs::write(&stats, output(&mut command("target/debug/whystall", ["stats", "tests/replay", "--json"]))?)?;
    let mut run = Command::new(python);
    counted(run.args(["tests/queries/run.py", &made_up, &parquet, &csv, &stats]), line_total, "")
}

/// Runs a test program, shows what it writes as it comes, and adds up what its lines count. What it says of failures is
/// kept for the end.
fn counted(command: &mut Command, total: fn(&str) -> Count, prefix: &str) -> Result<Count> {
    let mut child =
        command.stdout(Stdio::piped()).spawn().with_context(|| format!("starting {command:?}"))?;
    let mut count = Count::default();
    let mut failures = Failures::default();
    for line in BufReader::new(child.stdout.take().context("no output")?).lines() {
        let line = line?;
        println!("{prefix}{line}");
        count = count.plus(total(&line));
        failures.read(&line);
    }
    failures.keep()?;
    let failed = !child.wait()?.success();
    // A program that fails without counting, or counts nothing, has not passed.
    if (failed && count.failed == 0) || count.is_empty() {
        count.failed += 1;
    }
    Ok(count)
}

/// Where what failed is told once more, in short.
const FAILURES: &str = "target/failures.txt";

/// What test programs say of their failures: cargo between `failures:` and `test result:`, node from `✖ failing tests:` on.
#[derive(Default)]
struct Failures {
    told: Vec<String>,
    telling: bool,
}

impl Failures {
    fn read(&mut self, line: &str) {
        match line {
            "failures:" | "✖ failing tests:" => self.telling = true,
            _ if line.starts_with("test result:") => self.telling = false,
            _ if self.telling => self.told.push(line.to_owned()),
            _ => {}
        }
    }

    fn keep(&self) -> Result<()> {
        if self.told.is_empty() {
            return Ok(());
        }
        let mut file = fs::OpenOptions::new().create(true).append(true).open(FAILURES)?;
        Ok(writeln!(file, "{}", self.told.join("\n"))?)
    }
}

/// `test result: ok. 12 passed; 0 failed; 3 ignored; 0 measured; …`
fn cargo_total(line: &str) -> Count {
    let Some(result) = line.strip_prefix("test result: ") else { return Count::default() };
    let number = |label: &str| {
        let words: Vec<&str> = result.split([' ', ';']).collect();
        words.windows(2).find_map(|pair| match pair {
            [number, word] if *word == label => number.parse().ok(),
            _ => None,
        })
    };
    Count {
        passed: number("passed").unwrap_or(0),
        failed: number("failed").unwrap_or(0),
        skipped: number("ignored").unwrap_or(0),
    }
}

/// `ok   what was tested`, `FAIL what was tested: why`.
fn line_total(line: &str) -> Count {
    match line.split_once(' ') {
        Some(("ok", _)) => Count { passed: 1, ..Count::default() },
        Some(("FAIL", _)) => Count { failed: 1, ..Count::default() },
        _ => Count::default(),
    }
}

/// `ℹ pass 12`, `ℹ fail 0`, `ℹ cancelled 0`, `ℹ skipped 0`, `ℹ todo 0`, one a line.
fn node_total(line: &str) -> Count {
    let mut words = line.split(' ');
    let (Some("ℹ"), Some(label), Some(number)) = (words.next(), words.next(), words.next()) else {
        return Count::default();
    };
    let number = number.parse().unwrap_or(0);
    match label {
        "pass" => Count { passed: number, ..Count::default() },
        "fail" | "cancelled" => Count { failed: number, ..Count::default() },
        "skipped" | "todo" => Count { skipped: number, ..Count::default() },
        _ => Count::default(),
    }
}

#[cfg(test)]
mod tests {
    use super::{Count, Failures, cargo_total, line_total, node_total};

    #[test]
    fn keeps_what_failed() {
        let mut failures = Failures::default();
        let cargo =
            ["test a ... FAILED", "failures:", "left: 1", "test result: FAILED. 0 passed", "", "Running b"];
        let node = ["✖ b (3 ms)", "ℹ fail 1", "✖ failing tests:", "✖ b (3 ms)", "Error: c"];
        for line in cargo.into_iter().chain(node) {
            failures.read(line);
        }
        assert_eq!(failures.told, ["left: 1", "✖ b (3 ms)", "Error: c"]);
    }

    #[test]
    fn adds_up_what_test_programs_say() {
        let count = |passed, failed, skipped| Count { passed, failed, skipped };
        for (total, line, expected) in [
            (
                cargo_total as fn(&str) -> Count,
                "test result: ok. 12 passed; 0 failed; 3 ignored; 0 measured; 0 filtered out; finished in 0.1s",
                count(12, 0, 3),
            ),
            (cargo_total, "test result: FAILED. 1 passed; 2 failed; 0 ignored; 0 measured", count(1, 2, 0)),
            (cargo_total, "test a ... ok", count(0, 0, 0)),
            (node_total, "ℹ pass 7", count(7, 0, 0)),
            (node_total, "ℹ fail 2", count(0, 2, 0)),
            (node_total, "ℹ cancelled 1", count(0, 1, 0)),
            (node_total, "ℹ skipped 4", count(0, 0, 4)),
            (node_total, "ℹ duration_ms 12.5", count(0, 0, 0)),
            (node_total, "✔ pass 7", count(0, 0, 0)),
            (line_total, "ok   zones.sql: both engines agree", count(1, 0, 0)),
            (line_total, "FAIL zones.sql: row 1", count(0, 1, 0)),
            (line_total, "nothing of that kind", count(0, 0, 0)),
        ] {
            assert_eq!(total(line), expected, "{line}");
        }
    }
}
