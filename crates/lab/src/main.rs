//! The ground-truth laboratory: `cargo xtask lab --help`, and docs/laboratory.md.

mod driver;
mod emulator;
mod fault;
mod judge;
mod lab;
mod link;
mod orders;
mod report;
mod run;
mod scenario;
mod server;
mod space;
mod topology;

use anyhow::{Result, ensure};
use clap::{Args, Parser, Subcommand};
use run::{Run, SCENARIOS};
use scenario::Scenario;
use space::Skip;
use std::path::Path;
use std::process::ExitCode;
use std::time::Instant;

/// A path of network namespaces with real servers and real browsers, where the true cause of a stall is known.
#[derive(Parser)]
#[command(bin_name = "cargo xtask lab", disable_help_subcommand = true)]
struct Arguments {
    #[command(subcommand)]
    task: Task,
}

#[derive(Subcommand)]
enum Task {
    /// Bring it up and take orders
    ///
    /// `set LINK up|down|both rate=600k …`, `server NODE silence=2s rate=40000`, `reach NODE NODE`,
    /// `fetch NODE SERVER PATH`, `stats`, `in NODE PROGRAM …`
    Up {
        /// Start the servers, too: a directory with `site` and `stream` in it
        #[arg(long, value_name = "DIRECTORY")]
        serve: Option<String>,
    },
    /// List the scenarios: name, where the fault is, title
    List,
    /// Run scenarios and compare Whystall's verdicts with the truth; goes on where it was broken off
    Run(Chosen),
    /// Show all runs so far as a table, and write target/lab/report.json
    Report,
    /// One run, inside
    #[command(hide = true)]
    Perform { scenario: String, browser: String, seed: u64 },
}

#[derive(Args)]
struct Chosen {
    /// Names of scenarios
    scenarios: Vec<String>,
    /// All of them
    #[arg(long, conflicts_with = "scenarios")]
    all: bool,
    /// Only this browser [default: both]
    #[arg(long, value_parser = ["chromium", "firefox"])]
    browser: Option<String>,
    /// Run each so many times: what is random differs
    #[arg(long, default_value_t = 1)]
    seeds: u64,
    /// Run again what has been run
    #[arg(long)]
    again: bool,
}

fn main() -> ExitCode {
    match perform(&Arguments::parse().task) {
        Ok(code) => code,
        Err(error) => match error.downcast_ref::<Skip>() {
            Some(reason) => {
                println!("SKIP: {reason}");
                ExitCode::from(space::SKIPPED)
            }
            None => {
                eprintln!("error: {error:#}");
                ExitCode::FAILURE
            }
        },
    }
}

fn perform(task: &Task) -> Result<ExitCode> {
    match task {
        Task::Up { serve } if !space::inside() => {
            let words = serve.as_ref().map_or(vec!["up"], |directory| vec!["up", "--serve", directory]);
            return Ok(ExitCode::from(space::enter(&words, true)?));
        }
        Task::Up { serve } => orders::take(serve.as_deref().map(Path::new))?,
        Task::List => list()?,
        Task::Run(chosen) => return run_all(chosen),
        Task::Report => report::report()?,
        Task::Perform { scenario, browser, seed } => {
            ensure!(space::inside(), "this is for the laboratory itself: use run");
            let run = Run { scenario: scenario.clone(), browser: browser.clone(), seed: *seed };
            println!("{}", report::row(&run.perform()?));
        }
    }
    Ok(ExitCode::SUCCESS)
}

fn list() -> Result<()> {
    for name in Scenario::names(Path::new(SCENARIOS))? {
        let scenario = Scenario::read(Path::new(SCENARIOS), &name)?;
        let truth =
            scenario.truth.map_or("control".to_owned(), |truth| format!("{:?}", truth.zone).to_lowercase());
        println!("{name:<28} {truth:<13} {}", scenario.title);
    }
    Ok(())
}

fn run_all(chosen: &Chosen) -> Result<ExitCode> {
    let names = if chosen.all { Scenario::names(Path::new(SCENARIOS))? } else { chosen.scenarios.clone() };
    ensure!(!names.is_empty(), "which scenarios? cargo xtask lab list, or --all");
    for name in &names {
        Scenario::read(Path::new(SCENARIOS), name)?;
    }
    let browsers = chosen.browser.as_deref().map_or(vec!["chromium", "firefox"], |one| vec![one]);
    let runs: Vec<Run> = (1..=chosen.seeds)
        .flat_map(|seed| browsers.iter().map(move |browser| (seed, (*browser).to_owned())))
        .flat_map(|(seed, browser)| {
            names.iter().map(move |name| Run { scenario: name.clone(), browser: browser.clone(), seed })
        })
        .collect();
    let mut failed = 0;
    for (number, run) in runs.iter().enumerate() {
        if run.counts() && !chosen.again {
            continue;
        }
        let began = Instant::now();
        let code = space::enter(&["perform", &run.scenario, &run.browser, &run.seed.to_string()], false)?;
        if code == space::SKIPPED {
            return Ok(ExitCode::from(code));
        }
        failed += usize::from(code != 0);
        println!("[{}/{} in {:.0} s]", number + 1, runs.len(), began.elapsed().as_secs_f64());
    }
    ensure!(failed == 0, "{failed} runs failed");
    Ok(ExitCode::SUCCESS)
}
