//! Pictures of everything a viewer sees.

use crate::build;
use crate::demo::Browser;
use crate::process::{command, run as execute};
use crate::setup;
use anyhow::Result;
use clap::Args;
use std::path::PathBuf;

/// Of what, and where to.
#[derive(Args)]
pub struct Options {
    /// Browser that shows it
    #[arg(long, value_enum, default_value = "chromium")]
    browser: Browser,
    /// Directory for the pictures
    #[arg(long, default_value = "target/screenshots")]
    out: PathBuf,
}

/// Builds what is needed and takes them.
pub fn run(options: &Options) -> Result<()> {
    build::run()?;
    setup::running()?;
    let mut take = command("node", ["demo/screenshots.mjs", "--browser", options.browser.name(), "--out"]);
    execute(take.arg(&options.out))
}
