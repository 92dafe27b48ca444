//! Where on the path: what the time between the viewer's home and the service says of its parts (ATTRIBUTION §3.4, §3.5).
//!
//! Each test is one file: a function from what was seen ([`Scene`]) to a row of log-likelihoods, or `None` where it must
//! stay silent. Rows of one block rest on the same thing, so that only the first that has something to say counts.
//! [`belief`] weighs the rows, [`parts`] shares the stall's time by them, [`set`] says which zones stay possible. All in
//! integers; `docs/attribution.md` has the numbers in words.

mod answers;
pub mod belief;
mod cache_word;
pub mod carried;
mod device;
#[cfg(feature = "fitting")]
pub mod fitting;
mod gateway;
mod household;
mod lasting;
mod line_full;
pub mod line_measured;
mod link;
pub mod listed;
mod lossy;
mod media_elsewhere;
mod near;
mod other_tabs;
mod others_answered;
mod others_moved;
mod others_waited;
mod paid;
pub mod parts;
pub mod place;
mod references;
mod round_trip;
mod same_edge;
mod scene;
#[cfg(test)]
mod score;
pub mod series;
mod server_answered;
pub mod set;
mod sibling;

pub use cache_word::said as cache_said;
pub use household::{home_use, wants_answer};
pub use lasting::explains as loss_explains;
pub use paid::told as told_of_plan;
pub use references::BOTH as REFERENCES;
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
    /// The viewer's answer that nothing else in the home used the connection: home or access, where a queue is behind the router.
    Household,
    /// How the server that playback waits for answers when it is asked for what it has at hand: the way to it, the server, or
    /// what is behind it.
    SameEdge,
    /// How far a live playlist goes by another server: the server, or what publishes it.
    OtherList,
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
            Observation::Household => "household",
            Observation::OtherList => "other-list",
        }
    }
}

/// A test of the path.
type Test = fn(&Scene) -> Option<Told>;

/// All tests, by block: the most specific first (ATTRIBUTION §3.4).
const BLOCKS: &[&[Test]] = &[
    &[line_full::test, others_moved::test, others_answered::test],
    &[references::test],
    &[gateway::test],
    &[household::test],
    &[other_tabs::test],
    &[near::test, others_waited::test],
    &[same_edge::test, lossy::test, round_trip::test],
    &[server_answered::test],
    &[sibling::test, media_elsewhere::test],
    &[cache_word::test],
    &[link::test],
    &[lasting::test],
    &[device::test],
];

/// What the tests say. Silent ones are left out, and all are silent where something could not be observed: what was not
/// seen may have been what matters.
pub fn examine(scene: &Scene) -> Vec<Told> {
    if scene.blind {
        return Vec::new();
    }
    let told = BLOCKS.iter().filter_map(|tests| tests.iter().find_map(|test| test(scene)));
    #[cfg(feature = "fitting")]
    let told = fitting::exchanged(told);
    told.collect()
}

/// What a check can find, and what each makes of the zones.
const OUTCOMES: [(&str, Row); 39] = [
    ("references-fast", references::FAST),
    ("references-slow", references::SLOWLY),
    ("references-differ", references::MIXED),
    ("gateway-up", gateway::IN_HOME),
    ("gateway-lossy", gateway::LOSSY),
    ("gateway-silent", gateway::SILENT),
    ("gateway-flat-beyond-up", gateway::BEHIND),
    ("gateway-flat-beyond-silent", gateway::CUT),
    ("gateway-flat", gateway::PROMPT),
    ("near-up-as-much", near::SAME),
    ("near-sways", near::SWAYS),
    ("near-up", near::UP),
    ("near-lossy", near::LOSSY),
    ("near-silent", near::SILENT),
    ("near-up-less", near::FLAT),
    ("near-up-carries", near::FLAT),
    ("near-flat", near::FLAT),
    ("same-edge-queue", same_edge::QUEUE),
    ("same-edge-late-alike", same_edge::QUEUE),
    ("same-edge-late", same_edge::LATE),
    ("same-edge-held", same_edge::HELD),
    ("same-edge-fast", same_edge::AT_HAND_FAST),
    ("same-edge-slow", same_edge::AT_HAND_SLOW),
    ("same-edge-flat", same_edge::FLAT),
    ("same-edge-silent", same_edge::SILENT),
    ("same-edge-mute", same_edge::MUTE),
    ("same-edge-reset", same_edge::RESET),
    ("same-edge-error", same_edge::ERROR),
    ("beyond-lossy", lossy::BEYOND),
    ("sibling-answered", sibling::ANSWERED),
    ("sibling-silent", sibling::BOTH_SILENT),
    ("sibling-up-as-much", sibling::SAME_QUEUE),
    ("sibling-up", sibling::QUEUE),
    ("sibling-lossy", sibling::LOSSY),
    ("sibling-flat", sibling::ALONE),
    ("sibling-fast", sibling::FAST),
    ("sibling-slow", sibling::SLOW),
    ("sibling-lists-more", listed::FURTHER),
    ("sibling-lists-no-more", listed::NO_FURTHER),
];

/// The zones that this outcome of a check alone speaks against, three to one or more; none of what is no outcome of one.
pub fn excludes(id: &str) -> Vec<Zone> {
    let row = OUTCOMES.iter().find(|(outcome, _)| *outcome == id).map(|(_, row)| *row);
    let each = row.into_iter().flat_map(|row| PATH.into_iter().zip(row));
    each.filter(|(_, log)| *log <= -set::THREE_TO_ONE).map(|(zone, _)| zone).collect()
}

/// A finding says what a check found, or why it found nothing.
pub fn tells_of_check(id: &str) -> bool {
    let silent =
        ["unchecked-", "blocked-gateway", "blocked-references", "blocked-server", "unfit-", "check-"];
    OUTCOMES.iter().any(|(outcome, _)| *outcome == id) || silent.iter().any(|start| id.starts_with(start))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// `.8`, `1`.
    fn ratio(log: i32) -> String {
        let hundredths = (f64::from(log) / 1000.0).exp() * 100.0;
        let text = format!("{:.2}", hundredths.round() / 100.0);
        text.trim_end_matches('0').trim_end_matches('.').trim_start_matches('0').to_owned()
    }

    fn excluded(id: &str) -> String {
        let name = |zone| match zone {
            Zone::Interconnect => "in between".to_owned(),
            zone => format!("{zone:?}").to_lowercase(),
        };
        let names: Vec<String> = excludes(id).into_iter().map(name).collect();
        if names.is_empty() { "–".to_owned() } else { names.join(", ") }
    }

    #[test]
    fn the_page_has_what_a_full_line_excludes() {
        let ratios = line_full::LOADED.map(ratio).join(" : ");
        let row = |line: &str| line.contains("`line_full.rs`") && line.ends_with(&format!("| {ratios} |"));
        assert!(
            include_str!("../../docs/attribution.md").lines().any(row),
            "docs/attribution.md misses {ratios}"
        );
    }

    #[test]
    fn the_page_has_what_each_outcome_of_a_check_excludes() {
        let page = include_str!("../../docs/attribution.md");
        let words = include_str!("../../extension/_locales/en/messages.json");
        let mut missing = String::new();
        for (id, row) in OUTCOMES {
            assert!(words.contains(&format!("finding_{}\"", id.replace('-', "_"))), "{id}");
            let ratios = row.map(ratio).join(" : ");
            let line = format!("| `{id}` | {ratios} | {} |\n", excluded(id));
            if !page.contains(&line) {
                missing += &line;
            }
        }
        assert!(missing.is_empty(), "docs/attribution.md misses\n{missing}");
    }
}
