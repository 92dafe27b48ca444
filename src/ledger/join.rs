//! Which request brought which append.
//!
//! The page moves bytes as it likes (a worker may repackage them), so nothing links the two but size and order.

use super::fetch::Fetch;
use crate::event::{ResourceKind, Span};
use crate::sort::Sort;
use crate::time::{Micros, Wall};
use crate::timeline::{Append, Track};
use crate::verdict::Join;

/// Bytes that no append of the same size matches are joined by order only if they were there this shortly before [P].
const BY_ORDER: Micros = Micros::from_millis(5000);
/// The page may append a moment before the browser's account of the request ends.
const CLOCKS: Micros = Micros::from_millis(50);

/// A media segment: what one request brought to one track.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Segment {
    /// Index into the tracks given to [`segments`].
    pub track: usize,
    /// What it holds.
    pub range: Span,
    /// Index into the fetches.
    pub fetch: Option<usize>,
    /// How that was found.
    pub join: Join,
    /// The first `appendBuffer`.
    pub appended: Wall,
    /// The last `updateend`; `None` while an append is under way.
    pub playable: Option<Wall>,
    /// Inputs that told of the appends.
    pub facts: Vec<u32>,
}

/// Joins the appends of all tracks to fetches. Segments come in the order of their appends.
pub fn segments(tracks: &[&Track], fetches: &[Fetch]) -> Vec<Segment> {
    let mut appends: Vec<(usize, &Append)> = Vec::new();
    for (index, track) in tracks.iter().enumerate() {
        appends.extend(track.appends.iter().map(|append| (index, append)));
    }
    appends.arrange_by_key(|(_, append)| append.called);
    let mut used = vec![Used::default(); fetches.len()];
    let mut segments: Vec<Segment> = Vec::new();
    for (track, append) in appends {
        let (fetch, join) = bringer(append, track, fetches, &used);
        if let Some(used) = fetch.and_then(|fetch| used.get_mut(fetch)) {
            used.bytes = used.bytes.saturating_add(append.bytes);
            used.track = Some(track);
        }
        let Some(range) = append.media else { continue };
        let continued =
            segments.iter_mut().rev().find(|segment| segment.track == track).filter(|last| {
                fetch.is_some() && last.fetch == fetch && range.start <= last.range.end + CLOCKS
            });
        match continued {
            Some(last) => {
                last.range =
                    Span { start: last.range.start.min(range.start), end: last.range.end.max(range.end) };
                last.playable = append.ended;
                last.facts.push(append.fact);
            }
            None => segments.push(Segment {
                track,
                range,
                fetch,
                join,
                appended: append.called,
                playable: append.ended,
                facts: vec![append.fact],
            }),
        }
    }
    segments
}

/// What of a fetch was appended so far, and where.
#[derive(Clone, Copy, Debug, Default)]
struct Used {
    bytes: u64,
    track: Option<usize>,
}

fn bringer(append: &Append, track: usize, fetches: &[Fetch], used: &[Used]) -> (Option<usize>, Join) {
    let here = |fetch: &Fetch| {
        fetch.kind == ResourceKind::Data
            && fetch.succeeded()
            && fetch.response.or(fetch.network_end).is_some_and(|first| first <= append.called + CLOCKS)
    };
    let candidates = || fetches.iter().zip(used).enumerate().filter(|(_, (fetch, _))| here(fetch)).rev();
    let exact = candidates().find(|(_, (fetch, used))| used.bytes == 0 && fetch.size == Some(append.bytes));
    // One response may be appended in pieces: as it streams in, or its initialisation part apart from the rest.
    let piece = || {
        candidates().find(|(_, (fetch, used))| {
            used.track == Some(track)
                && fetch.size.is_some_and(|size| used.bytes.saturating_add(append.bytes) <= size)
        })
    };
    if let Some((index, _)) = exact.or_else(piece) {
        return (Some(index), Join::Size);
    }
    if append.media.is_none() {
        return (None, Join::None);
    }
    let latest = candidates().find(|(_, (fetch, used))| {
        used.bytes == 0
            && fetch.network_end.or(fetch.response).is_some_and(|end| append.called - end <= BY_ORDER)
            // A body smaller than what was appended can still be its source: repackaging adds headers.
            && fetch.size.is_none_or(|size| size.saturating_mul(2) >= append.bytes)
    });
    latest.map_or((None, Join::None), |(index, _)| (Some(index), Join::Order))
}
