//! Where playback stands, by looks that may tell an old position.

use super::{Look, SHORTEST};
use crate::time::{Micros, Wall, played_in, playing_time};

/// Playback that moved further than it can by more than this was somewhere else at the look before: when a main thread
/// was blocked, Firefox at first tells the position from before [P].
const STALE: Micros = Micros::from_millis(500);
/// Less movement than this is none: `currentTime` is reported with jitter.
pub const STILL: Micros = Micros::from_millis(5);
/// Nor is less than one in so many of what should have been played since a look that is long ago [P]: with next to no
/// processor time, a browser looks once in seconds and plays a grain of sound of 21 ms meanwhile.
const CREEPS: i64 = 10;
/// A playing element is looked at every 250 ms at least; twice that is long ago.
const LONG_AGO: Micros = Micros::from_millis(500);

/// A position, and the looks that bound how long the element has been at it.
#[derive(Clone, Copy, Debug)]
pub struct Standing {
    /// The last look at an earlier position.
    pub before: Option<Look>,
    /// The first look at this one.
    pub first: Look,
    /// The newest.
    pub latest: Look,
}

impl Standing {
    /// The last look that can be right, if playback has moved further since the latest one than it can: then that one
    /// told an old position.
    pub fn trusted(&self, now: &Look) -> Option<Look> {
        let fits = |look: &Look| ahead(look, now) <= STALE;
        if fits(&self.latest) {
            return None;
        }
        Some(self.first).filter(fits).or(self.before)
    }

    /// Playback has moved further since the latest look than its rate allows.
    pub fn catches_up(&self, now: &Look) -> bool {
        ahead(&self.latest, now) > SHORTEST
    }

    /// Playback has moved since the latest look, and not only crept.
    pub fn moved(&self, now: &Look) -> bool {
        let (moved, since) = (now.position - self.latest.position, now.at - self.latest.at);
        let crept = since > LONG_AGO && moved.0.saturating_mul(CREEPS) < played_in(since, now.rate).0;
        moved > STILL && !crept
    }

    /// When it came to stand, counted from the look before at the playback rate.
    pub fn since(&self) -> Wall {
        self.before.map_or(self.first.at, |before| {
            let reached = before.at + playing_time(self.first.position - before.position, before.rate);
            reached.max(before.at).min(self.first.at)
        })
    }
}

/// By how much playback is further than its rate allows, seen from an earlier look.
fn ahead(look: &Look, now: &Look) -> Micros {
    now.position - look.position - played_in(now.at - look.at, now.rate)
}
