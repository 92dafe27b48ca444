//! Where servers are, as inputs told it: in which networks, and whether that is the viewer's own.

use crate::event::{Event, Stands};
use std::collections::{BTreeMap, BTreeSet};

/// A network.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Network {
    /// The viewer's own.
    Own,
    /// That of this number.
    Number(u32),
}

/// Where a server is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Place {
    /// The input that says so.
    pub fact: u32,
    /// Its network, if one is known. Of a server that was in two nothing is.
    pub network: Option<Network>,
    /// Who runs that network.
    pub name: Option<String>,
    /// Whose servers have such names.
    pub service: Option<String>,
    /// As the name says.
    pub stands: Stands,
    /// The date of the table, as one number.
    pub table: u32,
}

/// Where which servers are, by host.
#[derive(Clone, Debug, Default)]
pub struct Places {
    of: BTreeMap<String, Place>,
}

impl Places {
    /// Takes in what a [`Event::Placed`] says; `fact` is its index.
    pub fn take(&mut self, fact: u32, event: &Event) {
        let Event::Placed { host, asn, name, own, service, stands, table } = event else {
            return;
        };
        let network = if *own == Some(true) { Some(Network::Own) } else { asn.map(Network::Number) };
        let (name, service) = (name.clone(), service.clone());
        let new = Place { fact, network, name, service, stands: *stands, table: *table };
        match self.of.get_mut(host) {
            Some(known) if known.network != new.network => (known.network, known.name) = (None, None),
            Some(_) => {}
            None => drop(self.of.insert(host.clone(), new)),
        }
    }

    /// The network that a server is in.
    pub fn network(&self, host: &str) -> Option<Network> {
        self.of.get(host)?.network
    }

    /// All of these servers, at least one, are in the viewer's own network.
    pub fn inside(&self, hosts: &BTreeSet<&str>) -> bool {
        !hosts.is_empty() && hosts.iter().all(|host| self.network(host) == Some(Network::Own))
    }

    /// Where it is, if that is known.
    pub fn of(&self, host: &str) -> Option<&Place> {
        self.of.get(host)
    }
}
