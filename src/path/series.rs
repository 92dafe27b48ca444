//! Answer times that a check measured: under load against at rest.

use super::scene::Scene;
use crate::event::{Reply, Target};
use crate::machine::measurement::Measurement;
use crate::sort::Sort;
use crate::time::{Micros, Wall};
use crate::verdict::Value;

/// Under BBR a full queue adds 24 ms and more (ATTRIBUTION §3.4, emulation check); a browser on a busy machine was seen to
/// add 10 to 20 ms of its own.
pub const UP: Micros = Micros::from_millis(25);
/// Clocks tell whole milliseconds in Firefox, and idle paths jitter [P].
const FLAT: Micros = Micros::from_millis(20);
/// And both are at least so many times what they vary by at rest: five standard deviations are about two and a half times
/// the range of a few samples [P].
const SPREADS: i64 = 2;
/// Where nothing was measured at rest, as where a queue was there from the first byte, the least that was ever measured
/// takes its place. It may have waited, too, so that the rise is at least what is seen, and a busy device's is no less [P].
const ROUGHLY_UP: Micros = Micros::from_millis(100);
/// And what nearly always answers within this waits in no queue worth the name: one that is full adds as much [P].
pub const PROMPT: Micros = Micros::from_millis(60);
/// What waits in one queue waits as long: asked at the same moment, both rise by the same to within this or a tenth of it,
/// whichever is more [P].
const ALIKE: Micros = Micros::from_millis(20);
/// Of two that do, so many answers must: one may be chance [P].
const ALIKE_OFTEN: usize = 2;
/// Asked within this is asked at once.
const AT_ONCE: Micros = Micros::from_millis(100);
/// What was lost while connecting is sent again after a second (RFC 6298 §2), less what clocks are off by.
const AGAIN: Micros = Micros::from_millis(900);
/// So long after it a lost connection attempt is sent again, each time after twice as long (RFC 6298 §5.5).
const CONNECTING: [Micros; 2] = [Micros::from_millis(1_000), Micros::from_millis(3_000)];
/// On a connection that is open, the common implementation sends again after this and a round trip at the soonest (Linux,
/// `TCP_RTO_MIN`), less what clocks are off by.
pub const SOONEST: Micros = Micros::from_millis(180);
/// At so many moments several questions were never answered, though each was sent again and again for seconds: where a tenth is lost,
/// as in the laboratory's worst Wi-Fi, that is no chance, even if another loses a packet meanwhile and answers late at one
/// moment of four [P].
const LONG: usize = 3;
/// Of each kind this many are needed: one may have met anything [P].
const ENOUGH: usize = 2;
/// What took longer by less than so many times what the browser's own answers did may be the device's doing. Where those took
/// longer by [`ROUGHLY_UP`], anything late may be: with a fifth of a processor Firefox's took half a second longer, and others'
/// two [P].
const OWN: i64 = 2;

/// How answer times under load compare with those at rest.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Trend {
    /// As at rest.
    Flat,
    /// Something waits in a queue on the way there.
    Up,
}

/// What was asked of one target at once.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
struct Round {
    asked: Wall,
    /// The quickest first.
    answers: Vec<Micros>,
    /// How many never came.
    lost: usize,
    /// How many connections were broken at once: an answer of a kind, that no packet was lost of.
    reset: usize,
    /// So much longer than at rest the slowest of the browser's own answers took at that moment.
    own: Micros,
}

/// Asked at the same moment.
pub fn at_once(a: Wall, b: Wall) -> bool {
    (a - b).0.abs() <= AT_ONCE.0
}

impl Round {
    /// A queue holds all of them up, anything else one.
    fn took(&self) -> Option<Micros> {
        self.answers.first().copied()
    }

    fn at_once(&self, at: Wall) -> bool {
        at_once(self.asked, at)
    }

    /// The device alone may have been why it took so much longer.
    fn is_own(&self, rise: Micros) -> bool {
        may_be_own(rise, self.own)
    }

    /// None of what was asked was ever answered.
    fn is_mute(&self) -> bool {
        self.answers.is_empty() && self.lost + self.reset > 0
    }
}

/// The device alone may be why something took so much longer, while its own answers took that much longer.
fn may_be_own(rise: Micros, own: Micros) -> bool {
    own >= ROUGHLY_UP || rise.0 < own.0.saturating_mul(OWN)
}

/// The answer times of one target.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Series {
    quiet: Vec<Micros>,
    /// `quiet` is the least that was ever measured.
    rough: bool,
    /// A queue that is shorter explains nothing of what playback waited for.
    matters: Micros,
    /// So much longer than at rest the browser's own answers took.
    own: Micros,
    /// Under load.
    rounds: Vec<Round>,
    /// Of each round what it took, the quickest first.
    loaded: Vec<Micros>,
    /// Inputs that told of all of them.
    pub facts: Vec<u32>,
}

impl Series {
    /// Of what was measured at rest, and under load.
    pub fn of<'a>(
        quiet: impl Iterator<Item = &'a Measurement>,
        loaded: impl Iterator<Item = &'a Measurement>,
    ) -> Series {
        let mut series = Series::default();
        for measured in quiet.filter(|measured| measured.ran()) {
            series.facts.push(measured.fact);
            series.quiet.extend(measured.answered_in());
        }
        for measured in loaded.filter(|measured| measured.ran()) {
            series.facts.push(measured.fact);
            let place = series.rounds.iter().position(|round| round.at_once(measured.from));
            let place = place.unwrap_or(series.rounds.len());
            if place == series.rounds.len() {
                series.rounds.push(Round { asked: measured.from, ..Round::default() });
            }
            if let Some(round) = series.rounds.get_mut(place) {
                round.answers.extend(measured.answered_in());
                round.lost += usize::from(measured.reply == Reply::Failed);
                round.reset += usize::from(measured.reply == Reply::Reset);
            }
        }
        for round in &mut series.rounds {
            round.answers.arrange();
        }
        series.loaded.extend(series.rounds.iter().filter_map(Round::took));
        series.quiet.arrange();
        series.loaded.arrange();
        series
    }

    /// Those to this target, if its answers under load were looked for: before the drain window it was at rest.
    pub fn to<'a>(scene: &'a Scene, target: Target) -> Option<&'a Series> {
        scene.series(target, || {
            let mut series =
                Series::of(scene.at_rest(target), scene.under_load(target).filter(|m| m.body.is_none()));
            if series.quiet.len() < ENOUGH {
                let ever = scene.ever(target).filter(|measured| measured.body.is_none());
                series.quiet = ever.filter_map(Measurement::answered_in).min().into_iter().collect();
                series.rough = true;
            }
            if target.is_away() {
                series.matters = scene.least_queue();
                if let Some(own) = Series::to(scene, Target::Device) {
                    series.beside(own);
                }
            }
            (!series.rounds.is_empty()).then_some(series)
        })
    }

    /// With what the browser itself took to answer meanwhile. A busy device may not even ask everybody at once.
    pub fn beside(&mut self, own: &Series) {
        let Some(rest) = own.rest() else { return };
        self.own = own.rise().unwrap_or_default().at_least_zero();
        for round in &mut self.rounds {
            let nearest = own.rounds.iter().min_by_key(|own| (own.asked - round.asked).0.abs());
            let slowest = nearest.and_then(|own| own.answers.last());
            round.own = slowest.map_or(Micros::ZERO, |took| *took - rest).at_least_zero();
        }
    }

    /// The least at rest.
    pub fn rest(&self) -> Option<Micros> {
        self.quiet.first().copied()
    }

    /// The median under load; of the two in the middle the quicker, so that what is sent again now and then is no queue. Where
    /// the least of all stands for rest, it is one of them already: then the slower.
    pub fn load(&self) -> Option<Micros> {
        let last = self.loaded.len().saturating_sub(usize::from(!self.rough));
        self.loaded.get(last / 2).copied()
    }

    /// By how much answers took longer under load.
    pub fn rise(&self) -> Option<Micros> {
        Some(self.load()? - self.rest()?)
    }

    /// It took longer at one moment alone, and by no more than a busy device's own delays.
    pub fn may_be_busy(&self) -> bool {
        self.rounds.len() < ENOUGH && self.rise().is_some_and(|rise| rise < ROUGHLY_UP)
    }

    /// All that it took longer may be a busy device's doing.
    pub fn may_be_own(&self) -> bool {
        self.own >= UP && self.lost() == 0 && self.rise().is_some_and(|rise| may_be_own(rise, self.own))
    }

    fn answers(&self) -> usize {
        self.rounds.iter().map(|round| round.answers.len()).sum()
    }

    /// The round of this moment.
    fn round(&self, at: Wall) -> Option<&Round> {
        self.rounds.iter().find(|round| round.at_once(at))
    }

    fn mute(&self) -> impl Iterator<Item = &Round> {
        self.rounds.iter().filter(|round| round.is_mute())
    }

    /// When none of what was asked was ever answered.
    pub fn unanswered(&self) -> impl Iterator<Item = Wall> + '_ {
        self.mute().map(|round| round.asked)
    }

    /// How many connections were broken at once; `None` if one of those that never answered waited in vain.
    pub fn reset(&self) -> Option<usize> {
        let waited = self.mute().any(|round| round.lost > 0);
        (!waited).then(|| self.mute().map(|round| round.reset).sum())
    }

    /// When none of several that were asked of this and each of these at once was ever answered.
    pub fn silent_with<'s>(&'s self, others: &'s [&Series]) -> impl Iterator<Item = Wall> + 's {
        let moments = self.rounds.iter().map(|round| round.asked).filter(|at| self.is_silent_at(*at));
        moments.filter(|at| others.iter().all(|other| other.is_silent_at(*at)))
    }

    /// None of several that were asked at this moment was ever answered.
    pub fn is_silent_at(&self, at: Wall) -> bool {
        self.round(at).is_some_and(|round| round.is_mute() && round.lost >= ENOUGH)
    }

    /// Something that was asked at this moment was answered.
    pub fn answered_at(&self, at: Wall) -> bool {
        self.round(at).and_then(Round::took).is_some()
    }

    fn lost(&self) -> usize {
        self.rounds.iter().map(|round| round.lost).sum()
    }

    /// At two moments or more, three answers or more, and of all a sixth or more, never came, or so late that something may have
    /// been sent again [P].
    pub fn lossy(&self) -> bool {
        let moments = self.rounds.iter().filter(|round| self.again_in(round) > 0).count();
        moments >= 2 && self.sent_again() >= 3 && self.sent_again() * 6 >= self.asked()
    }

    /// Of its answers at least half as large a part was lost, or came so late, as of the other's.
    pub fn loses_half_of(&self, other: &Series) -> bool {
        self.sent_again() * other.asked() * 2 >= other.sent_again() * self.asked()
    }

    /// How many of these answers never came, or so late that something may have been sent again.
    fn again_in(&self, round: &Round) -> usize {
        self.later_in(round, SOONEST)
    }

    /// How many of these never came, or so much later than at rest that the device alone can't be why.
    fn later_in(&self, round: &Round, later: Micros) -> usize {
        let own = |took: Micros| self.rest().is_some_and(|rest| round.is_own(took - rest));
        let late = |took: &&Micros| self.is_later(**took, later) && !own(**took);
        round.lost + round.answers.iter().filter(late).count()
    }

    fn is_later(&self, took: Micros, later: Micros) -> bool {
        self.rest().is_some_and(|rest| took >= rest + later)
    }

    /// At how many moments some of all that was asked of these was answered as at rest, and some so late that it may have been
    /// sent again, or never: packets are lost, one and not the next. What is busy, or a queue, holds all of them up.
    pub fn apart(all: &[&Series]) -> usize {
        let Some(first) = all.first() else { return 0 };
        let at = |asked: Wall| all.iter().filter_map(move |of| Some((*of, of.round(asked)?)));
        let prompt =
            |(of, round): (&Series, &Round)| round.took().is_some_and(|took| !of.is_later(took, FLAT));
        let again = |(of, round): (&Series, &Round)| of.again_in(round) > 0;
        let moments = first.rounds.iter().map(|round| round.asked);
        moments.filter(|asked| at(*asked).any(prompt) && at(*asked).any(again)).count()
    }

    /// An answer never came, or came so late that something may have been sent again: at that moment the way there may have
    /// lost packets, however well it does at others.
    pub fn lost_any(&self) -> bool {
        self.sent_again() > 0
    }

    /// An answer never came, or came as late as a lost connection attempt makes it: more than a busy device's own delays.
    pub fn lost_one(&self) -> bool {
        self.lost_or_later(AGAIN) > 0
    }

    /// How many of the answers never came, or so late that something may have been sent again.
    pub fn sent_again(&self) -> usize {
        self.lost_or_later(SOONEST)
    }

    /// How many of the answers never came, or so much later than at rest.
    fn lost_or_later(&self, later: Micros) -> usize {
        self.rounds.iter().map(|round| self.later_in(round, later)).sum()
    }

    /// How many of all these were lost or sent again, and of how many, for a finding.
    pub fn losses(all: &[&Series]) -> [(&'static str, Value); 2] {
        let count =
            |of: fn(&Series) -> usize| Value::Count(all.iter().copied().map(of).sum::<usize>() as u64);
        [("lost", count(Series::sent_again)), ("asked", count(Series::asked))]
    }

    /// How many were looked for.
    pub fn asked(&self) -> usize {
        self.answers() + self.lost()
    }

    /// There were moments when none of what was asked was ever answered, while each of these answered as quickly as at rest:
    /// all of these moments. Where at another moment one was answered and one was not, packets are lost, which may look like
    /// silence for a while; so may it where others had to be sent something again, unless the silence was [`LONG`].
    pub fn silent_beside(&self, others: &[&Series]) -> bool {
        let torn = self.rounds.iter().any(|round| round.lost > 0 && !round.answers.is_empty());
        let silent: Vec<Wall> = self.unanswered().collect();
        let asked: usize = self.mute().map(|round| round.lost + round.reset).sum();
        let prompt = |other: &Series, at: Wall| {
            let took = other.round(at).and_then(Round::took);
            took.zip(other.rest()).is_some_and(|(took, rest)| took <= rest + ROUGHLY_UP)
        };
        let lossy = others.iter().any(|other| other.lost_any());
        let long = silent.len() >= LONG && asked >= LONG * ENOUGH;
        if torn || asked < ENOUGH || lossy && !long {
            return false;
        }
        others.iter().all(|other| {
            let seen = silent.iter().filter(|at| prompt(other, **at)).count();
            if lossy { seen * 4 >= silent.len() * 3 } else { seen == silent.len() }
        })
    }

    /// Asked at the same moments, both took longer, and by the same.
    pub fn rises_like(&self, other: &Series) -> bool {
        let (Some(here), Some(there)) = (self.rest(), other.rest()) else { return false };
        let (mut same, mut all) = (0, 0);
        for round in &self.rounds {
            let beside = other.round(round.asked);
            for (took, beside) in round.answers.iter().zip(beside.iter().flat_map(|beside| &beside.answers)) {
                let (rise, beside) = (*took - here, *beside - there);
                let larger = rise.max(beside);
                if larger < UP || round.is_own(larger) {
                    continue;
                }
                all += 1;
                same += usize::from((rise - beside).0.abs() <= ALIKE.0.max(larger.0 / 10));
            }
        }
        same >= ALIKE_OFTEN && same * 2 >= all
    }

    /// At three moments or more, and most of all, the slower of two answers took longer by as much as one of the other's did. A
    /// queue that has just emptied lets the first of them through and not the next; what was lost and sent again after a second
    /// is no queue.
    pub fn slowest_rise_like(&self, other: &Series) -> bool {
        let (Some(here), Some(there)) = (self.rest(), other.rest()) else { return false };
        let near = |a: Micros, b: Micros, within: Micros| (a - b).0.abs() <= within.0;
        let resent = |rise: Micros| CONNECTING.into_iter().any(|after| near(rise, after, FLAT + FLAT + FLAT));
        let (mut same, mut all) = (0, 0);
        for round in &self.rounds {
            let longer = |rise: &Micros| *rise >= UP && !round.is_own(*rise);
            let rise = round.answers.last().map(|took| *took - here).filter(longer);
            let Some((rise, beside)) = rise.zip(other.round(round.asked)) else { continue };
            let mut beside = beside.answers.iter().map(|took| *took - there);
            all += 1;
            let alike = beside.any(|beside| near(rise, beside, ALIKE.max(Micros(rise.0 / 10))));
            same += usize::from(alike && !resent(rise));
        }
        same > ALIKE_OFTEN && same * 2 >= all
    }

    /// From moment to moment all of these took longer, or less long, by the same: from the least to the most, as far as all of
    /// them did. What each takes by itself is not needed for that.
    pub fn sway(all: &[&Series]) -> Option<Micros> {
        let [first, ..] = all else { return None };
        let of = |series: &Series, at: Wall| series.round(at).and_then(Round::took);
        let moments = first.rounds.iter().map(|round| round.asked);
        let shared: Vec<Wall> =
            moments.filter(|at| all.iter().all(|series| of(series, *at).is_some())).collect();
        let least = |series: &Series| shared.iter().filter_map(|at| of(series, *at)).min();
        let longer = |series: &Series, at: Wall| Some(of(series, at)? - least(series)?);
        let alike = |at: &Wall| {
            let each: Vec<Micros> = all.iter().filter_map(|series| longer(series, *at)).collect();
            let (least, most) = (each.iter().min(), each.iter().max());
            least.zip(most).is_some_and(|(least, most)| (*most - *least).0 <= ALIKE.0.max(most.0 / 10))
        };
        if shared.len() < ENOUGH || !shared.iter().all(alike) {
            return None;
        }
        all.iter().filter_map(|series| shared.iter().filter_map(|at| longer(series, *at)).max()).min()
    }

    /// What is known of it at rest is the least that it ever took.
    pub fn is_rough(&self) -> bool {
        self.rough
    }

    /// A queue of this length explains something of what playback waited for.
    pub fn explains(&self, queue: Micros) -> bool {
        queue >= self.matters
    }

    /// What waits on the way there waits in a queue, and that explains something.
    pub fn queues(&self) -> bool {
        let explains = self.rise().is_some_and(|rise| self.explains(rise));
        self.trend() == Some(Trend::Up) && explains && !self.empties()
    }

    /// There was a queue, then none, and one again: of something that comes and goes, while what playback waits for was late all
    /// along. One that media is stuck in is empty at its begin and at its end, where a little may still be left.
    fn empties(&self) -> bool {
        let (Some(rest), Some(usual)) = (self.rest().filter(|_| !self.rough), self.rise()) else {
            return false;
        };
        let full = UP.max(Micros(usual.0 / 2));
        let mut rounds: Vec<&Round> = self.rounds.iter().collect();
        rounds.arrange_by_key(|round| round.asked);
        let rises = rounds.iter().filter_map(|round| Some(round.took()? - rest));
        let mut seen: Vec<bool> =
            rises.filter(|rise| *rise <= FLAT || *rise >= full).map(|rise| rise >= full).collect();
        seen.dedup();
        seen.windows(3).any(|three| three == [true, false, true])
    }

    /// There are enough of both kinds.
    pub fn is_known(&self) -> bool {
        (self.rough || self.quiet.len() >= ENOUGH) && self.answers() >= ENOUGH
    }

    /// Nearly all answers under load came within this, and none was lost.
    pub fn is_prompt(&self, within: Micros) -> bool {
        self.lost() == 0 && self.answers() >= ENOUGH && self.nearly_all().is_some_and(|took| took <= within)
    }

    /// Of what was asked at once, some was nearly always answered as at rest: a queue would have held all of it up. Packets may
    /// still be lost.
    pub fn has_no_queue(&self) -> bool {
        let as_at_rest = |rest| self.nearly_all().is_some_and(|took| took <= rest + FLAT);
        self.is_known() && self.rest().is_some_and(as_at_rest) && self.mute().next().is_none()
    }

    /// Under load three quarters came within this: half of the time a queue may be empty again.
    fn nearly_all(&self) -> Option<Micros> {
        self.loaded.get(self.loaded.len() * 3 / 4).copied()
    }

    /// What that says; `None` where there are too few, some never came, it is in between, or a busy device may be why.
    pub fn trend(&self) -> Option<Trend> {
        if !self.is_known() {
            return None;
        }
        let rest = self.rest()?;
        let nearly_all = self.nearly_all()?;
        // Of three the middle one: what a busy machine did to one of them is not how the way varies.
        let spread = *self.quiet.get(self.quiet.len() / 2)? - rest;
        let varies = |least: Micros| least.max(Micros(spread.0.saturating_mul(SPREADS)));
        let up = if self.rough { ROUGHLY_UP } else { varies(UP) };
        match self.rise()? {
            rise if rise >= up => (!may_be_own(rise, self.own)).then_some(Trend::Up),
            _ if self.rough && nearly_all > PROMPT => None,
            _ if nearly_all - rest <= FLAT && !self.lost_any() => Some(Trend::Flat),
            _ => None,
        }
    }
}
