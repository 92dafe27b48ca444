//! Fuzzing: each target goes through its kept corpus, then for a while through what it makes of it.
//!
//! cargo-fuzz and a nightly compiler are not needed: of what they bring, only AddressSanitizer is missing on stable, and
//! the core forbids unsafe code. These are the flags that cargo-fuzz gives for the rest.

use crate::chosen;
use crate::process::{cargo, command, output, run as execute};
use crate::setup;
use anyhow::{Context, Result, bail};
use clap::{Args, ValueEnum};
use std::fs;
use std::path::{Path, PathBuf};

/// What to fuzz, and how long.
#[derive(Args)]
pub struct Options {
    /// Only these targets, separated by commas [default: all]
    #[arg(long, value_enum, value_delimiter = ',')]
    only: Vec<Target>,
    /// How long each target looks for new inputs; 0 goes only through those it has
    #[arg(long, default_value_t = 60, value_name = "N")]
    seconds: u32,
    /// Add to fuzz/corpus the inputs that reach what nothing there reaches
    #[arg(long)]
    keep: bool,
}

/// What is fed with anything.
#[derive(Clone, Copy, ValueEnum, PartialEq, Eq)]
pub enum Target {
    /// Evidence files
    Bundle,
    /// What servers say of themselves in headers
    Header,
    /// Sums of what was watched, and what is asked of them
    History,
    /// Heads of ISO BMFF appends
    Isobmff,
    /// HLS and DASH manifests
    Manifest,
    /// Tables of networks
    Networks,
    /// Cards: pictures with evidence inside
    Picture,
    /// Recorded inputs, live and replayed
    Session,
    /// extension/walker.js, beside the same in Rust
    Walker,
    /// Heads of WebM appends
    Webm,
    /// Facts as JSON, through the ingress
    Wire,
}

impl Target {
    /// Its name in fuzz/Cargo.toml.
    pub fn name(self) -> String {
        self.to_possible_value().map(|value| value.get_name().to_owned()).unwrap_or_default()
    }
}

/// Fuzzes, each target as long as the options say. An error if any found something.
pub fn run(options: &Options) -> Result<()> {
    setup::fuzzing()?;
    build()?;
    let mut failed = Vec::new();
    for target in chosen(&options.only) {
        if let Err(error) = fuzz(target, options.seconds) {
            println!("FAIL {}: {error:#}", target.name());
            failed.push(target.name());
        } else if options.keep {
            keep(target)?;
        }
    }
    if !failed.is_empty() {
        bail!("something found in {}", failed.join(", "));
    }
    Ok(())
}

/// Builds all targets.
pub fn build() -> Result<()> {
    // With a target the flags are not those of build scripts and macros.
    execute(
        cargo(["build", "--release", "--locked", "--manifest-path", MANIFEST])
            .args(["--target", &host()?, "--target-dir", OUT])
            .env_remove("CARGO_ENCODED_RUSTFLAGS")
            .env("RUSTFLAGS", FLAGS),
    )
}

/// Runs one and says how many inputs it had. An error if one made it panic, was slow, or filled the memory; it is kept.
pub fn fuzz(target: Target, seconds: u32) -> Result<()> {
    let [found, kept] = corpora(target)?;
    let inputs = Path::new(OUT).join("found").join(target.name());
    fs::create_dir_all(&inputs)?;
    let mut fuzzer = fuzzer(target)?;
    fuzzer.args([found, kept]);
    fuzzer.arg(if seconds == 0 { "-runs=0".to_owned() } else { format!("-max_total_time={seconds}") });
    fuzzer.arg(format!("-artifact_prefix={}/", inputs.display()));
    fuzzer.args([format!("-timeout={SLOWEST}"), format!("-rss_limit_mb={MEMORY}")]);
    let done = fuzzer.arg("-print_final_stats=1").output().with_context(|| format!("starting {fuzzer:?}"))?;
    let told = String::from_utf8_lossy(&done.stderr);
    if !done.status.success() {
        bail!("{told}\nthe input is in {}", inputs.display());
    }
    let count = told.lines().find_map(|line| line.strip_prefix("stat::number_of_executed_units:"));
    println!("ok   {}: {} inputs", target.name(), count.context("it told no count")?.trim());
    Ok(())
}

/// The manifest of the targets, and the lock file beside it.
pub const MANIFEST: &str = "fuzz/Cargo.toml";

const OUT: &str = "target/fuzz";
const FLAGS: &str = "--cfg fuzzing -Cpasses=sancov-module -Cllvm-args=-sanitizer-coverage-level=4 \
    -Cllvm-args=-sanitizer-coverage-inline-8bit-counters -Cllvm-args=-sanitizer-coverage-pc-table \
    -Cllvm-args=-sanitizer-coverage-trace-compares";
/// Seconds that one input may take. [P] Far beyond what the usual ones take, on a busy machine too.
const SLOWEST: u32 = 10;
/// Megabytes that the process may have; far beyond any session's.
const MEMORY: u32 = 1024;

/// Keeps of what was found the fewest inputs that reach code which nothing kept reaches; how often, doesn't count.
fn keep(target: Target) -> Result<()> {
    let [found, kept] = corpora(target)?;
    execute(fuzzer(target)?.args(["-set_cover_merge=1", "-use_counters=0", "-use_cmp=0"]).args([kept, found]))
}

/// Where it gathers inputs, and those that the repository has.
fn corpora(target: Target) -> Result<[PathBuf; 2]> {
    let found = Path::new(OUT).join("corpus").join(target.name());
    fs::create_dir_all(&found)?;
    Ok([found, Path::new("fuzz/corpus").join(target.name())])
}

fn fuzzer(target: Target) -> Result<std::process::Command> {
    let program = Path::new(OUT).join(host()?).join("release").join(target.name());
    Ok(command(&program.to_string_lossy(), []))
}

fn host() -> Result<String> {
    let about = output(&mut command("rustc", ["-vV"]))?;
    let host = about.lines().find_map(|line| line.strip_prefix("host: "));
    Ok(host.context("rustc names no host")?.to_owned())
}

#[cfg(test)]
mod tests {
    use super::{MANIFEST, Target};
    use clap::ValueEnum;

    #[test]
    fn knows_every_target() {
        let manifest =
            std::fs::read_to_string(format!("{}/../{MANIFEST}", env!("CARGO_MANIFEST_DIR"))).unwrap();
        let mut there: Vec<&str> = manifest
            .split("path = \"fuzz_targets/")
            .skip(1)
            .filter_map(|after| after.split_once(".rs").map(|(name, _)| name))
            .collect();
        there.sort_unstable();
        let known: Vec<String> = Target::value_variants().iter().map(|target| target.name()).collect();
        assert_eq!(known, there);
    }
}
