//! Whether a queue that everything waits in is why bodies are slow, or lets others through as fast as ever.
//!
//! Another device may fill the viewer's line a little while a server sends slowly: then all answers wait, and what is waited for
//! is not in that queue. Two things tell.
//!
//! A slow line is slow for what waits in it: answers that come to it together leave it one after the other, each by as much later
//! as it takes to carry one (packet trains: Dovrolis, Ramanathan, Moore, "Packet-dispersion techniques and a
//! capacity-estimation methodology", IEEE/ACM Transactions on Networking 12, 2004). So who has many answers within a few milliseconds
//! has a line that carries at least that. A busy device pulls them apart, which makes a line look slower, never faster.
//!
//! And bodies: what comes through that queue several times as fast as the late media is not held up by it. It is asked for
//! only where answers say that the line carries it at once (`src/check/mod.rs`), and says more than they: of sixty
//! downloads each has little of a line that is fast.

use super::references::{BOTH, TELLING, bitrate};
use super::scene::{LateBy, Scene, faster};
use super::series::{SOONEST, UP, at_once};
use crate::event::{Reply, Target};
use crate::machine::measurement::Measurement;
use crate::sort::Sort;
use crate::time::{Micros, Wall};

/// An answer is at least so many bytes with all that the network adds [P].
const ANSWER: u64 = 150;
/// Of fewer at one moment, chance may bring the few together: two of each reference and of the late server [P].
const ANSWERS: usize = 6;
/// Firefox tells whole milliseconds.
const CLOCK: Micros = Micros::from_millis(1);
/// No queue is as long.
const NONE: Micros = Micros(i64::MAX);
/// A line that carries at least so many times what the late media gets is not what is slow [P].
const SERVES: u64 = 3;
/// A body that took no more than so many answer times is slow because they are: with each turn twice as much comes, from ten packets
/// on (RFC 6928), and what is lost costs some more [P].
const TURNS: i64 = 16;
/// So many lost, and one of so many: then a sender that has few packets on the way has next to nothing of any line (Mathis, Semke,
/// Mahdavi, Ott, "The macroscopic behavior of the TCP congestion avoidance algorithm", 1997: at one in twenty five packets
/// a round trip) [P].
const DROPS: usize = 3;
/// See [`DROPS`].
const DROPS_OF: usize = 20;
/// So many times as fast as the late media is not held up by what holds that up. Among sixty downloads in the laboratory both
/// references got up to four times as much as media that was late [P].
pub const WELL: (u64, u64) = (6, 1);
/// See [`WELL`].
pub const SLOWLY: (u64, u64) = (2, 1);

/// What all of these share but for the router.
const BEYOND: [Target; 4] = [Target::ReferenceA, Target::ReferenceB, Target::Stalled, Target::Sibling];

/// A shorter queue on what everything shares is not why bodies are slow.
pub fn least_queue(scene: &Scene) -> Micros {
    let late = scene.late_rate().filter(|_| matches!(scene.late_by, Some(LateBy::Bodies | LateBy::AllAlong)));
    let Some(late) = late else { return Micros::ZERO };
    let elsewhere = match bodies(scene, late) {
        Some(Came::Well) => true,
        Some(Came::Slowly) => false,
        Some(Came::Between) => !drops(scene),
        None => carries(scene, late) && !drops(scene),
    };
    if elsewhere { NONE } else { Micros::ZERO }
}

/// What waits in the queue that everything waits in comes much faster than the late media.
pub fn well(scene: &Scene) -> bool {
    let late = scene.late_rate().filter(|_| scene.late_by == Some(LateBy::Bodies));
    late.and_then(|late| bodies(scene, late)) == Some(Came::Well)
}

/// The queue is so full that it drops packets all the time: who has many on the way gets through, and who has few does not.
fn drops(scene: &Scene) -> bool {
    // What the late server's answers lose may be lost on its own way.
    let moments = moments(BOTH.into_iter().flat_map(|target| scene.under_load(target)));
    let (mut lost, mut asked) = (0, 0);
    for all in &moments {
        let waited = waited(all, |target| rest(scene, target));
        let usual = waited.get(waited.len() / 2).copied().unwrap_or_default();
        lost += all.iter().filter(|measured| measured.reply == Reply::Failed).count();
        lost += waited.iter().filter(|waited| **waited >= usual + SOONEST).count();
        asked += all.len();
    }
    lost >= DROPS && lost * DROPS_OF >= asked
}

/// The line carries much more than the late media gets of it.
fn carries(scene: &Scene, late: (u64, Micros)) -> bool {
    let measured = BEYOND.into_iter().flat_map(|target| scene.under_load(target));
    let served = serves(measured, |target| rest(scene, target));
    served.is_some_and(|rate| rate >= bitrate(late).saturating_mul(SERVES)) && !in_few_turns(scene, late)
}

/// Answers take so long that a body has to.
fn in_few_turns(scene: &Scene, (_, took): (u64, Micros)) -> bool {
    let answers = BOTH.into_iter().flat_map(|target| scene.under_load(target));
    let mut answers: Vec<Micros> = answers.filter_map(Measurement::answered_in).collect();
    answers.arrange();
    answers.get(answers.len() / 2).is_some_and(|answer| took.0 <= answer.0.saturating_mul(TURNS))
}

/// How bodies came through the queue, beside the late media.
#[derive(PartialEq)]
enum Came {
    /// Both references' several times as fast.
    Well,
    /// One of them as slowly.
    Slowly,
    /// Neither.
    Between,
}

fn bodies(scene: &Scene, late: (u64, Micros)) -> Option<Came> {
    let body = |target| {
        let waited = |measured: &&Measurement| in_queue(scene, measured);
        let mut bodies = scene.under_load(target).filter(waited).filter_map(|measured| measured.body);
        bodies.find(|(bytes, _)| *bytes >= TELLING)
    };
    let [first, second] = BOTH.map(body);
    let (first, second) = (first?, second?);
    let at_least = |body, (times, of): (u64, u64)| faster(body, late, times, of);
    let both = |rate| at_least(first, rate) && at_least(second, rate);
    Some(match (both(WELL), both(SLOWLY)) {
        (true, _) => Came::Well,
        (_, false) => Came::Slowly,
        _ => Came::Between,
    })
}

/// The question waited in a queue.
pub fn in_queue(scene: &Scene, measured: &Measurement) -> bool {
    let rest = rest(scene, measured.target);
    measured.answer.zip(rest).is_some_and(|(answer, rest)| answer - rest >= UP)
}

fn rest(scene: &Scene, target: Target) -> Option<Micros> {
    let answers = scene.at_rest(target).filter_map(Measurement::answered_in);
    answers.min().or_else(|| scene.ever(target).filter_map(Measurement::answered_in).min())
}

/// What was asked of whom at the same moment, answer times only.
fn moments<'a>(measured: impl Iterator<Item = &'a Measurement>) -> Vec<Vec<&'a Measurement>> {
    let mut moments: Vec<(Wall, Vec<&Measurement>)> = Vec::new();
    for measured in measured.filter(|one| one.body.is_none() && BEYOND.contains(&one.target)) {
        match moments.iter_mut().find(|(at, _)| at_once(*at, measured.from)) {
            Some((_, all)) => all.push(measured),
            None => moments.push((measured.from, vec![measured])),
        }
    }
    moments.into_iter().map(|(_, all)| all).collect()
}

/// How much longer than at rest each of these took that was answered, the least first.
fn waited(all: &[&Measurement], rest: impl Fn(Target) -> Option<Micros>) -> Vec<Micros> {
    let waited = all.iter().filter_map(|measured| Some(measured.answered_in()? - rest(measured.target)?));
    let mut waited: Vec<Micros> = waited.collect();
    waited.arrange();
    waited
}

/// Bits a second that the line carries at the least, by how close together answers came out of a queue that all of them waited
/// in: what two such moments say, or one of no more than two. `rest` is what a target takes to answer where there is none.
pub fn serves<'a>(
    measured: impl Iterator<Item = &'a Measurement>,
    rest: impl Fn(Target) -> Option<Micros>,
) -> Option<u64> {
    let mut rates: Vec<u64> = moments(measured).iter().filter_map(|all| served(all, &rest)).collect();
    rates.arrange();
    // A busy device makes many moments look slow; after the fault is over, one may look fast.
    rates.get(rates.len().saturating_sub(2)).copied()
}

/// By what was asked at one moment; `None` where there was no queue, or something was lost.
fn served(all: &[&Measurement], rest: impl Fn(Target) -> Option<Micros>) -> Option<u64> {
    if all.iter().any(|measured| measured.reply == Reply::Failed) {
        return None;
    }
    let waited = waited(all, rest);
    // One of four may have met a busy device: the others came through the line all the same.
    let together = waited.len() - waited.len() / 4;
    let (least, most) = (*waited.first()?, *waited.get(together.checked_sub(1)?)?);
    if waited.len() < ANSWERS || least < UP {
        return None;
    }
    let bytes = ANSWER.saturating_mul(together as u64 - 1);
    Some(bitrate((bytes, (most - least).max(CLOCK))))
}
