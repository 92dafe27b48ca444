//! What is told while a stall lasts, as the overlay has it.

use super::*;

/// What was known so many milliseconds after playback stopped.
fn known_after(story: &Story, millis: i64) -> Vec<Input> {
    let until = one(story.clone()).began.wall + Micros::from_millis(millis);
    story.tell().inputs.into_iter().filter(|input| input.at <= until).collect()
}

fn lasting(inputs: &[Input]) -> Stall {
    let stall = whystall::explain(inputs).stalls.remove(0);
    assert_eq!(stall.ended, None);
    stall
}

fn check(story: &Story, cause: &str) {
    assert_eq!(one(story.clone()).cause, cause, "in the end");
    for millis in [400, 1_000, 2_000, 3_000] {
        let stall = lasting(&known_after(story, millis));
        assert_eq!(stall.cause, cause, "after {millis} ms: {:?}", stall.ledger);
    }
}

#[test]
fn the_cause_is_known_before_it_ends() {
    let story = || Story::new(60_000);
    check(&story().withhold(Video, 10, 15_000), "slow-response");
    check(&story().slow_body(Video, 10, 15_000), "slow-transfer");
    check(&story().appended_late(Video, 10, 15_000), "append-late");
}

/// There is no request yet.
#[test]
fn a_player_that_has_not_asked_so_far() {
    let story = Story::new(60_000).asked_late(Video, 10, 15_000);
    check(&story, "request-idle");
    let mut inputs = known_after(&story, 2_000);
    let named = lasting(&inputs).findings;
    assert!(named.iter().any(|finding| finding.id == "asked-late"), "{named:?}");
    // Who is never seen to ask may have.
    inputs.retain(|input| !matches!(input.event, Event::RequestStarted { .. }));
    assert_eq!(lasting(&inputs).cause, "undetermined");
}

/// What a server says of its failure has come, and is no media.
#[test]
fn attempts_fail_as_long_as_none_went_well() {
    check(&Story::new(60_000).fail(Video, 10, 15), "http-error");
    let stall = lasting(&known_after(&Story::new(60_000).fail(Video, 10, 15), 2_000));
    assert_eq!(stall.zones, [Zone::Edge, Zone::Origin]);
    check(&Story::new(60_000).break_off(Video, 10, 15), "http-error");
}

/// Sound that is there and waits for its pictures is not what the pictures wait for.
#[test]
fn what_another_track_holds_back_is_not_what_is_awaited() {
    let story = Story::new(60_000).slow_body(Video, 10, 15_000).appended_late(Audio, 14, 8_000);
    check(&story, "slow-transfer");
}
