//! The ledger: which media segment playback waited for, and where its time went, see DESIGN §5.

mod abr;
mod account;
mod books;
pub mod fetch;
mod join;
mod publish;

pub use abr::Overreach;
pub use books::Books;
pub use publish::{PlaylistWait, Unpublished};

use crate::event::{ResourceKind, Span};
use crate::stall::{DRY, Sighting};
use crate::time::{MediaTime, Micros, Wall};
use crate::verdict::{BlockingSegment, Join, Ledger, SegmentAccount, StallKind};
use fetch::Fetch;
use join::Segment;
use std::collections::BTreeMap;

/// Media segments listed in a ledger.
const LISTED: usize = 24;
/// A media segment that starts this far after where the buffer ended does not fill it [P].
const FOLLOWS: Micros = Micros::from_millis(500);

/// Playback goes on this soon after what it waited for is playable: measured 31 ms (Chromium) and 17 ms (Firefox)
/// (ATTRIBUTION M21), and ten times that for a busy device [P]. If it does not, the browser or the player waits for more.
const GOES_ON: Micros = Micros::from_millis(300);

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
    /// Index into the books' tracks.
    track: usize,
    /// Index into the books' segments, if it has come.
    segment: Option<usize>,
}

/// What playback really waited for, of all that was not playable when it stopped: what had not reached the page by
/// then. Players append their tracks together, so data of one that had arrived waits for the other too; it is to
/// blame only if nothing else was missing. A track's first media segment speaks for those that it went on to wait for.
fn critical(mut dry: Vec<Blocking>, began: Wall) -> Vec<Blocking> {
    let missing = |blocking: &Blocking| match blocking.fetch {
        Some(fetch) => fetch.delivered().is_none_or(|at| at > began),
        None => blocking.named.arrived,
    };
    let mut tracks: Vec<(usize, bool)> = Vec::new();
    for blocking in &dry {
        if tracks.iter().all(|(track, _)| *track != blocking.track) {
            tracks.push((blocking.track, missing(blocking)));
        }
    }
    if tracks.iter().any(|(_, missing)| *missing) {
        dry.retain(|blocking| tracks.contains(&(blocking.track, true)));
    }
    dry
}

impl Books<'_> {
    /// The media segments this stall waited for and the account of its drain window.
    pub fn explain(&self, stall: &Sighting) -> (Vec<Blocking<'_>>, Ledger) {
        if stall.kind != StallKind::Starved {
            return (Vec::new(), Ledger::default());
        }
        let end = stall.began.wall + stall.duration(self.now);
        let blocking = critical(self.dry(stall, end), stall.began.wall);
        let Some(from) = blocking.iter().map(|blocking| self.drain_from(stall, blocking.track)).min() else {
            return (blocking, Ledger::default());
        };
        let drained = self.segments.iter().enumerate().filter(|(index, segment)| {
            blocking.iter().any(|blocking| blocking.track == segment.track)
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

    /// The media segments that were not playable when the stall began: for each dry track the one that would have
    /// filled it, and what playback went on to wait for.
    fn dry(&self, stall: &Sighting, end: Wall) -> Vec<Blocking<'_>> {
        let came = |track: usize, dry_at: MediaTime| {
            self.of_track(track).find(|(_, segment)| {
                segment.playable.is_none_or(|playable| playable > stall.began.wall)
                    && segment.range.end > dry_at
                    && segment.range.start - dry_at <= FOLLOWS
                    && segment.appended <= end
            })
        };
        let dry: Vec<_> = self
            .dry_tracks(stall)
            .into_iter()
            .map(|(track, dry_at)| (track, dry_at, came(track, dry_at)))
            .collect();
        let awaiting = dry.iter().filter(|(.., came)| came.is_none()).map(|(track, ..)| *track).collect();
        let outstanding = self.outstanding(awaiting, end);
        let blocking = dry.into_iter().flat_map(|(track, dry_at, came)| match came {
            Some((index, _)) => self.series(stall, track, index, end),
            None => vec![self.awaited(track, dry_at, outstanding.get(&track).copied(), end)],
        });
        blocking.collect()
    }

    /// The media segment that playback ran dry on, and those it went on to wait for after that: Chromium, having run dry
    /// before, goes on only with more than one.
    fn series(&self, stall: &Sighting, track: usize, first: usize, end: Wall) -> Vec<Blocking<'_>> {
        let mut waited = vec![first];
        let (mut playable, mut reached) = (None, None);
        for (index, segment) in self.of_track(track).filter(|(index, _)| *index >= first) {
            if reached.is_some_and(|reached| segment.range.start - reached > FOLLOWS)
                || segment.appended > end
            {
                continue;
            }
            // By its call: a browser may show what it holds before it says that it is done.
            let stood = playable.map(|playable| segment.appended - playable);
            waited.extend(stood.filter(|stood| *stood > GOES_ON).map(|_| index));
            playable = segment.playable;
            reached = Some(segment.range.end);
        }
        let last = waited.last().copied();
        let arrived = waited.into_iter().filter_map(|index| {
            let shown = stall.ended.as_ref().filter(|_| Some(index) == last).map(|(ended, _)| ended.wall);
            Some(self.arrived(index, self.segments.get(index)?, shown))
        });
        let mut blocking: Vec<Blocking> = arrived.collect();
        let still_waits = stall.ended.is_none() && playable.is_some_and(|playable| end - playable > GOES_ON);
        if let Some(reached) = reached.filter(|_| still_waits) {
            let fetch = self.outstanding(vec![track], end).get(&track).copied();
            blocking.push(self.awaited(track, reached, fetch, end));
        }
        blocking
    }

    fn arrived<'b>(&'b self, index: usize, segment: &'b Segment, shown: Option<Wall>) -> Blocking<'b> {
        let fetch = self.fetch_of(segment);
        let account = SegmentAccount { blocking: true, ..self.account(index, segment, shown) };
        Blocking {
            named: BlockingSegment {
                track: self.kind(segment.track),
                range: segment.range,
                arrived: true,
                host: fetch.map(|fetch| fetch.host.clone()),
                join: segment.join,
            },
            fetch,
            failed: self.failed_before(fetch, Some(account.from)).collect(),
            account,
            appends: segment.facts.clone(),
            track: segment.track,
            segment: Some(index),
        }
    }

    fn awaited<'b>(
        &'b self,
        track: usize,
        dry_at: MediaTime,
        fetch: Option<&'b Fetch>,
        end: Wall,
    ) -> Blocking<'b> {
        let range = Span { start: dry_at, end: dry_at + self.usual_length(track) };
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
            track,
            segment: None,
        }
    }

    /// For each of these tracks the request that its next media segment comes with, or would have. What has arrived and
    /// was not appended goes by its size, then what is under way by when it was asked, then what failed.
    fn outstanding(&self, mut tracks: Vec<usize>, now: Wall) -> BTreeMap<usize, &Fetch> {
        let used = |index: usize| self.segments.iter().any(|segment| segment.fetch == Some(index));
        let unused =
            self.fetches.iter().enumerate().filter(|(index, fetch)| {
                fetch.kind == ResourceKind::Data && fetch.asked <= now && !used(*index)
            });
        let mut fetches: Vec<&Fetch> = unused.map(|(_, fetch)| fetch).collect();
        fetches.sort_by_key(|fetch| (fetch.failed.is_some(), fetch.delivered().is_none(), fetch.asked));
        let mut outstanding = BTreeMap::new();
        for fetch in fetches {
            let delivered = fetch.delivered().is_some();
            let distance = |track: usize| match fetch.size.filter(|_| delivered).zip(self.usual_bytes(track))
            {
                Some((size, usual)) => {
                    u128::from(size.max(usual)) * 1000 / u128::from(size.min(usual).max(1))
                }
                None => self
                    .slot(track, self.segments.len())
                    .map_or(0, |slot| (fetch.asked - slot).0.unsigned_abs().into()),
            };
            let after_slot = |track: &usize| {
                let slot = self.slot(*track, self.segments.len());
                slot.is_none_or(|slot| fetch.asked >= slot || fetch.over().is_none())
            };
            let Some(track) = tracks.iter().copied().filter(after_slot).min_by_key(|track| distance(*track))
            else {
                continue;
            };
            tracks.retain(|other| *other != track);
            outstanding.insert(track, fetch);
        }
        outstanding
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
