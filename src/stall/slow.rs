//! Slow motion: playback that moves, but much slower than its rate.

use super::Look;
use crate::time::{Micros, played_in};
use std::collections::VecDeque;

/// Playback at less than half its rate over this long is slow motion [P].
const LONG_ENOUGH: Micros = Micros::from_millis(2000);
/// Longer without a look, and playback may have stood for part of the time and run for the rest: that is no crawling.
/// Timers of hidden tabs run once a second.
pub(super) const SPARSE: Micros = Micros::from_millis(1500);

/// The last looks at which playback should move, no more than say how fast it does.
#[derive(Clone, Debug, Default)]
pub struct Window {
    looks: VecDeque<Look>,
    /// It crawled up to the look before.
    was_slow: bool,
}

impl Window {
    /// Something other than playing happened.
    pub fn clear(&mut self) {
        *self = Window::default();
    }

    /// Takes a look. Answers where the window begins and whether playback crawled since; `None` if that can't be told.
    /// Two looks have to agree on crawling: the first after a blocked main thread can tell an old position.
    pub fn add(&mut self, look: Look) -> Option<(Look, bool)> {
        if self.looks.back().is_some_and(|last| look.at - last.at > SPARSE || look.rate != last.rate) {
            self.clear();
        }
        self.looks.push_back(look);
        while self.looks.len() > 2
            && self.looks.get(1).is_some_and(|second| look.at - second.at >= LONG_ENOUGH)
        {
            self.looks.pop_front();
        }
        let first = self.looks.front().copied()?;
        let took = look.at - first.at;
        let should = played_in(took, look.rate).0;
        let moved = (look.position - first.position).0;
        if took < LONG_ENOUGH {
            return None;
        }
        let slow = moved.saturating_mul(2) < should;
        let agreed = std::mem::replace(&mut self.was_slow, slow);
        Some((first, slow && agreed))
    }
}
