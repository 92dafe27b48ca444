//! What went on around playback: the main thread, the tab, the connection, licences, dropped frames. Only noted here;
//! the causes judge.

use crate::event::{Claim, ElementId, Event, Input, LicenceId, LicenceStep, Moment, Refusal, Tab, TrackId};
use crate::sort::Sort;
use crate::time::{Micros, Wall};

/// Facts cited for one finding: enough to look it up, and a busy page may have hundreds.
const CITED: usize = 16;

/// A licence that is not given is not awaited for longer: players have given up by then (dash.js after 8 s, hls.js after
/// 20 s, Shaka after 30 s) [P].
const PATIENCE: Micros = Micros::from_millis(30_000);

/// A fact and when it was true.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Noted<T> {
    /// When.
    pub at: Wall,
    /// Index of the input that told it.
    pub fact: u32,
    /// What.
    pub what: T,
}

/// Frames of one element until then.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Frames {
    /// Which.
    pub element: ElementId,
    /// Not shown.
    pub dropped: u64,
    /// All.
    pub total: u64,
}

/// What is known.
#[derive(Clone, Debug, Default)]
pub struct Conditions {
    /// The main thread was busy.
    pub busy: Periods,
    /// The tab was hidden, frozen or not.
    pub hidden: Periods,
    /// The tab was frozen.
    pub frozen: Periods,
    /// The browser had no connection.
    pub offline: Periods,
    /// Elements that could not go on without a key.
    pub key_waits: Vec<Noted<ElementId>>,
    /// Steps of licences.
    pub licences: Vec<Noted<(LicenceId, LicenceStep)>>,
    /// Jumps that no touch of the viewer's came before.
    pub page_seeks: Vec<Noted<ElementId>>,
    /// Appends refused because the buffer was full.
    pub full: Vec<Noted<TrackId>>,
    /// Counts of frames.
    pub frames: Vec<Noted<Frames>>,
    /// What players told servers of themselves.
    pub claims: Vec<Noted<Claim>>,
    /// What other tabs got.
    pub other_tabs: Vec<Noted<OtherTabs>>,
}

/// What other tabs of the browser got until then.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct OtherTabs {
    /// Since when.
    pub from: Wall,
    /// Bytes of the answers that ended.
    pub bytes: u64,
    /// Large answers still under way.
    pub open: u32,
}

impl Conditions {
    /// Folds one input; `fact` is its index.
    pub fn take(&mut self, fact: u32, input: &Input) {
        let at = input.at;
        match input.event {
            Event::Busy { from } => self.busy.add(fact, from, at),
            Event::Tab { tab } => {
                self.hidden.set(fact, at, tab != Tab::Visible);
                self.frozen.set(fact, at, tab == Tab::Frozen);
            }
            Event::Online { online } => self.offline.set(fact, at, !online),
            Event::Licence { licence, step } => {
                self.licences.push(Noted { at, fact, what: (licence, step) });
            }
            Event::Playback { element, why: Moment::Waitingforkey, .. } => {
                self.key_waits.push(Noted { at, fact, what: element });
            }
            Event::Playback { element, why: Moment::Seeking, gesture: false, .. } => {
                self.page_seeks.push(Noted { at, fact, what: element });
            }
            Event::AppendRefused { track, reason: Refusal::Quota } => {
                self.full.push(Noted { at, fact, what: track });
            }
            Event::Quality { element, dropped, total } => {
                self.frames.push(Noted { at, fact, what: Frames { element, dropped, total } });
            }
            Event::Claimed { claim, .. } => self.claims.push(Noted { at, fact, what: claim }),
            Event::OtherTabs { from, bytes, open, .. } => {
                self.other_tabs.push(Noted { at, fact, what: OtherTabs { from, bytes, open } });
            }
            _ => {}
        }
    }
}

/// A licence that the decryption module asked for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Exchange {
    /// When it asked.
    pub asked: Wall,
    /// When the page handed the answer over, if it has.
    pub given: Option<Wall>,
    /// The inputs that told of both.
    pub facts: Vec<u32>,
}

impl Exchange {
    /// How long it was awaited at most.
    pub fn until(&self) -> Wall {
        self.given.unwrap_or(self.asked + PATIENCE)
    }
}

/// A page's and the browser's account of the same moment are this close together [P].
pub const CLOCKS: Micros = Micros::from_millis(50);

impl Conditions {
    /// When the licence that is awaited now was asked for, if one is.
    pub fn licence_awaited(&self, now: Wall) -> Option<Wall> {
        let awaited = self.exchanges().filter(|exchange| exchange.given.is_none() && now <= exchange.until());
        awaited.map(|exchange| exchange.asked).last()
    }

    /// All licences that were asked for, in that order.
    pub fn exchanges(&self) -> impl Iterator<Item = Exchange> + '_ {
        let asked = self.licences.iter().enumerate().filter(|(_, noted)| noted.what.1 == LicenceStep::Asked);
        asked.map(|(index, asked)| {
            let mut later = self.licences.iter().skip(index + 1);
            let given =
                later.find(|later| later.what.0 == asked.what.0 && later.what.1 != LicenceStep::Asked);
            let facts = [Some(asked.fact), given.map(|given| given.fact)].into_iter().flatten().collect();
            Exchange { asked: asked.at, given: given.map(|given| given.at), facts }
        })
    }

    /// When a licence was awaited.
    pub fn awaiting_licence(&self) -> Periods {
        let mut awaiting = Periods::default();
        for exchange in self.exchanges() {
            awaiting.add(
                exchange.facts.first().copied().unwrap_or_default(),
                exchange.asked,
                exchange.until(),
            );
        }
        awaiting
    }
}

/// Stretches of time in which something held.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Periods {
    all: Vec<Period>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Period {
    from: Wall,
    /// `None`: it holds still.
    to: Option<Wall>,
    fact: u32,
}

/// How much of some time it held, and the facts that say so.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Covered {
    /// How long.
    pub time: Micros,
    /// At most a few.
    pub facts: Vec<u32>,
}

impl Periods {
    /// It held from then until then.
    pub fn add(&mut self, fact: u32, from: Wall, to: Wall) {
        self.all.push(Period { from, to: Some(to), fact });
    }

    /// From now on it holds, or does not.
    pub fn set(&mut self, fact: u32, at: Wall, holds: bool) {
        let open = self.all.iter_mut().rev().find(|period| period.to.is_none());
        match (open, holds) {
            (None, true) => self.all.push(Period { from: at, to: None, fact }),
            (Some(open), false) => open.to = Some(at.max(open.from)),
            _ => {}
        }
    }

    /// How much of these stretches of time it held. Where stretches or periods overlap, time counts once.
    pub fn cover(&self, stretches: &[(Wall, Wall)]) -> Covered {
        let stretches = union(stretches.to_vec());
        let end = |period: &Period| period.to.unwrap_or(Wall::MAX);
        let touched =
            |period: &&Period| stretches.iter().any(|(from, to)| period.from < *to && *from < end(period));
        let touching: Vec<&Period> = self.all.iter().filter(touched).collect();
        let held = union(touching.iter().map(|period| (period.from, end(period))).collect());
        let common = stretches.iter().flat_map(|(from, to)| {
            held.iter().map(move |(start, end)| (*end.min(to) - *start.max(from)).at_least_zero())
        });
        let time = common.sum();
        Covered { time, facts: touching.iter().map(|period| period.fact).take(CITED).collect() }
    }
}

/// The same time as sorted stretches that do not touch.
fn union(mut stretches: Vec<(Wall, Wall)>) -> Vec<(Wall, Wall)> {
    stretches.retain(|(from, to)| from < to);
    stretches.arrange();
    let mut merged: Vec<(Wall, Wall)> = Vec::new();
    for (from, to) in stretches {
        match merged.last_mut() {
            Some(last) if from <= last.1 => last.1 = last.1.max(to),
            _ => merged.push((from, to)),
        }
    }
    merged
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        /// Cover equals a naive count of instants.
        #[test]
        fn cover_equals_a_naive_model(
            held in proptest::collection::vec((0i64..50, 0i64..20), 0..8),
            asked in proptest::collection::vec((0i64..50, 0i64..20), 0..8),
        ) {
            let mut periods = Periods::default();
            for (from, length) in &held {
                periods.add(0, Wall(*from), Wall(from + length));
            }
            let inside = |of: &[(i64, i64)], at: i64| of.iter().any(|(from, length)| (*from..from + length).contains(&at));
            let both = (0..80).filter(|at| inside(&held, *at) && inside(&asked, *at)).count();
            let asked: Vec<_> = asked.iter().map(|(from, length)| (Wall(*from), Wall(from + length))).collect();
            prop_assert_eq!(periods.cover(&asked).time, Micros(both as i64));
        }
    }

    #[test]
    fn a_state_holds_until_it_is_told_not_to() {
        let mut hidden = Periods::default();
        hidden.set(1, Wall(10), true);
        hidden.set(2, Wall(20), true);
        assert_eq!(hidden.cover(&[(Wall(0), Wall(100))]), Covered { time: Micros(90), facts: vec![1] });
        hidden.set(3, Wall(30), false);
        hidden.set(4, Wall(40), false);
        assert_eq!(hidden.cover(&[(Wall(0), Wall(100))]).time, Micros(20));
        assert_eq!(hidden.cover(&[(Wall(30), Wall(100))]), Covered::default());
    }
}
