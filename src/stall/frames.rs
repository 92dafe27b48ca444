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
        let last = last.filter(|last| near(last.wall, began.wall));
        if let Some(last) = last {
            sighting.began = last;
        }
        if let Some((ended, Ending::Resumed)) = &mut sighting.ended {
            // Without the last one, for a blocked main thread gets none: Firefox tells it late, and it is no progress.
            let moves = |frame: &Instant| match last {
                Some(last) => frame.media != last.media,
                None => frame.media > began.media,
            };
            // A browser may show a frame while it still waits for more; playback goes on with the one near the end.
            let from = sighting.began.wall.max(ended.wall - LAG);
            let next = frames().find(|frame| frame.wall > from && moves(frame));
            if let Some(next) = next.filter(|next| near(next.wall, ended.wall)) {
                *ended = next;
            }
        }
        sighting
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::event::ElementId;

    /// Times as recorded in Firefox, whose main thread was blocked for 9 s with 4 s to play.
    #[test]
    fn a_frame_from_before_that_is_told_late_ends_nothing() {
        let instant =
            |millis: i64, micros: i64| Instant { wall: Wall(millis * 1000), media: MediaTime(micros) };
        let sighting = Sighting {
            element: ElementId(0),
            kind: StallKind::Starved,
            began: instant(0, 10_008_888),
            ended: Some((instant(5_044, 10_008_888), Ending::Resumed)),
            seen: Some(Wall(5_144_000)),
            lead: Micros::ZERO,
            facts: vec![],
        };
        let mut frames = Frames::default();
        for (millis, micros) in [(-4_342, 5_666_666), (5_014, 10_000_000), (5_147, 10_041_666)] {
            frames.add(Wall(millis * 1000), MediaTime(micros));
        }
        assert_eq!(frames.bound(&sighting).ended, Some((instant(5_147, 10_041_666), Ending::Resumed)));
    }
}
