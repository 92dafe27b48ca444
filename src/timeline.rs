//! What each track holds: appends, and the ranges of media time they add up to.

use crate::event::{Span, TrackKind};
use crate::sort::Sort;
use crate::time::{MediaTime, Micros, Wall};

/// Holes up to this long are played over. hls.js' `maxBufferHole` default; browsers bridge less.
pub const BRIDGED_HOLE: Micros = Micros::from_millis(100);

/// A set of media time, as sorted spans that do not touch.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Ranges {
    spans: Vec<Span>,
}

impl Ranges {
    /// The union of these spans, which may overlap and come in any order. Empty and inverted ones count nothing.
    pub fn of(spans: impl IntoIterator<Item = Span>) -> Ranges {
        let mut spans: Vec<Span> = spans.into_iter().filter(|span| span.end > span.start).collect();
        spans.arrange();
        let mut merged: Vec<Span> = Vec::with_capacity(spans.len());
        for span in spans {
            match merged.last_mut() {
                Some(last) if span.start <= last.end => last.end = last.end.max(span.end),
                _ => merged.push(span),
            }
        }
        Ranges { spans: merged }
    }

    /// Adds a span.
    pub fn add(&mut self, span: Span) {
        *self = Ranges::of(self.spans.iter().copied().chain([span]));
    }

    /// Takes a span out.
    pub fn remove(&mut self, out: Span) {
        let pieces = self.spans.iter().flat_map(|span| {
            [
                Span { start: span.start, end: span.end.min(out.start) },
                Span { start: span.start.max(out.end), end: span.end },
            ]
        });
        *self = Ranges::of(pieces);
    }

    /// Where playback that stands at `position` would run dry: the end of the range that holds it, with small holes
    /// bridged. `None` if nothing is held there.
    pub fn runs_dry_at(&self, position: MediaTime) -> Option<MediaTime> {
        let mut end: Option<MediaTime> = None;
        for span in &self.spans {
            match end {
                None if span.start - BRIDGED_HOLE <= position && position <= span.end + BRIDGED_HOLE => {
                    end = Some(span.end);
                }
                Some(reached) if span.start - reached <= BRIDGED_HOLE => end = Some(span.end),
                Some(_) => break,
                None => {}
            }
        }
        end
    }

    /// The last end at or before `position`.
    pub fn last_end(&self, position: MediaTime) -> Option<MediaTime> {
        self.spans.iter().map(|span| span.end).filter(|end| *end <= position).max()
    }

    /// What is missing where playback that stands at `position` runs dry, if something is held behind it.
    pub fn gap_at(&self, position: MediaTime) -> Option<Span> {
        let start = self.runs_dry_at(position).unwrap_or(position);
        let end = self.spans.iter().map(|span| span.start).find(|next| *next > start)?;
        (end - start > BRIDGED_HOLE).then_some(Span { start, end })
    }

    /// The spans, sorted.
    #[cfg(test)]
    pub fn spans(&self) -> &[Span] {
        &self.spans
    }
}

/// One `appendBuffer` call.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Append {
    /// Index of the input that told it.
    pub fact: u32,
    /// When it was called.
    pub called: Wall,
    /// `updateend`.
    pub ended: Option<Wall>,
    /// How many bytes.
    pub bytes: u64,
    /// What it holds; `None` for an initialisation segment and where the headers could not be read.
    pub media: Option<Span>,
}

/// A `SourceBuffer`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Track {
    /// What it holds.
    pub kind: TrackKind,
    /// Every append, in the order of the calls.
    pub appends: Vec<Append>,
    /// Picture sizes that its initialisation segments announced, and when.
    pub coded: Vec<(Wall, (u32, u32))>,
    /// Every removal and when.
    removals: Vec<(Wall, Span)>,
}

impl Track {
    /// A track that holds nothing yet.
    pub fn new(kind: TrackKind) -> Track {
        Track { kind, appends: Vec::new(), coded: Vec::new(), removals: Vec::new() }
    }

    /// An append was called.
    pub fn append(&mut self, fact: u32, called: Wall, bytes: u64, media: &[Span]) {
        let media =
            media.iter().copied().reduce(|a, b| Span { start: a.start.min(b.start), end: a.end.max(b.end) });
        self.appends.push(Append { fact, called, ended: None, bytes, media });
    }

    /// The append under way ended at `at`.
    pub fn append_ended(&mut self, at: Wall) {
        // A SourceBuffer has at most one append under way; the facts of one track come in order.
        if let Some(append) = self.appends.iter_mut().find(|append| append.ended.is_none()) {
            append.ended = Some(at.max(append.called));
        }
    }

    /// `remove` was called.
    pub fn removed(&mut self, at: Wall, span: Span) {
        self.removals.push((at, span));
    }

    /// What was removed, and may have been appended again.
    pub fn removed_spans(&self) -> impl Iterator<Item = Span> + '_ {
        self.removals.iter().map(|(_, span)| *span)
    }

    /// What was held at `at`. Eviction by the browser itself is not seen.
    pub fn held_at(&self, at: Wall) -> Ranges {
        let mut steps: Vec<(Wall, bool, Span)> = self
            .appends
            .iter()
            .filter_map(|append| Some((append.ended?, true, append.media?)))
            .chain(self.removals.iter().map(|&(at, span)| (at, false, span)))
            .filter(|&(when, ..)| when <= at)
            .collect();
        if self.removals.is_empty() {
            return Ranges::of(steps.into_iter().map(|(_, _, span)| span));
        }
        steps.arrange_by_key(|&(when, ..)| when);
        let mut ranges = Ranges::default();
        for (_, added, span) in steps {
            if added { ranges.add(span) } else { ranges.remove(span) }
        }
        ranges
    }

    /// Media ahead of `position` at `at`; zero where nothing is held.
    pub fn lead_at(&self, at: Wall, position: MediaTime) -> Micros {
        self.held_at(at).runs_dry_at(position).map_or(Micros::ZERO, |end| (end - position).at_least_zero())
    }

    /// How long a media segment of this track usually is: the median.
    pub fn usual_length(&self) -> Option<Micros> {
        let mut lengths: Vec<Micros> =
            self.appends.iter().filter_map(|append| Some(append.media?.length())).collect();
        lengths.arrange();
        lengths.get(lengths.len() / 2).copied()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn span(start: i64, end: i64) -> Span {
        Span { start: MediaTime(start), end: MediaTime(end) }
    }

    proptest! {
        /// Ranges equal a naive set of instants.
        #[test]
        fn ranges_equal_a_naive_model(steps in proptest::collection::vec((any::<bool>(), 0i64..60, 0i64..20), 0..20)) {
            let mut ranges = Ranges::default();
            let mut model = [false; 80];
            for (add, start, length) in steps {
                if add { ranges.add(span(start, start + length)) } else { ranges.remove(span(start, start + length)) }
                for instant in start..start + length {
                    model[instant as usize] = add;
                }
            }
            let held = |instant: i64| ranges.spans().iter().any(|s| s.start.0 <= instant && instant < s.end.0);
            for (instant, &expected) in model.iter().enumerate() {
                prop_assert_eq!(held(instant as i64), expected);
            }
            for pair in ranges.spans().windows(2) {
                prop_assert!(pair[0].end < pair[1].start);
            }
        }
    }

    #[test]
    fn small_holes_are_played_over() {
        let ranges = Ranges::of([span(0, 2_000_000), span(2_080_000, 4_000_000), span(4_300_000, 6_000_000)]);
        assert_eq!(ranges.runs_dry_at(MediaTime(1_000_000)), Some(MediaTime(4_000_000)));
        assert_eq!(ranges.runs_dry_at(MediaTime(5_000_000)), Some(MediaTime(6_000_000)));
        assert_eq!(ranges.runs_dry_at(MediaTime(9_000_000)), None);
    }

    #[test]
    fn a_track_holds_what_was_appended_and_not_removed_by_then() {
        let mut track = Track::new(TrackKind::Video);
        for (fact, second) in [0i64, 2, 4].into_iter().enumerate() {
            track.append(
                fact as u32,
                Wall(second * 1_000),
                1,
                &[span(second * 1_000_000, (second + 2) * 1_000_000)],
            );
            track.append_ended(Wall(second * 1_000 + 10));
        }
        track.removed(Wall(9_000), span(0, 1_000_000));
        assert_eq!(track.held_at(Wall(2_005)).spans(), [span(0, 2_000_000)]);
        assert_eq!(track.held_at(Wall(9_000)).spans(), [span(1_000_000, 6_000_000)]);
        assert_eq!(track.lead_at(Wall(5_000), MediaTime(3_500_000)), Micros(2_500_000));
    }
}
