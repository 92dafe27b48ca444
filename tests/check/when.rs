//! When what is measured, and how little.

use super::measured::*;
use std::collections::BTreeSet;
use whystall::check::{BYTES_A_STALL, Step};
use whystall::event::Target::{ReferenceA, ReferenceB};
use whystall::event::TrackKind::Video;
use whystall::event::{
    Asker, Event, LicenceId, LicenceStep, Observer, Playlist, Reply, RequestId, ResourceId, ResourceKind,
    Target,
};
use whystall::status::CheckState;
use whystall::story::{Elsewhere, Story, at};
use whystall::time::Micros;
use whystall::verdict::{
    Stall,
    Zone::{Home, Origin},
};
use whystall::{Input, Output, Session};

/// How much is measured at rest.
const AT_REST: usize = 3 * Target::AWAY.len();

/// What was to be measured, and when; and the records.
type Played = (Vec<(i64, Step)>, Vec<Stall>);

/// Plays a story to a session, answering its checks as `answer` says.
fn live(story: &Story, allowed: bool, answer: impl FnMut(&Step) -> Measured) -> Played {
    watched(story, allowed, |_, _| {}, answer)
}

/// The same, with a viewer who looks now and then.
fn watched(
    story: &Story,
    allowed: bool,
    viewer: impl FnMut(&mut Session, i64),
    answer: impl FnMut(&Step) -> Measured,
) -> Played {
    played(story, allowed, 0, viewer, answer)
}

/// The same on a device that is so busy, in milliseconds, while playback stands.
fn played(
    story: &Story,
    allowed: bool,
    busy: i64,
    mut viewer: impl FnMut(&mut Session, i64),
    mut answer: impl FnMut(&Step) -> Measured,
) -> Played {
    let mut session = Session::new("test");
    session.allow_checks(allowed);
    let mut coming: Vec<Input> = story.tell().inputs;
    coming.reverse();
    let (mut asked, mut stalls) = (Vec::new(), Vec::new());
    while let Some(input) = coming.pop() {
        let now = input.at;
        session.handle(input);
        viewer(&mut session, (now - at(0)).as_millis());
        while let Some(output) = session.poll() {
            match output {
                Output::Check(steps) => {
                    // Answer times side by side, bodies one after the other.
                    let mut when = (now - at(0)).as_millis();
                    let (own, away): (Vec<Step>, Vec<Step>) =
                        steps.into_iter().partition(|step| step.target == Target::Device);
                    // The browser itself is asked with everybody.
                    assert_eq!(own.is_empty(), away.iter().all(|step| step.bytes > 0));
                    for step in own {
                        let took = quiet(step.target) + if when > 20_000 { busy } else { 0 };
                        for _ in 0..if step.pair { 2 } else { 1 } {
                            let input = event(when, answered(step.target, took));
                            let place = coming.partition_point(|other| other.at > input.at);
                            coming.insert(place, input);
                        }
                    }
                    for step in away {
                        for _ in 0..if step.pair { 2 } else { 1 } {
                            let input = event(when, answer(&step));
                            if step.bytes > 0 {
                                when = (input.at - at(0)).as_millis();
                            }
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
                Output::View(_) | Output::WakeAt(_) | Output::Revise(..) => {}
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
    // At rest, each three times, and nothing but answer times.
    assert_eq!(before.len(), AT_REST);
    assert!(before.iter().all(|step| step.bytes == 0));
    let during = || asked.iter().filter(|(when, _)| *when >= began);
    assert!(during().all(|(when, _)| *when >= began + 300));
    let first_body = during().position(|(_, step)| step.bytes > 0).unwrap();
    assert_eq!(first_body, Target::AWAY.len());
    let moved: u64 = during().map(|(_, step)| step.bytes).sum();
    assert_eq!(moved, BYTES_A_STALL);
    assert!(asked.iter().all(|(_, step)| step.bytes <= 256 << 10));
    // What came in time is in the evidence, and in the verdict.
    assert_eq!(stalls[0].zones, [Origin]);
}

#[test]
fn a_late_answer_is_looked_at_before_playback_stops() {
    // Asked for at ten seconds, there at twenty-five: from twenty on playback stands.
    let late = Story::new(60_000).withhold(Video, 10, 15_000);
    let (asked, stalls) = live(&late, true, usual);
    let rest = AT_REST;
    let before: Vec<i64> = asked.iter().filter(|(when, _)| *when < 20_000).map(|(when, _)| *when).collect();
    let looks = &before[rest..];
    assert!(asked.iter().all(|(when, step)| *when >= 20_000 || step.bytes == 0));
    assert!(looks.first().is_some_and(|first| (11_000..12_000).contains(first)), "{looks:?}");
    assert!(
        looks.chunks(Target::AWAY.len()).map(|round| round[0]).is_sorted_by(|a, b| b - a >= 2_000),
        "{looks:?}"
    );
    assert_eq!(stalls[0].zones, [Origin], "{:?}", told(&stalls[0]));
    // Without a yes nobody is asked.
    let (asked, _) = live(&late, false, usual);
    assert!(asked.is_empty());
}

#[test]
fn the_first_answer_of_a_host_is_late_for_a_while() {
    // From another host that nothing was asked of before, as advertising is: there after fifteen seconds.
    let late = || Story::new(60_000).withhold(Video, 10, 15_000).from_host(Video, 10, "ads.example");
    let (asked, stalls) = live(&late(), true, usual);
    let before: Vec<i64> = asked.iter().filter(|(when, _)| *when < 20_000).map(|(when, _)| *when).collect();
    let looks = &before[AT_REST..];
    assert!(looks.iter().all(|when| (12_000..21_000).contains(when)), "{looks:?}");
    assert!((Target::AWAY.len()..=5 * Target::AWAY.len()).contains(&looks.len()), "{looks:?}");
    // It was looked at for long enough to tell.
    assert!(!told(&stalls[0]).contains(&"check-too-late"), "{:?}", told(&stalls[0]));
    assert!(!stalls[0].zones.contains(&Home), "{:?}", stalls[0].zones);
    // One that answers other things than media may hold them back.
    let polled = || Elsewhere { host: "ads.example", wait: 20, transfer: 5, bytes: 200, connect: None };
    let story = (0..4).fold(late(), |story, time| story.elsewhere(1_000 + time * 1_000, polled()));
    let (asked, _) = live(&story, true, usual);
    assert!(!asked.iter().any(|(when, _)| (12_000..20_000).contains(when)));
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

#[test]
fn where_packets_are_lost_and_nothing_waits_there_are_bodies_of_the_references() {
    let mut count = 0;
    let (asked, _) = live(&slow_body(), true, |step| {
        count += 1;
        // The first ten are at rest. Of two asked at once, one has to be sent again.
        let again = count > 10 && count % 2 == 0 && step.bytes == 0 && step.target != Target::Gateway;
        if again { answered(step.target, quiet(step.target) + 300) } else { usual(step) }
    });
    let bodies: Vec<Target> =
        asked.iter().filter(|(_, step)| step.bytes > 0).map(|(_, step)| step.target).collect();
    assert_eq!(bodies, [ReferenceA, ReferenceB]);
    // Where both are late, that may be a queue.
    let mut count = 0;
    let (asked, _) = live(&slow_body(), true, |step| {
        count += 1;
        let late = count > 10 && step.bytes == 0 && step.target != Target::Gateway;
        if late {
            answered(step.target, quiet(step.target) + 300 + one_by_one(step.target))
        } else {
            usual(step)
        }
    });
    assert!(asked.iter().all(|(_, step)| step.bytes == 0));
}

#[test]
fn what_a_busy_device_explains_is_no_queue_that_a_body_would_fill() {
    let bodies = |busy| {
        let mut count = 0;
        let (asked, _) = played(
            &slow_body(),
            true,
            busy,
            |_, _| {},
            |step| {
                count += 1;
                let rise = if count > 10 { 280 + one_by_one(step.target) } else { 0 };
                if step.bytes > 0 { usual(step) } else { answered(step.target, quiet(step.target) + rise) }
            },
        );
        asked.iter().filter(|(_, step)| step.bytes > 0).count()
    };
    assert_eq!((bodies(0), bodies(60)), (0, 0));
    assert_eq!(bodies(300), 4);
}

#[test]
fn a_queue_that_answers_leave_together_is_no_slow_line_and_bodies_tell_whose_it_is() {
    let mut count = 0;
    let (asked, _) = live(&slow_body(), true, |step| {
        count += 1;
        let waits = count > 10 && step.target != Target::Gateway;
        answered(step.target, quiet(step.target) + if waits { 60 } else { 0 })
    });
    let bodies: Vec<Target> =
        asked.iter().filter(|(_, step)| step.bytes > 0).map(|(_, step)| step.target).collect();
    assert_eq!(bodies, [ReferenceA, ReferenceB, Target::Sibling, Target::Stalled]);
    // After two rounds of five, each target twice: one may be chance.
    let first = asked.iter().position(|(_, step)| step.bytes > 0).unwrap();
    let rounds = asked[..first].iter().filter(|(when, _)| *when > 20_000).count();
    assert_eq!(rounds, 2 * Target::AWAY.len());
}

#[test]
fn what_does_not_come_back_holds_up_no_round() {
    // In each round something is lost, and given up after four seconds.
    let mut count = 0;
    let (asked, _) = live(&slow_body(), true, |step| {
        count += 1;
        match step.target {
            Target::Sibling if count > 10 => {
                Measured { reply: Reply::Failed, ..answered(step.target, 4_000) }
            }
            _ => usual(step),
        }
    });
    let of = |target, bodies: bool| {
        let steps = asked.iter().filter(move |(_, step)| step.target == target && (step.bytes > 0) == bodies);
        steps.map(|(when, _)| *when).filter(|when| *when >= 20_000).collect::<Vec<_>>()
    };
    // One a second, but for the bodies after the first.
    let rounds = of(Target::Sibling, false);
    assert_eq!(rounds.len(), 5, "{rounds:?}");
    assert!(rounds.windows(2).all(|pair| pair[1] - pair[0] < 1_700), "{rounds:?}");
    // But nothing is asked while bodies come.
    let (asked, _) = live(&slow_body(), true, |step| match step.bytes {
        0 => usual(step),
        _ => sent(step.target, 64, 700),
    });
    let bodies = asked.iter().find(|(_, step)| step.bytes > 0).map(|(when, _)| *when).unwrap();
    let next = asked.iter().map(|(when, _)| *when).find(|when| *when > bodies).unwrap();
    assert!(next - bodies >= 4 * 700, "{bodies} {next}");
}

/// A page that asks two other sites for something all the time, which takes so long to come.
fn never_silent(took: i64) -> Story {
    let ask = |story: Story, when: i64| {
        let host = if when % 800 == 0 { "chat.example" } else { "count.example" };
        story.elsewhere(when, Elsewhere { host, connect: None, wait: 40, transfer: took, bytes: 2_000 })
    };
    (0..150).map(|time| 400 * time).fold(slow_body(), ask)
}

#[test]
fn small_requests_to_others_are_no_reason_not_to_measure_at_rest() {
    let at_rest = |asked: &[(i64, Step)]| asked.iter().filter(|(when, _)| *when < 20_000).count();
    let (asked, _) = live(&never_silent(5), true, usual);
    assert_eq!(at_rest(&asked), AT_REST);
    // What takes long to come may fill the line.
    let (asked, _) = live(&never_silent(600), true, usual);
    assert_eq!(at_rest(&asked), 0);
}

/// The viewer presses a button at this time.
fn press(millis: i64, what: fn(&mut Session)) -> impl FnMut(&mut Session, i64) {
    let mut done = false;
    move |session, now| {
        if now >= millis && !done {
            done = true;
            what(session);
        }
    }
}

#[test]
fn who_asks_in_the_first_stall_learns_something_too() {
    let (asked, stalls) = watched(&slow_body(), false, press(20_500, Session::check), usual);
    assert!(asked.iter().all(|(when, step)| *when >= 20_500 && step.by == Asker::Viewer));
    let moved: u64 = asked.iter().map(|(_, step)| step.bytes).sum();
    assert_eq!(moved, BYTES_A_STALL);
    assert!(told(&stalls[0]).contains(&"references-fast"));
    // What waits in a queue is not filled further, even without anything to compare with.
    let (asked, _) =
        watched(&slow_body(), false, press(20_500, Session::check), |step| answered(step.target, 300));
    assert!(asked.iter().all(|(_, step)| step.bytes == 0));
}

#[test]
fn a_check_is_told_of_while_it_lasts_and_after() {
    let mut seen: Vec<CheckState> = Vec::new();
    let mut ask = press(10_000, Session::check);
    let look = |session: &mut Session, now| {
        ask(session, now);
        let state = session.status().check.map(|check| check.state);
        seen.extend(state.filter(|state| seen.last() != Some(state)));
    };
    let (asked, _) = watched(&slow_body(), false, look, usual);
    // At rest: what the next stall is compared with, and nothing else.
    assert!(asked.len() == AT_REST && asked.iter().all(|(_, step)| step.bytes == 0));
    assert!(matches!(seen[..], [CheckState::Measuring, CheckState::Over(_)]), "{seen:?}");
}

#[test]
fn who_stops_a_check_has_no_more_of_it_in_this_stall() {
    for allowed in [false, true] {
        let mut ask = press(20_500, Session::check);
        let mut stop = press(22_000, Session::stop_check);
        let mut last = None;
        let viewer = |session: &mut Session, now| {
            ask(session, now);
            stop(session, now);
            last = session.status().check.map(|check| check.state).or(last);
        };
        let (asked, _) = watched(&slow_body(), allowed, viewer, usual);
        let within = |from, to| asked.iter().any(|(when, _)| (from..to).contains(when));
        assert!(within(20_500, 22_000) && !within(22_000, 30_000));
        assert!(matches!(last, Some(CheckState::Stopped(_))), "{last:?}");
    }
}

#[test]
fn the_viewer_is_asked_only_what_there_is_evidence_to_add_to() {
    let now = std::cell::Cell::new(0);
    let (mut waited, mut asked) = (false, false);
    let viewer = |session: &mut Session, when: i64| {
        now.set(when);
        let asks = session
            .status()
            .media
            .iter()
            .any(|media| media.last.as_ref().is_some_and(whystall::wants_answer));
        let unrecorded = session.unrecorded().is_some_and(|stall| stall.ended.is_some());
        assert!(!(asks && unrecorded), "at {when}");
        waited |= unrecorded;
        asked |= asks;
    };
    // A queue behind the router, once playback stands.
    let (_, stalls) = watched(&slow_body(), true, viewer, |step| {
        let queued = now.get() >= 19_000 && step.target != Target::Gateway;
        answered(step.target, quiet(step.target) + if queued { 280 + one_by_one(step.target) } else { 0 })
    });
    assert!(whystall::wants_answer(&stalls[0]), "{:?}", told(&stalls[0]));
    assert!(waited && asked);
}

#[test]
fn a_licence_that_is_late_has_its_own_server_asked() {
    // All media is there, the buffer is full, and the key for what comes next is awaited from thirteen seconds on.
    let licence = |step| Event::Licence { licence: LicenceId(0), step };
    let (observer, request, resource) = (Observer::Browser, RequestId(9_000), ResourceId(9_000));
    let kind = ResourceKind::Data;
    let asking = Event::RequestStarted {
        observer,
        request,
        resource,
        host: "licence.example".into(),
        kind,
        named: None,
    };
    let story = Story::new(60_000).freeze(20_500, 3_000).wait_for_key(20_100);
    let story = story.note(13_000, licence(LicenceStep::Asked)).note(13_000, asking);
    let story = story.note(23_300, Event::RequestEnded { observer, request, bytes: None });
    let (asked, _) = live(&story.note(23_300, licence(LicenceStep::Given)), true, usual);
    let of = |when: &i64| (13_000..23_300).contains(when);
    let awaited: Vec<&(i64, Step)> = asked.iter().filter(|(when, _)| of(when)).collect();
    let hosts: BTreeSet<&str> = awaited.iter().filter_map(|(_, step)| step.host.as_deref()).collect();
    assert_eq!(hosts, BTreeSet::from(["licence.example"]));
    // From a second on, while playback goes on, and then as in any stall; nothing of its own is fetched from it.
    assert!((14_000..15_000).contains(&awaited[0].0), "{}", awaited[0].0);
    assert!(awaited.iter().any(|(when, _)| *when > 20_500));
    assert!(awaited.iter().all(|(_, step)| step.bytes == 0 || !step.target.is_named()));
    // What it sends is for this viewer alone, so that its root is asked for; of all others as ever.
    assert!(asked.iter().all(|(when, step)| step.root == (of(when) && step.target == Target::Stalled)));
}

#[test]
fn a_playlist_that_is_overdue_is_asked_of_the_server_beside() {
    let list = ResourceId(1_000_000);
    let reading = |named: Vec<ResourceId>| {
        let next = Some(if named.is_empty() { 8 } else { 9 });
        let playlist =
            Playlist { live: true, target: Some(Micros::from_millis(2_000)), next, ..Playlist::default() };
        Event::Playlist { resource: Some(list), playlist: Box::new(playlist), named }
    };
    let segment = |number: u32| ResourceId(number * 2);
    let (observer, request, host) = (Observer::Browser, RequestId(1_000_000), "video.example".to_owned());
    let kind = ResourceKind::Manifest;
    let story = Story::new(60_000).asked_late(Video, 8, 22_000);
    let asked = story.tell().inputs.into_iter().find(
        |input| matches!(input.event, Event::RequestStarted { resource, .. } if resource == segment(8)),
    );
    let asked = (asked.unwrap().at - at(0)).as_millis();
    let story =
        story.note(1, Event::RequestStarted { observer, request, resource: list, host, kind, named: None });
    let story = story.note(20, Event::RequestEnded { observer, request, bytes: None });
    let story = story.note(21, reading((0..8).map(segment).collect()));
    let looks = (1..).map(|n| 2_000 * n).take_while(|when| *when < asked - 50);
    let story = looks.fold(story, |story, when| story.note(when, reading(Vec::new())));
    let story = story.note(asked - 20, reading(vec![segment(8)]));
    let (asked, stalls) = live(&story, true, usual);
    let [stall] = &stalls[..] else { panic!("{stalls:?}") };
    assert_eq!((stall.cause.as_str(), stall.unchecked.as_deref()), ("not-yet-published", None));
    let began = (stall.began.wall - at(0)).as_millis();
    let asked: Vec<&(i64, Step)> = asked.iter().filter(|(when, _)| *when >= began).collect();
    let whom = asked.iter().map(|(_, step)| (step.listing, step.target, step.host.as_deref(), step.pair));
    assert!(
        whom.into_iter().all(|of| of == (true, Target::Sibling, Some("video.example"), false)),
        "{asked:?}"
    );
    assert_eq!(asked.len(), 3);
    assert!(asked.windows(2).all(|pair| pair[1].0 - pair[0].0 >= 2_000), "{asked:?}");
    // Few know a server beside: of one that is not known nothing is told.
    let unknown = |step: &Step| Measured { reply: Reply::NotProbed, ..usual(step) };
    let (_, stalls) = live(&story, true, unknown);
    let of_check = stalls[0].findings.iter().filter(|told| told.id.contains("check"));
    assert_eq!(of_check.count(), 0, "{:?}", stalls[0].findings);
}
