//! Whether the player asked for more than it could expect to get.

use super::{Blocking, Books};
use crate::event::TrackKind;
use crate::sort::Sort;
use crate::stall::Sighting;
use crate::time::{Micros, Wall};
use std::cmp::Reverse;

/// What a player may ask for of what it can expect, in percent: hls.js' `abrBandWidthFactor`.
const SAFE_PERCENT: u128 = 95;
/// A player goes by what the last few media segments brought [P].
const LAST: usize = 5;

/// The player asked for a media segment that needs more than it could expect, and a lower quality would have done.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Overreach {
    /// Bits in a second of the media segment.
    pub needed: u64,
    /// Bits in a second that the media segments before it had come at.
    pub expected: u64,
    /// Bits in a second of the highest quality on offer that would have avoided at least half of the stall.
    pub enough: u64,
    /// By how much the stall would have been shorter at that.
    pub avoided: Micros,
    /// The requests that show it.
    pub facts: Vec<u32>,
}

impl Books<'_> {
    /// Only where the quality was changed before: one that never changes was chosen by someone else than the player.
    pub fn overreach(&self, stall: &Sighting, blocking: &Blocking) -> Option<Overreach> {
        let fetch = blocking.fetch?;
        let track = self.tracks.get(blocking.track).filter(|track| track.kind != TrackKind::Audio)?;
        let until =
            blocking.segment.and_then(|index| self.segments.get(index)).map_or(self.now, |s| s.appended);
        let mut coded = track.coded.iter().filter(|(at, _)| *at <= until).rev();
        let (switched, size) = coded.next().filter(|(at, _)| !self.element.quality.chosen(*at))?;
        coded.find(|(at, other)| other != size && at < switched)?;
        let needed = bitrate(fetch.size?, blocking.named.range.length())?;
        let (expected, facts) = self.expected(blocking.track, fetch.asked)?;
        if u128::from(needed) * 100 <= u128::from(expected) * SAFE_PERCENT {
            return None;
        }
        let current = self.manifests.bitrate(*size)?;
        let offered = self.manifests.ladder.iter().filter(|rung| rung.kind == TrackKind::Video);
        let mut lower: Vec<_> =
            offered.map(|rung| rung.bitrate).filter(|bitrate| *bitrate < current).collect();
        lower.arrange_by_key(|bitrate| Reverse(*bitrate));
        let lasted = stall.duration(self.now);
        let at = |bitrate: u64| {
            let shorter = self.stall_if(stall, |kind, _, bytes| match kind {
                TrackKind::Audio => bytes,
                _ => scaled(bytes, bitrate, current),
            })?;
            let avoided = (lasted - shorter).at_least_zero();
            (avoided.0.saturating_mul(2) >= lasted.0).then_some((bitrate, avoided))
        };
        let (enough, avoided) = lower.into_iter().find_map(at)?;
        let facts = fetch.facts.iter().copied().chain(facts).collect();
        Some(Overreach { needed, expected, enough, avoided, facts })
    }

    /// What the last media segments of this track that had come by then came at: the median, and what tells of it.
    fn expected(&self, track: usize, asked: Wall) -> Option<(u64, Vec<u32>)> {
        let before = self.of_track(track).rev().filter_map(|(_, segment)| self.fetch_of(segment));
        let came = before.filter_map(|fetch| {
            let end = fetch.delivered().filter(|end| *end <= asked)?;
            Some((bitrate(fetch.size?, end - fetch.asked)?, fetch))
        });
        let mut last: Vec<_> = came.take(LAST).collect();
        let facts = last.iter().flat_map(|(_, fetch)| fetch.facts.iter().copied()).collect();
        last.arrange_by_key(|(rate, _)| *rate);
        Some((last.get(last.len() / 2)?.0, facts))
    }
}

/// The bytes of a media segment at another bit rate.
fn scaled(bytes: u64, bitrate: u64, current: u64) -> u64 {
    u64::try_from(u128::from(bytes) * u128::from(bitrate) / u128::from(current)).unwrap_or(bytes)
}

/// Bits in a second; `None` where no time passed.
pub fn bitrate(bytes: u64, time: Micros) -> Option<u64> {
    let micros = u128::try_from(time.0).ok().filter(|micros| *micros > 0)?;
    u64::try_from(u128::from(bytes) * 8 * 1_000_000 / micros).ok()
}
