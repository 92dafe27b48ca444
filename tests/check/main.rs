//! The check: what its measurements make of a verdict, and when they are made.
#![allow(clippy::unwrap_used, clippy::indexing_slicing)]

mod answered;
mod busy;
mod first_byte;
mod found;
mod lost;
mod measured;
mod too_short;
mod when;

use Target::{Gateway, ReferenceA, ReferenceB, Sibling, Stalled};
use Zone::{Access, Edge, Home, Interconnect, Origin};
use measured::*;
use proptest::prelude::*;
use whystall::event::TrackKind::Video;
use whystall::event::{Reply, Target};
use whystall::story::{Story, at};
use whystall::time::Micros;
use whystall::verdict::{Stall, Zone};
use whystall::{Event, Input, Output, Session, explain};

#[test]
fn a_queue_in_the_home() {
    let up = Target::AWAY.map(|target| answered(target, quiet(target) + 280));
    let stall = judged(&under_load(slow_body(), &up));
    assert_eq!((&stall.zones[..], stall.unchecked.as_deref()), (&[Home][..], Some(ALL)));
    assert_eq!(told(&stall), ["gateway-up", "near-up-as-much"]);
    assert!(stall.path_split);
}

#[test]
fn a_queue_behind_the_router_may_be_the_homes_own_doing() {
    let stall = judged(&queue_behind());
    assert_eq!(stall.zones, [Home, Access]);
    assert_eq!(told(&stall), ["gateway-flat-beyond-up", "near-up-as-much"]);
    let by = |zone| stall.by_zone.iter().find(|time| time.zone == zone).unwrap().believed;
    assert!(by(Access) > by(Home));
}

/// A queue that the check finds behind the router.
fn queue_behind() -> Story {
    let up: Vec<Measured> =
        Target::AWAY[1..].iter().map(|target| answered(*target, quiet(*target) + 280)).collect();
    under_load(slow_body(), &but(&up))
}

#[test]
fn what_wi_fi_loses_now_and_then_is_no_queue_behind_the_router() {
    // As in the laboratory's home-wifi-burst-loss: in one round all are sent again, in others none, or the references.
    let rounds =
        [[264, 264, 275, 252, 252], [22, 30, 33, 28, 25], [12, 30, 37, 24, 24], [16, 988, 988, 24, 25]];
    let targets = [Gateway, ReferenceA, ReferenceB, Stalled, Sibling];
    let story = (0..).zip(rounds).fold(rested(slow_body()), |story, (time, round)| {
        targets
            .into_iter()
            .zip(round)
            .fold(story, |story, (target, took)| note(story, 20_800 + 1_000 * time, answered(target, took)))
    });
    let story = note(story, 20_850, failed(Gateway));
    let stall = judged(&story);
    assert!(!told(&stall).contains(&"gateway-flat-beyond-up"), "{:?}", told(&stall));
    assert_ne!(says(story, &stall, false).zones, [Access]);
}

fn says(story: Story, stall: &Stall, others: bool) -> Stall {
    let during = stall.began.wall + Micros(stall.duration.0 / 2);
    judged(
        &story
            .note((stall.ended.unwrap().wall - at(0)).as_millis() + 9_000, Event::HomeUse { during, others }),
    )
}

#[test]
fn who_filled_the_line_only_the_viewer_knows() {
    let stall = judged(&queue_behind());
    assert_eq!(stall.would_decide, ["household"]);
    let alone = says(queue_behind(), &stall, false);
    assert_eq!((&alone.zones[..], &alone.would_decide[..]), (&[Access][..], &[][..]));
    let has = |of: &Stall, id| of.findings.iter().any(|found| found.id == id && !found.facts.is_empty());
    assert!(has(&alone, "home-alone"));
    let shared = says(queue_behind(), &stall, true);
    assert_eq!((&shared.zones, &shared.would_decide[..]), (&stall.zones, &[][..]));
    assert!(has(&shared, "home-shared"));
    // Of another time nothing was asked.
    let another = Event::HomeUse { during: at(0), others: false };
    assert_eq!(judged(&queue_behind().note(40_000, another)).zones, stall.zones);
    // Where no queue was found behind the router, no use of the line explains anything.
    for story in [|| under_load(slow_body(), &but(&[])), slow_body] {
        let stall = judged(&story());
        assert!(!stall.would_decide.iter().any(|id| id == "household"));
        assert_eq!(says(story(), &stall, false).zones, stall.zones);
    }
}

#[test]
fn the_viewers_answer_replaces_the_evidence_once() {
    let mut session = Session::new("test");
    let mut recorded = Vec::new();
    let inputs = queue_behind().tell().inputs;
    let last = inputs.last().unwrap().at;
    for input in
        inputs.into_iter().chain([Input { at: last + Micros::from_millis(9_000), event: Event::Tick }])
    {
        session.handle(input);
        recorded.extend(std::iter::from_fn(|| session.poll()).filter_map(|output| match output {
            Output::Record(bundle) => Some(bundle),
            _ => None,
        }));
    }
    let [bundle] = &recorded[..] else { panic!("{} stalls", recorded.len()) };
    session.answer(false);
    session.answer(true);
    let outputs: Vec<Output> = std::iter::from_fn(|| session.poll()).collect();
    let [Output::Revise(replaced, revised), Output::View(status)] = &outputs[..] else {
        panic!("{outputs:?}")
    };
    assert_eq!((replaced, revised.verify()), (&bundle.fingerprint(), Ok(())));
    assert_eq!(revised.report.stalls.last().unwrap().zones, [Access]);
    assert_eq!(status.media[0].last, revised.report.stalls.last().cloned());
}

#[test]
fn a_queue_beyond_what_is_shared() {
    let up = [connected(Stalled, 300, 310), answered(Sibling, 290)];
    let stall = judged(&references_fast(under_load(slow_body(), &but(&up))));
    assert_eq!(stall.zones, [Interconnect]);
    assert_eq!(
        told(&stall),
        ["references-fast", "gateway-flat", "near-flat", "same-edge-queue", "sibling-up-as-much"]
    );
    // Where it was not seen to connect, that both were late by the same says as much; by other times, less.
    let as_late = |beside| but(&[answered(Stalled, 310), answered(Sibling, beside)]);
    let stall = judged(&references_fast(under_load(slow_body(), &as_late(311))));
    assert_eq!((&stall.zones[..], told(&stall)[3]), (&[Interconnect][..], "same-edge-late-alike"));
    let stall = judged(&references_fast(under_load(slow_body(), &as_late(600))));
    assert_eq!(stall.zones, [Interconnect, Edge, Origin]);
    assert_eq!(told(&stall)[3..], ["same-edge-late", "sibling-up"]);
    // Without a server beside it, it may as well be the server's own port.
    let alone = [connected(Stalled, 300, 310), failed(Sibling)];
    let stall = judged(&references_fast(under_load(slow_body(), &but(&alone))));
    assert_eq!(stall.zones, [Interconnect, Edge]);
    assert!(told(&stall).contains(&"unchecked-sibling"));
    // That it is on no way of the references' their answers say; they need not have sent anything.
    assert_eq!(judged(&under_load(slow_body(), &but(&up))).zones, [Interconnect]);
}

#[test]
fn a_server_that_answers_nothing_while_the_one_beside_it_does() {
    let story = under_load(withheld(), &but(&[failed(Stalled)]));
    let stall = judged(&references_fast(story));
    assert_eq!(stall.zones, [Edge], "{:?}", told(&stall));
    assert_eq!(told(&stall)[3..], ["same-edge-silent", "sibling-answered"]);
    // If one beside it is as silent, what is before both more likely is, or both.
    let both = under_load(withheld(), &but(&[failed(Stalled), failed(Sibling)]));
    let stall = judged(&references_fast(both));
    assert_eq!((&stall.zones[..], told(&stall)[4]), (&[Interconnect, Edge][..], "sibling-silent"));
    // Nor is it where a reference was silent at the same moment.
    let three = under_load(withheld(), &but(&[failed(Stalled), failed(ReferenceB)]));
    assert!(!told(&judged(&three)).contains(&"same-edge-silent"));
}

#[test]
fn a_server_beside_that_sent_well_clears_no_network_that_loses_packets() {
    // It had luck; a moment before, an answer of the late server had to be sent again.
    let story = note(under_load(slow_body(), &but(&[])), 21_800, answered(Stalled, 480));
    let stall = judged(&note(references_fast(story), 22_500, sent(Sibling, 64, 250)));
    assert_eq!(stall.zones, [Interconnect, Edge, Origin], "{:?}", told(&stall));
}

#[test]
fn nothing_beyond_the_router_answers() {
    let silent = |targets: &[Target]| -> Vec<Measured> { targets.iter().map(|of| failed(*of)).collect() };
    let beyond = but(&silent(&Target::AWAY[1..]));
    let stall = judged(&under_load(slow_body(), &beyond));
    assert_eq!(stall.zones, [Home, Access]);
    let says = ["unchecked-server", "unchecked-sibling", "gateway-flat-beyond-silent"];
    assert_eq!(told(&stall), says);
    // Here another site answered the page meanwhile: both can't be right.
    let stall = judged(&under_load(Story::new(60_000).withhold(Video, 10, 15_000), &beyond));
    assert_eq!((&stall.zones[..], told(&stall)), (ALL, says.to_vec()));
    // References that are silent alone may be so themselves.
    let stall = judged(&under_load(slow_body(), &but(&silent(&[ReferenceA, ReferenceB]))));
    assert_eq!((&stall.zones[..], told(&stall)[0]), (ALL, "unchecked-references"));
    let stall = judged(&under_load(slow_body(), &but(&silent(&[ReferenceA, ReferenceB, Sibling]))));
    assert_eq!(stall.zones, ALL);
    // With the router it may as well be Wi-Fi, or this device.
    assert_eq!(judged(&under_load(slow_body(), &silent(&Target::AWAY))).zones, ALL);
}

#[test]
fn answers_that_were_sent_again_by_the_servers_alone() {
    let again = |story: Story, lost: &[Target]| {
        (0..).zip(lost).fold(story, |story, (time, target)| {
            let when = 20_850 + 1_000 * time;
            let story = note(story, when, answered(*target, quiet(*target) + 230));
            note(story, when, answered(ReferenceB, quiet(ReferenceB)))
        })
    };
    let of = |lost: &[Target]| judged(&references_fast(again(under_load(slow_body(), &but(&[])), lost)));
    let stall = of(&[Stalled, Sibling, Stalled]);
    assert_eq!(stall.zones, [Interconnect, Edge], "{:?}", told(&stall));
    assert!(told(&stall).contains(&"beyond-lossy") && !told(&stall).contains(&"sibling-lossy"));
    // Several of both: what is before both.
    let stall = of(&[Stalled, Sibling, Stalled, Sibling]);
    assert_eq!((&stall.zones[..], told(&stall).last()), (&[Interconnect][..], Some(&"sibling-lossy")));
    for lost in
        [&[Stalled, Stalled, Stalled][..], &[Stalled, Sibling], &[Stalled, Sibling, Stalled, ReferenceA]]
    {
        assert!(!told(&of(lost)).contains(&"beyond-lossy"), "{lost:?}");
    }
}

#[test]
fn references_that_lost_an_answer_clear_nobody_by_coming_well_later() {
    // Of two asked at once one came late: sent again. What lost it may have held the media up, too.
    let again = note(under_load(slow_body(), &but(&[])), 21_800, answered(ReferenceA, 28 + 230));
    let stall = judged(&references_fast(again));
    assert!(
        told(&stall).iter().all(|id| !["references-fast", "near-flat"].contains(id)),
        "{:?}",
        told(&stall)
    );
    assert_eq!(stall.zones, ALL);
}

#[test]
fn a_queue_at_the_servers_own_port() {
    let up = [connected(Stalled, 300, 310)];
    let stall = judged(&references_fast(under_load(slow_body(), &but(&up))));
    assert_eq!(stall.zones, [Interconnect, Edge]);
    let by = |zone| stall.by_zone.iter().find(|time| time.zone == zone).unwrap().believed;
    assert!(by(Edge) > by(Interconnect));
    assert!(told(&stall).contains(&"sibling-flat"));
}

#[test]
fn on_a_busy_device_a_body_that_came_well_tells_more_than_answer_times() {
    // Neither flat nor up.
    let busy = [ReferenceA, ReferenceB].map(|target| answered(target, quiet(target) + 23));
    let checked = |took| {
        let story = note(under_load(slow_body(), &but(&busy)), 22_200, sent(Stalled, 64, 2_500));
        judged(&note(story, 22_200, sent(Sibling, 64, took)))
    };
    let stall = checked(60);
    assert_eq!(told(&stall), ["gateway-flat", "same-edge-slow", "sibling-fast"]);
    assert!(stall.zones.contains(&Edge) && !stall.zones.contains(&Interconnect), "{:?}", stall.zones);
    // From beside it came slowly, too: then the device may be why.
    assert_eq!(told(&checked(2_500)), ["gateway-flat"]);
    // An answer was lost: a way that loses packets lets others through.
    let lossy = note(under_load(slow_body(), &but(&busy)), 21_900, failed(Sibling));
    let lossy = note(note(lossy, 22_200, sent(Stalled, 64, 2_500)), 22_200, sent(Sibling, 64, 60));
    assert_eq!(told(&judged(&lossy)), ["gateway-flat"]);
}

#[test]
fn a_server_that_sends_slowly() {
    let story = references_fast(under_load(slow_body(), &but(&[])));
    let story = note(story, 22_200, sent(Stalled, 64, 2_500));
    let stall = judged(&story);
    assert!(stall.zones.contains(&Edge) && !stall.zones.contains(&Access), "{:?}", stall.zones);
    let stall = judged(&note(story, 22_200, sent(Sibling, 64, 60)));
    assert_eq!(stall.zones, [Edge]);
    assert_eq!(
        told(&stall),
        ["references-fast", "gateway-flat", "near-flat", "same-edge-slow", "sibling-fast"]
    );
}

#[test]
fn a_server_that_holds_answers_back() {
    let story = references_fast(under_load(withheld(), &but(&[connected(Stalled, 22, 2_000)])));
    let stall = judged(&note(story, 22_200, sent(Sibling, 64, 60)));
    assert_eq!((stall.cause.as_str(), &stall.zones[..]), ("slow-response", &[Edge][..]));
    assert!(told(&stall).contains(&"same-edge-held"));
}

#[test]
fn a_server_that_waits_for_what_is_behind_it() {
    for late in [slow_body(), withheld()] {
        let story = references_fast(under_load(late, &but(&[])));
        let stall = judged(&note(story, 22_200, sent(Stalled, 64, 60)));
        assert_eq!(stall.zones, [Origin]);
        assert!(told(&stall).contains(&"same-edge-fast"));
    }
}

#[test]
fn what_may_have_been_over_when_it_was_looked_is_blamed_on_nobody() {
    // As in the laboratory's home-wifi-gap: asked at ten seconds, looked for at twenty, and there at twenty-five. In between the
    // Wi-Fi may have been gone, and what was lost in it sent again only then.
    let gap = || Story::new(60_000).withhold(Video, 10, 15_000);
    let all_well = |story| note(references_fast(under_load(story, &but(&[]))), 22_200, sent(Stalled, 64, 60));
    let stall = judged(&all_well(gap()));
    assert_eq!((&stall.zones[..], &told(&stall)[..]), (ALL, &["check-too-late"][..]));
    // Looked at from soon after it was asked for it is no gap: that would be over by as much later.
    let soon = but(&[]).iter().fold(gap(), |story, measured| note(story, 12_000, *measured));
    assert_eq!(judged(&all_well(soon)).zones, [Origin]);
    // That the server is seen to hold answers back is no matter of when.
    let story = references_fast(under_load(gap(), &but(&[connected(Stalled, 22, 2_000)])));
    assert_eq!(judged(&note(story, 22_200, sent(Sibling, 64, 60))).zones, [Edge]);
}

#[test]
fn bodies_that_came_when_all_was_well_again_clear_nobody() {
    // As in the laboratory's access-policer: what is measured in the last second of the late body may be measured afterwards.
    let bodies = |when| {
        let of = [ReferenceA, ReferenceB, Sibling];
        let story = under_load(slow_body(), &but(&[]));
        let story = note(story, 20_900, sent(Stalled, 64, 1_600));
        judged(&of.into_iter().fold(story, |story, target| note(story, when, sent(target, 64, 60))))
    };
    assert_eq!(bodies(22_500).zones, [Edge], "{:?}", told(&bodies(22_500)));
    let last = bodies(24_900);
    assert!(last.zones.contains(&Access), "{:?}", told(&last));
}

#[test]
fn a_limit_that_makes_no_queue_and_holds_for_all() {
    let slow = |story, target| note(story, 22_300, sent(target, 64, 6_000));
    let story = [ReferenceA, ReferenceB].into_iter().fold(under_load(slow_body(), &but(&[])), slow);
    let stall = judged(&story);
    assert!(stall.zones.contains(&Access) && !stall.zones.contains(&Edge), "{:?}", stall.zones);
    assert!(told(&stall).contains(&"references-slow"));
}

#[test]
fn what_was_measured_at_another_time_or_of_another_server_says_nothing() {
    let bare = judged(&slow_body());
    let up = Target::AWAY.map(|target| answered(target, quiet(target) + 280));
    // After the stall.
    let after = (0..4).fold(rested(slow_body()), |story, time| {
        up.iter().fold(story, |story, measured| note(story, 40_000 + 1_000 * time, *measured))
    });
    // Nothing to compare with.
    let unrested = (0..4).fold(slow_body(), |story, time| {
        up.iter().fold(story, |story, measured| note(story, 20_800 + 1_000 * time, *measured))
    });
    let unprobed = Measured { reply: Reply::NotProbed, connect: None, ..answered(Gateway, 3) };
    let none = Target::AWAY.map(|target| Measured { target, answer: None, ..unprobed });
    for story in [after, unrested, under_load(slow_body(), &none)] {
        let stall = judged(&story);
        assert_eq!((&stall.zones, &stall.by_zone, &stall.unchecked), (&bare.zones, &bare.by_zone, &None));
    }
    let stall = judged(&under_load(slow_body(), &none));
    let unchecked = ["unchecked-gateway", "unchecked-references", "unchecked-server", "unchecked-sibling"];
    assert_eq!(told(&stall), unchecked);
}

#[test]
fn a_router_that_is_slow_to_answer_alone_proves_nothing() {
    let stall = judged(&under_load(slow_body(), &but(&[answered(Gateway, 90)])));
    assert!(!told(&stall).contains(&"gateway-up") && stall.zones.len() > 1);
    // Nor does one whose rise is a part of the whole; a small one is none.
    let up: Vec<Measured> = Target::AWAY[1..].iter().map(|of| answered(*of, quiet(*of) + 280)).collect();
    for (took, says) in [(103, "near-up-as-much"), (40, "gateway-flat-beyond-up")] {
        let stall = judged(&under_load(slow_body(), &[&up[..], &[answered(Gateway, took)]].concat()));
        assert!(stall.zones.contains(&Access) && stall.zones.contains(&Home));
        assert_eq!(told(&stall)[0], says);
    }
}

#[test]
fn what_never_left_or_came_from_elsewhere_clears_nobody() {
    let bare = judged(&slow_body());
    let with = |reply, target| Measured { reply, ..answered(target, 2) };
    for (reply, says) in [(Reply::Blocked, "blocked-references"), (Reply::Unfit, "unfit-references")] {
        let lies = [ReferenceA, ReferenceB].map(|target| with(reply, target));
        let body = Measured { reply, ..sent(ReferenceA, 64, 5) };
        let story = note(under_load(slow_body(), &but(&lies)), 22_300, body);
        let stall = judged(&note(story, 22_400, Measured { target: ReferenceB, ..body }));
        assert_eq!(stall.zones, bare.zones);
        assert!(told(&stall).contains(&says), "{:?}", told(&stall));
    }
    // A reference that refuses may be anything on the way there.
    let refused = |target| Measured { connect: Some(2), ..with(Reply::Refused, target) };
    let refused = [ReferenceA, ReferenceB].map(refused);
    assert_eq!(judged(&under_load(slow_body(), &but(&refused))).zones, bare.zones);
    // No connection at all, after all had been well: nobody was asked, and nothing is lost.
    let none = Target::AWAY.map(|target| with(Reply::Blocked, target));
    let stall = judged(&under_load(slow_body(), &none));
    assert_eq!((&stall.zones, told(&stall)), (&bare.zones, vec!["check-blocked"]));
}

#[test]
fn a_body_of_a_few_round_trips_is_not_called_slow() {
    // 64 KB in three round trips of 200 ms are faster than the late ones by little, and may be faster still.
    let slow = |millis, took| {
        let far = |target| Measured { answer: Some(millis), ..sent(target, 64, took) };
        let story = note(slow_body(), 22_000, far(ReferenceA));
        told(&judged(&note(story, 24_000, far(ReferenceB)))).contains(&"references-slow")
    };
    assert!(slow(25, 1_500) && !slow(400, 1_500));
}

fn any_measured() -> impl Strategy<Value = (i64, Measured)> {
    let reply = proptest::sample::select(
        &[Reply::Answered, Reply::Refused, Reply::Failed, Reply::NotProbed, Reply::Blocked, Reply::Unfit][..],
    );
    let time = proptest::option::of(0i64..3_000);
    let body = proptest::option::of((0u64..256, 0i64..3_000));
    let target = proptest::sample::select(Target::ALL.to_vec());
    (1_000i64..45_000, (target, reply, time.clone(), time, body)).prop_map(
        |(when, (target, reply, connect, answer, body))| {
            (when, Measured { target, reply, connect, answer, body })
        },
    )
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(24))]

    /// Whatever a check measured: the stall's time adds up, what is left was possible without it, and the provider's line
    /// never stands alone, nor the networks in between without all that they need.
    #[test]
    fn no_check_blames_a_network_alone(
        measured in proptest::collection::vec(any_measured(), 0..40),
        body: bool,
        at_rest: bool,
    ) {
        let story = if body { slow_body() } else { withheld() };
        let story = if at_rest { rested(story) } else { story };
        let story = measured.iter().fold(story, |story, (when, measured)| note(story, *when, *measured));
        for stall in explain(&story.tell().inputs).stalls {
            let by_zone: Micros = stall.by_zone.iter().map(|time| time.total()).sum();
            prop_assert_eq!(by_zone + stall.ledger.chronic + stall.ledger.unexplained, stall.duration);
            prop_assert!(stall.zones.iter().all(|zone| ALL.contains(zone)));
            prop_assert!(stall.zones != [Access]);
            let has = |id: &str| stall.findings.iter().any(|finding| finding.id.starts_with(id));
            if stall.zones == [Interconnect] {
                prop_assert!((has("references") || has("near-flat")) && has("same-edge") && has("sibling"));
            }
            if stall.zones == [Home] {
                prop_assert!(has("gateway"));
            }
        }
    }
}

#[test]
fn two_servers_do_not_hold_answers_back_by_the_same() {
    // As in the laboratory's interconnect-congested: the server connected while the queue was short.
    let seen =
        |beside| under_load(slow_body(), &but(&[connected(Stalled, 25, 1_000), answered(Sibling, beside)]));
    let stall = judged(&seen(1_005));
    assert_eq!(stall.zones, [Interconnect], "{:?}", told(&stall));
    assert!(told(&stall).contains(&"same-edge-late-alike"));
    let stall = judged(&seen(quiet(Sibling)));
    assert_eq!(stall.zones, [Edge], "{:?}", told(&stall));
    assert!(told(&stall).contains(&"same-edge-held"));
}

/// As in the laboratory's access-policer: a small queue, and one answer at rest that met a busy machine.
#[test]
fn of_three_answers_at_rest_one_may_be_late() {
    let up: Vec<Measured> =
        Target::AWAY[1..].iter().map(|target| answered(*target, quiet(*target) + 50)).collect();
    let loaded = |late: i64, at: &[i64]| {
        let rest = |story: Story, when: i64| {
            let late = if when == at[0] { late } else { 0 };
            let answer = |target: Target| answered(target, quiet(target) + late);
            Target::AWAY.into_iter().fold(story, |story, target| note(story, when, answer(target)))
        };
        let story = at.iter().fold(slow_body(), |story, when| rest(story, *when));
        let round = |story: Story, when: i64| {
            let story = note(story, when, answered(Gateway, quiet(Gateway)));
            up.iter().fold(story, |story, measured| note(story, when, *measured))
        };
        judged(&[20_800, 21_400, 22_000].into_iter().fold(story, round)).zones
    };
    assert_eq!(loaded(0, &[3_000, 3_100]), [Home, Access]);
    assert_eq!(loaded(60, &[3_000, 3_100]), ALL);
    assert_eq!(loaded(60, &[3_000, 3_100, 3_200]), [Home, Access]);
}
