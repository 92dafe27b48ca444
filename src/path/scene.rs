//! What the tests of the path look at.

use super::networks::domain;
use super::references::TELLING;
use crate::check::{self, Measurement};
use crate::conditions::Periods;
use crate::event::{Target, TrackKind};
use crate::ledger::Blocking;
use crate::ledger::Books;
use crate::ledger::fetch::Fetch;
use crate::sort::{Sort, gather};
use crate::time::{Micros, Wall};
use crate::verdict::{Ledger, Stage};
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
/// And of the whole stall, this: what is chronic, unexplained or the player's is not what the tests looked at. In per cent.
const HALF: i64 = 50;

/// What made media late.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum LateBy {
    /// Answers that were slow to come.
    Answers,
    /// Bodies that were slow to come.
    Bodies,
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
    /// What was slow, if it was one of them above all.
    pub late_by: Option<LateBy>,
    /// The drain window.
    pub window: (Wall, Wall),
    /// When the browser had no connection.
    pub offline: &'a Periods,
    /// What checks measured, whenever.
    pub checks: &'a [Measurement],
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
        (offline, checks): (&'a Periods, &'a [Measurement]),
        blind: bool,
    ) -> Option<Scene<'a>> {
        let slow = |stages: &dyn Fn(Stage) -> bool| slow(ledger, stages);
        let window = ledger.window?;
        let awaited = blocking.iter().filter_map(|one| Some((one.named.track, one.fetch?)));
        let track = blocking.first().map(|one| one.named.track);
        let given_up = given_up.iter().filter_map(|fetch| Some((track?, *fetch)));
        let mut scene = Scene {
            fetches: books.fetches(),
            media: books.media().collect(),
            late: Vec::new(),
            waiting: slow(&|stage| WAITING.contains(&stage)),
            transferring: slow(&|stage| stage == Stage::Transfer),
            slow: slow(&|stage| stage <= Stage::Transfer),
            late_by: late_by(ledger),
            window,
            offline,
            checks,
            blind,
        };
        let was_slow = |(_, fetch): &(TrackKind, &Fetch)| {
            let span = (fetch.asked, fetch.over().unwrap_or(window.1));
            covered(scene.late_when(), &[span]).1 >= SLOW
        };
        scene.late = awaited.chain(given_up).filter(was_slow).collect();
        Some(scene)
    }

    /// When what made media late was slow.
    pub fn late_when(&self) -> &[(Wall, Wall)] {
        match self.late_by {
            Some(LateBy::Answers) => &self.waiting,
            Some(LateBy::Bodies) => &self.transferring,
            None => &[],
        }
    }

    /// Requests that went over the network to sites other than those that playback waited for, each with its site's domain.
    pub fn elsewhere(&self) -> Vec<(&'a str, &'a Fetch)> {
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
        let named = elsewhere.filter_map(|fetch| Some((domain(&fetch.host)?, fetch)));
        named.filter(|(name, _)| !here.contains(&Some(*name))).collect()
    }

    /// What was measured of this target while the late media was slow. Of the servers that playback asks, only of those
    /// that the late media came from.
    pub fn under_load(&self, target: Target) -> impl Iterator<Item = &'a Measurement> + '_ {
        let slow = |measured: &&Measurement| {
            let during = self.late_when().iter();
            during.fold(false, |any, (from, to)| any || (*from <= measured.at && measured.from <= *to))
        };
        self.measured(target).filter(slow)
    }

    /// What was measured of it before the buffer drained, while nothing was being fetched.
    pub fn at_rest(&self, target: Target) -> impl Iterator<Item = &'a Measurement> + '_ {
        let quiet = check::at_rest(self.checks, self.fetches, target, self.window.0);
        quiet.filter(move |measured| self.of_late(measured))
    }

    fn of_late(&self, measured: &Measurement) -> bool {
        let late = |host: &String| self.late.iter().any(|(_, fetch)| fetch.host == *host);
        measured.target != Target::Stalled || measured.host.as_ref().is_some_and(late)
    }

    fn measured(&self, target: Target) -> impl Iterator<Item = &'a Measurement> + '_ {
        let here = move |measured: &&Measurement| {
            measured.target == target && measured.ran() && self.of_late(measured)
        };
        self.checks.iter().filter(here)
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
                (measured.answer?.0.saturating_mul(QUICK) <= waited.0).then_some(true)
            }
            LateBy::Bodies => self.beside_late(body, (times, 1), (2, 1)),
        }
    }

    /// A body came so many times as fast as the late ones (`true`), or less than so many times (`false`).
    pub fn beside_late(&self, body: (u64, Micros), well: (u64, u64), slowly: (u64, u64)) -> Option<bool> {
        let late = self.late_rate()?;
        match (faster(body, late, well.0, well.1), faster(body, late, slowly.0, slowly.1)) {
            (true, _) => Some(true),
            (_, false) => Some(false),
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

/// The median, if there are at least three: of three, one outlier is not the median [P].
pub fn usual<T: Ord + Copy>(mut samples: Vec<T>) -> Option<T> {
    samples.arrange();
    samples.get(samples.len() / 2).copied().filter(|_| samples.len() >= 3)
}

fn late_by(ledger: &Ledger) -> Option<LateBy> {
    let (answers, bodies) = (ledger.share(WAITING), ledger.share(&[Stage::Transfer]));
    let path = answers + bodies + ledger.share(&[Stage::Failed, Stage::Queue]);
    let stall = ledger.share(&Stage::ALL) + ledger.chronic + ledger.unexplained;
    let above_all = |part: Micros| {
        let percent = part.0.saturating_mul(100);
        percent >= path.0.saturating_mul(ABOVE_ALL) && percent >= stall.0.saturating_mul(HALF)
    };
    match (answers, bodies) {
        (_, bodies) if bodies > Micros::ZERO && above_all(bodies) => Some(LateBy::Bodies),
        (answers, _) if answers > Micros::ZERO && above_all(answers) => Some(LateBy::Answers),
        _ => None,
    }
}

/// When stages like these were slow. An account's stages follow one another from its begin.
fn slow(ledger: &Ledger, stages: &dyn Fn(Stage) -> bool) -> Vec<(Wall, Wall)> {
    let mut slow = Vec::new();
    for account in &ledger.segments {
        let mut from = account.from;
        for time in &account.stages {
            let to = from + time.spent;
            let twice = time.usual.is_some_and(|usual| usual.0.saturating_mul(2) <= time.spent.0);
            if stages(time.stage) && time.spent >= SLOW && twice {
                slow.push((from, to));
            }
            from = to;
        }
    }
    slow
}
