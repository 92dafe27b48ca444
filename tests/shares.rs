//! Shares of a stall held against the truth: the same story told again without one fault, or without both.
#![allow(clippy::indexing_slicing)]

use proptest::prelude::*;
use whystall::event::TrackKind::{Audio, Video};
use whystall::story::{Delivery, Story, USUAL};
use whystall::time::Micros;
use whystall::verdict::{Ledger, Stage, Stall, StallKind, Zone};

/// How far a share may lie from the truth. What is left are the milliseconds that the player takes from one request to the
/// next, idle to the ledger but not to the story; up to 4 ms were seen.
const NEAR: i64 = 20_000;

/// What goes wrong with a video segment, in milliseconds more than usual: idle, wait, transfer, process.
type Faults = [i64; 4];
/// The stages that each is seen as.
const STAGES: [&[Stage]; 4] =
    [&[Stage::Decide], &[Stage::Response, Stage::Wait], &[Stage::Transfer], &[Stage::Process]];

/// A story with the faults of the kinds in this set.
fn story(faults: &[(i64, Faults)], kinds: usize) -> Story {
    faults.iter().fold(Story::new(50_000), |story, (segment, faults)| {
        let more = |kind: usize| if kinds & (1 << kind) != 0 { faults[kind] } else { 0 };
        let delivery = Delivery {
            idle: USUAL.idle + more(0),
            wait: USUAL.wait + more(1),
            transfer: USUAL.transfer + more(2),
            process: USUAL.process + more(3),
            ..USUAL
        };
        story.deliver(Video, *segment, delivery)
    })
}

/// For how long playback truly stood still, and how often.
fn stood(story: &Story) -> (i64, usize) {
    let stalls = story.tell().stalls;
    let each = stalls.iter().filter_map(|stall| Some((stall.ended?.wall - stall.began.wall).0));
    (each.sum(), stalls.len())
}

/// The true shares: Shapley values over the stories told without the faults of some kinds.
fn truth(faults: &[(i64, Faults)]) -> [i64; 4] {
    let all = 0b1111;
    let present = (0..4)
        .filter(|kind| faults.iter().any(|(_, of)| of[*kind] != 0))
        .map(|kind| 1 << kind)
        .sum::<usize>();
    let mut told = std::collections::BTreeMap::new();
    let stood: Vec<i64> = (0..=all)
        .map(|mended| {
            *told.entry(present & !mended).or_insert_with_key(|kinds| stood(&story(faults, *kinds)).0)
        })
        .collect();
    let value = |set: usize| (stood[0] - stood[set]).max(0);
    let orders = |before: u32| [6, 2, 2, 6][before as usize];
    let share = |kind: usize| {
        let without = (0..=all).filter(|set| set & (1 << kind) == 0);
        without.map(|set| orders(set.count_ones()) * (value(set | 1 << kind) - value(set))).sum::<i64>() / 24
    };
    [share(0), share(1), share(2), share(3)]
}

/// The share that lies too far from the truth, if one does.
fn far_from_truth(stall: &Stall, faults: &[(i64, Faults)]) -> Option<String> {
    let far = |(stages, truth): (&[Stage], i64)| {
        let share = stall.ledger.share(stages).0;
        let text = format!("{stages:?}: {share}, truly {truth}, in {:#?}", stall.ledger);
        ((share - truth).abs() > NEAR).then_some(text)
    };
    STAGES.into_iter().zip(truth(faults)).find_map(far)
}

fn starved(story: &Story) -> Vec<Stall> {
    let mut stalls = whystall::explain(&story.tell().inputs).stalls;
    stalls.retain(|stall| stall.kind == StallKind::Starved);
    stalls
}

fn adds_up(stall: &Stall) -> bool {
    let Ledger { shares, chronic, unexplained, .. } = &stall.ledger;
    let parts = || shares.iter().map(|share| share.share).chain([*chronic, *unexplained]);
    let sane = |share: &whystall::verdict::StageShare| {
        share.excess > Micros::ZERO && share.avoided >= Micros::ZERO && share.avoided <= stall.duration
    };
    parts().sum::<Micros>() == stall.duration
        && parts().all(|part| part >= Micros::ZERO)
        && shares.iter().all(sane)
}

/// The one stall of a story, its shares beside the true ones.
#[track_caller]
fn told(faults: &[(i64, Faults)]) -> Stall {
    let story = story(faults, 0b1111);
    let mut stalls = starved(&story);
    assert_eq!((stalls.len(), stood(&story).1), (1, 1), "{stalls:#?}");
    let stall = stalls.remove(0);
    assert!(adds_up(&stall), "{stall:#?}");
    assert_eq!(far_from_truth(&stall, faults), None);
    stall
}

fn seconds(of: Micros) -> f64 {
    (of.0 as f64 / 1e5).round() / 10.0
}

#[test]
fn a_drain_over_several_media_segments_is_not_blamed_on_the_last() {
    // Five slow bodies take ten seconds of buffer away; the last media segment waits a while for its answer, which a full
    // buffer would have borne. Either fault alone would have stalled nothing: half of it each.
    let mut faults: Vec<(i64, Faults)> = (10..15).map(|segment| (segment, [0, 0, 3_300, 0])).collect();
    faults.push((15, [0, 6_000, 0, 0]));
    let stall = told(&faults);
    let ledger = &stall.ledger;
    let apart = ledger.share(&[Stage::Transfer]) - ledger.share(&[Stage::Response]);
    assert!(apart.0.abs() <= 1, "{:#?}", ledger.shares);
    let all = ledger.shares.iter().filter(|share| share.stage == Stage::Response).map(|share| share.avoided);
    assert_eq!(seconds(all.sum()), seconds(stall.duration));
}

#[test]
fn idle_and_slow_transfer_share_a_stall() {
    let idle = (10..14).map(|segment| (segment, [2_900, 0, 0, 0]));
    let slow = (14..16).map(|segment| (segment, [0, 0, 4_200, 0]));
    let stall = told(&idle.chain(slow).collect::<Vec<_>>());
    let sooner = stall.findings.iter().find(|finding| finding.id == "asked-sooner");
    assert!(sooner.is_some(), "{:#?}", stall.findings);
}

#[test]
fn a_fault_that_the_buffer_hid_has_no_share() {
    // Six seconds of idle at a full buffer, made good by prompt media segments long before the withheld one.
    let stall = told(&[(8, [6_000, 0, 0, 0]), (20, [0, 15_000, 0, 0])]);
    assert_eq!(stall.ledger.share(&[Stage::Decide]), Micros::ZERO);
    assert_eq!(stall.cause, "slow-response");
}

#[test]
fn whichever_was_slower_it_counts_what_playback_waited_for() {
    // The withheld sound comes before the withheld picture and keeps nobody waiting any longer.
    let story = Story::new(60_000).withhold(Video, 10, 15_000).slow_body(Audio, 10, 13_000);
    let stalls = starved(&story);
    assert!(stalls.len() == 1 && adds_up(&stalls[0]));
    let ledger = &stalls[0].ledger;
    // Without the wait, the two seconds that the picture came after the sound go; without the slow body, nothing; without
    // both, all 5.19. The wait: (2.08 + 5.19) / 2, the body: (0 + 3.11) / 2.
    assert_eq!(ledger.share(&[Stage::Response]), Micros(3_635_000));
    assert_eq!(ledger.share(&[Stage::Transfer]), Micros(1_555_000));
    assert_eq!(stalls[0].cause, "slow-response");
}

#[test]
fn what_was_slow_from_the_first_byte_is_chronic() {
    let story = (0..20).fold(Story::new(30_000), |story, segment| story.slow_body(Video, segment, 2_600));
    let stalls = starved(&story);
    assert!(!stalls.is_empty());
    for stall in stalls {
        assert!(adds_up(&stall), "{stall:#?}");
        assert_eq!(stall.cause, "slow-transfer");
        assert!(stall.zones.contains(&Zone::Player), "too many bytes and too slow a path look the same");
        assert!(stall.ledger.chronic.0 * 10 > stall.duration.0 * 9, "{:#?}", stall.ledger);
    }
}

proptest! {
    // Without a file of failures: `Story` is deterministic, and the failing faults are printed.
    #![proptest_config(ProptestConfig { cases: 24, failure_persistence: None, ..ProptestConfig::default() })]

    /// Parts add up in every stall of whatever goes wrong; where one stall is all there is, they are the true ones.
    #[test]
    fn shares_of_random_stories(
        kinds in (0usize..4, 0usize..4),
        faults in proptest::collection::vec((any::<bool>(), 1_000i64..5_500), 4),
        allowed in any::<bool>(),
    ) {
        let faults: Vec<(i64, Faults)> = (10i64..).zip(&faults).map(|(segment, fault)| {
            let mut of = [0; 4];
            of[if fault.0 { kinds.0 } else { kinds.1 }] = fault.1;
            (segment, of)
        }).collect();
        let story = story(&faults, 0b1111);
        let stalls = starved(&if allowed { story.clone().timing_allowed() } else { story.clone() });
        for stall in &stalls {
            prop_assert!(adds_up(stall), "{:#?}", stall);
        }
        if stalls.len() == 1 && stood(&story).1 == 1 {
            prop_assert_eq!(far_from_truth(&stalls[0], &faults), None);
        }
    }
}
