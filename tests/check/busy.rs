//! A device with little time for the browser holds up its own questions, and everybody's answers.

use super::measured::*;
use super::*;
use Target::Device;

/// All take so much longer, and the browser itself.
fn while_busy(story: Story, rise: i64, own: i64) -> Story {
    let up = Target::AWAY.map(|target| answered(target, quiet(target) + rise));
    under_load(story, &[&up[..], &[answered(Device, quiet(Device) + own)]].concat())
}

#[test]
fn what_the_browsers_own_answers_explain_is_no_queue() {
    let stall = judged(&while_busy(slow_body(), 280, 200));
    assert_eq!((&stall.zones[..], &told(&stall)[..]), (ALL, &["check-device-busy"][..]));
    // As where everybody looks late in turn: of two answers the slower.
    let rises = [30, 400, 60, 500];
    let turns = (0..4).zip(rises).fold(rested(slow_body()), |story, (time, rise)| {
        Target::ALL.into_iter().fold(story, |story, target| {
            let when = 20_800 + 1_000 * time;
            let story = note(story, when, answered(target, quiet(target) + 5));
            note(story, when, answered(target, quiet(target) + rise))
        })
    });
    assert!(!told(&judged(&turns)).contains(&"gateway-up"));
    // An idle device clears nobody and blames nobody.
    let stall = judged(&while_busy(slow_body(), 280, 10));
    assert_eq!((&stall.zones[..], &told(&stall)[..]), (&[Home][..], &["gateway-up", "near-up-as-much"][..]));
    // A queue of more than twice that is one, unless nothing that is late can tell any more.
    let stall = judged(&while_busy(slow_body(), 280, 60));
    assert_eq!((&stall.zones[..], told(&stall)[0]), (&[Home][..], "gateway-up"));
    let stall = judged(&while_busy(slow_body(), 2_800, 150));
    assert_eq!((&stall.zones[..], &told(&stall)[..]), (ALL, &["check-device-busy"][..]));
}

#[test]
fn what_a_busy_device_held_up_was_not_sent_again() {
    // Of two the slower took as long as if it had been sent again.
    let rise = |own| {
        (0..4).fold(rested(slow_body()), |story, time| {
            let when = 20_800 + 1_000 * time;
            Target::ALL.into_iter().fold(story, |story, target| {
                let late = if target == Device { own } else { 240 };
                let story = note(story, when, answered(target, quiet(target)));
                note(story, when, answered(target, quiet(target) + late))
            })
        })
    };
    assert!(told(&judged(&rise(2))).contains(&"gateway-lossy"));
    let stall = judged(&rise(200));
    assert!(!told(&stall).iter().any(|id| id.ends_with("-lossy")), "{:?}", told(&stall));
}

#[test]
fn a_busy_device_may_be_why_bodies_are_slow_but_not_why_they_come_well() {
    let bodies = |story: Story, took: i64| {
        [ReferenceA, ReferenceB, Sibling]
            .into_iter()
            .fold(story, |story, of| note(story, 22_200, sent(of, 64, took)))
    };
    let busy = || note(while_busy(slow_body(), 280, 200), 22_200, sent(Stalled, 64, 2_500));
    assert_eq!(told(&judged(&bodies(busy(), 2_500))), ["check-device-busy"]);
    let idle = note(under_load(slow_body(), &but(&[])), 22_200, sent(Stalled, 64, 2_500));
    assert_eq!(told(&judged(&bodies(idle, 2_500)))[0], "references-slow");
    let stall = judged(&bodies(busy(), 60));
    assert_eq!(told(&stall), ["references-fast", "sibling-fast", "check-device-busy"]);
    assert!(stall.zones.contains(&Edge) && !stall.zones.contains(&Home), "{:?}", stall.zones);
}

#[test]
fn what_is_as_quick_as_ever_tells_on_a_busy_device_too() {
    let up = [Stalled, Sibling].map(|target| answered(target, quiet(target) + 500));
    let busy = [&but(&up)[..], &[answered(Device, quiet(Device) + 80)]].concat();
    let told_of = judged(&under_load(slow_body(), &busy));
    assert!(told(&told_of).contains(&"near-flat"), "{:?}", told(&told_of));
    assert!(!told_of.zones.contains(&Home));
}

#[test]
fn a_busy_device_does_not_even_ask_everybody_at_once() {
    let up = Target::AWAY.map(|target| answered(target, quiet(target) + 280));
    let apart = (0..4).fold(under_load(slow_body(), &up), |story, time| {
        note(story, 20_500 + 1_000 * time, answered(Device, quiet(Device) + 200))
    });
    let stall = judged(&apart);
    assert_eq!((&stall.zones[..], &told(&stall)[..]), (ALL, &["check-device-busy"][..]));
}
