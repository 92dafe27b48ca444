//! The check: what its measurements make of a verdict, and when they are made.
#![allow(clippy::unwrap_used, clippy::indexing_slicing)]

use proptest::prelude::*;
use whystall::check::{BYTES_A_STALL, Step};
use whystall::event::TrackKind::Video;
use whystall::event::{Asker, Event, Reply, Target};
use whystall::story::{Story, at};
use whystall::time::Micros;
use whystall::verdict::{Stall, Zone};
use whystall::{Input, Output, Session, explain};

use Target::{Gateway, ReferenceA, ReferenceB, Sibling, Stalled};
use Zone::{Access, Edge, Home, Interconnect, Origin};

const ALL: &[Zone] = &[Home, Access, Interconnect, Edge, Origin];
const HOST: &str = "video.example";

/// One measurement that took so many milliseconds.
#[derive(Clone, Copy, Debug)]
struct Measured {
    target: Target,
    reply: Reply,
    connect: Option<i64>,
    answer: Option<i64>,
    body: Option<(u64, i64)>,
}

fn answered(target: Target, millis: i64) -> Measured {
    let refused = target == Gateway;
    Measured {
        target,
        reply: if refused { Reply::Refused } else { Reply::Answered },
        connect: refused.then_some(millis),
        answer: (!refused).then_some(millis),
        body: None,
    }
}

fn connected(target: Target, connect: i64, answer: i64) -> Measured {
    Measured { connect: Some(connect), ..answered(target, answer) }
}

fn failed(target: Target) -> Measured {
    Measured { target, reply: Reply::Failed, connect: None, answer: None, body: None }
}

/// So many kilobytes in so many milliseconds.
fn sent(target: Target, kilobytes: u64, took: i64) -> Measured {
    Measured { body: Some((kilobytes << 10, took)), ..answered(target, 25) }
}

fn note(story: Story, when: i64, measured: Measured) -> Story {
    let Input { at: over, event } = event(when, measured);
    story.note((over - at(0)).as_millis(), event)
}

fn event(when: i64, measured: Measured) -> Input {
    let Measured { target, reply, connect, answer, body } = measured;
    let host = target.is_named().then(|| if target == Stalled { HOST } else { "beside.example" }.to_owned());
    let time = |millis: Option<i64>| millis.map(Micros::from_millis);
    let took = body.map(|(_, took)| took);
    let lasted = connect.unwrap_or(0) + answer.unwrap_or(0) + took.unwrap_or(0);
    let event = Event::Checked {
        by: Asker::Automatic,
        target,
        host,
        from: at(when),
        reply,
        connect: time(connect),
        answer: time(answer),
        bytes: body.map(|(bytes, _)| bytes),
        took: time(took),
    };
    Input { at: at(when + lasted), event }
}

/// What each target takes to answer when all is quiet.
fn quiet(target: Target) -> i64 {
    match target {
        Gateway => 3,
        Stalled | Sibling => 21,
        ReferenceA | ReferenceB => 28,
    }
}

/// At rest before the stall.
fn rested(story: Story) -> Story {
    Target::ALL.into_iter().fold(story, |story, target| {
        let twice = [5_000, 5_500].into_iter();
        twice.fold(story, |story, when| note(story, when, answered(target, quiet(target))))
    })
}

/// Under load, every second of the stall.
fn under_load(story: Story, measured: &[Measured]) -> Story {
    (0..4).fold(rested(story), |story, time| {
        measured.iter().fold(story, |story, measured| note(story, 20_800 + 1_000 * time, *measured))
    })
}

/// As at rest, but for these.
fn but(slow: &[Measured]) -> Vec<Measured> {
    let flat = Target::ALL.into_iter().filter(|target| slow.iter().all(|slow| slow.target != *target));
    flat.map(|target| answered(target, quiet(target) + 2)).chain(slow.iter().copied()).collect()
}

fn slow_body() -> Story {
    Story::new(60_000).slow_body(Video, 10, 15_000)
}

fn withheld() -> Story {
    Story::new(60_000).withhold(Video, 10, 15_000)
}

fn judged(story: &Story) -> Stall {
    let mut stalls = explain(&story.tell().inputs).stalls;
    assert_eq!(stalls.len(), 1);
    stalls.remove(0)
}

/// What the check told.
fn told(stall: &Stall) -> Vec<&str> {
    const STEMS: [&str; 6] = ["gateway", "near", "references", "same-edge", "sibling", "unchecked"];
    let ids = stall.findings.iter().map(|finding| finding.id.as_str());
    ids.filter(|id| STEMS.iter().any(|stem| id.starts_with(stem))).collect()
}

/// Both references send well.
fn references_fast(story: Story) -> Story {
    [ReferenceA, ReferenceB]
        .into_iter()
        .fold(story, |story, target| note(story, 22_300, sent(target, 128, 90)))
}

#[test]
fn a_queue_in_the_home() {
    let up = Target::ALL.map(|target| answered(target, quiet(target) + 280));
    let stall = judged(&under_load(slow_body(), &up));
    assert_eq!((&stall.zones[..], stall.unchecked.as_deref()), (&[Home][..], Some(ALL)));
    assert_eq!(told(&stall), ["gateway-up", "near-up"]);
    assert!(stall.path_split);
}

#[test]
fn a_queue_behind_the_router_may_be_the_homes_own_doing() {
    let up: Vec<Measured> =
        Target::ALL[1..].iter().map(|target| answered(*target, quiet(*target) + 280)).collect();
    let stall = judged(&under_load(slow_body(), &but(&up)));
    assert_eq!(stall.zones, [Home, Access]);
    assert_eq!(told(&stall), ["gateway-flat-beyond-up", "near-up"]);
    let by = |zone| stall.by_zone.iter().find(|time| time.zone == zone).unwrap().believed;
    assert!(by(Access) > by(Home));
}

#[test]
fn a_queue_beyond_what_is_shared() {
    let up = [connected(Stalled, 300, 310), answered(Sibling, 290)];
    let stall = judged(&references_fast(under_load(slow_body(), &but(&up))));
    assert_eq!(stall.zones, [Interconnect]);
    assert_eq!(
        told(&stall),
        ["references-fast", "gateway-flat", "near-flat", "same-edge-queue", "sibling-up"]
    );
    // Without a server beside it, it may as well be the server's own port.
    let alone = [connected(Stalled, 300, 310), failed(Sibling)];
    let stall = judged(&references_fast(under_load(slow_body(), &but(&alone))));
    assert_eq!(stall.zones, [Interconnect, Edge]);
    assert!(told(&stall).contains(&"unchecked-sibling"));
    // Nor does it stand alone where the references sent nothing.
    assert_ne!(judged(&under_load(slow_body(), &but(&up))).zones, [Interconnect]);
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
    let up = Target::ALL.map(|target| answered(target, quiet(target) + 280));
    // After the stall.
    let after = (0..4).fold(rested(slow_body()), |story, time| {
        up.iter().fold(story, |story, measured| note(story, 40_000 + 1_000 * time, *measured))
    });
    // Nothing to compare with.
    let unrested = (0..4).fold(slow_body(), |story, time| {
        up.iter().fold(story, |story, measured| note(story, 20_800 + 1_000 * time, *measured))
    });
    let unprobed = Measured { reply: Reply::NotProbed, connect: None, ..answered(Gateway, 3) };
    let none = Target::ALL.map(|target| Measured { target, answer: None, ..unprobed });
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
    let up: Vec<Measured> = Target::ALL[1..].iter().map(|of| answered(*of, quiet(*of) + 280)).collect();
    for (took, says) in [(103, "near-up"), (40, "gateway-flat-beyond-up")] {
        let stall = judged(&under_load(slow_body(), &[&up[..], &[answered(Gateway, took)]].concat()));
        assert!(stall.zones.contains(&Access) && stall.zones.contains(&Home));
        assert_eq!(told(&stall)[0], says);
    }
}

/// Plays a story to a session, answering its checks as `answer` says; gives what it wanted measured, and the records.
fn live(
    story: &Story,
    allowed: bool,
    mut answer: impl FnMut(&Step) -> Measured,
) -> (Vec<(i64, Step)>, Vec<Stall>) {
    let mut session = Session::new("test");
    session.allow_checks(allowed);
    let mut coming: Vec<Input> = story.tell().inputs;
    coming.reverse();
    let (mut asked, mut stalls) = (Vec::new(), Vec::new());
    while let Some(input) = coming.pop() {
        let now = input.at;
        session.handle(input);
        while let Some(output) = session.poll() {
            match output {
                Output::Check(steps) => {
                    let mut when = (now - at(0)).as_millis();
                    for step in steps {
                        for _ in 0..if step.pair { 2 } else { 1 } {
                            let measured = answer(&step);
                            let input = event(when, measured);
                            when = (input.at - at(0)).as_millis();
                            let place = coming.partition_point(|other| other.at > input.at);
                            coming.insert(place, input);
                        }
                        asked.push(((now - at(0)).as_millis(), step));
                    }
                }
                Output::Record(bundle) => {
                    assert_eq!(bundle.verify(), Ok(()));
                    stalls.push(bundle.report.stalls.last().unwrap().clone());
                }
                Output::View(_) | Output::WakeAt(_) => {}
            }
        }
    }
    (asked, stalls)
}

fn usual(step: &Step) -> Measured {
    match step.bytes {
        0 => answered(step.target, quiet(step.target)),
        bytes => sent(step.target, bytes >> 10, 60),
    }
}

#[test]
fn nothing_is_measured_unless_it_is_allowed() {
    let (asked, stalls) = live(&slow_body(), false, usual);
    assert!(asked.is_empty() && stalls.len() == 1);
}

#[test]
fn answer_times_come_first_and_bodies_are_few() {
    let (asked, stalls) = live(&slow_body(), true, usual);
    let began = 20_000;
    let before: Vec<&Step> = asked.iter().filter(|(when, _)| *when < began).map(|(_, step)| step).collect();
    // At rest, each twice, and nothing but answer times.
    assert_eq!(before.len(), 2 * Target::ALL.len());
    assert!(before.iter().all(|step| step.bytes == 0));
    let during = || asked.iter().filter(|(when, _)| *when >= began);
    assert!(during().all(|(when, _)| *when >= began + 300));
    let first_body = during().position(|(_, step)| step.bytes > 0).unwrap();
    assert_eq!(first_body, Target::ALL.len());
    let moved: u64 = during().map(|(_, step)| step.bytes).sum();
    assert_eq!(moved, BYTES_A_STALL);
    assert!(asked.iter().all(|(_, step)| step.bytes <= 256 << 10));
    // What came in time is in the evidence, and in the verdict.
    assert_eq!(stalls[0].zones, [Origin]);
}

#[test]
fn a_full_queue_is_not_filled_further() {
    let loaded = |step: &Step, began: bool, far: bool| {
        let up = began && (far == step.target.is_named());
        answered(step.target, quiet(step.target) + if up { 280 } else { 0 })
    };
    // On what is shared: no bodies at all. The first ten are at rest.
    let mut count = 0;
    let (asked, _) = live(&slow_body(), true, |step| {
        count += 1;
        if step.bytes > 0 { usual(step) } else { loaded(step, count > 10, false) }
    });
    assert!(asked.iter().all(|(_, step)| step.bytes == 0));
    // On the way to the server: none from there.
    let mut count = 0;
    let (asked, _) = live(&slow_body(), true, |step| {
        count += 1;
        if step.bytes > 0 { usual(step) } else { loaded(step, count > 10, true) }
    });
    let bodies: Vec<Target> =
        asked.iter().filter(|(_, step)| step.bytes > 0).map(|(_, step)| step.target).collect();
    assert_eq!(bodies, [ReferenceA, ReferenceB]);
}

fn any_measured() -> impl Strategy<Value = (i64, Measured)> {
    let reply =
        prop_oneof![Just(Reply::Answered), Just(Reply::Refused), Just(Reply::Failed), Just(Reply::NotProbed)];
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
                prop_assert!(has("references") && has("same-edge") && has("sibling"));
            }
            if stall.zones == [Home] {
                prop_assert!(has("gateway"));
            }
        }
    }
}
