//! What the causes on the viewer's own side ask of a case.

use super::{Case, finding};
use crate::conditions::{Covered, Periods};
use crate::event::TrackId;
use crate::machine::Element;
use crate::stall::DRY;
use crate::time::{Micros, Wall};
use crate::verdict::{Finding, Stage, StallKind, Value};

/// The stages between asking and picture that the player's code and the device answer for.
pub const OWN: &[Stage] = &[Stage::Decide, Stage::Process, Stage::Append, Stage::Present];

/// The player could ask and has not.
pub const ASKING: &[Stage] = &[Stage::Decide];
/// What was asked for has arrived and is not playable.
pub const HANDING_ON: &[Stage] = &[Stage::Process, Stage::Append];

/// What is waited for on the network, as the browser tells it: when a server's own word accounts for it, it took that long.
const AWAITING: &[Stage] = &[
    Stage::Failed,
    Stage::Queue,
    Stage::Dns,
    Stage::Connect,
    Stage::Tls,
    Stage::RoundTrip,
    Stage::Wait,
    Stage::Response,
    Stage::Transfer,
];

/// A playing element is looked at every 250 ms at least. A main thread on which that is late by no more than as much
/// again was free to do something else meanwhile [P].
const FREE: Micros = Micros::from_millis(500);

impl Case<'_> {
    /// The stall, from its begin to its end or to now.
    pub(super) fn stall(&self) -> (Wall, Wall) {
        let began = self.sighting.began.wall;
        (began, began + self.duration())
    }

    /// The stall and the drain window before it.
    pub(super) fn drain(&self) -> (Wall, Wall) {
        let (began, end) = self.stall();
        self.ledger.window.map_or((began, end), |(from, to)| (from.min(began), to.max(end)))
    }

    /// Data was there, and playback stood or crawled. Data that trickles in makes it crawl, too.
    pub(super) fn had_data(&self) -> bool {
        match self.sighting.kind {
            StallKind::Starved => false,
            StallKind::Frozen => true,
            StallKind::SlowMotion => self.sighting.lead > DRY,
        }
    }

    /// The whole stall, if it held for at least half of it.
    pub(super) fn if_mostly(&self, periods: &Periods) -> Micros {
        let covered = periods.cover(&[self.stall()]).time;
        if covered.0.saturating_mul(2) >= self.duration().0 { self.duration() } else { Micros::ZERO }
    }

    /// When these stages were under way. An account's stages follow one another from its begin.
    pub(super) fn when(&self, stages: &[Stage]) -> Vec<(Wall, Wall)> {
        let mut when = Vec::new();
        for account in &self.ledger.segments {
            let mut from = account.from;
            for time in &account.stages {
                let to = from + time.spent;
                if stages.contains(&time.stage) {
                    when.push((from, to));
                }
                from = to;
            }
        }
        when
    }

    /// How much of the time of these stages something held.
    pub(super) fn covered(&self, stages: &[Stage], periods: &Periods) -> Covered {
        periods.cover(&self.when(stages))
    }

    /// The part of what these stages took too long that fell into these periods, if it is spread evenly.
    pub(super) fn part_during(&self, stages: &[Stage], periods: &Periods) -> Micros {
        let (spent, covered) = self.spent_and_covered(stages, periods);
        let part = i128::from(self.share(stages).0) * i128::from(covered.0);
        let part = part.checked_div(i128::from(spent.0)).unwrap_or(0);
        Micros(i64::try_from(part).unwrap_or(0))
    }

    /// The time of these stages, and how much of that fell into these periods. Media segments wait side by side: what held
    /// all of them up counts for each.
    fn spent_and_covered(&self, stages: &[Stage], periods: &Periods) -> (Micros, Micros) {
        let when = self.when(stages);
        let spent = when.iter().map(|(from, to)| *to - *from).sum();
        let covered = when.iter().map(|stretch| periods.cover(&[*stretch]).time).sum();
        (spent, covered)
    }

    /// The main thread was seen to be free in the time of these stages: the element was looked at again and again.
    pub(super) fn was_free(&self, stages: &[Stage]) -> bool {
        let free = |(from, to)| self.element().is_some_and(|element| element.unseen(from, to) <= FREE);
        self.when(stages).into_iter().all(free)
    }

    /// The part of what the own stages took too long that fell into these periods. Asking, handing on and showing
    /// are taken apart: being quick at one makes up for nothing at the other.
    pub(super) fn own_part_during(&self, periods: &Periods) -> Micros {
        let parts = [ASKING, HANDING_ON, &[Stage::Present]];
        parts.into_iter().map(|stages| self.part_during(stages, periods)).sum()
    }

    /// What these stages took too long while the main thread was free, the tab in front, and no licence awaited.
    pub(super) fn part_unhindered(&self, stages: &[Stage]) -> Micros {
        let conditions = &self.machine.conditions;
        let busy = self.part_during(stages, &conditions.busy);
        let hidden = self.part_during(stages, &conditions.hidden);
        // Some players hold back what they may not decrypt yet.
        let keyless = self.part_during(stages, &conditions.awaiting_licence());
        (self.share(stages) - busy.max(hidden).max(keyless)).at_least_zero()
    }

    /// What shows that the main thread was busy for at least half of the time in which the network was waited for: a
    /// device without time for the page may have none for what arrives, and all that the browser measures is late then.
    pub(super) fn busy_while_waiting(&self) -> Option<Finding> {
        let busy = &self.machine.conditions.busy;
        let (waited, covered) = self.spent_and_covered(AWAITING, busy);
        let mostly = covered > Micros::ZERO && covered.0.saturating_mul(2) >= waited.0;
        let Covered { time, facts } = self.covered(AWAITING, busy);
        mostly.then(|| finding("busy-while-waiting", facts, [("busy", Value::Micros(time))]))
    }

    pub(super) fn element(&self) -> Option<&Element> {
        self.machine.elements.get(&self.sighting.element)
    }

    /// The track is of the element's source.
    pub(super) fn has_track(&self, track: TrackId) -> bool {
        let source = self.element().and_then(|element| element.source);
        self.machine.tracks.get(&track).is_some_and(|(of, _)| Some(*of) == source)
    }
}
