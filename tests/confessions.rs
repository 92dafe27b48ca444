//! What servers say of their own time: which stages it makes, whom it blames, and whom it must not clear.
#![allow(clippy::unwrap_used, clippy::indexing_slicing)]

use proptest::prelude::*;
use whystall::event::TrackKind::Video;
use whystall::event::{CacheWord, Confession};
use whystall::story::Story;
use whystall::time::Micros;
use whystall::verdict::Zone::{Access, Edge, Home, Interconnect, Origin};
use whystall::verdict::{Stage, Stall, Zone};

const PATH_AND_SERVER: [Zone; 5] = [Home, Access, Interconnect, Edge, Origin];

/// The first byte of this media segment takes so long; the player holds ten seconds, so that a third of it is a stall.
const SEGMENT: i64 = 10;
const WAIT: i64 = 15_000;

fn ms(millis: i64) -> Option<Micros> {
    Some(Micros::from_millis(millis))
}

fn said() -> Confession {
    Confession::default()
}

fn withheld(confession: Confession) -> Story {
    Story::new(32_000).withhold(Video, SEGMENT, WAIT).confess(Video, SEGMENT, confession)
}

/// The one stall of a story, which is the same where the server shows its timing.
#[track_caller]
fn told(story: Story) -> Stall {
    let of = |story: Story| {
        let mut stalls = whystall::explain(&story.tell().inputs).stalls;
        assert_eq!(stalls.len(), 1);
        stalls.remove(0)
    };
    let (hidden, shown) = (of(story.clone()), of(story.timing_allowed()));
    for stall in [&hidden, &shown] {
        accounts_add_up(stall);
    }
    assert_eq!((&hidden.cause, &hidden.zones), (&shown.cause, &shown.zones));
    hidden
}

#[track_caller]
fn accounts_add_up(stall: &Stall) {
    let ledger = &stall.ledger;
    let shares: Micros = ledger.shares.iter().map(|share| share.share).sum();
    assert_eq!(shares + ledger.chronic + ledger.unexplained, stall.duration);
    for account in &ledger.segments {
        let spent: Micros = account.stages.iter().map(|time| time.spent).sum();
        assert_eq!(spent + account.unexplained, account.elapsed);
    }
}

#[track_caller]
fn check(confession: Confession, cause: &str, zones: &[Zone]) -> Stall {
    let stall = told(withheld(confession));
    assert_eq!((stall.cause.as_str(), stall.zones.as_slice()), (cause, zones), "{confession:?}");
    stall
}

fn has(stall: &Stall, id: &str) -> bool {
    stall.findings.iter().any(|finding| finding.id == id)
}

#[test]
fn an_origin_that_took_it_all_stands_alone() {
    let stall = check(
        Confession { cache: Some(CacheWord::Miss), edge: ms(4), origin: ms(14_980), ..said() },
        "cache-miss",
        &[Origin],
    );
    assert!(has(&stall, "origin-time") && has(&stall, "cache-said-miss") && has(&stall, "first-byte-late"));
    // Every finding about it cites what the server said.
    let origin = stall.findings.iter().find(|finding| finding.id == "origin-time").unwrap();
    assert!(!origin.facts.is_empty());
}

#[test]
fn an_edge_that_took_it_all_stands_alone() {
    let hit = Confession { cache: Some(CacheWord::Hit), edge: ms(14_980), ..said() };
    assert!(has(&check(hit, "edge-slow", &[Edge]), "cache-said-hit"));
    // Days old, as answers from a cache are.
    check(Confession { age: ms(200_000_000), ..hit }, "edge-slow", &[Edge]);
    // What it waited for in turn was quick.
    check(
        Confession { cache: Some(CacheWord::Miss), edge: ms(14_800), origin: ms(90), ..said() },
        "edge-slow",
        &[Edge],
    );
}

#[test]
fn what_a_server_does_not_tell_apart_is_not() {
    check(Confession { server: ms(14_980), ..said() }, "edge-slow", &[Edge, Origin]);
    check(Confession { edge: ms(7_000), origin: ms(7_980), ..said() }, "cache-miss", &[Edge, Origin]);
}

#[test]
fn a_word_without_a_time_clears_nobody() {
    for (word, id) in [(CacheWord::Miss, "cache-said-miss"), (CacheWord::Hit, "cache-said-hit")] {
        let stall = check(Confession { cache: Some(word), ..said() }, "slow-response", &PATH_AND_SERVER);
        let without = told(withheld(said()));
        assert_eq!((&stall.cleared, &stall.ledger), (&without.cleared, &without.ledger));
        assert!(has(&stall, id), "{:#?}", stall.findings);
    }
}

#[test]
fn a_part_does_not_clear_the_path_of_the_rest() {
    // Two thirds were the origin's. The rest was nobody's by anyone's word.
    check(Confession { edge: ms(4), origin: ms(10_000), ..said() }, "cache-miss", &PATH_AND_SERVER);
    // And a third is not even the cause.
    check(Confession { edge: ms(4), origin: ms(4_500), ..said() }, "slow-response", &PATH_AND_SERVER);
}

#[test]
fn what_can_not_be_right_is_not_believed() {
    // More than was waited.
    check(Confession { edge: ms(4), origin: ms(16_000), ..said() }, "slow-response", &PATH_AND_SERVER);
    // Kept for an hour with what was said of it then.
    check(Confession { age: ms(3_600_000), origin: ms(14_980), ..said() }, "slow-response", &PATH_AND_SERVER);
    // A hit waits for no origin.
    let hit = Confession { cache: Some(CacheWord::Hit), edge: ms(4), origin: ms(14_900), ..said() };
    check(hit, "slow-response", &PATH_AND_SERVER);
}

#[test]
fn what_an_origin_usually_takes_is_known() {
    // Every piece comes from behind in 25 of the 40 milliseconds.
    let usual = |story: Story, segment| {
        story.confess(Video, segment, Confession { edge: ms(2), origin: ms(25), ..said() })
    };
    let story = (0..SEGMENT).chain(SEGMENT + 1..30).fold(Story::new(32_000), usual);
    let slow = Confession { edge: ms(2), origin: ms(14_980), ..said() };
    let stall = told(story.withhold(Video, SEGMENT, WAIT).confess(Video, SEGMENT, slow));
    assert_eq!(stall.zones, [Origin]);
    let blocking = stall.ledger.segments.iter().find(|account| account.blocking).unwrap();
    let origin = blocking.stages.iter().find(|time| time.stage == Stage::Origin).unwrap();
    assert_eq!((origin.spent, origin.usual), (Micros::from_millis(14_980), ms(25)));
    let stages: Vec<Stage> = blocking.stages.iter().map(|time| time.stage).collect();
    assert!(stages.is_sorted(), "{stages:?}");
}

#[test]
fn one_round_trip_is_no_ones_fault() {
    let stall = check(Confession { round_trip: ms(300), ..said() }, "slow-response", &PATH_AND_SERVER);
    let blocking = stall.ledger.segments.iter().find(|account| account.blocking).unwrap();
    assert!(blocking.stages.iter().any(|time| time.stage == Stage::RoundTrip && Some(time.spent) == ms(300)));
}

fn any_confession() -> impl Strategy<Value = Confession> {
    let time =
        || prop::option::of(prop_oneof![0i64..16_000, 14_900i64..15_100].prop_map(Micros::from_millis));
    let word =
        prop::option::of(prop::sample::select(vec![CacheWord::Hit, CacheWord::Miss, CacheWord::Revalidated]));
    (word, time(), time(), time(), time(), time()).prop_map(
        |(cache, age, edge, origin, server, round_trip)| Confession {
            cache,
            age,
            edge,
            origin,
            server,
            round_trip,
            ..said()
        },
    )
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 16, failure_persistence: None, ..ProptestConfig::default() })]

    /// Whatever a server says: the parts add up, the stall is as long as it was, and no zone stands alone but one that the
    /// server said took nearly all of the wait.
    #[test]
    fn whatever_is_said(confession in any_confession(), allowed in any::<bool>()) {
        let story = withheld(confession);
        let story = if allowed { story.timing_allowed() } else { story };
        let stalls = whystall::explain(&story.tell().inputs).stalls;
        prop_assert_eq!(stalls.len(), 1);
        accounts_add_up(&stalls[0]);
        let without = whystall::explain(&withheld(said()).tell().inputs).stalls;
        prop_assert_eq!((stalls[0].began, stalls[0].duration), (without[0].began, without[0].duration));
        if let [zone] = stalls[0].zones.as_slice() {
            let by_word = match zone {
                Edge => confession.edge.or(confession.server),
                Origin => confession.origin,
                _ => None,
            };
            prop_assert!(by_word.is_some_and(|took| took.0 * 100 >= WAIT * 1000 * 90), "{:?} for {:?}", zone, confession);
        }
    }
}
