//! Whether what a check saw tells of what made media late, or of the time after it was over.
//!
//! A check begins when playback stops, and by then what held the media up may be gone: a gap of the Wi-Fi of some seconds, that
//! the buffer lasted through. What was lost in it is sent again at growing distances, each twice the one before (RFC 6298 §5.5),
//! so that it may be missing for as long again while everything that is asked anew is answered at once. The laboratory's
//! *home-wifi-gap* shows it.

use super::scene::{LateBy, Scene, covered, faster};
use super::series::{Series, Trend};
use super::{Told, finding};
use crate::event::{Reply, Target};
use crate::machine::measurement::Measurement;
use crate::machine::requests::Fetch;
use crate::time::{Micros, Wall};

/// What stands for less time needs no reason: servers with a limit send once a second [P].
const STOOD: Micros = Micros::from_millis(2_000);
/// The first time something is sent again: a connection after one second (RFC 6298 §2), and what clocks are off by.
const FIRST: Micros = Micros::from_millis(1_200);
/// A body came on as slowly as before if it came no more than one and a half times as fast [P].
const AS_SLOWLY: (u128, u128) = (3, 2);
/// Over less time than this nothing is said of how fast a body came on [P].
const WHILE: Micros = Micros::from_millis(2_500);
/// When what held a body up is over, the rest of it comes within this [P].
const REST: Micros = Micros::from_millis(1_000);

/// When the last byte of it came, or it was given up.
fn over(fetch: &Fetch) -> Option<Wall> {
    fetch.network_end.or(fetch.over())
}

/// The same, or until when it was looked for.
fn until(scene: &Scene, fetch: &Fetch) -> Wall {
    over(fetch).unwrap_or(scene.window.1)
}

/// Since when and until when nothing came of it, around this moment.
fn stood(scene: &Scene, fetch: &Fetch, at: Wall) -> Option<(Wall, Wall)> {
    let end = until(scene, fetch);
    if !(fetch.asked..=end).contains(&at) {
        return None;
    }
    let began = fetch.response.unwrap_or(end);
    if at <= began {
        return Some((fetch.asked, began));
    }
    let (last, next) = fetch.progress.around(at);
    Some((last.unwrap_or(began), next.unwrap_or(end)))
}

/// What was lost since then until it was looked can be why nothing came until then: it is sent again at growing distances.
pub fn explains(since: Wall, looked: Wall, until: Wall) -> bool {
    until - looked < looked - since + FIRST
}

/// What playback waited for stood still when it was first looked, and came so soon after that something which was over by
/// then may have held it up.
pub fn may_be_over(scene: &Scene, looked: Wall) -> bool {
    let still = scene.late.iter().filter_map(|(_, fetch)| stood(scene, fetch, looked));
    let longest = still.max_by_key(|(since, until)| *until - *since);
    longest.is_some_and(|(since, until)| until - since >= STOOD && explains(since, looked, until))
}

/// At this moment nothing of what is late came, for seconds.
pub fn stands(scene: &Scene, at: Wall) -> bool {
    let mut still = scene.late.iter().filter_map(|(_, fetch)| stood(scene, fetch, at));
    still.any(|(since, until)| until - since >= STOOD)
}

/// At this moment something late was still awaited, and long enough for what is seen then to tell of it.
pub fn tells_at(scene: &Scene, at: Wall) -> bool {
    scene.late.iter().any(|(_, fetch)| stood(scene, fetch, at).is_some()) && !may_be_over(scene, at)
}

/// All that a check asked beyond the router was answered as at rest, and no body came as slowly as the late ones: it saw nothing
/// of what made the media late.
pub fn saw_nothing(scene: &Scene) -> bool {
    let beyond = [Target::ReferenceA, Target::ReferenceB, Target::Stalled, Target::Sibling];
    let series = || beyond.into_iter().filter_map(|target| Series::to(scene, target));
    let fails = scene.under_load(Target::Stalled).any(|measured| measured.reply == Reply::Error);
    let ill = |of: &Series| of.trend() == Some(Trend::Up) || of.lost_any() || of.reset() != Some(0);
    let late = scene.late_rate().filter(|_| scene.late_by == Some(LateBy::Bodies));
    let slow = |body: &Measurement| late.zip(body.body).is_some_and(|(late, body)| !faster(body, late, 2, 1));
    let bodies = || Target::ALL.into_iter().flat_map(|target| scene.under_load(target));
    !fails && !series().any(ill) && !bodies().any(slow)
}

/// Says that a check saw nothing that tells, once what was late is there: until then it may be looked at for long enough.
pub fn test(scene: &Scene) -> Option<Told> {
    let finding = finding("check-too-late", scene.too_late.clone(), []);
    let told = Told { finding, row: [0; 5], observed: None, networks_assumed: false };
    let there = scene.late.iter().all(|(_, fetch)| over(fetch).is_some());
    (there && !scene.too_late.is_empty()).then_some(told)
}

/// While this was measured, the late media was as late as ever.
pub fn as_late_as_ever(scene: &Scene, measured: &Measurement) -> bool {
    match scene.late_by {
        Some(LateBy::Answers) => {
            let answered = measured.answer.map_or(measured.at, |answer| measured.from + answer);
            covered(&scene.waiting, &[(measured.from, answered)]).1 >= answered - measured.from
        }
        Some(LateBy::Bodies) => scene.late.iter().any(|(_, fetch)| came_as_slowly(scene, fetch, measured)),
        _ => true,
    }
}

fn came_as_slowly(scene: &Scene, fetch: &Fetch, measured: &Measurement) -> bool {
    let (Some(began), end) = (fetch.response, until(scene, fetch)) else { return false };
    if measured.from < began || measured.at + REST > end {
        return false;
    }
    let lack = Micros(((WHILE - (measured.at - measured.from)).0 / 2).max(0));
    let (from, to) = ((measured.from - lack).max(began), (measured.at + lack).min(end));
    let (Some(all), Some(then)) = (fetch.progress.between(began, end), fetch.progress.between(from, to))
    else {
        return true;
    };
    let long = |from: Wall, to: Wall| u128::from((to - from).0.unsigned_abs());
    let (times, of) = AS_SLOWLY;
    u128::from(then) * long(began, end) * of <= u128::from(all) * long(from, to) * times
}
