//! A piece that is missing in the midst, and what the playlist says of it.

use super::*;
use whystall::event::Named;
use whystall::story::at;

/// The piece that is missing, and where playback stands until the player jumps over it.
const HOLE: u32 = 10;
const PICTURES: ResourceId = ResourceId(900_000);
const SOUND: ResourceId = ResourceId(900_001);
const PLAYER: &[Zone] = &[Zone::Player];
const EITHER: &[Zone] = &[Zone::Player, Zone::Origin];

/// The player leaves a piece of the pictures out. The playlist names them in this order.
fn left_out(index: impl Fn(u32) -> Option<u32>) -> Vec<Input> {
    let mut inputs = Story::new(60_000).hole(HOLE.into(), 2_500).tell().inputs;
    for input in &mut inputs {
        let Event::RequestStarted { resource: ResourceId(asked), named, .. } = &mut input.event else {
            continue;
        };
        let piece = *asked / 2;
        *named = match *asked % 2 {
            0 => index(piece).map(|index| Named { by: PICTURES, index }),
            _ => Some(Named { by: SOUND, index: piece }),
        };
    }
    inputs
}

/// A request of which the browser alone knows, made just before that for the piece after the missing one.
fn asking(inputs: &[Input], kind: ResourceKind, named: Option<Named>) -> Vec<Input> {
    let after = ResourceId((HOLE + 1) * 2);
    let place = inputs
        .iter()
        .position(|input| matches!(input.event, Event::RequestStarted { resource, .. } if resource == after));
    let place = place.unwrap();
    let (observer, request, resource) = (Observer::Browser, RequestId(90_000), ResourceId(90_000));
    let host = "other.example".to_owned();
    let started = Event::RequestStarted { observer, request, resource, host, kind, named };
    let failed = Event::RequestFailed { observer, request, failure: Failure::Network };
    let (before, rest) = inputs.split_at(place);
    let when = rest[0].at;
    let meanwhile = [started, failed].map(|event| Input { at: when, event });
    [before, &meanwhile, rest].concat()
}

#[track_caller]
fn check(inputs: &[Input], zones: &[Zone]) {
    let stalls = whystall::explain(inputs).stalls;
    assert_eq!(stalls.len(), 1);
    let stall = &stalls[0];
    assert_eq!((stall.cause.as_str(), &stall.zones[..]), ("buffer-hole", zones));
    let skipped = stall.findings.iter().find(|finding| finding.id == "gap-skipped");
    assert_eq!(skipped.is_some(), zones == PLAYER);
    assert!(skipped.is_none_or(|finding| finding.facts.len() > 1));
    // Nothing else was late, so that all of it is theirs.
    let theirs: Micros =
        stall.by_zone.iter().filter(|of| zones.contains(&of.zone)).map(|of| of.total()).sum();
    assert!(theirs.0 * 10 >= stall.duration.0 * 9, "{:?} of {:?}", stall.by_zone, stall.duration);
}

#[test]
fn what_the_playlist_names_and_the_player_did_not_ask_for_is_the_players() {
    check(&left_out(Some), PLAYER);
    // The pieces around the hole follow on each other there: it may be in the media.
    check(&left_out(|piece| Some(if piece > HOLE { piece - 1 } else { piece })), EITHER);
    // Nothing is known of one of them.
    check(&left_out(|piece| Some(piece).filter(|piece| *piece != HOLE + 1)), EITHER);
    check(&left_out(|_| None), EITHER);
}

#[test]
fn pieces_of_two_playlists_are_not_counted_together() {
    let mut inputs = left_out(Some);
    for input in &mut inputs {
        if let Event::RequestStarted { named: Some(named), .. } = &mut input.event
            && named.index > HOLE
        {
            named.by = ResourceId(900_002);
        }
    }
    check(&inputs, EITHER);
}

#[test]
fn whatever_may_have_asked_for_it_counts() {
    let inputs = left_out(Some);
    // It was asked for, and did not come; or by an address that no playlist has.
    let missing = Some(Named { by: PICTURES, index: HOLE });
    check(&asking(&inputs, ResourceKind::Data, missing), EITHER);
    check(&asking(&inputs, ResourceKind::Data, None), EITHER);
    // Another piece again, and a playlist.
    let earlier = Some(Named { by: PICTURES, index: HOLE - 3 });
    check(&asking(&inputs, ResourceKind::Data, earlier), PLAYER);
    check(&asking(&inputs, ResourceKind::Manifest, None), PLAYER);
    // Nobody looked for a while.
    let blind = Event::NotObservable { from: at(14_000), what: whystall::event::Blindness::Network };
    let mut unseen = inputs.clone();
    let end = unseen.iter().position(|input| input.at >= at(15_000)).unwrap();
    unseen.insert(end, Input { at: at(15_000), event: blind });
    check(&unseen, EITHER);
}
