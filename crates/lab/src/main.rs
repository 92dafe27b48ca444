//! The ground-truth laboratory: `cargo xtask lab --help`, and docs/laboratory.md.

mod accuracy;
mod adopt;
mod baseline;
mod beside;
mod drawn;
mod driver;
mod durations;
mod emulator;
mod evidence;
mod fault;
mod figure;
mod fit;
mod judge;
mod kept;
mod lab;
mod least;
mod link;
mod meanwhile;
mod measure;
mod mechanism;
mod orders;
mod others;
mod report;
mod rivals;
mod run;
mod scenario;
mod seen;
mod server;
mod shares;
mod space;
mod surroundings;
mod table;
mod targets;
mod topology;
mod traffic;
mod tree;
mod twins;
mod uncounted;
mod unseen;

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
    /// Show all runs so far as a table, and write docs/accuracy.md and target/lab/report.json
    Report,
    /// Fit the likelihoods of the tests to the runs with a check, each family of scenarios left out in turn: lab/fit.json
    Fit,
    /// Keep all runs that count in the repository, where every report finds them: lab/runs
    Keep,
    /// Take the evidence of runs that count into tests/replay
    Adopt {
        /// Names of scenarios [default: all]
        scenarios: Vec<String>,
    },
    /// One run, inside
    #[command(hide = true)]
    Perform {
        scenario: String,
        browser: String,
        seed: u64,
        #[arg(long)]
        check: bool,
        #[arg(long)]
        pings: bool,
        #[arg(long)]
        only: Option<usize>,
        #[arg(long)]
        neighbour: bool,
        #[arg(long)]
        drawn: bool,
    },
}

#[derive(Args)]
struct Chosen {
    /// Names of scenarios
    scenarios: Vec<String>,
    /// All of them
    #[arg(long, conflicts_with = "scenarios")]
    all: bool,
    /// Those that say `quick = true`: one for each zone, and a control
    #[arg(long, conflicts_with_all = ["scenarios", "all"])]
    quick: bool,
    /// Only this browser [default: both]
    #[arg(long, value_parser = ["chromium", "firefox"])]
    browser: Option<String>,
    /// Run each so many times: what is random differs
    #[arg(long, default_value_t = 1)]
    seeds: u64,
    /// The first of these seeds: later ones leave alone what was run
    #[arg(long, default_value_t = 1)]
    from: u64,
    /// The viewer has allowed checks
    #[arg(long)]
    check: bool,
    /// The page asks two other sites for a little all the time
    #[arg(long)]
    pings: bool,
    /// Another device in the home downloads all the time
    #[arg(long)]
    neighbour: bool,
    /// Of the faults only this one, counted from 1: what would have been without the others
    #[arg(long, value_name = "FAULT")]
    only: Option<usize>,
    /// In other surroundings: the path, the player and how bad the fault is are drawn by the seed
    #[arg(long, conflicts_with = "only")]
    drawn: bool,
    /// Those that are kept in the repository were done, too
    #[arg(long)]
    kept: bool,
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
        Task::Fit => fit::fit()?,
        Task::Keep => kept::keep()?,
        Task::Adopt { scenarios } => adopt::adopt(scenarios)?,
        Task::Perform { scenario, browser, seed, check, pings, neighbour, only, drawn } => {
            ensure!(space::inside(), "this is for the laboratory itself: use run");
            let (scenario, browser) = (scenario.clone(), browser.clone());
            let (seed, check, pings, neighbour) = (*seed, *check, *pings, *neighbour);
            let (only, drawn) = (*only, *drawn);
            let run = Run { scenario, browser, seed, check, pings, neighbour, only, drawn };
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
        println!("{name:<32} {truth:<13} {}", scenario.title);
    }
    Ok(())
}

/// What is to be run.
fn chosen(chosen: &Chosen) -> Result<Vec<Run>> {
    let mut names = chosen.scenarios.clone();
    if chosen.all || chosen.quick {
        names = Scenario::names(Path::new(SCENARIOS))?;
    }
    ensure!(!names.is_empty(), "which scenarios? cargo xtask lab list, or --all");
    let mut scenarios = names
        .iter()
        .map(|name| Scenario::read(Path::new(SCENARIOS), name))
        .collect::<Result<Vec<Scenario>>>()?;
    scenarios.retain(|scenario| scenario.quick || !chosen.quick);
    let browsers = chosen.browser.as_deref().map_or(vec!["chromium", "firefox"], |one| vec![one]);
    let mut runs = Vec::new();
    for seed in chosen.from..chosen.from + chosen.seeds {
        for browser in &browsers {
            for Scenario { name, .. } in scenarios.iter().filter(|scenario| scenario.shows_in(browser)) {
                let (scenario, browser) = (name.clone(), (*browser).to_owned());
                runs.push(Run {
                    scenario,
                    browser,
                    seed,
                    check: chosen.check,
                    pings: chosen.pings,
                    neighbour: chosen.neighbour,
                    only: chosen.only,
                    drawn: chosen.drawn,
                });
            }
        }
    }
    Ok(runs)
}

/// Times that a run is tried if it does not count.
const ATTEMPTS: usize = 2;

fn run_all(what: &Chosen) -> Result<ExitCode> {
    let runs = chosen(what)?;
    let began = Instant::now();
    let mut wrong = Vec::new();
    let mut tried: usize = 0;
    for (number, run) in runs.iter().enumerate() {
        let Run { scenario, browser, seed, check, pings, neighbour, only, drawn } = run;
        let left = (runs.len() - number) as f64 * began.elapsed().as_secs_f64() / tried.max(1) as f64 / 60.0;
        let left = if tried > 0 { format!(", about {left:.0} min left") } else { String::new() };
        println!("[{}/{}] {scenario}, {browser}, seed {seed}{left}", number + 1, runs.len());
        let kept = || what.kept.then(|| run.kept()).flatten();
        let mut record = run.done().or_else(kept).filter(|_| !what.again);
        if record.is_some() {
            println!("was done");
        }
        for _ in 0..ATTEMPTS {
            if record.is_some() {
                break;
            }
            let seed = seed.to_string();
            let mut words = vec!["perform", scenario, browser, &seed];
            words.extend(check.then_some("--check"));
            words.extend(pings.then_some("--pings"));
            words.extend(neighbour.then_some("--neighbour"));
            words.extend(drawn.then_some("--drawn"));
            let only = only.map(|only| only.to_string());
            words.extend(only.iter().flat_map(|only| ["--only", only]));
            let code = space::enter(&words, false)?;
            if code == space::SKIPPED {
                return Ok(ExitCode::from(code));
            }
            tried += 1;
            record = (code == 0).then(|| run.done()).flatten();
        }
        let faults = record.map_or(vec!["no run that counts".to_owned()], |record| record.wrong());
        wrong.extend(faults.into_iter().map(|fault| format!("{scenario}, {browser}, seed {seed}: {fault}")));
    }
    println!("{} runs in {:.0} min", runs.len(), began.elapsed().as_secs_f64() / 60.0);
    ensure!(wrong.is_empty(), "wrong:\n{}", wrong.join("\n"));
    Ok(ExitCode::SUCCESS)
}
