//! The path picture: the seven zones in a row, the possible ones shaded, the cleared ones ticked.

use super::{Node, heard};
use crate::verdict::{Stall, Zone};
use crate::wording::{Words, zone_label};

/// What the verdict says of a zone.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Standing {
    /// The stall came from here: no other zone is possible.
    Only,
    /// The stall can have come from here.
    Possible,
    /// It did not.
    Cleared,
    /// Neither: nothing points here, nothing rules it out.
    Open,
}

impl Standing {
    pub(crate) fn of(zone: Zone, stall: &Stall) -> Standing {
        match stall.zones.as_slice() {
            [only] if *only == zone => Standing::Only,
            zones if zones.contains(&zone) => Standing::Possible,
            _ if stall.cleared.contains(&zone) => Standing::Cleared,
            _ => Standing::Open,
        }
    }

    /// The sign that tells it without colour.
    pub(crate) fn sign(self) -> &'static str {
        match self {
            Standing::Only => "!",
            Standing::Possible => "?",
            Standing::Cleared => "\u{2713}",
            Standing::Open => "\u{b7}",
        }
    }

    fn class(self) -> &'static str {
        match self {
            Standing::Only | Standing::Possible => "possible",
            Standing::Cleared => "cleared",
            Standing::Open => "open",
        }
    }

    fn word(self, words: &Words) -> String {
        let key = match self {
            Standing::Only | Standing::Possible => "path_possible",
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
