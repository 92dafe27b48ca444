//! The path picture: the seven zones in a row, the possible ones shaded, the cleared ones ticked.

use super::{Node, Wishes, heard};
use crate::time::Micros;
use crate::time::apportion;
use crate::verdict::{Stall, Zone};
use crate::wording::{self, Words, zone_label};

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
    /// beforehand is no finding. For the same reason zones that no observation separates look the same.
    fn among(zone: Zone, stall: &Stall) -> Standing {
        let has = |of: &[Zone]| time_of(of, stall);
        let alike = alike(zone, stall);
        let own = has(&alike).checked_div(alike.len() as i64).unwrap_or(0);
        match (own.saturating_mul(100), has(&stall.zones)) {
            _ if !stall.path_split => Standing::Possible,
            (_, 0) => Standing::Possible,
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

/// How likely the possible zones are among each other, in per cent, where evidence told them apart; those that no observation
/// separates in one. Nothing where there is but one such group: all of what is left is no measure of how sure it is.
pub(crate) fn likelihoods(stall: &Stall) -> Vec<(Vec<Zone>, i64)> {
    let mut groups: Vec<Vec<Zone>> = Vec::new();
    for zone in Zone::ALL.into_iter().filter(|zone| stall.zones.contains(zone)) {
        let group = alike(zone, stall);
        if groups.last() != Some(&group) {
            groups.push(group);
        }
    }
    if !stall.path_split || groups.len() < 2 || time_of(&stall.zones, stall) <= 0 {
        return Vec::new();
    }
    let weights: Vec<i128> = groups.iter().map(|group| time_of(group, stall).into()).collect();
    let percents = apportion(Micros(100), &weights).into_iter().map(|percent| percent.0);
    groups.into_iter().zip(percents).collect()
}

/// The possible zones that no observation separates from this one, it among them.
fn alike(zone: Zone, stall: &Stall) -> Vec<Zone> {
    let alike = match zone {
        Zone::Home | Zone::Access => vec![Zone::Home, Zone::Access],
        Zone::Edge | Zone::Origin => vec![Zone::Edge, Zone::Origin],
        other => vec![other],
    };
    alike.into_iter().filter(|zone| stall.zones.contains(zone)).collect()
}

/// The stall's time that these zones have.
fn time_of(zones: &[Zone], stall: &Stall) -> i64 {
    let times = stall.by_zone.iter().filter(|time| zones.contains(&time.zone));
    times.map(|time| time.total().0).fold(0, i64::saturating_add)
}

/// The names of places on it. Always there, so that nothing moves when they become known.
pub(super) fn places(stall: &Stall, wishes: &Wishes, words: &Words) -> Node {
    let place = wording::place(stall, wishes.provider.as_deref(), words);
    Node::classed("p", "places").children(place.map(Node::Text))
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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::verdict::ZoneTime;
    use crate::wording::samples::stall;
    use Zone::{Access, Edge, Home, Interconnect, Origin};

    fn signs(zones: &[Zone], times: &[(Zone, i64)], path_split: bool) -> Vec<Standing> {
        let stall = spread(zones, times, path_split);
        zones.iter().map(|zone| Standing::of(*zone, &stall)).collect()
    }

    fn spread(zones: &[Zone], times: &[(Zone, i64)], path_split: bool) -> Stall {
        let by_zone = times.iter().map(|(zone, believed)| ZoneTime {
            zone: *zone,
            direct: Micros::ZERO,
            believed: Micros(*believed),
        });
        Stall {
            zones: zones.to_vec(),
            by_zone: by_zone.collect(),
            path_split,
            ..stall("slow-transfer", true)
        }
    }

    #[test]
    fn shades_follow_the_evidence_and_never_a_prior_alone() {
        use Standing::{Likely, Possible, Unlikely};
        let shared = [(Home, 38), (Access, 50), (Interconnect, 10), (Edge, 1), (Origin, 1)];
        let near = [Home, Access, Interconnect];
        assert_eq!(signs(&near, &shared, true), [Possible, Possible, Unlikely]);
        assert_eq!(signs(&near, &shared, false), [Possible; 3]);
        let beyond = [(Home, 1), (Access, 2), (Interconnect, 60), (Edge, 12), (Origin, 25)];
        assert_eq!(signs(&[Interconnect, Edge, Origin], &beyond, true), [Likely, Possible, Possible]);
        assert_eq!(signs(&[Interconnect, Edge, Origin], &[], true), [Possible; 3]);
    }

    #[test]
    fn likelihoods_are_told_where_evidence_split_the_path_and_nowhere_else() {
        let told = |zones: &[Zone], times: &[(Zone, i64)], path_split| {
            likelihoods(&spread(zones, times, path_split))
        };
        let shared = [(Home, 38), (Access, 50), (Interconnect, 10), (Edge, 1), (Origin, 1)];
        let near = [Home, Access, Interconnect];
        assert_eq!(told(&near, &shared, true), [(vec![Home, Access], 90), (vec![Interconnect], 10)]);
        assert_eq!(told(&near, &shared, false), []);
        assert_eq!(told(&near, &[], true), []);
        assert_eq!(told(&[Home, Access], &shared, true), []);
        assert_eq!(told(&[Edge], &shared, true), []);
        let thirds = [(Access, 1), (Interconnect, 1), (Edge, 1)];
        let percents = told(&[Access, Interconnect, Edge], &thirds, true);
        assert_eq!(percents.iter().map(|(_, percent)| percent).sum::<i64>(), 100);
    }
}
