//! Pages that make one request at a time for all their tracks: what waited its turn is not late itself.
//!
//! Players ask for each track on its own. A page that asks for sound only when the pictures have come would, when pictures
//! are late, seem to idle before it asks for the sound.

use super::Blocking;
use super::books::Books;
use crate::sort::Sort;
use crate::time::Wall;
use std::collections::BTreeMap;

/// Requests of each track from which on it can be told that a page makes one at a time [P].
const TELLING: usize = 3;
/// What took no more than this part of what it waited for is not late itself, in percent [P].
const BESIDE_PERCENT: i64 = 10;

/// A request: its track, when it was made, and when it was over.
type Turn = (usize, Wall, Option<Wall>);

impl Books<'_> {
    /// What playback waited for, without what only waited its turn.
    pub(super) fn in_turn<'b>(&self, mut dry: Vec<Blocking<'b>>) -> Vec<Blocking<'b>> {
        let turns: Vec<Turn> = dry.iter().filter_map(turn).collect();
        let waits = |blocking: &Blocking| {
            turns.iter().any(|(track, asked, over)| {
                *track != blocking.track && waited_its_turn(blocking, *asked, *over, self.now)
            })
        };
        if dry.iter().any(waits) && self.one_at_a_time(&turns) {
            dry.retain(|blocking| !waits(blocking));
        }
        dry
    }

    /// No request for one track was under way when one for another was made.
    fn one_at_a_time(&self, awaited: &[Turn]) -> bool {
        let brought = self.segments.iter().filter_map(|segment| Some((segment.track, segment.fetch?)));
        let mut brought: Vec<(usize, usize)> = brought.collect();
        // A body with several tracks in it is one request.
        brought.arrange_by_key(|(_, fetch)| *fetch);
        brought.dedup_by_key(|(_, fetch)| *fetch);
        let told = brought.into_iter().filter_map(|(track, fetch)| Some((track, self.fetches().get(fetch)?)));
        let mut turns: Vec<Turn> = told.map(|(track, fetch)| (track, fetch.asked, fetch.over())).collect();
        turns.extend(awaited);
        turns.arrange_by_key(|(_, asked, _)| *asked);
        // For each track how many there were, and when the last was over.
        let mut so_far: BTreeMap<usize, (usize, Wall)> = BTreeMap::new();
        for (track, asked, over) in turns {
            if so_far.iter().any(|(other, (_, over))| *other != track && *over > asked) {
                return false;
            }
            let (count, last) = so_far.entry(track).or_insert((0, Wall::MIN));
            *count += 1;
            *last = over.unwrap_or(Wall::MAX).max(*last);
        }
        so_far.len() > 1 && so_far.values().all(|(count, _)| *count >= TELLING)
    }
}

fn turn(blocking: &Blocking) -> Option<Turn> {
    blocking.fetch.map(|fetch| (blocking.track, fetch.asked, fetch.over()))
}

/// It was asked for when the other had come, or will be, and took next to nothing beside that.
fn waited_its_turn(blocking: &Blocking, asked: Wall, over: Option<Wall>, now: Wall) -> bool {
    match (blocking.fetch, over) {
        (None, None) => !blocking.named.arrived,
        (Some(fetch), Some(over)) if fetch.asked >= over => {
            let own = fetch.over().unwrap_or(now) - fetch.asked;
            own.0.saturating_mul(100) <= (over - asked).0.saturating_mul(BESIDE_PERCENT)
        }
        _ => false,
    }
}
