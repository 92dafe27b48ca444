//! Where servers are: in which networks, and whether that is the viewer's own (ATTRIBUTION §3.4, *where*).
//!
//! What comes from a server in the viewer's own network passes no other: the networks in between are not on the path. What a
//! server's name says is a place to be told, and no evidence: caches that stand "in a provider's network" stand in those of
//! transit providers, too.

use super::finding;
use crate::event::Stands;
use crate::machine::places::{Network, Place, Places};
use crate::verdict::{Finding, Value};
use std::collections::BTreeSet;

/// What is told of where these servers are.
pub fn told(places: &Places, hosts: &BTreeSet<&str>) -> Vec<Finding> {
    hosts.iter().filter_map(|host| finding_of(places.of(host)?, host)).collect()
}

fn finding_of(place: &Place, host: &str) -> Option<Finding> {
    let host = ("host", Value::Name(host.to_owned()));
    let date = place.table;
    let date = format!("{}-{:02}-{:02}", date / 10_000, date / 100 % 100, date % 100);
    let of = ("table", Value::Name(date));
    let service = || Some(("service", Value::Name(place.service.clone()?)));
    let facts = vec![place.fact];
    let (id, values) = match (place.network, place.stands) {
        (Some(Network::Own), _) => ("server-own-network", vec![host, of]),
        (_, Stands::InProvider) => ("server-in-provider", vec![host, service()?]),
        (_, Stands::AtExchange) => ("server-at-exchange", vec![host, service()?]),
        (Some(Network::Number(number)), Stands::Anywhere) => {
            let name = place.name.clone().unwrap_or_else(|| format!("AS{number}"));
            ("server-network", vec![host, ("network", Value::Name(name)), of])
        }
        (None, Stands::Anywhere) => return None,
    };
    Some(finding(id, facts, values))
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
