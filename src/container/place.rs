//! Where a `SourceBuffer` puts what is appended: `timestampOffset`, `mode` and the append window (Media Source
//! Extensions, "Coded Frame Processing").
//!
//! tests/media/placement.json has what Chromium 156 and Firefox 153 do. Only on a muxed buffer in `sequence` mode they
//! disagree (Firefox leaves a hole for each append); here it is as in Chromium.

use super::Fragment;
use crate::event::{Span, TrackKind};
use crate::read::Read;
use crate::time::{LIMIT, MediaTime};
use serde::Serialize;

/// How the `SourceBuffer` was set when it was given an append.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Settings {
    /// `timestampOffset`, microseconds.
    pub offset: i64,
    /// From `appendWindowStart` to `appendWindowEnd`.
    pub window: Span,
    /// `mode` is `sequence`: the browser itself moves the offset so that media follows media.
    pub sequence: bool,
    /// `abort()` or `changeType()` was called since the append before.
    pub aborted: bool,
}

impl Default for Settings {
    fn default() -> Settings {
        let window = Span { start: MediaTime(0), end: MediaTime::MAX };
        Settings { offset: 0, window, sequence: false, aborted: false }
    }
}

/// Offsets that differ by no more than this are the same one, rounded differently; microseconds [P].
const ROUNDING: i64 = 1_000;

/// What coded frame processing remembers. The names are the standard's.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Read)]
pub struct Placement {
    sequence: bool,
    /// `timestampOffset` as the appends so far leave it.
    offset: i64,
    group_start: Option<i64>,
    group_end: i64,
    tracks: Vec<Progress>,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Read)]
struct Progress {
    track: u32,
    /// The last fragment as the container has it.
    last: Option<Span>,
    sample: i64,
    /// Something was dropped: so is what follows, up to the next random access point.
    needs_key: bool,
    /// Random access points are marked in this track, at least one was.
    shows_keys: bool,
}

impl Placement {
    /// An append begins; `tracks` are the numbers of all there are.
    pub fn begin(&mut self, settings: &Settings, tracks: &[u32]) {
        self.tracks.retain(|progress| tracks.contains(&progress.track));
        let switched = settings.sequence && !self.sequence;
        self.sequence = settings.sequence;
        if settings.aborted {
            self.tracks.clear();
        }
        if !settings.sequence {
            self.group_start = None;
        } else if settings.offset.abs_diff(self.offset) > ROUNDING.unsigned_abs() {
            // The page said where to go on.
            self.group_start = Some(settings.offset);
        } else if switched || settings.aborted {
            self.group_start = Some(self.group_end);
        }
        self.offset = settings.offset;
    }

    /// Moves a fragment to where it goes. False if nothing is left of it.
    pub fn place(&mut self, fragment: &mut Fragment, settings: &Settings) -> bool {
        let Span { start, end } = fragment.span;
        let new =
            || Progress { track: fragment.track, last: None, sample: 0, needs_key: false, shows_keys: false };
        let at = self.tracks.iter().position(|progress| progress.track == fragment.track);
        let mut progress = at.map_or_else(new, |at| self.tracks.swap_remove(at));
        let follows = progress.last.is_none_or(|last| {
            start > last.start && start.0.saturating_sub(last.end.0) <= progress.sample.max(fragment.sample)
        });
        if !follows {
            if settings.sequence {
                self.group_start = self.group_start.or(Some(self.group_end));
            } else {
                self.group_end = start.0.saturating_add(self.offset);
            }
            for other in &mut self.tracks {
                other.last = None;
            }
        }
        if let Some(group_start) = self.group_start.take() {
            self.offset = group_start.saturating_sub(start.0);
        }
        progress.last = Some(fragment.span);
        progress.sample = fragment.sample;
        fragment.span = Span {
            start: MediaTime(start.0.saturating_add(self.offset)),
            end: MediaTime(end.0.saturating_add(self.offset)),
        };
        progress.clip(fragment, settings.window);
        self.tracks.push(progress);
        let Span { start, end } = fragment.span;
        let left = start < end && start.0 > -LIMIT && end.0 < LIMIT;
        if left {
            self.group_end = self.group_end.max(end.0);
        }
        left
    }
}

impl Progress {
    /// Cuts off what lies outside of the window. Of sound, browsers trim the first and the last sample; a picture
    /// that others refer to cannot be left out alone, so all go up to the next that refers to none.
    fn clip(&mut self, fragment: &mut Fragment, window: Span) {
        let Span { start, end } = fragment.span;
        fragment.span = Span { start: start.max(window.start), end: end.min(window.end) };
        if fragment.kind == TrackKind::Audio {
            return;
        }
        self.shows_keys |= fragment.key;
        // Where none is marked, the marks are wrong; browsers look into the pictures themselves.
        if fragment.key || !self.shows_keys {
            self.needs_key = false;
        }
        if self.needs_key || start < window.start {
            fragment.span.end = fragment.span.start;
        }
        self.needs_key |= start < window.start || end > window.end;
    }
}
