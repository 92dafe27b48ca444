//! The laboratory: prepares what it needs and becomes it.

use crate::build;
use crate::process::{cargo, command, run as execute};
use crate::setup;
use anyhow::{Context, Result};
use clap::Args;
use std::os::unix::process::CommandExt;

/// What the laboratory is to do: its own words.
#[derive(Args)]
pub struct Options {
    /// `up`, `list`, `run SCENARIO…`, `report`; `--help` says more
    #[arg(trailing_var_arg = true, allow_hyphen_values = true, default_value = "--help")]
    words: Vec<String>,
}

/// Takes this process's place, so that whoever ends it ends the laboratory, and its exit code is the one that counts.
pub fn run(options: &Options) -> Result<()> {
    let task = options.words.first().map(String::as_str);
    if matches!(task, Some("run" | "up")) {
        setup::laboratory()?;
    }
    if task == Some("run") {
        build::run()?;
        setup::running()?;
    }
    execute(&mut cargo(["build", "--quiet", "--package", "whystall-lab"]))?;
    let error = command("target/debug/whystall-lab", []).args(&options.words).exec();
    Err(error).context("starting the laboratory")
}
