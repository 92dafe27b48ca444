//! Stories told to the core: it must find the stalls that truly happened in them, and no others.
#![allow(clippy::indexing_slicing, clippy::unwrap_used)]

mod asking;
mod hole;
mod live;

use whystall::Input;
use whystall::event::TrackKind::{Audio, Video};
use whystall::event::{
    ElementId, Event, Failure, LicenceId, LicenceStep, Observer, Playlist, Refusal, RequestId, ResourceId,
    ResourceKind, Tab, TrackId,
};
use whystall::story::{Delivery, START, Story, TrueStall, USUAL};
use whystall::time::Micros;
use whystall::verdict::{Instant, Stall, StallKind, Value, Zone};

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

/// The sound of the tenth media segment is asked for only when its pictures have come, or the other way round.
#[test]
fn what_waits_its_turn_is_not_the_players_idling() {
    for late in [Video, Audio] {
        let told = Story::new(60_000).in_turn().withhold(late, 10, 15_000).tell();
        // While it lasts, too.
        let during = told.inputs.iter().filter(|input| input.at < told.stalls[0].ended.unwrap().wall);
        let during: Vec<Input> = during.cloned().collect();
        for inputs in [&during, &told.inputs] {
            let stalls = whystall::explain(inputs).stalls;
            let [stall] = &stalls[..] else { panic!("{late:?}: {stalls:#?}") };
            assert_eq!(stall.cause, "slow-response", "{late:?}");
            assert_eq!(stall.blocking.iter().map(|one| one.track).collect::<Vec<_>>(), [late]);
            assert!(!stall.zones.contains(&Zone::Player));
        }
    }
}

#[test]
fn a_withheld_media_segment() {
    let stall = one(Story::new(60_000).withhold(Video, 10, 15_000));
    assert_eq!(stall.cause, "slow-response");
    assert!(stall.zones.contains(&Zone::Origin) && !stall.zones.contains(&Zone::Player));
    assert_eq!(stall.blocking[0].host.as_deref(), Some("video.example"));
}

/// What the browser held back itself looks, from the page, as late as what the server did.
#[test]
fn an_answer_that_the_browser_may_have_held_back() {
    let beside = |count: u32| {
        let story = Story::new(60_000).withhold(Video, 10, 15_000);
        let asks = (0..count).flat_map(|id| request(200_100 + id, "video.example", 9_000, 24_000));
        let stall = one(noted(story, asks));
        assert_eq!(stall.cause, "slow-response");
        (ids(&stall).contains(&"others-before"), stall.zones.contains(&Zone::Player))
    };
    assert_eq!(beside(5), (false, false));
    assert_eq!(beside(6), (true, true));
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

/// As recorded in Chromium, which after a few stalls wants more ahead than a player with a small buffer fetches.
#[test]
fn what_has_come_and_is_not_played_on() {
    let slow = Delivery { transfer: 2_300, ..USUAL };
    let story = (0..30).fold(Story::new(90_000), |story, segment| story.deliver(Video, segment, slow));
    let standing = |millis: i64| story.clone().freeze(4_500, millis).tell().inputs;
    let longest = |inputs: &[Input]| {
        let stalls = whystall::explain(inputs).stalls;
        stalls.into_iter().max_by_key(|stall| stall.duration).expect("it is too slow")
    };
    let stall = longest(&standing(40_000));
    assert_eq!((stall.cause.as_str(), stall.kind), ("frozen", StallKind::Starved));
    assert_eq!(stall.zones, [Zone::Device, Zone::Player, Zone::Origin]);
    // What it waits for may be what comes meanwhile.
    assert_eq!(longest(&standing(8_000)).cause, "slow-transfer");
    let mut unseen = standing(40_000);
    unseen.retain(|input| !matches!(input.event, Event::RequestStarted { .. }));
    assert_ne!(longest(&unseen).cause, "frozen");
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

#[test]
fn a_player_that_asks_late_because_the_page_is_busy() {
    let story = Story::new(60_000).asked_late(Video, 10, 15_000);
    let asked = |stall: &Stall| stall.findings.iter().any(|finding| finding.id == "main-thread-busy");
    // The player asks for segment 10 some 10 s into the story.
    let stall = one(story.clone().busy(10_000, 15_000));
    assert_eq!((stall.cause.as_str(), asked(&stall)), ("cpu-busy", true));
    assert_eq!(stall.zones, [Zone::Device]);
    // Busy before, free when it mattered.
    let stall = one(story.clone().busy(1_000, 8_000));
    assert_eq!((stall.cause.as_str(), asked(&stall)), ("request-idle", false));
    assert_eq!(stall.zones, [Zone::Player]);
}

#[test]
fn both_tracks_asked_for_late_because_the_page_is_busy() {
    let story = Story::new(60_000).asked_late(Video, 10, 15_000).asked_late(Audio, 10, 15_000);
    assert_eq!(one(story.busy(10_000, 14_900)).cause, "cpu-busy");
}

#[test]
fn a_busy_page_does_not_make_the_network_late() {
    let story = Story::new(60_000).withhold(Video, 10, 15_000);
    assert_eq!(one(story.busy(12_000, 12_000)).cause, "slow-response");
}

/// It may, where it is the device that has no time: nothing tells from inside.
#[test]
fn a_device_that_was_busy_for_most_of_a_wait_stays_possible() {
    let story = || Story::new(60_000).withhold(Video, 10, 15_000);
    let stays = |stall: &Stall| {
        let told = stall.findings.iter().any(|finding| finding.id == "busy-while-waiting");
        let counted =
            stall.by_zone.iter().any(|time| time.zone == Zone::Device && time.total() > Micros::ZERO);
        (stall.zones.contains(&Zone::Device), told, counted, stall.cleared.contains(&Zone::Device))
    };
    assert_eq!(stays(&one(story().busy(12_000, 12_000))), (true, true, true, false));
    assert_eq!(stays(&one(story().busy(12_000, 4_000))), (false, false, false, true));
}

#[test]
fn a_page_too_busy_to_hand_on_what_came() {
    let story = Story::new(60_000).appended_late(Video, 10, 15_000);
    assert_eq!(one(story.busy(10_500, 14_500)).cause, "cpu-busy");
}

#[test]
fn a_device_that_freezes_with_its_main_thread() {
    let story = Story::new(60_000).freeze(20_500, 3_000);
    assert_eq!(one(story.clone().busy(20_500, 2_800)).cause, "cpu-busy");
    assert_eq!(one(story.busy(20_500, 1_000)).cause, "frozen");
}

fn tab(tab: Tab) -> Event {
    Event::Tab { tab }
}

#[test]
fn a_tab_in_the_background() {
    let story = Story::new(60_000).asked_late(Video, 10, 15_000);
    let stall = one(story.note(9_000, tab(Tab::Hidden)).note(50_000, tab(Tab::Visible)));
    assert_eq!(stall.cause, "tab-throttled");
    let story = Story::new(60_000).freeze(20_500, 3_000).note(20_400, tab(Tab::Frozen));
    let stall = one(story.note(23_400, tab(Tab::Visible)));
    assert_eq!((stall.cause.as_str(), stall.zones), ("tab-throttled", vec![Zone::Device]));
    let story = Story::new(60_000).withhold(Video, 10, 15_000);
    assert_eq!(one(story.note(9_000, tab(Tab::Hidden))).cause, "slow-response");
}

#[test]
fn a_decoder_that_drops_frames() {
    let counted = |dropped, total| Event::Quality { element: ElementId(0), dropped, total };
    let story = Story::new(60_000).freeze(20_500, 3_000).note(18_500, counted(2, 450));
    let slow = story.clone().note(22_000, counted(40, 500));
    let stall = one(slow.clone());
    assert_eq!((stall.cause.as_str(), stall.zones), ("decoder-slow", vec![Zone::Device]));
    assert_eq!(one(story.note(22_000, counted(4, 500))).cause, "frozen");
    // Frames are dropped on purpose where nobody sees them, and for want of time on a busy device.
    assert_eq!(one(slow.clone().note(10_000, tab(Tab::Hidden))).cause, "tab-throttled");
    assert_eq!(one(slow.busy(20_500, 2_800)).cause, "cpu-busy");
}

#[test]
fn a_decoder_that_plays_slower_and_drops_few_frames() {
    let counted = |dropped, total| Event::Quality { element: ElementId(0), dropped, total };
    let told = |dropped: u64| {
        let crawls = Story::new(60_000).crawl(20_500, 6_000);
        let story = crawls.note(18_500, counted(2, 450)).note(26_000, counted(2 + dropped, 570));
        let stalls = whystall::explain(&story.tell().inputs).stalls;
        stalls.into_iter().map(|stall| (stall.kind, stall.cause, stall.zones)).collect::<Vec<_>>()
    };
    let slow = |cause: &str, zones: &[Zone]| (StallKind::SlowMotion, cause.to_owned(), zones.to_vec());
    assert_eq!(told(18), [slow("decoder-slow", &[Zone::Device])]);
    assert_eq!(told(8), [slow("slow-motion", &[Zone::Device, Zone::Player])]);
}

fn licence(step: LicenceStep) -> Event {
    Event::Licence { licence: LicenceId(0), step }
}

/// A request from then to then, as the browser sees it.
fn request(id: u32, host: &str, asked: i64, answered: i64) -> [(i64, Event); 3] {
    let (observer, request) = (Observer::Browser, RequestId(id));
    let kind = ResourceKind::Data;
    let asking = Event::RequestStarted {
        observer,
        request,
        resource: ResourceId(id),
        host: host.into(),
        kind,
        named: None,
    };
    let begun = Event::ResponseBegan {
        observer,
        request,
        status: 200,
        length: Some(150),
        cached: false,
        network: None,
        confession: None,
    };
    let ended = Event::RequestEnded { observer, request, bytes: None };
    [(asked, asking), (answered, begun), (answered, ended)]
}

fn noted(story: Story, notes: impl IntoIterator<Item = (i64, Event)>) -> Story {
    notes.into_iter().fold(story, |story, (when, event)| story.note(when, event))
}

fn ids(stall: &Stall) -> Vec<&str> {
    stall.findings.iter().map(|finding| finding.id.as_str()).collect()
}

#[test]
fn a_licence_that_comes_late() {
    use Zone::{Access, Edge, Home, Interconnect, Origin, Player};
    let story = Story::new(60_000).freeze(20_500, 3_000).wait_for_key(20_100);
    let licensed = story.note(13_000, licence(LicenceStep::Asked)).note(23_300, licence(LicenceStep::Given));
    // Nothing is seen of how it was asked for. The player's own requests went through until the buffer was full.
    let stall = one(licensed.clone());
    assert_eq!(stall.cause, "licence-wait");
    assert_eq!(stall.zones, [Player, Interconnect, Edge, Origin]);
    assert_eq!(ids(&stall), ["key-missing", "licence-came", "others-prompt"]);

    // The page's account of the end may come before the browser's.
    let seen = noted(licensed.clone(), request(9_000, "licence.example", 13_010, 23_330));
    let stall = one(seen.clone());
    assert_eq!(stall.zones, [Interconnect, Origin]);
    let came = &stall.findings[1];
    assert_eq!(came.values["host"], Value::Name("licence.example".into()));
    assert_eq!(came.values["took"], Value::Micros(Micros::from_millis(10_300)));
    // A server of the CDN that has licences, too.
    let stall = one(noted(licensed.clone(), request(9_000, "video.example", 13_010, 23_330)));
    assert_eq!(stall.zones, [Edge, Origin]);

    // Another one that is slow as well: it may be the line.
    let stall = one(noted(seen.clone(), request(9_001, "other.example", 16_000, 20_000)));
    assert_eq!(stall.zones, [Home, Access, Interconnect, Origin]);
    assert_eq!(ids(&stall), ["key-missing", "licence-came"]);

    // What the licence's own server answers meanwhile went the same way.
    let asked = (0..5).flat_map(|time| {
        let at = 13_500 + i64::from(time) * 1_500;
        request(9_010 + time, "licence.example", at, at + 60)
    });
    let stall = one(noted(seen, asked));
    assert_eq!(stall.zones, [Origin]);
    assert_eq!(ids(&stall), ["key-missing", "licence-came", "others-prompt", "licence-server-prompt"]);

    // The licence server answered at once: the player kept it, or asked elsewhere.
    let stall = one(noted(licensed, request(9_000, "licence.example", 13_010, 13_100)));
    assert!(stall.zones.contains(&Player) && !stall.findings[1].values.contains_key("host"));
}

#[test]
fn a_licence_that_may_have_got_lost_while_nothing_else_was_asked() {
    use Zone::{Access, Home, Interconnect, Origin};
    // Asked for when the buffer is full: the next media segment is asked for four seconds later, as all is well again.
    let story = Story::new(60_000).freeze(20_500, 2_300).wait_for_key(20_100).asked_late(Video, 8, 2_000);
    let story = story.asked_late(Audio, 8, 2_000);
    let given = |at| {
        let asked = story.clone().note(14_500, licence(LicenceStep::Asked));
        let licensed = asked.note(at, licence(LicenceStep::Given));
        one(noted(licensed, request(9_000, "licence.example", 14_500, at))).zones
    };
    assert_eq!(given(22_500), [Home, Access, Interconnect, Origin]);
}

#[test]
fn a_licence_without_which_the_player_holds_media_back() {
    let story = Story::new(60_000).appended_late(Video, 10, 15_000);
    assert_eq!(one(story.clone()).cause, "append-late");
    let asked = story.note(11_000, licence(LicenceStep::Asked));
    let stall = one(asked.clone().note(25_000, licence(LicenceStep::Given)));
    assert_eq!((stall.cause.as_str(), stall.kind), ("licence-wait", StallKind::Starved));
    // One that came long before has nothing to do with it, and one that is renewed for a moment neither.
    assert_eq!(one(asked.note(11_500, licence(LicenceStep::Given))).cause, "append-late");
    let idle = Story::new(60_000).asked_late(Video, 10, 15_000);
    let renewed = idle.note(20_500, licence(LicenceStep::Asked)).note(20_600, licence(LicenceStep::Given));
    assert_eq!(one(renewed).cause, "request-idle");
}

#[test]
fn a_connection_that_is_lost() {
    let online = |online| Event::Online { online };
    let story = Story::new(60_000).fail(Video, 10, 12);
    let stall = one(story.clone().note(10_000, online(false)).note(20_000, online(true)));
    assert_eq!((stall.cause.as_str(), &stall.zones[..]), ("offline", &[Zone::Home, Zone::Access][..]));
    // Over before it mattered.
    let stall = one(story.note(2_000, online(false)).note(5_000, online(true)));
    assert_eq!(stall.cause, "http-error");
}

#[test]
fn a_hole_that_the_player_leaves() {
    let stall = one(Story::new(60_000).hole(10, 2_500));
    assert_eq!((stall.cause.as_str(), &stall.zones[..]), ("buffer-hole", &[Zone::Player, Zone::Origin][..]));
    // Nobody can tell yet whether it will be filled.
    let stall = one(Story::new(30_000).hole(10, 60_000));
    assert_eq!(stall.cause, "buffer-hole");
}

#[test]
fn a_page_that_keeps_seeking() {
    let story = Story::new(60_000).freeze(20_500, 4_000);
    let nudged = |times: i64| (0..times).fold(story.clone(), |story, time| story.nudge(21_000 + time * 400));
    let stall = one(nudged(8));
    assert_eq!((stall.cause.as_str(), &stall.zones[..]), ("seek-storm", &[Zone::Player][..]));
    // A few are a remedy.
    assert_eq!(one(nudged(3)).cause, "frozen");
}

#[test]
fn a_buffer_that_is_full() {
    let full = Event::AppendRefused { track: TrackId(0), reason: Refusal::Quota };
    let story = Story::new(60_000).appended_late(Video, 10, 15_000);
    let stall = one(story.note(11_000, full.clone()).note(14_000, full.clone()));
    assert_eq!((stall.cause.as_str(), &stall.zones[..]), ("buffer-full", &[Zone::Player][..]));
    let withheld = Story::new(60_000).withhold(Video, 10, 15_000).note(11_000, full);
    assert_eq!(one(withheld).cause, "slow-response");
}

/// The same inputs as of another player on the page.
fn as_second(inputs: Vec<Input>) -> Vec<Input> {
    let renamed = inputs.into_iter().map(|input| {
        let mut value = serde_json::to_value(&input).unwrap();
        for name in ["element", "source", "track", "request", "resource"] {
            if let Some(id) = value.get(name).and_then(serde_json::Value::as_u64) {
                value[name] = (id + 100_000).into();
            }
        }
        serde_json::from_value(value).unwrap()
    });
    renamed.collect()
}

#[test]
fn two_players_on_a_page_are_told_apart() {
    let alone = Story::new(60_000).withhold(Video, 10, 15_000).tell().inputs;
    let both: Vec<Input> = alone.iter().cloned().chain(as_second(Story::new(60_000).tell().inputs)).collect();
    let stalls = |inputs: &[Input]| -> Vec<(String, Instant, Vec<Zone>)> {
        let stalls = whystall::explain(inputs).stalls.into_iter();
        stalls.map(|stall| (stall.cause, stall.began, stall.zones)).collect()
    };
    assert_eq!(stalls(&both), stalls(&alone));
}
