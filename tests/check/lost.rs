//! What never comes: packets that are lost, and connections that are broken.

use super::measured::*;
use Target::{Gateway, ReferenceA, ReferenceB, Sibling, Stalled};
use Zone::{Access, Edge, Home, Interconnect, Origin};
use whystall::event::TrackKind::{Audio, Video};
use whystall::event::{Reply, Target};
use whystall::story::Story;
use whystall::verdict::{Stall, Zone};

/// Each of these rounds, a second apart: two answers each of router, references, late server and one beside it.
fn in_rounds(rounds: &[[[i64; 2]; 5]]) -> Stall {
    judged(&rounds_of(rounds))
}

fn rounds_of(rounds: &[[[i64; 2]; 5]]) -> Story {
    let targets = [Gateway, ReferenceA, ReferenceB, Stalled, Sibling];
    let mut story = rested(slow_body());
    for (time, round) in (0..).zip(rounds) {
        for (target, took) in
            targets.into_iter().zip(round).flat_map(|(of, both)| both.map(|took| (of, took)))
        {
            story = note(story, 20_800 + 1_000 * time, answered(target, took));
        }
    }
    story
}

/// As in the laboratory: what is lost on an open connection comes after 0.2 s, and a connection after one.
const LOSSY: [[[i64; 2]; 5]; 4] = [
    [[1_262, 2_062], [30, 269], [33, 276], [23, 490], [23, 257]],
    [[9, 10], [29, 29], [33, 35], [25, 24], [25, 25]],
    [[1_041, 1_041], [995, 2_608], [33, 34], [23, 23], [23, 24]],
    [[2_060, 2_059], [1_951, 3_039], [1_856, 1_952], [1_845, 3_701], [1_877, 3_900]],
];

#[test]
fn what_is_lost_one_and_not_the_next_is_lost_where_the_routers_answers_are() {
    let stall = in_rounds(&LOSSY);
    assert_eq!((&stall.zones[..], &told(&stall)[..]), (&[Home][..], &["gateway-lossy", "near-lossy"][..]));
    // The router's come at once: it is lost behind it, or on the way that it shares with them.
    let behind = LOSSY.map(|[_, rest @ ..]| {
        let [a, b, server, beside] = rest;
        [[9, 10], a, b, server, beside]
    });
    let stall = in_rounds(&behind);
    assert_eq!(
        (&stall.zones[..], &told(&stall)[..]),
        (&[Home, Access][..], &["gateway-flat", "near-lossy"][..])
    );
}

#[test]
fn loss_that_others_live_with_is_not_what_holds_up_the_video() {
    let stall = judged(&references_fast(rounds_of(&LOSSY)));
    assert!(!told(&stall).iter().any(|id| id.ends_with("-lossy")), "{:?}", told(&stall));
    assert!(stall.zones.contains(&Edge));
}

#[test]
fn what_holds_up_everything_at_once_loses_nothing() {
    let held = LOSSY.map(|round| if round == LOSSY[1] { round } else { round.map(|[_, _]| [600, 640]) });
    assert!(!told(&in_rounds(&held)).iter().any(|id| id.ends_with("-lossy")));
    // And what the late server alone loses is not lost on what the references share.
    let alone = LOSSY.map(|[router, a, b, server, beside]| {
        let prompt = |[one, _]: [i64; 2]| [one.min(30), 30];
        [prompt(router), prompt(a), prompt(b), server, beside]
    });
    assert!(!told(&in_rounds(&alone)).contains(&"near-lossy"));
}

#[test]
fn a_server_that_breaks_each_connection() {
    let reset = |target| Measured { reply: Reply::Reset, ..failed(target) };
    let checked =
        |measured: &[Measured]| under_load(Story::new(60_000).break_off(Video, 10, 12), &but(measured));
    let stall = judged(&checked(&[reset(Stalled)]));
    assert_eq!((stall.cause.as_str(), &stall.zones[..]), ("http-error", &[Edge][..]), "{:?}", told(&stall));
    assert_eq!(told(&stall), ["gateway-flat", "near-flat", "same-edge-reset", "sibling-answered"]);
    assert_eq!(stall.unchecked.as_deref(), Some(ALL));
    // Without the one beside it, something in its place may have done it.
    let unasked = Measured { reply: Reply::NotProbed, ..failed(Sibling) };
    let stall = judged(&checked(&[reset(Stalled), unasked]));
    assert_eq!(stall.zones, [Interconnect, Edge, Origin], "{:?}", told(&stall));
    // One that also answered does not break each, and one that also was silent may not have been reached.
    let answers = judged(&checked(&[reset(Stalled), answered(Stalled, quiet(Stalled))]));
    assert!(!told(&answers).contains(&"same-edge-reset"));
    let silent = judged(&note(checked(&[reset(Stalled)]), 20_300, failed(Stalled)));
    assert!(!told(&silent).contains(&"same-edge-reset"));
    // Where the references don't answer either, whatever stands in the way may do that to all.
    let all = [reset(Stalled), reset(Sibling), failed(ReferenceA), failed(ReferenceB)];
    assert_eq!(judged(&checked(&all)).zones, ALL);
}

#[test]
fn a_server_that_fails_whatever_it_is_asked_for() {
    let error = Measured { reply: Reply::Error, ..answered(Stalled, quiet(Stalled)) };
    let checked = |story: Story| judged(&under_load(story, &but(&[error])));
    let stall = checked(Story::new(60_000).fail(Video, 10, 12));
    assert_eq!((stall.cause.as_str(), &stall.zones[..]), ("http-error", &[Edge][..]), "{:?}", told(&stall));
    assert_eq!(stall.unchecked.as_deref(), Some(&[Edge, Origin][..]));
    assert!(told(&stall).contains(&"same-edge-error"));
    // One error is none, and it explains nothing that was slow: there it is an answer like another.
    let once = note(rested(Story::new(60_000).fail(Video, 10, 12)), 20_800, error);
    assert_eq!(judged(&once).zones, [Edge, Origin]);
    assert!(!told(&checked(slow_body())).contains(&"same-edge-error"));
}

#[test]
fn a_gap_that_was_seen_is_where_nobody_answers() {
    let gap = || Story::new(60_000).withhold(Video, 10, 15_000).withhold(Audio, 10, 15_000);
    let lost = |story, reached: &[Target]| {
        let twice = Target::AWAY.into_iter().flat_map(|target| [target, target]);
        twice.fold(story, |story, target| match reached.contains(&target) {
            true => note(story, 12_000, answered(target, quiet(target))),
            false => note(story, 12_000, Measured { reply: Reply::Failed, ..answered(target, 4_000) }),
        })
    };
    let all_well = |story| judged(&references_fast(under_load(story, &but(&[]))));
    let stall = all_well(lost(gap(), &[]));
    assert_eq!((&stall.zones[..], &told(&stall)[..]), (&[Home][..], &["gateway-silent", "near-silent"][..]));
    // The router answered meanwhile.
    let stall = all_well(lost(gap(), &[Gateway]));
    assert_eq!(stall.zones, [Home, Access], "{:?}", told(&stall));
    // Beyond it the references did, too.
    let stall = all_well(lost(gap(), &[Gateway, ReferenceA, ReferenceB]));
    assert!(stall.zones.contains(&Interconnect) && !stall.zones.contains(&Access), "{:?}", told(&stall));
    // While media came, something else held the questions back.
    let stall = all_well(lost(slow_body(), &[]));
    assert!(!told(&stall).iter().any(|id| id.ends_with("-silent")), "{:?}", told(&stall));
}

#[test]
fn a_way_that_loses_packets_looks_like_silence_for_a_while() {
    // As in the laboratory's interconnect-lossy: both questions of the first round are lost, of the next one of each.
    let story = |beside| {
        let story = note(rested(slow_body()), 20_800, failed(Stalled));
        let story = note(note(story, 20_800, failed(Stalled)), 25_000, failed(Stalled));
        let others = [Gateway, ReferenceA, ReferenceB, Sibling];
        let story = [20_800, 25_000, 29_000].into_iter().fold(story, |story, when| {
            others.into_iter().fold(story, |story, of| note(story, when, answered(of, quiet(of) + 1)))
        });
        note(note(story, 25_000, answered(Stalled, 24)), 25_000, answered(Sibling, beside))
    };
    for beside in [quiet(Sibling), 251] {
        let stall = judged(&story(beside));
        assert!(!told(&stall).contains(&"same-edge-silent"), "{:?}", told(&stall));
        assert!(stall.zones.contains(&Interconnect), "{:?}", told(&stall));
    }
}

#[test]
fn a_server_that_is_silent_for_long_is_so_though_others_lose_a_packet() {
    let others = [Gateway, ReferenceA, ReferenceB, Sibling];
    // Both questions to it are lost, so many times; a reference answers late the last time, as after a lost packet.
    let story = |times: i64| {
        (0..times).fold(rested(withheld()), |story, time| {
            let when = 20_800 + 1_000 * time;
            let late = |of| if of == ReferenceB && time == times - 1 { 250 } else { 2 };
            let story = others
                .into_iter()
                .flat_map(|of| [of, of])
                .fold(story, |story, of| note(story, when, answered(of, quiet(of) + late(of))));
            note(note(story, when, failed(Stalled)), when, failed(Stalled))
        })
    };
    let stall = judged(&story(4));
    assert!(told(&stall).contains(&"same-edge-silent"), "{:?}", told(&stall));
    assert_eq!(stall.zones, [Edge, Origin]);
    // Twice may be chance on a way that loses packets.
    let stall = judged(&story(2));
    assert!(!told(&stall).contains(&"same-edge-silent"), "{:?}", told(&stall));
}

/// As in the laboratory: the first question meets a queue that has just emptied, the next what was sent into it since.
const EMPTYING: [[[i64; 2]; 5]; 4] = [
    [[1_201, 1_202], [1_253, 1_266], [1_266, 1_282], [1_259, 1_289], [1_291, 1_325]],
    [[491, 1_112], [1_146, 1_254], [1_178, 1_245], [1_181, 1_242], [1_181, 1_233]],
    [[109, 1_224], [1_287, 1_279], [1_299, 1_277], [1_287, 1_278], [1_296, 1_270]],
    [[252, 1_225], [1_200, 1_199], [1_199, 1_198], [1_198, 1_197], [1_197, 1_196]],
];

#[test]
fn a_queue_that_empties_between_two_questions_is_in_the_home_all_the_same() {
    let stall = in_rounds(&EMPTYING);
    assert_eq!((&stall.zones[..], &told(&stall)[..]), (&[Home][..], &["gateway-up", "near-up-as-much"][..]));
    // Behind the router, and its second answer was lost and came after the second that it takes to ask again.
    let lost = EMPTYING.map(|[_, rest @ ..]| {
        let [a, b, server, beside] = rest.map(|both| both.map(|took| took - 200));
        [[3, 1_003], a, b, server, beside]
    });
    let stall = in_rounds(&lost);
    assert!(!told(&stall).contains(&"gateway-up") && stall.zones.contains(&Access), "{:?}", told(&stall));
    // Once or twice is chance.
    let once = [EMPTYING[2], EMPTYING[3]].map(|[_, a, b, server, beside]| [[3, 1_225], a, b, server, beside]);
    assert!(!told(&in_rounds(&once)).contains(&"gateway-up"));
}
