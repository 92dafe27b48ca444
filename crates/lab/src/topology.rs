//! Which nodes there are, and what joins them. See lab/topology.toml.

use crate::link::{Change, Shape};
use anyhow::{Context, Result, anyhow, ensure};
use serde::Deserialize;
use std::collections::{BTreeMap, VecDeque};
use std::net::Ipv4Addr;

/// The table says what has always been so.
const TABLE_DATE: u32 = 20_000_101;

/// The path and what is beside it.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Topology {
    /// The number of the viewer's network.
    pub provider: u32,
    pub networks: Vec<Network>,
    pub nodes: BTreeMap<String, Node>,
    pub links: Vec<Wire>,
}

/// Whose some addresses are.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Network {
    pub number: u32,
    pub name: String,
    /// As `address/bits`.
    pub addresses: String,
}

/// A machine of its own: a network namespace.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Node {
    pub address: Ipv4Addr,
    /// What it sends with. The machine's own default is no known thing.
    #[serde(default = "cubic")]
    pub congestion: String,
}

/// What joins two nodes.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Wire {
    pub name: String,
    /// The end nearer to the device.
    pub near: String,
    pub far: String,
    #[serde(default)]
    pub both: Change,
    #[serde(default)]
    pub up: Change,
    #[serde(default)]
    pub down: Change,
}

/// Which way on a link.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Direction {
    /// Away from the device.
    Up,
    Down,
    Both,
}

/// The way from one node to another begins on this link.
#[derive(Debug, PartialEq, Eq)]
pub struct Route<'a> {
    pub to: Ipv4Addr,
    pub link: &'a str,
}

impl Wire {
    /// Its two directions at the start, up and down.
    pub fn shapes(&self) -> [Shape; 2] {
        [&self.up, &self.down].map(|own| {
            let mut shape = Shape::WIRE;
            self.both.apply(&mut shape);
            own.apply(&mut shape);
            shape
        })
    }
}

impl Topology {
    /// Reads and checks one.
    pub fn parse(text: &str) -> Result<Topology> {
        let topology: Topology = toml::from_str(text)?;
        for wire in &topology.links {
            for end in [&wire.near, &wire.far] {
                ensure!(
                    topology.nodes.contains_key(end),
                    "link {} ends at {end}, which is no node",
                    wire.name
                );
            }
            // A device's name is the link's with two more characters, and Linux allows 15.
            ensure!(wire.name.len() <= 13, "the name of link {} is longer than 13 characters", wire.name);
        }
        Ok(topology)
    }

    /// Whose the addresses are, as the extension reads it.
    pub fn table(&self) -> Result<Vec<u8>> {
        let line = |network: &Network| format!("{} {} {}\n", network.addresses, network.number, network.name);
        let lines: String = self.networks.iter().map(line).collect();
        whystall_networks::make::of_list(TABLE_DATE, &lines).map_err(|why| anyhow!(why))
    }

    /// A node that must be there.
    pub fn address(&self, node: &str) -> Result<Ipv4Addr> {
        Ok(self.nodes.get(node).with_context(|| format!("there is no node {node}"))?.address)
    }

    /// From a node to all others, over the fewest links; of equals, over the one that stands first in the file.
    pub fn routes(&self, from: &str) -> Vec<Route<'_>> {
        let mut first: BTreeMap<&str, &str> = BTreeMap::new();
        let mut left = VecDeque::from([from]);
        while let Some(at) = left.pop_front() {
            for wire in &self.links {
                let next = match at {
                    _ if wire.near == at => wire.far.as_str(),
                    _ if wire.far == at => wire.near.as_str(),
                    _ => continue,
                };
                if next == from || first.contains_key(next) {
                    continue;
                }
                first.insert(next, first.get(at).copied().unwrap_or(&wire.name));
                left.push_back(next);
            }
        }
        let way = |(node, link): (&str, _)| Some(Route { to: self.nodes.get(node)?.address, link });
        first.into_iter().filter_map(way).collect()
    }
}

fn cubic() -> String {
    "cubic".to_owned()
}

#[cfg(test)]
mod tests {
    use super::Topology;
    use std::collections::BTreeSet;

    const OURS: &str = include_str!("../../../lab/topology.toml");

    fn first_link<'a>(topology: &'a Topology, from: &str, to: &str) -> &'a str {
        let to = topology.address(to).unwrap();
        topology.routes(from).into_iter().find(|route| route.to == to).unwrap().link
    }

    #[test]
    fn every_node_reaches_every_other_on_the_path_that_is_drawn() {
        let topology = Topology::parse(OURS).unwrap();
        for node in topology.nodes.keys() {
            assert_eq!(topology.routes(node).len(), topology.nodes.len() - 1, "{node}");
        }
        assert_eq!(first_link(&topology, "isp", "edge"), "peering");
        assert_eq!(first_link(&topology, "isp", "edge-2"), "transit-2");
        assert_eq!(first_link(&topology, "edge", "device"), "cdn");
        assert_eq!(first_link(&topology, "origin", "edge-2"), "backhaul-2");
        assert_eq!(first_link(&topology, "isp", "isp-cache"), "in-isp");
    }

    #[test]
    fn the_table_says_whose_each_server_is() {
        let topology = Topology::parse(OURS).unwrap();
        let table = whystall_networks::Table::read(topology.table().unwrap()).unwrap();
        let number =
            |node| table.network(topology.address(node).unwrap().into()).map(|network| network.number);
        assert_eq!(number("isp-cache"), Some(topology.provider));
        assert_eq!(number("edge"), number("edge-beside"));
        let apart: BTreeSet<_> =
            ["isp-cache", "edge", "edge-2", "origin", "reference-a", "reference-b"].map(number).into();
        assert_eq!(apart.len(), 6);
        assert_eq!(number("device"), None);
    }

    #[test]
    fn a_link_to_nowhere_is_refused() {
        let text = "provider = 1\nnetworks = []\nnodes.a.address = '10.0.0.1'\n[[links]]\nname = 'x'\nnear = 'a'\nfar = 'b'";
        assert!(Topology::parse(text).unwrap_err().to_string().contains("ends at b"));
    }

    #[test]
    fn each_direction_has_its_own_rate() {
        let topology = Topology::parse(OURS).unwrap();
        let access = topology.links.iter().find(|wire| wire.name == "access").unwrap();
        assert_eq!(access.shapes().map(|shape| shape.rate), [Some(10_000_000), Some(20_000_000)]);
    }
}
