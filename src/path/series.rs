//! Answer times that a check measured: under load against at rest.

use super::scene::Scene;
use crate::check::Measurement;
use crate::event::{Reply, Target};
use crate::sort::Sort;
use crate::time::{Micros, Wall};

/// Under BBR a full queue adds 24 ms and more (ATTRIBUTION §3.4, emulation check); a browser on a busy machine was seen to
/// add 10 to 20 ms of its own.
const UP: Micros = Micros::from_millis(25);
/// Clocks tell whole milliseconds in Firefox, and idle paths jitter [P].
const FLAT: Micros = Micros::from_millis(20);
/// And both are at least so many times what they vary by at rest: five standard deviations are about two and a half times
/// the range of a few samples [P].
const SPREADS: i64 = 2;
/// Asked within this is asked at once.
const AT_ONCE: Micros = Micros::from_millis(100);
/// What was lost while connecting is sent again after a second (RFC 6298 §2), less what clocks are off by.
const AGAIN: Micros = Micros::from_millis(900);
/// Of each kind this many are needed: one may have met anything [P].
const ENOUGH: usize = 2;

/// How answer times under load compare with those at rest.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Trend {
    /// As at rest.
    Flat,
    /// Something waits in a queue on the way there.
    Up,
}

/// The answer times of one target.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Series {
    quiet: Vec<Micros>,
    /// One of those that were asked at once.
    loaded: Vec<Micros>,
    /// Under load, all answers.
    answers: usize,
    /// Under load, without an answer.
    lost: usize,
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
        let mut asked: Option<Wall> = None;
        for measured in loaded.filter(|measured| measured.ran()) {
            series.facts.push(measured.fact);
            series.lost += usize::from(measured.reply == Reply::Failed);
            let Some(took) = measured.answered_in() else { continue };
            series.answers += 1;
            // Of those asked at once the quicker: a queue holds all of them up, anything else one.
            let at_once = asked.is_some_and(|asked| (measured.from - asked).0.abs() <= AT_ONCE.0);
            match series.loaded.last_mut().filter(|_| at_once) {
                Some(other) => *other = took.min(*other),
                None => series.loaded.push(took),
            }
            asked = Some(measured.from);
        }
        series.quiet.arrange();
        series.loaded.arrange();
        series
    }

    /// Those to this target, if its answers under load were looked for: before the drain window it was at rest.
    pub fn to(scene: &Scene, target: Target) -> Option<Series> {
        let series = Series::of(scene.at_rest(target), scene.under_load(target).filter(|m| m.body.is_none()));
        (!series.loaded.is_empty() || series.lost > 0).then_some(series)
    }

    /// The least at rest.
    pub fn rest(&self) -> Option<Micros> {
        self.quiet.first().copied()
    }

    /// The median under load.
    pub fn load(&self) -> Option<Micros> {
        self.loaded.get(self.loaded.len() / 2).copied()
    }

    /// By how much answers took longer under load.
    pub fn rise(&self) -> Option<Micros> {
        Some(self.load()? - self.rest()?)
    }

    /// Of at least six answers looked for, a fourth or more never came, or so late that something was sent again: packets are
    /// lost [P].
    pub fn lossy(&self) -> bool {
        let all = self.loaded.len() + self.lost;
        let again = |took: &&Micros| self.load().is_some_and(|usual| **took >= usual + AGAIN);
        all >= 6 && (self.lost + self.loaded.iter().filter(again).count()) * 4 >= all
    }

    /// There are enough of both kinds.
    pub fn is_known(&self) -> bool {
        self.quiet.len() >= ENOUGH && self.answers >= ENOUGH
    }

    /// What that says; `None` where there are too few, some never came, or it is in between.
    pub fn trend(&self) -> Option<Trend> {
        if !self.is_known() {
            return None;
        }
        let rest = self.rest()?;
        // Nearly all of them: half of the time a queue may be empty again.
        let nearly_all = *self.loaded.get(self.loaded.len() * 3 / 4)?;
        let spread = *self.quiet.last()? - rest;
        let varies = |least: Micros| least.max(Micros(spread.0.saturating_mul(SPREADS)));
        match self.rise()? {
            rise if rise >= varies(UP) => Some(Trend::Up),
            _ if nearly_all - rest <= FLAT && self.lost == 0 => Some(Trend::Flat),
            _ => None,
        }
    }
}
