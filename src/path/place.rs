//! Where servers are: in which networks, and whether that is the viewer's own (ATTRIBUTION §3.4, *where*).
//!
//! What comes from a server in the viewer's own network passes no other: the networks in between are not on the path. What a
//! server's name says is a place to be told, and no evidence: caches that stand "in a provider's network" stand in those of
//! transit providers, too.

use super::finding;
use crate::event::{Event, Stands};
use crate::verdict::{Finding, Value};
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
    fact: u32,
    /// Its network, if one is known. Of a server that was in two nothing is.
    network: Option<Network>,
    name: Option<String>,
    service: Option<String>,
    stands: Stands,
    table: u32,
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

    /// What is told of where these servers are.
    pub fn told(&self, hosts: &BTreeSet<&str>) -> Vec<Finding> {
        hosts.iter().filter_map(|host| self.of.get(*host)?.told(host)).collect()
    }
}

impl Place {
    fn told(&self, host: &str) -> Option<Finding> {
        let host = ("host", Value::Name(host.to_owned()));
        let date = self.table;
        let date = format!("{}-{:02}-{:02}", date / 10_000, date / 100 % 100, date % 100);
        let of = ("table", Value::Name(date));
        let service = || Some(("service", Value::Name(self.service.clone()?)));
        let facts = vec![self.fact];
        let (id, values) = match (self.network, self.stands) {
            (Some(Network::Own), _) => ("server-own-network", vec![host, of]),
            (_, Stands::InProvider) => ("server-in-provider", vec![host, service()?]),
            (_, Stands::AtExchange) => ("server-at-exchange", vec![host, service()?]),
            (Some(Network::Number(number)), Stands::Anywhere) => {
                let name = self.name.clone().unwrap_or_else(|| format!("AS{number}"));
                ("server-network", vec![host, ("network", Value::Name(name)), of])
            }
            (None, Stands::Anywhere) => return None,
        };
        Some(finding(id, facts, values))
    }
}

/// Someone else who was asked: by the site's name, and the network if it is known.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Witness<'a> {
    /// Its site's domain.
    pub site: &'a str,
    /// Its network.
    pub network: Option<Network>,
}

/// How many of these are independent: as many as have different names and are not known to be in one network.
pub fn independent(witnesses: &BTreeSet<Witness>) -> usize {
    let sites: BTreeSet<&str> = witnesses.iter().map(|witness| witness.site).collect();
    let networks: BTreeSet<Network> = witnesses.iter().filter_map(|witness| witness.network).collect();
    let placed: BTreeSet<&str> =
        witnesses.iter().filter(|witness| witness.network.is_some()).map(|witness| witness.site).collect();
    let elsewhere = sites.difference(&placed).count();
    (networks.len() + elsewhere).min(sites.len())
}
