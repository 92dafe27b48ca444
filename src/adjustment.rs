//! Adjustments: the picture got worse than it had been, without the viewer's asking. Told live and remembered; no stall
//! and no evidence of one.

use crate::event::Moment;
use crate::stall::{Look, REMEDY};
use crate::time::{MediaTime, Micros, Wall};
use crate::verdict::Instant;
use std::collections::VecDeque;

/// Width and height in pixels.
pub type Size = (u32, u32);

/// A quality that was played for less than this (of media) was the player finding its way after the start or a seek, and
/// is nothing that was lost [P]: five media segments of the shortest usual length.
const STEADY: Micros = Micros::from_millis(10_000);
/// When the player fetches another quality this soon after the viewer touched the page, the viewer may have chosen it [P]:
/// from the press to the first media segment of that quality, on a slow line.
const CHOICE: Micros = Micros::from_millis(10_000);
/// A look tells of a touch in the second before ([`crate::Event::Playback`]).
const GESTURE: Micros = Micros::from_millis(1000);
/// Where it was not seen when the player fetched it, that was at most this long before it is shown [P]: the longest
/// buffer that players keep by default is 30 s (hls.js `maxBufferLength`).
const BUFFERED: Micros = Micros::from_millis(30_000);
/// Adjustments remembered.
const REMEMBERED: usize = 50;
/// Touches and fetched qualities remembered: those of the last minute or so.
const RECENT: usize = 64;

/// A worse picture than before, for a while.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Adjustment {
    /// What it was before.
    pub from: Size,
    /// What it is instead; if that changed, the last.
    pub to: Size,
    /// The first worse frame.
    pub began: Instant,
    /// The first frame as good as before, or the viewer went elsewhere.
    pub ended: Option<Wall>,
    /// It was as good as before.
    pub made_good: bool,
    /// How much was played of it.
    pub played: Micros,
    /// Bits in a second that the better quality needs, and that had come. `None` unless less came than it needs.
    pub short: Option<Short>,
}

/// Less came than is needed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Short {
    /// Bits in a second that the better quality has.
    pub needed: u64,
    /// Bits in a second that came before the player went down.
    pub came: u64,
}

/// What one element shows, and what it showed before.
#[derive(Clone, Debug, Default)]
pub struct Quality {
    shown: Option<Size>,
    /// From where on that is; `None` until the playhead was seen.
    since: Option<MediaTime>,
    /// The best that was steady since the start or the last seek.
    steady: Option<Size>,
    position: Option<MediaTime>,
    open: Option<Adjustment>,
    finished: VecDeque<Adjustment>,
    /// The newest look.
    looked: Option<Wall>,
    touches: VecDeque<Wall>,
    fetched: VecDeque<(Wall, Size)>,
}

impl Quality {
    /// What is shown.
    pub fn shown(&self) -> Option<Size> {
        self.shown
    }

    /// The adjustment under way.
    pub fn open(&self) -> Option<&Adjustment> {
        self.open.as_ref()
    }

    /// Those that are over, oldest first, at most 50.
    pub fn finished(&self) -> impl DoubleEndedIterator<Item = &Adjustment> {
        self.finished.iter()
    }

    /// When the last one began or ended.
    pub fn changed(&self) -> Option<Wall> {
        let ended = self.finished.back().and_then(|adjustment| adjustment.ended);
        ended.max(self.open.map(|adjustment| adjustment.began.wall))
    }

    /// The player appended the beginning of this quality.
    pub fn fetched(&mut self, at: Wall, size: Size) {
        push(&mut self.fetched, (at, size), RECENT);
    }

    /// When the player had this quality, that is now shown, in its hands; the earliest it can have been.
    pub fn decided(&self, size: Size, shown: Wall) -> Wall {
        let fetched = self.fetched.iter().rev().find(|(at, of)| *of == size && *at <= shown);
        fetched.map_or(shown - BUFFERED, |(at, _)| *at)
    }

    /// The viewer touched the page so shortly before that what the player did then may have been the viewer's choice.
    pub fn chosen(&self, at: Wall) -> bool {
        self.chosen_between(at, at)
    }

    /// The same of what the player did at some time between these.
    fn chosen_between(&self, from: Wall, until: Wall) -> bool {
        self.touches.iter().any(|touch| (from - CHOICE..=until).contains(touch))
    }

    /// The element was looked at.
    pub fn look(&mut self, look: &Look) {
        let before = self.looked.replace(look.at);
        if look.gesture {
            // It was at any time since the look before, and the player may have acted on it at once.
            push(&mut self.touches, before.unwrap_or(look.at).max(look.at - GESTURE), RECENT);
        }
        let jumped = self.position.map_or(Micros::ZERO, |before| look.position - before);
        let nudged = !look.gesture && jumped.0.abs() <= REMEDY.0 && look.why != Moment::Emptied;
        if (matches!(look.why, Moment::Seeking | Moment::Emptied) || look.seeking) && !nudged {
            self.elsewhere(look.at);
            if look.why == Moment::Emptied {
                self.shown = None;
            }
            return;
        }
        let moved = self.position.map_or(Micros::ZERO, |before| (look.position - before).at_least_zero());
        self.position = Some(look.position);
        if let Some(open) = &mut self.open {
            open.played = open.played + moved;
        }
        let since = *self.since.get_or_insert(look.position);
        if let Some(size) = self.shown
            && look.position - since >= STEADY
            && self.steady.is_none_or(|steady| pixels(size) > pixels(steady))
        {
            self.steady = Some(size);
        }
    }

    /// The picture has this size from now on. `short`: whether less had come than the former quality needs, from when the
    /// player decided until now.
    pub fn size(&mut self, at: Wall, size: Size, short: impl FnOnce(Size, Wall) -> Option<Short>) {
        if self.shown() == Some(size) {
            return;
        }
        let media = self.position.unwrap_or_default();
        self.shown = Some(size);
        self.since = self.position;
        let Some(best) = self.steady else { return };
        if pixels(size) >= pixels(best) {
            self.close(at, true);
            return;
        }
        if let Some(open) = &mut self.open {
            open.to = size;
            return;
        }
        let decided = self.decided(size, at);
        let unseen = decided == at - BUFFERED;
        let chosen_until = if unseen { at } else { decided };
        if self.chosen_between(decided, chosen_until) {
            self.steady = Some(size);
            return;
        }
        let short = short(best, chosen_until);
        let began = Instant { wall: at, media };
        self.open = Some(Adjustment {
            from: best,
            to: size,
            began,
            ended: None,
            made_good: false,
            played: Micros::ZERO,
            short,
        });
    }

    fn elsewhere(&mut self, at: Wall) {
        self.close(at, false);
        self.steady = None;
        self.position = None;
        self.since = None;
    }

    fn close(&mut self, at: Wall, made_good: bool) {
        if let Some(open) = self.open.take() {
            push(&mut self.finished, Adjustment { ended: Some(at), made_good, ..open }, REMEMBERED);
        }
    }
}

fn pixels((width, height): Size) -> u64 {
    u64::from(width) * u64::from(height)
}

fn push<T>(queue: &mut VecDeque<T>, value: T, limit: usize) {
    if queue.len() == limit {
        queue.pop_front();
    }
    queue.push_back(value);
}

#[cfg(test)]
mod tests {
    use super::*;

    const LOW: Size = (640, 360);
    const MIDDLE: Size = (960, 540);
    const HIGH: Size = (1280, 720);

    /// A second at a time; what happens at which second.
    fn watch(seconds: i64, happens: &[(i64, Act)]) -> Quality {
        let mut quality = Quality::default();
        for second in 0..seconds {
            let at = Wall(second * 1_000_000);
            let mut look = Look {
                at,
                fact: 0,
                why: Moment::Sample,
                position: MediaTime(at.0),
                rate: 1000,
                paused: false,
                seeking: false,
                ended: false,
                ready: 4,
                gesture: false,
            };
            for (_, act) in happens.iter().filter(|(when, _)| *when == second) {
                match act {
                    Act::Show(size) => quality.size(at, *size, |_, _| None),
                    Act::Fetch(size) => quality.fetched(at, *size),
                    Act::Touch => look.gesture = true,
                    Act::Seek => (look.why, look.gesture) = (Moment::Seeking, true),
                    Act::Nudge => look.why = Moment::Seeking,
                }
            }
            quality.look(&look);
        }
        quality
    }

    #[derive(Clone, Copy)]
    enum Act {
        Show(Size),
        Fetch(Size),
        Touch,
        Seek,
        Nudge,
    }
    use Act::{Fetch, Nudge, Seek, Show, Touch};

    #[test]
    fn a_drop_is_told_from_its_first_frame_until_it_is_made_good() {
        let drop = [(1, Show(HIGH)), (55, Fetch(LOW)), (60, Show(LOW)), (70, Show(MIDDLE))];
        let open = *watch(80, &drop).open().unwrap();
        assert!(watch(80, &[&drop[..], &[(65, Nudge)]].concat()).open().is_some());
        assert_eq!((open.from, open.to, open.began.wall, open.ended), (HIGH, MIDDLE, Wall(60_000_000), None));
        assert_eq!(open.played, Micros(20_000_000));
        let over = watch(120, &[&drop[..], &[(100, Show(HIGH))]].concat());
        let [adjustment] = over.finished().copied().collect::<Vec<_>>()[..] else { panic!("{over:?}") };
        assert_eq!((adjustment.ended, adjustment.made_good), (Some(Wall(100_000_000)), true));
        assert_eq!(adjustment.played, Micros(40_000_000));
        assert_eq!((over.open(), over.changed()), (None, adjustment.ended));
        let left = watch(120, &[&drop[..], &[(100, Seek)]].concat());
        assert_eq!(left.finished().map(|adjustment| adjustment.made_good).collect::<Vec<_>>(), [false]);
    }

    #[test]
    fn finding_its_way_after_the_start_or_a_seek_is_none() {
        for acts in [
            // Up and up.
            &[(0, Show(LOW)), (20, Show(MIDDLE)), (40, Show(HIGH))][..],
            // Too high at first.
            &[(0, Show(HIGH)), (6, Show(LOW))],
            &[(0, Show(HIGH)), (30, Seek), (36, Show(LOW))],
        ] {
            let quality = watch(80, acts);
            assert_eq!((quality.open(), quality.finished().count()), (None, 0));
        }
        // What was steady after a seek counts, though no size was told anew.
        assert!(
            watch(80, &[(0, Show(HIGH)), (30, Seek), (55, Fetch(LOW)), (60, Show(LOW))]).open().is_some()
        );
    }

    #[test]
    fn the_viewers_own_choice_is_none() {
        let chosen = [(0, Show(HIGH)), (40, Touch), (44, Fetch(LOW)), (60, Show(LOW))];
        assert_eq!(watch(80, &chosen).open(), None);
        // Where fetching is not seen, it may have been any time since the buffer was filled.
        assert_eq!(watch(80, &[(0, Show(HIGH)), (40, Touch), (60, Show(LOW))]).open(), None);
        // The look that tells of the touch comes after the player has acted on it.
        assert_eq!(
            watch(80, &[(0, Show(HIGH)), (40, Fetch(LOW)), (41, Touch), (60, Show(LOW))]).open(),
            None
        );
        // A touch long before the player fetched another quality chose nothing, nor one after.
        for touch in [20, 58] {
            let quality = watch(80, &[(0, Show(HIGH)), (touch, Touch), (50, Fetch(LOW)), (60, Show(LOW))]);
            assert!(quality.open().is_some(), "touched at {touch}");
        }
    }
}
