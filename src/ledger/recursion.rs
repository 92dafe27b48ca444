//! The buffer recursion of ATTRIBUTION §3.2: how long playback stands still for media segments that come in these
//! times, and how long it would have if some of them had been shorter.
//!
//! It is written in moments instead of levels, so that what was seen is given back to the microsecond: with playback at
//! rate r, `B' = min(C, max(B − r·c, 0) + L)` is the same as "each media segment is playable a cycle after it could be
//! asked for; it could be asked for when the one before came, or when the buffer has drained to C; and playback is late by
//! as much as the latest of them". A test holds both against each other.

use crate::time::{MediaTime, Micros, Wall, playing_time};

/// What must have happened before a media segment could be asked for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum After {
    /// The one before was playable: the player appends, then asks.
    Playable,
    /// The request before was over: the player asks while it appends.
    Over,
    /// The request before had begun so long ago: the player asks for several at once.
    Began(Micros),
}

/// One media segment, from where it could be asked for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Cycle {
    /// What came before.
    pub after: After,
    /// So long the player waited then because its buffer was full.
    pub paced: Micros,
    /// To where the buffer reached meanwhile.
    pub held: MediaTime,
    /// Buffered media at which the player asks; `None` if that is not known.
    pub limit: Option<Micros>,
    /// When playback needs it, if it was never late before.
    pub deadline: Wall,
    /// Its parts.
    pub spent: Spent,
}

/// The parts of a cycle.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Spent {
    /// From where it could be asked for to where the next could be.
    pub head: Micros,
    /// From there until it is playable. Below zero if it is playable before all of it has come.
    pub tail: Micros,
    /// From there until it is shown, if playback waits for it.
    pub present: Micros,
}

impl Spent {
    /// With so much less of each part; nothing gets shorter than nothing. A page whose thread is busy hears late that its
    /// request is over: what the tail has not got to save began before that.
    fn without(self, saved: Spent) -> Spent {
        let early = (saved.tail - self.tail.at_least_zero()).at_least_zero();
        Spent {
            head: (self.head - saved.head - early).at_least_zero(),
            tail: (self.tail - saved.tail).max(self.tail.min(Micros::ZERO)),
            present: (self.present - saved.present).at_least_zero(),
        }
    }
}

impl std::iter::Sum for Spent {
    fn sum<I: Iterator<Item = Spent>>(iter: I) -> Spent {
        iter.fold(Spent::default(), |a, b| Spent {
            head: a.head + b.head,
            tail: a.tail + b.tail,
            present: a.present + b.present,
        })
    }
}

/// The media segments of one track over a drain window, in the order in which they came.
pub struct Drain<'a> {
    /// When the first could be asked for.
    pub from: Wall,
    /// Playback rate in thousandths.
    pub rate: i32,
    /// One after the other.
    pub cycles: Vec<Cycle>,
    /// Where playback is at a time, if it is never late.
    pub playhead: Box<dyn Fn(Wall) -> MediaTime + 'a>,
}

impl Drain<'_> {
    /// How late playback is in the end, if so much of each cycle is saved.
    pub fn stall(&self, saved: impl Fn(usize) -> Spent) -> Micros {
        let mut late = Micros::ZERO;
        let (mut began, mut over, mut playable) = (self.from, self.from, self.from);
        for (index, cycle) in self.cycles.iter().enumerate() {
            if index > 0 {
                let free = match cycle.after {
                    After::Playable => playable.max(over),
                    After::Over => over,
                    After::Began(ago) => began + ago,
                };
                began = self.asks(cycle, free, late);
            }
            let spent = cycle.spent.without(saved(index));
            over = began + spent.head;
            // One after the other goes into a buffer.
            playable = playable.max(over + spent.tail);
            if playable - cycle.deadline > Micros::ZERO {
                late = late.max(playable + spent.present - cycle.deadline);
            }
        }
        late
    }

    /// When the player asks, if it could from `free` on and does so as it did: at the same level of its buffer.
    fn asks(&self, cycle: &Cycle, free: Wall, late: Micros) -> Wall {
        let as_before = free + cycle.paced;
        let Some(limit) = cycle.limit else { return as_before };
        let level = cycle.held - (self.playhead)(as_before - late);
        (as_before + playing_time(level - limit, self.rate)).max(free)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn what_was_processed_before_the_page_heard_of_it_is_saved() {
        let spent = |head, tail| Spent { head: Micros(head), tail: Micros(tail), present: Micros(0) };
        assert_eq!(spent(9_000, 30).without(spent(500, 7_900)), spent(630, 0));
        assert_eq!(spent(9_000, 30).without(spent(500, 20)), spent(8_500, 10));
        assert_eq!(spent(9_000, -5).without(spent(500, 7)), spent(8_493, -5));
    }

    const NONE: fn(usize) -> Spent = |_| Spent { head: Micros(0), tail: Micros(0), present: Micros(0) };

    /// Serial downloads at rate 1 of segments of `length` that take `cycles`, from `level` on, with this ceiling.
    fn serial(level: i64, length: i64, ceiling: Option<i64>, cycles: &[i64]) -> Drain<'static> {
        let cycle = |(index, took): (usize, &i64)| {
            let held = level + length * index as i64;
            Cycle {
                after: After::Playable,
                paced: Micros(0),
                held: MediaTime(held),
                limit: ceiling.map(Micros),
                deadline: Wall(held),
                spent: Spent { head: Micros(*took), ..Spent::default() },
            }
        };
        let cycles = cycles.iter().enumerate().map(cycle).collect();
        Drain { from: Wall(0), rate: 1000, cycles, playhead: Box::new(|at| MediaTime(at.0)) }
    }

    /// ATTRIBUTION §3.2 to the letter.
    fn by_levels(mut level: i64, length: i64, ceiling: Option<i64>, cycles: &[i64]) -> i64 {
        let mut stalled = 0;
        for took in cycles {
            stalled += (took - level).max(0);
            level = (level - took).max(0) + length;
            level = ceiling.map_or(level, |ceiling| level.min(ceiling));
        }
        stalled
    }

    #[test]
    fn worked_by_hand() {
        // 3 s are held and each media segment of 2 s takes 2.8 s. They are needed at 3, 5, 7, 9 s and come at 2.8, 5.6,
        // 8.4, 11.2: late by 0, 0.6, 1.4 and 2.2 s.
        let drain = serial(3_000, 2_000, None, &[2_800; 4]);
        assert_eq!(drain.stall(NONE), Micros(2_200));
        // Had each taken 0.5 s less, they would have come at 2.3, 4.6, 6.9, 9.2: late by 0.2 s.
        assert_eq!(drain.stall(|_| Spent { head: Micros(500), ..Spent::default() }), Micros(200));
        // Only the last at 0.2 s: at 8.6 it would have been in time, but the third is late by 1.4 s all the same.
        let last = |index| Spent { head: Micros(if index == 3 { 2_600 } else { 0 }), ..Spent::default() };
        assert_eq!(drain.stall(last), Micros(1_400));
    }

    #[test]
    fn a_full_buffer_takes_no_more() {
        // 4 s held, ceiling 4 s, 2 s each: the first comes at once (6 s held), the second may be asked for at 2 s, when 4 s
        // are left, and takes 7 s: needed at 6, there at 9. Without a ceiling it would be there at 7.
        assert_eq!(serial(4_000, 2_000, Some(4_000), &[0, 7_000]).stall(NONE), Micros(3_000));
        assert_eq!(serial(4_000, 2_000, None, &[0, 7_000]).stall(NONE), Micros(1_000));
    }

    #[test]
    fn who_asks_while_it_appends_is_not_held_up_by_the_append() {
        let mut drain = serial(0, 2_000, None, &[1_000, 1_000]);
        drain.cycles[0].spent.tail = Micros(5_000);
        drain.cycles[1].after = After::Over;
        // The second has come at 2 s, but goes in after the first, at 6 s; it is needed at 2 s, the first at 0 s.
        assert_eq!(drain.stall(NONE), Micros(6_000));
        // With the first appended at once, it is playable at 1 s and the second, needed at 2 s, at 2 s.
        let prompt = |index| Spent { tail: Micros(if index == 0 { 5_000 } else { 0 }), ..Spent::default() };
        assert_eq!(drain.stall(prompt), Micros(1_000));
    }

    #[test]
    fn nothing_is_shown_anew_if_nothing_stopped() {
        let mut drain = serial(1_000, 2_000, None, &[1_200]);
        drain.cycles[0].spent.present = Micros(50);
        assert_eq!(drain.stall(NONE), Micros(250));
        assert_eq!(drain.stall(|_| Spent { head: Micros(200), ..Spent::default() }), Micros(0));
    }

    proptest! {
        /// In moments it is the same as in levels.
        #[test]
        fn moments_equal_levels(
            level in 0i64..20_000,
            length in 1i64..5_000,
            ceiling in proptest::option::of(0i64..20_000),
            cycles in proptest::collection::vec(0i64..10_000, 1..30),
        ) {
            // Nobody holds more than the ceiling to begin with.
            let level = ceiling.map_or(level, |ceiling| level.min(ceiling));
            let moments = serial(level, length, ceiling, &cycles).stall(NONE);
            prop_assert_eq!(moments.0, by_levels(level, length, ceiling, &cycles));
        }

        /// Saving time never makes it longer.
        #[test]
        fn saving_helps(
            cycles in proptest::collection::vec((0i64..5_000, 0i64..5_000), 1..20),
            ceiling in proptest::option::of(0i64..20_000),
        ) {
            let spent: Vec<i64> = cycles.iter().map(|(took, _)| *took).collect();
            let drain = serial(4_000, 2_000, ceiling, &spent);
            let saved = |index: usize| Spent { head: Micros(cycles[index].1), ..Spent::default() };
            prop_assert!(drain.stall(saved) <= drain.stall(NONE));
        }
    }
}
