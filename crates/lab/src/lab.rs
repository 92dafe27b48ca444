//! The nodes with their links, running.

use crate::emulator::{Emulator, Joint};
use crate::space::Network;
use crate::topology::{Route, Topology};
use anyhow::{Context, Result};
use std::collections::BTreeMap;
use std::process::Command;

/// A laboratory that is up. It goes down with this.
pub struct Lab {
    pub topology: Topology,
    pub emulator: Emulator,
    networks: BTreeMap<String, Network>,
}

impl Lab {
    /// Makes the nodes, joins them, and starts the links.
    pub fn up(topology: Topology, seed: u64) -> Result<Lab> {
        let mut networks = BTreeMap::new();
        for name in topology.nodes.keys() {
            networks.insert(name.clone(), Network::new()?);
        }
        let network = |node: &str| networks.get(node).with_context(|| format!("there is no node {node}"));
        let mut joints = Vec::new();
        for wire in &topology.links {
            joints.push(Joint {
                name: wire.name.clone(),
                near: network(&wire.near)?.device(&format!("{}-n", wire.name))?,
                far: network(&wire.far)?.device(&format!("{}-f", wire.name))?,
            });
        }
        for (name, node) in &topology.nodes {
            let device = |link: &str| {
                let wire = topology
                    .links
                    .iter()
                    .find(|wire| wire.name == link && (wire.near == *name || wire.far == *name))?;
                Some(format!("{link}-{}", if wire.near == *name { 'n' } else { 'f' }))
            };
            let devices: Vec<String> = topology.links.iter().filter_map(|wire| device(&wire.name)).collect();
            let routes: Vec<(Route, String)> = topology
                .routes(name)
                .into_iter()
                .filter_map(|route| device(route.link).map(|device| (route, device)))
                .collect();
            network(name)?
                .configure(node, &devices, &routes)
                .with_context(|| format!("configuring {name}"))?;
        }
        let emulator = Emulator::start(&topology.links, joints, seed)?;
        Ok(Lab { topology, emulator, networks })
    }

    /// The network of a node.
    pub fn network(&self, node: &str) -> Result<&Network> {
        self.networks.get(node).with_context(|| format!("there is no node {node}"))
    }

    /// Runs a program in a node and gives what it wrote.
    pub fn output(&self, node: &str, command: &mut Command) -> Result<String> {
        self.network(node)?.within(|| {
            let output = command.output().with_context(|| format!("starting {command:?}"))?;
            Ok(String::from_utf8_lossy(&[output.stdout, output.stderr].concat()).into_owned())
        })
    }
}
