//! `moof`: what the samples of a movie fragment cover.

use super::FRAGMENT_LIMIT;
use super::boxes::{child, children, flags, u32_at, u64_at, version};
use super::movie::Track;
use crate::container::Fragment;
use crate::event::{Span, TrackKind};
use crate::time::{LIMIT, MediaTime};

// Flags of `tfhd` (ISO/IEC 14496-12 §8.8.7) that say which fields are there.
const BASE_DATA_OFFSET: u32 = 0x1;
const SAMPLE_DESCRIPTION_INDEX: u32 = 0x2;
const DEFAULT_DURATION: u32 = 0x8;
const DEFAULT_SIZE: u32 = 0x10;
const DEFAULT_FLAGS: u32 = 0x20;

// Flags of `trun` (§8.8.8).
const DATA_OFFSET: u32 = 0x1;
const FIRST_SAMPLE_FLAGS: u32 = 0x4;
const DURATION: u32 = 0x100;
const SIZE: u32 = 0x200;
const SAMPLE_FLAGS: u32 = 0x400;
const COMPOSITION_OFFSET: u32 = 0x800;

/// `sample_is_non_sync_sample` of the flags of a sample (§8.8.3.1).
const NOT_SYNC: u32 = 0x1_0000;

/// Adds what each `traf` of a `moof` covers, in pieces that begin with a random access point each (sound in one). One
/// that cannot be read, has no samples or no `tfdt` is left out.
pub fn read(moof: &[u8], tracks: &[Track], fragments: &mut Vec<Fragment>) {
    for (_, traf) in children(moof).filter(|child| child.0 == *b"traf") {
        let before = fragments.len();
        if fragment(traf, tracks, fragments).is_none() {
            fragments.truncate(before);
        }
    }
}

fn fragment(traf: &[u8], tracks: &[Track], fragments: &mut Vec<Fragment>) -> Option<()> {
    let tfhd = child(traf, b"tfhd")?;
    let id = u32_at(tfhd, 4)?;
    let track = tracks.iter().find(|track| track.id == id)?;
    let has = flags(tfhd)?;
    let mut at = 8 + field(has, BASE_DATA_OFFSET, 8) + field(has, SAMPLE_DESCRIPTION_INDEX, 4);
    let mut default = |flag, otherwise| {
        let value = if has & flag == 0 { Some(otherwise) } else { u32_at(tfhd, at) };
        at += field(has, flag, 4);
        value
    };
    let default_duration = default(DEFAULT_DURATION, track.default_duration)?;
    default(DEFAULT_SIZE, 0)?;
    let default_flags = default(DEFAULT_FLAGS, track.default_flags)?;
    let tfdt = child(traf, b"tfdt")?;
    let decode_time = match version(tfdt)? {
        1 => i64::try_from(u64_at(tfdt, 4)?).ok()?,
        _ => i64::from(u32_at(tfdt, 4)?),
    };
    let mut run = Run { track, default_duration, default_flags, decode_time, samples: None, fragments };
    for (_, trun) in children(traf).filter(|child| child.0 == *b"trun") {
        run.add(trun)?;
    }
    run.finish()
}

/// Adds up the samples of a `traf`.
struct Run<'a> {
    track: &'a Track,
    default_duration: u32,
    default_flags: u32,
    /// Of the next sample, ticks.
    decode_time: i64,
    /// Those since the last random access point.
    samples: Option<Samples>,
    fragments: &'a mut Vec<Fragment>,
}

/// Samples that are told as one, ticks.
struct Samples {
    key: bool,
    first: i64,
    last: i64,
    longest: u32,
}

impl Run<'_> {
    /// Adds the samples of a `trun`. `None` if it is malformed or times overflow.
    fn add(&mut self, trun: &[u8]) -> Option<()> {
        let has = flags(trun)?;
        let count = u32_at(trun, 4)?;
        let first_flags_at = 8 + field(has, DATA_OFFSET, 4);
        let table = trun.get(first_flags_at + field(has, FIRST_SAMPLE_FLAGS, 4)..)?;
        let marks = if self.track.kind == TrackKind::Video { SAMPLE_FLAGS } else { 0 };
        if count > 0 && has & marks == 0 {
            let first = if has & FIRST_SAMPLE_FLAGS == 0 {
                self.default_flags
            } else {
                u32_at(trun, first_flags_at)?
            };
            self.mark(first)?;
        }
        if has & (DURATION | COMPOSITION_OFFSET | marks) == 0 {
            return self.add_even(count);
        }
        let width =
            [DURATION, SIZE, SAMPLE_FLAGS, COMPOSITION_OFFSET].map(|flag| field(has, flag, 4)).iter().sum();
        // Also the proof that `count` is no lie: every sample has its row.
        let table = table.get(..usize::try_from(count).ok()?.checked_mul(width)?)?;
        let flags_at = field(has, DURATION, 4) + field(has, SIZE, 4);
        // From here on nothing overflows: the rows are too few to come to what is left.
        if self.decode_time > i64::MAX / 4 {
            return None;
        }
        for row in table.chunks_exact(width) {
            if has & marks != 0 {
                self.mark(u32_at(row, flags_at)?)?;
            }
            let duration = match row.first_chunk() {
                Some(&first) if has & DURATION != 0 => u32::from_be_bytes(first),
                _ => self.default_duration,
            };
            // Signed also in version 0: encoders write it so, and the browsers read it so.
            let shift = match row.last_chunk() {
                Some(&last) if has & COMPOSITION_OFFSET != 0 => i32::from_be_bytes(last),
                _ => 0,
            };
            let samples = self.samples.as_mut()?;
            let presented = self.decode_time + i64::from(shift);
            self.decode_time += i64::from(duration);
            samples.first = samples.first.min(presented);
            samples.last = samples.last.max(presented + i64::from(duration));
            samples.longest = samples.longest.max(duration);
        }
        Some(())
    }

    /// Adds `count` samples of the same length, presented as they are decoded.
    fn add_even(&mut self, count: u32) -> Option<()> {
        if count == 0 {
            return Some(());
        }
        let length = i64::from(count).checked_mul(i64::from(self.default_duration))?;
        let samples = self.samples.as_mut()?;
        samples.first = samples.first.min(self.decode_time);
        self.decode_time = self.decode_time.checked_add(length)?;
        samples.last = samples.last.max(self.decode_time);
        samples.longest = samples.longest.max(self.default_duration);
        Some(())
    }

    /// A sample with these flags is next.
    fn mark(&mut self, sample_flags: u32) -> Option<()> {
        let key = sample_flags & NOT_SYNC == 0;
        if key && self.track.kind == TrackKind::Video {
            self.finish()?;
        }
        self.samples.get_or_insert(Samples { key, first: i64::MAX, last: i64::MIN, longest: 0 });
        Some(())
    }

    /// Tells the samples so far. Those without a duration are not told.
    fn finish(&mut self) -> Option<()> {
        let Some(samples) = self.samples.take().filter(|samples| samples.first < samples.last) else {
            return Some(());
        };
        if self.fragments.len() >= FRAGMENT_LIMIT {
            return None;
        }
        let Track { id, kind, timescale, media_time, .. } = *self.track;
        let micros = |ticks: i64| {
            let micros = (i128::from(ticks) * 1_000_000).div_euclid(i128::from(timescale));
            i64::try_from(micros).ok().filter(|micros| micros.abs() < LIMIT)
        };
        let time = |ticks: i64| micros(ticks.checked_sub(media_time)?).map(MediaTime);
        let span = Span { start: time(samples.first)?, end: time(samples.last)? };
        let sample = micros(i64::from(samples.longest))?;
        self.fragments.push(Fragment { track: id, kind, key: samples.key, span, sample });
        Some(())
    }
}

/// Bytes that an optional field takes.
fn field(flags: u32, flag: u32, bytes: usize) -> usize {
    if flags & flag == 0 { 0 } else { bytes }
}
