//! The check: small measurements that tell the parts of the path apart where what the page does by itself does not
//! (ATTRIBUTION §3.4). This says what is to be measured, when, and how little; whoever has a network does it
//! (`extension/check.js`), and what came of it enters as [`Event::Checked`]. docs/attribution.md has the rules in words.
//!
//! A check must not make a stall longer. So answer times come first, which are a packet or two each; bodies follow only
//! where answer times show that nothing waits in a queue that playback's own data waits in, too: what is full is not filled
//! further, and that it is full says enough, unless answers leave it so close together that the line carries far more than playback
//! gets (`src/path/carried.rs`). All of a stall's measurements together move no more than [`BYTES_A_STALL`].

use crate::event::{Asker, Target};
use crate::ledger::{Blocking, Books};
use crate::machine::measurement::{Measurement, at_rest};
use crate::machine::requests::Fetch;
use crate::machine::{Element, Machine};
use crate::path::REFERENCES;
use crate::path::carried;
use crate::path::series::{PROMPT, Series, Trend};
use crate::sort::gather;
use crate::stall::Sighting;
use crate::status::{CheckState, CheckStatus};
use crate::time::{Micros, Wall};
use crate::verdict::StallKind;
use serde::Serialize;
use std::collections::BTreeSet;

/// A stall is checked from here on: shorter ones are over before anything is learnt [P].
const AFTER: Micros = Micros::from_millis(300);
/// An answer that media waits for is late after this, and looked at while playback still goes on: what may be over when it
/// stops tells nothing (`src/path/lasting.rs`) [P].
const LATE: Micros = Micros::from_millis(1_000);
/// It is looked at again after this [P].
const AGAIN: Micros = Micros::from_millis(2_000);
/// Whether there is one is worked out so often at most: some pages have a question open all the time. So is whether a playlist is
/// still what playback waits for.
const SOUGHT: Micros = Micros::from_millis(500);
/// Where no more media than this is ahead: else nobody will notice [P].
const NEAR_END: Micros = Micros::from_millis(10_000);
/// Between one round and the next [P].
const PAUSE: Micros = Micros::from_millis(300);
/// Rounds of answer times in a stall [P].
const ROUNDS: usize = 8;
/// A live playlist that is overdue is asked of the server beside so many times, every [`AGAIN`]: it may be newer there [P].
const LISTINGS: usize = 3;
/// Rounds before bodies are thought of: what waits in a queue has shown by then [P].
const FIRST: usize = 1;
/// A measurement is given up after this.
const PATIENCE: Micros = Micros::from_millis(4_000);
/// Answer times at rest are measured anew after this: the session's memory is three minutes.
const REST: Micros = Micros::from_millis(120_000);
/// Playback is at rest while it has so much ahead and no media is being fetched [P].
const AT_REST: Micros = Micros::from_millis(3_000);
/// And was not for so long: a buffer that is being filled is filled without a pause. Nor was a body that took longer than
/// this, from wherever [P].
const STILL: Micros = Micros::from_millis(300);
/// The next round does not wait longer for answers of one: what is lost comes late or never, and is as good a sign as any [P].
const STRAGGLERS: Micros = Micros::from_millis(1_000);
/// A round whose results did not come in this time is over: the background was stopped.
const LOST: Micros = Micros::from_millis(15_000);
/// A verdict waits this long after its stall for what is still being measured.
const DEADLINE: Micros = Micros::from_millis(4_000);
/// Each of four servers sends so much: smaller bodies tell of the round trip alone.
const BYTES: u64 = 64 << 10;
/// A line that others fill carries them at once if it carries so many bits a second at the least, which is about half of what it
/// does: answers are longer than they need be [P].
const CARRIES: u64 = 600_000;
/// From whom.
const TO_MOVE: [Target; 4] = [Target::ReferenceA, Target::ReferenceB, Target::Sibling, Target::Stalled];
/// All bodies of a stall's check together are no more than this.
pub const BYTES_A_STALL: u64 = 4 * BYTES;
/// The viewer's wish is dropped if there was nothing to measure for so long.
const WISH: Micros = Micros::from_millis(60_000);

/// One thing to be measured.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Step {
    /// Who wanted it.
    pub by: Asker,
    /// Whom.
    pub target: Target,
    /// The server that playback waits for: for [`Target::Stalled`], and for [`Target::Sibling`] the one that it is beside.
    pub host: Option<String>,
    /// Bytes of the body to be fetched at most; 0: the answer time only.
    pub bytes: u64,
    /// Its root, where nothing that it sent may be asked for again.
    pub root: bool,
    /// The playlist that the late server was asked for last, with that body.
    pub listing: bool,
    /// Two at once: one of anything may be chance, and one of the two may have to connect.
    pub pair: bool,
    /// Milliseconds after which it is given up.
    pub patience: i64,
}

impl Shown {
    fn new(by: Asker, since: Wall) -> Shown {
        Shown { by, since, waiting: Vec::new(), begun: false, over: None, stopped: false }
    }
}

/// Decides when what is measured. Holds nothing that a verdict depends on: losing it costs measurements.
#[derive(Debug, Default)]
pub struct Checker {
    /// Checks are made of themselves.
    allowed: bool,
    /// The viewer asked for one.
    asked: bool,
    /// Rounds of which something has not come back, the newest last.
    under_way: Vec<Round>,
    /// When the last round was over.
    idle_since: Wall,
    /// When something was last looked at before playback stopped, and when it was last sought.
    looked: Option<Wall>,
    sought: Option<Wall>,
    /// When answer times at rest were last asked for.
    rested: Option<Wall>,
    /// The stall that is being checked: its begin, and the rounds made so far.
    stall: Option<(Wall, usize)>,
    moved: bool,
    /// How often a playlist was asked of the server beside.
    listings: usize,
    /// The viewer stopped it: no stall that began before this is checked any more.
    stopped: Option<Wall>,
    shown: Option<Shown>,
}

/// Some steps that were taken together.
#[derive(Clone, Copy, Debug)]
struct Round {
    since: Wall,
    /// How many have not come back.
    left: usize,
    /// It fetches bodies.
    bodies: bool,
}

/// The check that is told of.
#[derive(Clone, Debug)]
struct Shown {
    by: Asker,
    since: Wall,
    /// What has not come back yet.
    waiting: Vec<Target>,
    /// Some of it was asked for.
    begun: bool,
    over: Option<Wall>,
    stopped: bool,
}

impl Checker {
    /// From now on checks are made of themselves, or not.
    pub fn allow(&mut self, allowed: bool) {
        self.allowed = allowed;
    }

    /// The viewer wants one.
    pub fn ask(&mut self, now: Wall) {
        (self.asked, self.stopped) = (true, None);
        // Once more, but not what moves much.
        if let Some((_, rounds)) = &mut self.stall {
            *rounds = 0;
        }
        self.shown = Some(Shown::new(Asker::Viewer, now));
    }

    /// The viewer wants none any more.
    pub fn stop(&mut self, now: Wall) {
        (self.asked, self.stopped) = (false, Some(now));
        self.under_way.clear();
        if let Some(shown) = self.shown.as_mut().filter(|shown| shown.over.is_none()) {
            shown.waiting.clear();
            (shown.over, shown.stopped) = (Some(now), true);
        }
    }

    /// A measurement came back that began then.
    pub fn heard(&mut self, now: Wall, target: Target, began: Wall) {
        if let Some(shown) = &mut self.shown
            && let Some(place) = shown.waiting.iter().position(|waiting| *waiting == target)
        {
            shown.waiting.remove(place);
        }
        let of = self.under_way.iter().rposition(|round| round.since <= began).unwrap_or(0);
        if let Some(round) = self.under_way.get_mut(of) {
            round.left = round.left.saturating_sub(1);
        }
        let before = self.under_way.len();
        self.under_way.retain(|round| round.left > 0);
        if self.under_way.len() < before {
            self.idle_since = now;
        }
    }

    /// The verdict on a stall that ended then is awaited until then.
    pub fn awaited(&self, ended: Wall) -> Option<Wall> {
        self.under_way.iter().any(|round| round.since <= ended).then(|| ended + DEADLINE)
    }

    /// What is to be measured now.
    pub fn next(&mut self, machine: &Machine) -> Vec<Step> {
        let now = machine.now;
        self.under_way.retain(|round| now - round.since <= LOST);
        let stalled = machine.elements.values().find_map(|element| {
            let fits = |stall: &&Sighting| stall.kind == StallKind::Starved || machine.licensing().is_some();
            let stall = element.detector.open().filter(fits)?;
            Some((element, stall.began.wall))
        });
        self.settle(now, stalled.map(|(_, began)| began));
        let waits = |round: &Round| round.bodies || now - round.since < STRAGGLERS;
        let busy = self.under_way.iter().any(waits) || now - self.idle_since < PAUSE;
        if !(self.allowed || self.asked) || busy {
            return Vec::new();
        }
        let steps = match stalled {
            Some((element, _)) => self.in_stall(machine, element),
            None => self.before(machine).unwrap_or_else(|| self.at_rest(machine)),
        };
        if !steps.is_empty() {
            let each = |step: &Step| if step.pair { 2 } else { 1 };
            let bodies = steps.iter().any(|step| step.bytes > 0);
            self.under_way.push(Round { since: now, left: steps.iter().map(each).sum(), bodies });
            self.show(&steps, now, stalled.is_some());
            self.asked &= stalled.is_some();
        }
        steps
    }

    /// What is measured in a stall, or because the viewer asked for it, is told of.
    fn show(&mut self, steps: &[Step], now: Wall, stalled: bool) {
        // Few know a server beside it: that a playlist was to be asked for there is nothing to look at.
        let worth = stalled && steps.iter().any(|step| !step.listing);
        if !(worth || self.asked) {
            return;
        }
        let by = self.by();
        let shown = self.shown.take().filter(|shown| shown.over.is_none() && shown.by == by);
        let shown = self.shown.insert(shown.unwrap_or_else(|| Shown::new(by, now)));
        let twice = |step: &Step| std::iter::repeat_n(step.target, if step.pair { 2 } else { 1 });
        shown.waiting.extend(steps.iter().flat_map(twice));
        shown.begun = true;
    }

    /// What is told of is over once nothing more will be measured for it.
    fn settle(&mut self, now: Wall, stalled: Option<Wall>) {
        let Some(shown) = self.shown.as_mut().filter(|shown| shown.over.is_none()) else {
            return;
        };
        if !self.under_way.is_empty() {
            return;
        }
        let done = |(of, rounds): (Wall, usize)| Some(of) == stalled && rounds >= ROUNDS && self.moved;
        let done = self.stall.is_some_and(done);
        let over = match shown.by {
            Asker::Automatic => done || stalled.is_none(),
            Asker::Viewer => {
                self.asked &= !done && now - shown.since < WISH;
                !self.asked
            }
        };
        if over {
            shown.waiting.clear();
            shown.over = Some(now);
        }
    }

    /// When the last one was over, if none is under way.
    pub fn over(&self) -> Option<Wall> {
        self.shown.as_ref()?.over
    }

    /// The check that is under way, or the last one.
    pub fn status(&self, machine: &Machine) -> Option<CheckStatus> {
        let shown = self.shown.as_ref()?;
        let measured = |target: &Target| {
            let mut its =
                machine.checks.iter().filter(|one| one.target == *target && one.from >= shown.since);
            its.next_back().cloned()
        };
        Some(CheckStatus {
            by: shown.by,
            since: shown.since,
            state: match (shown.over, shown.begun) {
                (Some(at), _) if shown.stopped => CheckState::Stopped(at),
                (Some(at), _) => CheckState::Over(at),
                (None, false) => CheckState::Waiting,
                (None, true) => CheckState::Measuring,
            },
            parts: Target::ALL
                .map(|target| (target, shown.waiting.contains(&target), measured(&target)))
                .into(),
        })
    }

    fn by(&self) -> Asker {
        if self.asked { Asker::Viewer } else { Asker::Automatic }
    }

    /// Answer times while playback goes on and an answer that media waits for is late.
    fn before(&mut self, machine: &Machine) -> Option<Vec<Step>> {
        let now = machine.now;
        let long_ago = self.looked.is_none_or(|looked| now - looked >= AGAIN)
            && self.sought.is_none_or(|sought| now - sought >= SOUGHT);
        let near_end = |element: &&Element| {
            let detector = &element.detector;
            detector.settled() && detector.wanted() && detector.lead().is_some_and(|lead| lead <= NEAR_END)
        };
        let element = machine.elements.values().find(near_end).filter(|_| long_ago && self.allowed)?;
        let late: Vec<(&str, Wall)> = machine.requests.unanswered_since(now - LATE).collect();
        if late.is_empty() {
            return None;
        }
        self.sought = Some(now);
        let books = Books::open(machine, element);
        let licensing = machine.licensing();
        let waits = |of: &&(&str, Wall)| licensing == Some(**of) || books.waits_long(of.0, now - of.1);
        let (host, _) = late.iter().find(waits)?;
        self.looked = Some(now);
        Some(self.answer_times(host, licensing.is_some_and(|(of, _)| of == *host), true))
    }

    /// Answer times while nothing is fetched: what they are held against.
    fn at_rest(&mut self, machine: &Machine) -> Vec<Step> {
        let now = machine.now;
        let rests = |element: &&Element| {
            let detector = &element.detector;
            detector.settled() && detector.wanted() && detector.lead().is_some_and(|lead| lead >= AT_REST)
        };
        let recent = self.rested.is_some_and(|rested| now - rested < REST) && !self.asked;
        let Some(element) = machine.elements.values().find(rests).filter(|_| !recent) else {
            return Vec::new();
        };
        let lately = || machine.requests.fetched_since(now - STILL, now);
        if lately().any(|(_, came)| came > STILL) {
            return Vec::new();
        }
        let books = Books::open(machine, element);
        let media: BTreeSet<&str> = gather(books.media().map(|(_, fetch)| fetch.host.as_str()));
        let Some(host) = books.media().last().map(|(_, fetch)| fetch.host.clone()) else {
            return Vec::new();
        };
        // Most pages ask other servers for a little all the time: that fills no line, and a buffer that is being filled does.
        if lately().any(|(from, _)| media.contains(from)) {
            return Vec::new();
        }
        self.rested = Some(now);
        // The first of them connects; of the other two one may have met anything.
        let once = self.answer_times(&host, false, false);
        [once.clone(), once.clone(), once].concat()
    }

    fn in_stall(&mut self, machine: &Machine, element: &Element) -> Vec<Step> {
        let now = machine.now;
        let Some(sighting) = element.detector.open().filter(|stall| now - stall.began.wall >= AFTER) else {
            return Vec::new();
        };
        let began = sighting.began.wall;
        if self.stopped.is_some_and(|stopped| began <= stopped) {
            return Vec::new();
        }
        if self.stall.is_none_or(|(of, _)| of != began) {
            (self.stall, self.moved, self.listings) = (Some((began, 0)), false, 0);
        }
        let rounds = self.stall.map_or(0, |(_, rounds)| rounds);
        if rounds >= ROUNDS && self.moved {
            return Vec::new();
        }
        // While a playlist is awaited there is nothing to do at most inputs, and what is awaited now takes long to work out.
        let sought = self.sought.is_some_and(|sought| now - sought < SOUGHT);
        if self.listings > 0 && sought {
            return Vec::new();
        }
        let books = Books::open(machine, element);
        let (blocking, ledger) = books.explain(sighting);
        if let Some(host) = blocking.iter().find_map(|blocking| books.overdue_at(blocking)) {
            self.sought = Some(now);
            // What they move is all that a stall's check may.
            let moved = self.moved && self.listings == 0;
            if moved || self.listings >= LISTINGS || self.listings > 0 && now - self.idle_since < AGAIN {
                return Vec::new();
            }
            (self.moved, self.listings) = (true, self.listings + 1);
            return vec![Step { listing: true, ..self.step(Target::Sibling, host, BYTES) }];
        }
        let there = |blocking: &Blocking| blocking.fetch.is_none_or(|fetch| fetch.over().is_some());
        let licensing = machine.licensing().filter(|_| blocking.iter().all(there));
        let media = || blocking.iter().find_map(|blocking| Some(blocking.fetch?.host.as_str()));
        let Some(host) = licensing.map(|(host, _)| host).or_else(media) else {
            return Vec::new();
        };
        let from = ledger.window.map_or(began, |(from, _)| from);
        if rounds >= FIRST && !self.moved {
            let bodies = self.bodies(machine, books.fetches(), host, (from, began));
            let undecided = bodies.is_none();
            let mut bodies = bodies.unwrap_or_default();
            // It has nothing at hand that anybody may ask for.
            bodies.retain(|step| licensing.is_none() || !step.target.is_named());
            // For who waits for it, it is tried again as more is known.
            self.moved = !bodies.is_empty() || !(self.asked || undecided) || rounds + 1 >= ROUNDS;
            if !bodies.is_empty() {
                return bodies;
            }
        }
        self.stall = Some((began, rounds + 1));
        self.answer_times(host, licensing.is_some(), true)
    }

    fn answer_times(&self, host: &str, root: bool, pair: bool) -> Vec<Step> {
        let step =
            |target| Step { root: root && target == Target::Stalled, pair, ..self.step(target, host, 0) };
        Target::ALL.map(step).into()
    }

    /// Small bodies from those to whom the way is free, or from all where a queue is there on a line that carries them at once: they
    /// tell whether it is what media waits in. `None` while that can't be said yet.
    fn bodies(
        &self,
        machine: &Machine,
        fetches: &[Fetch],
        host: &str,
        (from, began): (Wall, Wall),
    ) -> Option<Vec<Step>> {
        let quiet = |target| at_rest(&machine.checks, fetches, target, from);
        let loaded = || machine.checks.iter().filter(|measured| measured.from >= began);
        let measured =
            |target| Series::of(quiet(target), loaded().filter(|measured| measured.target == target));
        let own = measured(Target::Device);
        let series = |target| {
            let mut series = measured(target);
            series.beside(&own);
            series
        };
        let trend = |target| series(target).trend();
        let no_queue = |target| series(target).has_no_queue();
        // In the first stall of a page there is nothing to compare with, and who asks waits for an answer.
        let prompt = |target| self.asked && trend(target).is_none() && series(target).is_prompt(PROMPT);
        // What a busy device alone may be why of is no queue that anybody has seen.
        let may_be_own = |target| series(target).may_be_own();
        // Where packets are lost, a body of the references' says whether they are lost on what everything shares; one from there
        // says nothing, and takes time in which answers would.
        let lossless = |target| trend(target) == Some(Trend::Flat) || prompt(target) || may_be_own(target);
        let free = |target| no_queue(target) || prompt(target) || may_be_own(target);
        // A router that is slow to answer is no queue where those beyond it are as quick as ever.
        let slow = trend(Target::Gateway) == Some(Trend::Up) && !REFERENCES.into_iter().all(no_queue);
        if slow || REFERENCES.map(trend).contains(&Some(Trend::Up)) {
            // One moment may be chance.
            self.stall.filter(|(_, rounds)| *rounds > FIRST)?;
            let rest = |target| quiet(target).filter_map(Measurement::answered_in).min();
            let carries = carried::serves(loaded(), rest)? >= CARRIES;
            return carries.then(|| TO_MOVE.map(|target| self.step(target, host, BYTES)).into());
        }
        // Those that are likely to be quick first: what is measured last may be measured when all is well again.
        let references = REFERENCES.into_iter().filter(|target| free(*target));
        let servers = [Target::Sibling, Target::Stalled].into_iter().filter(|target| lossless(*target));
        Some(references.chain(servers).map(|target| self.step(target, host, BYTES)).collect())
    }

    fn step(&self, target: Target, host: &str, bytes: u64) -> Step {
        let host = target.is_named().then(|| host.to_owned());
        Step {
            by: self.by(),
            target,
            host,
            bytes,
            root: false,
            listing: false,
            pair: false,
            patience: PATIENCE.as_millis(),
        }
    }
}
