//! The façade: one frame's session.

mod log;

use crate::bundle::Bundle;
use crate::check::{Checker, Step};
use crate::event::{ElementId, Event, Input};
use crate::explain::verdict;
use crate::ledger::Books;
use crate::machine::{Element, Machine};
use crate::path::{Observation, home_use, wants_answer};
use crate::stall::Sighting;
use crate::status::{LINGER, MediaStatus, PlayState, QUIET, RESULT, StallSummary, Status};
use crate::tally::{Tally, Watched};
use crate::time::{MediaTime, Micros, Wall};
use crate::verdict::Stall;
use log::Log;
use std::collections::{BTreeMap, VecDeque};

/// What the caller should do next.
#[derive(Clone, Debug, PartialEq)]
pub enum Output {
    /// Hand in [`crate::Event::Tick`] at this time, or any input before it.
    WakeAt(Wall),
    /// What is going on has changed: show it.
    View(Box<Status>),
    /// A stall has ended: keep its evidence.
    Record(Box<Bundle>),
    /// Keep this in place of the evidence that had this hash.
    Revise(String, Box<Bundle>),
    /// Measure this, one after the other, and hand in what comes of each.
    Check(Vec<Step>),
}

/// Facts of a stall's end may reach the log this much later: batches, Resource Timing. The laboratory's runs are held against
/// it in `crates/lab/src/evidence.rs`.
const SETTLE: Micros = Micros::from_millis(200);
/// A body that playback waited for may still stream in when it goes on, and its end says surely whose bytes they were. For more
/// than this nobody waits.
const LATEST: Micros = Micros::from_millis(500);
/// A stall under way is shown afresh this often.
const REFRESH: Micros = Micros::from_millis(250);
/// One value of the buffer chart.
const CHART_STEP: Micros = Micros::from_millis(1000);
/// Values of the buffer chart.
const CHART_LENGTH: usize = 120;
/// Stalls listed.
const LISTED: usize = 50;

/// Watches the media elements of one frame.
///
/// Mutate with [`Session::handle`], then drain [`Session::poll`]. Bounded: the log forgets (see `log.rs`), and what is
/// known is folded anew from what it kept.
#[derive(Debug)]
pub struct Session {
    build: String,
    log: Log,
    machine: Machine,
    past: BTreeMap<ElementId, Past>,
    outputs: VecDeque<Output>,
    shown: Option<Shown>,
    /// When the newest adjustment that was shown began or ended.
    adjusted: Option<Wall>,
    checker: Checker,
    /// What an earlier session of the same page had counted.
    carried: Watched,
}

/// What was last shown.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Shown {
    at: Wall,
    stalled: bool,
}

/// What is remembered of an element beyond the log.
#[derive(Clone, Debug)]
struct Past {
    /// Stalls that ended by then are recorded.
    recorded_until: Wall,
    leads: VecDeque<(Wall, Micros)>,
    stalls: VecDeque<StallSummary>,
    last: Option<Stall>,
    /// The evidence of the last one, where the viewer's answer would decide something.
    open: Option<Box<Bundle>>,
    tally: Tally,
}

impl Default for Past {
    fn default() -> Past {
        Past {
            recorded_until: Wall::MIN,
            leads: VecDeque::new(),
            stalls: VecDeque::new(),
            last: None,
            open: None,
            tally: Tally::default(),
        }
    }
}

impl Past {
    fn remember(&mut self, stall: &Stall) {
        self.stalls.push_back(StallSummary {
            began: stall.began.wall,
            position: stall.began.media,
            duration: stall.duration,
            kind: stall.kind,
            cause: stall.cause.clone(),
        });
        if self.stalls.len() > LISTED {
            self.stalls.pop_front();
        }
        self.last = Some(stall.clone());
    }
}

impl Session {
    /// A session that has seen nothing. `build` names the program in the bundles it makes.
    pub fn new(build: &str) -> Session {
        Session {
            build: build.to_owned(),
            log: Log::default(),
            machine: Machine::default(),
            past: BTreeMap::new(),
            outputs: VecDeque::new(),
            shown: None,
            adjusted: None,
            checker: Checker::default(),
            carried: Watched::default(),
        }
    }

    /// Whether checks are made of themselves when playback stalls, from now on. They are not unless this was said.
    pub fn allow_checks(&mut self, allowed: bool) {
        self.checker.allow(allowed);
    }

    /// The viewer wants a check, now.
    pub fn check(&mut self) {
        self.checker.ask(self.machine.now);
        self.outputs_of_check();
    }

    /// The viewer wants no more of the check that is under way.
    pub fn stop_check(&mut self) {
        self.checker.stop(self.machine.now);
    }

    /// The viewer says whether anything else in the home used the connection while playback last stood.
    pub fn answer(&mut self, others: bool) {
        let began = |past: &&mut Past| past.last.as_ref().map(|stall| stall.began.wall);
        let Some(past) = self.past.values_mut().max_by_key(began) else { return };
        let Some((stall, bundle)) = past.last.as_ref().zip(past.open.take()) else { return };
        let revised = bundle.and(home_use(stall, others));
        past.last = revised.report.stalls.last().cloned();
        self.outputs.push_back(Output::Revise(bundle.fingerprint(), Box::new(revised)));
        self.shown = None;
        self.show();
    }

    fn outputs_of_check(&mut self) {
        let before = self.checker.over();
        let steps = self.checker.next(&self.machine);
        // What came of it goes from view again.
        let over = self.checker.over().filter(|over| Some(*over) != before);
        self.outputs.extend(over.map(|over| Output::WakeAt(over + RESULT)));
        if !steps.is_empty() {
            self.outputs.push_back(Output::Check(steps));
        }
    }

    /// Takes one input. Inputs come in the order of the numbered log; their times may go back a little.
    pub fn handle(&mut self, input: Input) {
        self.machine.take(self.log.next_fact(), &input);
        let looked = match input.event {
            Event::Playback { element, .. } => Some(element),
            _ => None,
        };
        if let Event::Checked { target, from, .. } = input.event {
            self.checker.heard(self.machine.now, target, from);
        }
        if input.event != Event::Tick {
            self.log.push(input);
        }
        self.outputs_of_check();
        self.count(looked);
        self.chart();
        self.record();
        self.show();
        self.show_adjustment();
        if self.log.is_full() {
            self.log.forget(&self.machine);
            let before = std::mem::replace(&mut self.machine, Machine::replay(self.log.inputs()));
            self.machine.remember_quality(before);
        }
    }

    /// The next output, `None` when all were taken.
    pub fn poll(&mut self) -> Option<Output> {
        self.outputs.pop_front()
    }

    /// The inputs that this session would need to be rebuilt.
    pub fn inputs(&self) -> &[Input] {
        self.log.inputs()
    }

    /// Some player should play and does not.
    pub fn is_stalled(&self) -> bool {
        self.machine.elements.values().any(|element| element.detector.open().is_some())
    }

    /// A stall that no evidence was made of yet: it is under way, or has just ended.
    pub fn unrecorded(&self) -> Option<Stall> {
        self.machine.elements.iter().find_map(|(id, element)| {
            let until = self.past.get(id).map_or(Wall::MIN, |past| past.recorded_until);
            let ended = element.detector.finished_after(until).map(|(_, sighting)| sighting);
            let sighting = ended.or_else(|| element.detector.open().cloned())?;
            Some(verdict(&self.machine, &Books::open(&self.machine, element), &sighting))
        })
    }

    /// What was watched in this frame.
    pub fn watched(&self) -> Watched {
        self.past.values().fold(self.carried, |sum, past| sum + past.tally.watched())
    }

    /// So much had been watched by now: goes on counting from there, whatever came of the inputs so far.
    pub fn carry(&mut self, watched: Watched) {
        self.carried = watched;
        self.past.values_mut().for_each(|past| past.tally.reset());
    }

    /// What is going on right now.
    pub fn status(&self) -> Status {
        let media =
            self.machine.elements.iter().map(|(id, element)| self.media_status(*id, element)).collect();
        Status { at: self.machine.now, media, check: self.checker.status(&self.machine) }
    }

    fn media_status(&self, id: ElementId, element: &Element) -> MediaStatus {
        let past = self.past.get(&id).cloned().unwrap_or_default();
        let open = element.detector.open();
        let books = open.map(|_| Books::open(&self.machine, element));
        MediaStatus {
            element: id,
            playing: play_state(element),
            position: element.detector.last().map_or(MediaTime(0), |look| look.position),
            lead: element.detector.lead(),
            lead_history: past.leads.into(),
            tracks: self.machine.tracks_of(element).iter().map(|track| track.kind).collect(),
            current: open
                .zip(books.as_ref())
                .map(|(sighting, books)| verdict(&self.machine, books, sighting)),
            resumes_in: open.zip(books.as_ref()).and_then(|(sighting, books)| books.resumes_in(sighting)),
            stalls: past.stalls.into(),
            last: past.last,
            size: element.quality.shown(),
            adjusted: element.quality.open().copied(),
            adjustments: element.quality.finished().copied().collect(),
        }
    }

    fn count(&mut self, looked: Option<ElementId>) {
        let of = |id: ElementId| Some((id, self.machine.elements.get(&id)?));
        if let Some((id, element)) = looked.and_then(of)
            && let Some(look) = element.detector.last()
        {
            self.past.entry(id).or_default().tally.look(look, element.quality.open().is_some());
        }
    }

    fn chart(&mut self) {
        for (id, element) in &self.machine.elements {
            let Some(lead) = element.detector.lead() else {
                continue;
            };
            let past = self.past.entry(*id).or_default();
            if past.leads.back().is_none_or(|(at, _)| self.machine.now - *at >= CHART_STEP) {
                past.leads.push_back((self.machine.now, lead));
                if past.leads.len() > CHART_LENGTH {
                    past.leads.pop_front();
                }
            }
        }
    }

    /// Seals the evidence of stalls that ended long enough ago for all their facts to be in.
    fn record(&mut self) {
        for (id, element) in &self.machine.elements {
            let past = self.past.entry(*id).or_default();
            while let Some((ended, sighting)) = element.detector.finished_after(past.recorded_until) {
                // An end is dated back from where it was seen, and whoever replays has to see it, too.
                let settled = settled(&self.machine, element, &sighting, sighting.seen.unwrap_or(ended));
                // What is still being measured may change the verdict, too, but for that of a stall that another follows.
                let next = element.detector.open().map(|stall| stall.began.wall);
                let awaited = self.checker.awaited(ended).filter(|_| next.is_none());
                let until = awaited.map_or(settled, |awaited| awaited.max(settled));
                if self.machine.now < until {
                    // Until then it is shown as it stands. There is no evidence yet that an answer could be added to.
                    let known = |stall: &Stall| stall.began == sighting.began;
                    if !past.last.as_ref().is_some_and(known) {
                        let books = Books::open(&self.machine, element);
                        let mut stands = verdict(&self.machine, &books, &sighting);
                        stands.would_decide.retain(|id| id != Observation::Household.id());
                        past.last = Some(stands);
                        past.open = None;
                        self.shown = None;
                    }
                    self.outputs.push_back(Output::WakeAt(until));
                    break;
                }
                let checked = self.machine.checks.iter().filter(|measured| measured.from <= ended);
                let checked =
                    checked.map(|measured| measured.at).filter(|at| next.is_none_or(|next| *at < next));
                let settled = checked.fold(settled, Wall::max);
                past.recorded_until = ended;
                let window = Books::open(&self.machine, element).explain(&sighting).1.window;
                let from = window.map_or(sighting.began.wall, |(from, _)| from);
                let bundle = Bundle::seal(&self.build, self.log.evidence(&self.machine, from, settled));
                let Some(stall) = bundle.report.stalls.last().filter(|stall| stall.ended.is_some()) else {
                    continue;
                };
                past.remember(stall);
                past.open = wants_answer(stall).then(|| Box::new(bundle.clone()));
                self.outputs.push_back(Output::Record(Box::new(bundle)));
                self.outputs.push_back(Output::WakeAt(ended + LINGER));
                self.shown = None;
            }
        }
    }

    /// Shows what changed: at once when a stall begins or ends, in steps while it lasts, and once more when its
    /// verdict has been in view long enough.
    fn show(&mut self) {
        let now = self.machine.now;
        let stalled = self.is_stalled();
        let ended =
            self.past.values().filter_map(|past| past.last.as_ref()?.ended).map(|ended| ended.wall).max();
        let lingering = ended.is_some_and(|ended| self.shown.is_some_and(|shown| shown.at - ended < LINGER));
        let due = match self.shown {
            None => stalled || ended.is_some(),
            Some(shown) if shown.stalled != stalled => true,
            Some(shown) if stalled => now - shown.at >= REFRESH,
            Some(_) => lingering && ended.is_some_and(|ended| now - ended >= LINGER),
        };
        if due {
            self.shown = Some(Shown { at: now, stalled });
            self.outputs.push_back(Output::View(Box::new(self.status())));
        }
        if stalled && due {
            self.outputs.push_back(Output::WakeAt(now + CHART_STEP));
        }
    }

    /// A quality that got worse or good again is shown once, and once more when that is to go.
    fn show_adjustment(&mut self) {
        let changed = self.machine.elements.values().filter_map(|element| element.quality.changed()).max();
        if changed > self.adjusted {
            self.adjusted = changed;
            self.outputs.push_back(Output::View(Box::new(self.status())));
            self.outputs.extend(changed.map(|changed| Output::WakeAt(changed + QUIET)));
        }
    }
}

/// When all facts are in of a stall whose end was seen then.
fn settled(machine: &Machine, element: &Element, sighting: &Sighting, seen: Wall) -> Wall {
    let soonest = seen + SETTLE;
    if machine.now < soonest {
        return soonest;
    }
    let books = Books::open(machine, element);
    let (blocking, _) = books.explain(sighting);
    let awaited = blocking.iter().filter_map(|blocking| blocking.fetch);
    let latest = seen + LATEST;
    let over = awaited.map(|fetch| fetch.over().map_or(latest, |over| (over + SETTLE).min(latest)));
    over.fold(soonest, Wall::max)
}

fn play_state(element: &Element) -> PlayState {
    let detector = &element.detector;
    match detector.last() {
        _ if detector.open().is_some() => PlayState::Stalled,
        None => PlayState::Starting,
        Some(look) if look.ended => PlayState::Ended,
        Some(look) if look.seeking => PlayState::Seeking,
        Some(_) if !detector.settled() => PlayState::Starting,
        Some(_) if detector.wanted() => PlayState::Playing,
        Some(_) => PlayState::Paused,
    }
}
