//! WebM: follows the elements of one `SourceBuffer` across its appends. RFC 9559; what browsers make of it from
//! Chromium's `webm_cluster_parser.cc`.
//!
//! Browsers play a block as soon as all of it is there and its end is known: from its BlockDuration or its track's
//! DefaultDuration, else by the next block of its track, at the latest when its Cluster ends.

mod element;
mod track;

use super::Fragment;
use super::head::{Follower, Format, Header, NoHeader};
use crate::event::TrackKind;
use crate::read::Read;
use element::*;
use serde::Serialize;
use track::{Open, Track};

/// Most tracks that are read. Browsers play one of video and one of audio.
const TRACK_LIMIT: usize = 16;

/// Most fragments of one append. Only blocks that lie apart begin a new one.
const FRAGMENT_LIMIT: usize = 256;

/// Nanoseconds of a tick where Info does not say (RFC 9559 §5.1.2.9).
const USUAL_SCALE: u64 = 1_000_000;

/// Follows the elements.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Read)]
pub struct Parser {
    follower: Follower,
    segment: Segment,
}

#[derive(Clone, Debug, PartialEq, Serialize, Read)]
struct Segment {
    /// `TimestampScale`: nanoseconds of a tick.
    scale: u64,
    tracks: Vec<Track>,
    cluster: Option<Cluster>,
    /// The BlockGroup under way.
    group: Option<Group>,
    /// The block that the element under way begins.
    begun: Option<Block>,
    /// What the append under way completed.
    #[serde(skip)]
    complete: Vec<Fragment>,
}

#[derive(Clone, Copy, Debug, PartialEq, Serialize, Read)]
struct Cluster {
    /// `Timestamp`, ticks.
    timestamp: Option<u64>,
    /// Bytes of it still to come; `None`: its size is unknown.
    left: Option<u64>,
}

#[derive(Clone, Copy, Debug, PartialEq, Serialize, Read)]
struct Group {
    left: u64,
    block: Option<Block>,
    /// `BlockDuration`, ticks.
    duration: Option<u64>,
    /// There is a `ReferenceBlock`: it is no random access point.
    refers: bool,
}

/// What a block begins with.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Read)]
struct Block {
    track: u32,
    /// Ticks after the Cluster's.
    time: i16,
    /// Several frames in one block.
    laced: bool,
    /// A random access point.
    key: bool,
}

impl Parser {
    /// What became playable by an append of `bytes` bytes with this head (see [`crate::container`]).
    pub fn append(&mut self, head: &[u8], bytes: u64) -> Vec<Fragment> {
        self.follower.append(&mut self.segment, head, bytes);
        std::mem::take(&mut self.segment.complete)
    }

    /// Numbers of the tracks that count for what is playable.
    pub fn playable_tracks(&self) -> Vec<u32> {
        self.segment.playable().map(|(_, track)| track.number).collect()
    }

    /// What the last Tracks element says there is.
    pub fn kind(&self) -> Option<TrackKind> {
        let kinds = self.segment.playable().map(|(kind, _)| kind);
        kinds.reduce(|a, b| if a == b { a } else { TrackKind::Muxed })
    }
}

impl Default for Segment {
    fn default() -> Segment {
        Segment {
            scale: USUAL_SCALE,
            tracks: Vec::new(),
            cluster: None,
            group: None,
            begun: None,
            complete: Vec::new(),
        }
    }
}

impl Format for Segment {
    fn header(bytes: &[u8]) -> Result<Header, NoHeader> {
        element::header(bytes)
    }

    /// SimpleBlocks, of which Clusters consist; the last of one is left for [`Format::end`].
    fn run(&mut self, kept: &mut &[u8], dropped: &mut u64) {
        while let (Some(cluster), None, Some((block, rest))) = (self.cluster, self.group, simple_block(kept))
        {
            let left = match cluster.left {
                Some(left) if left <= block.length => return,
                left => left.map(|left| left - block.length),
            };
            let Some(still_dropped) = dropped.checked_sub(block.left_out) else { return };
            if self.complete.len() >= FRAGMENT_LIMIT || self.take(block.begins, None).is_none() {
                return;
            }
            self.cluster = Some(Cluster { left, ..cluster });
            (*kept, *dropped) = (rest, still_dropped);
        }
    }

    fn begin(&mut self, header: &Header) -> Option<()> {
        match header.kind {
            INFO => self.scale = USUAL_SCALE,
            TRACKS => self.tracks.clear(),
            TRACK_ENTRY if self.tracks.len() < TRACK_LIMIT => self.tracks.push(Track::default()),
            TRACK_ENTRY => return None,
            _ => {}
        }
        // What can only stand beside a Cluster of unknown size ends it.
        if matches!(header.kind, CLUSTER | EBML | SEGMENT | INFO | TRACKS | CUES | TAGS) {
            self.end_cluster();
        }
        if header.kind == CLUSTER {
            self.cluster = Some(Cluster { timestamp: None, left: header.size });
            return Some(());
        }
        let length = (header.length as u64).checked_add(header.skip?)?;
        if let Some(Cluster { left: Some(left), .. }) = &mut self.cluster {
            *left = left.checked_sub(length)?;
        }
        match (header.kind, &mut self.group) {
            (BLOCK_GROUP, _) => {
                self.end_group();
                self.group = Some(Group { left: header.size?, block: None, duration: None, refers: false });
            }
            (_, Some(group)) => group.left = group.left.checked_sub(length)?,
            _ => {}
        }
        Some(())
    }

    fn payload(&mut self, header: &Header, payload: &[u8]) -> Option<()> {
        let number = number(payload);
        // What stands where it has no place, after part of the stream was missed, says nothing.
        match (header.kind, self.tracks.last_mut(), &mut self.cluster, &mut self.group) {
            (TIMESTAMP_SCALE, ..) => self.scale = Some(number).filter(|scale| *scale > 0)?,
            (TRACK_NUMBER, Some(track), ..) => track.number = u32::try_from(number).ok()?,
            (TRACK_TYPE, Some(track), ..) => track.kind = track::kind(number),
            (DEFAULT_DURATION, Some(track), ..) => track.default_duration = Some(number),
            (TIMESTAMP, _, Some(cluster), _) => cluster.timestamp = Some(number),
            (BLOCK_DURATION, .., Some(group)) => group.duration = Some(number),
            (SIMPLE_BLOCK | BLOCK, ..) => self.begun = Some(Block::read(payload)?),
            _ => {}
        }
        Some(())
    }

    fn end(&mut self, header: &Header) -> Option<()> {
        match (header.kind, &mut self.group) {
            (SIMPLE_BLOCK, _) => {
                let block = self.begun.take()?;
                self.take(block, None)?;
            }
            (BLOCK, Some(group)) => group.block = self.begun.take(),
            (REFERENCE_BLOCK, Some(group)) => group.refers = true,
            _ => {}
        }
        if self.group.is_some_and(|group| group.left == 0) {
            self.end_group()?;
        }
        if self.cluster.is_some_and(|cluster| cluster.left == Some(0)) {
            self.end_cluster();
        }
        (self.complete.len() <= FRAGMENT_LIMIT).then_some(())
    }

    fn lose(&mut self) {
        self.cluster = None;
        self.group = None;
        self.begun = None;
        for track in &mut self.tracks {
            track.open = None;
        }
    }
}

impl Segment {
    fn playable(&self) -> impl Iterator<Item = (TrackKind, &Track)> {
        self.tracks.iter().filter_map(|track| Some((track.kind?, track)))
    }

    /// All of this block has come.
    fn take(&mut self, block: Block, duration: Option<u64>) -> Option<()> {
        // Blocks of a Cluster whose beginning was not seen; nothing to be told of them.
        let Some(Cluster { timestamp: Some(timestamp), .. }) = self.cluster else { return Some(()) };
        let scale = self.scale;
        let micros = |ticks: u64| match ticks.checked_mul(scale) {
            Some(nanos) => i64::try_from(nanos / 1000).ok(),
            None => i64::try_from(u128::from(ticks) * u128::from(scale) / 1000).ok(),
        };
        let Some(track) = self.tracks.iter_mut().find(|track| track.number == block.track) else {
            return Some(());
        };
        let ticks = i64::try_from(timestamp).ok()?.checked_add(i64::from(block.time))?;
        let start = micros(ticks.unsigned_abs())? * ticks.signum();
        let duration = match duration {
            Some(ticks) => Some(micros(ticks)?),
            None if block.laced => None,
            None => track.usual_duration(self.scale),
        };
        track.add(Open { start, key: block.key }, duration, &mut self.complete);
        Some(())
    }

    fn end_group(&mut self) -> Option<()> {
        if let Some(Group { block: Some(block), duration, refers, .. }) = self.group.take() {
            self.take(Block { key: !refers, ..block }, duration)?;
        }
        Some(())
    }

    fn end_cluster(&mut self) {
        self.group = None;
        self.cluster = None;
        for track in &mut self.tracks {
            track.end_cluster(&mut self.complete);
        }
    }
}

/// A SimpleBlock that begins here, if its size can be followed, and what comes after. Says the same as
/// [`element::header`] and [`Block::read`].
#[inline]
fn simple_block(bytes: &[u8]) -> Option<(Whole, &[u8])> {
    let (&[id, first], rest) = bytes.split_first_chunk::<2>()?;
    let more = first.leading_zeros() as usize;
    let (tail, rest) = rest.split_at_checked(more).filter(|_| u32::from(id) == SIMPLE_BLOCK && more < 8)?;
    let size = tail.iter().fold(u64::from(first & 0x7f >> more), |size, byte| size << 8 | u64::from(*byte));
    let (kept, rest) = rest.split_first_chunk::<4>()?;
    let left_out =
        size.checked_sub(4).filter(|_| size < element::SIZE_LIMIT && size + 1 != 1 << (7 * (more + 1)))?;
    Some((Whole { begins: Block::read(kept)?, length: 2 + more as u64 + size, left_out }, rest))
}

/// A block, all of which has come.
struct Whole {
    begins: Block,
    /// Bytes of the element.
    length: u64,
    /// Bytes of it that the walker left out.
    left_out: u64,
}

impl Block {
    /// From what is kept of it. Track numbers beyond 127 browsers do not play.
    fn read(kept: &[u8]) -> Option<Block> {
        let &[track, high, low, flags] = kept else { return None };
        let time = i16::from_be_bytes([high, low]);
        (track & 0x80 != 0).then_some(Block {
            track: u32::from(track & 0x7f),
            time,
            laced: flags & 0x06 != 0,
            key: flags & 0x80 != 0,
        })
    }
}
