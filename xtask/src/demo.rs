//! The demo: a real player, a real browser, a server that keeps one media segment back.

use crate::build;
use crate::process::{cargo, command, run as execute};
use crate::setup;
use anyhow::Result;
use clap::{Args, ValueEnum};
use std::path::PathBuf;

/// How to show it.
#[derive(Args)]
pub struct Options {
    /// Browser to watch it in
    #[arg(long, value_enum, default_value = "chromium")]
    browser: Browser,
    /// Player to watch it with
    #[arg(long, value_parser = PLAYERS, default_value = "hls")]
    player: String,
    /// Show no window: wait for the stall, save pictures and evidence, and compare the verdict with the truth
    #[arg(long)]
    headless: bool,
    /// Directory for pictures, evidence, verdict and truth (with --headless)
    #[arg(long, default_value = "target/demo")]
    out: PathBuf,
    /// Number of the video segment to keep back, from 4 to 30 [default: random, 4 to 8]
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u32).range(4..=30))]
    withhold: Option<u32>,
    /// Seconds to keep it back, from 7 to 9.8: hls.js gives a request up after 10 [default: random, 8.5 to 9.5]
    #[arg(long = "for", value_name = "S", value_parser = seconds)]
    duration: Option<f64>,
    /// Keep nothing back: how it looks when all is well
    #[arg(long, conflicts_with_all = ["withhold", "duration"])]
    no_fault: bool,
}

/// As demo/page/players.js calls them.
const PLAYERS: [&str; 5] = ["hls", "hls-ts", "dash", "dash-webm", "shaka"];

/// A browser to test and show with.
#[derive(Clone, Copy, ValueEnum, PartialEq, Eq)]
pub enum Browser {
    Chromium,
    Firefox,
}

impl Browser {
    /// Both.
    pub const ALL: [Browser; 2] = [Browser::Chromium, Browser::Firefox];

    /// As the scripts call it.
    pub fn name(self) -> &'static str {
        match self {
            Browser::Chromium => "chromium",
            Browser::Firefox => "firefox",
        }
    }
}

/// Builds what is needed and runs it.
pub fn run(options: &Options) -> Result<()> {
    build::run()?;
    setup::running()?;
    execute(&mut cargo(["build", "--quiet", "--package", "whystall-cli"]))?;
    let mut demo = command("node", ["demo/run.mjs", "--browser", options.browser.name(), "--out"]);
    demo.arg(&options.out).args(["--player", &options.player]);
    if options.headless {
        demo.arg("--headless");
    }
    if options.no_fault {
        demo.arg("--no-fault");
    }
    if let Some(number) = options.withhold {
        demo.args(["--withhold", &number.to_string()]);
    }
    if let Some(seconds) = options.duration {
        demo.args(["--for", &seconds.to_string()]);
    }
    execute(&mut demo)
}

fn seconds(text: &str) -> Result<f64, String> {
    let seconds: f64 = text.parse().map_err(|_| format!("{text} is not a number of seconds"))?;
    if (7.0..=9.8).contains(&seconds) { Ok(seconds) } else { Err("must be from 7 to 9.8".to_owned()) }
}
