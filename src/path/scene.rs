//! What the tests of the path look at.

use super::carried;
use super::device;
use super::lasting;
use super::place::Witness;
use super::references::TELLING;
use super::series::{Series, at_once};
use crate::conditions::{Noted, OtherTabs, Periods};
use crate::domain::domain;
use crate::event::{Target, TrackKind};
use crate::ledger::Blocking;
use crate::ledger::Books;
use crate::machine::measurement::{self, Measurement};
use crate::machine::places::{Network, Places};
use crate::machine::requests::Fetch;
use crate::machine::{HomeUse, Line, Machine};
pub use crate::sort::usual;
use crate::sort::{Sort, gather};
use crate::time::{Micros, Wall};
use crate::verdict::{Ledger, Stage};
use std::cell::OnceCell;
use std::collections::BTreeSet;

/// An answer that took this part of what was waited for is none of those that are held back [P].
const QUICK: i64 = 4;

/// A stage that took at least twice its usual time and at least this long was slow; less is jitter [P].
const SLOW: Micros = Micros::from_millis(500);

/// The stages of waiting for an answer, without what the server says that it took itself.
const WAITING: &[Stage] =
    &[Stage::Dns, Stage::Connect, Stage::Tls, Stage::RoundTrip, Stage::Wait, Stage::Response];

/// Of what is on the path, this has nearly all: what a test says of it, it says of the stall. In per cent [P].
const ABOVE_ALL: i64 = 75;
/// And of all that no server tells of itself, this: what is chronic, unexplained or the player's is not what the tests looked at.
/// In per cent.
const HALF: i64 = 50;

/// An answer that playback waits for is late because of a queue by no more than it may have waited in it when its question was
/// sent, answered, and both once more, and a second for what was lost and sent again (RFC 6298 §2) [P].
const PASSES: i64 = 4;
const RESENT: Micros = Micros::from_millis(1_000);

/// What made media late.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum LateBy {
    /// Answers that were slow to come.
    Answers,
    /// Bodies that were slow to come.
    Bodies,
    /// Attempts that failed.
    Failures,
    /// Both, as where each packet is late.
    Both,
    /// Neither was slower than it is here anyway, and that is too slow.
    AllAlong,
}

/// What went on while the media segments of a drain window were fetched.
pub struct Scene<'a> {
    /// All requests of the page.
    pub fetches: &'a [Fetch],
    /// Those that brought media of this element, and of which track.
    pub media: Vec<(TrackKind, &'a Fetch)>,
    /// Those that it waited for and that were slow themselves: of a player that gave one up and asked another server, the
    /// one that it gave up.
    pub late: Vec<(TrackKind, &'a Fetch)>,
    /// When the answer to one was slow to come.
    pub waiting: Vec<(Wall, Wall)>,
    /// When the body of one was slow to come.
    pub transferring: Vec<(Wall, Wall)>,
    /// When anything before the last byte was slow, failures and asking too.
    pub slow: Vec<(Wall, Wall)>,
    /// What was slow, if it was above all that.
    pub late_by: Option<LateBy>,
    /// When that was slow.
    pub late_when: Vec<(Wall, Wall)>,
    /// Of the servers that the late media came from, the one that a check asked, and the one beside it.
    server: Option<&'a str>,
    beside: Option<&'a str>,
    /// When what a check measured meanwhile was asked for.
    loaded: Vec<Wall>,
    /// Inputs that told of what a check measured meanwhile, if it is not to be looked at: all was well again by then.
    pub too_late: Vec<u32>,
    /// The answer times of each target, once a test has asked for them: most tests do.
    series: [OnceCell<Option<Series>>; Target::ALL.len()],
    /// The drain window.
    pub window: (Wall, Wall),
    /// When the browser had no connection.
    pub offline: &'a Periods,
    /// What checks measured, whenever.
    pub checks: &'a [Measurement],
    /// What is known of the viewer's line.
    pub line: Line,
    /// What the viewer said of other use of the home's connection meanwhile.
    pub home_use: Option<&'a HomeUse>,
    /// What other tabs got, whenever.
    pub other_tabs: &'a [Noted<OtherTabs>],
    /// Where servers are.
    pub places: &'a Places,
    /// Something in the window could not be observed.
    pub blind: bool,
}

impl<'a> Scene<'a> {
    /// The scene of a stall; `None` if there is no drain window to look at.
    pub fn of(
        books: &'a Books<'a>,
        blocking: &[Blocking<'a>],
        given_up: &[&'a Fetch],
        ledger: &Ledger,
        (machine, checks): (&'a Machine, &'a [Measurement]),
        blind: bool,
    ) -> Option<Scene<'a>> {
        let late_by = late_by(ledger);
        let usually = late_by == Some(LateBy::AllAlong);
        let slow = |stages: &dyn Fn(Stage) -> bool| slow(ledger, stages, usually);
        let window = ledger.window?;
        let awaited = blocking.iter().filter_map(|one| Some((one.named.track, one.fetch?)));
        let failed = blocking.iter().flat_map(|one| one.failed.iter().map(|fetch| (one.named.track, *fetch)));
        let failing = slow(&|stage| stage == Stage::Failed);
        let track = blocking.first().map(|one| one.named.track);
        let given_up = given_up.iter().filter_map(|fetch| Some((track?, *fetch)));
        let mut scene = Scene {
            fetches: books.fetches(),
            media: books.media().collect(),
            late: Vec::new(),
            waiting: slow(&|stage| WAITING.contains(&stage)),
            transferring: slow(&|stage| stage == Stage::Transfer),
            slow: slow(&|stage| stage <= Stage::Transfer),
            late_by,
            late_when: Vec::new(),
            server: None,
            beside: None,
            loaded: Vec::new(),
            too_late: Vec::new(),
            series: Default::default(),
            window,
            offline: &machine.conditions.offline,
            checks,
            line: machine.line,
            home_use: machine.home_use.iter().rfind(|said| (window.0..=window.1).contains(&said.during)),
            other_tabs: &machine.conditions.other_tabs,
            places: &machine.places,
            blind,
        };
        scene.late_when = match late_by {
            Some(LateBy::Answers) => scene.waiting.clone(),
            Some(LateBy::Bodies) => scene.transferring.clone(),
            Some(LateBy::Failures) => failing,
            Some(LateBy::Both | LateBy::AllAlong) => {
                scene.waiting.iter().chain(&scene.transferring).copied().collect()
            }
            None => Vec::new(),
        };
        let was_slow = |(_, fetch): &(TrackKind, &Fetch)| {
            let span = (fetch.asked, fetch.over().unwrap_or(window.1));
            covered(&scene.late_when, &[span]).1 >= SLOW
        };
        scene.late = match late_by {
            Some(LateBy::Failures) => failed.collect(),
            _ => awaited.chain(given_up).filter(was_slow).collect(),
        };
        scene.server = scene.asked();
        let beside =
            |measured: &&Measurement| measured.target == Target::Sibling && scene.while_late(measured);
        scene.beside = checks.iter().filter(beside).find_map(|measured| measured.host.as_deref());
        let away = |measured: &&Measurement| measured.target.is_away() && measured.ran();
        let loaded = checks.iter().filter(away).filter(|measured| scene.while_late(measured));
        let mut loaded: Vec<Wall> = loaded.map(|measured| measured.from).collect();
        loaded.arrange();
        loaded.dedup();
        scene.loaded = loaded;
        let looked = scene.loaded.first();
        if looked.is_some_and(|first| lasting::may_be_over(&scene, *first) && lasting::saw_nothing(&scene)) {
            let all = Target::ALL.into_iter().flat_map(|target| scene.under_load(target)).map(|of| of.fact);
            scene.too_late = all.collect();
            scene.loaded.clear();
            scene.series = Default::default();
        }
        Some(scene)
    }

    /// The answer times of this target, made at the first question.
    pub fn series(&self, target: Target, make: impl FnOnce() -> Option<Series>) -> Option<&Series> {
        let place = Target::ALL.iter().position(|other| *other == target)?;
        self.series.get(place)?.get_or_init(make).as_ref()
    }

    /// A shorter queue explains nothing of what playback waited for.
    pub fn least_queue(&self) -> Micros {
        if !matches!(self.late_by, Some(LateBy::Answers | LateBy::Both)) {
            return carried::least_queue(self);
        }
        let waited = |fetch: &Fetch| fetch.response.or(fetch.over()).unwrap_or(self.window.1) - fetch.asked;
        let longest = self.late.iter().map(|(_, fetch)| waited(fetch)).max().unwrap_or_default();
        Micros((longest - RESENT).at_least_zero().0 / PASSES)
    }

    /// Of the servers that the late media came from, the one that a check asked most often while it was slow.
    fn asked(&self) -> Option<&'a str> {
        let times = |host: &str| {
            let of_it = |measured: &&Measurement| {
                measured.target == Target::Stalled && measured.host.as_deref() == Some(host)
            };
            self.checks.iter().filter(of_it).filter(|measured| self.while_late(measured)).count()
        };
        // Among equals the first that playback waited for.
        self.late.iter().rev().map(|(_, fetch)| fetch.host.as_str()).max_by_key(|host| times(host))
    }

    fn while_late(&self, measured: &Measurement) -> bool {
        let during = self.late_when.iter();
        during.fold(false, |any, (from, to)| any || (*from <= measured.at && measured.from <= *to))
    }

    /// The networks of the servers that playback waited for.
    pub fn networks(&self) -> impl Iterator<Item = Option<Network>> + '_ {
        self.late.iter().map(|(_, fetch)| self.places.network(&fetch.host))
    }

    /// All of these servers and those that playback waited for are in networks that are known. What is elsewhere is in others.
    pub fn placed(&self, networks: impl IntoIterator<Item = Option<Network>>) -> bool {
        self.networks().chain(networks).all(|network| network.is_some())
    }

    /// Requests that went over the network to other sites than playback waited for, in other networks as far as is known.
    pub fn elsewhere(&self) -> Vec<(Witness<'a>, &'a Fetch)> {
        let here: Vec<Option<&str>> = self.late.iter().map(|(_, fetch)| domain(&fetch.host)).collect();
        // Where the late media comes from a host that can't be placed, nothing is known to be elsewhere.
        if here.is_empty() || here.contains(&None) {
            return Vec::new();
        }
        let late_track = |track| self.late.iter().any(|(late, _)| *late == track);
        let of_late_tracks = self.media.iter().filter(|(track, _)| late_track(*track));
        let serving: BTreeSet<&str> = gather(of_late_tracks.map(|(_, fetch)| fetch.host.as_str()));
        let elsewhere =
            self.fetches.iter().filter(|fetch| !fetch.cached && !serving.contains(fetch.host.as_str()));
        let networks: Vec<Network> = self.networks().flatten().collect();
        let named = elsewhere.filter_map(|fetch| {
            let network = self.places.network(&fetch.host);
            Some((Witness { site: domain(&fetch.host)?, network }, fetch))
        });
        let other = |witness: &Witness| {
            let same = witness.network.is_some_and(|network| networks.contains(&network));
            !here.contains(&Some(witness.site)) && !same
        };
        named.filter(|(witness, _)| other(witness)).collect()
    }

    /// What was measured of this target while the late media was slow, or at the same moment as what was still being measured
    /// then. Of the servers that playback asks, only of one that the late media came from.
    pub fn under_load(&self, target: Target) -> impl Iterator<Item = &'a Measurement> + '_ {
        self.ever(target).filter(move |measured| {
            // A busy device may not even ask everybody at once.
            let own = !target.is_away() && !self.loaded.is_empty() && self.while_late(measured);
            own || self.loaded.iter().any(|asked| at_once(*asked, measured.from))
        })
    }

    /// Of the bodies that a check fetched from it meanwhile one that tells by this rule, if any does.
    pub fn body(
        &self,
        target: Target,
        tells: impl Fn(&Measurement) -> Option<bool>,
    ) -> Option<(&'a Measurement, Option<bool>)> {
        let bodies = || self.under_load(target).filter(|measured| measured.body.is_some());
        let mut told = bodies().map(|measured| (measured, tells(measured)));
        told.find(|(_, told)| told.is_some()).or(bodies().next().map(|body| (body, None)))
    }

    /// What was measured of it before the buffer drained, while nothing was being fetched.
    pub fn at_rest(&self, target: Target) -> impl Iterator<Item = &'a Measurement> + '_ {
        let quiet = measurement::at_rest(self.checks, self.fetches, target, self.window.0);
        quiet.filter(move |measured| self.of_late(measured))
    }

    /// Whatever was measured of it until the stall was over.
    pub fn ever(&self, target: Target) -> impl Iterator<Item = &'a Measurement> + '_ {
        let here = move |measured: &&Measurement| {
            measured.target == target
                && measured.from <= self.window.1
                && measured.ran()
                && self.of_late(measured)
        };
        self.checks.iter().filter(here)
    }

    fn of_late(&self, measured: &Measurement) -> bool {
        match measured.target {
            Target::Stalled => measured.host.as_deref() == self.server,
            Target::Sibling => measured.host.as_deref() == self.beside,
            Target::Device | Target::Gateway | Target::ReferenceA | Target::ReferenceB => true,
        }
    }

    /// The fastest of the late bodies: bytes in how long. `None` if nothing came of any.
    pub fn late_rate(&self) -> Option<(u64, Micros)> {
        let rates = self.late.iter().filter_map(|(_, fetch)| rate(fetch));
        rates.reduce(|a, b| if faster(b, a, 1, 1) { b } else { a })
    }

    /// A server sent what it has at hand at once (`true`), `times` as quickly as what was late, or as slowly (`false`).
    pub fn at_hand(&self, measured: &Measurement, times: u64) -> Option<bool> {
        let body = measured.body.filter(|(bytes, _)| *bytes >= TELLING / 2)?;
        match self.late_by? {
            LateBy::Answers => {
                let (waited, _) = covered(&self.waiting, &[]);
                let at_once = measured.answer?.0.saturating_mul(QUICK) <= waited.0;
                (at_once && lasting::as_late_as_ever(self, measured)).then_some(true)
            }
            LateBy::Bodies => self.beside_late(measured, body, (times, 1), (2, 1)),
            LateBy::Both | LateBy::AllAlong | LateBy::Failures => None,
        }
    }

    /// A body that was measured came so many times as fast as the late ones, which were as late as ever (`true`), or less than so
    /// many times (`false`).
    pub fn beside_late(
        &self,
        measured: &Measurement,
        body: (u64, Micros),
        well: (u64, u64),
        slowly: (u64, u64),
    ) -> Option<bool> {
        let late = self.late_rate()?;
        match (faster(body, late, well.0, well.1), faster(body, late, slowly.0, slowly.1)) {
            (true, _) => lasting::as_late_as_ever(self, measured).then_some(true),
            // A busy device takes its time over what comes in.
            (_, false) => (!device::is_busy(self)).then_some(false),
            _ => None,
        }
    }
}

/// Bytes of the body, and in how long they came; of one under way, so far.
pub fn rate(fetch: &Fetch) -> Option<(u64, Micros)> {
    let from = fetch.response?;
    let (to, bytes) = match fetch.network_end.or(fetch.delivered()) {
        Some(end) if fetch.failed.is_none() => (end, fetch.size.or(fetch.received.map(|(_, bytes)| bytes))?),
        _ => fetch.received?,
    };
    Some((bytes, (to - from).max(Micros::from_millis(1))))
}

/// `a` is at least `times / of` as fast as `b`.
pub fn faster(a: (u64, Micros), b: (u64, Micros), times: u64, of: u64) -> bool {
    let left = u128::from(a.0) * u128::from(b.1.0.unsigned_abs()) * u128::from(of);
    left >= u128::from(b.0) * u128::from(a.1.0.unsigned_abs()) * u128::from(times)
}

/// The time from each of these stretches' begin to its end, and so much around it.
pub fn around(stretches: &[(Wall, Wall)], near: Micros) -> Vec<(Wall, Wall)> {
    stretches.iter().map(|(from, to)| (*from - near, *to + near)).collect()
}

/// The moment lies in one of these stretches.
pub fn within(stretches: &[(Wall, Wall)], at: Wall) -> bool {
    stretches.iter().any(|(from, to)| (*from..=*to).contains(&at))
}

/// How long these stretches are together, and how much of that the witnesses cover. Overlaps count once.
pub fn covered(stretches: &[(Wall, Wall)], witnesses: &[(Wall, Wall)]) -> (Micros, Micros) {
    let (mut all, mut seen) = (Periods::default(), Periods::default());
    for (from, to) in stretches {
        all.add(0, *from, *to);
    }
    for (from, to) in witnesses {
        seen.add(0, *from, *to);
    }
    (all.cover(stretches).time, seen.cover(stretches).time)
}

fn late_by(ledger: &Ledger) -> Option<LateBy> {
    let (answers, bodies) = (ledger.share(WAITING), ledger.share(&[Stage::Transfer]));
    let path = answers + bodies + ledger.share(&[Stage::Failed, Stage::Queue]);
    let told = ledger.share(&[Stage::Edge, Stage::Origin]);
    let stall = ledger.share(&Stage::ALL) + ledger.chronic + ledger.unexplained - told;
    let at_least =
        |part: Micros, percent: i64, of: Micros| part.0.saturating_mul(100) >= of.0.saturating_mul(percent);
    let above_all =
        |part: Micros| part > Micros::ZERO && at_least(part, ABOVE_ALL, path) && at_least(part, HALF, stall);
    match (answers, bodies) {
        (_, bodies) if above_all(bodies) => Some(LateBy::Bodies),
        (answers, _) if above_all(answers) => Some(LateBy::Answers),
        (answers, bodies) if above_all(answers + bodies) => Some(LateBy::Both),
        _ if above_all(ledger.share(&[Stage::Failed])) => Some(LateBy::Failures),
        _ if ledger.chronic > Micros::ZERO && at_least(ledger.chronic, HALF, stall) => {
            let spent = |of: &dyn Fn(Stage) -> bool| -> Micros {
                let times = ledger.segments.iter().flat_map(|account| &account.stages);
                times.filter(|time| of(time.stage)).map(|time| time.spent).sum()
            };
            let path = spent(&|stage| WAITING.contains(&stage) || stage == Stage::Transfer);
            at_least(path, HALF, spent(&|_| true)).then_some(LateBy::AllAlong)
        }
        _ => None,
    }
}

/// When stages like these were slow, or as slow as `usually`. An account's stages follow one another from its begin.
fn slow(ledger: &Ledger, stages: &dyn Fn(Stage) -> bool, usually: bool) -> Vec<(Wall, Wall)> {
    let mut slow = Vec::new();
    for account in &ledger.segments {
        let mut from = account.from;
        for time in &account.stages {
            let to = from + time.spent;
            let twice = time.usual.is_some_and(|usual| usual.0.saturating_mul(2) <= time.spent.0);
            if stages(time.stage) && time.spent >= SLOW && (twice || usually) {
                slow.push((from, to));
            }
            from = to;
        }
    }
    slow
}
