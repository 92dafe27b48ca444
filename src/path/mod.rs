//! Where on the path: what the time between the viewer's home and the service says of its parts (ATTRIBUTION §3.4, §3.5).
//!
//! Each test is one file: a function from what was seen ([`Scene`]) to a row of log-likelihoods, or `None` where it must
//! stay silent. Rows of one block rest on the same thing, so that only the first that has something to say counts.
//! [`belief`] weighs the rows, [`parts`] shares the stall's time by them, [`set`] says which zones stay possible. All in
//! integers; `docs/attribution.md` has the numbers in words.

pub mod belief;
mod gateway;
mod link;
mod media_elsewhere;
mod near;
mod networks;
mod others_answered;
mod others_moved;
pub mod parts;
mod references;
mod round_trip;
mod same_edge;
mod scene;
#[cfg(test)]
mod score;
pub mod series;
pub mod set;
mod sibling;

pub use networks::domain;
pub use scene::Scene;

use crate::verdict::{Finding, Zone, finding};
use belief::Row;

/// The zones that tests of the path tell apart, in path order. The origin is one of them only for what waits on it too.
pub const PATH: [Zone; 5] = [Zone::Home, Zone::Access, Zone::Interconnect, Zone::Edge, Zone::Origin];

/// What one test says.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Told {
    /// What was seen, with the inputs it rests on.
    pub finding: Finding,
    /// What it makes of the zones.
    pub row: Row,
    /// The observation of ATTRIBUTION §3.5.3 that a single zone needs, if this is one.
    pub observed: Option<Observation>,
    /// It takes other sites for being in other networks, which is only probable.
    pub networks_assumed: bool,
}

/// An observation without which no zone stands alone, and that would decide where it is missing (ATTRIBUTION §3.5).
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Observation {
    /// The router's answer time, idle against loaded: home or access.
    Gateway,
    /// Transfers from independent servers in known networks at the same moment: the shared part of the path or what is
    /// beyond it.
    References,
    /// The same media from another server: the way to the server, or the server.
    OtherEdge,
    /// What the server says of its own times: edge or origin.
    ServerTiming,
    /// How the server that playback waits for answers when it is asked for what it has at hand: the way to it, the server, or
    /// what is behind it.
    SameEdge,
}

impl Observation {
    /// The id a verdict has it under.
    pub fn id(self) -> &'static str {
        match self {
            Observation::Gateway => "gateway",
            Observation::References => "references",
            Observation::OtherEdge => "other-edge",
            Observation::ServerTiming => "server-timing",
            Observation::SameEdge => "same-edge",
        }
    }
}

/// A test of the path.
type Test = fn(&Scene) -> Option<Told>;

/// All tests, by block: the most specific first (ATTRIBUTION §3.4).
const BLOCKS: &[&[Test]] = &[
    &[others_moved::test, others_answered::test],
    &[references::test],
    &[gateway::test],
    &[near::test],
    &[same_edge::test, round_trip::test],
    &[sibling::test, media_elsewhere::test],
    &[link::test],
];

/// What the tests say. Silent ones are left out, and all are silent where something could not be observed: what was not
/// seen may have been what matters.
pub fn examine(scene: &Scene) -> Vec<Told> {
    if scene.blind {
        return Vec::new();
    }
    BLOCKS.iter().filter_map(|tests| tests.iter().find_map(|test| test(scene))).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    /// What a check can find, and what each makes of the zones.
    const OUTCOMES: [(&str, Row); 19] = [
        ("references-fast", references::FAST),
        ("references-slow", references::SLOWLY),
        ("references-differ", references::MIXED),
        ("gateway-up", gateway::IN_HOME),
        ("gateway-lossy", gateway::LOSSY),
        ("gateway-flat-beyond-up", gateway::BEHIND),
        ("gateway-flat", gateway::PROMPT),
        ("near-up", near::UP),
        ("near-flat", near::FLAT),
        ("same-edge-queue", same_edge::QUEUE),
        ("same-edge-late", same_edge::LATE),
        ("same-edge-held", same_edge::HELD),
        ("same-edge-fast", same_edge::AT_HAND_FAST),
        ("same-edge-slow", same_edge::AT_HAND_SLOW),
        ("same-edge-flat", same_edge::FLAT),
        ("sibling-up", sibling::QUEUE),
        ("sibling-flat", sibling::ALONE),
        ("sibling-fast", sibling::FAST),
        ("sibling-slow", sibling::SLOW),
    ];

    /// `.8`, `1`.
    fn ratio(log: i32) -> String {
        let hundredths = (f64::from(log) / 1000.0).exp() * 100.0;
        let text = format!("{:.2}", hundredths.round() / 100.0);
        text.trim_end_matches('0').trim_end_matches('.').trim_start_matches('0').to_owned()
    }

    /// The zones that an outcome alone speaks against, three to one.
    fn excluded(row: Row) -> String {
        const NAMES: [&str; 5] = ["home", "access", "in between", "edge", "origin"];
        let clearly = |(_, log): &(&str, i32)| *log <= -1_099;
        let names = NAMES.into_iter().zip(row).filter(clearly).map(|(name, _)| name);
        let names: Vec<&str> = names.collect();
        if names.is_empty() { "–".to_owned() } else { names.join(", ") }
    }

    #[test]
    fn the_page_has_what_each_outcome_of_a_check_excludes() {
        let page = include_str!("../../docs/attribution.md");
        let words = include_str!("../../extension/_locales/en/messages.json");
        let mut missing = String::new();
        for (id, row) in OUTCOMES {
            assert!(words.contains(&format!("finding_{}\"", id.replace('-', "_"))), "{id}");
            let ratios = row.map(ratio).join(" : ");
            let line = format!("| `{id}` | {ratios} | {} |\n", excluded(row));
            if !page.contains(&line) {
                missing += &line;
            }
        }
        assert!(missing.is_empty(), "docs/attribution.md misses\n{missing}");
    }
}
