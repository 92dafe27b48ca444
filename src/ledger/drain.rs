//! The accounts of a drain window as the cycles of a buffer recursion, a chain for each track that playback waited for.

use super::Entry;
use super::books::Books;
use super::recursion::{After, Cycle, Drain, Spent};
use crate::event::{Span, TrackKind};
use crate::sort::Sort;
use crate::stall::Sighting;
use crate::time::{MediaTime, Micros, Wall, played_in, playing_time};
use crate::verdict::{SegmentAccount, Stage, StageTime};

/// Media segments of one track that the counterfactual goes through: the newest. Four minutes at 2 s each [P]; a drain
/// that takes longer is judged by its end.
const LONGEST: usize = 128;

/// The media segments of one track, with the recursion that gives the stall they made.
pub struct Chain<'a> {
    pub drain: Drain<'a>,
    /// What each cycle of it is made of.
    pub parts: Vec<Part>,
}

/// What is known of a media segment's cycle.
pub struct Part {
    pub track: TrackKind,
    pub range: Span,
    pub stages: Vec<StageTime>,
    pub unexplained: Micros,
    /// Size of what came.
    pub bytes: Option<u64>,
}

/// So much less of a stage, as the part of the cycle that it is in. `None` is what no stage accounts for.
pub fn less(stage: Option<Stage>, time: Micros) -> Spent {
    match stage {
        Some(Stage::Present) => Spent { present: time, ..Spent::default() },
        Some(stage) if stage <= Stage::Transfer => Spent { head: time, ..Spent::default() },
        _ => Spent { tail: time, ..Spent::default() },
    }
}

impl Books<'_> {
    /// The chains of this stall. Each gives back the time from where playback stopped to where its data was there, and the
    /// last of them the stall.
    pub(super) fn drains(&self, stall: &Sighting, window: &[Entry]) -> Vec<Chain<'_>> {
        let mut tracks: Vec<usize> = window.iter().map(|entry| entry.track).collect();
        tracks.arrange();
        tracks.dedup();
        // Once the last track is there, playback goes on after this. What one of them waits for the others is not its own.
        let waited = || window.iter().filter(|entry| entry.account.blocking);
        let shown = waited().map(|entry| entry.account.to).max();
        let there = waited().map(Entry::playable).max();
        let present = shown.zip(there).map_or(Micros::ZERO, |(shown, there)| shown - there);
        tracks.into_iter().map(|track| self.chain(stall, track, window, present)).collect()
    }

    fn chain(&self, stall: &Sighting, track: usize, window: &[Entry], present: Micros) -> Chain<'_> {
        let mut entries: Vec<&Entry> = window.iter().filter(|entry| entry.track == track).collect();
        entries.arrange_by_key(|entry| entry.index);
        entries.drain(..entries.len().saturating_sub(LONGEST));
        let (stopped, element) = (stall.began, self.element);
        let rate = element.rate_at(stopped.wall);
        let playhead = move |at: Wall| {
            if at <= stopped.wall {
                return element.position_at(at).unwrap_or(stopped.media);
            }
            stopped.media + played_in(at - stopped.wall, rate)
        };
        let mut cycles: Vec<Cycle> = Vec::with_capacity(entries.len());
        let mut before: Option<&Entry> = None;
        for entry in &entries {
            let SegmentAccount { from, to, range, blocking, .. } = entry.account;
            let (over, playable) = (entry.over.unwrap_or(to).min(to).max(from), entry.playable());
            let needed = stopped.wall - playing_time(stopped.media - range.start, rate);
            let (after, paced) = self.after(entry, before);
            let held = self.held(track, from, playhead(from));
            cycles.push(Cycle {
                after,
                paced,
                held,
                limit: self.limit(track, paced, held - playhead(from)),
                // What did not make playback wait came in time, whatever its position says.
                deadline: if blocking { stopped.wall } else { needed.max(playable) },
                spent: Spent {
                    head: over - from,
                    tail: playable - over,
                    present: (to - playable).at_least_zero().min(present),
                },
            });
            before = Some(entry);
        }
        let from = entries.first().map_or(stopped.wall, |entry| entry.account.from);
        let parts = entries.into_iter().map(|entry| entry.part(present)).collect();
        Chain { parts, drain: Drain { from, rate, cycles, playhead: Box::new(playhead) } }
    }

    /// What kept the player from asking for it, and for how long it waited because its buffer was full.
    fn after(&self, entry: &Entry, before: Option<&Entry>) -> (After, Micros) {
        let account = &entry.account;
        let idle =
            account.stages.iter().take_while(|time| time.stage == Stage::Decide).map(|time| time.spent);
        let asked = account.from + idle.sum();
        match self.free(entry.track, entry.index, asked) {
            Some((After::Began(_), _)) | None => {
                let ago = before.map_or(Micros::ZERO, |before| account.from - before.account.from);
                (After::Began(ago), Micros::ZERO)
            }
            Some((after, free)) => (after, (account.from - free).at_least_zero()),
        }
    }

    /// Where what was held at that time ended.
    fn held(&self, track: usize, at: Wall, playhead: MediaTime) -> MediaTime {
        let held = self.tracks.get(track).map(|track| track.held_at(at));
        held.and_then(|held| held.runs_dry_at(playhead)).unwrap_or(playhead)
    }

    /// The level at which the player asks: the one at which it did, if it waited for it; else the one it likes.
    fn limit(&self, track: usize, paced: Micros, level: Micros) -> Option<Micros> {
        let target = self.targets.get(track).copied().flatten()?;
        Some(if paced > Micros::ZERO { level } else { level.max(target) })
    }
}

impl Entry<'_> {
    /// It was playable, or is not yet.
    fn playable(&self) -> Wall {
        self.playable.unwrap_or(self.account.to).min(self.account.to)
    }

    fn part(&self, present: Micros) -> Part {
        let own = |time: &StageTime| match time.stage {
            Stage::Present => StageTime { spent: time.spent.min(present), ..*time },
            _ => *time,
        };
        Part {
            track: self.account.track,
            range: self.account.range,
            stages: self.account.stages.iter().map(own).collect(),
            unexplained: self.account.unexplained,
            bytes: self.fetch.and_then(|fetch| fetch.size),
        }
    }
}
