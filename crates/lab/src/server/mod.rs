//! The servers: nginx in its several roles, and what makes it misbehave.

mod gate;
mod nginx;
mod service;

pub use gate::{Behaviour, Gate, Refusal};
pub use service::Made;

use crate::lab::Lab;
use crate::scenario::Play;
use crate::space::{Room, host};
use anyhow::{Context, Result, bail};
use service::Service;
use std::collections::BTreeMap;
use std::io::{Read, Write};
use std::net::{Ipv4Addr, TcpStream};
use std::path::{Path, PathBuf};
use std::process::Child;
use std::time::{Duration, Instant};

/// All servers, running. They end with the laboratory.
pub struct Servers {
    gates: BTreeMap<&'static str, Gate>,
    logs: BTreeMap<&'static str, PathBuf>,
    service: Option<Service>,
    #[allow(dead_code, reason = "ended by the kernel with the laboratory")]
    running: Vec<Child>,
}

/// What a node's server does.
#[derive(Clone, Copy)]
pub enum Role {
    /// Has the stream itself.
    Origin,
    /// Fetches from the origin what it does not have, and keeps it.
    Edge,
    /// Has a page and something to download.
    Reference,
}

/// Which node is what.
const ROLES: [(&str, Role); 7] = [
    ("origin", Role::Origin),
    ("edge", Role::Edge),
    ("edge-2", Role::Edge),
    ("edge-beside", Role::Edge),
    ("isp-cache", Role::Edge),
    ("reference-a", Role::Reference),
    ("reference-b", Role::Reference),
];

/// How long a server may take to listen.
const PATIENCE: Duration = Duration::from_secs(10);

impl Servers {
    /// Starts them all. `stage` has the directories `site` and `stream`.
    pub fn start(lab: &Lab, room: &Room, stage: &Path, play: &Play) -> Result<Servers> {
        let (mut gates, mut logs, mut running) = (BTreeMap::new(), BTreeMap::new(), Vec::new());
        let origin = lab.topology.address("origin")?;
        let certificate = room.dir("certificate")?;
        nginx::certify(&certificate, &host("*"))?;
        let made = matches!(play.stream.as_str(), "live" | "keys");
        let service = made.then(|| lab.network("origin")?.within(Service::start)).transpose()?;
        for (node, role) in ROLES {
            let dir = room.dir(node)?;
            let network = lab.network(node)?;
            gates.insert(node, network.within(Gate::open)?);
            let made = service.as_ref().filter(|_| node == "origin").map(|service| service.made);
            let text = nginx::configuration(role, &dir, stage, &certificate, origin, play.tells, made);
            running.push(network.within(|| nginx::start(&dir, &text))?);
            logs.insert(node, dir.join(nginx::LOG));
        }
        let servers = Servers { gates, logs, service, running };
        for (node, _) in ROLES {
            let deadline = Instant::now() + PATIENCE;
            while let Err(error) = fetch(lab, node, node, "/healthy") {
                if Instant::now() > deadline {
                    return Err(error.context(format!("the server of {node} does not answer")));
                }
                std::thread::sleep(Duration::from_millis(20));
            }
        }
        Ok(servers)
    }

    /// Makes a server behave like this from now on.
    pub fn behave(&self, node: &str, behaviour: Behaviour) -> Result<()> {
        self.gates.get(node).with_context(|| format!("{node} has no server"))?.set(behaviour);
        Ok(())
    }

    /// Lets the live stream go on, or not.
    pub fn publish(&self, on: bool) -> Result<()> {
        self.service.as_ref().context("there is no live stream")?.publish(on)
    }

    /// What a server answered, one JSON object a line.
    pub fn log(&self, node: &str) -> Result<String> {
        let file = self.logs.get(node).with_context(|| format!("{node} has no server"))?;
        Ok(std::fs::read_to_string(file)?)
    }

    /// Lets an edge have all of the stream already that this player may ask for.
    pub fn warm(&self, lab: &Lab, node: &str, stage: &Path, player: &str) -> Result<()> {
        let stream = stage.join("stream");
        let (mut left, mut files) = (vec![PathBuf::new()], Vec::new());
        while let Some(dir) = left.pop() {
            for entry in std::fs::read_dir(stream.join(&dir))? {
                let name = dir.join(entry?.file_name());
                if !stream.join(&name).is_dir() {
                    files.push(format!("/{}", name.display()));
                } else if plays(player, &name) {
                    left.push(name);
                }
            }
        }
        std::thread::scope(|scope| {
            let part = files.len().div_ceil(WARMERS).max(1);
            let fetch_all =
                |part: &[String]| part.iter().try_for_each(|file| fetch(lab, node, node, file).map(drop));
            let workers: Vec<_> =
                files.chunks(part).map(|part| scope.spawn(move || fetch_all(part))).collect();
            workers
                .into_iter()
                .try_for_each(|worker| worker.join().unwrap_or_else(|panic| std::panic::resume_unwind(panic)))
        })
    }
}

/// Transfers at once that fill a cache: each waits most of its time for the origin.
const WARMERS: usize = 8;

/// Whether a player's manifest names this directory of the demo's stream.
fn plays(player: &str, dir: &Path) -> bool {
    let dir = dir.to_string_lossy();
    match player {
        "hls-ts" => dir.starts_with("ts-"),
        "dash-webm" => dir.starts_with("webm-"),
        _ => !dir.starts_with("ts-") && !dir.starts_with("webm-"),
    }
}

/// Fetches a file from a server, in some node. Gives its size.
pub fn fetch(lab: &Lab, from: &str, server: &str, path: &str) -> Result<usize> {
    let address: Ipv4Addr = lab.topology.address(server)?;
    lab.network(from)?.within(|| {
        let mut stream = TcpStream::connect((address, 80))?;
        stream.set_read_timeout(Some(PATIENCE))?;
        write!(stream, "GET {path} HTTP/1.0\r\nHost: {server}\r\n\r\n")?;
        let mut answer = Vec::new();
        stream.read_to_end(&mut answer)?;
        if !answer.starts_with(b"HTTP/1.1 2") {
            bail!(
                "{server} answers {path} with {}",
                String::from_utf8_lossy(answer.get(..15).unwrap_or_default())
            );
        }
        Ok(answer.len())
    })
}
