//! A laboratory that is up and does as it is told.

use crate::lab::Lab;
use crate::link::Change;
use crate::run::read_topology;
use crate::scenario::Play;
use crate::server::{self, Behaviour, Servers};
use crate::space::{self, Room};
use crate::topology::Direction;
use anyhow::{Context, Result, bail};
use std::io::ErrorKind;
use std::net::{SocketAddr, TcpStream};
use std::path::Path;
use std::process::Command;
use std::time::{Duration, Instant};

/// Brings it up and obeys until there are no more orders. With `serve`, a directory that has `site` and `stream`, the
/// servers run, too. Called inside.
pub fn take(serve: Option<&Path>) -> Result<()> {
    let lines = space::hold();
    let topology = read_topology(Path::new("."))?;
    let room = Room::new(Path::new("target/lab/room"), &topology)?;
    let lab = Lab::up(topology, 1)?;
    let servers = match serve {
        Some(stage) => Some(Servers::start(&lab, &room, &stage.canonicalize()?, &Play::default())?),
        None => None,
    };
    println!("up: {} nodes, {} links", lab.topology.nodes.len(), lab.topology.links.len());
    for line in lines.iter().take_while(|line| line != space::END) {
        if let Err(error) = obey(&lab, servers.as_ref(), &line) {
            println!("{error:#}");
        }
    }
    Ok(())
}

fn obey(lab: &Lab, servers: Option<&Servers>, line: &str) -> Result<()> {
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
        Some("reach") => {
            let (from, to) =
                (words.next().context("from which node?")?, words.next().context("which node?")?);
            println!("{}", reach(lab, from, to)?);
        }
        Some("fetch") => {
            let (from, server) =
                (words.next().context("from which node?")?, words.next().context("which server?")?);
            let began = Instant::now();
            let size = server::fetch(lab, from, server, words.next().context("which path?")?)?;
            println!("{size} bytes in {:.0} ms", began.elapsed().as_secs_f64() * 1000.0);
        }
        Some("server") => {
            let servers = servers.context("there are no servers: up --serve DIRECTORY")?;
            let node = words.next().context("which server?")?;
            servers.behave(node, Behaviour::parse(words).map_err(anyhow::Error::msg)?)?;
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
        Some(other) => bail!("{other} is none of set, server, reach, fetch, stats and in"),
    }
    Ok(())
}

/// Nobody listens here: a node refuses at once, which takes one round trip.
const CLOSED_PORT: u16 = 9;

/// How long an answer may take.
const PATIENCE: Duration = Duration::from_secs(2);

fn reach(lab: &Lab, from: &str, to: &str) -> Result<String> {
    let address = SocketAddr::from((lab.topology.address(to)?, CLOSED_PORT));
    lab.network(from)?.within(|| {
        let began = Instant::now();
        let answer = TcpStream::connect_timeout(&address, PATIENCE);
        let took = began.elapsed();
        Ok(match answer {
            Err(error) if error.kind() != ErrorKind::ConnectionRefused => {
                format!("{to} is not reached: {error}")
            }
            _ => format!("{to} is reached in {:.1} ms", took.as_secs_f64() * 1000.0),
        })
    })
}
