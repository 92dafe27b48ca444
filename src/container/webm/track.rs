//! A track of a WebM file, and how its blocks add up.

use crate::container::Fragment;
use crate::event::{Span, TrackKind};
use crate::read::Read;
use crate::time::{LIMIT, MediaTime};
use serde::Serialize;

/// How long the only block of a Cluster is when nothing says so, microseconds. Chromium's values
/// (`kDefaultVideoBufferDurationInMs`, `kDefaultAudioBufferDurationInMs`).
const LONE_VIDEO_BLOCK: i64 = 63_000;
const LONE_AUDIO_BLOCK: i64 = 23_000;

/// Most random access points of one append that are told apart. A media segment has one.
const KEY_LIMIT: usize = 128;

/// A TrackEntry.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Read)]
pub struct Track {
    /// `TrackNumber`.
    pub number: u32,
    /// Video or audio; `None` for subtitles and the like.
    pub kind: Option<TrackKind>,
    /// `DefaultDuration`, nanoseconds.
    pub default_duration: Option<u64>,
    /// The last block, while its end is not known.
    pub open: Option<Open>,
    /// How long the last block before it was, microseconds.
    last_duration: Option<i64>,
}

/// A block without an end.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Read)]
pub struct Open {
    /// Microseconds.
    pub start: i64,
    /// A random access point.
    pub key: bool,
}

/// What a `TrackType` means (RFC 9559 §5.1.4.1.3).
pub fn kind(track_type: u64) -> Option<TrackKind> {
    match track_type {
        1 => Some(TrackKind::Video),
        2 => Some(TrackKind::Audio),
        _ => None,
    }
}

impl Track {
    /// `DefaultDuration` in microseconds, whole ticks as browsers round it; one tick is `scale` nanoseconds.
    pub fn usual_duration(&self, scale: u64) -> Option<i64> {
        let nanos = self.default_duration?;
        let whole = if nanos < scale { scale } else { nanos - nanos.checked_rem(scale)? };
        i64::try_from(whole / 1000).ok()
    }

    /// Adds a block. Without a duration, it lasts until the next.
    pub fn add(&mut self, block: Open, duration: Option<i64>, complete: &mut Vec<Fragment>) {
        if let Some(open) = self.open.take() {
            self.put(open, block.start.saturating_sub(open.start), complete);
        }
        match duration {
            Some(duration) => self.put(block, duration, complete),
            None => self.open = Some(block),
        }
    }

    /// No block of this Cluster follows.
    pub fn end_cluster(&mut self, complete: &mut Vec<Fragment>) {
        if let Some(open) = self.open.take() {
            let lone = if self.kind == Some(TrackKind::Video) { LONE_VIDEO_BLOCK } else { LONE_AUDIO_BLOCK };
            self.put(open, self.last_duration.unwrap_or(lone), complete);
        }
    }

    /// Tells a block, as one with the fragment before where it follows upon it.
    fn put(&mut self, Open { start, key }: Open, duration: i64, complete: &mut Vec<Fragment>) {
        let (Some(kind), end) = (self.kind, start.saturating_add(duration)) else { return };
        if duration <= 0 || start <= -LIMIT || end >= LIMIT {
            return; // Alt-ref frames of VP8 have no duration of their own.
        }
        self.last_duration = Some(duration);
        let begins = key && kind == TrackKind::Video && complete.len() < KEY_LIMIT;
        let last = complete.iter_mut().rev().find(|fragment| fragment.track == self.number);
        match last {
            Some(last) if !begins && follows(last, start, duration) => {
                last.span.end = last.span.end.max(MediaTime(end));
                last.sample = last.sample.max(duration);
            }
            _ => {
                let span = Span { start: MediaTime(start), end: MediaTime(end) };
                complete.push(Fragment { track: self.number, kind, key, span, sample: duration });
            }
        }
    }
}

/// Whether a block lies so close behind a fragment that browsers see no gap.
fn follows(fragment: &Fragment, start: i64, duration: i64) -> bool {
    let sample = fragment.sample.max(duration);
    start >= fragment.span.start.0 && start <= fragment.span.end.0.saturating_add(sample)
}
