//! A page that jumps on the spot, again and again: playback stands, although no jump alone is a stall.

use super::Look;
use crate::time::{Micros, Wall};
use crate::verdict::Instant;

/// Fewer jumps are a remedy: hls.js nudges a stuck playhead three times, then gives up (`nudgeMaxRetry`).
pub const FEWEST: usize = 5;
/// Jumps further apart than this leave playback the time to start [P].
pub const APART: Micros = Micros::from_millis(1_000);
/// Who is further away than this from where the first jump began goes somewhere [P].
const ON_THE_SPOT: Micros = Micros::from_millis(1_000);

/// Jumps of the page's that follow each other.
#[derive(Clone, Copy, Debug)]
pub struct Storm {
    /// The first of them, and from where.
    pub began: Instant,
    /// The input that told it.
    pub fact: u32,
    latest: Wall,
    jumps: usize,
}

impl Storm {
    /// The page jumps, having been there a look before.
    pub fn new(before: &Look, look: &Look) -> Storm {
        Storm {
            began: Instant { wall: look.at, media: before.position },
            fact: look.fact,
            latest: look.at,
            jumps: 1,
        }
    }

    /// One jump more, unless it belongs to something else: a loop jumps back by what was played, and who searches moves
    /// on.
    pub fn and(self, before: &Look, look: &Look) -> Option<Storm> {
        let jump = (look.position - before.position).0.abs();
        let near = (look.position - self.began.media).0.abs() <= ON_THE_SPOT.0;
        let stands = jump.saturating_mul(2) < (look.at - self.latest).0;
        let goes_on = self.blows(look.at) && near && stands && !look.gesture && !look.paused;
        goes_on.then_some(Storm { latest: look.at, jumps: self.jumps + 1, ..self })
    }

    /// There were as many as leave playback no time.
    pub fn is_stall(&self) -> bool {
        self.jumps >= FEWEST
    }

    /// What moves now will be jumped back over.
    pub fn blows(&self, at: Wall) -> bool {
        at - self.latest < APART
    }
}
