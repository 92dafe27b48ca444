//! Stories told to the core: it must find the stalls that truly happened in them, and no others.
#![allow(clippy::indexing_slicing)]

use whystall::event::TrackKind::{Audio, Video};
use whystall::story::{Delivery, Story, TrueStall, USUAL};
use whystall::time::Micros;
use whystall::verdict::{Instant, Stall, Zone};

/// How far a bound may lie from the true frame. Where frames are not reported, positions tell it; they are one frame
/// apart, and looks are milliseconds late.
const NEAR: Micros = Micros::from_millis(50);

fn near(found: Option<Instant>, truth: Option<Instant>) -> bool {
    let apart = found.zip(truth).map(|(a, b)| (a.wall - b.wall).0.abs());
    apart.map_or(found == truth, |apart| apart <= NEAR.0)
}

/// Explains a story and holds the answer against the truth: kind, bounds, media segments.
#[track_caller]
fn explained(story: Story) -> Vec<Stall> {
    let told = story.tell();
    let stalls = whystall::explain(&told.inputs).stalls;
    let same = |(stall, truth): (&Stall, &TrueStall)| {
        let blocking = stall.blocking.iter().map(|one| (one.track, one.range));
        stall.kind == truth.kind
            && near(Some(stall.began), Some(truth.began))
            && near(stall.ended, truth.ended)
            && blocking.eq(truth.blocking.iter().copied())
    };
    assert!(
        stalls.len() == told.stalls.len() && stalls.iter().zip(&told.stalls).all(same),
        "found {stalls:#?}\nbut truly {:#?}",
        told.stalls
    );
    stalls
}

#[track_caller]
fn one(story: Story) -> Stall {
    let mut stalls = explained(story);
    assert_eq!(stalls.len(), 1);
    stalls.remove(0)
}

#[test]
fn a_healthy_minute_has_no_stall() {
    assert_eq!(explained(Story::new(60_000)), []);
}

#[test]
fn a_withheld_media_segment() {
    let stall = one(Story::new(60_000).withhold(Video, 10, 15_000));
    assert_eq!(stall.cause, "slow-response");
    assert!(stall.zones.contains(&Zone::Origin) && !stall.zones.contains(&Zone::Player));
    assert_eq!(stall.blocking[0].host.as_deref(), Some("video.example"));
}

#[test]
fn a_withheld_media_segment_with_its_timing_told() {
    let story = Story::new(60_000).timing_allowed();
    let stall = one(story.withhold(Audio, 10, 15_000));
    assert_eq!(stall.cause, "slow-response");
}

#[test]
fn a_slow_body() {
    let stall = one(Story::new(60_000).slow_body(Video, 10, 15_000));
    assert_eq!(stall.cause, "slow-transfer");
}

#[test]
fn a_player_that_asks_late() {
    let stall = one(Story::new(60_000).asked_late(Video, 10, 15_000));
    assert_eq!(stall.cause, "request-idle");
}

#[test]
fn a_player_that_appends_late() {
    let stall = one(Story::new(60_000).appended_late(Video, 10, 15_000));
    assert_eq!(stall.cause, "append-late");
}

#[test]
fn a_server_that_fails() {
    let stall = one(Story::new(60_000).fail(Video, 10, 12));
    assert_eq!(stall.cause, "http-error");
}

#[test]
fn a_device_that_freezes() {
    let stall = one(Story::new(60_000).freeze(20_500, 3_000));
    assert_eq!(stall.cause, "frozen");
    assert!(stall.zones.contains(&Zone::Device) && !stall.zones.contains(&Zone::Access));
}

#[test]
fn both_tracks_at_once() {
    let story = Story::new(60_000).withhold(Video, 10, 15_000);
    let stall = one(story.withhold(Audio, 10, 14_000));
    assert_eq!(stall.blocking.len(), 2);
}

#[test]
fn two_stalls_in_a_row() {
    let story = Story::new(90_000).withhold(Video, 10, 14_000);
    let slow = Delivery { transfer: 4_000, ..USUAL };
    assert_eq!(explained(story.deliver(Video, 11, slow)).len(), 2);
}

#[test]
fn a_stall_that_goes_on() {
    let stall = one(Story::new(40_000).withhold(Video, 10, 60_000));
    assert_eq!(stall.ended, None);
    assert!(!stall.blocking[0].arrived);
}

#[test]
fn pausing_seeking_and_ending_are_no_stalls() {
    let story = Story::new(60_000).media_length(40_000);
    let story = story.pause(9_000).play(15_000).seek(18_000, 30_000);
    assert_eq!(explained(story.seek(22_000, 4_000).seek(30_000, 34_000)), []);
}

#[test]
fn a_pause_ends_a_stall() {
    let story = Story::new(60_000).withhold(Video, 10, 20_000);
    one(story.pause(25_000).play(45_000));
}

#[test]
fn stories_repeat_themselves() {
    let story = Story::new(30_000).withhold(Video, 4, 12_000);
    assert_eq!(story.tell(), story.tell());
}
