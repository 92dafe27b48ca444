//! What is seen of a playback without asking Whystall: the page's own record, and what the browser says.

use crate::emulator::Stats;
use serde::{Deserialize, Serialize};

/// The least that playback must fall behind for a stall, milliseconds: less is a hiccup that Whystall may leave out.
pub const SHORTEST: f64 = 500.0;

/// A stall that Whystall tells of is no shorter: who tells of one for which the page saw playback stand this long invented
/// none, milliseconds.
pub const LEAST: f64 = 200.0;

/// Less is where two tracks or two media segments meet, media seconds.
const HOLE: f64 = 0.2;

/// So long after pictures go on, `currentTime` tells how far playback has come, milliseconds.
const CATCHES_UP: f64 = 1000.0;

/// Everything that was seen of a playback.
pub struct Seen {
    pub recorded: Recorded,
    /// When the first fault began and the last ended, milliseconds since the epoch.
    pub faults: Option<(f64, Option<f64>)>,
    pub links: Stats,
    /// The log of the server that had the stream.
    pub served: String,
}

/// What the driver brings from the browser.
#[derive(Deserialize)]
pub struct Recorded {
    pub record: Page,
    pub stored: Vec<Stored>,
    #[serde(default)]
    pub underflows: Vec<Underflow>,
}

/// Chromium said that playback stops.
#[derive(Clone, Serialize, Deserialize)]
pub struct Underflow {
    /// Milliseconds since the epoch.
    pub at: f64,
    /// `DEMUXER_UNDERFLOW` or `DECODER_UNDERFLOW`.
    pub reason: String,
}

/// A stall as the extension stored it.
#[derive(Deserialize)]
pub struct Stored {
    pub bundle: String,
    /// When, milliseconds since the epoch.
    #[serde(default)]
    pub kept: Option<f64>,
}

/// The page's own record, see demo/page/recorder.js.
#[derive(Clone, Default, Serialize, Deserialize)]
pub struct Page {
    pub gaps: Vec<Gap>,
    pub stops: Vec<Stop>,
    /// Runs from before it was noted have none.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub ticks: Vec<Tick>,
    /// Runs from before it was read have none.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub interruptions: Vec<Interruption>,
    pub segments: Vec<Segment>,
}

/// No frame between these two. Milliseconds since the epoch, and media seconds.
#[derive(Clone, Copy, Debug, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Gap {
    pub began: f64,
    pub ended: f64,
    pub media_began: f64,
    #[serde(default)]
    pub media_ended: Option<f64>,
}

/// `currentTime` was not seen to move between these two. Milliseconds since the epoch.
#[derive(Clone, Copy, Debug, Serialize, Deserialize)]
pub struct Stop {
    pub began: f64,
    pub ended: f64,
    /// How far it was then, media seconds: a busy page looks seldom.
    #[serde(default)]
    pub moved: f64,
}

/// The page, or the player, did something else than play. Milliseconds since the epoch, and media seconds.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Interruption {
    /// The event.
    pub why: String,
    pub at: f64,
    /// When there was a frame the last time, and of what.
    pub since: Option<f64>,
    #[serde(default)]
    pub media: Option<f64>,
}

/// How far playback was. Milliseconds since the epoch, and media seconds.
#[derive(Clone, Copy, Debug, Serialize, Deserialize)]
pub struct Tick {
    pub at: f64,
    pub position: f64,
}

impl Stop {
    /// Milliseconds that playback fell behind.
    pub fn lost(&self) -> f64 {
        self.ended - self.began - 1000.0 * self.moved
    }
}

impl Gap {
    /// Milliseconds that playback fell behind. Frames can be missing while it goes on, which is no stall: a busy page sees
    /// none, and Chromium plays up to three seconds of sound without pictures. What is lost bit by bit is none either.
    fn lost(&self, page: &Page) -> f64 {
        let played = self.media_ended.map_or(0.0, |ended| 1000.0 * (ended - self.media_began));
        let within = |stop: &Stop| stop.ended.min(self.ended) - stop.began.max(self.began);
        let stood = page.stops.iter().map(|stop| within(stop) - 1000.0 * stop.moved).fold(0.0, f64::max);
        stood.min(self.ended - self.began - played).min(self.behind(&page.ticks))
    }

    /// Milliseconds by which playback is behind once it has had time to catch up: without processor time, Firefox tells
    /// only afterwards that the sound went on.
    fn behind(&self, ticks: &[Tick]) -> f64 {
        let before = ticks.iter().rev().find(|tick| tick.at <= self.began);
        let after = ticks.iter().find(|tick| tick.at >= self.ended + CATCHES_UP);
        let behind = |(from, to): (&Tick, &Tick)| to.at - from.at - 1000.0 * (to.position - from.position);
        before.zip(after).map_or(f64::INFINITY, behind)
    }
}

/// A media segment as the player names it, media seconds.
#[derive(Clone, Serialize, Deserialize)]
pub struct Segment {
    pub start: f64,
    pub end: f64,
}

impl Page {
    /// Where playback was twice in this gap.
    pub fn stood_in(&self, gap: &Gap) -> Vec<f64> {
        let within: Vec<&Tick> =
            self.ticks.iter().filter(|tick| (gap.began..=gap.ended).contains(&tick.at)).collect();
        let stood = |pair: &&[&Tick]| matches!(pair, [one, next] if one.position == next.position);
        within.windows(2).filter(stood).filter_map(|pair| Some(pair.first()?.position)).collect()
    }

    /// What the player never put there, between what it did.
    pub fn holes(&self) -> Vec<Segment> {
        let mut segments: Vec<&Segment> = self.segments.iter().collect();
        segments.sort_by(|one, other| one.start.total_cmp(&other.start));
        let mut end = segments.first().map_or(0.0, |first| first.start);
        let hole = |segment: &Segment| {
            let hole = Segment { start: end, end: segment.start };
            end = end.max(segment.end);
            (hole.end - hole.start > HOLE).then_some(hole)
        };
        segments.into_iter().filter_map(hole).collect()
    }

    /// From when until when it was seen to stand, each time.
    fn standing(&self) -> impl Iterator<Item = (f64, f64)> + '_ {
        let spans = self.ticks.chunk_by(|one, next| one.position == next.position);
        spans.filter_map(|span| Some((span.first()?.at, span.last()?.at)))
    }

    /// From when until when it was seen to stand at the end, and never went on.
    pub fn stands(&self) -> Option<(f64, f64)> {
        self.standing().last().filter(long)
    }

    /// From when until when it was seen to stand before it jumped on, as live streams do: frames tell of no gap there.
    pub fn jumped(&self) -> Vec<(f64, f64)> {
        let ahead = |(from, to): &(f64, f64)| {
            let around = |stop: &Stop| stop.began <= *from && *to <= stop.ended;
            self.stops.iter().any(|stop| stop.lost() < 0.0 && around(stop))
        };
        self.standing().filter(long).filter(ahead).collect()
    }

    /// The gaps that are stalls, and those that a jump ended.
    pub fn stalls(&self) -> Vec<Gap> {
        let gaps = self.gaps.iter().copied().filter(|gap| gap.lost(self) >= SHORTEST);
        let jumps = self.interruptions.iter().filter(|interruption| interruption.why == "seeking");
        let before = jumps.filter_map(|Interruption { at, since, media, .. }| {
            Some(Gap { began: (*since)?, ended: *at, media_began: (*media)?, media_ended: None })
        });
        let stood = before.filter(|gap| gap.ended - gap.began >= SHORTEST && !self.stood_in(gap).is_empty());
        let mut all: Vec<Gap> = gaps.chain(stood).collect();
        all.sort_by(|one, other| one.began.total_cmp(&other.began));
        all
    }
}

fn long((from, to): &(f64, f64)) -> bool {
    to - from >= SHORTEST
}

/// Why Chromium said that playback stopped in this gap, or `early` milliseconds before it.
pub fn underflow<'a>(all: &'a [Underflow], gap: &Gap, early: f64) -> Option<&'a str> {
    let mut there = all.iter().filter(|of| (gap.began - early..=gap.ended).contains(&of.at));
    there.next().map(|of| of.reason.as_str())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_never_goes_on_has_no_gap_and_stands() {
        let page = |positions: &[f64]| {
            let at = (0..).map(|count| 500.0 * f64::from(count));
            let ticks = at.zip(positions).map(|(at, position)| Tick { at, position: *position }).collect();
            Page { ticks, ..Page::default() }
        };
        assert_eq!(page(&[0.0, 0.5, 1.0, 1.2, 1.2, 1.2]).stands(), Some((1_500.0, 2_500.0)));
        assert_eq!(page(&[0.0, 0.5, 0.5, 0.5, 1.0]).stands(), None);
        assert_eq!(page(&[]).stands(), None);
    }

    #[test]
    fn a_jump_ends_a_stall_where_playback_stood_before_it() {
        let tick = |at, position| Tick { at, position };
        let page = |why: &str, position| {
            let ticks = vec![tick(0.0, 1.0), tick(500.0, 1.2), tick(1_000.0, position), tick(1_500.0, 3.0)];
            let why = why.to_owned();
            let interruption = Interruption { why, at: 1_400.0, since: Some(210.0), media: Some(1.2) };
            Page { interruptions: vec![interruption], ticks, ..Page::default() }
        };
        let [stall] = page("seeking", 1.2).stalls()[..] else { panic!("no stall") };
        assert_eq!((stall.began, stall.ended, stall.media_began), (210.0, 1_400.0, 1.2));
        // Sound went on without pictures.
        assert!(page("seeking", 1.7).stalls().is_empty());
        assert!(page("pause", 1.2).stalls().is_empty());
    }

    #[test]
    fn what_stands_and_then_jumps_on_stood() {
        let tick = |at, position| Tick { at, position };
        let ticks = || {
            vec![tick(0.0, 1.0), tick(500.0, 1.2), tick(1_000.0, 1.2), tick(1_500.0, 1.2), tick(2_000.0, 9.0)]
        };
        let page = |moved| {
            let stops = vec![Stop { began: 200.0, ended: 1_900.0, moved }];
            Page { stops, ticks: ticks(), ..Page::default() }
        };
        assert_eq!(page(7.8).jumped(), [(500.0, 1_500.0)]);
        // Without a jump frames tell.
        assert!(page(0.1).jumped().is_empty());
    }
}
