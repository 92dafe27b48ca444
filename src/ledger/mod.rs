//! The ledger: which media segment playback waited for, and where its time went, see DESIGN §5.

mod abr;
mod account;
mod books;
mod confessed;
mod drain;
mod join;
mod outstanding;
mod publish;
mod recursion;
mod shapley;
mod shares;
mod turns;
mod usual;

pub use abr::{Overreach, bitrate};
pub use books::Books;
pub use confessed::is_in_one;
pub use publish::{PlaylistWait, Unpublished};

use crate::event::{Span, TrackKind};
use crate::machine::requests::Fetch;
use crate::sort::Sort;
use crate::stall::{DRY, Sighting};
use crate::time::{MediaTime, Micros, Wall};
use crate::verdict::{BlockingSegment, Join, Ledger, SegmentAccount, StallKind};
use join::Segment;

/// Media segments listed in a ledger.
const LISTED: usize = 24;
/// A media segment that starts this far after where the buffer ended does not fill it [P].
const FOLLOWS: Micros = Micros::from_millis(500);
/// Chromium lets sound go on for so long without pictures before it stops (kVideoUnderflowThreshold in its media
/// renderer, 3 s; measured 3.03 s), and a second for what the clocks are apart [P].
const ONE_TRACK_ALONE: Micros = Micros::from_millis(4000);

/// Playback goes on this soon after what it waited for is playable: measured 31 ms (Chromium) and 17 ms (Firefox)
/// (ATTRIBUTION M21), and ten times that for a busy device [P]. If it does not, the browser or the player waits for more.
const GOES_ON: Micros = Micros::from_millis(300);
/// What Chromium wants to have before it goes on after it ran dry, doubled each time up to a bound (kStartingCapacity and
/// kMaxCapacity in its audio renderer's algorithm); Firefox goes on with the first frames.
const WANTED_AT_FIRST: Micros = Micros::from_millis(200);
const WANTED_AT_MOST: Micros = Micros::from_millis(3000);
/// Chromium dates a frame by the display refresh that shows it, which began before there was anything to show: by 1 ms in
/// `tests/replay/slow-response/dated-early-chromium`, by a refresh at most, and displays have at least 30 a second [P].
const REFRESH: Micros = Micros::from_millis(34);

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

/// A media segment of a drain window.
struct Entry<'a> {
    /// Index into the books' tracks.
    track: usize,
    /// Index into the books' segments; one past the last while it is awaited.
    index: usize,
    fetch: Option<&'a Fetch>,
    /// Its request was over.
    over: Option<Wall>,
    playable: Option<Wall>,
    account: SegmentAccount,
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
        let duration = stall.duration(self.now);
        let (blocking, window) = self.waited_for(stall);
        let Some(window) = window else {
            return (blocking, Ledger { unexplained: duration, ..Ledger::default() });
        };
        let entries = self.in_window(&blocking, window);
        let shares = shares::of(&self.drains(stall, &entries), duration);
        let unlisted = entries.len().saturating_sub(LISTED);
        let segments = entries.into_iter().skip(unlisted).map(|entry| entry.account).collect();
        (blocking, Ledger { window: Some(window), segments, ..shares })
    }

    /// How long this stall would have been, had each media segment of its drain window been of another size, at the pace at
    /// which it came: `bytes` gives the size for its track, what it holds, and its size. `None` if it is no starved one.
    pub fn stall_if(&self, stall: &Sighting, bytes: impl Fn(TrackKind, Span, u64) -> u64) -> Option<Micros> {
        if stall.kind != StallKind::Starved {
            return None;
        }
        let (blocking, window) = self.waited_for(stall);
        let entries = self.in_window(&blocking, window?);
        Some(shares::with_sizes(&self.drains(stall, &entries), stall.duration(self.now), bytes))
    }

    /// What the player gave up in the drain window for another quality or another server.
    pub fn given_up(&self, stall: &Sighting) -> Vec<&Fetch> {
        let (blocking, Some(window)) = self.waited_for(stall) else { return Vec::new() };
        let entries = self.in_window(&blocking, window);
        let of = |entry: &Entry| {
            self.in_vain_before(entry.track, entry.fetch, self.slot(entry.track, entry.index))
        };
        let mut given_up: Vec<&Fetch> =
            entries.iter().flat_map(of).filter(|fetch| fetch.given_up()).collect();
        given_up.arrange_by_key(|fetch| fetch.asked);
        given_up.dedup();
        given_up
    }

    /// What playback waited for, and the drain window that ends with it.
    fn waited_for(&self, stall: &Sighting) -> (Vec<Blocking<'_>>, Option<(Wall, Wall)>) {
        let began = stall.began.wall;
        let end = began + stall.duration(self.now);
        let blocking = critical(self.in_turn(self.dry(stall, end)), began);
        let from = blocking.iter().map(|blocking| self.drain_from(began, blocking.track)).min();
        (blocking, from.map(|from| (from, end)))
    }

    /// Accounts of the media segments of a drain window: those that came, oldest first, then those that playback waited for.
    fn in_window<'b>(&'b self, blocking: &'b [Blocking], (from, end): (Wall, Wall)) -> Vec<Entry<'b>> {
        let drained = self.segments.iter().enumerate().filter(|(index, segment)| {
            blocking.iter().any(|blocking| blocking.track == segment.track)
                && blocking.iter().all(|blocking| blocking.segment != Some(*index))
                && (from..=end).contains(&segment.appended)
        });
        let drained = drained.map(|(index, segment)| Entry {
            track: segment.track,
            index,
            fetch: self.fetch_of(segment),
            over: self.fetch_of(segment).and_then(Fetch::over).or(Some(segment.appended)),
            playable: segment.playable,
            account: self.account(index, segment, None),
        });
        let waited = blocking.iter().map(|blocking| {
            let segment = blocking.segment.and_then(|index| self.segments.get(index));
            // What brought nothing is to be asked for again.
            let asked = blocking.fetch.filter(|fetch| segment.is_some() || fetch.succeeded());
            Entry {
                track: blocking.track,
                index: blocking.segment.unwrap_or(self.segments.len()),
                fetch: blocking.fetch,
                over: asked.and_then(Fetch::over).or(segment.map(|segment| segment.appended)),
                playable: segment.and_then(|segment| segment.playable),
                account: blocking.account.clone(),
            }
        });
        drained.chain(waited).collect()
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
                // Where it is no longer held it ran dry before, and playback went on with the other track.
                let before = held.last_end(position).filter(|end| position - *end <= ONE_TRACK_ALONE);
                (index, held.runs_dry_at(position).or(before).unwrap_or(position))
            })
            .collect();
        let dry: Vec<_> = ends.iter().copied().filter(|(_, end)| *end - position <= DRY).collect();
        if !dry.is_empty() {
            return dry;
        }
        // The element said it was dry; what the headers say is off by more than usual, or a busy device showed its last frames
        // late. The emptiest it is, and what is as good as empty with it: players hand on sound only with its pictures.
        let Some(emptiest) = ends.iter().map(|(_, end)| *end).min() else { return dry };
        ends.into_iter().filter(|(_, end)| *end - emptiest <= DRY).collect()
    }

    /// The media segments that were not playable when the stall began: for each dry track the one that would have
    /// filled it, and what playback went on to wait for.
    fn dry(&self, stall: &Sighting, end: Wall) -> Vec<Blocking<'_>> {
        // Without it playback could not have been seen to go on.
        let seen = stall.seen.unwrap_or(end);
        let end = if stall.ended.is_some() { end + REFRESH } else { end };
        let came = |track: usize, dry_at: MediaTime| {
            self.of_track(track).find(|(_, segment)| {
                segment.playable.is_none_or(|playable| playable > stall.began.wall)
                    && segment.range.end > dry_at
                    && segment.range.start - dry_at <= FOLLOWS
                    && segment.appended <= seen.max(end)
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

    /// Media ahead with which any browser goes on from this stall.
    fn wanted(&self, stall: &Sighting) -> Micros {
        let dry = |(kind, from, _): &&(StallKind, Wall, Wall)| {
            *kind == StallKind::Starved && *from <= stall.began.wall
        };
        let times = self.stalls.iter().filter(dry).count();
        (0..times).fold(WANTED_AT_FIRST, |wanted, _| (wanted + wanted).min(WANTED_AT_MOST))
    }

    /// The media segment that playback ran dry on, and those it went on to wait for after that: Chromium, having run dry
    /// before, goes on only with more than one.
    fn series(&self, stall: &Sighting, track: usize, first: usize, end: Wall) -> Vec<Blocking<'_>> {
        let mut waited = vec![first];
        let (mut playable, mut reached) = (None, None);
        let enough = stall.began.media + self.wanted(stall);
        let is_enough = |reached: Option<MediaTime>| reached.is_some_and(|reached| reached >= enough);
        for (index, segment) in self.of_track(track).filter(|(index, _)| *index >= first) {
            if reached.is_some_and(|reached| segment.range.start - reached > FOLLOWS)
                || segment.appended > end && index > first
            {
                continue;
            }
            // By its call: a browser may show what it holds before it says that it is done.
            let stood = playable.map(|playable| segment.appended - playable);
            let waits = stood.is_some_and(|stood| stood > GOES_ON) && !is_enough(reached);
            waited.extend(waits.then_some(index));
            playable = segment.playable;
            reached = Some(segment.range.end);
        }
        let last = waited.last().copied();
        let arrived = waited.into_iter().filter_map(|index| {
            let segment = self.segments.get(index)?;
            let ended = stall.ended.as_ref().filter(|_| Some(index) == last);
            Some(self.arrived(index, segment, ended.map(|(ended, _)| ended.wall.max(segment.appended))))
        });
        let mut blocking: Vec<Blocking> = arrived.collect();
        let still_waits = stall.ended.is_none()
            && playable.is_some_and(|playable| end - playable > GOES_ON)
            && !is_enough(reached);
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
            failed: self.failed(segment.track, fetch, account.from),
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
        let failed = fetch.filter(|fetch| !fetch.succeeded() && !fetch.given_up());
        Blocking {
            named: BlockingSegment {
                track: self.kind(track),
                range,
                arrived: false,
                host: fetch.map(|fetch| fetch.host.clone()),
                join: if fetch.is_some() { Join::Awaited } else { Join::None },
            },
            fetch,
            failed: self.failed(track, fetch, account.from).into_iter().chain(failed).collect(),
            account: SegmentAccount { blocking: true, ..account },
            appends: Vec::new(),
            track,
            segment: None,
        }
    }

    /// Where the buffer was fullest since the stall or seek before: the start of the last cycle at which it was within one
    /// media segment of its highest (ATTRIBUTION §3.2). Where nothing came since, all of it.
    fn drain_from(&self, began: Wall, track: usize) -> Wall {
        let ends = self.stalls.iter().map(|(.., end)| *end).chain(self.element.sought.iter().copied());
        let since = ends.filter(|end| *end <= began).max();
        let levels: Vec<(Wall, Micros)> = self
            .of_track(track)
            .filter_map(|(_, segment)| segment.playable)
            .filter(|playable| (since.unwrap_or(Wall::MIN)..=began).contains(playable))
            .filter_map(|playable| Some((playable, self.lead(track, playable)?)))
            .collect();
        let highest = levels.iter().map(|(_, level)| *level).max().unwrap_or_default();
        let near = |level: Micros| level + self.usual_length(track) >= highest;
        let fullest = levels.iter().rev().find(|(_, level)| near(*level)).map(|(at, _)| *at);
        fullest.or(since).unwrap_or(began)
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used, clippy::indexing_slicing)]
mod tests {
    use super::*;
    use crate::event::TrackKind::Video;
    use crate::machine::Machine;
    use crate::story::{Elsewhere, SEGMENT, Story, at, media};

    /// The only stall of a story, with its books.
    fn only<T>(story: &Story, look: impl Fn(&Books, &Sighting) -> T) -> T {
        let machine = Machine::replay(&story.tell().inputs);
        let element = machine.elements.values().next().unwrap();
        let stalls: Vec<Sighting> = element.detector.finished().collect();
        assert_eq!(stalls.len(), 1);
        look(&Books::open(&machine, element), &stalls[0])
    }

    /// From the tenth media segment on, bodies take so long.
    fn slow(transfers: &[i64]) -> Story {
        let bodies = (10..).zip(transfers);
        bodies
            .fold(Story::new(39_500), |story, (segment, transfer)| story.slow_body(Video, segment, *transfer))
    }

    #[test]
    fn the_window_begins_where_the_buffer_was_fullest() {
        // The player asks for the tenth segment when ten seconds are left; the ninth has just filled it to nearly twelve.
        let (window, ninth) = only(&slow(&[2_800; 20]), |books, stall| {
            let ninth = books.of_track(0).nth(9).and_then(|(_, ninth)| ninth.playable);
            (books.explain(stall).1.window, ninth)
        });
        assert_eq!(window.map(|(from, _)| from), ninth);
    }

    #[test]
    fn the_window_does_not_reach_back_over_a_seek() {
        // Sought to where nothing is held; the third media segment from there is withheld before the buffer is full again.
        let story = Story::new(39_500).seek(8_300, 20 * SEGMENT).withhold(Video, 22, 9_000);
        let window = only(&story, |books, stall| books.explain(stall).1.window);
        assert!(window.is_some_and(|(from, _)| from > at(8_300)), "{window:?}");
    }

    #[test]
    fn what_another_site_sends_is_not_waited_for() {
        let other = |story: Story, when| {
            let of =
                Elsewhere { host: "shop.example", connect: None, wait: 30, transfer: 60, bytes: 300_000 };
            story.elsewhere(when, of)
        };
        let story = (0..12).fold(Story::new(39_500), |story, time| other(story, 100 + 2_500 * time));
        let told = story.withhold(Video, 10, 14_000).tell().inputs;
        let mut machine = Machine::default();
        let mut hosts: Vec<Option<String>> = Vec::new();
        for (fact, input) in (0..).zip(&told) {
            machine.take(fact, input);
            let element = machine.elements.values().next();
            let open = element.and_then(|element| Some((element, element.detector.open()?)));
            hosts.extend(open.iter().flat_map(|(element, stall)| {
                let books = Books::open(&machine, element);
                let blocking = books.explain(stall).0;
                blocking.into_iter().map(|one| one.named.host).collect::<Vec<_>>()
            }));
        }
        assert!(!hosts.is_empty() && hosts.iter().all(|host| host.as_deref() != Some("shop.example")));
    }

    #[test]
    fn what_comes_while_a_slow_device_gets_going_was_not_waited_for() {
        // The eleventh comes 500 ms after the tenth, and only then is there a frame: two seconds were there before it.
        let late = Story::new(39_500).withhold(Video, 10, 14_000);
        let resumed = only(&late, |_, stall| stall.ended.unwrap().0.wall);
        let since = (resumed - at(0)).0 / 1000;
        let story = late.freeze(since - 1, 600).slow_body(Video, 11, 450);
        let (named, next, ended) = only(&story, |books, stall| {
            let blocking: Vec<_> = books.explain(stall).0.iter().map(|one| one.named.range).collect();
            let next = books.of_track(0).nth(11).map(|(_, next)| next.appended);
            (blocking, next.unwrap(), stall.ended.unwrap().0.wall)
        });
        assert!(next > resumed + GOES_ON && ended + REFRESH > next, "{resumed:?} {next:?} {ended:?}");
        assert_eq!(named, [media(10)]);
    }

    #[test]
    fn at_another_size_the_stall_is_what_it_would_have_been() {
        let (bodies, smaller) = ([3_800, 3_800, 3_800, 3_800, 5_000], [3_610, 3_610, 3_610, 3_610, 4_750]);
        let as_it_was = only(&slow(&bodies), |books, stall| stall.duration(books.now));
        let truth = only(&slow(&smaller), |books, stall| stall.duration(books.now));
        let at = |twentieths: u64| {
            only(&slow(&bodies), |books, stall| books.stall_if(stall, |_, _, bytes| bytes * twentieths / 20))
        };
        assert_eq!(at(20), Some(as_it_was));
        let off = at(19).unwrap() - truth;
        assert!(off.0.abs() <= 5_000, "{:?} instead of {truth:?}, was {as_it_was:?}", at(19));
        assert_eq!(at(10), Some(Micros::ZERO));
    }
}
