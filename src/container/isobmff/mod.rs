//! ISO base media file format (fMP4, CMAF): follows the boxes of one `SourceBuffer` across its appends.

mod boxes;
mod fragment;
mod movie;

use super::{Fragment, HEAD_LIMIT};
use crate::event::TrackKind;
use boxes::{Header, NoHeader};
use serde::{Deserialize, Serialize};

/// Longest `moov` read: hours of sample tables do not belong in a fragmented file's.
pub const MOOV_LIMIT: u64 = 1 << 20;

/// Longest `moof` read: at 16 bytes a sample, four minutes of video at 60 frames a second.
pub const MOOF_LIMIT: u64 = 256 << 10;

/// Most fragments of one append (a media segment in CMAF chunks of a frame each has hundreds).
const FRAGMENT_LIMIT: usize = 4096;

/// Follows the boxes. Half a kept box is not in the snapshot (it would be bytes of the media): a parser restored in
/// the middle of one is lost until the next boundary.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Parser {
    tracks: Vec<movie::Track>,
    /// What the last `moof` announced; told when its `mdat` is complete, for only then is all of it playable.
    announced: Vec<Fragment>,
    place: Place,
    /// What came of the header or the kept box that the last append broke off in.
    #[serde(skip)]
    partial: Vec<u8>,
}

/// Where the last append ended.
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
enum Place {
    /// Unknown.
    #[default]
    Lost,
    /// At a box boundary or, if there is something in `partial`, in a header.
    Boundary,
    /// In a box that is kept, this many bytes long with its header.
    Kept { size: u64 },
    /// In a box whose payload is dropped; this much of it is to come. `None`: no end.
    Dropped { left: Option<u64>, mdat: bool },
}

impl Parser {
    /// What became complete by an append of `bytes` bytes with this head (see [`crate::container`]), in order.
    pub fn append(&mut self, head: &[u8], bytes: u64) -> Vec<Fragment> {
        let mut complete = Vec::new();
        if self.follow(head, bytes, &mut complete).is_none() {
            self.lose();
        }
        complete
    }

    /// Numbers of the tracks that count for what is playable.
    pub fn playable_tracks(&self) -> Vec<u32> {
        self.tracks.iter().map(|track| track.id).collect()
    }

    /// What the last `moov` says there is.
    pub fn kind(&self) -> Option<TrackKind> {
        self.tracks.iter().map(|track| track.kind).reduce(|a, b| if a == b { a } else { TrackKind::Muxed })
    }

    /// Width and height of its picture, as the last `moov` says.
    pub fn size(&self) -> Option<(u32, u32)> {
        let video = self.tracks.iter().find(|track| track.kind == TrackKind::Video)?;
        (video.size.0 > 0 && video.size.1 > 0).then_some(video.size)
    }

    fn lose(&mut self) {
        self.place = Place::Lost;
        self.partial = Vec::new();
        self.announced.clear();
    }

    /// `None` when head, `bytes` and what came before contradict each other.
    fn follow(&mut self, head: &[u8], bytes: u64, complete: &mut Vec<Fragment>) -> Option<()> {
        let (&start, mut kept) = head.split_first().filter(|_| head.len() <= HEAD_LIMIT)?;
        let mut dropped = bytes.checked_sub(kept.len() as u64)?;
        let between = self.place == Place::Boundary && self.partial.is_empty();
        match start {
            1 if between => {}
            1 => {
                self.lose();
                self.place = Place::Boundary;
            }
            0 if !between && self.place != Place::Lost => {}
            _ => return None,
        }
        if matches!(self.place, Place::Kept { .. }) && self.partial.is_empty() {
            return None; // A snapshot was restored: the box's beginning is gone.
        }
        loop {
            match self.place {
                Place::Lost => return None,
                Place::Dropped { left: None, .. } => return kept.is_empty().then_some(()),
                Place::Dropped { left: Some(left), mdat } => {
                    let here = left.min(dropped);
                    dropped -= here;
                    if here < left {
                        self.place = Place::Dropped { left: Some(left - here), mdat };
                        return kept.is_empty().then_some(());
                    }
                    self.place = Place::Boundary;
                    if mdat {
                        complete.append(&mut self.announced);
                        if complete.len() > FRAGMENT_LIMIT {
                            return None;
                        }
                    }
                }
                Place::Boundary if kept.is_empty() => return (dropped == 0).then_some(()),
                Place::Boundary => match self.header(&mut kept)? {
                    Some(header) => self.enter(header)?,
                    None => return (dropped == 0).then_some(()),
                },
                Place::Kept { size } => {
                    let missing = usize::try_from(size.checked_sub(self.partial.len() as u64)?).ok()?;
                    let Some((here, rest)) = kept.split_at_checked(missing) else {
                        self.partial.extend_from_slice(kept);
                        return (dropped == 0).then_some(());
                    };
                    kept = rest;
                    self.place = Place::Boundary;
                    self.kept_box(here)?;
                }
            }
        }
    }

    /// Completes the header in `partial` from `kept`. `Some(None)`: not all there yet.
    fn header(&mut self, kept: &mut &[u8]) -> Option<Option<Header>> {
        loop {
            let needed = match Header::read(&self.partial) {
                Ok(header) => return Some(Some(header)),
                Err(NoHeader::Needs(needed)) => needed,
                Err(NoHeader::Invalid) => return None,
            };
            let missing = needed.saturating_sub(self.partial.len()).min(kept.len());
            if missing == 0 {
                return Some(None);
            }
            let (here, rest) = kept.split_at_checked(missing)?;
            self.partial.extend_from_slice(here);
            *kept = rest;
        }
    }

    /// Takes up a box whose header is in `partial`.
    fn enter(&mut self, header: Header) -> Option<()> {
        let limit = match &header.kind {
            b"moov" => MOOV_LIMIT,
            b"moof" => MOOF_LIMIT,
            kind => {
                self.partial.clear();
                self.place = Place::Dropped { left: header.payload, mdat: kind == b"mdat" };
                return Some(());
            }
        };
        let size = header.payload?.checked_add(header.length as u64).filter(|&size| size <= limit)?;
        self.place = Place::Kept { size };
        Some(())
    }

    /// Reads a whole `moov` or `moof`: what is in `partial` and its `rest`.
    fn kept_box(&mut self, rest: &[u8]) -> Option<()> {
        let header = Header::read(&self.partial).ok()?;
        let whole;
        let payload = if self.partial.len() == header.length {
            rest
        } else {
            self.partial.extend_from_slice(rest);
            whole = std::mem::take(&mut self.partial);
            whole.get(header.length..)?
        };
        self.partial.clear();
        self.announced.clear();
        if header.kind == *b"moov" {
            self.tracks = movie::read(payload);
        } else {
            self.announced.extend(fragment::read(payload, &self.tracks).take(FRAGMENT_LIMIT));
        }
        Some(())
    }
}
