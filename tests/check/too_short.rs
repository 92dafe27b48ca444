//! Queues that are there, and not why: shorter than what playback waits for, or there and gone and there again.

use super::measured::*;
use Target::{Sibling, Stalled};
use Zone::{Access, Edge, Home, Interconnect, Origin};
use whystall::event::Target;
use whystall::verdict::{Stall, Zone};

/// An answer that is late by some twenty seconds, while these take so much longer to answer what a check asks.
fn late_while(waits: impl Fn(Target) -> bool, rise: i64) -> Stall {
    let up = Target::AWAY.into_iter().filter(|target| waits(*target));
    let up: Vec<Measured> = up.map(|target| answered(target, quiet(target) + rise)).collect();
    judged(&under_load(withheld(), &but(&up)))
}

#[test]
fn a_short_queue_on_the_viewers_line_keeps_no_answer_back_for_seconds() {
    // As where the viewer looks at pictures meanwhile, or somebody else in the home does.
    for (what, waits) in [
        ("behind the router", (|target| target != Target::Gateway) as fn(Target) -> bool),
        ("in the home", |_| true),
    ] {
        for rise in [30, 200, 1_000] {
            let stall = late_while(waits, rise);
            assert!(
                stall.zones.contains(&Edge) && stall.zones.contains(&Origin),
                "{what}, {rise}: {:?}",
                told(&stall)
            );
        }
    }
    // One that is long enough does.
    assert_eq!(late_while(|target| target != Target::Gateway, 6_000).zones, [Home, Access]);
}

#[test]
fn nor_does_one_on_the_way_to_the_videos_servers() {
    for rise in [30, 200, 1_000] {
        let stall = late_while(|target| [Stalled, Sibling].contains(&target), rise);
        assert!(stall.zones.contains(&Edge) && stall.zones.contains(&Origin), "{rise}: {:?}", told(&stall));
    }
    assert_eq!(late_while(|target| [Stalled, Sibling].contains(&target), 6_000).zones, [Interconnect]);
}

#[test]
fn bodies_may_be_slow_in_a_queue_of_any_length() {
    let up = Target::AWAY[1..].iter().map(|target| answered(*target, quiet(*target) + 60));
    let up: Vec<Measured> = up.collect();
    assert_eq!(judged(&under_load(slow_body(), &but(&up))).zones, [Home, Access]);
}

/// While a body is slow, all wait behind the router for so long, each answer by this much longer than the one before, asked for
/// twice at each moment; and who sent 64 KB in how many milliseconds meanwhile.
fn waiting(queue: i64, apart: i64, bodies: &[(Target, i64)]) -> Stall {
    waiting_at(&Target::AWAY, queue, apart, bodies, 0)
}

/// The same where only these are asked, and at so many moments a third answer was sent again.
fn waiting_at(targets: &[Target], queue: i64, apart: i64, bodies: &[(Target, i64)], resends: i64) -> Stall {
    let rounds = (0..4).flat_map(|time| targets.iter().map(move |target| (time, *target)));
    let story = rounds.fold(rested(slow_body()), |story, (time, target)| {
        let waits = if target == Target::Gateway { 2 } else { queue + apart * one_by_one(target) / 15 };
        let answer = answered(target, quiet(target) + waits);
        note(note(story, 20_800 + 1_000 * time, answer), 20_800 + 1_000 * time, answer)
    });
    let resent = answered(Target::ReferenceB, quiet(Target::ReferenceB) + queue + 1_000);
    let story = (0..resends).fold(story, |story, time| note(story, 20_800 + 1_000 * time, resent));
    let story = bodies.iter().fold(story, |story, (target, took)| {
        note(story, 22_300, Measured { answer: Some(quiet(*target) + queue), ..sent(*target, 64, *took) })
    });
    judged(&story)
}

#[test]
fn a_line_that_lets_answers_through_together_is_not_what_is_slow() {
    // Another device downloads a little, as in the laboratory's edge-throttled-beside-download.
    let stall = waiting(60, 0, &[]);
    assert!(stall.zones.contains(&Edge) && stall.zones.contains(&Origin), "{:?}", told(&stall));
    // Few know a server beside the late one.
    let known: Vec<Target> = Target::AWAY.into_iter().filter(|target| *target != Sibling).collect();
    assert_eq!(waiting_at(&known, 60, 0, &[], 0).zones, stall.zones);
    assert_eq!(waiting_at(&known, 60, 15, &[], 0).zones, [Home, Access]);
    // Others' bodies come through that queue well: it is not the viewer's line, nor the way to the CDN.
    let well = [Target::ReferenceA, Target::ReferenceB, Sibling].map(|target| (target, 150));
    assert_eq!(waiting(60, 0, &well).zones, [Edge, Origin]);
    // They come as slowly as the media: of many downloads each has little of a line that is fast.
    let slowly = [Target::ReferenceA, Target::ReferenceB].map(|target| (target, 3_500));
    assert_eq!(waiting(60, 0, &slowly).zones, [Home, Access]);
    // One that drops packets all the time leaves little to who has few on the way.
    assert_eq!(waiting_at(&Target::AWAY, 60, 0, &[], 4).zones, [Home, Access]);
    // A slow line lets answers through one after the other.
    assert_eq!(waiting(60, 15, &[]).zones, [Home, Access]);
    // What takes 1.2 seconds for each turn is slow on any line.
    assert_eq!(waiting(1_200, 0, &[]).zones, [Home, Access]);
}

/// While a body is slow, a queue of 200 ms behind the router that is there at these moments, a second apart.
fn slow_while(there: [bool; 5]) -> Stall {
    let rounds = (0..).zip(there).flat_map(|(time, there)| Target::AWAY.map(|target| (time, there, target)));
    judged(&rounds.fold(rested(slow_body()), |story, (time, there, target)| {
        let queue = if there && target != Target::Gateway { 200 } else { 2 };
        note(story, 20_800 + 1_000 * time, answered(target, quiet(target) + queue))
    }))
}

#[test]
fn what_comes_and_goes_does_not_hold_up_what_is_slow_all_along() {
    for there in
        [[true, false, true, true, true], [false, true, true, false, true], [true, true, false, false, true]]
    {
        let stall = slow_while(there);
        assert!(stall.zones.contains(&Edge), "{there:?}: {:?} {:?}", stall.zones, told(&stall));
    }
    // One that the media is stuck in fills when it begins, and is empty when all is well again.
    for there in [[true; 5], [false, true, true, true, true], [true, true, true, true, false]] {
        assert_eq!(slow_while(there).zones, [Home, Access], "{there:?}");
    }
}

#[test]
fn what_others_fill_a_little_is_not_where_the_late_server_waits() {
    // As in the laboratory's interconnect-congested while another device in the home downloads.
    let beyond = |target| [Stalled, Sibling].contains(&target);
    let fills = |shared: i64, beyond_it: i64| {
        let rise = |target| {
            if target == Target::Gateway { 2 } else { shared + if beyond(target) { beyond_it } else { 0 } }
        };
        let up: Vec<Measured> =
            Target::AWAY.map(|target| answered(target, quiet(target) + rise(target))).into();
        judged(&under_load(slow_body(), &up))
    };
    for shared in [23, 60, 150] {
        let stall = fills(shared, 700);
        assert_eq!(
            told(&stall),
            ["gateway-flat", "near-up-less", "same-edge-late-alike", "sibling-up-as-much"],
            "{shared}"
        );
        assert_eq!(stall.zones, [Interconnect], "{shared}");
    }
    // Where it is a good part of the whole, both may be why.
    let stall = fills(400, 700);
    assert!(stall.zones.contains(&Access), "{:?}", told(&stall));
}
