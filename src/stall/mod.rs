//! Stall detection: *should it be moving?* and *did it?*, asked apart, of one media element.
//!
//! Progress decides, not events: players dispatch `waiting` themselves. See DESIGN §4.

mod frames;
mod look;
mod slow;
mod standing;
pub mod storm;

use crate::event::{ElementId, Moment, Span};
use crate::time::{MediaTime, Micros, Wall, playing_time};
use crate::timeline::Ranges;
use crate::verdict::{Ending, Instant, StallKind};
use frames::Frames;
pub use look::Look;
use slow::{SPARSE, Window};
pub use standing::STILL;
use standing::Standing;
use std::collections::VecDeque;
use storm::Storm;

/// Standing still for less than this is not told from a dropped frame or a slow timer. Eight frames at 24 per second
/// are 333 ms, five are 208 ms; viewers notice from about 200 ms on [P].
pub const SHORTEST: Micros = Micros::from_millis(200);
/// After `play`, decoders and audio devices may take this long to move [P]; longer is a stall.
const SPIN_UP: Micros = Micros::from_millis(1000);
/// Below this much media ahead the buffer is dry. Measured at `waiting`: 0.053 s (Chromium), 0.012 s (Firefox);
/// dash.js holds off at 0.3 s (ATTRIBUTION M19, §3.1).
pub const DRY: Micros = Micros::from_millis(300);
/// Below this much media ahead a pause that no gesture came before is the player's buffering.
const LOW: Micros = Micros::from_millis(2000);
/// `readyState` from which on a browser goes on playing: `HAVE_FUTURE_DATA`. Below it, and with media ahead, it is the decoder
/// that has nothing to show.
const FUTURE: u8 = 3;
/// A jump by the page of at most this, while stalled, is the player's remedy (nudge, gap jump) and no seek [P].
pub const REMEDY: Micros = Micros::from_millis(5000);
/// A step back by more than this that no seek was told of is the begin of the next round of a loop [P]. Less is the
/// jitter of clocks.
const LOOPED: Micros = Micros::from_millis(1000);
/// Playback that comes so much too short between two looks, further apart than crawling is told from, has stood, if it
/// then goes on at its rate: where the position was an old one, it is seen to catch up [P].
const FELL_BEHIND: Micros = Micros::from_millis(500);
/// Longer without a look at the element, and nothing can be said of the time between (sleep, frozen tab) [P].
pub const BLIND: Micros = Micros::from_millis(60_000);
/// Longer than this without a look, and playback stood though it had something to play: page and playback stopped
/// together, so the machine slept or was suspended. A blocked main thread alone lets playback go on, though Firefox tells
/// so a little later; none is blocked for so long [P].
const ASLEEP: Micros = Micros::from_millis(30_000);
/// What is buffered is looked at this often while little of it is left (`SAMPLE_LOW` in `extension/media.js`), so that what
/// there was when playback stopped is told by then. What is told later may have come only then.
const TOLD: Micros = Micros::from_millis(100);
/// Buffered reports remembered.
const BUFFERED: usize = 512;

/// A stall as detection sees it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Sighting {
    /// Whose.
    pub element: ElementId,
    /// Starved, frozen, slow.
    pub kind: StallKind,
    /// The last frame before progress stopped.
    pub began: Instant,
    /// The first frame after, and why it ended.
    pub ended: Option<(Instant, Ending)>,
    /// When the end was seen. It is dated back from there, by how far playback has come: too far where a browser goes on
    /// further ahead than where it stopped.
    pub seen: Option<Wall>,
    /// Playable media ahead when it began, as the element reported it.
    pub lead: Micros,
    /// The facts that show it: looks and buffered reports.
    pub facts: Vec<u32>,
}

impl Sighting {
    /// How long it lasted, or lasts at `now`.
    pub fn duration(&self, now: Wall) -> Micros {
        let end = self.ended.as_ref().map_or(now, |(end, _)| end.wall);
        (end - self.began.wall).at_least_zero()
    }
}

/// Watches one media element.
#[derive(Clone, Debug)]
pub struct Detector {
    element: ElementId,
    /// The last look of any kind.
    last: Option<Look>,
    /// Where it stands, and since when.
    standing: Option<Standing>,
    /// A jump by the player is under way while stalled: the next position is no movement.
    remedied: bool,
    /// Jumps of the page's that follow each other.
    storm: Option<Storm>,
    /// Playback moved at least once since it was loaded, sought or resumed.
    settled: bool,
    /// Standing still is allowed until then.
    excused_until: Wall,
    /// A pause that is the player's buffering.
    page_paused: bool,
    /// The last looks at which playback should move.
    window: Window,
    frames: Frames,
    buffered: VecDeque<(Wall, u32, Ranges)>,
    /// Its page has said that there is no more than what is buffered.
    complete: bool,
    open: Option<Sighting>,
    finished: Vec<Sighting>,
}

impl Detector {
    /// Nothing is known yet.
    pub fn new(element: ElementId) -> Detector {
        Detector {
            element,
            last: None,
            standing: None,
            remedied: false,
            storm: None,
            settled: false,
            excused_until: Wall::MIN,
            page_paused: false,
            window: Window::default(),
            frames: Frames::default(),
            buffered: VecDeque::new(),
            complete: false,
            open: None,
            finished: Vec::new(),
        }
    }

    /// The stall under way.
    pub fn open(&self) -> Option<&Sighting> {
        self.open.as_ref()
    }

    /// Stalls that have ended, oldest first, with their bounds put on the frames next to them.
    pub fn finished(&self) -> impl Iterator<Item = Sighting> + '_ {
        self.finished.iter().filter_map(|sighting| self.told(sighting))
    }

    /// The first stall that ended, as looks tell it, after `until`: when, and the stall as in [`Self::finished`].
    pub fn finished_after(&self, until: Wall) -> Option<(Wall, Sighting)> {
        let ended = |sighting: &Sighting| sighting.ended.as_ref().map(|(ended, _)| ended.wall);
        let later = self.finished.iter().filter(|sighting| ended(sighting) > Some(until));
        later.filter_map(|sighting| Some((ended(sighting)?, self.told(sighting)?))).next()
    }

    /// With its bounds on the frames, unless these show that it was none: on a busy machine positions stand for longer
    /// than pictures do.
    fn told(&self, sighting: &Sighting) -> Option<Sighting> {
        let told = self.frames.bound(sighting);
        let resumed = matches!(told.ended, Some((_, Ending::Resumed)));
        let stood = told.ended.as_ref().is_some_and(|(end, _)| end.wall - told.began.wall >= SHORTEST);
        (stood || !resumed).then_some(told)
    }

    /// The last look.
    pub fn last(&self) -> Option<&Look> {
        self.last.as_ref()
    }

    /// Playback was seen to move since it was loaded or sought.
    pub fn settled(&self) -> bool {
        self.settled
    }

    /// The viewer or the player wants it to move.
    pub fn wanted(&self) -> bool {
        self.last.is_some_and(|look| self.should_move(&look))
    }

    /// Media ahead of the playhead, as last reported.
    pub fn lead(&self) -> Option<Micros> {
        let position = self.last?.position;
        let (_, _, ranges) = self.buffered.back()?;
        Some(ahead(ranges, position))
    }

    /// What was missing at the playhead at that time though something was buffered behind it, as the element reported it.
    pub fn gap_at(&self, at: Wall, position: MediaTime) -> Option<Span> {
        let (_, _, ranges) = self.buffered.iter().rev().find(|(reported, ..)| *reported <= at)?;
        ranges.gap_at(position).filter(|gap| gap.start - position <= DRY)
    }

    /// `buffered` as the element reported it.
    pub fn buffered(&mut self, at: Wall, fact: u32, spans: &[Span]) {
        if self.buffered.len() == BUFFERED {
            self.buffered.pop_front();
        }
        self.buffered.push_back((at, fact, Ranges::of(spans.iter().copied())));
        self.reconsider();
    }

    /// The page said that all there is has been appended (`endOfStream`), or appended more after all.
    pub fn complete(&mut self, complete: bool) {
        self.complete = complete;
    }

    /// A frame was shown.
    pub fn frame(&mut self, at: Wall, position: MediaTime) {
        self.frames.add(at, position);
    }

    /// The element was looked at.
    pub fn look(&mut self, look: Look) {
        let before = self.last.replace(look);
        if let Some(before) = before.filter(|before| self.nobody_looked(before, &look)) {
            self.unseen_from(before.at);
        }
        match look.why {
            Moment::Emptied => {
                self.close(look.at, Ending::Page);
                self.forget_movement();
                self.settled = false;
            }
            Moment::Seeking => self.sought(&look, before),
            Moment::Play if !self.page_paused => {
                self.forget_movement();
                self.excused_until = look.at + SPIN_UP;
            }
            Moment::Pause => self.paused(&look),
            _ => {}
        }
        if look.ended {
            self.close(look.at, Ending::Resumed);
        }
        if !look.paused {
            self.page_paused = false;
        }
        if !self.should_move(&look) {
            // Where the event that says so is only on its way, it will say by whom.
            let told = self.page_paused || before.is_some_and(|before| before.paused);
            if self.open.is_some() && !look.seeking && look.paused && told {
                // The player had paused for buffering and has data now: what keeps it paused is something else.
                self.close(look.at, Ending::Page);
            }
            if self.open.is_none() {
                self.forget_movement();
            }
            return;
        }
        self.progress(look);
        self.slow_motion(look);
    }

    /// Nobody looks from now on (the tab was frozen): a stall is only known to have lasted until then.
    pub fn unseen_from(&mut self, at: Wall) {
        self.close(at, Ending::Unseen);
        self.forget_movement();
    }

    /// Too long between two looks to say what was in between.
    fn nobody_looked(&self, before: &Look, look: &Look) -> bool {
        let took = look.at - before.at;
        let stood = (look.position - before.position).0.abs() <= STILL.0;
        took > BLIND || took > ASLEEP && stood && self.lead_at(before.position) > DRY
    }

    fn lead_at(&self, position: MediaTime) -> Micros {
        self.buffered.back().map_or(Micros::ZERO, |(_, _, ranges)| ahead(ranges, position))
    }

    /// Less than this is ahead, and there is more to come.
    fn is_low(&self, least: Micros) -> bool {
        let Some((look, (_, _, ranges))) = self.last.zip(self.buffered.back()) else { return true };
        ahead(ranges, look.position) < least && !self.has_the_last(ranges, look.position)
    }

    /// Nothing is missing after what is buffered there: sound may have come to its end, and a slow decoder's pictures not.
    fn has_the_last(&self, ranges: &Ranges, position: MediaTime) -> bool {
        self.complete && ranges.runs_dry_at(position).is_some() && ranges.gap_at(position).is_none()
    }

    fn should_move(&self, look: &Look) -> bool {
        let low = self.is_low(LOW);
        let held_by_player = self.page_paused && low;
        let rate_held = look.rate == 0 && low && !look.gesture;
        !look.seeking && !look.ended && (!look.paused || held_by_player) && (look.rate > 0 || rate_held)
    }

    fn sought(&mut self, look: &Look, before: Option<Look>) {
        let jump = before.map_or(Micros::ZERO, |before| look.position - before.position);
        self.storm = self.storm.zip(before).and_then(|(storm, before)| storm.and(&before, look));
        if self.open.is_some() && !look.gesture && jump.0.abs() <= REMEDY.0 {
            self.remedied = true;
            return;
        }
        let at_a_gap = before.is_some_and(|before| self.lead_at(before.position) <= DRY);
        if at_a_gap && !look.gesture && Micros::ZERO < jump && jump <= REMEDY {
            // Players that jump over a gap at once leave no stall to remedy; what comes then is no start-up either.
            self.forget_movement();
            self.excused_until = look.at + SPIN_UP;
            return;
        }
        let stopped = before.filter(|before| before.ready < FUTURE && !look.gesture);
        if let Some((before, standing)) = stopped.zip(self.standing)
            && Micros::ZERO < jump
            && jump <= REMEDY
        {
            // A player that nudges at once a decoder that has fallen behind makes it begin anew each time.
            self.open_if_stood_for(Micros::ZERO, &standing, &before);
            self.remedied = self.open.is_some();
            if self.remedied {
                return;
            }
        }
        self.close(look.at, if look.gesture { Ending::Viewer } else { Ending::Page });
        self.forget_movement();
        let page = before.filter(|_| self.settled && !look.gesture && !look.paused);
        self.storm = self.storm.or(page.map(|before| Storm::new(&before, look)));
        self.settled = false;
        self.stormed(look);
    }

    /// Opens a stall if the page has jumped on the spot often enough.
    fn stormed(&mut self, look: &Look) {
        let Some(storm) = self.storm.filter(Storm::is_stall) else {
            return;
        };
        let lead = self.lead_at(storm.began.media).min(self.lead_at(look.position));
        if lead > DRY {
            self.open = Some(Sighting {
                element: self.element,
                kind: StallKind::Frozen,
                began: storm.began,
                ended: None,
                seen: None,
                lead,
                facts: vec![storm.fact, look.fact],
            });
            self.remedied = true;
        }
    }

    fn paused(&mut self, look: &Look) {
        let low = self.is_low(DRY);
        self.page_paused = !look.gesture && low && self.settled;
        if !self.page_paused {
            self.close(look.at, Ending::Viewer);
        }
    }

    /// Did it move since the last look, and if not, for how long?
    fn progress(&mut self, look: Look) {
        let Some(mut standing) = self.standing else {
            self.standing = Some(Standing { before: None, first: look, latest: look });
            return;
        };
        if std::mem::take(&mut self.remedied) {
            standing.first.position = look.position;
            standing.latest = look;
        } else if standing.latest.position - look.position > LOOPED {
            self.close(look.at, Ending::Page);
            self.forget_movement();
            return;
        } else if self.open.is_some() && self.storm.is_some_and(|storm| storm.blows(look.at)) {
            return;
        } else if standing.moved(&look) {
            if let Some(trusted) = standing.trusted(&look) {
                self.open = None;
                self.standing = Some(Standing { before: Some(trusted), first: look, latest: look });
                self.reconsider();
                return;
            }
            let unseen = standing.before.is_some_and(|before| standing.first.at - before.at > SPARSE);
            if unseen && !standing.catches_up(&look) {
                self.open_if_stood_for(FELL_BEHIND, &standing, &look);
            }
            if self.open.as_ref().is_some_and(|open| open.kind != StallKind::SlowMotion) {
                let moving_for = playing_time(look.position - standing.latest.position, look.rate);
                let wall = (look.at - moving_for).max(standing.latest.at).min(look.at);
                self.close_at(Instant { wall, media: standing.latest.position }, look.at, Ending::Resumed);
                self.window.clear();
            }
            self.settled = true;
            standing = Standing { before: Some(standing.latest), first: look, latest: look };
        } else {
            standing.latest = look;
        }
        self.standing = Some(standing);
        self.reconsider();
    }

    /// Opens a stall if playback has stood still for long enough.
    fn reconsider(&mut self) {
        let (Some(look), Some(standing)) = (self.last, self.standing) else {
            return;
        };
        // One look at a position tells nothing: a second must have found it there.
        if standing.first != standing.latest {
            self.open_if_stood_for(SHORTEST, &standing, &look);
        }
    }

    fn open_if_stood_for(&mut self, least: Micros, standing: &Standing, look: &Look) {
        if self.open.is_some() || !self.settled || !self.should_move(look) || look.at < self.excused_until {
            return;
        }
        let began = standing.since();
        if standing.latest.at - began < least {
            return;
        }
        let position = standing.first.position;
        let at_the_time =
            self.buffered.iter().rev().find(|(at, ..)| *at <= began + TOLD).or(self.buffered.front());
        let (fact, ranges) =
            at_the_time.map_or((None, Ranges::default()), |(_, fact, ranges)| (Some(*fact), ranges.clone()));
        let lead = ahead(&ranges, position);
        // A player that holds playback itself does so while there is still something left.
        let held = look.rate == 0 || self.page_paused;
        let dry = !self.has_the_last(&ranges, position) && lead <= if held { LOW } else { DRY };
        let facts = [standing.before.map(|look| look.fact), Some(standing.first.fact), Some(look.fact), fact];
        self.open = Some(Sighting {
            element: self.element,
            kind: if dry { StallKind::Starved } else { StallKind::Frozen },
            began: Instant { wall: began, media: position },
            ended: None,
            seen: None,
            lead,
            facts: facts.into_iter().flatten().collect(),
        });
    }

    fn slow_motion(&mut self, look: Look) {
        if self.open.as_ref().is_some_and(|open| open.kind != StallKind::SlowMotion)
            || !self.settled
            || look.at < self.excused_until
        {
            self.window.clear();
            return;
        }
        let Some((first, slow)) = self.window.add(look) else {
            return;
        };
        match (&self.open, slow) {
            (None, true) => {
                let lead = self.lead().unwrap_or_default();
                self.open = Some(Sighting {
                    element: self.element,
                    kind: StallKind::SlowMotion,
                    began: Instant { wall: first.at, media: first.position },
                    ended: None,
                    seen: None,
                    lead,
                    facts: vec![first.fact, look.fact],
                });
            }
            (Some(_), false) => {
                self.close_at(Instant { wall: look.at, media: look.position }, look.at, Ending::Resumed);
                self.window.clear();
            }
            _ => {}
        }
    }

    fn forget_movement(&mut self) {
        self.standing = None;
        self.remedied = false;
        self.window.clear();
    }

    fn close(&mut self, at: Wall, ending: Ending) {
        let media = self.open.as_ref().map_or(MediaTime(0), |open| open.began.media);
        self.close_at(Instant { wall: at, media }, at, ending);
    }

    fn close_at(&mut self, end: Instant, seen: Wall, ending: Ending) {
        if let Some(mut sighting) = self.open.take() {
            let end = Instant { wall: end.wall.max(sighting.began.wall), media: end.media };
            sighting.ended = Some((end, ending));
            sighting.seen = Some(seen.max(end.wall));
            self.finished.push(sighting);
        }
    }
}

fn ahead(ranges: &Ranges, position: MediaTime) -> Micros {
    ranges.runs_dry_at(position).map_or(Micros::ZERO, |end| (end - position).at_least_zero())
}

#[cfg(test)]
mod tests;
