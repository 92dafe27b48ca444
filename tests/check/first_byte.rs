//! Lines that were bad from the first byte on: nothing was ever at rest.

use super::measured::*;
use Target::{Gateway, Sibling, Stalled};
use Zone::{Access, Home, Interconnect};
use whystall::event::Target;
use whystall::story::Story;
use whystall::verdict::{Stall, Zone};

/// Each round of a stall that nothing was at rest before, a second apart: what that target took.
fn from_the_first_byte(story: Story, took: impl Fn(Target, i64) -> i64) -> Stall {
    let rounds = (0..4).flat_map(|time| Target::AWAY.map(|target| (time, target)));
    judged(&rounds.fold(story, |story, (time, target)| {
        note(story, 20_800 + 1_000 * time, answered(target, took(target, time)))
    }))
}

#[test]
fn a_queue_that_was_there_from_the_first_byte() {
    // It is never empty, but fuller and less full; what is not in it is quick all along.
    let queue = |time: i64| 180 + 150 * (time % 3);
    let shared = from_the_first_byte(slow_body(), |target, time| {
        quiet(target) + if target == Gateway { 0 } else { queue(time) }
    });
    assert_eq!(told(&shared)[..2], ["gateway-flat-beyond-up", "near-up-as-much"]);
    assert_eq!(shared.zones, [Home, Access]);
    let beyond = |target| [Stalled, Sibling].contains(&target);
    let between = from_the_first_byte(slow_body(), |target, time| {
        quiet(target) + if beyond(target) { queue(time) } else { 0 }
    });
    assert_eq!(told(&between)[2..], ["same-edge-late-alike", "sibling-up-as-much"]);
    assert_eq!(between.zones, [Interconnect]);
    // A way that is as long all along has no queue that it shows.
    let far = from_the_first_byte(slow_body(), |target, _| quiet(target) + 600);
    assert_eq!((&far.zones[..], told(&far)), (ALL, vec![]));
}

/// Two rounds, as a stall of two seconds has in Firefox, in which a queue is this much fuller and less full.
fn two_rounds(story: Story, took: impl Fn(Target, i64) -> i64) -> Stall {
    let rounds = (0..2).flat_map(|time| Target::AWAY.map(|target| (time, target)));
    judged(&rounds.fold(story, |story, (time, target)| {
        note(story, 20_800 + 1_000 * time, answered(target, took(target, time)))
    }))
}

#[test]
fn what_becomes_longer_and_shorter_together_waits_in_one_queue() {
    // As in the laboratory's access-evening: a queue of half a second that is hardly ever less full.
    let queue = |sways: i64| {
        move |target, time| quiet(target) + if target == Gateway { 12 } else { 440 + sways * time }
    };
    let shared = two_rounds(slow_body(), queue(52));
    assert_eq!(told(&shared), ["gateway-flat-beyond-up", "near-sways"]);
    assert_eq!(shared.zones, [Home, Access]);
    // By so little anything may vary.
    assert_eq!(two_rounds(slow_body(), queue(30)).zones, ALL);
    // A busy device holds the router's up as well.
    let busy = two_rounds(slow_body(), |target, time| quiet(target) + 440 + 52 * time);
    assert_eq!((&busy.zones[..], told(&busy)), (ALL, vec![]));
    // What one of them does not do is not what they share.
    for alone in Target::AWAY[1..].iter().copied() {
        let stall =
            two_rounds(slow_body(), |target, time| queue(if target == alone { 0 } else { 52 })(target, time));
        assert!(!told(&stall).contains(&"near-sways"), "{alone:?}");
    }
    // A queue on the way to the video's servers is no queue to others.
    let beyond = |target| [Stalled, Sibling].contains(&target);
    let between = two_rounds(slow_body(), |target, time| {
        quiet(target) + if beyond(target) { 440 + 52 * time } else { 0 }
    });
    assert!(!told(&between).contains(&"near-sways") && between.zones.contains(&Interconnect));
}
