//! What other tabs of the browser got meanwhile, if the viewer wants that counted: the only other use of the home's connection
//! that an extension can see.
//!
//! # What it looks at
//! The bytes of answers to other tabs that ended while the late bodies were slow, against the late bodies, and both together
//! against what bodies of the same media usually came at in this session.
//!
//! # What it says
//! Other tabs got as much as the video or more, though not so much more that the video had less than a fair part of it, and both
//! together no less than the video alone usually gets (within a fifth): the way was as fast as ever, and shared. Had they not,
//! playback would have had all of it. Otherwise it is told how much they got, and nothing is made of it: where a server is slow,
//! whatever else there is takes all of the line, too.
//!
//! # When it is silent
//! Where nothing was counted, or less than the video got; where answers, not bodies, were late. Browsers tell of an answer when it has
//! ended: large ones still under way are told of, and nothing is made of them.

use super::belief::{Row, ln};
use super::line_full::bitrate;
use super::scene::{LateBy, Scene, covered, rate, usual};
use super::{Told, finding};
use crate::time::{Micros, Wall};
use crate::verdict::Value;

/// Of what the video alone usually gets, in per cent: transfers that share a line waste some of it [P].
const AS_EVER: u128 = 80;

/// With more than so many times what the video got, others had not just their part of a line that is shared [P]: in the laboratory
/// six connections of another tab got 5 to 17 times as much as the player's one.
const FAIR: u128 = 24;

/// The way as fast as ever, and shared [P]. What is slow beyond the home can look so where another tab happens to download: a third
/// as often as where that is the cause.
pub const TOOK: Row = [0, ln::R15, ln::R30, ln::R30, ln::R30];
/// Told, and not weighed.
const NOTHING: Row = [0; 5];

pub fn test(scene: &Scene) -> Option<Told> {
    if scene.late_by != Some(LateBy::Bodies) {
        return None;
    }
    let (bytes, mut facts) = got(scene);
    let (slow, _) = covered(&scene.transferring, &[]);
    let others = (bytes * 8_000_000).checked_div(u128::from(slow.0.unsigned_abs()))?;
    let late = per_second(scene.late_rate()?);
    let told = |id, row, values, facts| {
        let finding = finding(id, facts, values);
        Some(Told { finding, row, observed: None, networks_assumed: false })
    };
    if bytes == 0 || others < late {
        let under_way =
            scene.other_tabs.iter().filter(|count| count.what.open > 0 && within(scene, count.at));
        let most = under_way.clone().map(|count| count.what.open).max()?;
        facts.extend(under_way.map(|count| count.fact));
        return told("other-tabs-open", NOTHING, vec![("count", Value::Count(most.into()))], facts);
    }
    let values = vec![bitrate("rate", others), bitrate("late", late)];
    match usually(scene) {
        Some(usually) if others <= late * FAIR && (late + others) * 100 >= usually * AS_EVER => {
            told("other-tabs-took", TOOK, values, facts)
        }
        _ => told("other-tabs-busy", NOTHING, values, facts),
    }
}

/// Bytes that came to other tabs while the late bodies were slow, and what tells of them.
fn got(scene: &Scene) -> (u128, Vec<u32>) {
    let mut facts = Vec::new();
    let mut bytes: u128 = 0;
    for count in scene.other_tabs {
        let whole = (count.at - count.what.from).max(Micros(1));
        let (_, during) = covered(&scene.transferring, &[(count.what.from, count.at)]);
        let part = u128::from(count.what.bytes) * u128::from(during.0.unsigned_abs());
        let part = part.checked_div(u128::from(whole.0.unsigned_abs())).unwrap_or(0);
        if part > 0 {
            facts.push(count.fact);
        }
        bytes += part;
    }
    (bytes, facts)
}

fn within(scene: &Scene, at: Wall) -> bool {
    super::scene::within(&scene.transferring, at)
}

/// What bodies of this media came at before, bits a second.
fn usually(scene: &Scene) -> Option<u128> {
    let before = scene.media.iter().map(|(_, fetch)| fetch);
    let before =
        before.filter(|fetch| !fetch.cached && fetch.delivered().is_some_and(|at| at < scene.window.0));
    usual(before.filter_map(|fetch| rate(fetch)).map(per_second).collect())
}

fn per_second((bytes, took): (u64, Micros)) -> u128 {
    u128::from(bytes) * 8_000_000 / u128::from(took.0.unsigned_abs().max(1))
}
