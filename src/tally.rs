//! What was watched, for the history: no part of a verdict. Counted look by look and never replayed, so that it holds
//! beyond what the log keeps.

use crate::event::Moment;
use crate::read::Read;
use crate::stall::{BLIND, Look, STILL};
use crate::time::{MediaTime, Micros, Wall, playing_time};
use serde::Serialize;
use std::ops::Add;

/// What was watched, in exact microseconds.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Read)]
#[serde(rename_all = "camelCase")]
pub struct Watched {
    /// Time in which playback moved.
    pub played: Micros,
    /// The part of it with a worse picture than before, see [`crate::adjustment`].
    pub reduced: Micros,
    /// How often playback started.
    pub starts: u32,
    /// From the wish to play to the first movement, over all of `starts`.
    pub start_up: Micros,
}

impl Add for Watched {
    type Output = Watched;
    fn add(self, other: Watched) -> Watched {
        Watched {
            played: self.played + other.played,
            reduced: self.reduced + other.reduced,
            starts: self.starts.saturating_add(other.starts),
            start_up: self.start_up + other.start_up,
        }
    }
}

/// So much of a move may be seen late: positions are old when the page is busy, by a look's distance at most [P].
const LATE: Micros = Micros::from_millis(250);

/// Counts for one media element.
#[derive(Clone, Copy, Debug, Default)]
pub struct Tally {
    watched: Watched,
    last: Option<Look>,
    /// Its first data came under our eyes, or it stood at the begin when we first looked: else it may have been playing before.
    loaded: bool,
    /// It moved since it was loaded.
    begun: bool,
    /// Since when it is to play.
    wanted: Option<Wall>,
    /// Time that went by and for which no move was seen yet, at most [`LATE`].
    unseen: Micros,
}

impl Tally {
    /// Up to the last look.
    pub fn watched(&self) -> Watched {
        self.watched
    }

    /// Counts from nothing, and goes on from where the element stands.
    pub fn reset(&mut self) {
        self.watched = Watched::default();
    }

    /// The element was looked at. `reduced`: the picture is worse than it had been.
    pub fn look(&mut self, look: &Look, reduced: bool) {
        if look.why == Moment::Emptied {
            *self = Tally { watched: self.watched, ..Tally::default() };
        }
        // On a busy machine the first look comes after the first data.
        let at_begin = self.last.is_none() && look.position == MediaTime::default();
        self.loaded |= look.why == Moment::Loadeddata || at_begin;
        if look.paused || look.ended {
            self.wanted = None;
        } else if !self.begun {
            self.wanted.get_or_insert(look.at);
        }
        let Some(before) = self.last.replace(*look) else { return };
        let (advance, elapsed) = (look.position - before.position, look.at - before.at);
        let sought = before.seeking || look.seeking || look.why == Moment::Seeking;
        let unseen = std::mem::take(&mut self.unseen);
        if sought || before.paused || advance < Micros::ZERO || elapsed <= Micros::ZERO || elapsed > BLIND {
            return;
        }
        let most = elapsed + unseen;
        let played = playing_time(advance, before.rate).min(most);
        self.unseen = (most - played).min(LATE);
        self.watched.played = self.watched.played + played;
        if reduced {
            self.watched.reduced = self.watched.reduced + played;
        }
        if !self.begun && advance > STILL {
            self.begun = true;
            if let Some(wanted) = self.wanted.take().filter(|_| self.loaded) {
                self.watched.starts = self.watched.starts.saturating_add(1);
                self.watched.start_up = self.watched.start_up + (look.at - played - wanted).at_least_zero();
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use Moment::{Emptied, Loadeddata, Pause, Play, Sample, Seeked, Seeking};

    const SECOND: i64 = 1_000_000;

    /// Looks at these seconds: why, and at which position.
    fn watched(looks: &[(i64, Moment, i64)]) -> Watched {
        let mut tally = Tally::default();
        let mut paused = false;
        for (second, why, position) in looks {
            paused = (paused || *why == Pause) && *why != Play;
            tally.look(&look(*second, *why, *position, paused), false);
        }
        tally.watched()
    }

    fn look(second: i64, why: Moment, position: i64, paused: bool) -> Look {
        Look {
            at: Wall(second * SECOND),
            fact: 0,
            why,
            position: MediaTime(position * SECOND),
            rate: 1000,
            paused,
            seeking: why == Seeking,
            ended: false,
            ready: 4,
            gesture: false,
        }
    }

    #[test]
    fn playing_is_counted_and_standing_sought_and_paused_time_is_not() {
        let looks = [
            (0, Sample, 0),
            (1, Loadeddata, 0),
            (3, Sample, 1),
            (4, Sample, 2),
            (9, Sample, 2),
            (10, Sample, 3),
            (11, Seeking, 60),
            (12, Seeked, 60),
            (13, Sample, 61),
            (14, Pause, 62),
            (50, Play, 62),
            (51, Sample, 63),
        ];
        let Watched { played, starts, start_up, .. } = watched(&looks);
        assert_eq!((played, starts, start_up), (Micros(6 * SECOND), 1, Micros(2 * SECOND)));
    }

    #[test]
    fn a_start_takes_from_the_wish_to_play_until_it_moves() {
        // Nobody wanted it to play while it was paused.
        let paused = [(0, Pause, 0), (1, Loadeddata, 0), (7, Play, 0), (9, Sample, 1)];
        assert_eq!((watched(&paused).starts, watched(&paused).start_up), (1, Micros(SECOND)));
        // A seek to where it is to begin is part of it.
        let elsewhere =
            [(0, Sample, 0), (1, Seeking, 30), (2, Loadeddata, 30), (3, Seeked, 30), (5, Sample, 31)];
        assert_eq!((watched(&elsewhere).starts, watched(&elsewhere).start_up), (1, Micros(4 * SECOND)));
        // What played before we looked started nobody knows when.
        assert_eq!(watched(&[(0, Sample, 5), (1, Sample, 6)]).starts, 0);
        // At the begin nothing has.
        assert_eq!(watched(&[(0, Sample, 0), (1, Sample, 1)]).starts, 1);
        // Another video in the same element is another start.
        let again = [
            (0, Sample, 0),
            (1, Loadeddata, 0),
            (2, Sample, 1),
            (3, Emptied, 0),
            (4, Loadeddata, 0),
            (6, Sample, 1),
        ];
        assert_eq!((watched(&again).starts, watched(&again).start_up), (2, Micros(3 * SECOND)));
    }

    #[test]
    fn a_worse_picture_counts_as_long_as_it_plays() {
        let mut tally = Tally::default();
        for (second, reduced) in [(0, false), (1, true), (2, true), (3, false)] {
            tally.look(&look(second, Sample, second, false), reduced);
        }
        assert_eq!(tally.watched().reduced, Micros(2 * SECOND));
        tally.reset();
        tally.look(&look(4, Sample, 4, false), false);
        assert_eq!(tally.watched(), Watched { played: Micros(SECOND), ..Watched::default() });
    }

    #[test]
    fn moves_that_are_seen_late_are_counted_and_no_more() {
        let millis = |at: i64, position: i64| Look {
            at: Wall(at * 1000),
            position: MediaTime(position * 1000),
            ..look(0, Sample, 0, false)
        };
        // What is old at one look is made up for at the next.
        let mut tally = Tally::default();
        for (at, position) in [(0, 0), (250, 100), (500, 500), (750, 500), (1000, 1000)] {
            tally.look(&millis(at, position), false);
        }
        assert_eq!(tally.watched().played, Micros::from_millis(1000));
        // Playback that stood and then jumps did not play meanwhile.
        tally.look(&millis(4000, 1000), false);
        tally.look(&millis(4250, 4250), false);
        assert_eq!(tally.watched().played, Micros::from_millis(1500));
    }

    #[test]
    fn a_faster_rate_plays_for_less_time_and_none_longer_than_it_was() {
        let mut tally = Tally::default();
        let fast = |second: i64| Look { rate: 2000, ..look(second, Sample, 2 * second, false) };
        tally.look(&fast(0), false);
        tally.look(&fast(3), false);
        assert_eq!(tally.watched().played, Micros(3 * SECOND));
        // A jump that no seek was told of.
        tally.look(&look(4, Sample, 500, false), false);
        assert_eq!(tally.watched().played, Micros(4 * SECOND));
    }
}
