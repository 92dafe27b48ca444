//! What appended bytes hold, read from their container headers alone.
//!
//! `extension/walker.js` leaves most of an append in the page; what it passes on is a *head*:
//!
//! - empty: nothing can be told of this append (not a container we read, or the walker gave up);
//! - else its first byte is 1 when the append began where an element (a box, an EBML element) begins, 0 when it went
//!   on inside of one that an earlier append began; then the append's bytes, less most payloads. The headers stay, so
//!   sizes tell how much was left out:
//!   - ISO BMFF: all top-level boxes leave their 8 or 16 header bytes, `moov` and `moof` also their payloads;
//!   - WebM: all elements leave id and size; Segment, Info, Tracks, TrackEntry, Cluster and BlockGroup are walked into,
//!     a SimpleBlock or Block keeps the 4 bytes of track, time and flags, anything else its payload if that is no
//!     longer than the 8 bytes of a number;
//!   - raw audio: frames leave the 7 (ADTS) or 4 (MP3) bytes of their header, ID3 tags 10.
//!
//! So a reader that lost its place (facts were lost, the background was restarted) finds it again at the next
//! append that begins at a boundary, which nearly all do.
//!
//! MPEG transport streams are not read. Firefox and Chrome refuse them in Media Source Extensions (Debian's Chromium
//! takes them), so players turn them into ISO BMFF first.

pub mod audio;
mod head;
pub mod isobmff;
mod place;
pub mod webm;

pub use place::Settings;

use crate::event::{Span, TrackKind};
use crate::read::Read;
use crate::sort::Sort;
use place::Placement;
use serde::Serialize;

/// Longest head taken. The walker's own limit on what it keeps of one append, and the first byte.
pub const HEAD_LIMIT: usize = (1 << 20) + 4096 + 1;

/// Most spans told of one append, the earliest first. A media segment is one; a file with as many gaps is none we
/// could say anything of.
const SPAN_LIMIT: usize = 32;

/// A piece of one track of the container, on the timeline of the media before `timestampOffset`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Read)]
pub struct Fragment {
    /// The container's number of the track.
    pub track: u32,
    /// Video or audio.
    pub kind: TrackKind,
    /// Whether it begins with a random access point. What follows in it is none, or it is a fragment of its own.
    pub key: bool,
    /// From its first presented sample to the end of its last.
    pub span: Span,
    /// Its longest sample, microseconds. Fragments no farther apart than this are contiguous, as browsers see it.
    pub sample: i64,
}

/// Reads the heads of one `SourceBuffer`.
#[derive(Clone, Debug, PartialEq, Serialize, Read)]
pub struct Reader {
    format: Format,
    placement: Placement,
    /// What each track has beyond what all tracks have. Empty unless the buffer is muxed.
    ahead: Vec<Ahead>,
}

#[derive(Clone, Debug, PartialEq, Serialize, Read)]
enum Format {
    IsoBmff(isobmff::Parser),
    WebM(webm::Parser),
    Adts(audio::Parser<audio::Adts>),
    Mp3(audio::Parser<audio::Mp3>),
    /// A container that is not read.
    Unread,
}

#[derive(Clone, Debug, PartialEq, Serialize, Read)]
struct Ahead {
    track: u32,
    spans: Vec<Span>,
}

impl Reader {
    /// A reader for what `addSourceBuffer(mime)` announces.
    pub fn new(mime: &str) -> Reader {
        Reader { format: Format::of(mime), placement: Placement::default(), ahead: Vec::new() }
    }

    /// `changeType(mime)`. Where media was put so far still counts.
    pub fn retype(&mut self, mime: &str) {
        self.format = Format::of(mime);
        self.ahead.clear();
    }

    /// What became playable by an append of `bytes` bytes with this head, on the timeline of the `MediaSource`:
    /// sorted, apart from each other, at most [`SPAN_LIMIT`].
    ///
    /// A muxed buffer holds what *all* its tracks hold, as `SourceBuffer.buffered` does; what only some have is
    /// told when the others have come.
    pub fn append(&mut self, head: &[u8], bytes: u64, settings: &Settings) -> Vec<Span> {
        let (mut fragments, tracks) = match &mut self.format {
            Format::IsoBmff(parser) => (parser.append(head, bytes), parser.playable_tracks()),
            Format::WebM(parser) => (parser.append(head, bytes), parser.playable_tracks()),
            Format::Adts(parser) => (parser.append(head, bytes), vec![audio::TRACK]),
            Format::Mp3(parser) => (parser.append(head, bytes), vec![audio::TRACK]),
            Format::Unread => return Vec::new(),
        };
        // The browser moves the offset of raw audio along by itself; where it is, the append begins.
        let raw = matches!(self.format, Format::Adts(_) | Format::Mp3(_));
        let settings = &Settings { sequence: settings.sequence && !raw, ..*settings };
        self.placement.begin(settings, &tracks);
        fragments.retain_mut(|fragment| self.placement.place(fragment, settings));
        let mut playable = match tracks {
            tracks if tracks.len() > 1 => self.ahead_of_none(&tracks, &fragments),
            tracks => {
                self.ahead.clear();
                tracks.first().map(|&track| union(&fragments, track)).unwrap_or_default()
            }
        };
        playable.truncate(SPAN_LIMIT);
        playable
    }

    /// What the container says it holds, once it has said so.
    pub fn kind(&self) -> Option<TrackKind> {
        match &self.format {
            Format::IsoBmff(parser) => parser.kind(),
            Format::WebM(parser) => parser.kind(),
            Format::Adts(_) | Format::Mp3(_) => Some(TrackKind::Audio),
            Format::Unread => None,
        }
    }

    /// Width and height of the picture, once the container has said so.
    pub fn size(&self) -> Option<(u32, u32)> {
        match &self.format {
            Format::IsoBmff(parser) => parser.size(),
            _ => None,
        }
    }

    fn ahead_of_none(&mut self, tracks: &[u32], fragments: &[Fragment]) -> Vec<Span> {
        self.ahead.retain(|ahead| tracks.contains(&ahead.track));
        for &track in tracks {
            let new = union(fragments, track);
            match self.ahead.iter_mut().find(|ahead| ahead.track == track) {
                Some(ahead) => {
                    ahead.spans.extend(new);
                    ahead.spans = joined(std::mem::take(&mut ahead.spans), 0);
                }
                None => self.ahead.push(Ahead { track, spans: new }),
            }
        }
        let all = self
            .ahead
            .iter()
            .map(|ahead| ahead.spans.clone())
            .reduce(|a, b| common(&a, &b))
            .unwrap_or_default();
        for ahead in &mut self.ahead {
            ahead.spans = without(&ahead.spans, &all);
            let excess = ahead.spans.len().saturating_sub(SPAN_LIMIT);
            ahead.spans.drain(..excess);
        }
        all
    }
}

impl Format {
    fn of(mime: &str) -> Format {
        let (kind, _) = mime.split_once(';').unwrap_or((mime, ""));
        match kind.trim().to_ascii_lowercase().as_str() {
            "video/mp4" | "audio/mp4" => Format::IsoBmff(Default::default()),
            "video/webm" | "audio/webm" => Format::WebM(Default::default()),
            "audio/aac" => Format::Adts(Default::default()),
            "audio/mpeg" => Format::Mp3(Default::default()),
            _ => Format::Unread,
        }
    }
}

/// What the fragments of this track cover.
fn union(fragments: &[Fragment], track: u32) -> Vec<Span> {
    let of_track = fragments.iter().filter(|fragment| fragment.track == track);
    let sample = of_track.clone().map(|fragment| fragment.sample).max().unwrap_or(0);
    joined(of_track.map(|fragment| fragment.span).collect(), sample)
}

/// Sorted, and one where no more than `gap` is between.
fn joined(mut spans: Vec<Span>, gap: i64) -> Vec<Span> {
    spans.arrange();
    spans.dedup_by(|next, last| {
        let touches = next.start.0 <= last.end.0.saturating_add(gap);
        if touches {
            last.end = last.end.max(next.end);
        }
        touches
    });
    spans
}

/// What both cover; both sorted and apart.
fn common(a: &[Span], b: &[Span]) -> Vec<Span> {
    let overlaps = a
        .iter()
        .flat_map(|a| b.iter().map(move |b| Span { start: a.start.max(b.start), end: a.end.min(b.end) }));
    overlaps.filter(|span| span.start < span.end).collect()
}

/// What `spans` cover and `taken` do not; both sorted and apart.
fn without(spans: &[Span], taken: &[Span]) -> Vec<Span> {
    let mut left = Vec::new();
    for span in spans {
        let mut start = span.start;
        for cut in taken.iter().filter(|cut| cut.end > span.start && cut.start < span.end) {
            if start < cut.start {
                left.push(Span { start, end: cut.start });
            }
            start = start.max(cut.end);
        }
        if start < span.end {
            left.push(Span { start, end: span.end });
        }
    }
    left
}
