//! The late server answered other requests at the same moment: playlists, sound, other pieces (block *same server*).
//!
//! # What it looks at
//! Other requests of the page to the server that playback waits for, made while its answer was slow to come, or attempts failed;
//! else what a check asked of it meanwhile, of what it has at hand.
//!
//! # What it says
//! Two or more (of a check's three), and all were answered promptly: the way there let them through again and again, and the
//! server answers, so it keeps this one back, or waits for it itself.
//!
//! # When it is silent
//! Where bodies, not answers, were late, and nothing failed; where the wait was shorter than three seconds (one or two lost
//! packets); where an answer was late; where they cover less than half of the wait; where what was late is from several servers.

use super::answers::{self, Answers};
use super::belief::{Row, ln};
use super::scene::Scene;
use super::{Observation, Told, finding};
use crate::event::Target;
use crate::machine::requests::Fetch;
use crate::time::Micros;
use crate::verdict::Value;

/// One may have been lucky [P].
const ENOUGH: usize = 2;

/// The same way let others through, to the same place. Between networks there may be several, of which one is down, and a
/// connection that is on it finds no other: seldom, and for as long as this even less so [P].
const ANSWERED: Row = [ln::R03, ln::R03, ln::R08, 0, 0];

/// A check asks two at once: these are two moments.
const ENOUGH_CHECKED: usize = 3;
/// What a check asks goes by connections of its own: a router that lost track of one lets others through [P].
const CHECKED: Row = [ln::R05, ln::R05, ln::R10, 0, 0];

pub fn test(scene: &Scene) -> Option<Told> {
    let host = scene.late.first()?.1.host.as_str();
    if scene.late.iter().any(|(_, late)| late.host != host) {
        return None;
    }
    let (row, times, facts) = page(scene, host).or_else(|| check(scene))?;
    let within = Value::Micros(times.iter().copied().max()?);
    let count = Value::Count(times.len() as u64);
    let values = [("host", Value::Name(host.to_owned())), ("count", count), ("within", within)];
    Some(Told {
        finding: finding("server-answered", facts, values),
        row,
        observed: Some(Observation::SameEdge),
        networks_assumed: false,
    })
}

/// How long each took, and what tells of it.
type Prompt = (Row, Vec<Micros>, Vec<u32>);

fn page(scene: &Scene, host: &str) -> Option<Prompt> {
    let is_late = |fetch: &Fetch| scene.late.iter().any(|(_, late)| std::ptr::eq(*late, fetch));
    let others = scene.fetches.iter().filter(|fetch| fetch.host == host && !fetch.cached && !is_late(fetch));
    let answers = Answers::meanwhile(scene, &others.collect::<Vec<_>>())?;
    let tell = answers.count() >= ENOUGH && answers.all_prompt();
    tell.then(|| (ANSWERED, answers.times().collect(), answers.facts()))
}

fn check(scene: &Scene) -> Option<Prompt> {
    let asked = answers::checked_promptly(scene, Target::Stalled)?;
    let times: Vec<Micros> = asked.iter().filter_map(|measured| measured.answered_in()).collect();
    (times.len() >= ENOUGH_CHECKED)
        .then(|| (CHECKED, times, asked.iter().map(|measured| measured.fact).collect()))
}
