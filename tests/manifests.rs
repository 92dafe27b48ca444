//! Stalls that only the manifests explain, or that they could be thought to: stories with what the page read of them.
#![allow(clippy::unwrap_used, clippy::indexing_slicing)]

use whystall::event::TrackKind::Video;
use whystall::event::{
    Asker, Event, Input, Listed, Observer, Playlist, Rendition, Reply, RequestId, ResourceId, ResourceKind,
    Target, TrackId, TrackKind,
};
use whystall::explain;
use whystall::story::{SEGMENT, Story, at};
use whystall::time::{Micros, Wall};
use whystall::verdict::{Stall, Value, Zone};

const PATH_AND_SERVER: [Zone; 5] = [Zone::Home, Zone::Access, Zone::Interconnect, Zone::Edge, Zone::Origin];
/// The playlist's own address, and the request for it.
const LIST: ResourceId = ResourceId(1_000_000);

/// As in a story: the address of a media segment of the pictures.
fn address(segment: i64) -> ResourceId {
    ResourceId(segment as u32 * 2)
}

/// A player that waits 14 s before it can ask for the media segment 8; when that was, in milliseconds.
fn waiting() -> (Vec<Input>, i64) {
    let told = Story::new(50_000).asked_late(Video, 8, 14_000).tell();
    assert_eq!(told.stalls.len(), 1);
    let asked = told.inputs.iter().find(
        |input| matches!(input.event, Event::RequestStarted { resource, .. } if resource == address(8)),
    );
    let asked = (asked.unwrap().at - at(0)).as_millis();
    (told.inputs, asked)
}

/// A live playlist that goes as far as the last of these, or as the media segment 7.
fn playlist(target: i64, named: &[i64]) -> Playlist {
    let next = named.last().map_or(8, |last| *last as u64 + 1);
    let target = Some(Micros::from_millis(target));
    Playlist { live: true, target, next: Some(next), ..Playlist::default() }
}

fn read(millis: i64, target: i64, named: &[i64]) -> Input {
    let playlist = playlist(target, named);
    let named = named.iter().map(|segment| address(*segment)).collect();
    Input {
        at: at(millis),
        event: Event::Playlist { resource: Some(LIST), playlist: Box::new(playlist), named },
    }
}

/// The playlist is read every two seconds, and names the media segment 8 just before the player asks for it.
fn sliding(inputs: &mut Vec<Input>, asked: i64, target: i64) {
    inputs.extend((0..8).map(|segment| read(1 + segment * 400, target, &[segment])));
    inputs.extend(
        (0..)
            .map(|n| asked - 14_500 + n * 2_000)
            .take_while(|when| *when < asked - 50)
            .map(|when| read(when, target, &[])),
    );
    inputs.push(read(asked - 20, target, &[8]));
}

fn request(id: u32, from: i64, to: i64, status: u16) -> [Input; 3] {
    let (observer, request) = (Observer::Browser, RequestId(id));
    let host = "video.example".to_owned();
    let (resource, kind) = (LIST, ResourceKind::Manifest);
    [
        Input {
            at: at(from),
            event: Event::RequestStarted { observer, request, resource, host, kind, named: None },
        },
        Input {
            at: at(to),
            event: Event::ResponseBegan {
                observer,
                request,
                status,
                length: None,
                cached: false,
                network: None,
                confession: None,
            },
        },
        Input { at: at(to + 1), event: Event::RequestEnded { observer, request, bytes: None } },
    ]
}

fn judged(inputs: &[Input]) -> Stall {
    let stalls = explain(inputs).stalls;
    assert_eq!(stalls.len(), 1);
    let stall = stalls[0].clone();
    for finding in &stall.findings {
        assert!(finding.facts.iter().all(|fact| (*fact as usize) < inputs.len()), "{finding:?}");
    }
    stall
}

#[test]
fn a_live_stream_that_has_nothing_newer() {
    let (mut inputs, asked) = waiting();
    sliding(&mut inputs, asked, 2_000);
    let stall = judged(&inputs);
    assert_eq!(
        (stall.cause.as_str(), stall.zones.as_slice()),
        ("not-yet-published", &[Zone::Edge, Zone::Origin][..])
    );
    let finding = stall.findings.iter().find(|finding| finding.id == "not-named-yet").unwrap();
    assert!(finding.facts.len() >= 7, "{finding:?}");

    // While it lasts nothing has been asked for.
    let midway = stall.began.wall + Micros::from_millis(2_000);
    inputs.retain(|input| input.at <= midway);
    let stall = judged(&inputs);
    assert_eq!((stall.cause.as_str(), stall.ended), ("not-yet-published", None));
}

/// By the server beside the one that gives it out, this playlist goes as far as this media segment.
fn beside(millis: i64, resource: ResourceId, last: i64) -> Input {
    let playlist = playlist(2_000, &[last]);
    let event = Event::Checked {
        by: Asker::Automatic,
        target: Target::Sibling,
        host: Some("video.example".to_owned()),
        from: at(millis - 40),
        reply: Reply::Answered,
        connect: None,
        answer: Some(Micros::from_millis(38)),
        bytes: Some(300),
        took: Some(Micros::from_millis(2)),
        listed: Some(Box::new(Listed { resource, playlist })),
        found: false,
    };
    Input { at: at(millis), event }
}

#[test]
fn whether_there_is_more_beside_tells_who_keeps_it() {
    // How long before the player asks for the media segment 8, which of its reading of the playlist named; how far it goes beside.
    let check = |asked_beside: &[(i64, ResourceId, i64)], zones: &[Zone], says: Option<&str>| {
        let (mut inputs, asked) = waiting();
        sliding(&mut inputs, asked, 2_000);
        inputs.extend(asked_beside.iter().map(|(before, list, last)| beside(asked - before, *list, *last)));
        inputs.sort_by_key(|input| input.at);
        let stall = judged(&inputs);
        let told = stall.findings.iter().map(|finding| finding.id.as_str());
        let told: Vec<&str> = told.filter(|id| id.starts_with("sibling-")).collect();
        assert_eq!((&stall.zones[..], told), (zones, says.into_iter().collect()), "{asked_beside:?}");
    };
    let (either, more, no_more) =
        ([Zone::Edge, Zone::Origin], Some("sibling-lists-more"), Some("sibling-lists-no-more"));
    check(&[(4_000, LIST, 7)], &[Zone::Origin], no_more);
    check(&[(4_000, LIST, 8)], &[Zone::Edge], more);
    // It was published between this and the player's next look.
    check(&[(400, LIST, 8)], &either, None);
    check(&[(4_000, LIST, 7), (400, LIST, 8)], &[Zone::Origin], no_more);
    // It may have been.
    check(&[(4_000, LIST, 7), (2_800, LIST, 8)], &[Zone::Edge], more);
    check(&[(4_000, LIST, 7), (900, LIST, 8)], &either, None);
    // That server keeps an old one itself, or another.
    check(&[(4_000, LIST, 6)], &either, None);
    check(&[(4_000, ResourceId(1_000_001), 7)], &either, None);
}

/// As an MPD says it: how much there is, and no names.
fn until(millis: i64, segments: i64) -> Input {
    let (begin, end) = (at(0), at(0) + Micros::from_millis(segments * SEGMENT));
    let playlist = Playlist {
        live: true,
        target: Some(Micros::from_millis(SEGMENT)),
        available_from: Some(begin),
        ends: Some(end),
        ..Playlist::default()
    };
    Input {
        at: at(millis),
        event: Event::Playlist { resource: Some(LIST), playlist: Box::new(playlist), named: vec![] },
    }
}

#[test]
fn a_live_presentation_that_has_nothing_newer() {
    let (idle, asked) = waiting();
    let reads = |last: i64| (1..14).rev().map(move |n| until(asked - n * 1_000, last));
    let mut inputs = idle.clone();
    inputs.extend(reads(8));
    inputs.push(until(asked - 20, 9));
    let stall = judged(&inputs);
    let zones = [Zone::Edge, Zone::Origin];
    assert_eq!((stall.cause.as_str(), stall.zones.as_slice()), ("not-yet-published", &zones[..]));
    let finding = stall.findings.iter().find(|finding| finding.id == "not-named-yet").unwrap();
    assert_eq!(finding.facts.len(), 14);

    // It was there all the while.
    let mut there = idle.clone();
    there.extend(reads(9));
    assert_eq!(judged(&there).cause, "request-idle");
    // The player has not come to the end of what there is, or has stopped looking.
    let mut behind = idle.clone();
    behind.extend(reads(6));
    assert_eq!(judged(&behind).cause, "request-idle");
    let mut blind = idle.clone();
    blind.push(until(asked - 17_000, 8));
    blind.push(until(asked - 20, 9));
    assert_eq!(judged(&blind).cause, "request-idle");
}

#[test]
fn a_player_too_close_to_the_end_of_a_stream_that_is_on_time() {
    let (mut inputs, asked) = waiting();
    sliding(&mut inputs, asked, 15_000);
    let stall = judged(&inputs);
    let zones = [Zone::Player, Zone::Edge, Zone::Origin];
    assert_eq!((stall.cause.as_str(), stall.zones.as_slice()), ("not-yet-published", &zones[..]));
}

#[test]
fn a_player_that_does_not_ask_is_not_the_streams_doing() {
    let (inputs, asked) = waiting();
    assert_eq!(judged(&inputs).cause, "request-idle");
    // Named all the while.
    let mut named = inputs.clone();
    named.extend((0..9).map(|segment| read(1 + segment * 400, 2_000, &[segment])));
    assert_eq!(judged(&named).cause, "request-idle");
    // It has stopped looking, too.
    let mut blind = inputs.clone();
    blind.extend((0..8).map(|segment| read(1 + segment * 100, 2_000, &[segment])));
    blind.push(read(asked - 20, 2_000, &[8]));
    assert_eq!(judged(&blind).cause, "request-idle");
}

#[test]
fn a_playlist_that_comes_late() {
    let (mut inputs, asked) = waiting();
    inputs.extend(request(900, 100, 150, 200));
    inputs.extend(request(901, asked - 13_900, asked - 30, 200));
    let stall = judged(&inputs);
    assert_eq!((stall.cause.as_str(), stall.zones.as_slice()), ("manifest-late", &PATH_AND_SERVER[..]));
    assert!(stall.findings.iter().any(|finding| finding.id == "playlist-late" && finding.facts.len() == 3));

    // Of a live stream, too: that it names nothing new meanwhile is no wonder.
    let mut live = inputs.clone();
    live.extend((0..8).map(|segment| read(1 + segment * 400, 2_000, &[segment])));
    live.push(read(asked - 14_000, 2_000, &[]));
    live.push(read(asked - 20, 2_000, &[8]));
    let stall = judged(&live);
    assert_eq!(stall.cause, "manifest-late");

    // And while it lasts, when nothing was asked for yet.
    let midway = stall.began.wall + Micros::from_millis(2_000);
    for mut so_far in [inputs, live] {
        so_far.retain(|input| input.at <= midway);
        let stall = judged(&so_far);
        assert_eq!((stall.cause.as_str(), stall.ended), ("manifest-late", None));
    }
}

/// Low latency: the server answers when it has something new, every half second if all is well.
#[test]
fn a_playlist_that_the_server_holds_back() {
    let (idle, asked) = waiting();
    let parts = |mut read: Input| {
        if let Event::Playlist { playlist, .. } = &mut read.event {
            playlist.part_target = Some(Micros::from_millis(500));
        }
        read
    };
    let often = |until: i64| {
        let asks = (0..(until / 500) as u32).map(|n| (2_000 + n, i64::from(n) * 500));
        asks.flat_map(|(id, from)| request(id, from, from + 480, 200)).collect::<Vec<_>>()
    };
    let named = |segment: i64| parts(read(1 + segment * 400, 2_000, &[segment]));
    let mut held = idle.clone();
    held.extend(often(asked - 13_900));
    held.extend((0..8).map(named));
    held.extend(request(900, asked - 13_900, asked - 30, 200));
    held.push(parts(read(asked - 20, 2_000, &[8])));
    let stall = judged(&held);
    // A broken way looks the same as a server that has nothing to say.
    assert_eq!((stall.cause.as_str(), stall.zones.as_slice()), ("manifest-late", &PATH_AND_SERVER[..]));
    assert!(stall.findings.iter().any(|finding| finding.id == "playlist-held-back"));

    // It named the media segment long ago, and goes on answering in time.
    let mut there = idle;
    there.extend(often(asked));
    there.extend((0..9).map(named));
    assert_eq!(judged(&there).cause, "request-idle");
}

#[test]
fn a_playlist_that_the_server_refuses() {
    let (mut inputs, asked) = waiting();
    for attempt in 0..6 {
        let from = asked - 13_900 + i64::from(attempt) * 2_300;
        inputs.extend(request(900 + attempt, from, from + 40, if attempt == 5 { 200 } else { 503 }));
    }
    let stall = judged(&inputs);
    assert_eq!(
        (stall.cause.as_str(), stall.zones.as_slice()),
        ("manifest-late", &[Zone::Edge, Zone::Origin][..])
    );
    let finding = stall.findings.iter().find(|finding| finding.id == "playlist-late").unwrap();
    assert!(finding.values.contains_key("status"));
}

#[test]
fn what_is_asked_for_before_it_is_there() {
    let mut inputs = Story::new(50_000).fail(Video, 8, 12).tell().inputs;
    assert_eq!(judged(&inputs).cause, "http-error");
    for input in &mut inputs {
        if let Event::ResponseBegan { status: status @ 503, .. } = &mut input.event {
            *status = 404;
        }
    }
    assert_eq!(judged(&inputs).cause, "http-error", "a film has no media segments to come");
    inputs.push(read(10, 2_000, &[]));
    let stall = judged(&inputs);
    let zones = [Zone::Player, Zone::Edge, Zone::Origin];
    assert_eq!((stall.cause.as_str(), stall.zones.as_slice()), ("not-yet-published", &zones[..]));
    // One that a playlist had named should be there.
    inputs.push(read(20, 2_000, &[8]));
    assert_eq!(judged(&inputs).cause, "http-error");
}

/// A line that gives less than what is asked for, from the media segment 6 on.
fn slow_line() -> Vec<Input> {
    let story = (6..16).fold(Story::new(60_000), |story, segment| story.slow_body(Video, segment, 3_600));
    story.tell().inputs
}

fn coded(millis: i64, width: u32, height: u32) -> Input {
    Input { at: at(millis), event: Event::Coded { track: TrackId(0), width, height } }
}

fn ladder(bitrates: &[(u64, u32, u32)]) -> Input {
    let rung = |&(bitrate, width, height): &(u64, u32, u32)| Rendition {
        bitrate,
        kind: TrackKind::Video,
        size: Some((width, height)),
        frame_rate: None,
    };
    let renditions = bitrates.iter().map(rung).collect();
    Input { at: Wall(at(0).0), event: Event::Ladder { resource: None, renditions } }
}

fn last_cause(inputs: &[Input]) -> Stall {
    explain(inputs).stalls.last().unwrap().clone()
}

#[test]
fn a_player_that_chooses_more_than_the_line_gives() {
    let offered = ladder(&[(600_000, 640, 360), (2_000_000, 1280, 720)]);
    let chosen = [coded(1, 640, 360), coded(900, 1280, 720)];
    let with = |more: &[Input]| [&slow_line()[..], more].concat();
    let stall = last_cause(&with(&[&chosen[..], std::slice::from_ref(&offered)].concat()));
    let zones = [Zone::Player, Zone::Home, Zone::Access, Zone::Interconnect, Zone::Edge];
    assert_eq!((stall.cause.as_str(), stall.zones.as_slice()), ("abr-overreach", &zones[..]));
    assert!(stall.findings.iter().any(|finding| finding.id == "lower-was-offered"));

    // The next lower would not have been enough, the one below it would.
    let in_steps = ladder(&[(600_000, 640, 360), (1_900_000, 960, 540), (2_000_000, 1280, 720)]);
    let stall = last_cause(&with(&[&chosen[..], &[in_steps]].concat()));
    let lower = stall.findings.iter().find(|finding| finding.id == "lower-was-offered").unwrap();
    assert_eq!(lower.values.get("enough"), Some(&Value::Bitrate(600_000)));

    for (why, inputs) in [
        ("nothing is known of what is offered", with(&chosen)),
        ("nothing lower is offered", with(&[&chosen[..], &[ladder(&[(2_000_000, 1280, 720)])]].concat())),
        (
            "what is lower is hardly so",
            with(&[&chosen[..], &[ladder(&[(1_900_000, 640, 360), (2_000_000, 1280, 720)])]].concat()),
        ),
        ("the quality never changed", with(&[coded(1, 1280, 720), offered.clone()])),
    ] {
        assert_eq!(last_cause(&inputs).cause, "slow-transfer", "{why}");
    }
    // What was to be expected was enough.
    let mut sudden = Story::new(50_000).slow_body(Video, 8, 16_000).tell().inputs;
    sudden.extend(chosen);
    sudden.push(offered);
    assert_eq!(last_cause(&sudden).cause, "slow-transfer");
}
