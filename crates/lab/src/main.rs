//! The ground-truth laboratory: `cargo xtask lab --help`, and docs/laboratory.md.

mod emulator;
mod lab;
mod link;
mod space;
mod topology;

use anyhow::{Context, Result, bail};
use clap::{Parser, Subcommand};
use lab::Lab;
use link::Change;
use space::{Room, Skip};
use std::fs;
use std::path::Path;
use std::process::{Command, ExitCode};
use topology::{Direction, Topology};

/// A path of network namespaces with real servers and real browsers, where the true cause of a stall is known.
#[derive(Parser)]
#[command(bin_name = "cargo xtask lab", disable_help_subcommand = true)]
struct Arguments {
    #[command(subcommand)]
    task: Task,
}

#[derive(Subcommand)]
enum Task {
    /// Bring it up and take orders: `set LINK up|down|both rate=600k …`, `stats`, `in NODE PROGRAM …`
    Up,
}

fn main() -> ExitCode {
    match run(&Arguments::parse().task) {
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

fn run(task: &Task) -> Result<ExitCode> {
    match task {
        Task::Up if !space::inside() => space::enter(true),
        Task::Up => up(),
    }
}

/// Where everything that a run makes goes.
const PLACE: &str = "target/lab";

fn up() -> Result<ExitCode> {
    let lines = space::hold();
    let topology = read_topology()?;
    let _room = Room::new(&Path::new(PLACE).join("room"), &topology)?;
    let lab = Lab::up(topology, 1)?;
    println!("up: {} nodes, {} links", lab.topology.nodes.len(), lab.topology.links.len());
    for line in lines.iter().take_while(|line| line != space::END) {
        if let Err(error) = obey(&lab, &line) {
            println!("{error:#}");
        }
    }
    Ok(ExitCode::SUCCESS)
}

fn obey(lab: &Lab, line: &str) -> Result<()> {
    let mut words = line.split_whitespace();
    match words.next() {
        None => {}
        Some("set") => {
            let link = words.next().context("set which link?")?;
            let direction = match words.next() {
                Some("up") => Direction::Up,
                Some("down") => Direction::Down,
                Some("both") => Direction::Both,
                _ => bail!("set LINK up, down or both?"),
            };
            let change = Change::parse(words).map_err(anyhow::Error::msg)?;
            lab.emulator.change(link, direction, change)?;
        }
        Some("stats") => {
            let stats = lab.emulator.stats()?;
            for (link, up, down) in stats.links {
                println!("{link}: up {up:?}, down {down:?}");
            }
            println!("{:?}", stats.lateness);
        }
        Some("in") => {
            let node = words.next().context("in which node?")?;
            let program = words.next().context("which program?")?;
            print!("{}", lab.output(node, Command::new(program).args(words))?);
        }
        Some(other) => bail!("{other} is none of set, stats and in"),
    }
    Ok(())
}

fn read_topology() -> Result<Topology> {
    let file = "lab/topology.toml";
    Topology::parse(&fs::read_to_string(file).with_context(|| format!("reading {file}"))?)
}
