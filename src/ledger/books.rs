//! What was fetched and appended for one media element, joined, and the account of each media segment.

use super::Blocking;
use super::account::{Life, stages};
use super::confessed;
use super::join::{Segment, segments};
use super::recursion::After;
use super::usual::{Samples, Usual};
use crate::event::{ResourceKind, Span, Timing, TrackKind};
use crate::machine::requests::Fetch;
use crate::machine::{Element, Machine};
use crate::manifest::Known;
use crate::sort::{Sort, gather, usual};
use crate::stall::Sighting;
use crate::time::{Micros, Wall, playing_time};
use crate::timeline::{BRIDGED_HOLE, Track};
use crate::verdict::{SegmentAccount, Stage, StallKind};
use std::collections::{BTreeMap, BTreeSet};
use std::ops::RangeInclusive;

/// A player that lets this much time pass before it asks again is pacing itself, not busy [P].
const PACING: Micros = Micros::from_millis(100);

/// A body that came so long ago and was not appended is no media of this element, unless the host brought some [P].
const UNUSED: Micros = Micros::from_millis(2_000);

/// A player that gives up a request makes the next at once; the browser may say so a moment later.
const AT_ONCE: Micros = Micros::from_millis(50);

/// An answer that takes so many times as long as usual is far later than usual [P].
const TIMES: i64 = 4;
/// So is the first of a host that is waited for this long. Connecting is part of it; and who has not answered by the end of this
/// never may [P].
const FIRST: RangeInclusive<Micros> = Micros::from_millis(2_000)..=Micros::from_millis(10_000);

/// Everything that was fetched and appended for one element, joined.
#[derive(Clone, Debug)]
pub struct Books<'a> {
    pub(super) element: &'a Element,
    pub(super) tracks: Vec<&'a Track>,
    pub(super) fetches: Vec<Fetch>,
    pub(super) segments: Vec<Segment>,
    pub(super) manifests: &'a Known,
    /// Hosts that brought media.
    hosts: BTreeSet<String>,
    /// For each track, the buffer level at which the player asks for more.
    pub(super) targets: Vec<Option<Micros>>,
    /// What stages usually take, by track and host.
    usual: BTreeMap<(usize, String), Usual>,
    /// Stalls of this element, over and under way: from when to when.
    pub(super) stalls: Vec<(StallKind, Wall, Wall)>,
    pub(super) now: Wall,
}

/// What was fetched for these tracks, or may have been: all requests but those that brought what another player of the
/// page appended, even if it has the same size.
fn fetched_for(machine: &Machine, tracks: &[&Track]) -> Vec<Fetch> {
    let fetches = machine.requests.fetches();
    let all: Vec<&Track> = machine.tracks.values().map(|(_, track)| track).collect();
    if all.len() == tracks.len() {
        return fetches;
    }
    let here = |of: &Track| tracks.iter().any(|track| std::ptr::eq(*track, of));
    let others = segments(&all, &fetches)
        .into_iter()
        .filter(|segment| all.get(segment.track).is_some_and(|track| !here(track)));
    let elsewhere: BTreeSet<usize> = gather(others.filter_map(|segment| segment.fetch));
    let numbered = fetches.into_iter().enumerate();
    numbered.filter(|(index, _)| !elsewhere.contains(index)).map(|(_, fetch)| fetch).collect()
}

/// When a media segment was appended, became playable, and was first shown if playback waited for it.
type Arrival = (Wall, Option<Wall>, Option<Wall>);

impl<'a> Books<'a> {
    /// What was fetched for this element, or may have been.
    pub fn fetches(&self) -> &[Fetch] {
        &self.fetches
    }

    /// The requests that brought its media, and of which kind.
    pub fn media(&self) -> impl Iterator<Item = (TrackKind, &Fetch)> {
        self.segments.iter().filter_map(|segment| Some((self.kind(segment.track), self.fetch_of(segment)?)))
    }

    /// For each track that has no media there: the requests that brought what comes before and after.
    pub fn around(&self, gap: Span) -> impl Iterator<Item = (&Fetch, &Fetch)> {
        (0..self.tracks.len()).filter_map(move |track| {
            let here = || self.of_track(track).map(|(_, segment)| segment);
            let before = here().filter(|segment| segment.range.end <= gap.start + BRIDGED_HOLE);
            let after = here().filter(|segment| gap.end <= segment.range.start + BRIDGED_HOLE);
            let before = before.max_by_key(|segment| segment.range.end)?;
            let after = after.min_by_key(|segment| segment.range.start)?;
            let between = Span { start: before.range.end, end: after.range.start };
            let inside = |of: &Segment| of.range.start < between.end && between.start < of.range.end;
            let empty = !here().any(inside);
            Some((self.fetch_of(before)?, self.fetch_of(after)?)).filter(|_| empty)
        })
    }

    /// Who has waited so long for this host's answer has waited far longer than usual. Of a host that often holds answers back, as
    /// low latency has it, that is none; nor of one that answers other things than media. Of one that has answered nothing yet
    /// nothing is usual: then it is so for a while, for some never answer.
    pub fn waits_long(&self, host: &str, waited: Micros) -> bool {
        let took = |fetch: &Fetch| Some(fetch.response? - fetch.asked);
        if self.fetches.iter().all(|fetch| fetch.host != host || took(fetch).is_none()) {
            return FIRST.contains(&waited);
        }
        let media = self.media().map(|(_, fetch)| fetch).filter(|fetch| fetch.host == host);
        usual(media.filter_map(took).collect()).is_some_and(|usual| waited.0 >= usual.0.saturating_mul(TIMES))
    }

    /// Joins what the machine knows of this element.
    pub fn open(machine: &'a Machine, element: &'a Element) -> Books<'a> {
        let tracks = machine.tracks_of(element);
        let fetches = fetched_for(machine, &tracks);
        let segments = segments(&tracks, &fetches);
        let stalls = element.detector.finished().chain(element.detector.open().cloned());
        let bounds = |stall: Sighting| {
            let began = stall.began.wall;
            (stall.kind, began, began + stall.duration(machine.now))
        };
        let brought = segments.iter().filter_map(|segment| fetches.get(segment.fetch?));
        let hosts = gather(brought.map(|fetch| fetch.host.clone()));
        let mut books = Books {
            element,
            hosts,
            tracks,
            fetches,
            segments,
            manifests: &machine.manifests,
            targets: Vec::new(),
            usual: BTreeMap::new(),
            stalls: stalls.map(bounds).collect(),
            now: machine.now,
        };
        books.targets = (0..books.tracks.len()).map(|track| books.target(track)).collect();
        books.usual = books.usual();
        books
    }

    /// Of the hosts of these requests, which brought no media segment, those that bring something else: data came from them
    /// some time ago and was never appended.
    pub(super) fn others<'b>(&self, unused: &[&'b Fetch]) -> BTreeSet<&'b str> {
        let brings_else = |fetch: &&&Fetch| {
            let long_ago = fetch.delivered().is_some_and(|at| self.now - at >= UNUSED);
            long_ago && !self.hosts.contains(&fetch.host)
        };
        gather(unused.iter().filter(brings_else).map(|fetch| fetch.host.as_str()))
    }

    /// The segments of one track, with their indices.
    pub(super) fn of_track(&self, track: usize) -> impl DoubleEndedIterator<Item = (usize, &Segment)> {
        self.segments.iter().enumerate().filter(move |(_, segment)| segment.track == track)
    }

    /// The request that brought this media segment.
    pub(super) fn fetch_of(&self, segment: &Segment) -> Option<&Fetch> {
        self.fetches.get(segment.fetch?)
    }

    /// What this track holds.
    pub(super) fn kind(&self, track: usize) -> TrackKind {
        self.tracks.get(track).map_or(TrackKind::Muxed, |track| track.kind)
    }

    /// How long a media segment of this track usually is; zero before the first.
    pub(super) fn usual_length(&self, track: usize) -> Micros {
        self.tracks.get(track).and_then(|track| track.usual_length()).unwrap_or_default()
    }

    /// How many bytes a media segment of this track usually has; `None` before the first.
    pub(super) fn usual_bytes(&self, track: usize) -> Option<u64> {
        let sizes = self.of_track(track).filter_map(|(_, segment)| self.fetch_of(segment)?.size);
        let mut sizes: Vec<u64> = sizes.collect();
        sizes.arrange();
        sizes.get(sizes.len() / 2).copied()
    }

    /// Media of this track ahead of the playhead at that time.
    pub(super) fn lead(&self, track: usize, at: Wall) -> Option<Micros> {
        Some(self.tracks.get(track)?.lead_at(at, self.element.position_at(at)?))
    }

    /// When the track's request before the segment at `index` was over, so that the next could be made.
    pub(super) fn slot(&self, track: usize, index: usize) -> Option<Wall> {
        let before = self.before(track, index)?;
        Some(self.fetch_of(before).and_then(Fetch::over).unwrap_or(before.appended))
    }

    fn before(&self, track: usize, index: usize) -> Option<&Segment> {
        self.of_track(track).rev().find(|(before, _)| *before < index).map(|(_, segment)| segment)
    }

    /// The account of a media segment that came; `shown` is the first frame if playback waited for it.
    pub(super) fn account(&self, index: usize, segment: &Segment, shown: Option<Wall>) -> SegmentAccount {
        let arrival = Some((segment.appended, segment.playable, shown));
        let life = self.life(segment.track, index, self.fetch_of(segment), arrival);
        let to = shown.or(segment.playable).unwrap_or(self.now).max(life.could_ask);
        self.written(segment.track, segment.range, &life, to)
    }

    /// The account so far of one that is awaited.
    pub(super) fn account_awaited(
        &self,
        track: usize,
        range: Span,
        fetch: Option<&Fetch>,
        now: Wall,
    ) -> SegmentAccount {
        let life = self.life(track, self.segments.len(), fetch, None);
        self.written(track, range, &life, now.max(life.could_ask))
    }

    /// The attempts at this media segment that failed, those that the player gave up left out.
    pub(super) fn failed<'b>(
        &'b self,
        track: usize,
        fetch: Option<&'b Fetch>,
        since: Wall,
    ) -> Vec<&'b Fetch> {
        let mut failed = self.in_vain_before(track, fetch, Some(since));
        failed.retain(|fetch| !fetch.given_up());
        failed
    }

    /// Requests that were made before this one and brought nothing: of the same, or for the same media in another quality or
    /// from another server, so that no address tells. Players make one request after the other for each track: such a one
    /// was over when this one began.
    pub(super) fn in_vain_before<'b>(
        &'b self,
        track: usize,
        fetch: Option<&Fetch>,
        since: Option<Wall>,
    ) -> Vec<&'b Fetch> {
        let Some(fetch) = fetch else { return Vec::new() };
        let of_this_track = |other: &Fetch| {
            since.is_some()
                && other.kind == ResourceKind::Data
                && self.hosts.contains(&other.host)
                && self.may_be_of(track, other.asked)
        };
        let in_vain = |other: &&Fetch| {
            !other.succeeded()
                && other.asked < fetch.asked
                && since.is_none_or(|since| since <= other.asked)
                && other.over().is_some_and(|over| over <= fetch.asked + AT_ONCE)
                && (other.resource == fetch.resource || of_this_track(other))
        };
        self.fetches.iter().filter(in_vain).collect()
    }

    /// Whether a request that brought nothing can have been this track's: nothing else of it was under way, and no other
    /// track of which that is true was clearly emptier. What a player asks for is what it has least of.
    fn may_be_of(&self, track: usize, asked: Wall) -> bool {
        let under_way = |track: usize| {
            self.of_track(track)
                .filter_map(|(_, segment)| self.fetch_of(segment))
                .any(|fetch| fetch.asked < asked && fetch.over().is_none_or(|over| over > asked))
        };
        let level = |track: usize| Some(self.lead(track, asked)?).filter(|_| !under_way(track));
        let least = (0..self.tracks.len()).filter_map(level).min();
        level(track)
            .zip(least)
            .is_some_and(|(level, least)| level <= least + Micros(self.usual_length(track).0 / 2))
    }

    fn life<'b>(
        &'b self,
        track: usize,
        index: usize,
        fetch: Option<&'b Fetch>,
        arrival: Option<Arrival>,
    ) -> Life<'b> {
        let slot = self.slot(track, index);
        let appended = arrival.map(|(appended, ..)| appended);
        let asked = fetch.map(|fetch| fetch.asked).or(appended).or(slot).unwrap_or(self.now);
        let in_vain = self.in_vain_before(track, fetch, slot);
        let began = in_vain.first().map_or(asked, |first| first.asked.min(asked));
        let could_ask = self
            .free(track, index, began)
            .map_or(began, |(_, free)| self.after_pacing(track, index, free, began));
        Life {
            could_ask,
            in_vain,
            asked,
            fetch,
            would_be_seen: self.before(track, index).is_some_and(|before| before.fetch.is_some()),
            appended,
            playable: arrival.and_then(|(_, playable, _)| playable),
            shown: arrival.and_then(|(.., shown)| shown),
        }
    }

    /// When nothing but a full buffer kept the player from asking for the segment at `index`, and after what that was. The
    /// time that one segment takes to go into the buffer is not idle time of the next, unless the player asks meanwhile.
    pub(super) fn free(&self, track: usize, index: usize, asked: Wall) -> Option<(After, Wall)> {
        let before = self.before(track, index)?;
        let over = self.fetch_of(before).and_then(Fetch::over).unwrap_or(before.appended);
        let playable = before.playable.unwrap_or(over).max(over);
        Some(if playable <= asked {
            (After::Playable, playable)
        } else if over <= asked {
            (After::Over, over)
        } else {
            (After::Began(Micros::ZERO), asked)
        })
    }

    /// How long the player let pass before it asked for this media segment, because its buffer was as full as it likes it.
    pub fn paced(&self, blocking: &Blocking) -> Micros {
        let Some((index, fetch)) = blocking.segment.zip(blocking.fetch) else { return Micros::ZERO };
        let free = self.free(blocking.track, index, fetch.asked);
        free.map_or(Micros::ZERO, |(_, free)| (blocking.account.from - free).at_least_zero())
    }

    /// All of the stream was there to be asked for, as far as its playlists say.
    pub fn all_was_there(&self) -> bool {
        let reads = &self.manifests.reads;
        !reads.is_empty() && reads.iter().all(|read| !read.playlist.live)
    }

    /// When the player could have asked: not while its buffer was as full as it likes it.
    fn after_pacing(&self, track: usize, index: usize, free: Wall, asked: Wall) -> Wall {
        let free = free.min(asked);
        // What the request before brought counts as soon as it is appended.
        let filled = self.before(track, index).and_then(|before| before.playable).unwrap_or(free).max(free);
        let target = self.targets.get(track).copied().flatten();
        match target.zip(self.lead(track, filled)) {
            Some((target, lead)) if lead > target => {
                let rate = self.element.rate_at(filled);
                (filled + playing_time(lead - target, rate)).min(asked)
            }
            _ => free,
        }
    }

    /// The buffer level at which this player asks for more, learned from where it let time pass before it did.
    fn target(&self, track: usize) -> Option<Micros> {
        let paced = self.of_track(track).filter_map(|(index, segment)| {
            let (fetch, slot) = (self.fetch_of(segment)?, self.slot(track, index)?);
            let first = self.in_vain_before(track, Some(fetch), Some(slot)).is_empty();
            (first && fetch.asked - slot > PACING).then(|| self.lead(track, fetch.asked))?
        });
        let mut levels: Vec<Micros> = paced.collect();
        levels.arrange();
        levels.get(levels.len() / 2).copied()
    }

    fn written(&self, track: usize, range: Span, life: &Life, to: Wall) -> SegmentAccount {
        let (spent, unexplained) = stages(life, to);
        let unknown = Usual::default();
        let host = life.fetch.map(|fetch| fetch.host.clone()).unwrap_or_default();
        let usual = self.usual.get(&(track, host)).unwrap_or(&unknown);
        let same = |other: &&&Fetch| life.fetch.is_some_and(|fetch| fetch.resource == other.resource);
        let retries = life.in_vain.iter().filter(same).count();
        SegmentAccount {
            track: self.kind(track),
            range,
            blocking: false,
            from: life.could_ask,
            to,
            elapsed: to - life.could_ask,
            stages: usual.beside(spent, life.fetch.and_then(|fetch| fetch.size)),
            unexplained,
            retries: u32::try_from(retries).unwrap_or(u32::MAX),
        }
    }

    /// What stages usually take, from media segments that came outside every drain window.
    fn usual(&self) -> BTreeMap<(usize, String), Usual> {
        let mut samples: BTreeMap<(usize, String), Samples> = BTreeMap::new();
        for track in 0..self.tracks.len() {
            let windows: Vec<(Wall, Wall)> = self
                .stalls
                .iter()
                .map(|(kind, began, end)| (self.window_from(*kind, track, *began), *end))
                .collect();
            for (index, segment) in self.of_track(track) {
                let (Some(fetch), Some(playable)) = (self.fetch_of(segment), segment.playable) else {
                    continue;
                };
                if windows.iter().any(|(from, end)| fetch.asked < *end && playable > *from) {
                    continue;
                }
                let life =
                    self.life(track, index, Some(fetch), Some((segment.appended, Some(playable), None)));
                // One that took longer than it plays drained the buffer, stall or not: bad from the first byte is not usual.
                if playable - life.could_ask > segment.range.length() {
                    continue;
                }
                let of_host = samples.entry((track, fetch.host.clone())).or_default();
                of_host.learn(&stages(&life, playable).0, &hidden(fetch), fetch.size);
            }
        }
        gather(samples.into_iter().map(|(of, samples)| (of, samples.settle())))
    }

    /// Where the drain window of a stall began; of one that no late data made, where it began itself.
    fn window_from(&self, kind: StallKind, track: usize, began: Wall) -> Wall {
        if kind == StallKind::Starved { self.drain_from(began, track) } else { began }
    }
}

/// Stages that neither a request's timing nor its server tells, so that their absence means nothing.
fn hidden(fetch: &Fetch) -> Vec<Stage> {
    const IN_ONE: &[Stage] = &[Stage::Response, Stage::Present];
    const IN_PARTS: &[Stage] =
        &[Stage::Queue, Stage::Dns, Stage::Connect, Stage::Tls, Stage::Wait, Stage::Present];
    let told = |timing: &Timing| timing.sent.is_some() && timing.first_byte.is_some();
    let by_browser = if fetch.timing.as_ref().is_some_and(told) { IN_ONE } else { IN_PARTS };
    by_browser.iter().copied().chain(confessed::silent(fetch)).collect()
}
