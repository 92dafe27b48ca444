//! The late server, asked meanwhile for what it has at hand: it answers promptly, again and again, or takes connections and no
//! more.

use super::measured::*;
use Target::{Sibling, Stalled};
use Zone::{Edge, Interconnect, Origin};
use whystall::event::Target;
use whystall::story::Story;
use whystall::verdict::{Stall, Zone};

/// At each of these times all are asked twice, and answer as at rest.
fn looked_at(story: Story, times: &[i64]) -> Stall {
    judged(&rounds(story, times, |_| but(&[])))
}

/// At each of these times this is measured twice.
fn rounds(story: Story, times: &[i64], measured: impl Fn(i64) -> Vec<Measured>) -> Story {
    let pairs = times.iter().flat_map(|when| [*when, *when]);
    let round =
        |story, when| measured(when).iter().fold(story, |story, measured| note(story, when, *measured));
    pairs.fold(rested(story), round)
}

fn answers_meanwhile(stall: &Stall) -> bool {
    stall.findings.iter().any(|finding| finding.id == "server-answered" && !finding.facts.is_empty())
}

/// As the check looks while playback goes on, and then in the stall.
const ALL_ALONG: &[i64] =
    &[11_500, 13_500, 15_500, 17_500, 19_500, 21_500, 23_500, 25_500, 27_500, 29_500, 31_500, 33_500];

#[test]
fn the_way_lets_through_and_the_server_answers_so_it_keeps_this_one_back() {
    let stall = looked_at(withheld(), ALL_ALONG);
    assert_eq!((&stall.zones[..], answers_meanwhile(&stall)), (&[Edge, Origin][..], true));
    let [count, within] = ["count", "within"].map(|name| {
        let finding = stall.findings.iter().find(|finding| finding.id == "server-answered").unwrap();
        finding.values[name].clone()
    });
    assert_eq!(format!("{count:?} {within:?}"), "Count(24) Micros(Micros(23000))");
}

#[test]
fn one_that_was_lost_or_came_late_or_a_look_at_the_end_proves_nothing() {
    let one = |measured| looked_at(note(withheld(), 16_500, measured), ALL_ALONG);
    let late = [one(failed(Stalled)), one(answered(Stalled, 900))];
    let few = [&ALL_ALONG[..1], &ALL_ALONG[9..]].map(|times| looked_at(withheld(), times));
    // Its bodies may be held up where its answers are not.
    let body = looked_at(slow_body(), ALL_ALONG);
    for stall in late.iter().chain(&few).chain([&body]) {
        assert!(!answers_meanwhile(stall));
        assert_eq!(stall.zones, ALL);
    }
}

#[test]
fn who_takes_connections_and_answers_nothing_over_them_can_be_reached() {
    // Nobody is known beside it. It is asked again and again, for four seconds each time.
    let seen = |connect: &dyn Fn(i64) -> Option<i64>| {
        let at = |when| {
            let mute = Measured { connect: connect(when), answer: Some(4_000), ..failed(Stalled) };
            but(&[mute]).into_iter().filter(|measured| measured.target != Sibling).collect()
        };
        let times = [12_000, 14_000, 16_000, 20_500, 21_000, 21_500];
        judged(&references_fast(rounds(withheld(), &times, at)))
    };
    let mute = seen(&|_| Some(22));
    assert_eq!((&mute.zones[..], *told(&mute).last().unwrap()), (&[Edge][..], "same-edge-mute"));
    // Chromium does not tell; and after one connection the way may have gone dead.
    for silent in [seen(&|_| None), seen(&|when| (when == 12_000).then_some(22))] {
        let last = *told(&silent).last().unwrap();
        assert_eq!((&silent.zones[..], last), (&[Interconnect, Edge][..], "same-edge-silent"));
    }
}
