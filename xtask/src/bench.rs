//! What Whystall costs. The measuring is in bench/, a file for each thing measured.

use crate::build;
use crate::chosen;
use crate::networks;
use crate::process::{cargo, command, run as execute};
use crate::setup;
use anyhow::Result;
use clap::{Args, ValueEnum};
use std::path::Path;

/// What to measure, and how long.
#[derive(Args)]
pub struct Options {
    /// Only these, separated by commas [default: all]
    #[arg(long, value_enum, value_delimiter = ',')]
    only: Vec<Bench>,
    /// Only to see that it works: few rounds, one browser's worth of playing, numbers that mean little
    #[arg(long)]
    quick: bool,
    /// Write docs/benchmarks.md from the results
    #[arg(long)]
    docs: bool,
}

#[derive(Clone, Copy, ValueEnum, PartialEq, Eq)]
enum Bench {
    /// Reading container headers, against hls.js, Shaka and mediabunny on the same files
    Headers,
    /// Instructions of the native core for each media segment
    Instructions,
    /// How many bytes the scripts and the core are, and where they go
    Sizes,
    /// How much of the media leaves the page
    PassedOn,
    /// Memory of the core over a session of ten hours
    Memory,
    /// How many bundles the command line verifies in a second
    Verify,
    /// Size of the table of networks, loading it, looking addresses up
    Networks,
    /// What the probe adds to the browser's own appendBuffer
    Hook,
    /// From a stopped background to the first words
    Wake,
    /// What a page without a video pays
    Idle,
    /// Processor time while a video plays
    Playing,
    /// The popup and the stats page with many stalls stored, and writing one more
    History,
}

impl Bench {
    fn name(self) -> String {
        self.to_possible_value().map(|value| value.get_name().to_owned()).unwrap_or_default()
    }

    fn in_browsers(self) -> bool {
        matches!(self, Bench::Hook | Bench::Wake | Bench::Idle | Bench::Playing | Bench::History)
    }
}

/// The container readers alone, in WebAssembly, and their peers.
pub fn readers() -> Result<()> {
    setup::peers()?;
    build::bindings("whystall-bench", Path::new("target/bench-wasm"))
}

/// Builds what is measured and measures it.
pub fn run(options: &Options) -> Result<()> {
    let chosen = chosen(&options.only);
    let needs = |benches: &[Bench]| chosen.iter().any(|bench| benches.contains(bench));
    setup::building()?;
    setup::running()?;
    setup::measuring()?;
    if needs(&[Bench::Networks]) {
        networks::ship()?;
    }
    if needs(&[Bench::Headers, Bench::Networks]) {
        readers()?;
    }
    if needs(&[Bench::Headers, Bench::Instructions]) {
        execute(&mut cargo(["build", "--package", "whystall-bench", "--release", "--bin", "read-heads"]))?;
    }
    if needs(&[Bench::Verify]) {
        execute(&mut cargo(["build", "--package", "whystall-cli", "--release"]))?;
    }
    if needs(&[Bench::Sizes, Bench::Memory]) || chosen.iter().any(|bench| bench.in_browsers()) {
        build::run()?;
    }
    if needs(&[Bench::Sizes]) {
        // The same once more with the functions' names, in a place of its own.
        execute(
            cargo(["build", "--package", "whystall-web", "--profile", "wasm"])
                .args(["--target", setup::WASM_TARGET, "--target-dir", "target/named"])
                .env("CARGO_PROFILE_WASM_STRIP", "none"),
        )?;
    }
    let mut node = command("node", ["bench/main.mjs"]);
    node.args(chosen.iter().map(|bench| bench.name()));
    for (flag, set) in [("--quick", options.quick), ("--docs", options.docs)] {
        node.args(set.then_some(flag));
    }
    execute(&mut node)
}
