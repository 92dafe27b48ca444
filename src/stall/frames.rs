//! The frames that were shown: they bound a stall more closely than looks at the position can.

use super::Sighting;
use crate::time::{MediaTime, Micros, Wall};
use crate::verdict::{Ending, Instant, StallKind};
use std::collections::VecDeque;

/// Frames remembered. At 60 a second, a minute: longer than any stretch they are reported for without a stall.
const MOST: usize = 3600;
/// A frame may be reported this long after the position it belongs to was read.
const LAG: Micros = Micros::from_millis(150);
/// A frame further than this from where positions say playback stopped does not bound the stall.
const NEAR: Micros = Micros::from_millis(500);

/// The newest frames. An element without pictures has none.
#[derive(Clone, Debug, Default)]
pub struct Frames {
    shown: VecDeque<(Wall, MediaTime)>,
}

impl Frames {
    /// A frame was shown.
    pub fn add(&mut self, at: Wall, position: MediaTime) {
        if self.shown.len() == MOST {
            self.shown.pop_front();
        }
        self.shown.push_back((at, position));
    }

    /// Puts the bounds on the frames next to them, where frames were reported.
    pub fn bound(&self, sighting: &Sighting) -> Sighting {
        let mut sighting = sighting.clone();
        if sighting.kind == StallKind::SlowMotion {
            return sighting;
        }
        let began = sighting.began;
        let near = |at: Wall, bound: Wall| (at - bound).0.abs() <= NEAR.0;
        let frames = || self.shown.iter().copied().map(|(wall, media)| Instant { wall, media });
        let last = frames().rev().find(|frame| frame.wall <= began.wall + LAG);
        if let Some(last) = last.filter(|last| near(last.wall, began.wall)) {
            sighting.began = last;
        }
        if let Some((ended, Ending::Resumed)) = &mut sighting.ended {
            let shown = last.map_or(began.media, |last| last.media);
            // A browser may show a frame while it still waits for more; playback goes on with the one near the end.
            let from = sighting.began.wall.max(ended.wall - LAG);
            let next = frames().find(|frame| frame.wall > from && frame.media != shown);
            if let Some(next) = next.filter(|next| near(next.wall, ended.wall)) {
                *ended = next;
            }
        }
        sighting
    }
}
