//! The path picture: the seven zones in a row, the possible ones shaded, the cleared ones ticked.

use super::{Node, heard};
use crate::verdict::{Stall, Zone, ZoneTime};
use crate::wording::{Words, zone_label};

/// From this part of the likelihood on a zone is more likely than not, in per cent (ATTRIBUTION §3.5.5).
const LIKELY: i64 = 50;
/// Below this part a zone is less likely, in per cent [P]: with seven zones, an even share is 14.
const UNLIKELY: i64 = 15;

/// What the verdict says of a zone.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Standing {
    /// The stall came from here: no other zone is possible.
    Only,
    /// The stall can have come from here, and more likely than not did.
    Likely,
    /// The stall can have come from here.
    Possible,
    /// The stall can have come from here, but less likely.
    Unlikely,
    /// It did not.
    Cleared,
    /// Neither: nothing points here, nothing rules it out.
    Open,
}

impl Standing {
    pub(crate) fn of(zone: Zone, stall: &Stall) -> Standing {
        match stall.zones.as_slice() {
            [only] if *only == zone => Standing::Only,
            zones if zones.contains(&zone) => Standing::among(zone, stall),
            _ if stall.cleared.contains(&zone) => Standing::Cleared,
            _ => Standing::Open,
        }
    }

    /// How likely it is among those possible. Without evidence that told them apart all look the same: what was expected
    /// beforehand is no finding.
    fn among(zone: Zone, stall: &Stall) -> Standing {
        let time = |of: &ZoneTime| of.total().0;
        let possible = || stall.by_zone.iter().filter(|of| stall.zones.contains(&of.zone));
        let (own, all): (i64, i64) =
            (possible().filter(|of| of.zone == zone).map(time).sum(), possible().map(time).sum());
        match (own.saturating_mul(100), all) {
            _ if !stall.path_split || all == 0 => Standing::Possible,
            (own, all) if own >= all.saturating_mul(LIKELY) => Standing::Likely,
            (own, all) if own < all.saturating_mul(UNLIKELY) => Standing::Unlikely,
            _ => Standing::Possible,
        }
    }

    /// It can have come from here.
    pub(crate) fn is_possible(self) -> bool {
        matches!(self, Standing::Only | Standing::Likely | Standing::Possible | Standing::Unlikely)
    }

    /// The sign that tells it without colour.
    pub(crate) fn sign(self) -> &'static str {
        match self {
            Standing::Only => "!",
            Standing::Likely | Standing::Possible | Standing::Unlikely => "?",
            Standing::Cleared => "\u{2713}",
            Standing::Open => "\u{b7}",
        }
    }

    fn class(self) -> &'static str {
        match self {
            Standing::Only | Standing::Possible => "possible",
            Standing::Likely => "possible likely",
            Standing::Unlikely => "possible unlikely",
            Standing::Cleared => "cleared",
            Standing::Open => "open",
        }
    }

    fn word(self, words: &Words) -> String {
        let key = match self {
            Standing::Only | Standing::Possible => "path_possible",
            Standing::Likely => "path_likely",
            Standing::Unlikely => "path_unlikely",
            Standing::Cleared => "path_cleared",
            Standing::Open => "path_open",
        };
        words.say(key, &[])
    }
}

/// The path, from the viewer to the service.
pub(super) fn path(stall: &Stall, words: &Words) -> Node {
    let zone = |zone| {
        let standing = Standing::of(zone, stall);
        let sign = Node::classed("span", "sign").with("aria-hidden", true).say(standing.sign());
        let label = Node::classed("span", "label").say(zone_label(zone, words));
        let word = heard(format!(": {}", standing.word(words)));
        Node::classed("li", standing.class()).children([sign, label, word])
    };
    Node::classed("ol", "path")
        .with("role", "list")
        .with("aria-label", words.say("path_label", &[]))
        .children(Zone::ALL.map(zone))
}
