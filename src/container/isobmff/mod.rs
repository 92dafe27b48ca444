//! ISO base media file format (fMP4, CMAF): follows the boxes of one `SourceBuffer` across its appends.

mod boxes;
mod fragment;
mod movie;

use super::Fragment;
use super::head::{Follower, Format, Header, NoHeader};
use crate::event::TrackKind;
use crate::read::Read;
use serde::Serialize;

/// Longest `moov` read: hours of sample tables do not belong in a fragmented file's.
pub const MOOV_LIMIT: u64 = 1 << 20;

/// Longest `moof` read: at 16 bytes a sample, four minutes of video at 60 frames a second.
pub const MOOF_LIMIT: u64 = 256 << 10;

/// Most fragments of one append (a media segment in CMAF chunks of a frame each has hundreds).
const FRAGMENT_LIMIT: usize = 4096;

const MOOV: u32 = u32::from_be_bytes(*b"moov");
const MOOF: u32 = u32::from_be_bytes(*b"moof");
const MDAT: u32 = u32::from_be_bytes(*b"mdat");

/// Follows the boxes.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Read)]
pub struct Parser {
    follower: Follower,
    movie: Movie,
}

#[derive(Clone, Debug, Default, PartialEq, Serialize, Read)]
struct Movie {
    tracks: Vec<movie::Track>,
    /// What the last `moof` announced; told when its `mdat` is complete, for only then is all of it playable.
    announced: Vec<Fragment>,
    /// What the append under way completed.
    #[serde(skip)]
    complete: Vec<Fragment>,
}

impl Parser {
    /// Width and height of its picture, as the last `moov` says.
    pub fn size(&self) -> Option<(u32, u32)> {
        let video = self.movie.tracks.iter().find(|track| track.kind == TrackKind::Video)?;
        (video.size.0 > 0 && video.size.1 > 0).then_some(video.size)
    }

    /// What became complete by an append of `bytes` bytes with this head (see [`crate::container`]), in order.
    pub fn append(&mut self, head: &[u8], bytes: u64) -> Vec<Fragment> {
        self.follower.append(&mut self.movie, head, bytes);
        std::mem::take(&mut self.movie.complete)
    }

    /// Numbers of the tracks that count for what is playable.
    pub fn playable_tracks(&self) -> Vec<u32> {
        self.movie.tracks.iter().map(|track| track.id).collect()
    }

    /// What the last `moov` says there is.
    pub fn kind(&self) -> Option<TrackKind> {
        let kinds = self.movie.tracks.iter().map(|track| track.kind);
        kinds.reduce(|a, b| if a == b { a } else { TrackKind::Muxed })
    }
}

impl Format for Movie {
    fn header(bytes: &[u8]) -> Result<Header, NoHeader> {
        let header = boxes::header(bytes)?;
        let limit = match header.kind {
            MOOV => MOOV_LIMIT,
            MOOF => MOOF_LIMIT,
            _ => return Ok(header),
        };
        let kept = header.size.filter(|size| size + header.length as u64 <= limit);
        Ok(Header { kept: kept.ok_or(NoHeader::Invalid)?, ..header })
    }

    fn begin(&mut self, _: &Header) -> Option<()> {
        Some(())
    }

    fn payload(&mut self, header: &Header, payload: &[u8]) -> Option<()> {
        self.announced.clear();
        if header.kind == MOOV {
            self.tracks = movie::read(payload);
        } else {
            fragment::read(payload, &self.tracks, &mut self.announced);
        }
        Some(())
    }

    fn end(&mut self, header: &Header) -> Option<()> {
        if header.kind == MDAT {
            self.complete.append(&mut self.announced);
        }
        (self.complete.len() <= FRAGMENT_LIMIT).then_some(())
    }

    fn lose(&mut self) {
        self.announced.clear();
    }
}
