//! A server beside the late one that nobody vouches for: it may be the same machine.

use super::measured::*;
use Target::{Sibling, Stalled};
use Zone::{Edge, Interconnect, Origin};
use whystall::event::{Event, Target};
use whystall::explain;
use whystall::story::{Story, at};
use whystall::verdict::{Stall, Zone};

/// The same story judged with the server beside named by a setting, and found by its address.
fn both(story: &Story) -> [Stall; 2] {
    let mut inputs = story.tell().inputs;
    for input in &mut inputs {
        if let Event::Checked { target: Sibling, found, .. } = &mut input.event {
            *found = true;
        }
    }
    [judged(story), explain(&inputs).stalls.remove(0)]
}

/// What of this was told.
fn of_beside(stall: &Stall) -> Vec<&str> {
    told(stall).into_iter().filter(|id| id.starts_with("sibling") || id.starts_with("beyond")).collect()
}

#[test]
fn that_it_is_well_clears_the_way_there() {
    let alone = but(&[answered(Stalled, 310)]);
    let [named, found] = both(&references_fast(under_load(slow_body(), &alone)));
    assert_eq!((&named.zones[..], of_beside(&named)), (&[Edge, Origin][..], vec!["sibling-flat"]));
    assert_eq!((&found.zones, of_beside(&found)), (&named.zones, vec!["sibling-found", "sibling-flat"]));
    assert!(found.findings.iter().any(|finding| finding.id == "sibling-found" && !finding.facts.is_empty()));
    // So does what it sent.
    let story = references_fast(under_load(slow_body(), &but(&[])));
    let story = note(note(story, 22_200, sent(Sibling, 64, 60)), 22_900, sent(Stalled, 64, 1_600));
    let [named, found] = both(&story);
    assert_eq!((&named.zones, of_beside(&found)), (&found.zones, vec!["sibling-found", "sibling-fast"]));
}

#[test]
fn that_it_is_slow_too_blames_no_network() {
    let queue = [connected(Stalled, 300, 310), answered(Sibling, 290)];
    let [named, found] = both(&references_fast(under_load(slow_body(), &but(&queue))));
    assert_eq!(named.zones, [Interconnect]);
    assert_eq!((&found.zones[..], of_beside(&found)), (&[Interconnect, Edge][..], vec!["sibling-found"]));
    // Both answer nothing, or what one machine sends is lost.
    let silent = [failed(Stalled), failed(Sibling)];
    let resent = but(&[answered(Stalled, 21 + 230), answered(Sibling, 21 + 230)]);
    for slow in [but(&silent), resent, but(&[answered(Stalled, 600), answered(Sibling, 590)])] {
        let [named, found] = both(&references_fast(under_load(slow_body(), &slow)));
        assert!(found.zones.contains(&Edge), "{:?}", told(&found));
        assert!(found.zones.len() >= named.zones.len(), "{:?} {:?}", named.zones, found.zones);
        assert_eq!(of_beside(&found), ["sibling-found"]);
    }
}

#[test]
fn answers_at_rest_of_one_are_not_held_against_those_of_another() {
    // It always takes so long; the one that was beside the server before did not.
    let slow = [answered(Stalled, 310), answered(Sibling, 200)];
    let mut inputs = references_fast(under_load(slow_body(), &but(&slow))).tell().inputs;
    for input in inputs.iter_mut().filter(|input| input.at < at(10_000)) {
        if let Event::Checked { target: Sibling, host, .. } = &mut input.event {
            *host = Some("another.example".to_owned());
        }
    }
    let stall = explain(&inputs).stalls.remove(0);
    assert!(of_beside(&stall).is_empty(), "{:?}", told(&stall));
}
