//! `moof`: what the samples of a movie fragment cover.

use super::boxes::{child, children, flags, u32_at, u64_at, version};
use super::movie::Track;
use crate::container::Fragment;
use crate::event::Span;
use crate::time::{LIMIT, MediaTime};

// Flags of `tfhd` (ISO/IEC 14496-12 §8.8.7) that say which fields are there.
const BASE_DATA_OFFSET: u32 = 0x1;
const SAMPLE_DESCRIPTION_INDEX: u32 = 0x2;
const DEFAULT_DURATION: u32 = 0x8;

// Flags of `trun` (§8.8.8).
const DATA_OFFSET: u32 = 0x1;
const FIRST_SAMPLE_FLAGS: u32 = 0x4;
const DURATION: u32 = 0x100;
const SIZE: u32 = 0x200;
const SAMPLE_FLAGS: u32 = 0x400;
const COMPOSITION_OFFSET: u32 = 0x800;

/// What each `traf` of a `moof` covers. One that cannot be read, has no samples or no `tfdt` is left out.
pub fn read<'a>(moof: &'a [u8], tracks: &'a [Track]) -> impl Iterator<Item = Fragment> + 'a {
    let trafs = children(moof).filter(|child| child.0 == *b"traf");
    trafs.filter_map(|(_, traf)| fragment(traf, tracks))
}

fn fragment(traf: &[u8], tracks: &[Track]) -> Option<Fragment> {
    let tfhd = child(traf, b"tfhd")?;
    let id = u32_at(tfhd, 4)?;
    let track = tracks.iter().find(|track| track.id == id)?;
    let has = flags(tfhd)?;
    let default_duration = if has & DEFAULT_DURATION == 0 {
        track.default_duration
    } else {
        let before = field(has, BASE_DATA_OFFSET, 8) + field(has, SAMPLE_DESCRIPTION_INDEX, 4);
        u32_at(tfhd, 8 + before)?
    };
    let tfdt = child(traf, b"tfdt")?;
    let decode_time = match version(tfdt)? {
        1 => i64::try_from(u64_at(tfdt, 4)?).ok()?,
        _ => i64::from(u32_at(tfdt, 4)?),
    };
    let mut run = Run { decode_time, first: i64::MAX, last: i64::MIN, longest: 0 };
    for (_, trun) in children(traf).filter(|child| child.0 == *b"trun") {
        run.add(trun, default_duration)?;
    }
    let micros = |ticks: i64| {
        let micros = (i128::from(ticks) * 1_000_000).div_euclid(i128::from(track.timescale));
        i64::try_from(micros).ok().filter(|micros| micros.abs() < LIMIT)
    };
    let time = |ticks: i64| micros(ticks.checked_sub(track.media_time)?).map(MediaTime);
    // No sample at all leaves `first` beyond `last`.
    if run.first >= run.last {
        return None;
    }
    let span = Span { start: time(run.first)?, end: time(run.last)? };
    Some(Fragment { track: id, span, sample: micros(i64::from(run.longest))? })
}

/// The samples of a `traf` so far, ticks.
struct Run {
    decode_time: i64,
    first: i64,
    last: i64,
    longest: u32,
}

impl Run {
    /// Adds the samples of a `trun`. `None` if it is malformed or times overflow.
    fn add(&mut self, trun: &[u8], default_duration: u32) -> Option<()> {
        let has = flags(trun)?;
        let count = u32_at(trun, 4)?;
        let table = trun.get(8 + field(has, DATA_OFFSET, 4) + field(has, FIRST_SAMPLE_FLAGS, 4)..)?;
        if has & (DURATION | COMPOSITION_OFFSET) == 0 {
            return self.add_even(count, default_duration);
        }
        let width =
            [DURATION, SIZE, SAMPLE_FLAGS, COMPOSITION_OFFSET].map(|flag| field(has, flag, 4)).iter().sum();
        // Also the proof that `count` is no lie: every sample has its row.
        let table = table.get(..usize::try_from(count).ok()?.checked_mul(width)?)?;
        let composition_at = width - 4;
        for row in table.chunks_exact(width) {
            let duration = if has & DURATION == 0 { default_duration } else { u32_at(row, 0)? };
            // Signed also in version 0: encoders write it so, and the browsers read it so.
            let shift =
                if has & COMPOSITION_OFFSET == 0 { 0 } else { u32_at(row, composition_at)?.cast_signed() };
            let presented = self.decode_time.checked_add(i64::from(shift))?;
            self.decode_time = self.decode_time.checked_add(i64::from(duration))?;
            self.first = self.first.min(presented);
            self.last = self.last.max(presented.checked_add(i64::from(duration))?);
            self.longest = self.longest.max(duration);
        }
        Some(())
    }

    /// Adds `count` samples of the same length, presented as they are decoded.
    fn add_even(&mut self, count: u32, duration: u32) -> Option<()> {
        if count > 0 {
            let length = i64::from(count).checked_mul(i64::from(duration))?;
            self.first = self.first.min(self.decode_time);
            self.decode_time = self.decode_time.checked_add(length)?;
            self.last = self.last.max(self.decode_time);
            self.longest = self.longest.max(duration);
        }
        Some(())
    }
}

/// Bytes that an optional field takes.
fn field(flags: u32, flag: u32, bytes: usize) -> usize {
    if flags & flag == 0 { 0 } else { bytes }
}
