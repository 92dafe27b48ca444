//! `moov`: which tracks there are and how to read their times.

use super::boxes::{array_at, child, children, u32_at, u64_at, version};
use crate::event::TrackKind;
use crate::read::Read;
use serde::Serialize;

/// Most tracks of a `moov` that are read. Browsers play one of video and one of audio.
const TRACK_LIMIT: usize = 16;

/// One track.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Read)]
pub struct Track {
    /// `track_ID`.
    pub id: u32,
    /// Video or audio.
    pub kind: TrackKind,
    /// Ticks in a second; not 0.
    pub timescale: u32,
    /// What the edit list takes off every presentation time, ticks.
    pub media_time: i64,
    /// Width and height of the picture in whole pixels, 0 for sound.
    #[serde(default)]
    pub size: (u32, u32),
    /// `default_sample_duration` of `trex`, ticks.
    pub default_duration: u32,
    /// `default_sample_flags` of `trex`.
    pub default_flags: u32,
}

/// The video and audio tracks of a `moov`.
pub fn read(moov: &[u8]) -> Vec<Track> {
    let traks = children(moov).filter(|child| child.0 == *b"trak");
    let mut tracks: Vec<Track> = Vec::new();
    for track in traks.filter_map(|(_, trak)| track(trak)).take(TRACK_LIMIT) {
        if tracks.iter().all(|known| known.id != track.id) {
            tracks.push(track);
        }
    }
    let mvex = child(moov, b"mvex").unwrap_or_default();
    for (_, trex) in children(mvex).filter(|child| child.0 == *b"trex") {
        // version and flags, track_ID, then of samples the default description index, duration, size, flags
        if let (Some(id), Some(duration), Some(flags)) = (u32_at(trex, 4), u32_at(trex, 12), u32_at(trex, 20))
            && let Some(track) = tracks.iter_mut().find(|track| track.id == id)
        {
            track.default_duration = duration;
            track.default_flags = flags;
        }
    }
    tracks
}

fn track(trak: &[u8]) -> Option<Track> {
    let tkhd = child(trak, b"tkhd")?;
    let id = u32_at(tkhd, if version(tkhd)? == 1 { 20 } else { 12 })?;
    let mdia = child(trak, b"mdia")?;
    let kind = match &array_at(child(mdia, b"hdlr")?, 8)? {
        b"vide" => TrackKind::Video,
        b"soun" => TrackKind::Audio,
        _ => return None,
    };
    let mdhd = child(mdia, b"mdhd")?;
    let timescale = u32_at(mdhd, if version(mdhd)? == 1 { 20 } else { 12 })?;
    let elst = child(trak, b"edts").and_then(|edts| child(edts, b"elst"));
    let media_time = elst.and_then(media_time).unwrap_or(0);
    // The last eight bytes, 16.16 fixed point.
    let side = |from_end: usize| u32_at(tkhd, tkhd.len().checked_sub(from_end)?).map(|side| side >> 16);
    let size = side(8).zip(side(4)).unwrap_or_default();
    (timescale > 0).then_some(Track {
        id,
        kind,
        timescale,
        media_time,
        size,
        default_duration: 0,
        default_flags: 0,
    })
}

/// `media_time` of the first edit.
///
/// Chromium 156 and Firefox 153 both take it off in MSE (measured by `SourceBuffer.buffered`; it undoes the delay
/// that B-frames and AAC priming need), and both ignore the length of an edit and a second one. An empty edit that
/// comes first (`media_time` −1) Chromium ignores together with all that follow, while Firefox delays the media by
/// it; here it is ignored. What the element says of its buffer corrects that.
fn media_time(elst: &[u8]) -> Option<i64> {
    if u32_at(elst, 4)? == 0 {
        return None;
    }
    let first = match version(elst)? {
        1 => u64_at(elst, 16)?.cast_signed(),
        _ => i64::from(u32_at(elst, 12)?.cast_signed()),
    };
    (first >= 0).then_some(first)
}
