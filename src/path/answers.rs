//! How other requests were answered while an answer was slow to come, or attempts failed.

use super::lasting;
use super::scene::{LateBy, Scene, around, covered, usual, within};
use crate::event::Target;
use crate::machine::measurement::Measurement;
use crate::machine::requests::Fetch;
use crate::time::{Micros, Wall};

/// A first packet that is lost is sent again after one second, and again after two more (RFC 6298 §2, §5.5): a shorter wait
/// may be one or two lost packets, which others need not have met.
const LONG: Micros = Micros::from_millis(3_000);
/// A prompt answer vouches for so much time before and after it [P].
const NEAR: Micros = Micros::from_millis(1_000);
/// Where nothing is known of a host, an answer within this is prompt [P].
const PROMPT: Micros = Micros::from_millis(500);
/// What servers take more or less from one request to the next [P].
const JITTER: Micros = Micros::from_millis(100);
/// An answer that takes so many times as long as usual is late, and one is prompt only if the wait it is compared with was
/// so many times as long [P].
const TIMES: i64 = 4;

/// Since when and until when what playback waits for was not answered, and how long that is; `None` where it were bodies that it
/// waited for, or too short a time to tell.
fn waiting<'s>(scene: &'s Scene) -> Option<(&'s [(Wall, Wall)], Micros)> {
    let waiting = match scene.late_by? {
        LateBy::Answers => &scene.waiting,
        LateBy::Failures => &scene.late_when,
        LateBy::Bodies | LateBy::Both | LateBy::AllAlong => return None,
    };
    let (waited, _) = covered(waiting, &[]);
    (waited >= LONG).then_some((waiting, waited))
}

/// Answers that were awaited at these times tell of at least half of that.
fn vouch(waiting: &[(Wall, Wall)], spans: &[(Wall, Wall)]) -> bool {
    let (all, seen) = covered(waiting, &around(spans, NEAR));
    seen.0.saturating_mul(2) >= all.0
}

/// What a check asked of this target meanwhile, if all of it was answered promptly, and for long enough to tell.
pub fn checked_promptly<'a>(scene: &Scene<'a>, target: Target) -> Option<Vec<&'a Measurement>> {
    let (waiting, waited) = waiting(scene)?;
    let asked: Vec<&Measurement> =
        scene.under_load(target).filter(|measured| measured.body.is_none()).collect();
    let prompt = |measured: &&Measurement| {
        measured.answered_in().is_some_and(|took| took <= PROMPT && took.0.saturating_mul(TIMES) <= waited.0)
    };
    let first = asked.iter().map(|measured| measured.from).min()?;
    let spans: Vec<(Wall, Wall)> = asked.iter().map(|measured| (measured.from, measured.at)).collect();
    let tells = asked.iter().all(prompt) && vouch(waiting, &spans) && !lasting::may_be_over(scene, first);
    tells.then_some(asked)
}

/// The answers to requests that were made meanwhile.
pub struct Answers<'a> {
    /// Which, and how long each took.
    asked: Vec<(&'a Fetch, Micros)>,
    prompt: usize,
    late: usize,
    /// What kept that back may have been over when the first of them was asked.
    over: bool,
}

impl<'a> Answers<'a> {
    /// Of these requests those that were made while what playback waits for was not answered; `None` where that were bodies, where it took less
    /// than three seconds (one or two lost packets), and where they cover less than half of it.
    pub fn meanwhile(scene: &Scene<'a>, requests: &[&'a Fetch]) -> Option<Answers<'a>> {
        let (waiting, waited) = waiting(scene)?;
        let answered = |fetch: &Fetch| fetch.response.filter(|_| fetch.status.is_some());
        let took = |fetch: &Fetch| answered(fetch).unwrap_or(scene.window.1) - fetch.asked;
        let usual_of = |host: &str| {
            let before = requests.iter().filter(|fetch| fetch.host == host && fetch.asked < scene.window.0);
            usual(before.filter_map(|fetch| Some(answered(fetch)? - fetch.asked)).collect())
        };
        let meanwhile = requests.iter().filter(|fetch| within(waiting, fetch.asked));
        let asked: Vec<(&Fetch, Micros)> = meanwhile.map(|fetch| (*fetch, took(fetch))).collect();
        let (mut prompt, mut late) = (0, 0);
        for (fetch, took) in &asked {
            let usual = usual_of(&fetch.host);
            let expected = usual.map_or(PROMPT, |usual| usual + usual + JITTER);
            let quick = *took <= expected && took.0.saturating_mul(TIMES) <= waited.0;
            prompt += usize::from(quick && answered(fetch).is_some());
            let slow = |usual: Micros| took.0 >= usual.0.saturating_mul(TIMES) && *took > PROMPT;
            late += usize::from(usual.is_some_and(slow));
        }
        let spans: Vec<(Wall, Wall)> =
            asked.iter().map(|(fetch, took)| (fetch.asked, fetch.asked + *took)).collect();
        let first = asked.iter().map(|(fetch, _)| fetch.asked).min()?;
        let over = lasting::may_be_over(scene, first);
        vouch(waiting, &spans).then_some(Answers { asked, prompt, late, over })
    }

    /// How many.
    pub fn count(&self) -> usize {
        self.asked.len()
    }

    /// This was one of them.
    pub fn has(&self, fetch: &Fetch) -> bool {
        self.asked.iter().any(|(asked, _)| std::ptr::eq(*asked, fetch))
    }

    /// Each came promptly, and for long enough to tell.
    pub fn all_prompt(&self) -> bool {
        self.prompt == self.asked.len() && !self.over
    }

    /// Each came much later than usual.
    pub fn all_late(&self) -> bool {
        self.late == self.asked.len()
    }

    /// How long each took.
    pub fn times(&self) -> impl Iterator<Item = Micros> + '_ {
        self.asked.iter().map(|(_, took)| *took)
    }

    /// Inputs that told of them.
    pub fn facts(&self) -> Vec<u32> {
        self.asked.iter().flat_map(|(fetch, _)| &fetch.facts).copied().collect()
    }
}
