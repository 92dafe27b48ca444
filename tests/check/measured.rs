//! What checks measure in these tests.

use Target::{Gateway, ReferenceA, ReferenceB, Sibling, Stalled};
use Zone::{Access, Edge, Home, Interconnect, Origin};
use whystall::event::TrackKind::Video;
use whystall::event::{Asker, Event, Reply, Target};
use whystall::story::{Story, at};
use whystall::time::Micros;
use whystall::verdict::{Stall, Zone};
use whystall::{Input, explain};

pub const ALL: &[Zone] = &[Home, Access, Interconnect, Edge, Origin];
pub const HOST: &str = "video.example";

/// One measurement that took so many milliseconds.
#[derive(Clone, Copy, Debug)]
pub struct Measured {
    pub target: Target,
    pub reply: Reply,
    pub connect: Option<i64>,
    pub answer: Option<i64>,
    pub body: Option<(u64, i64)>,
}

pub fn answered(target: Target, millis: i64) -> Measured {
    let refused = target == Gateway;
    Measured {
        target,
        reply: if refused { Reply::Refused } else { Reply::Answered },
        connect: refused.then_some(millis),
        answer: (!refused).then_some(millis),
        body: None,
    }
}

pub fn connected(target: Target, connect: i64, answer: i64) -> Measured {
    Measured { connect: Some(connect), ..answered(target, answer) }
}

pub fn failed(target: Target) -> Measured {
    Measured { target, reply: Reply::Failed, connect: None, answer: None, body: None }
}

/// So many kilobytes in so many milliseconds.
pub fn sent(target: Target, kilobytes: u64, took: i64) -> Measured {
    Measured { body: Some((kilobytes << 10, took)), ..answered(target, 25) }
}

pub fn note(story: Story, when: i64, measured: Measured) -> Story {
    let Input { at: over, event } = event(when, measured);
    story.note((over - at(0)).as_millis(), event)
}

pub fn event(when: i64, measured: Measured) -> Input {
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
        listed: None,
        found: false,
    };
    Input { at: at(when + lasted), event }
}

/// What each target takes to answer when all is quiet.
pub fn quiet(target: Target) -> i64 {
    match target {
        Target::Device => 1,
        Gateway => 3,
        Stalled | Sibling => 21,
        ReferenceA | ReferenceB => 28,
    }
}

/// How much later than the first an answer leaves a slow line's queue.
pub fn one_by_one(target: Target) -> i64 {
    15 * Target::AWAY.iter().position(|other| *other == target).unwrap() as i64
}

/// At rest before the stall.
pub fn rested(story: Story) -> Story {
    Target::ALL.into_iter().fold(story, |story, target| {
        let twice = [5_000, 5_500].into_iter();
        twice.fold(story, |story, when| note(story, when, answered(target, quiet(target))))
    })
}

/// Under load, every second of the stall.
pub fn under_load(story: Story, measured: &[Measured]) -> Story {
    (0..4).fold(rested(story), |story, time| {
        measured.iter().fold(story, |story, measured| note(story, 20_800 + 1_000 * time, *measured))
    })
}

/// As at rest, but for these.
pub fn but(slow: &[Measured]) -> Vec<Measured> {
    let flat = Target::AWAY.into_iter().filter(|target| slow.iter().all(|slow| slow.target != *target));
    flat.map(|target| answered(target, quiet(target) + 2)).chain(slow.iter().copied()).collect()
}

pub fn slow_body() -> Story {
    Story::new(60_000).slow_body(Video, 10, 15_000)
}

/// For so long that a check in the stall looks at most of it.
pub fn withheld() -> Story {
    Story::new(60_000).withhold(Video, 10, 25_000)
}

pub fn judged(story: &Story) -> Stall {
    let mut stalls = explain(&story.tell().inputs).stalls;
    assert_eq!(stalls.len(), 1);
    stalls.remove(0)
}

/// What the check told.
pub fn told(stall: &Stall) -> Vec<&str> {
    const STEMS: [&str; 10] = [
        "gateway",
        "near",
        "references",
        "same-edge",
        "beyond",
        "sibling",
        "unchecked",
        "blocked",
        "unfit",
        "check-",
    ];
    let ids = stall.findings.iter().map(|finding| finding.id.as_str()).filter(|id| *id != "blocked-on");
    ids.filter(|id| STEMS.iter().any(|stem| id.starts_with(stem))).collect()
}

/// Both references send well.
pub fn references_fast(story: Story) -> Story {
    [ReferenceA, ReferenceB]
        .into_iter()
        .fold(story, |story, target| note(story, 22_300, sent(target, 128, 90)))
}
