//! When the player asks, and what it may have waited for before.

use super::*;

#[test]
fn a_player_that_asks_late() {
    let stall = one(Story::new(60_000).asked_late(Video, 10, 15_000));
    assert_eq!(stall.cause, "request-idle");
}

/// An address that has to be asked for, a permission, what is to be shown next.
#[test]
fn a_player_that_may_have_needed_something_else_first() {
    let story = || Story::new(60_000).asked_late(Video, 10, 15_000);
    let told = story().tell();
    let asked = |input: &&Input| matches!(input.event, Event::RequestStarted { resource, .. } if resource == ResourceId(20));
    let asked = (told.inputs.iter().find(asked).unwrap().at - START).as_millis();
    let needed = |from: i64, until: i64| {
        let stall = one(noted(story(), request(100_000, "api.example", asked + from, asked + until)));
        (stall.cause, stall.zones)
    };
    let path = [Zone::Player, Zone::Home, Zone::Access, Zone::Interconnect, Zone::Edge, Zone::Origin];
    assert_eq!(needed(-14_000, -20), ("request-idle".to_owned(), path.to_vec()));
    // What came long before, or only by chance just then, it did not wait for.
    for (from, until) in [(-14_000, -1_000), (-2_000, -20)] {
        assert_eq!(needed(from, until), ("request-idle".to_owned(), vec![Zone::Player]));
    }
}

#[test]
fn a_player_that_gave_up_a_silent_request_was_not_idle() {
    for patience in [4_000, 10_000, 14_900] {
        let stall = one(Story::new(60_000).give_up(Video, 10, 15_000, patience));
        assert_eq!(stall.cause, "slow-response", "given up after {patience} ms");
        assert!(!stall.zones.contains(&Zone::Player));
        let given_up = stall.findings.iter().find(|finding| finding.id == "given-up");
        assert!(given_up.is_some(), "{:?}", stall.findings);
        // Where the time went does not depend on it.
        let waited = one(Story::new(60_000).withhold(Video, 10, 15_000));
        assert_eq!(stall.duration, waited.duration);
    }
}

#[test]
fn an_idle_player_is_not_excused_by_what_others_gave_up() {
    let (observer, request) = (Observer::Browser, RequestId(90_000));
    let elsewhere = Event::RequestStarted {
        observer,
        request,
        resource: ResourceId(90_000),
        host: "statistics.example".to_owned(),
        kind: ResourceKind::Data,
        named: None,
    };
    let broken_off = Event::RequestFailed { observer, request, failure: Failure::Aborted };
    let story =
        Story::new(60_000).asked_late(Video, 10, 15_000).note(13_000, elsewhere).note(23_000, broken_off);
    assert_eq!(one(story).cause, "request-idle");
}

/// Each media segment comes in little more than half of the time that it plays, and is asked for when half a second is left.
#[test]
fn a_player_that_keeps_too_little_ahead() {
    let slow = Delivery { transfer: 1_100, ..USUAL };
    let keeps = |millis: i64| {
        let story = Story::new(29_000).keeps(millis);
        (0..20).fold(story, |story, segment| story.deliver(Video, segment, slow))
    };
    let list = |live: bool| Event::Playlist {
        resource: None,
        playlist: Box::new(Playlist { live, ..Playlist::default() }),
        named: vec![],
    };
    let last = |story: Story| explained(story).pop();
    let stall = last(keeps(500).note(10, list(false))).expect("it asks too late");
    assert_eq!((stall.cause.as_str(), &stall.zones[..]), ("request-idle", &[Zone::Player][..]));
    assert!(ids(&stall).contains(&"kept-too-little"));
    // What it asks now and then it does not wait for.
    let now_and_then = (0..60)
        .flat_map(|id| request(100_000 + id, "api.example", 500 * i64::from(id), 500 * i64::from(id) + 80));
    let stall = last(noted(keeps(500).note(10, list(false)), now_and_then)).expect("it asks too late");
    assert_eq!(stall.zones, [Zone::Player]);
    assert_eq!(last(keeps(2_000).note(10, list(false))), None);
    // What is live may not have been there to be asked for.
    let live = last(keeps(500).note(10, list(true))).expect("it asks too late");
    assert!(!ids(&live).contains(&"kept-too-little"));
}

/// Over a WebSocket, from other viewers, or taken apart beyond recognition: what brings media is not always seen.
#[test]
fn media_that_came_in_a_way_that_is_not_seen_are_blamed_on_nobody() {
    let requests = |event: &Event| {
        matches!(
            event,
            Event::RequestStarted { .. } | Event::ResponseBegan { .. } | Event::RequestEnded { .. }
        )
    };
    for story in
        [Story::new(60_000).withhold(Video, 10, 15_000), Story::new(60_000).slow_body(Video, 10, 15_000)]
    {
        let mut inputs = story.tell().inputs;
        inputs.retain(|input| !requests(&input.event));
        let [stall] = &whystall::explain(&inputs).stalls[..] else { panic!("there is one") };
        assert_eq!((stall.cause.as_str(), &stall.zones[..]), ("undetermined", &Zone::ALL[..]));
        assert_eq!(stall.not_observed, ["requests"]);
    }
}
