//! What appended bytes hold, read from their container headers alone.
//!
//! `extension/walker.js` leaves most of an append in the page; what it passes on is a *head*:
//!
//! - empty: nothing can be told of this append (not a container we read, or the walker gave up);
//! - else its first byte is 1 when the append began at a box boundary, 0 when it went on inside of a box that an
//!   earlier append began; then the append's bytes, less the payloads of all top-level boxes but `moov` and `moof`.
//!   Those boxes leave their 8 or 16 header bytes, so sizes tell how much was left out.
//!
//! So a reader that lost its place (facts were lost, the background was restarted) finds it again at the next
//! append that begins at a boundary, which nearly all do.

pub mod isobmff;

use crate::event::{Span, TrackKind};
use crate::time::{LIMIT, MediaTime};
use serde::{Deserialize, Serialize};

/// Longest head taken. The walker's own limit on what it keeps of one append, and the first byte.
pub const HEAD_LIMIT: usize = (1 << 20) + 4096 + 1;

/// Most spans told of one append, the earliest first. A media segment is one; a file with as many gaps is none we
/// could say anything of.
const SPAN_LIMIT: usize = 32;

/// A piece of one track of the container, on the timeline of the media before `timestampOffset`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Fragment {
    /// The container's number of the track.
    pub track: u32,
    /// From its first presented sample to the end of its last.
    pub span: Span,
    /// Its longest sample, microseconds. Fragments no farther apart than this are contiguous, as browsers see it.
    pub sample: i64,
}

/// Reads the heads of one `SourceBuffer`.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Reader {
    format: Format,
    /// What each track has beyond what all tracks have. Empty unless the buffer is muxed.
    ahead: Vec<Ahead>,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
enum Format {
    IsoBmff(isobmff::Parser),
    /// A container that is not read.
    Unread,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
struct Ahead {
    track: u32,
    spans: Vec<Span>,
}

impl Reader {
    /// A reader for what `addSourceBuffer(mime)` or `changeType(mime)` announces.
    pub fn new(mime: &str) -> Reader {
        let (kind, _) = mime.split_once(';').unwrap_or((mime, ""));
        let format = match kind.trim().rsplit_once('/') {
            Some((_, subtype)) if subtype.eq_ignore_ascii_case("mp4") => Format::IsoBmff(Default::default()),
            _ => Format::Unread,
        };
        Reader { format, ahead: Vec::new() }
    }

    /// What became playable by an append of `bytes` bytes with this head, shifted by `offset` microseconds:
    /// sorted, apart from each other, at most [`SPAN_LIMIT`].
    ///
    /// A muxed buffer holds what *all* its tracks hold, as `SourceBuffer.buffered` does; what only some have is
    /// told when the others have come. Nothing lies before zero: the append window starts there.
    pub fn append(&mut self, head: &[u8], bytes: u64, offset: i64) -> Vec<Span> {
        let Format::IsoBmff(parser) = &mut self.format else {
            return Vec::new();
        };
        let mut fragments = parser.append(head, bytes);
        fragments.retain_mut(|fragment| shift(&mut fragment.span, offset));
        let mut playable = match parser.playable_tracks() {
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
            Format::Unread => None,
        }
    }

    /// Width and height of the picture, once the container has said so.
    pub fn size(&self) -> Option<(u32, u32)> {
        match &self.format {
            Format::IsoBmff(parser) => parser.size(),
            Format::Unread => None,
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

/// Moves a span, cuts off what lies before zero. False if nothing is left.
fn shift(span: &mut Span, offset: i64) -> bool {
    span.start = MediaTime(span.start.0.saturating_add(offset).max(0));
    span.end = MediaTime(span.end.0.saturating_add(offset));
    span.start < span.end && span.end.0 < LIMIT
}

/// What the fragments of this track cover.
fn union(fragments: &[Fragment], track: u32) -> Vec<Span> {
    let of_track = fragments.iter().filter(|fragment| fragment.track == track);
    let sample = of_track.clone().map(|fragment| fragment.sample).max().unwrap_or(0);
    joined(of_track.map(|fragment| fragment.span).collect(), sample)
}

/// Sorted, and one where no more than `gap` is between.
fn joined(mut spans: Vec<Span>, gap: i64) -> Vec<Span> {
    spans.sort_unstable();
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
