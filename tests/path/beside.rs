//! What other tabs of the browser got, what the player itself said, and what servers say.

use super::*;
use whystall::event::{Claim, Confession};
use whystall::time::Wall;
use whystall::verdict::Finding;

/// When the body of [`slow_body`] is under way, milliseconds after the story's begin.
const SLOW: std::ops::Range<i64> = 10_000..29_000;

/// Other tabs get so many bytes in each second.
fn other_tabs(story: Story, bytes: u64, open: u32) -> Story {
    let begin = story.clone().tell().inputs[0].at;
    SLOW.step_by(1_000).fold(story, |story, second| {
        let from = Wall(begin.0 + second * 1_000);
        story.note(second + 1_000, Event::OtherTabs { from, answers: 1, bytes, open })
    })
}

fn of_tabs(stall: &Stall) -> Option<&Finding> {
    stall.findings.iter().find(|finding| finding.id.starts_with("other-tabs"))
}

#[test]
fn a_way_as_fast_as_ever_that_others_had_a_part_of_was_shared() {
    // Bodies of 500 kB that usually come in 1 s and then in 6 s, until the buffer is dry.
    let took = |segment| if (10..13).contains(&segment) { 6_000 } else { 1_000 };
    let shared =
        || (0..30).fold(Story::new(60_000), |story, segment| story.slow_body(Video, segment, took(segment)));
    let ids = |story: &Story| {
        let stall = judged(story);
        let told = of_tabs(&stall).unwrap();
        assert!(!told.facts.is_empty());
        (told.id.clone(), stall.zones)
    };
    let story = other_tabs(shared(), 600_000, 0);
    assert_eq!(ids(&story), ("other-tabs-took".into(), ALL.to_vec()));
    let at_home = |story: &Story| {
        let stall = judged(story);
        let home = stall.by_zone.iter().find(|time| time.zone == Home).unwrap().total();
        (stall.duration, home)
    };
    let (duration, home) = at_home(&story);
    assert!(home.0 * 2 > duration.0, "{home:?} of {duration:?}");
    let (_, before) = at_home(&shared());
    assert!(before.0 * 2 < duration.0, "{before:?} of {duration:?}");
    // The line was slow as well, or others had more than their part: it is told, and nothing is made of it.
    for bytes in [100_000, 5_000_000] {
        assert_eq!(ids(&other_tabs(slow_body(), bytes, 0)), ("other-tabs-busy".into(), ALL.to_vec()));
    }
    // A download that is not over: how much of it came nobody knows.
    let stall = judged(&other_tabs(slow_body(), 0, 2));
    let told = of_tabs(&stall).unwrap();
    assert_eq!((told.id.as_str(), &told.values["count"]), ("other-tabs-open", &Value::Count(2)));
    assert_eq!(stall.zones, ALL);
}

#[test]
fn other_tabs_say_nothing_where_they_got_little_or_no_body_was_late() {
    for story in [other_tabs(slow_body(), 5_000, 0), other_tabs(withheld(), 5_000_000, 3)] {
        let stall = judged(&story);
        assert_eq!((of_tabs(&stall), &stall.zones[..]), (None, ALL));
    }
}

/// The player says so much of its buffer with a request at this time.
fn claims(story: Story, when: i64, buffer: i64, starved: bool) -> Story {
    let claim = Claim { buffer: Some(Micros::from_millis(buffer)), starved, throughput: None };
    story.note(when, Event::Claimed { observer: Observer::Browser, request: RequestId(0), claim })
}

fn of_claims(stall: &Stall) -> Vec<&str> {
    let ids = stall.findings.iter().map(|finding| finding.id.as_str());
    ids.filter(|id| id.starts_with("player-")).collect()
}

#[test]
fn the_players_own_word_is_held_against_what_was_seen() {
    let bare = judged(&withheld());
    let dry = (bare.began.wall - withheld().tell().inputs[0].at).as_millis();
    let check = |story: Story, expected: &[&str]| {
        let stall = judged(&story);
        assert_eq!((of_claims(&stall), &stall.zones), (expected.to_vec(), &bare.zones));
    };
    check(withheld(), &[]);
    check(claims(withheld(), dry + 500, 0, false), &["player-agrees"]);
    check(
        claims(claims(withheld(), dry - 3_000, 3_200, false), dry + 500, 100, true),
        &["player-says-dry", "player-agrees"],
    );
    check(claims(withheld(), dry + 500, 30_000, false), &["player-differs"]);
    // Of the time before nothing is said.
    check(claims(withheld(), 1_000, 100_000, true), &[]);
}

#[test]
fn what_is_said_of_one_request_leaves_the_other_to_the_tests() {
    let both = withheld().withhold(Audio, 10, 16_000);
    let said = Confession { origin: Some(Micros::from_millis(15_980)), ..Confession::default() };
    let stall = |story: Story| {
        judged(&background(background(story, |_| site("shop.example")), |_| site("news.example")))
    };
    let (silent, told) = (stall(both.clone()), stall(both.confess(Audio, 10, said)));
    assert_eq!(silent.zones, BEYOND);
    assert_eq!((&told.zones[..], about_path(&told)), (BEYOND, about_path(&silent)));
}
