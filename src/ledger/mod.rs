//! The ledger: which media segment playback waited for, and where its time went, see DESIGN §5.

mod account;
mod books;
pub mod fetch;
mod join;

pub use books::Books;

use crate::event::{ResourceKind, Span};
use crate::stall::{DRY, Sighting};
use crate::time::{MediaTime, Micros, Wall};
use crate::verdict::{BlockingSegment, Join, Ledger, SegmentAccount, StallKind};
use fetch::Fetch;

/// Media segments listed in a ledger.
const LISTED: usize = 24;
/// A media segment that starts this far after where the buffer ended does not fill it [P].
const FOLLOWS: Micros = Micros::from_millis(500);

/// A media segment that playback waited for, with the facts that say so.
#[derive(Clone, Debug)]
pub struct Blocking<'a> {
    /// As the verdict names it.
    pub named: BlockingSegment,
    /// Its account.
    pub account: SegmentAccount,
    /// The request that brought it, or is awaited.
    pub fetch: Option<&'a Fetch>,
    /// The attempts that failed.
    pub failed: Vec<&'a Fetch>,
    /// Inputs that told of its appends.
    pub appends: Vec<u32>,
    /// Index into the books, if it has come.
    segment: Option<usize>,
}

impl Books<'_> {
    /// The media segments this stall waited for and the account of its drain window.
    pub fn explain(&self, stall: &Sighting) -> (Vec<Blocking<'_>>, Ledger) {
        if stall.kind != StallKind::Starved {
            return (Vec::new(), Ledger::default());
        }
        let end = stall.began.wall + stall.duration(self.now);
        let dry = self.dry_tracks(stall);
        let blocking: Vec<Blocking> =
            dry.iter().map(|(track, dry_at)| self.blocking(stall, *track, *dry_at, end)).collect();
        let Some(from) = dry.iter().map(|(track, _)| self.drain_from(stall, *track)).min() else {
            return (blocking, Ledger::default());
        };
        let drained = self.segments.iter().enumerate().filter(|(index, segment)| {
            dry.iter().any(|(track, _)| *track == segment.track)
                && blocking.iter().all(|blocking| blocking.segment != Some(*index))
                && (from..=end).contains(&segment.appended)
        });
        let mut segments: Vec<SegmentAccount> =
            drained.map(|(index, segment)| self.account(index, segment, None)).collect();
        let room = LISTED.saturating_sub(blocking.len());
        segments.drain(..segments.len().saturating_sub(room));
        segments.extend(blocking.iter().map(|blocking| blocking.account.clone()));
        (blocking, Ledger { window: Some((from, end)), segments })
    }

    /// How long the awaited media segment will yet take to arrive at its own rate.
    pub fn resumes_in(&self, stall: &Sighting) -> Option<Micros> {
        let (blocking, _) = self.explain(stall);
        let awaited = blocking.iter().filter(|blocking| !blocking.named.arrived);
        let fetch = awaited.filter_map(|blocking| blocking.fetch).next()?;
        let (began, (at, bytes), size) = (fetch.response?, fetch.received?, fetch.size?);
        let left = i128::from(size.checked_sub(bytes)?);
        let rest = (i128::from((at - began).0) * left).checked_div(i128::from(bytes))?;
        Some((Micros(i64::try_from(rest).ok()?) - (self.now - at)).at_least_zero())
    }

    /// Tracks with nothing left to play when the stall began, and where their data ended.
    fn dry_tracks(&self, stall: &Sighting) -> Vec<(usize, MediaTime)> {
        let position = stall.began.media;
        let with_media = |track: &crate::timeline::Track| track.appends.iter().any(|a| a.media.is_some());
        let tracks = self.tracks.iter().enumerate().filter(|(_, track)| with_media(track));
        let ends: Vec<(usize, MediaTime)> = tracks
            .map(|(index, track)| {
                let held = track.held_at(stall.began.wall);
                (index, held.runs_dry_at(position).unwrap_or(position))
            })
            .collect();
        let dry: Vec<_> = ends.iter().copied().filter(|(_, end)| *end - position <= DRY).collect();
        if !dry.is_empty() {
            return dry;
        }
        // The element said it was dry; what the headers say is off by more than usual. The emptiest it is.
        ends.into_iter().min_by_key(|(_, end)| *end).into_iter().collect()
    }

    fn blocking(&self, stall: &Sighting, track: usize, dry_at: MediaTime, end: Wall) -> Blocking<'_> {
        let fills = |segment: &join::Segment| {
            segment.playable.is_none_or(|playable| playable > stall.began.wall)
                && segment.range.end > dry_at
                && segment.range.start - dry_at <= FOLLOWS
                && segment.appended <= end
        };
        let Some((index, segment)) = self.of_track(track).find(|(_, segment)| fills(segment)) else {
            return self.awaited(track, dry_at, end);
        };
        let fetch = self.fetch_of(segment);
        let shown = stall.ended.as_ref().map(|(ended, _)| ended.wall);
        let account = SegmentAccount { blocking: true, ..self.account(index, segment, shown) };
        Blocking {
            named: BlockingSegment {
                track: self.kind(track),
                range: segment.range,
                arrived: true,
                host: fetch.map(|fetch| fetch.host.clone()),
                join: segment.join,
            },
            fetch,
            failed: self.failed_before(fetch, Some(account.from)).collect(),
            account,
            appends: segment.facts.clone(),
            segment: Some(index),
        }
    }

    fn awaited(&self, track: usize, dry_at: MediaTime, end: Wall) -> Blocking<'_> {
        let range = Span { start: dry_at, end: dry_at + self.usual_length(track) };
        let fetch = self.outstanding(track, end);
        let account = self.account_awaited(track, range, fetch, end);
        let given_up = fetch.filter(|fetch| fetch.failed.is_some());
        Blocking {
            named: BlockingSegment {
                track: self.kind(track),
                range,
                arrived: false,
                host: fetch.map(|fetch| fetch.host.clone()),
                join: if fetch.is_some() { Join::Awaited } else { Join::None },
            },
            fetch,
            failed: self.failed_before(fetch, Some(account.from)).chain(given_up).collect(),
            account: SegmentAccount { blocking: true, ..account },
            appends: Vec::new(),
            segment: None,
        }
    }

    /// The request that fits this track's next media segment best: one that is under way, else the last that failed,
    /// and of those the one asked nearest after the track's last media segment came.
    fn outstanding(&self, track: usize, now: Wall) -> Option<&Fetch> {
        let slot = self.slot(track, self.segments.len());
        let used = |index: usize| self.segments.iter().any(|segment| segment.fetch == Some(index));
        let after_slot = |fetch: &Fetch| slot.is_some_and(|slot| fetch.asked >= slot);
        let fitting = self.fetches.iter().enumerate().filter(|(index, fetch)| {
            let under_way = fetch.over().is_none_or(|over| over > now);
            fetch.kind == ResourceKind::Data
                && fetch.asked <= now
                && !used(*index)
                && (under_way || after_slot(fetch))
        });
        let distance = |fetch: &Fetch| slot.map_or(0, |slot| (fetch.asked - slot).0.abs());
        fitting.map(|(_, fetch)| fetch).min_by_key(|fetch| (fetch.over().is_some(), distance(fetch)))
    }

    /// Where the buffer was fullest since the stall before: the last media segment after which it was within one
    /// segment of its highest (ATTRIBUTION §3.2).
    fn drain_from(&self, stall: &Sighting, track: usize) -> Wall {
        let began = stall.began.wall;
        let ends = self.stalls.iter().map(|(_, end)| *end).filter(|end| *end <= began);
        let since = ends.max().unwrap_or(Wall::MIN);
        let levels: Vec<(Wall, Micros)> = self
            .of_track(track)
            .filter_map(|(_, segment)| segment.playable)
            .filter(|playable| (since..=began).contains(playable))
            .filter_map(|playable| Some((playable, self.lead(track, playable)?)))
            .collect();
        let highest = levels.iter().map(|(_, level)| *level).max().unwrap_or_default();
        let near = |level: Micros| level + self.usual_length(track) >= highest;
        levels.iter().rev().find(|(_, level)| near(*level)).map_or(began, |(at, _)| *at)
    }
}
