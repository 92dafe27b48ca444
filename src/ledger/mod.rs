//! The ledger: which media segment playback waited for, and where its time went, see DESIGN §5.

pub mod account;
pub mod fetch;
pub mod join;

use crate::event::{ResourceKind, Span, TrackKind};
use crate::machine::{Element, Machine};
use crate::stall::{DRY, Sighting};
use crate::time::{MediaTime, Micros, Wall};
use crate::timeline::Track;
use crate::verdict::{BlockingSegment, Join, Ledger, SegmentAccount, StallKind};
use account::{Life, Usual, stages};
use fetch::Fetch;
use join::{Segment, segments};

/// Media segments listed in a ledger.
const LISTED: usize = 24;
/// A player that lets this much time pass before it asks again is pacing itself, not busy [P].
const PACING: Micros = Micros::from_millis(100);
/// A media segment that starts this far after where the buffer ended does not fill it [P].
const FOLLOWS: Micros = Micros::from_millis(500);

/// Everything that was fetched and appended for one element, joined.
#[derive(Clone, Debug)]
pub struct Books<'a> {
    element: &'a Element,
    tracks: Vec<&'a Track>,
    fetches: Vec<Fetch>,
    segments: Vec<Segment>,
    /// Stalls of this element, over and under way.
    drains: Vec<(Wall, Wall)>,
    now: Wall,
}

/// A media segment that playback waited for, with the facts that say so.
#[derive(Clone, Debug)]
pub struct Blocking<'a> {
    /// As the verdict names it.
    pub named: BlockingSegment,
    /// Its account.
    pub account: SegmentAccount,
    /// The request that brought it, or is awaited.
    pub fetch: Option<&'a Fetch>,
    /// The attempts before that failed.
    pub failed: Vec<&'a Fetch>,
    /// Inputs that told of its appends.
    pub appends: Vec<u32>,
    /// Index into the books, if it has come.
    segment: Option<usize>,
}

impl<'a> Books<'a> {
    /// Joins what the machine knows of this element.
    pub fn open(machine: &'a Machine, element: &'a Element) -> Books<'a> {
        let tracks = machine.tracks_of(element);
        let fetches = machine.requests.fetches();
        let segments = segments(&tracks, &fetches);
        let stalls = element
            .detector
            .finished()
            .chain(element.detector.open().cloned());
        let drains = stalls
            .map(|stall| {
                (
                    stall.began.wall,
                    stall.began.wall + stall.duration(machine.now),
                )
            })
            .collect();
        Books {
            element,
            tracks,
            fetches,
            segments,
            drains,
            now: machine.now,
        }
    }

    /// The media segments this stall waited for and the account of its drain window.
    pub fn explain(&self, stall: &Sighting) -> (Vec<Blocking<'_>>, Ledger) {
        if stall.kind != StallKind::Starved {
            return (Vec::new(), Ledger::default());
        }
        let end = stall.began.wall + stall.duration(self.now);
        let blocking: Vec<Blocking> = self
            .dry_tracks(stall)
            .into_iter()
            .map(|(track, dry_at)| self.blocking(stall, track, dry_at, end))
            .collect();
        let Some(from) = self
            .dry_tracks(stall)
            .into_iter()
            .map(|(track, _)| self.drain_from(stall, track))
            .min()
        else {
            return (blocking, Ledger::default());
        };
        let mut accounts = Vec::new();
        for (index, segment) in self.segments.iter().enumerate() {
            let drained = self
                .dry_tracks(stall)
                .iter()
                .any(|(track, _)| *track == segment.track);
            let named = blocking
                .iter()
                .any(|blocking| blocking.segment == Some(index));
            if drained && !named && segment.appended >= from && segment.appended <= end {
                accounts.push(self.account(index, segment, None));
            }
        }
        let listed = accounts
            .len()
            .saturating_sub(LISTED.saturating_sub(blocking.len()));
        let mut accounts = accounts.split_off(listed);
        accounts.extend(blocking.iter().map(|blocking| blocking.account.clone()));
        (
            blocking,
            Ledger {
                window: Some((from, end)),
                segments: accounts,
            },
        )
    }

    /// The request that is awaited and how long it will yet take at its own rate.
    pub fn resumes_in(&self, stall: &Sighting) -> Option<Micros> {
        let (blocking, _) = self.explain(stall);
        let fetch = blocking
            .iter()
            .filter(|blocking| !blocking.named.arrived)
            .find_map(|blocking| blocking.fetch)?;
        let (began, (at, bytes), size) = (fetch.response?, fetch.received?, fetch.size?);
        let left = size.checked_sub(bytes)?;
        let took = (at - began).0;
        let per_byte = i128::from(took).checked_div(i128::from(bytes))?;
        let rest = Micros(i64::try_from(per_byte * i128::from(left)).ok()?) - (self.now - at);
        Some(rest.at_least_zero())
    }

    /// Tracks with nothing left to play when the stall began, and where their data ended.
    fn dry_tracks(&self, stall: &Sighting) -> Vec<(usize, MediaTime)> {
        let position = stall.began.media;
        let ends: Vec<(usize, MediaTime)> = self
            .tracks
            .iter()
            .enumerate()
            .filter(|(_, track)| track.appends.iter().any(|append| append.media.is_some()))
            .map(|(index, track)| {
                let held = track.held_at(stall.began.wall);
                (index, held.runs_dry_at(position).unwrap_or(position))
            })
            .collect();
        let dry: Vec<_> = ends
            .iter()
            .copied()
            .filter(|(_, end)| *end - position <= DRY)
            .collect();
        if !dry.is_empty() {
            return dry;
        }
        // The element said it was dry; what the headers say is off by more than usual. The emptiest track it is.
        ends.into_iter()
            .min_by_key(|(_, end)| *end)
            .into_iter()
            .collect()
    }

    fn blocking(
        &self,
        stall: &Sighting,
        track: usize,
        dry_at: MediaTime,
        end: Wall,
    ) -> Blocking<'_> {
        let kind = self.kind(track);
        let filled = self.segments.iter().position(|segment| {
            segment.track == track
                && segment
                    .playable
                    .is_none_or(|playable| playable > stall.began.wall)
                && segment.range.end > dry_at
                && segment.range.start - dry_at <= FOLLOWS
                && segment.appended <= end
        });
        if let Some((index, segment)) =
            filled.and_then(|index| Some((index, self.segments.get(index)?)))
        {
            let fetch = segment.fetch.and_then(|fetch| self.fetches.get(fetch));
            let mut account = self.account(
                index,
                segment,
                stall.ended.as_ref().map(|(ended, _)| ended.wall),
            );
            account.blocking = true;
            let named = BlockingSegment {
                track: kind,
                range: segment.range,
                arrived: true,
                host: fetch.map(|fetch| fetch.host.clone()),
                join: segment.join,
            };
            let failed = self.failed_before(fetch, account.from);
            return Blocking {
                named,
                account,
                fetch,
                failed,
                segment: Some(index),
                appends: segment.facts.clone(),
            };
        }
        let length = self
            .tracks
            .get(track)
            .and_then(|track| track.usual_length())
            .unwrap_or_default();
        let range = Span {
            start: dry_at,
            end: dry_at + length,
        };
        let fetch = self.awaited(track, end);
        let account = self.account_awaited(track, range, fetch, end);
        let join = if fetch.is_some() {
            Join::Awaited
        } else {
            Join::None
        };
        let named = BlockingSegment {
            track: kind,
            range,
            arrived: false,
            host: fetch.map(|fetch| fetch.host.clone()),
            join,
        };
        let mut failed = self.failed_before(fetch, account.from);
        failed.extend(fetch.filter(|fetch| fetch.over().is_some()));
        Blocking {
            named,
            account,
            fetch,
            failed,
            segment: None,
            appends: Vec::new(),
        }
    }

    /// The outstanding request that fits this track best: the one asked nearest after its last media segment came.
    fn awaited(&self, track: usize, now: Wall) -> Option<&Fetch> {
        let slot = self.slot(track, self.segments.len());
        let used = |index: usize| {
            self.segments
                .iter()
                .any(|segment| segment.fetch == Some(index))
        };
        let open = self.fetches.iter().enumerate().filter(|(index, fetch)| {
            let unused = fetch.kind == ResourceKind::Data && !used(*index) && fetch.asked <= now;
            // A failed attempt is what is waited for until the next one is made.
            unused
                && (fetch.over().is_none_or(|over| over > now)
                    || slot.is_some_and(|slot| fetch.asked >= slot))
        });
        let distance = |fetch: &Fetch| slot.map_or(0, |slot| (fetch.asked - slot).0.abs());
        open.map(|(_, fetch)| fetch)
            .min_by_key(|fetch| (fetch.over().is_some(), distance(fetch)))
    }

    /// When the track's request before the segment at `index` was over.
    fn slot(&self, track: usize, index: usize) -> Option<Wall> {
        let before = self
            .segments
            .iter()
            .take(index)
            .rev()
            .find(|segment| segment.track == track)?;
        let fetch = before.fetch.and_then(|fetch| self.fetches.get(fetch));
        Some(fetch.and_then(Fetch::over).unwrap_or(before.appended))
    }

    fn account(&self, index: usize, segment: &Segment, shown: Option<Wall>) -> SegmentAccount {
        let fetch = segment.fetch.and_then(|fetch| self.fetches.get(fetch));
        let life = self.life(
            segment.track,
            index,
            fetch,
            Some((segment.appended, segment.playable, shown)),
        );
        let to = shown
            .or(segment.playable)
            .unwrap_or(self.now)
            .max(life.could_ask);
        self.written(segment.track, segment.range, &life, to)
    }

    fn account_awaited(
        &self,
        track: usize,
        range: Span,
        fetch: Option<&Fetch>,
        now: Wall,
    ) -> SegmentAccount {
        let life = self.life(track, self.segments.len(), fetch, None);
        let mut account = self.written(track, range, &life, now.max(life.could_ask));
        account.blocking = true;
        account
    }

    fn life<'b>(
        &'b self,
        track: usize,
        index: usize,
        fetch: Option<&'b Fetch>,
        arrival: Option<(Wall, Option<Wall>, Option<Wall>)>,
    ) -> Life<'b> {
        let slot = self.slot(track, index);
        let first_asked = fetch.map(|fetch| {
            self.attempts(fetch, slot)
                .map(|attempt| attempt.asked)
                .min()
                .unwrap_or(fetch.asked)
        });
        let (appended, playable, shown) = arrival
            .map_or((None, None, None), |(appended, playable, shown)| {
                (Some(appended), playable, shown)
            });
        let asked = first_asked.or(appended).or(slot).unwrap_or(self.now);
        let could_ask = slot.map_or(asked, |slot| self.after_pacing(track, slot, asked));
        Life {
            could_ask,
            first_asked: asked,
            fetch,
            appended,
            playable,
            shown,
        }
    }

    fn failed_before<'b>(&'b self, fetch: Option<&'b Fetch>, since: Wall) -> Vec<&'b Fetch> {
        fetch
            .map(|fetch| self.attempts(fetch, Some(since)).collect())
            .unwrap_or_default()
    }

    /// Attempts at the same media segment before this one.
    fn attempts<'b>(
        &'b self,
        fetch: &'b Fetch,
        since: Option<Wall>,
    ) -> impl Iterator<Item = &'b Fetch> {
        self.fetches.iter().filter(move |other| {
            other.resource == fetch.resource
                && other.asked < fetch.asked
                && since.is_none_or(|since| other.asked >= since)
                && !other.succeeded()
        })
    }

    /// When the player could have asked: not while its buffer was as full as it likes it.
    fn after_pacing(&self, track: usize, slot: Wall, asked: Wall) -> Wall {
        let slot = slot.min(asked);
        let (Some(target), Some(lead)) = (self.target(track), self.lead(track, slot)) else {
            return slot;
        };
        (slot + (lead - target).at_least_zero()).min(asked)
    }

    /// The buffer level at which this player asks for more, learned from where it let time pass before it did.
    fn target(&self, track: usize) -> Option<Micros> {
        let mut levels: Vec<Micros> = Vec::new();
        for (index, segment) in self
            .segments
            .iter()
            .enumerate()
            .filter(|(_, segment)| segment.track == track)
        {
            let Some(fetch) = segment.fetch.and_then(|fetch| self.fetches.get(fetch)) else {
                continue;
            };
            let Some(slot) = self.slot(track, index) else {
                continue;
            };
            if fetch.asked - slot > PACING {
                levels.extend(self.lead(track, fetch.asked));
            }
        }
        levels.sort();
        levels.get(levels.len() / 2).copied()
    }

    fn kind(&self, track: usize) -> TrackKind {
        self.tracks
            .get(track)
            .map_or(TrackKind::Muxed, |track| track.kind)
    }

    fn lead(&self, track: usize, at: Wall) -> Option<Micros> {
        Some(
            self.tracks
                .get(track)?
                .lead_at(at, self.element.position_at(at)?),
        )
    }

    fn written(&self, track: usize, range: Span, life: &Life, to: Wall) -> SegmentAccount {
        let (spent, unexplained) = stages(life, to);
        let usual = self.usual(track, life.fetch);
        SegmentAccount {
            track: self.kind(track),
            range,
            blocking: false,
            from: life.could_ask,
            to,
            elapsed: to - life.could_ask,
            stages: spent
                .into_iter()
                .map(|(stage, spent)| usual.compare(stage, spent))
                .collect(),
            unexplained,
            retries: self.failed_before(life.fetch, life.could_ask).len() as u32,
        }
    }

    /// What the stages usually take on this host, from media segments that came outside every stall's drain.
    fn usual(&self, track: usize, fetch: Option<&Fetch>) -> Usual {
        let mut usual = Usual::default();
        let Some(host) = fetch.map(|fetch| &fetch.host) else {
            return usual;
        };
        for (index, segment) in self
            .segments
            .iter()
            .enumerate()
            .filter(|(_, segment)| segment.track == track)
        {
            let Some(fetch) = segment.fetch.and_then(|fetch| self.fetches.get(fetch)) else {
                continue;
            };
            let Some(playable) = segment.playable else {
                continue;
            };
            let drained = self
                .drains
                .iter()
                .any(|drain| fetch.asked <= drain.1 && drain.0 <= playable);
            if fetch.host == *host && !drained {
                let life = self.life(
                    track,
                    index,
                    Some(fetch),
                    Some((segment.appended, Some(playable), None)),
                );
                usual.learn(&stages(&life, playable).0);
            }
        }
        usual
    }

    /// Where the buffer was fullest since the stall before: the last media segment after which it was within one
    /// segment of its highest (ATTRIBUTION §3.2).
    fn drain_from(&self, stall: &Sighting, track: usize) -> Wall {
        let began = stall.began.wall;
        let since = self
            .drains
            .iter()
            .map(|drain| drain.1)
            .filter(|end| *end <= began)
            .max()
            .unwrap_or(Wall::MIN);
        let levels: Vec<(Wall, Micros)> = self
            .segments
            .iter()
            .filter(|segment| segment.track == track)
            .filter_map(|segment| segment.playable)
            .filter(|playable| *playable >= since && *playable <= began)
            .filter_map(|playable| Some((playable, self.lead(track, playable)?)))
            .collect();
        let highest = levels
            .iter()
            .map(|(_, level)| *level)
            .max()
            .unwrap_or_default();
        let length = self
            .tracks
            .get(track)
            .and_then(|track| track.usual_length())
            .unwrap_or_default();
        let fullest = levels
            .iter()
            .rev()
            .find(|(_, level)| *level + length >= highest);
        fullest.map_or(began, |(at, _)| *at)
    }
}
