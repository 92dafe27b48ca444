//! Which request brought which append.
//!
//! The page moves bytes as it likes (a worker may repackage them), so nothing links the two but size and order.

use crate::event::{ResourceKind, Span};
use crate::machine::requests::Fetch;
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
    // Pieces that told nothing by themselves and match no request.
    let mut pieces: Vec<(usize, &Append)> = Vec::new();
    for (track, append) in appends {
        let whole = whole(append, pieces.iter().filter(|(of, _)| *of == track), fetches, &used);
        let (fetch, join) = match &whole {
            Some((fetch, _)) => (Some(*fetch), Join::Size),
            None => bringer(append, track, fetches, &used),
        };
        if let Some(used) = fetch.and_then(|fetch| used.get_mut(fetch)) {
            used.add(whole.as_ref().map_or(append, |(_, whole)| whole), track);
        }
        let Some(range) = append.media else {
            pieces.extend(fetch.is_none().then_some((track, append)));
            continue;
        };
        pieces.retain(|(of, _)| *of != track);
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
                appended: whole.map_or(append.called, |(_, whole)| whole.called),
                playable: append.ended,
                facts: vec![append.fact],
            }),
        }
    }
    segments
}

/// The last piece of a body that was appended as it streamed in, and which fetch brought that: together with the pieces
/// before it, it has the size. All of it as one append: what a fragment holds is told by its last piece, and a browser may
/// show it before.
fn whole<'a>(
    append: &Append,
    before: impl DoubleEndedIterator<Item = &'a (usize, &'a Append)>,
    fetches: &[Fetch],
    used: &[Used],
) -> Option<(usize, Append)> {
    append.media?;
    let mut whole = append.clone();
    before.rev().find_map(|(_, piece)| {
        whole.bytes = whole.bytes.saturating_add(piece.bytes);
        whole.called = piece.called;
        let brought = |(fetch, used): (&Fetch, &Used)| {
            let first = fetch.response.or(fetch.network_end);
            fetch.kind == ResourceKind::Data
                && fetch.succeeded()
                && used.bytes == 0
                && fetch.size == Some(whole.bytes)
                && first.is_some_and(|first| first <= whole.called + CLOCKS)
        };
        let fetch = fetches.iter().zip(used).rposition(brought)?;
        Some((fetch, whole.clone()))
    })
}

/// What of a fetch was appended so far, and where.
#[derive(Clone, Debug, Default)]
struct Used {
    bytes: u64,
    tracks: Vec<usize>,
}

impl Used {
    fn add(&mut self, append: &Append, track: usize) {
        self.bytes = self.bytes.saturating_add(append.bytes);
        if !self.tracks.contains(&track) {
            self.tracks.push(track);
        }
    }

    fn only(&self, track: usize) -> bool {
        self.tracks == [track]
    }

    /// Bytes that were not appended yet.
    fn left(&self, size: u64) -> u64 {
        size.saturating_sub(self.bytes)
    }
}

fn bringer(append: &Append, track: usize, fetches: &[Fetch], used: &[Used]) -> (Option<usize>, Join) {
    let here = |fetch: &Fetch| {
        fetch.kind == ResourceKind::Data
            && fetch.succeeded()
            && fetch.response.or(fetch.network_end).is_some_and(|first| first <= append.called + CLOCKS)
    };
    let candidates = || fetches.iter().zip(used).enumerate().filter(|(_, (fetch, _))| here(fetch)).rev();
    let exact = candidates().find(|(_, (fetch, used))| used.bytes == 0 && fetch.size == Some(append.bytes));
    if let Some((index, _)) = exact {
        return (Some(index), Join::Size);
    }
    // What had begun to come, and only then what the clocks may date after the append.
    let came = |fetch: &Fetch| fetch.response.or(fetch.network_end).is_some_and(|at| at <= append.called);
    let among = |wanted: bool| {
        let these = candidates().filter(|(_, (fetch, _))| came(fetch) == wanted);
        let these: Vec<_> = these.map(|(index, (fetch, used))| (index, fetch, used)).collect();
        source(append, track, &these)
    };
    among(true).or_else(|| among(false)).map_or((None, Join::None), |(index, join)| (Some(index), join))
}

/// Which of these, newest first, an append was a piece of, or made of.
fn source(append: &Append, track: usize, candidates: &[(usize, &Fetch, &Used)]) -> Option<(usize, Join)> {
    let find = |fits: &dyn Fn(&Fetch, &Used) -> bool| {
        candidates.iter().find(|(_, fetch, used)| fits(fetch, used)).copied()
    };
    // One response may be appended in pieces: as it streams in, or its initialisation part apart from the rest.
    let piece = |fetch: &Fetch, used: &Used| {
        used.only(track) && fetch.size.is_some_and(|size| append.bytes <= used.left(size))
    };
    let streams_in = |fetch: &Fetch| fetch.delivered().is_none_or(|end| end > append.called);
    let last_piece = |fetch: &Fetch, used: &Used| fetch.size.is_some_and(|s| used.left(s) == append.bytes);
    let piece_of = find(&|fetch, used| piece(fetch, used) && (last_piece(fetch, used) || streams_in(fetch)));
    if let Some((index, ..)) = piece_of {
        return Some((index, Join::Size));
    }
    append.media?;
    // Repackaged, so that no size is the same. The page had it all when it began; what an observer with another clock
    // says may be a moment off. A body with several tracks in it, as transport streams have, is appended to each.
    let recent = |fetch: &Fetch| {
        let end = fetch.page_end.or(fetch.network_end.map(|end| end - CLOCKS)).or(fetch.response);
        end.is_some_and(|end| end <= append.called && append.called - end <= BY_ORDER)
    };
    let fresh = |fetch: &Fetch, used: &Used| {
        recent(fetch) && !used.tracks.contains(&track) && can_bring(append, fetch, used)
    };
    let most = find(&|fetch, used| {
        let mostly = |size| append.bytes.saturating_mul(2) >= used.left(size);
        fresh(fetch, used) && fetch.size.is_none_or(mostly)
    });
    if let Some((index, ..)) = most {
        return Some((index, Join::Order));
    }
    // Of a body with pieces of several tracks, or of unknown size, another piece for this one.
    let another =
        |fetch: &Fetch, used: &Used| recent(fetch) && used.bytes > 0 && can_bring(append, fetch, used);
    let some = find(&|fetch, used| piece(fetch, used) || fresh(fetch, used) || another(fetch, used));
    let first_piece = || {
        find(&|fetch, used| {
            let began = fetch.response.is_some_and(|response| response <= append.called);
            began && streams_in(fetch) && used.bytes == 0 && can_bring(append, fetch, used)
        })
    };
    let (index, fetch, used) = some.or_else(first_piece)?;
    Some((index, if piece(fetch, used) { Join::Size } else { Join::Order }))
}

/// Whether so much can have been made of what is left of a body. A whole one smaller than what was appended can still be
/// its source, for repackaging adds headers.
fn can_bring(append: &Append, fetch: &Fetch, used: &Used) -> bool {
    fetch.size.is_none_or(|size| {
        if used.bytes == 0 { size.saturating_mul(2) >= append.bytes } else { append.bytes <= used.left(size) }
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::event::{ResourceId, TrackKind};
    use crate::time::MediaTime;

    fn ms(millis: i64) -> Wall {
        Wall(millis * 1000)
    }

    /// A body of this size that was there at that time.
    fn fetch(end: i64, size: u64) -> Fetch {
        Fetch {
            resource: ResourceId(0),
            host: "edge.example".into(),
            kind: ResourceKind::Data,
            named: None,
            asked: ms(end - 20),
            response: Some(ms(end - 10)),
            cached: false,
            confession: None,
            status: Some(200),
            size: Some(size),
            received: None,
            progress: std::rc::Rc::default(),
            network_end: Some(ms(end)),
            page_end: Some(ms(end)),
            failed: None,
            timing: None,
            facts: vec![],
        }
    }

    /// Appends to one track: when, how many bytes, and from which second on they hold two.
    fn track(kind: TrackKind, appends: &[(i64, u64, Option<i64>)]) -> Track {
        let mut track = Track::new(kind);
        for (fact, (at, bytes, from)) in (0..).zip(appends) {
            let second = |s: i64| MediaTime(s * 1_000_000);
            let media = from.map(|from| Span { start: second(from), end: second(from + 2) });
            track.appends.push(Append {
                fact,
                called: ms(*at),
                ended: Some(ms(*at + 5)),
                bytes: *bytes,
                media,
            });
        }
        track
    }

    /// For each media segment its track and which fetch brought it, by what.
    fn joined(tracks: &[Track], fetches: &[Fetch]) -> Vec<(usize, Option<usize>, Join)> {
        let tracks: Vec<&Track> = tracks.iter().collect();
        segments(&tracks, fetches)
            .iter()
            .map(|segment| (segment.track, segment.fetch, segment.join))
            .collect()
    }

    /// As hls.js appends what its worker made of transport streams (sizes and times as recorded in Chromium).
    #[test]
    fn both_tracks_of_a_transport_stream_come_from_one_body() {
        let fetches = [fetch(0, 191_572), fetch(176, 209_808), fetch(273, 200_784), fetch(2_361, 194_580)];
        let audio = track(
            TrackKind::Audio,
            &[
                (128, 628, None),
                (137, 24_972, Some(0)),
                (188, 26_013, Some(2)),
                (298, 26_301, Some(4)),
                (2_365, 26_380, Some(6)),
            ],
        );
        let video = track(
            TrackKind::Video,
            &[
                (128, 728, None),
                (147, 157_238, Some(0)),
                (181, 174_481, Some(2)),
                (298, 165_303, Some(4)),
                (2_365, 159_412, Some(6)),
            ],
        );
        let order = |track, fetch| (track, Some(fetch), Join::Order);
        let expected = [(0, 0), (1, 0), (1, 1), (0, 1), (0, 2), (1, 2), (0, 3), (1, 3)];
        assert_eq!(joined(&[audio, video], &fetches), expected.map(|(t, f)| order(t, f)));
    }

    #[test]
    fn repackaged_sound_comes_from_the_body_of_its_size() {
        // The pictures' body is newer, and not appended yet.
        let fetches = [fetch(0, 24_000), fetch(20, 165_000)];
        let audio = track(TrackKind::Audio, &[(40, 22_000, Some(0))]);
        let video = track(TrackKind::Video, &[(60, 150_000, Some(0))]);
        let expected = [(0, Some(0), Join::Order), (1, Some(1), Join::Order)];
        assert_eq!(joined(&[audio, video], &fetches), expected);
    }

    #[test]
    fn a_body_that_streams_in_is_appended_in_pieces() {
        let fetches = [fetch(1_000, 9_000)];
        let video =
            track(TrackKind::Video, &[(995, 3_000, Some(0)), (998, 3_000, Some(2)), (1_002, 3_000, Some(4))]);
        let segments = segments(&[&video], &fetches);
        assert_eq!(segments.len(), 1);
        assert_eq!(segments[0].range, Span { start: MediaTime(0), end: MediaTime(6_000_000) });
        assert_eq!(segments[0].fetch, Some(0));
    }

    #[test]
    fn a_fragment_in_pieces_is_appended_from_the_first_on() {
        // Behind an initialisation segment that came the same way.
        let pieces = [(900, 300, None), (901, 400, None), (995, 3_000, None), (998, 3_000, None)];
        let video = track(TrackKind::Video, &[&pieces[..], &[(1_002, 3_000, Some(0))]].concat());
        let segments = segments(&[&video], &[fetch(901, 700), fetch(1_000, 9_000)]);
        assert_eq!(segments.len(), 1);
        assert_eq!((segments[0].fetch, segments[0].join), (Some(1), Join::Size));
        assert_eq!((segments[0].appended, segments[0].playable), (ms(995), Some(ms(1_007))));
    }

    /// As a page appends what it takes out of answers with pieces of both tracks, and asks for the next meanwhile (sizes and
    /// times as recorded in Chromium).
    #[test]
    fn pieces_of_both_tracks_come_from_one_body() {
        let answers = |size: &dyn Fn(u64) -> Option<u64>| {
            let asked_meanwhile = Fetch { asked: ms(14), response: Some(ms(19)), ..fetch(22, 668_848) };
            [fetch(2, 662_690), asked_meanwhile].map(|fetch| Fetch {
                size: fetch.size.and_then(size),
                page_end: None,
                ..fetch
            })
        };
        let video = track(
            TrackKind::Video,
            &[
                (9, 305_509, Some(8)),
                (12, 305_442, Some(10)),
                (27, 290_691, Some(12)),
                (29, 327_615, Some(14)),
            ],
        );
        let audio = track(
            TrackKind::Audio,
            &[(13, 25_367, Some(8)), (14, 26_352, Some(10)), (30, 25_560, Some(12)), (31, 24_962, Some(14))],
        );
        // One media segment of each track in each answer, four seconds long.
        let expected = [(0, Some(0)), (1, Some(0)), (0, Some(1)), (1, Some(1))];
        for fetches in [answers(&Some), answers(&|_| None)] {
            let found = segments(&[&video, &audio], &fetches);
            let joined: Vec<_> = found.iter().map(|segment| (segment.track, segment.fetch)).collect();
            assert_eq!(joined, expected);
            assert!(found.iter().all(|segment| segment.range.length() == Micros::from_millis(4000)));
        }
    }

    #[test]
    fn nothing_is_taken_from_what_came_later() {
        let video = track(TrackKind::Video, &[(0, 5_000, Some(0))]);
        assert_eq!(joined(&[video], &[fetch(40, 6_000)]), [(0, None, Join::None)]);
    }
}
