//! A laboratory that is up and does as it is told.

use crate::lab::Lab;
use crate::link::Change;
use crate::run::read_topology;
use crate::space::{self, Room};
use crate::topology::Direction;
use anyhow::{Context, Result, bail};
use std::path::Path;
use std::process::Command;

/// Brings it up and obeys until there are no more orders. Called inside.
pub fn take() -> Result<()> {
    let lines = space::hold();
    let topology = read_topology()?;
    let _room = Room::new(Path::new("target/lab/room"), &topology)?;
    let lab = Lab::up(topology, 1)?;
    println!("up: {} nodes, {} links", lab.topology.nodes.len(), lab.topology.links.len());
    for line in lines.iter().take_while(|line| line != space::END) {
        if let Err(error) = obey(&lab, &line) {
            println!("{error:#}");
        }
    }
    Ok(())
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
