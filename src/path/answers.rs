//! How other requests were answered while an answer was slow to come, or attempts failed.

use super::lasting;
use super::scene::{LateBy, Scene, around, covered, usual, within};
use crate::ledger::fetch::Fetch;
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
        let waiting = match scene.late_by? {
            LateBy::Answers => &scene.waiting,
            LateBy::Failures => &scene.late_when,
            LateBy::Bodies | LateBy::Both | LateBy::AllAlong => return None,
        };
        let (waited, _) = covered(waiting, &[]);
        if waited < LONG {
            return None;
        }
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
        let (all, seen) = covered(waiting, &around(&spans, NEAR));
        let first = asked.iter().map(|(fetch, _)| fetch.asked).min()?;
        let over = lasting::may_be_over(scene, first);
        (seen.0.saturating_mul(2) >= all.0).then_some(Answers { asked, prompt, late, over })
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
