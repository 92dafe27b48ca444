//! A running session: when it speaks, what it records, and that neither forgetting nor being rebuilt changes a verdict.
#![allow(clippy::indexing_slicing)]

use whystall::bundle::Bundle;
use whystall::check::Step;
use whystall::event::TrackKind::Video;
use whystall::status::Status;
use whystall::story::{Story, Told};
use whystall::time::{Micros, Wall};
use whystall::verdict::{Stall, Zone};
use whystall::{Event, Input, Output, Session};

#[derive(Default)]
struct Heard {
    views: Vec<(Wall, Status)>,
    records: Vec<Bundle>,
    checks: Vec<(Wall, Vec<Step>)>,
}

impl Heard {
    /// Lets the session hear inputs, and the ticks it asked for when nothing else comes.
    fn listen(&mut self, session: &mut Session, inputs: &[Input]) {
        for (index, input) in inputs.iter().enumerate() {
            session.handle(input.clone());
            let mut wake = self.drain(session, input.at);
            let next = inputs.get(index + 1).map_or(input.at, |next| next.at);
            while let Some(at) = wake.filter(|at| *at < next) {
                session.handle(Input { at, event: Event::Tick });
                wake = self.drain(session, at);
            }
        }
    }

    fn drain(&mut self, session: &mut Session, now: Wall) -> Option<Wall> {
        let mut wake = None;
        while let Some(output) = session.poll() {
            match output {
                Output::WakeAt(at) => wake = Some(at),
                Output::View(status) => self.views.push((now, *status)),
                Output::Record(bundle) => self.records.push(*bundle),
                Output::Revise(..) => unreachable!("nobody was asked"),
                Output::Check(steps) => self.checks.push((now, steps)),
            }
        }
        wake
    }
}

fn three_stalls() -> Told {
    let story = Story::new(400_000).withhold(Video, 10, 14_000);
    story.slow_body(Video, 60, 14_000).withhold(Video, 150, 15_000).tell()
}

#[test]
fn nothing_is_shown_of_a_healthy_playback() {
    let mut heard = Heard::default();
    heard.listen(&mut Session::new("test"), &Story::new(60_000).tell().inputs);
    assert!(heard.views.is_empty() && heard.records.is_empty());
}

#[test]
fn a_stall_is_shown_within_a_second_and_recorded_within_another_of_its_end() {
    let told = Story::new(60_000).withhold(Video, 10, 14_000).tell();
    let mut heard = Heard::default();
    heard.listen(&mut Session::new("test"), &told.inputs);
    let truth = &told.stalls[0];
    let (shown, status) = &heard.views[0];
    assert!((*shown - truth.began.wall).as_millis() <= 400, "shown after {:?}", *shown - truth.began.wall);
    let current = status.media[0].current.as_ref().expect("a stall under way");
    assert_eq!(current.blocking[0].range.start, truth.blocking[0].1.start);
    assert!(!current.blocking[0].arrived);
    let steps: Vec<i64> = heard.views.windows(2).map(|pair| (pair[1].0 - pair[0].0).as_millis()).collect();
    assert!(steps.iter().rev().skip(2).all(|step| *step <= 1000), "the clock ticks: {steps:?}");
    assert_eq!(heard.records.len(), 1);
    let ended = heard.records[0].report.stalls[0].ended.expect("ended").wall;
    let gone = heard.views.last().expect("views").0;
    assert!(gone - ended >= Micros::from_millis(6000), "the verdict can be read");
}

#[test]
fn a_verdict_is_in_view_from_the_end_of_its_stall_on() {
    let told = Story::new(60_000).withhold(Video, 10, 14_000).tell();
    let mut heard = Heard::default();
    heard.listen(&mut Session::new("test"), &told.inputs);
    let ended = heard.records[0].report.stalls[0].ended.unwrap().wall;
    let over: Vec<&(Wall, Status)> =
        heard.views.iter().filter(|(_, status)| status.media[0].current.is_none()).collect();
    assert!((over[0].0 - ended).as_millis() <= 300, "in view after {:?}", over[0].0 - ended);
    // There is no moment without one, and no other than the one that is kept.
    for (_, status) in over {
        let last = status.media[0].last.as_ref().expect("a verdict");
        assert_eq!(
            (last.ended.map(|at| at.wall), &last.cause),
            (Some(ended), &heard.records[0].report.stalls[0].cause)
        );
    }
}

#[test]
fn every_record_is_about_the_stall_that_just_ended_and_verifies() {
    let told = three_stalls();
    let mut heard = Heard::default();
    let mut session = Session::new("test");
    heard.listen(&mut session, &told.inputs);
    assert_eq!(heard.records.len(), told.stalls.len());
    for (bundle, truth) in heard.records.iter().zip(&told.stalls) {
        let last = bundle.report.stalls.last().expect("a stall");
        assert!((last.began.wall - truth.began.wall).0.abs() <= 50_000);
        assert_eq!(last.blocking[0].range, truth.blocking[0].1);
        assert_eq!(last.cleared, [Zone::Device, Zone::Player], "a player that paces itself is not late");
        bundle.verify().expect("replays to the same bytes");
    }
    assert!(session.inputs().len() < told.inputs.len() / 2, "the log forgets");
}

#[test]
fn a_session_rebuilt_in_the_middle_of_a_stall_says_the_same() {
    let told = three_stalls();
    let mut whole = Heard::default();
    whole.listen(&mut Session::new("test"), &told.inputs);

    let during = told.stalls[1].began.wall + Micros::from_millis(1500);
    let cut = told.inputs.iter().position(|input| input.at > during).expect("inputs after it");
    let mut first = Session::new("test");
    let mut heard = Heard::default();
    heard.listen(&mut first, &told.inputs[..cut]);
    let mut second = Session::new("test");
    let mut swallowed = Heard::default();
    swallowed.listen(&mut second, first.inputs());
    heard.listen(&mut second, &told.inputs[cut..]);

    // Findings cite facts by their place in the bundle, which depends on how much older was forgotten by then.
    let reports = |heard: &Heard| -> Vec<Stall> {
        let mut stalls: Vec<Stall> =
            heard.records.iter().filter_map(|bundle| bundle.report.stalls.last().cloned()).collect();
        stalls.iter_mut().flat_map(|stall| &mut stall.findings).for_each(|finding| finding.facts.clear());
        stalls
    };
    assert_eq!(heard.records.len(), 3);
    assert_eq!(reports(&heard), reports(&whole));
}
