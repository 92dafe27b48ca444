//! Names of networks, as places on the way: in lines of their own, and in no sentence that says why something stalled.

use super::Words;
use crate::verdict::{Finding, Stall, Value, Zone};

/// What the place between the viewer's network and the video server's is called, if anyone knows a name for an end of it.
/// `provider`: that of the viewer, as the viewer has it.
pub fn place(stall: &Stall, provider: Option<&str>, words: &Words) -> Option<String> {
    let found = |id: &str| stall.findings.iter().find(|finding| finding.id == id);
    let named = |provider: &str| words.say("place_provider", &[("provider", &words.company(provider))]);
    let viewers = provider.map(named).unwrap_or_else(|| words.say("place_isp", &[]));
    if found("server-own-network").is_some() {
        let inside = || words.say("place_inside", &[("provider", &viewers)]);
        return stall.cleared.contains(&Zone::Interconnect).then(inside);
    }
    let network = found("server-network").and_then(|finding| name(finding, "network"));
    let network = network.map(|network| words.say("place_of", &[("network", &words.company(network))]));
    let service = || ["server-in-provider", "server-at-exchange"].into_iter().find_map(found);
    let service = || service().and_then(|finding| name(finding, "service"));
    let service = || Some(words.say("place_servers", &[("service", &words.company(service()?))]));
    let between = network.or_else(service)?;
    Some(words.say("place_between", &[("provider", &viewers), ("network", &between)]))
}

/// Of when the table is, and who it is from.
pub fn table(stall: &Stall, words: &Words) -> Option<String> {
    let date = stall.findings.iter().find_map(|finding| name(finding, "table"))?;
    Some(words.say("place_source", &[("table", &words.name(date))]))
}

fn name<'a>(finding: &'a Finding, value: &str) -> Option<&'a str> {
    match finding.values.get(value)? {
        Value::Name(name) => Some(name),
        _ => None,
    }
}
